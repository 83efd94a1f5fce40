/** Draws from distributions that tensors describe. */
import { noGrad } from "../autograd/no_grad.ts";
import { apply } from "../autograd/graph.ts";
import { philoxValues } from "../philox.ts";
import { broadcastShapes, sizeOf, text } from "../device/shape.ts";
import { checkBoolean, checkOptions, checkWhole, surplus } from "../text/arguments.ts";
import { checkTensorLike } from "./check.ts";
import { toDtype } from "./combine.ts";
import { draw, random } from "./random.ts";
import { checkShape } from "./shape.ts";
import { Tensor, type TensorLike } from "./tensor.ts";
import { made, makeValue } from "./values.ts";

/** Numbers as a float32 tensor without a history. */
function floats(name: string, argument: string, given: TensorLike): Tensor {
  checkTensorLike(name, argument, given);
  return given instanceof Tensor
    ? new Tensor(toDtype(given.detach().value, "float32"))
    : new Tensor(makeValue(name, given, { dtype: "float32" }));
}

/** Looks at all numbers, where that needs no waiting: a GPU's stay unseen. */
function checkNumbers(x: Tensor, isRight: (n: number) => boolean, error: (wrong: number) => Error): void {
  const wrong = x.device.peek(x.value.buffer.storage)?.find((n) => !isRight(n));
  if (wrong !== undefined) throw error(wrong);
}

/**
 * Ones with the probabilities that a tensor holds, else zeros, each drawn by itself.
 *
 * PyTorch: `torch.bernoulli`.
 *
 * @param p The probabilities, from 0 to 1: a tensor, a number or arrays of numbers.
 * @returns A float32 tensor of that shape; no gradient flows to the probabilities.
 * @throws {RangeError} if a number is no probability; on a GPU, where one would have to wait for it, one below 0 counts as 0 and
 * one above 1 as 1.
 * @throws {TypeError} if it holds no numbers.
 * @example
 * ```ts
 * import { bernoulli } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await bernoulli([0, 1, 1]).array(), [0, 1, 1]);
 * ```
 */
export function bernoulli(p: TensorLike): Tensor {
  if (arguments.length > 1) surplus("bernoulli", arguments, 1);
  const chances = floats("bernoulli", "p", p);
  checkNumbers(
    chances,
    (n) => n >= 0 && n <= 1,
    (n) => new RangeError(`bernoulli: a probability is a number from 0 to 1, not ${n}`),
  );
  return random("uniform", chances.shape, false, chances.device).lt(chances).to("float32");
}

/**
 * Random numbers of normal distributions, each with its own mean and standard deviation.
 *
 * PyTorch: `torch.normal`.
 *
 * @param mean The means: a tensor, a number or arrays of numbers.
 * @param std The standard deviations, ≥ 0; both broadcast.
 * @param shape The sizes, to which both broadcast; the common shape of both by default.
 * @returns A float32 tensor; no gradient flows to mean or std.
 * @throws {RangeError} if the shapes do not broadcast, or a deviation is below 0 and can be seen without waiting for a GPU.
 * @throws {TypeError} if one of the two holds no numbers.
 * @example
 * ```ts
 * import { normal } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(normal(0, 0.02, [2, 3]).shape, [2, 3]);
 * assertEquals(await normal([1, 2], 0).array(), [1, 2]);
 * ```
 */
export function normal(mean: TensorLike, std: TensorLike, shape?: readonly number[]): Tensor {
  if (arguments.length > 3) surplus("normal", arguments, 3);
  const where = [mean, std].find((one) => one instanceof Tensor)?.device;
  const [center, deviation] = [floats("normal", "mean", mean), floats("normal", "std", std)];
  checkNumbers(
    deviation,
    (n) => n >= 0,
    (n) => new RangeError(`normal: a standard deviation must be ≥ 0, not ${n}`),
  );
  let sizes = broadcastShapes("normal", center.shape, deviation.shape);
  if (shape !== undefined) sizes = broadcastShapes("normal", sizes, checkShape("normal", shape));
  const drawn = random("normal", sizes, false, where);
  return noGrad(() => drawn.mul(std).add(mean));
}

/**
 * Places drawn with the probabilities that weights give, which need not add up to 1: for each row, `count` of them. A place of
 * weight 0 is never drawn. Without replacement each place is drawn at most once (Efraimidis & Spirakis 2006). One draw, and
 * draws with replacement, invert the running sums. A seed gives the same places on every device.
 *
 * PyTorch: `torch.multinomial`.
 *
 * @param weights [classes], or [rows, classes]: not below 0, as a tensor or arrays of numbers.
 * @param count How many are drawn of each row.
 * @param options `replacement`: whether a place may be drawn again; false by default.
 * @returns An int32 tensor [count], or [rows, count].
 * @throws {RangeError} if the shape is another, there are not as many places with a weight as are drawn, or a weight is negative or not
 * finite. On a GPU, where one would have to wait for the weights, −1 stands where none can be drawn.
 * @throws {TypeError} if weights hold no numbers.
 * @example
 * ```ts
 * import { multinomial, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const weights = tensor([[0, 1, 0], [0, 0, 2]]);
 * assertEquals(await multinomial(weights, 2, { replacement: true }).array(), [[1, 1], [2, 2]]);
 * ```
 */
export function multinomial(
  weights: TensorLike,
  count: number,
  options: { replacement?: boolean } = {},
): Tensor {
  if (arguments.length > 3) surplus("multinomial", arguments, 3);
  checkWhole("multinomial", "the count", count, 1);
  checkOptions("multinomial", options, ["replacement"]);
  const { replacement = false } = options;
  checkBoolean("multinomial", "replacement", replacement);
  const given = floats("multinomial", "weights", weights), { shape, ndim } = given;
  const classes = shape.at(-1) ?? 0;
  if (ndim < 1 || ndim > 2 || classes === 0) {
    throw new RangeError(
      `multinomial: weights are [classes] or [rows, classes], of at least one class, not of shape ${
        text(shape)
      }`,
    );
  }
  if (!replacement && count > classes) {
    throw new RangeError(
      `multinomial: ${count} of ${classes} places cannot be drawn without replacement; { replacement: true } draws some again`,
    );
  }
  const rows = given.reshape(-1, classes);
  checkWeights(rows, replacement ? 1 : count);
  const places = replacement || count === 1 ? inverted(rows, count) : raced(rows, count);
  return ndim === 1 ? places.squeeze(0) : places;
}

/** Looks at rows of weights where that needs no waiting. */
function checkWeights(rows: Tensor, least: number): void {
  const numbers = rows.device.peek(rows.value.buffer.storage), [, classes] = rows.shape;
  for (let start = 0; numbers !== null && start < numbers.length; start += classes) {
    let drawable = 0;
    for (let i = start; i < start + classes; i++) {
      const weight = numbers[i];
      if (!(weight >= 0 && weight < Infinity)) {
        throw new RangeError(`multinomial: a weight must be finite and ≥ 0, not ${weight}`);
      }
      if (weight > 0) drawable++;
    }
    if (drawable < least) {
      throw new RangeError(
        `multinomial: row ${
          start / classes
        } has ${drawable} places with a weight above 0, and ${least} must be drawn`,
      );
    }
  }
}

function inverted(rows: Tensor, count: number): Tensor {
  const points = random("uniform", [rows.shape[0], count], false, rows.device);
  return new Tensor(apply("inverseCdf", [rows.value, points.value], undefined));
}

/** The first of exponential waiting times, each at its weight's rate: the largest of the weights times inverse standard ones. */
function raced(rows: Tensor, count: number): Tensor {
  const { shape, device } = rows, size = sizeOf(shape), { seed, offset } = draw(size);
  const inverse = made("multinomial", device, () =>
    device.make(shape, "float32", (values) => {
      // From the host, whose logarithm all devices have in common.
      const uniform = philoxValues("uniform", size, seed, offset);
      for (let i = 0; i < size; i++) values[i] = -1 / Math.log(uniform[i] + 2 ** -25);
    }));
  const { values, indices } = rows.mul(new Tensor(inverse)).topk(count, { dim: 1 });
  // A place of weight 0 never comes, also where the GPU's weights were too few.
  return indices.where(values.gt(0), -1);
}
