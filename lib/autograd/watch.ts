/**
 * Who is told of the gradients that pass by: pictures of graphs. The graph itself does not know.
 *
 * @module
 */
import type { Device, Values } from "../device/device.ts";
import type { Storage } from "../device/storage.ts";
import type { Node } from "./value.ts";

/** The gradient of a node's result as it passed, added up over several passes; null before the first. */
export interface Watch {
  gradient: Promise<Values> | null;
}

const watches = new WeakMap<Node, Watch>();
let watching = false;

/** From now on the gradients of a node's result are noted. For results of a few numbers: each pass reads them. */
export function watch(node: Node): Watch {
  watching = true;
  let known = watches.get(node);
  if (known === undefined) watches.set(node, known = { gradient: null });
  return known;
}

/** A gradient has come to a node. */
export function pass(node: Node, gradient: Storage, device: Device): void {
  const watched = watching ? watches.get(node) : undefined;
  if (watched === undefined) return;
  const before = watched.gradient;
  watched.gradient = device.read(gradient).then(async (values) => {
    const sum = await before;
    return sum === null ? values : values.map((value, i) => value + sum[i]);
  });
  // Nobody may ever show it; then nobody is to hear that reading failed.
  watched.gradient.catch(() => {});
}
