/** First values of parameters, in the layout that they keep. */
import type { Device } from "../device/mod.ts";
import { noGrad } from "../autograd/graph.ts";
import { closeScope, openScope } from "../autograd/scope.ts";
import { type Order, reorder } from "../tensor/order.ts";
import { random } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Runs `make` and frees all that it made, but for the result. */
function keepOnly(make: () => Tensor): Tensor {
  const scope = openScope();
  try {
    return noGrad(make).keep();
  } finally {
    closeScope(scope, (buffer) => {
      buffer.free("when the parameter had its values");
      return false;
    });
  }
}

/**
 * Uniform random numbers in [low, high), drawn in the order of `shape`, then laid out in `order`.
 *
 * @returns A tensor that no scope frees.
 */
export function uniform(
  shape: number[],
  low: number,
  high: number,
  order: Order = null,
  device?: Device,
): Tensor {
  return keepOnly(() => {
    const drawn = random("uniform", shape, false, device).mul_(high - low).add_(low);
    return new Tensor(reorder(drawn.value, null, order), order);
  });
}

/**
 * Normally distributed random numbers, drawn in the order of `shape`, then laid out in `order`.
 *
 * @returns A tensor that no scope frees.
 */
export function normal(
  shape: number[],
  mean: number,
  std: number,
  order: Order = null,
  device?: Device,
): Tensor {
  return keepOnly(() => {
    const drawn = random("normal", shape, false, device).mul_(std);
    if (mean !== 0) drawn.add_(mean);
    return new Tensor(reorder(drawn.value, null, order), order);
  });
}
