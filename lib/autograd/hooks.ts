/**
 * Functions that are told of gradients as they come by, and may put others in their place.
 *
 * @module
 */
import { sameShape, text } from "../device/shape.ts";
import { describe, surplus } from "../text/arguments.ts";
import { noteChange } from "./journal.ts";
import type { Hook, Node, Value } from "./value.ts";

/** What the registration of a hook returns: takes the hook away again. */
export class RemovableHandle {
  readonly #remove: () => void;

  /** @internal */
  constructor(remove: () => void) {
    this.#remove = remove;
  }

  /** Takes the hook away; a second time does nothing. */
  remove(): void {
    if (arguments.length > 0) surplus("remove", arguments, 0);
    this.#remove();
  }
}

/** Puts a hook behind those that a node has. */
function add(node: Node, hook: Hook): void {
  // Those of what is computed are made anew with it.
  if (node.rule === null) noteChange();
  node.hooks = node.hooks === null ? [hook] : [...node.hooks, hook];
}

/** Lets a function see the gradient of a node's result; what it returns takes its place, null leaves it. */
export function hookGradient(node: Node, see: (gradient: Value) => Value | null): RemovableHandle {
  const hook: Hook = (flow, node) => {
    const other = see(flow.gradient(node)!);
    if (other !== null) flow.replace(node, other);
  };
  add(node, hook);
  return new RemovableHandle(() => {
    if (node.rule === null) noteChange();
    const left = node.hooks?.filter((one) => one !== hook) ?? [];
    node.hooks = left.length === 0 ? null : left;
  });
}

/**
 * Lets a function see the gradients of several nodes at once, when all of them are whole: nodes that were made one after the other,
 * so that no way leads from one to another.
 *
 * @param see Gets a gradient for each node, null where none has come; returns those that take their place, null leaves all.
 */
export function hookGradients(
  nodes: readonly Node[],
  see: (gradients: (Value | null)[]) => readonly (Value | null)[] | null,
): void {
  let walk = 0;
  // The walk comes by the last of them first, or by another one, if no gradient has come to that.
  const hook: Hook = (flow) => {
    if (flow.walk === walk) return;
    walk = flow.walk;
    see(nodes.map((node) => flow.gradient(node)))?.forEach((other, i) => {
      if (other !== null) flow.replace(nodes[i], other);
    });
  };
  for (const node of nodes) add(node, hook);
}

/**
 * A gradient that is to take another one's place.
 *
 * @param name Who says so, for errors.
 * @throws {RangeError} if it has another shape.
 * @throws {TypeError} if it is not float32, or on another device.
 */
export function checkReplacement(name: string, { buffer: before }: Value, given: Value): Value {
  const { buffer } = given;
  if (buffer.dtype !== "float32" || buffer.device !== before.device) {
    throw new TypeError(
      `${name}: a gradient is float32 on the ${before.device.name} device, not ${buffer.dtype} on ${buffer.device.name}`,
    );
  }
  if (!sameShape(buffer.shape, before.shape)) {
    throw new RangeError(
      `${name}: a gradient of shape ${text(before.shape)} cannot become one of shape ${text(buffer.shape)}`,
    );
  }
  return given;
}

/** What is said of a hook that returns neither nothing nor what could take the place of what it was given. */
export function hookReturned(
  name: string,
  returned: unknown,
  what = "a tensor that takes the gradient's place",
): string {
  return `${name}: the hook returned ${
    describe(returned)
  }; it returns ${what}, or nothing, as with braces: ` +
    `(…) => { seen.push(…); }`;
}
