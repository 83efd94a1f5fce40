/**
 * Scopes: which tensors die together. `steps()` opens one an iteration, a module's `forward` one a call.
 *
 * @module
 */

import type { Guard } from "./guard.ts";

/** What a scope holds: a Buffer, as far as a scope has to know it. */
export interface Member {
  readonly freed: boolean;
  /** Exempt from scopes. */
  kept: boolean;
  /** The scope it dies with. */
  scope: Scope | null;
  /** How many nodes of graphs need it. */
  readonly uses: number;
  /** Made inside a module's forward and not returned. */
  inner: boolean;
  free(by: string): void;
}

/** A scope: what was made in it so far. */
export interface Scope {
  readonly buffers: Member[];
  /** Who looks at what is computed in it, and in the scopes inside of it; or null. */
  readonly guard: Guard | null;
  readonly parent: Scope | null;
  /** The path of module names; "" for a scope that is no module's. */
  readonly place: string;
  /**
   * Undefined while it is open. Then who gets what is made in it nevertheless, by a flow that outlives it; null: nobody
   * but JavaScript's garbage collector.
   */
  heir: Scope | null | undefined;
}

/** Moves a buffer to another scope, which it dies with from now on; null: to none. */
export function moveTo(scope: Scope | null, buffer: Member): void {
  if (buffer.scope === scope) return;
  buffer.scope = scope;
  scope?.buffers.push(buffer);
}

/** Opens a scope inside another. It is nobody's current one yet: see lib/autograd/context.ts. */
export function openScope(parent: Scope | null, module = "", guard = parent?.guard ?? null): Scope {
  const outer = parent?.place ?? "";
  const place = module === "" ? outer : outer === "" ? module : `${outer} > ${module}`;
  return { buffers: [], guard, parent, place, heir: undefined };
}

/** A scope itself while it is open, then the nearest open one around it. */
export function stillOpen(scope: Scope | null): Scope | null {
  while (scope !== null && scope.heir !== undefined) scope = scope.heir;
  return scope;
}

/**
 * Closes a scope, and no other.
 *
 * @param settle What to do with each buffer made in it: true moves it to the heir.
 * @param heir The nearest open scope around it by default.
 */
export function closeScope(
  scope: Scope,
  settle: (buffer: Member) => boolean,
  heir: Scope | null = stillOpen(scope.parent),
): void {
  if (scope.heir !== undefined) return;
  scope.heir = heir;
  for (const buffer of scope.buffers) {
    if (!buffer.freed && !buffer.kept && buffer.scope === scope && settle(buffer)) moveTo(heir, buffer);
  }
  // Nodes of the graph remember the scope, as the call that they were made in; they must not hold its buffers.
  scope.buffers.length = 0;
}

/** Closes a scope without settling: what was made in it is the caller's to free or to hand on. */
export function takeOver(scope: Scope): Member[] {
  scope.heir = stillOpen(scope.parent);
  return scope.buffers.splice(0);
}

/** For {@linkcode closeScope}: frees whatever was made. */
export function freeAll(by: string): (buffer: Member) => boolean {
  return (buffer) => {
    buffer.free(by);
    return false;
  };
}

/** For {@linkcode closeScope}: hands whatever was made to the heir. */
export function handOver(): boolean {
  return true;
}
