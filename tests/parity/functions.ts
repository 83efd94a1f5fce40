/**
 * Functions of single numbers as tools/fixtures/functions.py has them: values, gradients, gradients of gradients, also where
 * the numbers lie in another order of memory.
 *
 * @module
 */
import { F, type Tensor, tensor } from "descent";
import { compareTensor } from "./compare.ts";
import type { Settings } from "./operation.ts";
import { makeTensor, readTensor } from "./text.ts";

type Lines = Record<string, string>;
type Operation = (inputs: Tensor[], settings: Settings) => Tensor;

/** A case of functions.json. */
export interface FunctionCase {
  name: string;
  op: string;
  settings?: Record<string, unknown>;
  inputs: Lines;
  output: string;
  grads?: Lines;
  /** Σ gradients · directions, differentiated by each input. */
  second?: Lines;
}

// deno-fmt-ignore
const PLAIN = [
  "floor", "ceil", "sign", "trunc", "frac", "rsqrt", "reciprocal", "log1p", "expm1", "log2", "log10", "exp2", "tan",
  "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "erf", "erfc", "isnan", "isfinite", "isinf",
  "isposinf", "isneginf", "silu", "selu", "hardswish", "hardsigmoid", "mish", "relu6", "softsign", "logicalNot",
  "logSigmoid",
] as const;
const BINARY = ["atan2", "hypot", "fmod", "remainder", "logicalAnd", "logicalOr", "logicalXor"] as const;

/** Every operation that a case may name. */
export const operations: Record<string, Operation> = {
  ...Object.fromEntries(PLAIN.map((name): [string, Operation] => [name, ([x]) => x[name]()])),
  ...Object.fromEntries(BINARY.map((name): [string, Operation] => [name, ([x, y]) => x[name](y)])),
  round: ([x], settings) => x.round(settings),
  gelu: ([x], settings) => x.gelu(settings),
  softplus: ([x], settings) => x.softplus(settings),
  elu: ([x], { alpha }) => x.elu(alpha),
  celu: ([x], { alpha }) => x.celu(alpha),
  hardtanh: ([x], { minVal, maxVal }) => x.hardtanh(minVal, maxVal),
  hardshrink: ([x]) => F.hardshrink(x),
  softshrink: ([x]) => F.softshrink(x),
  tanhshrink: ([x]) => F.tanhshrink(x),
  divFloor: ([x, y]) => x.div(y, { rounding: "floor" }),
  divTrunc: ([x, y]) => x.div(y, { rounding: "trunc" }),
  isclose: ([x, y], settings) => x.isclose(y, settings),
  lerp: ([x, y, weight]) => x.lerp(y, weight),
  lerpNumber: ([x, y], { weight = 0.5 }) => x.lerp(y, weight),
  addcmul: ([x, y, z], settings) => x.addcmul(y, z, settings),
  addcdiv: ([x, y, z], settings) => x.addcdiv(y, z, settings),
  clampBoth: ([x, low, high]) => x.clamp(low, high),
  clampBelow: ([x, low]) => x.clamp({ min: low }),
  clampAbove: ([x, high]) => x.clamp(null, high),
  clampMixed: ([x, low]) => x.clamp(low, 1),
  prelu: ([x, weight]) => F.prelu(x, weight),
  glu: ([x], { dim }) => F.glu(x, dim),
  normalize: ([x], settings) => F.normalize(x, settings),
  cosineSimilarity: ([x, y], settings) => F.cosineSimilarity(x, y, settings),
  pairwiseDistance: ([x, y], settings) => F.pairwiseDistance(x, y, settings),
  softmin: ([x], { dim }) => F.softmin(x, dim),
};

/** The same numbers as on PyTorch's side. */
function weights(shape: number[], step: number, modulus: number, shift: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(Float32Array.from({ length: size }, (_, i) => i * step % modulus - shift), { shape });
}

/** What flows back into element i of an output. */
export const cotangent = (shape: number[]): Tensor => weights(shape, 7, 5, 1.5);
const direction = (shape: number[]): Tensor => weights(shape, 3, 4, 1.25);

/** An input, and what the function sees of it: the same, lying in memory as it is seen or turned round. */
function laid(text: string, requiresGrad: boolean, turned: boolean): { leaf: Tensor; seen: Tensor } {
  const made = makeTensor(text);
  const back = made.shape.map((_, d) => d).reverse();
  const leaf = turned && made.ndim > 1
    ? tensor(transposed(readTensor(text)), {
      shape: made.shape.toReversed(),
      dtype: made.dtype,
      requiresGrad,
    })
    : makeTensor(text, requiresGrad);
  return { leaf, seen: turned && made.ndim > 1 ? leaf.permute(back) : leaf };
}

/** The numbers of a matrix (or of more dimensions), read from the last dimension on. */
function transposed({ dtype, shape, values }: { dtype: string; shape: number[]; values: number[] }) {
  const flipped = shape.toReversed();
  const numbers = values.map((_, i) => {
    let rest = i, at = 0, stride = 1;
    for (let d = flipped.length - 1; d >= 0; d--) {
      const index = rest % flipped[d];
      rest = Math.floor(rest / flipped[d]);
      stride = shape.slice(flipped.length - d).reduce((a, b) => a * b, 1);
      at += index * stride;
    }
    return values[at];
  });
  return dtype === "float32" ? Float32Array.from(numbers) : Int32Array.from(numbers);
}

/** Computes, differentiates twice, and compares all that comes out. */
export async function checkFunction(one: FunctionCase, turned: boolean): Promise<void> {
  const operation = operations[one.op];
  if (operation === undefined) throw new Error(`tests/parity/functions.ts does not know "${one.op}"`);
  const { grads = {}, second } = one, names = Object.keys(one.inputs);
  const inputs = names.map((name) => laid(one.inputs[name], name in grads, turned));
  const settings = Object.fromEntries(
    Object.entries(one.settings ?? {}).map(([key, value]) => [key, value === "Infinity" ? Infinity : value]),
  );
  const output = operation(inputs.map(({ seen }) => seen), settings);
  const compared = [compareTensor("the output", output, one.output)];
  if (one.grads !== undefined) {
    output.backward(cotangent(output.shape), { createGraph: second !== undefined });
    const found = inputs.map(({ leaf }) => takeGrad(leaf, turned));
    names.forEach((name, i) => {
      if (name in grads) compared.push(compareTensor(`the gradient of ${name}`, found[i], grads[name]));
    });
    if (second !== undefined) {
      for (const grad of found) {
        if (grad?.requiresGrad) grad.backward(direction(grad.shape), { retainGraph: true });
      }
      names.forEach((name, i) => {
        const grad = takeGrad(inputs[i].leaf, turned), line = second[name];
        if (grad !== null || readTensor(line).values.some((value) => value !== 0)) {
          compared.push(compareTensor(`the gradient of the gradients by ${name}`, grad, line));
        }
      });
    }
  }
  await Promise.all(compared);
}

/** The gradient of a leaf, as the function saw the leaf; taken from it. */
function takeGrad(leaf: Tensor, turned: boolean): Tensor | null {
  const { grad } = leaf;
  if (grad === null) return null;
  const kept = grad.requiresGrad ? grad : grad.clone();
  leaf.zeroGrad();
  return turned && kept.ndim > 1 ? kept.permute(kept.shape.map((_, d) => d).reverse()) : kept;
}
