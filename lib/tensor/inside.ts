/** Which tensors are in what a function returned. */
import type { Buffer } from "../autograd/buffer.ts";
import { isPlain } from "../text/arguments.ts";
import { Tensor } from "./tensor.ts";

/**
 * The tensors in a result: itself, or those in arrays and plain objects, however deep.
 *
 * @param result What a function returned.
 */
export function* tensorsIn(result: unknown): Generator<Tensor, void, void> {
  if (result instanceof Tensor) yield result;
  else if (Array.isArray(result)) { for (const item of result) yield* tensorsIn(item); }
  else if (isPlain(result)) { for (const item of Object.values(result)) yield* tensorsIn(item); }
}

/** Who owns the numbers of the tensors in a result. */
export function buffersIn(result: unknown): Set<Buffer> {
  const buffers = new Set<Buffer>();
  // By far the most frequent result of a module.
  if (result instanceof Tensor) buffers.add(result.value.buffer);
  else for (const { value } of tensorsIn(result)) buffers.add(value.buffer);
  return buffers;
}
