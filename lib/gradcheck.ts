/** The proof that a gradient is right: comparison with finite differences. */
import { philoxValues } from "./philox.ts";
import { freeAll } from "./autograd/scope.ts";
import { scoped } from "./autograd/scoped.ts";
import type { Device, DType, Values } from "./device/mod.ts";
import { replay } from "./tensor/random.ts";
import { text } from "./device/shape.ts";
import { Tensor } from "./tensor/tensor.ts";
import { checkTensor } from "./tensor/check.ts";
import { makeValue } from "./tensor/values.ts";
import { checkFunction, checkOptions, checkRange, describe, surplus } from "./text/arguments.ts";

/** Settings of {@linkcode gradCheck}. */
export interface GradCheckOptions {
  /** Step of the differences: 0.02 by default. Use less where the function bends sharply, and stay away from kinks. */
  eps?: number;
  /** Accepted absolute error: 1e-3 by default. */
  atol?: number;
  /** Accepted error relative to the difference quotient: 1e-3 by default. */
  rtol?: number;
}

/** One input of a check. */
interface Input {
  readonly tensor: Tensor;
  readonly values: Values;
  readonly shape: number[];
  readonly dtype: DType;
  readonly device: Device;
  /** Whether its gradient is checked. */
  readonly chosen: boolean;
}

/** Throws unless the arguments are a function, a list of tensors, and options. */
function checkArguments(name: string, args: ArrayLike<unknown>): void {
  if (args.length > 3) surplus(name, args, 3);
  const [fn, inputs, options = {}] = Array.from(args);
  checkFunction(name, "fn", fn, "(x) => x.square().sum()");
  if (!Array.isArray(inputs)) {
    throw new TypeError(`${name}: inputs are one list of tensors, [x, y], not ${describe(inputs)}`);
  }
  for (const [i, input] of inputs.entries()) checkTensor(name, `input ${i}`, input);
  checkOptions(name, options, ["eps", "atol", "rtol"]);
  const { eps = 1, atol = 0, rtol = 0 } = options as GradCheckOptions;
  checkRange(name, "eps", eps, Number.MIN_VALUE);
  checkRange(name, "atol", atol, 0);
  checkRange(name, "rtol", rtol, 0);
}

/** The inputs as they are now; those that require a gradient are checked, or, if none does, all of float32. */
async function read(name: string, inputs: readonly Tensor[]): Promise<Input[]> {
  const some = inputs.some((input) => input.requiresGrad);
  const read = await Promise.all(inputs.map(async (input) => ({
    tensor: input,
    values: await input.data(),
    shape: input.shape,
    dtype: input.dtype,
    device: input.device,
    chosen: some ? input.requiresGrad : input.dtype === "float32",
  })));
  if (!read.some(({ chosen }) => chosen)) {
    throw new TypeError(`${name}: at least one float32 input is needed`);
  }
  return read;
}

/** Fresh leaves; one element of one of them moved. */
function leaves(inputs: readonly Input[], moved = -1, element = 0, shift = 0): Tensor[] {
  return inputs.map(({ values, shape, dtype, device, chosen }, i) => {
    const data = i === moved ? values.slice() : values;
    if (i === moved) data[element] += shift;
    return new Tensor(makeValue("gradCheck", data, { shape, dtype, device, requiresGrad: chosen }));
  });
}

/**
 * Runs a body with fresh leaves; meanwhile the tensors that were given are these leaves, too, so that a function may take
 * them from where it stands, as a network takes its parameters. The body awaits nothing.
 */
function onLeaves<T>(inputs: readonly Input[], own: readonly Tensor[], body: (...own: Tensor[]) => T): T {
  const values = inputs.map(({ tensor }) => tensor.value);
  const before = values.map(({ buffer, node }) => ({ buffer, node }));
  values.forEach((value, i) =>
    Object.assign(value, { buffer: own[i].value.buffer, node: own[i].value.node })
  );
  try {
    return replay(() => body(...own));
  } finally {
    values.forEach((value, i) => Object.assign(value, before[i]));
  }
}

/** As many numbers as another tensor has, in its shape and on its device. */
function beside({ shape, device }: Tensor, numbers: Float32Array): Tensor {
  return new Tensor(makeValue("gradCheck", numbers, { shape, device }));
}

/** Numbers that weigh the elements of a result, so that errors cannot cancel. */
function weigh(size: number, stream: number): Float32Array {
  return philoxValues("uniform", size, [0x9e3779b9, stream], 0, 0).map((u) => u + 0.5);
}

/** Compares gradients with differences of a weighted sum; resolves with the largest error. */
async function compare(
  name: string,
  inputs: readonly Input[],
  gradients: readonly (ArrayLike<number> | undefined)[],
  probe: (input: number, element: number, shift: number) => Promise<number>,
  { eps = 0.02, atol = 1e-3, rtol = 1e-3 }: GradCheckOptions,
): Promise<number> {
  let largest = 0;
  for (const [i, { values, shape, chosen }] of inputs.entries()) {
    if (!chosen) continue;
    const found = gradients[i];
    if (found !== undefined && found.length !== values.length) {
      throw new Error(
        `${name}: input ${i} ${text(shape)}: backward() gives ${found.length} numbers, not ${values.length}`,
      );
    }
    for (let j = 0; j < values.length; j++) {
      // Four points: exact for polynomials of degree four.
      const [a, b, c, d] = [
        await probe(i, j, 2 * eps),
        await probe(i, j, eps),
        await probe(i, j, -eps),
        await probe(i, j, -2 * eps),
      ];
      const numeric = (8 * (b - c) - (a - d)) / (12 * eps);
      const error = Math.abs((found?.[j] ?? 0) - numeric);
      if (!(error <= atol + rtol * Math.abs(numeric))) {
        throw new Error(
          `${name}: input ${i} ${text(shape)}, element ${j}: backward() gives ${
            found?.[j] ?? 0
          }, differences give ${numeric}`,
        );
      }
      largest = Math.max(largest, error);
    }
  }
  return largest;
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n] * b[n];
  return sum;
};

/**
 * Checks the gradients of a function against finite differences of fourth order,
 * f′(x) ≈ (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h, element by element. A result of several numbers
 * is weighted with fixed random numbers and summed in float64. A function that draws random numbers draws the same
 * ones at every call.
 *
 * The inputs are also moved where the function finds them by itself: `() => net.forward(x)` with `net.parameters()` checks a
 * whole network.
 *
 * PyTorch: `torch.autograd.gradcheck`.
 *
 * @param fn The function, of one tensor argument per input. It awaits nothing.
 * @param inputs Where to check. Gradients are checked for those that require one, or, if none does, for all of float32.
 * @param options eps, atol, rtol.
 * @returns The largest absolute error found.
 * @throws {Error} naming input, element and both values, where |analytic − numeric| > atol + rtol · |numeric|.
 * @throws {TypeError} if there is no float32 input, or fn returns no tensor.
 * @example
 * ```ts
 * import { gradCheck, tensor } from "descent";
 * const error = await gradCheck((x, y) => x.mul(y).sum(), [tensor([1, 2]), tensor([3, 4])]);
 * console.log(error < 1e-3); // true
 * ```
 * @example A network, with steps so small that no neuron crosses its kink
 * ```ts
 * import { gradCheck, manualSeed, nn, tensor } from "descent";
 * import { assert } from "@std/assert";
 * manualSeed(0);
 * const net = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
 * const x = tensor([[2.1, 3.2]]);
 * assert(await gradCheck(() => net.forward(x), net.parameters(), { eps: 1e-3 }) < 1e-3);
 * ```
 */
export async function gradCheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor[],
  options: GradCheckOptions = {},
): Promise<number> {
  const name = "gradCheck";
  checkArguments(name, arguments);
  const given = await read(name, inputs);
  const own = leaves(given);
  const weights = onLeaves(given, own, (...inputs) => {
    const output = checkTensor(name, "what fn returns", fn(...inputs));
    const weights = weigh(output.size, 0);
    if (output.requiresGrad) output.backward(beside(output, weights));
    return weights;
  });
  const gradients = await Promise.all(own.map((leaf) => leaf.grad?.data()));
  const probe = async (i: number, j: number, shift: number) => {
    const moved = () => onLeaves(given, leaves(given, i, j, shift), (...inputs) => fn(...inputs).data());
    return dot(await scoped(moved, freeAll(`by ${name}()`), { recording: false }), weights);
  };
  return await compare(name, given, gradients, probe, options);
}

/**
 * Proves the gradient of a gradient: a weighted sum of the gradients that `backward(seed, { createGraph: true })` gives is
 * differentiated once more, and compared with differences of the gradients themselves.
 *
 * PyTorch: `torch.autograd.gradgradcheck`.
 *
 * @param fn A function of tensors.
 * @param inputs Where to look; those that require a gradient are checked, or, if none does, all of float32.
 * @param options Step of the differences, and accepted errors.
 * @returns The largest error.
 * @throws {Error} if one is too large: names the input, the element and both values.
 * @throws {TypeError} if there is no float32 input.
 * @example
 * ```ts
 * import { gradGradCheck, randn } from "descent";
 * import { assert } from "@std/assert";
 * const error = await gradGradCheck((x) => x.tanh().sum(), [randn(2, 3)]);
 * assert(error < 1e-2);
 * ```
 */
export async function gradGradCheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor[],
  options: GradCheckOptions = {},
): Promise<number> {
  const name = "gradGradCheck";
  checkArguments(name, arguments);
  const given = await read(name, inputs);
  const directions = given.map(({ values }, i) => weigh(values.length, i + 1));
  const run = (own: Tensor[], createGraph: boolean) =>
    onLeaves(given, own, (...inputs) => {
      const output = checkTensor(name, "what fn returns", fn(...inputs));
      if (!output.requiresGrad) return;
      output.backward(beside(output, weigh(output.size, 0)), { createGraph });
    });
  const own = leaves(given);
  run(own, true);
  const sums = own.flatMap(({ grad }, i) =>
    grad?.requiresGrad ? [grad.mul(beside(grad, directions[i])).sum()] : []
  );
  own.forEach((leaf) => leaf.zeroGrad());
  if (sums.length > 0) sums.reduce((a, b) => a.add(b)).backward();
  const gradients = await Promise.all(own.map((leaf) => leaf.grad?.data()));
  const probe = async (i: number, j: number, shift: number) => {
    const gradients = () => {
      const moved = leaves(given, i, j, shift);
      run(moved, false);
      return Promise.all(moved.map((leaf) => leaf.grad?.data()));
    };
    const found = await scoped(gradients, freeAll(`by ${name}()`));
    return found.reduce((sum, one, n) => sum + (one === undefined ? 0 : dot(one, directions[n])), 0);
  };
  return await compare(name, given, gradients, probe, options);
}
