/**
 * TensorFlow.js' kernels as plain functions on storages, with an arena: what a rule makes on the way and does not
 * return is freed when the rule ends, so that a rule reads like its formula.
 *
 * @module
 */
import * as composed from "./composed.ts";
import type { Convolution } from "./composed.ts";
import type { Device, DType, KernelAttributes, KernelInputs, Storage } from "./device.ts";

/** The element-wise kernels of one input. */
export type UnaryKernel =
  | "Abs"
  | "Cos"
  | "Erf"
  | "Exp"
  | "Log"
  | "LogicalNot"
  | "Neg"
  | "Relu"
  | "Rsqrt"
  | "Sigmoid"
  | "Sign"
  | "Sin"
  | "Softplus"
  | "Sqrt"
  | "Square"
  | "Step"
  | "Tanh";

/** The element-wise kernels of two inputs, with NumPy's broadcasting. */
export type BinaryKernel =
  | "Add"
  | "Sub"
  | "Multiply"
  | "RealDiv"
  | "Pow"
  | "Maximum"
  | "Minimum"
  | "Equal"
  | "NotEqual"
  | "Greater"
  | "GreaterEqual"
  | "Less"
  | "LessEqual"
  | "LogicalAnd";

/** Kernel size, strides and padding of a pooling, per spatial dimension. */
export interface Pooling {
  kernel: [number, number];
  strides: [number, number];
  /** Rows before and after, columns before and after. */
  padding: [[number, number], [number, number]];
}

/** Stands for "nothing left to sweep". */
const NONE: Storage[] = [];

/** The kernels of one device, and the arena of what they have made. Dimensions are those of the storage. */
export class Kernels {
  readonly #made: Storage[] = [];
  #depth = 0;
  readonly #scalars = new Map<number, Storage>();

  constructor(readonly device: Device) {}

  /**
   * Runs `body` and frees every storage made inside, save those it returns. A returned storage that was not made
   * inside (an input passed through) is returned as a reference of its own.
   *
   * @returns What `body` returned; its storages belong to the caller (inside another tidy: to that one).
   */
  tidy<T extends Storage | Storage[]>(body: () => T): T {
    const made = this.#made;
    const start = made.length;
    this.#depth++;
    let kept: Storage[] = [];
    try {
      const result = body();
      // The usual case: one kernel, one result.
      if (made.length === start + 1 && made[start] === result) {
        kept = NONE;
        if (this.#depth === 1) made.length = start;
        return result;
      }
      const own = (storage: Storage): Storage => {
        const inside = made.indexOf(storage, start) >= 0 && !kept.includes(storage);
        const owned = inside ? storage : this.device.share(storage);
        kept.push(owned);
        return owned;
      };
      return (Array.isArray(result) ? result.map(own) : own(result)) as T;
    } catch (error) {
      kept = [];
      throw error;
    } finally {
      this.#depth--;
      if (kept !== NONE) this.#sweep(start, kept);
    }
  }

  /** Frees what was made since `start`, save what is kept; that goes to the enclosing tidy, if there is one. */
  #sweep(start: number, kept: Storage[]): void {
    const made = this.#made;
    for (let i = start; i < made.length; i++) if (!kept.includes(made[i])) this.device.free(made[i]);
    made.length = start;
    if (this.#depth > 0) made.push(...kept);
  }

  /** Calls one kernel; its result belongs to the innermost arena. */
  run(kernel: string, inputs: KernelInputs | Storage[], attrs?: KernelAttributes): Storage {
    return this.#track(this.device.run(kernel, inputs as KernelInputs, attrs));
  }

  /** Calls one kernel of several results. */
  runMany(kernel: string, inputs: KernelInputs, attrs?: KernelAttributes): Storage[] {
    return this.device.runMany(kernel, inputs, attrs).map((storage) => this.#track(storage));
  }

  #track(storage: Storage): Storage {
    this.#made.push(storage);
    return storage;
  }

  /** An element-wise function of one storage. */
  unary(kernel: UnaryKernel, x: Storage): Storage {
    return this.run(kernel, { x });
  }

  /** An element-wise function of two storages of one dtype, broadcast against each other. */
  binary(kernel: BinaryKernel, a: Storage, b: Storage): Storage {
    return this.run(kernel, { a, b });
  }

  add(a: Storage, b: Storage): Storage {
    return this.run("Add", { a, b });
  }
  sub(a: Storage, b: Storage): Storage {
    return this.run("Sub", { a, b });
  }
  mul(a: Storage, b: Storage): Storage {
    return this.run("Multiply", { a, b });
  }
  div(a: Storage, b: Storage): Storage {
    return this.run("RealDiv", { a, b });
  }

  /** x · factor for a plain number. */
  scale(x: Storage, factor: number): Storage {
    return factor === 1 ? x : this.mul(x, this.scalar(factor));
  }

  /** A float32 number as a storage of rank 0. Small halves and integers are made once and kept. */
  scalar(value: number): Storage {
    const known = this.#scalars.get(value);
    if (known !== undefined && !Object.is(value, -0)) return known;
    const storage = this.device.upload(new Float32Array([value]), [], "float32");
    if (Math.abs(value) <= 8 && Number.isInteger(2 * value) && !Object.is(value, -0)) {
      this.#scalars.set(value, storage);
      return storage;
    }
    return this.#track(storage);
  }

  /** A storage filled with one value. */
  fill(shape: number[], value: number, dtype: DType = "float32"): Storage {
    return this.run("Fill", {}, { shape, value, dtype });
  }

  cast(x: Storage, dtype: DType): Storage {
    return x.dtype === dtype ? x : this.run("Cast", { x }, { dtype });
  }

  /** The same data with another shape of as many elements. */
  reshape(x: Storage, shape: number[]): Storage {
    return this.#track(this.device.share(x, shape));
  }

  transpose(x: Storage, perm: number[]): Storage {
    return this.run("Transpose", { x }, { perm });
  }

  sum(x: Storage, axis: number[], keepDims = false): Storage {
    if (axis.length === 0) return x;
    return this.run("Sum", { x: x.dtype === "bool" ? this.cast(x, "int32") : x }, { axis, keepDims });
  }

  max(x: Storage, axis: number[], keepDims = false): Storage {
    return axis.length === 0 ? x : this.run("Max", { x }, { reductionIndices: axis, keepDims });
  }

  min(x: Storage, axis: number[], keepDims = false): Storage {
    return axis.length === 0 ? x : this.run("Min", { x }, { axis, keepDims });
  }

  /** Sums x down to `shape`: the gradient of broadcasting `shape` up to x. */
  sumTo(x: Storage, shape: readonly number[]): Storage {
    const lead = x.shape.length - shape.length;
    const axes: number[] = [];
    x.shape.forEach((size, i) => {
      if (i < lead || (shape[i - lead] === 1 && size !== 1)) axes.push(i);
    });
    if (axes.length === 0) return x;
    return this.reshape(this.sum(x, axes, true), [...shape]);
  }

  /** x repeated to `shape` by NumPy's broadcasting. */
  expand(x: Storage, shape: readonly number[]): Storage {
    const lead = shape.length - x.shape.length;
    const padded = [...Array(lead).fill(1), ...x.shape];
    const seen = lead === 0 ? x : this.reshape(x, padded);
    if (shape.every((size, i) => size === padded[i])) return seen;
    if (shape.includes(0)) return this.fill([...shape], 0, x.dtype);
    return this.run("Tile", { x: seen }, { reps: shape.map((size, i) => (padded[i] === size ? 1 : size)) });
  }

  slice(x: Storage, begin: number[], size: number[]): Storage {
    if (size.every((n, i) => n === x.shape[i])) return x;
    return this.run("Slice", { x }, { begin, size });
  }

  stridedSlice(x: Storage, begin: number[], end: number[], strides: number[]): Storage {
    return this.run("StridedSlice", { x }, {
      begin,
      end,
      strides,
      beginMask: 0,
      endMask: 0,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0,
    });
  }

  pad(x: Storage, paddings: [number, number][], value = 0): Storage {
    if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
    return this.run("PadV2", { x }, { paddings, constantValue: value });
  }

  concat(list: Storage[], axis: number): Storage {
    return this.run("Concat", list, { axis });
  }

  /** a where condition holds, else b; all of one shape. */
  select(condition: Storage, a: Storage, b: Storage): Storage {
    return this.run("Select", { condition, t: a, e: b });
  }

  /** 1 where the index along a new last dimension equals x, else 0. x: int32. */
  oneHot(x: Storage, depth: number): Storage {
    return this.run("OneHot", { indices: x }, { dtype: "float32", depth, onValue: 1, offValue: 0 });
  }

  /** a [B, M, K] times b [B, K, N]; a batch of 1 serves every batch of the other. */
  matmul(a: Storage, b: Storage, transposeA = false, transposeB = false): Storage {
    return this.run("BatchMatMul", { a, b }, { transposeA, transposeB });
  }

  /** As {@linkcode matmul}, with a bias [N] added to every row. */
  matmulBias(a: Storage, b: Storage, bias: Storage, transposeA: boolean, transposeB: boolean): Storage {
    const attrs = { transposeA, transposeB, activation: "linear", leakyreluAlpha: 0 };
    return this.run("_FusedMatMul", { a, b, bias }, attrs);
  }

  conv2d(x: Storage, filter: Storage, bias: Storage | undefined, settings: Convolution): Storage {
    return this.#track(composed.convolution(this.device, x, filter, bias, settings));
  }

  conv2dInputGrad(dy: Storage, filter: Storage, shape: number[], settings: Convolution): Storage {
    return this.#track(composed.convolutionInputGrad(this.device, dy, filter, shape, settings));
  }

  conv2dFilterGrad(x: Storage, dy: Storage, shape: number[], settings: Convolution): Storage {
    return this.#track(composed.convolutionFilterGrad(this.device, x, dy, shape, settings));
  }

  maxPool(x: Storage, pooling: Pooling): Storage {
    return this.run("MaxPool", { x }, poolAttributes(pooling));
  }

  maxPoolGrad(dy: Storage, input: Storage, output: Storage, pooling: Pooling): Storage {
    return this.run("MaxPoolGrad", { dy, input, output }, poolAttributes(pooling));
  }

  avgPool(x: Storage, pooling: Pooling): Storage {
    return this.run("AvgPool", { x }, poolAttributes(pooling));
  }

  avgPoolGrad(dy: Storage, input: Storage, pooling: Pooling): Storage {
    return this.run("AvgPoolGrad", { dy, input }, poolAttributes(pooling));
  }
}

function poolAttributes({ kernel, strides, padding }: Pooling): KernelAttributes {
  const [rows, columns] = padding;
  const valid = rows[0] + rows[1] + columns[0] + columns[1] === 0;
  const pad = valid ? "valid" : [[0, 0], rows, columns, [0, 0]];
  return { filterSize: kernel, strides, pad, dimRoundingMode: "floor" };
}

const kernelsOf = new WeakMap<Device, Kernels>();

/** The kernels of a device: one object each. */
export function kernels(device: Device): Kernels {
  let found = kernelsOf.get(device);
  if (found === undefined) kernelsOf.set(device, found = new Kernels(device));
  return found;
}
