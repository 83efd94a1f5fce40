/** The proof that a gradient is right: comparison with finite differences. */
import { philoxValues } from "./device/philox.ts";
import { noGrad } from "./autograd/graph.ts";
import { closeScope, openScope } from "./autograd/scope.ts";
import type { Values } from "./device/mod.ts";
import { replay } from "./tensor/random.ts";
import { sizeOf, text } from "./tensor/shape.ts";
import type { Tensor } from "./tensor/tensor.ts";
import { tensor } from "./tensor/create.ts";

/** Settings of {@linkcode gradCheck}. */
export interface GradCheckOptions {
  /** Step of the differences: 0.02 if not said. Use less where the function bends sharply, and stay away from kinks. */
  eps?: number;
  /** Accepted absolute error: 1e-3 if not said. */
  atol?: number;
  /** Accepted error relative to the difference quotient: 1e-3 if not said. */
  rtol?: number;
}

/**
 * Checks the gradients of a function against finite differences of fourth order,
 * f′(x) ≈ (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h, element by element. A result of several numbers
 * is weighted with fixed random numbers and summed in float64. A function that draws random numbers draws the same
 * ones at every call.
 *
 * @param fn The function, of one tensor argument per input.
 * @param inputs Where to check. Gradients are checked for those that require one, or, if none does, for all of float32.
 * @param options eps, atol, rtol.
 * @returns The largest absolute error found.
 * @throws {Error} naming input, element and both values, where |analytic − numeric| > atol + rtol · |numeric|.
 * @example
 * ```ts
 * import { gradCheck, tensor } from "descent";
 * const error = await gradCheck((x, y) => x.mul(y).sum(), [tensor([1, 2]), tensor([3, 4])]);
 * console.log(error < 1e-3); // true
 * ```
 */
export async function gradCheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor[],
  { eps = 0.02, atol = 1e-3, rtol = 1e-3 }: GradCheckOptions = {},
): Promise<number> {
  const chosen = inputs.some((input) => input.requiresGrad)
    ? inputs.map((input) => input.requiresGrad)
    : inputs.map((input) => input.dtype === "float32");
  if (!chosen.includes(true)) throw new TypeError("gradCheck: at least one float32 input is needed");
  const values = await Promise.all(inputs.map((input) => input.data()));
  const shapes = inputs.map((input) => input.shape);
  const make = (i: number, data = values[i]) =>
    tensor(data, { shape: shapes[i], dtype: inputs[i].dtype, requiresGrad: chosen[i] });

  const leaves = inputs.map((_, i) => make(i));
  const output = replay(() => fn(...leaves));
  const weights = philoxValues("uniform", output.size, [0x9e3779b9, 0], 0, 0).map((u) => u + 0.5);
  if (output.requiresGrad) output.backward(tensor(weights, { shape: output.shape }));
  const analytic = await Promise.all(leaves.map((leaf) => leaf.grad?.data()));
  analytic.forEach((found, i) => {
    if (found !== undefined && found.length !== values[i].length) {
      throw new Error(
        `gradCheck: input ${i} ${text(shapes[i])}: backward() gives ${found.length} numbers, not ${
          values[i].length
        }`,
      );
    }
  });

  /** Σ weights · fn(inputs), with one element of one input moved. */
  const probe = async (i: number, j: number, shift: number): Promise<number> => {
    const moved = values[i].slice();
    moved[j] += shift;
    const scope = openScope();
    let reading: Promise<Values>;
    try {
      reading = noGrad(() => replay(() => fn(...inputs.map((_, k) => k === i ? make(i, moved) : leaves[k]))))
        .data();
    } finally {
      closeScope(scope, (buffer) => {
        buffer.free("by gradCheck()");
        return false;
      });
    }
    const numbers = await reading;
    let sum = 0;
    for (let n = 0; n < numbers.length; n++) sum += numbers[n] * weights[n];
    return sum;
  };

  let largest = 0;
  for (let i = 0; i < inputs.length; i++) {
    if (!chosen[i]) continue;
    for (let j = 0; j < sizeOf(shapes[i]); j++) {
      const [a, b, c, d] = [
        await probe(i, j, 2 * eps),
        await probe(i, j, eps),
        await probe(i, j, -eps),
        await probe(i, j, -2 * eps),
      ];
      const numeric = (8 * (b - c) - (a - d)) / (12 * eps);
      const found = analytic[i]?.[j] ?? 0;
      const error = Math.abs(found - numeric);
      if (!(error <= atol + rtol * Math.abs(numeric))) {
        throw new Error(
          `gradCheck: input ${i} ${
            text(shapes[i])
          }, element ${j}: backward() gives ${found}, differences give ${numeric}`,
        );
      }
      largest = Math.max(largest, error);
    }
  }
  return largest;
}
