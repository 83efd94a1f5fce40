/**
 * Who looks at what is computed: whether numbers are still numbers. A guard belongs to a scope (lib/autograd/scope.ts), and so to a
 * flow; mostly there is none.
 *
 * What it is told of are values and nodes (lib/autograd/value.ts), which know of scopes, and which therefore a scope cannot know:
 * here they are objects.
 *
 * @module
 */

/** What it is told; it ends what it does not like by throwing. */
export interface Guard {
  /** An operation has its result. */
  made?(name: string, value: object, inputs: readonly object[]): void;
  /** A node's rule has computed the gradient of an input, by its place. */
  passed?(node: object, gradient: object, device: object, input: number): void;
  /** `backward()` is about to begin at a value. */
  before?(value: object): void;
  /** `backward()` has been through these nodes. */
  after?(nodes: readonly object[]): void;
  /** A module that is inside of no other is called, and what it does is recorded. */
  called?(module: object, inputs: readonly unknown[]): void;
}

const HOOKS = ["made", "passed", "before", "after", "called"] as const;

/** A guard inside of another: what the inner one does not look at, the outer one does. */
export function guardInside(outer: Guard | null, inner: Guard | null): Guard | null {
  if (outer === null || inner === null) return inner ?? outer;
  const hooks = HOOKS.map((name) => [name, inner[name]?.bind(inner) ?? outer[name]?.bind(outer)]);
  return Object.fromEntries(hooks);
}
