/** Which tensors are in what a function returned. */
import type { Buffer } from "../autograd/buffer.ts";
import { Tensor } from "./tensor.ts";

/**
 * The tensors in a result: itself, or those in lists, sets, maps and the fields of objects, however deep.
 *
 * @param result What a function returned.
 */
export function tensorsIn(result: unknown): Generator<Tensor, void, void> {
  return tensorsOf(result, new Set());
}

/** An object may hold itself, or what holds it: each is looked into once. */
function* tensorsOf(result: unknown, seen: Set<object>): Generator<Tensor, void, void> {
  if (typeof result !== "object" || result === null) return;
  if (result instanceof Tensor) return yield result;
  if (ArrayBuffer.isView(result) || seen.has(result)) return;
  seen.add(result);
  const inner = result instanceof Map || result instanceof Set ? result.values() : Object.values(result);
  for (const item of inner) yield* tensorsOf(item, seen);
}

/** Who owns the numbers of the tensors in a result. */
export function buffersIn(result: unknown): Set<Buffer> {
  const buffers = new Set<Buffer>();
  // By far the most frequent result of a module.
  if (result instanceof Tensor) buffers.add(result.value.buffer);
  else for (const { value } of tensorsIn(result)) buffers.add(value.buffer);
  return buffers;
}
