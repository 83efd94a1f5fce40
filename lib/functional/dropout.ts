/** Dropout. */
import { apply } from "../autograd/graph.ts";
import { toDtype } from "../tensor/combine.ts";
import { draw } from "../tensor/random.ts";
import { checkTensor } from "../tensor/check.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkBoolean, checkNumber, checkOptions, surplus } from "../text/arguments.ts";

/**
 * Sets each element to 0 with probability p and scales the others by 1 / (1 − p), so that the expectation stays
 * (Srivastava et al. 2014). Draws from the generator of `manualSeed`.
 *
 * @param x Any shape.
 * @param p Probability of a zero, from 0 to 1.
 * @param options `training`: if false, the numbers stay as they are; true if not said.
 * @returns A tensor of x's shape.
 * @throws {RangeError} if p is no probability.
 * @throws {TypeError} if x is no tensor, p no number, or there is no such option.
 * @example
 * ```ts
 * import { F, ones } from "descent";
 * F.dropout(ones(4), 0.5); // zeros and twos
 * ```
 */
export function dropout(x: Tensor, p = 0.5, options: { training?: boolean } = {}): Tensor {
  if (arguments.length > 3) surplus("dropout", arguments, 3);
  checkOptions("dropout", options, ["training"]);
  checkTensor("dropout", "x", x);
  const { training = true } = options;
  checkBoolean("dropout", "training", training);
  checkNumber("dropout", "p", p);
  if (!(p >= 0 && p <= 1)) throw new RangeError(`dropout: p must be a probability from 0 to 1, not ${p}`);
  if (!training || p === 0) return x.clone();
  if (p === 1) return x.mul(0);
  return new Tensor(apply("dropout", [toDtype(x.value, "float32")], { draw: draw(x.size), p }));
}
