/** Tensors from data, constants and ranges. */
import { chosenDevice, type Device, type DeviceName, type DType, type Values } from "../device/mod.ts";
import {
  checkBoolean,
  checkNumber,
  checkOptions,
  checkRange,
  checkWhole,
  describe,
  isPlain,
  surplus,
} from "../text/arguments.ts";
import { checkShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import { fitting, type TensorData } from "./data.ts";
import { checkDifferentiable, checkDtype } from "./dtype.ts";
import { made, makeValue } from "./values.ts";

/** Options of a new tensor. */
export interface TensorOptions {
  /** "float32" by default; for `tensor()` it follows from the data. */
  dtype?: DType;
  /** Whether gradients are to be computed for it. */
  requiresGrad?: boolean;
  /** Where it is: the current device by default. A name means a device that was made already, by `device()` or `useDevice()`. */
  device?: Device | DeviceName;
}

/** Sizes as one list or as separate numbers, and options behind. */
export type ShapeArguments =
  | [shape: readonly number[], options?: TensorOptions]
  | number[]
  | [...sizes: number[], options: TensorOptions];

const OPTIONS = ["dtype", "requiresGrad", "device"];

/**
 * The shape and the options out of arguments in either form.
 *
 * @throws {RangeError} if a size is not a whole number ≥ 0.
 * @throws {TypeError} if something else is no size, or there is no such option.
 */
export function parseShape(
  name: string,
  args: ShapeArguments,
): [number[], TensorOptions] {
  if (Array.isArray(args[0])) {
    const [shape, options = {}] = args as [number[], TensorOptions?];
    if (args.length > 2) surplus(name, args, 2, `sizes are one list, as in ${name}([2, 3])`);
    return [checkShape(name, shape), checkTensorOptions(name, options)];
  }
  const last = args.at(-1),
    options = isPlain(last) ? last : {},
    sizes = isPlain(last) ? args.slice(0, -1) : args;
  const odd = sizes.find((size) => typeof size !== "number");
  if (odd !== undefined) {
    throw new TypeError(
      `${name}: takes sizes, ${name}(2, 3), or a list of them, ${name}([2, 3]), and options behind, { requiresGrad: true }, not ${
        describe(odd)
      }`,
    );
  }
  return [checkShape(name, sizes as number[]), checkTensorOptions(name, options)];
}

/** The options of a new tensor. */
export function checkTensorOptions(
  name: string,
  options: unknown,
  known: readonly string[] = OPTIONS,
): TensorOptions {
  checkOptions(name, options, known);
  const { dtype = "float32", requiresGrad = false } = options as TensorOptions;
  checkDtype(name, dtype);
  checkBoolean(name, "requiresGrad", requiresGrad);
  return options as TensorOptions;
}

/**
 * A tensor from numbers.
 *
 * PyTorch: `torch.tensor`.
 *
 * @param data A number, nested arrays of one length at each depth, a typed array, or nested arrays of typed ones.
 * @param options `shape` for flat data; `dtype`: booleans become "bool", integer typed arrays "int32", all else
 * "float32", plain whole numbers included: JavaScript does not tell 1 from 1.0; `requiresGrad`; `device`.
 * @returns A leaf of the graph, on the current device if no other was asked for.
 * @throws {RangeError} if the arrays are ragged, do not fill the shape, or hold what is no int32 and should be.
 * @throws {TypeError} if the data holds what is no number, or a gradient is asked for what is not float32.
 * @example
 * ```ts
 * import { tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(tensor([[1, 2, 3], [4, 5, 6]]).shape, [2, 3]);
 * assertEquals(tensor(new Int32Array(6), { shape: [3, 2] }).dtype, "int32");
 * ```
 */
export function tensor(
  data: TensorData,
  options: TensorOptions & { shape?: readonly number[] } = {},
): Tensor {
  if (arguments.length > 2) surplus("tensor", arguments, 2);
  checkTensorOptions("tensor", options, ["shape", ...OPTIONS]);
  const { device } = options;
  return new Tensor(makeValue("tensor", data, { ...options, device: chosenDevice("tensor", device) }));
}

/** A tensor of one number, for a function of that name. */
export function filled(
  name: string,
  shape: readonly number[],
  value: number | boolean,
  { dtype = "float32", requiresGrad = false, device: asked }: TensorOptions,
): Tensor {
  if (typeof value !== "boolean") checkNumber(name, "the value", value);
  checkDifferentiable(name, dtype, requiresGrad);
  const device = chosenDevice(name, asked), number = fitting(name, value, dtype);
  return new Tensor(made(name, device, () => device.kernels.fill(shape, number, dtype), requiresGrad));
}

/** A tensor whose numbers a function writes, each given as what `fit` makes of it. */
function written(
  name: string,
  shape: readonly number[],
  { dtype = "float32", requiresGrad = false, device: asked }: TensorOptions,
  write: (values: Values, fit: (number: number) => number) => void,
): Tensor {
  checkDifferentiable(name, dtype, requiresGrad);
  const device = chosenDevice(name, asked), fit = (number: number) => fitting(name, number, dtype);
  const make = () => device.make(shape, dtype, (values) => write(values, fit));
  return new Tensor(made(name, device, make, requiresGrad));
}

/**
 * A tensor filled with one number.
 *
 * PyTorch: `torch.full`.
 *
 * @param shape Its sizes.
 * @param value The number, or true or false for 1 or 0; as a bool, any number but 0 is true.
 * @param options dtype, requiresGrad, device.
 * @returns A leaf of the graph.
 * @throws {RangeError} if a size is not a whole number ≥ 0, the number is no int32 and should be, or there is no room.
 * @example
 * ```ts
 * import { full } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await full([2], 0.5).array(), [0.5, 0.5]);
 * ```
 */
export function full(shape: readonly number[], value: number | boolean, options: TensorOptions = {}): Tensor {
  if (arguments.length > 3) surplus("full", arguments, 3);
  return filled("full", checkShape("full", shape), value, checkTensorOptions("full", options));
}

/**
 * A tensor of zeros.
 *
 * PyTorch: `torch.zeros`.
 *
 * @param args Its sizes: `zeros(2, 3)` or `zeros([2, 3])`, options behind.
 * @returns A leaf of the graph.
 * @throws {RangeError} if a size is not a whole number ≥ 0.
 * @example
 * ```ts
 * import { zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(zeros(2, 3).shape, [2, 3]);
 * assertEquals(zeros(2, 1, { requiresGrad: true }).requiresGrad, true);
 * ```
 */
export function zeros(...args: ShapeArguments): Tensor {
  const [shape, options] = parseShape("zeros", args);
  return filled("zeros", shape, 0, options);
}

/**
 * A tensor of ones.
 *
 * PyTorch: `torch.ones`.
 *
 * @param args Its sizes: `ones(2, 3)` or `ones([2, 3])`, options behind.
 * @returns A leaf of the graph.
 * @throws {RangeError} if a size is not a whole number ≥ 0.
 * @example
 * ```ts
 * import { ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await ones(2, 2).array(), [[1, 1], [1, 1]]);
 * ```
 */
export function ones(...args: ShapeArguments): Tensor {
  const [shape, options] = parseShape("ones", args);
  return filled("ones", shape, 1, options);
}

/**
 * The numbers start, start + step, … below end.
 *
 * PyTorch: `torch.arange`, which makes integers of whole numbers: `{ dtype: "int32" }` does.
 *
 * @param end Where it stops; not included. It begins with 0.
 * @param options dtype, requiresGrad, device.
 * @returns A tensor of one dimension.
 * @throws {RangeError} if the step is 0 or leads away from the end, or there is no room.
 * @example
 * ```ts
 * import { arange } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await arange(3, { dtype: "int32" }).array(), [0, 1, 2]);
 * assertEquals(await arange(1, 10, 3).array(), [1, 4, 7]);
 * ```
 */
export function arange(end: number, options?: TensorOptions): Tensor;
/**
 * The numbers start, start + 1, … below end.
 *
 * PyTorch: `torch.arange`.
 *
 * @param start The first.
 * @param end Where it stops; not included.
 * @param options dtype, requiresGrad, device.
 * @returns A tensor of one dimension.
 */
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
/**
 * The numbers start, start + step, … below end.
 *
 * PyTorch: `torch.arange`.
 *
 * @param start The first, or if there is no end the end.
 * @param end Where it stops; not included.
 * @param step The distance, not 0: 1 by default.
 * @param options dtype, requiresGrad, device.
 * @returns A tensor of one dimension.
 */
export function arange(start: number, end?: number, step?: number, options?: TensorOptions): Tensor;
export function arange(...range: (number | undefined | TensorOptions)[]): Tensor {
  const last = range.at(-1), options = range.length > 1 && isPlain(last) ? last : {};
  const numbers = options === last ? range.slice(0, -1) : range;
  if (numbers.length > 3) surplus("arange", numbers, 3);
  checkTensorOptions("arange", options);
  const [start, end, step = 1] = numbers as [number, ...(number | undefined)[]];
  const ends = { start, end: end === undefined ? start : end, step };
  for (const [name, value] of Object.entries(ends)) checkNumber("arange", name, value);
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const length = to - from;
  // Asked of the sign, since a step that is too long would leave nothing of the wrong way.
  if (!Number.isFinite(length) || !Number.isFinite(step) || step === 0 || Math.sign(length) * step < 0) {
    throw new RangeError(`arange: a step of ${step} does not lead from ${from} to ${to}`);
  }
  return written("arange", [Math.max(0, Math.ceil(length / step))], options, (values, fit) => {
    for (let i = 0; i < values.length; i++) values[i] = fit(from + i * step);
  });
}

/**
 * Numbers at equal distances, both ends included.
 *
 * PyTorch: `torch.linspace`.
 *
 * @param start The first.
 * @param end The last.
 * @param steps How many, at least 1.
 * @param options dtype, requiresGrad, device.
 * @returns A tensor of one dimension.
 * @example
 * ```ts
 * import { linspace } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await linspace(0, 1, 5).array(), [0, 0.25, 0.5, 0.75, 1]);
 * ```
 */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  if (arguments.length > 4) surplus("linspace", arguments, 4);
  checkTensorOptions("linspace", options);
  const at = steadily("linspace", start, end, steps);
  return written("linspace", [steps], options, (values, fit) => {
    for (let i = 0; i < steps; i++) values[i] = fit(at(i));
  });
}

/** The i-th of so many numbers from start to end, for the function of that name. */
function steadily(name: string, start: number, end: number, steps: number): (i: number) => number {
  checkRange(name, "start", start);
  checkRange(name, "end", end);
  checkWhole(name, "steps", steps, 1);
  // From the nearer end, so that both are met exactly.
  return (i) =>
    i < steps / 2
      ? start + (end - start) * i / Math.max(1, steps - 1)
      : end - (end - start) * (steps - 1 - i) / Math.max(1, steps - 1);
}

/**
 * The identity matrix: ones on the diagonal.
 *
 * PyTorch: `torch.eye`.
 *
 * @param rows How many rows.
 * @param columns How many columns; as many as rows by default.
 * @param options dtype, requiresGrad, device.
 * @returns A tensor [rows, columns].
 * @example
 * ```ts
 * import { eye } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await eye(2).array(), [[1, 0], [0, 1]]);
 * ```
 */
export function eye(rows: number, columns: number = rows, options: TensorOptions = {}): Tensor {
  if (arguments.length > 3) surplus("eye", arguments, 3);
  checkTensorOptions("eye", options);
  const shape = checkShape("eye", [rows, columns]);
  return written("eye", shape, options, (values) => {
    values.fill(0);
    for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
  });
}

/**
 * Powers whose exponents are at equal distances, both ends included: base ** start, …, base ** end.
 *
 * PyTorch: `torch.logspace`.
 *
 * @param start The first exponent.
 * @param end The last.
 * @param steps How many, at least 1.
 * @param options base: 10 by default; dtype, requiresGrad, device.
 * @returns A tensor of one dimension.
 * @throws {RangeError} if the ends are not finite, steps are no whole number ≥ 1, or a power is no int32 and should be.
 * @example
 * ```ts
 * import { logspace } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await logspace(0, 2, 3).array(), [1, 10, 100]);
 * ```
 */
export function logspace(
  start: number,
  end: number,
  steps: number,
  options: TensorOptions & { base?: number } = {},
): Tensor {
  if (arguments.length > 4) surplus("logspace", arguments, 4);
  checkTensorOptions("logspace", options, ["base", ...OPTIONS]);
  const { base = 10 } = options, at = steadily("logspace", start, end, steps);
  checkRange("logspace", "base", base);
  return written("logspace", [steps], options, (values, fit) => {
    for (let i = 0; i < steps; i++) values[i] = fit(base ** at(i));
  });
}
