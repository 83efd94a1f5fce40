/** The gradient of broadcasting: sums over what was repeated. */
import type { Kernels } from "../../device/kernels.ts";
import type { Shaped } from "../../device/storage.ts";

/** Sums x down to `shape`: the gradient of broadcasting `shape` up to x. */
export function sumTo<T extends Shaped>(k: Kernels<T>, x: T, shape: readonly number[]): T {
  const lead = x.shape.length - shape.length;
  let fits = lead === 0;
  for (let i = 0; fits && i < shape.length; i++) fits = shape[i] === x.shape[i];
  if (fits) return x;
  const dims: number[] = [];
  x.shape.forEach((size, i) => {
    if (i < lead || (shape[i - lead] === 1 && size !== 1)) dims.push(i);
  });
  const sum = k.sum(x, dims, true);
  return lead === 0 ? sum : k.reshape(sum, shape);
}
