/** Tensors out of nothing: from data, constants, ranges and chance. */
import type { DType } from "../device/device.ts";
import { apply } from "../autograd/graph.ts";
import { toDtype } from "./combine.ts";
import { reorder } from "./order.ts";
import { random, randomIntegers } from "./random.ts";
import { checkDim, checkShape, sameShape, sizeOf, text } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import { checkDtype, makeValue, promote, type TensorData } from "./values.ts";
import type { TensorLike } from "./base.ts";

/** Options of a new tensor. */
export interface TensorOptions {
  /** "float32" if not said; for `tensor()` it follows from the data. */
  dtype?: DType;
  /** Whether gradients are to be computed for it. */
  requiresGrad?: boolean;
}

/** Sizes as one list with options behind, or as separate numbers. */
export type ShapeArguments = [shape: readonly number[], options?: TensorOptions] | number[];

function parse(name: string, args: ShapeArguments): [number[], TensorOptions] {
  const [first, second] = args;
  if (Array.isArray(first)) return [checkShape(name, first), (second ?? {}) as TensorOptions];
  return [checkShape(name, args as number[]), {}];
}

/**
 * A tensor from numbers.
 *
 * @param data A number, nested arrays of one length at each depth, or a typed array.
 * @param options `shape` for flat data; `dtype`: booleans become "bool", integer typed arrays "int32", all else
 * "float32"; `requiresGrad`.
 * @returns A leaf of the graph, on the current device.
 * @throws {RangeError} if the arrays are ragged, do not fill the shape, or hold what is no int32.
 * @example
 * ```ts
 * import { tensor } from "descent";
 * tensor([[1, 2, 3], [4, 5, 6]]).shape; // [2, 3]
 * tensor(new Float32Array(6), { shape: [2, 3], requiresGrad: true });
 * ```
 */
export function tensor(
  data: TensorData,
  options: TensorOptions & { shape?: readonly number[] } = {},
): Tensor {
  return new Tensor(makeValue("tensor", data, options));
}

/**
 * A tensor filled with one number.
 *
 * @param shape Its sizes.
 * @param value The number.
 * @param options dtype, requiresGrad.
 * @returns A leaf of the graph.
 * @example
 * ```ts
 * import { full } from "descent";
 * full([2, 2], 0.5);
 * ```
 */
export function full(shape: readonly number[], value: number, options: TensorOptions = {}): Tensor {
  const { dtype = "float32" } = options;
  const size = sizeOf(checkShape("full", shape));
  if (checkDtype("full", dtype) !== "float32" && value !== (value | 0)) {
    throw new RangeError(`full: ${value} is not a value of dtype ${dtype}`);
  }
  const values = dtype === "float32"
    ? new Float32Array(size)
    : dtype === "int32"
    ? new Int32Array(size)
    : new Uint8Array(size);
  values.fill(dtype === "bool" ? (value ? 1 : 0) : value);
  return tensor(values, { ...options, dtype, shape });
}

/**
 * A tensor of zeros.
 *
 * @param args Its sizes: `zeros(2, 3)` or `zeros([2, 3], options)`.
 * @returns A leaf of the graph.
 * @example
 * ```ts
 * import { zeros } from "descent";
 * zeros(2, 3);
 * zeros([2, 3], { requiresGrad: true });
 * ```
 */
export function zeros(...args: ShapeArguments): Tensor {
  const [shape, options] = parse("zeros", args);
  return full(shape, 0, options);
}

/**
 * A tensor of ones.
 *
 * @param args Its sizes: `ones(2, 3)` or `ones([2, 3], options)`.
 * @returns A leaf of the graph.
 * @example
 * ```ts
 * import { ones } from "descent";
 * ones(2, 3);
 * ```
 */
export function ones(...args: ShapeArguments): Tensor {
  const [shape, options] = parse("ones", args);
  return full(shape, 1, options);
}

/**
 * The numbers start, start + step, … below end.
 *
 * @param start The first, or with one argument the end.
 * @param end Where it stops; not included.
 * @param step The distance, not 0.
 * @param options dtype, requiresGrad.
 * @returns A tensor of one dimension.
 * @throws {RangeError} if the step is 0 or leads away from the end.
 * @example
 * ```ts
 * import { arange } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await arange(1, 10, 3).array(), [1, 4, 7]);
 * ```
 */
export function arange(start: number, end?: number, step = 1, options: TensorOptions = {}): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const count = Math.ceil((to - from) / step);
  if (!Number.isFinite(count) || count < 0) {
    throw new RangeError(`arange: a step of ${step} does not lead from ${from} to ${to}`);
  }
  return tensor(Float64Array.from({ length: count }, (_, i) => from + i * step), options);
}

/**
 * Numbers at equal distances, both ends included.
 *
 * @param start The first.
 * @param end The last.
 * @param steps How many, at least 1.
 * @param options dtype, requiresGrad.
 * @returns A tensor of one dimension.
 * @example
 * ```ts
 * import { linspace } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await linspace(0, 1, 5).array(), [0, 0.25, 0.5, 0.75, 1]);
 * ```
 */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(`linspace: steps must be a whole number ≥ 1, not ${steps}`);
  }
  const at = (i: number) =>
    i < steps / 2
      ? start + (end - start) * i / Math.max(1, steps - 1)
      : end - (end - start) * (steps - 1 - i) / Math.max(1, steps - 1);
  return tensor(Float64Array.from({ length: steps }, (_, i) => at(i)), options);
}

/**
 * The identity matrix: ones on the diagonal.
 *
 * @param rows How many rows.
 * @param columns How many columns; as many as rows if not said.
 * @param options dtype, requiresGrad.
 * @returns A tensor [rows, columns].
 * @example
 * ```ts
 * import { eye } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await eye(2).array(), [[1, 0], [0, 1]]);
 * ```
 */
export function eye(rows: number, columns: number = rows, options: TensorOptions = {}): Tensor {
  const shape = checkShape("eye", [rows, columns]);
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
  return tensor(values, { dtype: "float32", ...options, shape });
}

/**
 * Random numbers, uniform in [0, 1).
 *
 * @param args The sizes: `rand(2, 3)` or `rand([2, 3], options)`.
 * @returns A leaf of the graph.
 * @example
 * ```ts
 * import { rand } from "descent";
 * rand(2, 3);
 * ```
 */
export function rand(...args: ShapeArguments): Tensor {
  const [shape, { requiresGrad }] = parse("rand", args);
  return random("uniform", shape, requiresGrad);
}

/**
 * Random numbers of the standard normal distribution.
 *
 * @param args The sizes: `randn(2, 3)` or `randn([2, 3], options)`.
 * @returns A leaf of the graph.
 * @example
 * ```ts
 * import { randn } from "descent";
 * randn([2, 3], { requiresGrad: true });
 * ```
 */
export function randn(...args: ShapeArguments): Tensor {
  const [shape, { requiresGrad }] = parse("randn", args);
  return random("normal", shape, requiresGrad);
}

/**
 * Random whole numbers, uniform in [low, high).
 *
 * @param low The smallest.
 * @param high The first that is too large; at most 2²⁴ above `low`.
 * @param shape The sizes.
 * @returns An int32 tensor.
 * @throws {RangeError} if the range is empty or too wide.
 * @example
 * ```ts
 * import { randint } from "descent";
 * randint(0, 10, [64]); // 64 random digits
 * ```
 */
export function randint(low: number, high: number, shape: readonly number[]): Tensor {
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low || high - low > 2 ** 24) {
    throw new RangeError(
      `randint: [low, high) must be a range of 1 to 2²⁴ whole numbers, not [${low}, ${high})`,
    );
  }
  return tensor(randomIntegers(low, high, checkShape("randint", shape)), { shape });
}

/**
 * Tensors one after the other along a dimension that they have.
 *
 * @param tensors At least one; equal in shape but for that dimension.
 * @param dim The dimension.
 * @returns A tensor of their common dtype.
 * @throws {RangeError} if there is none, or the shapes differ elsewhere.
 * @example
 * ```ts
 * import { cat, ones, zeros } from "descent";
 * cat([zeros(2, 3), ones(1, 3)], 0).shape; // [3, 3]
 * ```
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  if (tensors.length === 0) throw new RangeError("cat: at least one tensor is needed");
  const [first] = tensors;
  const d = checkDim("cat", dim, first.ndim);
  for (const one of tensors) {
    const fits = one.ndim === first.ndim && sameShape(one.shape.toSpliced(d, 1), first.shape.toSpliced(d, 1));
    if (!fits) {
      throw new RangeError(
        `cat: shapes ${text(first.shape)} and ${text(one.shape)} differ outside of dimension ${d}`,
      );
    }
  }
  const dtype = tensors.map((one) => one.dtype).reduce(promote);
  const { order } = first;
  const values = tensors.map((one) => toDtype(reorder(one.value, one.order, order), dtype));
  return new Tensor(apply("concat", values, { axis: order?.[d] ?? d }), order);
}

/**
 * Tensors of one shape one after the other along a new dimension.
 *
 * @param tensors At least one.
 * @param dim Where the new dimension is.
 * @returns A tensor of one dimension more.
 * @throws {RangeError} if there is none, or the shapes differ.
 * @example
 * ```ts
 * import { ones, stack, zeros } from "descent";
 * stack([zeros(2, 3), ones(2, 3)]).shape; // [2, 2, 3]
 * ```
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  if (tensors.length === 0) throw new RangeError("stack: at least one tensor is needed");
  const [first] = tensors;
  const odd = tensors.find((one) => !sameShape(one.shape, first.shape));
  if (odd) throw new RangeError(`stack: shapes ${text(first.shape)} and ${text(odd.shape)} differ`);
  return cat(tensors.map((one) => one.unsqueeze(dim)), dim);
}

/**
 * `a` where the condition holds, `b` elsewhere; all three broadcast.
 *
 * @param condition Bool, or numbers of which 0 means no.
 * @param a Taken where it holds.
 * @param b Taken where it does not.
 * @returns A tensor of the common shape; gradients flow to what was taken.
 * @example
 * ```ts
 * import { tensor, where } from "descent";
 * import { assertEquals } from "@std/assert";
 * const x = tensor([-1, 2]);
 * assertEquals(await where(x.gt(0), x, 0).array(), [0, 2]);
 * ```
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const lifted = a instanceof Tensor ? a : tensor(a as TensorData);
  return lifted.where(condition, b);
}
