/** Class Tensor, whole. Formulas and gradients stand in lib/autograd/rules; here is what one calls. */
import { carried } from "../autograd/carry.ts";
import { forgetGradient, setGradient } from "../autograd/collect.ts";
import { constant } from "../autograd/constant.ts";
import { apply, commonDevice, detached, leaf } from "../autograd/graph.ts";
import { checkReplacement, hookGradient, hookReturned, type RemovableHandle } from "../autograd/hooks.ts";
import { settle } from "../autograd/in_place.ts";
import { noteChange } from "../autograd/journal.ts";
import { isRecording } from "../autograd/no_grad.ts";
import { Value } from "../autograd/value.ts";
import { Device, type DeviceName, deviceOf, type DType, type Values } from "../device/mod.ts";
import {
  type Arithmetic,
  choose,
  combine,
  combinedDtype,
  dtypeOf,
  type Operand,
  toDtype,
  toShape,
} from "./combine.ts";
import * as arrange from "./arrange.ts";
import { differentiate } from "./autograd/start.ts";
import { addScaled, lerp } from "./blend.ts";
import { fitting, type NestedArray, type TensorData } from "./data.ts";
import { checkDifferentiable, checkDtype, promote } from "./dtype.ts";
import { guard, refuseSetting } from "./guard.ts";
import { limited, readLimits } from "./limit.ts";
import { close, type CloseOptions, logical, type LogicalName } from "./logic.ts";
import { binCounts, distinct } from "./count.ts";
import * as order from "./order.ts";
import * as pick from "./pick.ts";
import { type Format, formatValues, inspect } from "./print.ts";
import { maskedFill, maskedSelect, nonzero, nonzeroLists } from "./mask.ts";
import { part, written } from "./part.ts";
import type { IndexRange } from "./slice.ts";
import { read } from "./subscript.ts";
import { broadcastShapes, reducedShape, sameShape, sizeOf, text } from "../device/shape.ts";
import {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOptions,
  checkRange,
  checkWhole,
  describe,
  isList,
  isNumbers,
  surplus,
} from "../text/arguments.ts";
import { checkDim, checkDims, checkShape, sizes } from "./shape.ts";
import { checkNested, made, makeValue, nest } from "./values.ts";

/** What is taken wherever a tensor is: a tensor, a number, a boolean, nested arrays of them, or a typed array. */
export type TensorLike = Tensor | TensorData;

/** Options of a reduction. */
export interface ReduceOptions {
  /** Keep the reduced dimensions with size 1. */
  keepdim?: boolean;
}

/** An index of {@linkcode Tensor.at}: the table there says what each means. */
export type Index =
  | number
  | null
  | IndexRange
  | "..."
  | "newaxis"
  | Tensor
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | readonly [NestedArray<number>[] | Int32Array]
  | NestedArray<boolean>[];

/** Options of {@linkcode Tensor.set_}. */
export interface SetOptions {
  /** Whether the value is added to what there is: false by default. */
  accumulate?: boolean;
}

/** Options of {@linkcode Tensor.scatter}. */
export interface ScatterOptions {
  /** "add": values are added to what there is; by default, they replace it. */
  reduce?: "add";
}

/** Options of {@linkcode Tensor.nonzero}. */
export interface NonzeroOptions {
  /** Whether the indices come as one list a dimension: false by default. */
  asTuple?: boolean;
}

/** Options of {@linkcode Tensor.var} and {@linkcode Tensor.std}. */
export interface VarianceOptions extends ReduceOptions {
  /** Whether the squares are divided by n − 1 (Bessel's correction), not n: true by default. */
  unbiased?: boolean;
  /** What n is lessened by, in place of `unbiased`: 1 by default. */
  correction?: number;
}

/** Chosen numbers, and where they were. */
export interface ValuesAndIndices {
  /** The numbers. */
  values: Tensor;
  /** Where along the dimension they were: int32. */
  indices: Tensor;
}

/** Options of {@linkcode Tensor.sort}. */
export interface SortOptions {
  /** From the largest on: false by default. */
  descending?: boolean;
  /** Whether equals stay in the order that they have, which they always do. */
  stable?: boolean;
}

/** Options of {@linkcode Tensor.topk}. */
export interface TopkOptions {
  /** The dimension: the last by default. */
  dim?: number;
  /** The largest, or the smallest: true by default. */
  largest?: boolean;
  /** Whether they come in the order of their size, which they always do. */
  sorted?: boolean;
}

/** Options of {@linkcode Tensor.diff}. */
export interface DiffOptions {
  /** The dimension: the last by default. */
  dim?: number;
  /** What goes before this tensor. */
  prepend?: TensorLike;
  /** What goes behind it. */
  append?: TensorLike;
}

/** Options of {@linkcode Tensor.unique}. */
export interface UniqueOptions {
  /** Say which of the numbers each one is. */
  returnInverse?: boolean;
  /** Say how often each number was there. */
  returnCounts?: boolean;
  /** Compare whole slices along this dimension. */
  dim?: number;
}

/** What {@linkcode Tensor.unique} gives: the numbers alone, or with what was asked for. */
export type Unique<O extends UniqueOptions> = O extends { returnInverse: true } | { returnCounts: true } ?
    & { values: Tensor }
    & (O extends { returnInverse: true } ? { inverse: Tensor } : unknown)
    & (O extends { returnCounts: true } ? { counts: Tensor } : unknown)
  : Tensor;

/** Options of {@linkcode Tensor.bincount}. */
export interface BincountOptions {
  /** One for each number: they are added up instead of counted. */
  weights?: TensorLike;
  /** How many numbers are counted at least, from 0 on. */
  minlength?: number;
}

/** Options of {@linkcode Tensor.histc}. */
export interface HistcOptions {
  /** The lower end: 0 by default. */
  min?: number;
  /** The upper end: 0 by default. If both are equal, the ends are those of the data. */
  max?: number;
}

/** Options of {@linkcode Tensor.indexAdd}. */
export interface IndexAddOptions {
  /** A factor for what is added: 1 by default. */
  alpha?: number;
}

/** Options of {@linkcode Tensor.gelu}. */
export interface GeluOptions {
  /** "none" for the normal distribution function itself, "tanh" for GPT-2's approximation: "none" by default. */
  approximate?: "none" | "tanh";
}

/** Options of {@linkcode Tensor.softplus}. */
export interface SoftplusOptions {
  /** How sharp the bend at 0 is: 1 by default. */
  beta?: number;
  /** Where beta · x is larger, the result is x: 20 by default. */
  threshold?: number;
}

/** A limit of {@linkcode Tensor.clamp}: a number, or one for each element. */
export type Limit = Exclude<TensorLike, boolean>;

/** Both limits of {@linkcode Tensor.clamp} by name. */
export interface Limits {
  /** The smallest value: none by default. */
  min?: Limit | null;
  /** The largest value: none by default. */
  max?: Limit | null;
}

/** The rules of a float32 that are applied as they are. */
type FloatFunction =
  | "exp"
  | "log"
  | "sqrt"
  | "sin"
  | "cos"
  | "sigmoid"
  | "tanh"
  | "gelu"
  | "geluTanh"
  | "softplus"
  | "rsqrt"
  | "reciprocal"
  | "exp2"
  | "expm1"
  | "log2"
  | "log10"
  | "log1p"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "erf"
  | "erfc"
  | "silu"
  | "mish"
  | "hardswish"
  | "hardsigmoid"
  | "logSigmoid";

/** Options of {@linkcode Tensor.backward}. */
export interface BackwardOptions {
  /** Keep the graph for another backward(): false by default. */
  retainGraph?: boolean;
  /**
   * Whether the gradients themselves remember how they were computed, so that they can be differentiated again (a gradient
   * penalty, a Hessian-vector product); keeps the graph, too. False by default.
   */
  createGraph?: boolean;
}

/**
 * Numbers of one dtype in a grid of any number of dimensions, on a device, with the history they were computed by. Made by
 * {@linkcode tensor}, {@linkcode zeros}, {@linkcode randn} and their like. What dtype a result has stands in docs/from_pytorch.md, under Types.
 *
 * @example
 * ```ts
 * import { tensor } from "descent";
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * x.square().sum().backward();
 * console.log(await x.grad!.array()); // [[2, 4], [6, 8]]
 * ```
 */
export class Tensor {
  static {
    Object.setPrototypeOf(this.prototype, guard);
    refuseSetting(this.prototype);
  }

  /**
   * The vertex of the graph behind this tensor.
   *
   * @internal
   */
  readonly value: Value;

  /**
   * Tensors are made by `tensor()` and its kin.
   *
   * @internal
   */
  constructor(value: Value) {
    if (!(value instanceof Value)) {
      throw new TypeError(
        `Tensor: tensor(…) makes one from numbers, zeros(…) and its kin from a shape; new Tensor(…) makes none`,
      );
    }
    this.value = value;
  }

  // What it is

  /**
   * The size of every dimension: [] for a single number.
   *
   * PyTorch: `Tensor.shape`.
   */
  get shape(): number[] {
    return [...this.value.shape];
  }

  /**
   * How many elements it has.
   *
   * PyTorch: `Tensor.numel`.
   */
  get size(): number {
    return sizeOf(this.value.shape);
  }

  /**
   * How many dimensions it has.
   *
   * PyTorch: `Tensor.ndim`.
   */
  get ndim(): number {
    return this.value.shape.length;
  }

  /**
   * What its elements are: "float32", "int32" or "bool".
   *
   * PyTorch: `Tensor.dtype`.
   */
  get dtype(): DType {
    return this.value.dtype;
  }

  /**
   * The device its numbers are on.
   *
   * PyTorch: `Tensor.device`.
   */
  get device(): Device {
    return this.value.buffer.device;
  }

  /**
   * Whether gradients flow to it. Can be set on a leaf: on, and `backward()` fills its `grad`.
   *
   * PyTorch: `Tensor.requires_grad`.
   *
   * @throws {Error} when set on a tensor that was computed from others.
   * @throws {TypeError} when set on a tensor that is not float32, or to what is neither true nor false.
   */
  get requiresGrad(): boolean {
    return this.value.requiresGrad;
  }

  set requiresGrad(on: boolean) {
    checkBoolean("requiresGrad", "the value", on);
    if (on === this.requiresGrad) return;
    if (!this.value.isLeaf) {
      throw new Error(
        "requiresGrad: this tensor was computed by recorded operations; use detach() for one that stops gradients",
      );
    }
    checkDifferentiable("requiresGrad", this.dtype, on);
    noteChange();
    this.value.node = on ? leaf(this.value.buffer, true).node : null;
    if (this.value.node) this.value.node.keeper = this.value;
  }

  /**
   * Whether it is a start of the graph: made by the user, not computed from tensors that require a gradient.
   *
   * PyTorch: `Tensor.is_leaf`.
   */
  get isLeaf(): boolean {
    return this.value.isLeaf;
  }

  /**
   * ∂L/∂this after `L.backward()`: of leaves that require a gradient, and where `retainGrad()` was called. Else null. Can be
   * set: to null, which forgets it as {@linkcode Tensor.zeroGrad} does, or to a tensor, whose numbers it then has; what becomes
   * of that tensor later does not reach it.
   *
   * PyTorch: `torch.Tensor.grad`.
   *
   * @throws {RangeError} when set to a tensor of another shape.
   * @throws {TypeError} when set to what is no tensor, not float32, or on another device.
   */
  get grad(): Tensor | null {
    const { grad } = this.value;
    return grad === null || grad.buffer.freed ? null : new Tensor(grad);
  }

  set grad(gradient: Tensor | null) {
    if (gradient === null) {
      this.zeroGrad();
      return;
    }
    if (!(gradient instanceof Tensor)) {
      throw new TypeError(
        `grad: can be set to null, which forgets it, or to a tensor, not to ${describe(gradient)}`,
      );
    }
    setGradient(this.value, checkReplacement("grad", this.value, gradient.value));
  }

  // Its numbers

  /**
   * Copies the numbers from the device: flat, in row-major order of this tensor's shape.
   *
   * PyTorch: `Tensor.numpy`.
   *
   * @typeParam T The kind of typed array that the caller knows it to be: `data<Float32Array>()`.
   * @returns A Float32Array for "float32", an Int32Array for "int32", a Uint8Array of zeros and ones for "bool".
   * @throws {Error} if the tensor was freed.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).t().data(), new Float32Array([1, 3, 2, 4]));
   * ```
   */
  async data<T extends Values = Values>(): Promise<T> {
    if (arguments.length > 0) surplus("data", arguments, 0);
    return await this.device.read(this.value.buffer.storage) as T;
  }

  /**
   * Copies the numbers from the device, as nested arrays.
   *
   * PyTorch: `Tensor.tolist`.
   *
   * @typeParam T Their type, which the caller knows: `array<number[][]>()` of a matrix. The compiler takes his word.
   * @returns As many levels of arrays as there are dimensions; a plain number for a tensor of none; booleans for "bool".
   * @throws {Error} if the tensor was freed.
   * @throws {RangeError} if there are more numbers than 2²⁴, which would take JavaScript's memory to its end.
   * @example
   * ```ts
   * import { eye } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await eye(2).array(), [[1, 0], [0, 1]]);
   * ```
   */
  async array<T extends NestedArray = NestedArray>(): Promise<T> {
    if (arguments.length > 0) surplus("array", arguments, 0);
    checkNested(this.value.shape);
    return nest(await this.data(), this.value.shape, this.dtype) as T;
  }

  /**
   * Copies the only number from the device.
   *
   * PyTorch: `Tensor.item`.
   *
   * @returns The number; 0 or 1 for "bool".
   * @throws {RangeError} if the tensor has more than one element, or none.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).sum().item(), 6);
   * ```
   */
  async item(): Promise<number> {
    if (arguments.length > 0) surplus("item", arguments, 0);
    if (this.size !== 1) {
      throw new RangeError(`item: a tensor of one element is needed, not one of shape ${text(this.shape)}`);
    }
    return (await this.data())[0];
  }

  /**
   * The numbers as text, in nested brackets and columns, as PyTorch prints them. Tensors of more than 1,000 elements are
   * shortened; very large and very small numbers are written with exponents.
   *
   * @param options digits behind the point; how many entries remain at the edges of a shortened dimension.
   * @returns The text.
   * @throws {Error} if the tensor was freed.
   * @throws {RangeError} if digits are not 0 to 100, or edge is no whole number ≥ 1.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1.5, 20]).format(), "[ 1.5000, 20.0000]");
   * assertEquals(await tensor(Math.PI).format({ digits: 2 }), "3.14");
   * ```
   */
  async format(options: Format = {}): Promise<string> {
    if (arguments.length > 1) surplus("format", arguments, 1);
    return formatValues(await this.data(), this.shape, this.dtype, options);
  }

  /**
   * A few words on what it is: "Tensor [2, 3] float32 cpu".
   *
   * @returns Class, shape, dtype and device.
   * @example
   * ```ts
   * import { useDevice, zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * await useDevice("cpu");
   * assertEquals(`${zeros(2, 3)}`, "Tensor [2, 3] float32 cpu");
   * ```
   */
  toString(): string {
    if (arguments.length > 0) surplus("toString", arguments, 0);
    return `Tensor ${text(this.value.shape)} ${this.dtype} ${this.device.name}`;
  }

  /**
   * What console.log shows.
   *
   * @internal
   */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return inspect(this);
  }

  // Its history

  /**
   * Computes ∂this/∂leaf for every leaf that requires a gradient, and adds it to that leaf's `grad`: reverse-mode
   * differentiation (Linnainmaa 1970; Rumelhart, Hinton & Williams 1986). The graph is freed on the way, with everything
   * that modules made inside.
   *
   * PyTorch: `Tensor.backward`.
   *
   * @param grad ∂L/∂this, of this shape; may be left out for a tensor of one element.
   * @param options Whether the graph is kept, and whether the gradients have a graph of their own.
   * @throws {Error} if nothing it was computed from requires a gradient, or the graph, or something that a gradient needs, was
   * freed; no gradient has changed then.
   * @throws {RangeError} if `grad` is missing or of another shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([1, 2], { requiresGrad: true });
   * x.square().sum().backward();
   * assertEquals(await x.grad!.array(), [2, 4]);
   * ```
   * @example The gradient of a gradient
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor(3, { requiresGrad: true });
   * x.pow(3).backward(undefined, { createGraph: true }); // 3x²
   * const slope = x.grad!;
   * x.zeroGrad();
   * slope.backward(); // 6x
   * assertEquals(await x.grad!.item(), 18);
   * ```
   */
  backward(grad?: TensorLike, options: BackwardOptions = {}): void {
    if (arguments.length > 2) surplus("backward", arguments, 2);
    checkOptions("backward", options, ["retainGraph", "createGraph"]);
    const { retainGraph = false, createGraph = false } = options;
    checkBoolean("backward", "retainGraph", retainGraph);
    checkBoolean("backward", "createGraph", createGraph);
    if (typeof grad === "object" && grad !== null && ("retainGraph" in grad || "createGraph" in grad)) {
      throw new TypeError("backward: options come second: backward(undefined, { retainGraph: true })");
    }
    if (!this.requiresGrad) {
      throw new Error(
        "backward: this tensor does not require a gradient: none of the tensors it was computed from was made with requiresGrad, or it was computed inside noGrad()",
      );
    }
    const seed = grad === undefined ? undefined : this.#lift("backward", grad);
    const settings = { name: "backward", retainGraph, createGraph, wanted: null };
    differentiate([{ value: this.value, seed }], settings);
  }

  /**
   * The same numbers, without their history: no gradient flows through. Nothing is copied until one of the two changes in
   * place; the other then stays as it is.
   *
   * PyTorch: `torch.detach`.
   *
   * @returns A leaf of the same shape and dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([3], { requiresGrad: true });
   * x.mul(x.detach()).sum().backward();
   * assertEquals(await x.grad!.array(), [3]);
   * ```
   */
  detach(): Tensor {
    if (arguments.length > 0) surplus("detach", arguments, 0);
    return new Tensor(new Value(detached(this.value.buffer, "detach")));
  }

  /**
   * The same numbers in a tensor of their own; gradients flow through. Nothing is copied until one of the two changes in
   * place.
   *
   * PyTorch: `torch.clone`.
   *
   * @returns A tensor of the same shape and dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([1, 2]);
   * x.clone().add_(10);
   * assertEquals(await x.array(), [1, 2]);
   * ```
   */
  clone(): Tensor {
    if (arguments.length > 0) surplus("clone", arguments, 0);
    return new Tensor(apply("clone", [this.value], undefined));
  }

  /**
   * Asks `backward()` to keep the gradient of this tensor too, although it is no leaf.
   *
   * PyTorch: `Tensor.retain_grad`.
   *
   * @returns This tensor.
   * @throws {Error} if it does not require a gradient.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([1, 2], { requiresGrad: true });
   * const y = x.mul(3).retainGrad();
   * y.square().sum().backward();
   * assertEquals(await y.grad!.array(), [6, 12]);
   * ```
   */
  retainGrad(): this {
    if (arguments.length > 0) surplus("retainGrad", arguments, 0);
    const { node } = this.value;
    if (node === null) throw new Error("retainGrad: this tensor does not require a gradient");
    node.keeper = this.value;
    return this;
  }

  /**
   * Calls a function each time a gradient of this tensor has been computed: before a leaf collects it in `grad`, and before it flows
   * on. Several are called in the order in which they were registered. A gradient that a hook is given lives as all that is made
   * where `backward()` is called; `keep()` makes it live longer.
   *
   * PyTorch: `torch.Tensor.register_hook`.
   *
   * @param hook Gets the gradient. A tensor that it returns takes the gradient's place; nothing leaves it as it is.
   * @returns What takes the hook away again.
   * @throws {Error} if this tensor does not require a gradient.
   * @throws {TypeError} if the hook is no function; in `backward()`, if it returns what is no gradient of this tensor.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([1, 2], { requiresGrad: true });
   * const handle = x.registerHook((grad) => grad.mul(10));
   * x.square().sum().backward();
   * assertEquals(await x.grad!.array(), [20, 40]);
   * handle.remove();
   * ```
   */
  registerHook(hook: (grad: Tensor) => Tensor | void): RemovableHandle {
    if (arguments.length > 1) surplus("registerHook", arguments, 1);
    checkFunction("registerHook", "hook", hook, "(grad) => grad.clamp(-1, 1)");
    const { node } = this.value;
    if (node === null) throw new Error("registerHook: this tensor does not require a gradient");
    return hookGradient(node, (gradient) => {
      const other = hook(new Tensor(gradient));
      if (other === undefined || other === null) return null;
      if (!(other instanceof Tensor)) throw new TypeError(hookReturned("registerHook", other));
      return checkReplacement("registerHook", gradient, other.value);
    });
  }

  /**
   * Forgets the gradient and frees its memory.
   *
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor(1, { requiresGrad: true });
   * x.mul(2).backward();
   * x.zeroGrad();
   * assertEquals(x.grad, null);
   * ```
   */
  zeroGrad(): void {
    if (arguments.length > 0) surplus("zeroGrad", arguments, 0);
    forgetGradient(this.value);
  }

  /**
   * Exempts this tensor and the gradient it has from the scopes that would free them: the training iteration, the module
   * it is made in. It then lives until JavaScript forgets it.
   *
   * @returns This tensor.
   * @example
   * ```ts
   * import { steps, type Tensor, tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * let best: Tensor | undefined;
   * for await (const { index } of steps(3, { progress: false })) best = tensor(index).keep();
   * assertEquals(await best!.item(), 2);
   * ```
   */
  keep(): this {
    if (arguments.length > 0) surplus("keep", arguments, 0);
    this.value.buffer.kept = true;
    if (this.value.grad !== null) this.value.grad.buffer.kept = true;
    return this;
  }

  /** What stands beside this tensor: plain numbers stay what they are, arrays become a value on its device. */
  #operand(name: string, other: TensorLike): Operand {
    if (other instanceof Tensor) return other.value;
    if (typeof other === "number" || typeof other === "boolean") return other;
    return makeValue(name, other, { device: this.device, literals: "int32" });
  }

  /** The same as a value, where a number cannot stay one. */
  #lift(name: string, other: TensorLike, dtype?: DType): Value {
    if (other instanceof Tensor) return other.value;
    return makeValue(name, other, { device: this.device, literals: "int32", dtype });
  }

  // In place, named as PyTorch does: with an underscore

  /**
   * Adds in place: this ← this + other.
   *
   * PyTorch: `Tensor.add_`.
   *
   * @param other What is added; broadcast to this shape.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if the result does not have this tensor's shape.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).add_(10).array(), [11, 12]);
   * ```
   */
  add_(other: TensorLike): this {
    if (arguments.length > 1) surplus("add_", arguments, 1, "a factor is multiplied first: x.add_(y.mul(2))");
    return this.#inPlace("add_", other, "add");
  }

  /**
   * Subtracts in place: this ← this − other.
   *
   * PyTorch: `Tensor.sub_`.
   *
   * @param other What is subtracted; broadcast to this shape.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if the result does not have this tensor's shape.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 4]).sub_([2, 3]).array(), [-1, 1]);
   * ```
   */
  sub_(other: TensorLike): this {
    if (arguments.length > 1) surplus("sub_", arguments, 1, "a factor is multiplied first: x.sub_(y.mul(2))");
    return this.#inPlace("sub_", other, "sub");
  }

  /**
   * Multiplies in place, element by element: this ← this · other.
   *
   * PyTorch: `Tensor.mul_`.
   *
   * @param other The factor; broadcast to this shape.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if the result does not have this tensor's shape.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).mul_(0.5).array(), [0.5, 1]);
   * ```
   */
  mul_(other: TensorLike): this {
    if (arguments.length > 1) surplus("mul_", arguments, 1);
    return this.#inPlace("mul_", other, "mul");
  }

  /**
   * Divides in place, element by element: this ← this / other.
   *
   * PyTorch: `Tensor.div_`.
   *
   * @param other The divisor; broadcast to this shape.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if the result does not have this tensor's shape.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).div_(4).array(), [0.25, 0.5]);
   * ```
   */
  div_(other: TensorLike): this {
    if (arguments.length > 1) surplus("div_", arguments, 1);
    return this.#inPlace("div_", other, "div");
  }

  /**
   * Raises to a power in place: this ← this to the power of other.
   *
   * PyTorch: `Tensor.pow_`.
   *
   * @param other The exponent; broadcast to this shape.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if the result does not have this tensor's shape, or for integers to the power of a negative number.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).pow_(3).array(), [1, 8]);
   * ```
   */
  pow_(other: TensorLike): this {
    if (arguments.length > 1) surplus("pow_", arguments, 1);
    return this.#inPlace("pow_", other, "pow");
  }

  /**
   * Changes the sign in place: this ← −this.
   *
   * PyTorch: `Tensor.neg_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, -2]).neg_().array(), [-1, 2]);
   * ```
   */
  neg_(): this {
    if (arguments.length > 0) surplus("neg_", arguments, 0);
    return this.#become("neg_", this.neg());
  }

  /**
   * Takes the absolute value in place: this ← |this|.
   *
   * PyTorch: `Tensor.abs_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, -2]).abs_().array(), [1, 2]);
   * ```
   */
  abs_(): this {
    if (arguments.length > 0) surplus("abs_", arguments, 0);
    return this.#become("abs_", this.abs());
  }

  /**
   * Squares in place: this ← this².
   *
   * PyTorch: `Tensor.square_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, -2]).square_().array(), [1, 4]);
   * ```
   */
  square_(): this {
    if (arguments.length > 0) surplus("square_", arguments, 0);
    return this.#become("square_", this.square());
  }

  /**
   * Takes the square root in place: this ← √this.
   *
   * PyTorch: `Tensor.sqrt_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([4, 9]).sqrt_().array(), [2, 3]);
   * ```
   */
  sqrt_(): this {
    if (arguments.length > 0) surplus("sqrt_", arguments, 0);
    return this.#become("sqrt_", this.sqrt());
  }

  /**
   * Takes the exponential in place: this ← e to the power of this.
   *
   * PyTorch: `Tensor.exp_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, -Infinity]).exp_().array(), [1, 0]);
   * ```
   */
  exp_(): this {
    if (arguments.length > 0) surplus("exp_", arguments, 0);
    return this.#become("exp_", this.exp());
  }

  /**
   * Takes the logarithm in place: this ← ln this.
   *
   * PyTorch: `Tensor.log_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 0]).log_().array(), [0, -Infinity]);
   * ```
   */
  log_(): this {
    if (arguments.length > 0) surplus("log_", arguments, 0);
    return this.#become("log_", this.log());
  }

  /**
   * Rounds in place to the nearest whole number, of two the even one.
   *
   * PyTorch: `Tensor.round_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0.5, 1.6]).round_().array(), [0, 2]);
   * ```
   */
  round_(): this {
    if (arguments.length > 0) surplus("round_", arguments, 0);
    return this.#become("round_", this.round());
  }

  /**
   * Sets what is below 0 to 0, in place.
   *
   * PyTorch: `Tensor.relu_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 2]).relu_().array(), [0, 2]);
   * ```
   */
  relu_(): this {
    if (arguments.length > 0) surplus("relu_", arguments, 0);
    return this.#become("relu_", this.relu());
  }

  /**
   * Takes the sigmoid in place: this ← 1 / (1 + e to the power of −this).
   *
   * PyTorch: `Tensor.sigmoid_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, Infinity]).sigmoid_().array(), [0.5, 1]);
   * ```
   */
  sigmoid_(): this {
    if (arguments.length > 0) surplus("sigmoid_", arguments, 0);
    return this.#become("sigmoid_", this.sigmoid());
  }

  /**
   * Takes the hyperbolic tangent in place.
   *
   * PyTorch: `Tensor.tanh_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, Infinity]).tanh_().array(), [0, 1]);
   * ```
   */
  tanh_(): this {
    if (arguments.length > 0) surplus("tanh_", arguments, 0);
    return this.#become("tanh_", this.tanh());
  }

  /**
   * Limits every element to [min, max] in place.
   *
   * PyTorch: `Tensor.clamp_`.
   *
   * @param min The smallest value, or null for none; or both limits by name, `{ min, max }`.
   * @param max The largest value, or null for none.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if neither limit is given, plain numbers have min > max, or the result does not have this tensor's shape.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-2, 0.5, 2]).clamp_(-1, 1).array(), [-1, 0.5, 1]);
   * ```
   */
  clamp_(min?: Limit | null | Limits, max?: Limit | null): this {
    if (arguments.length > 2) surplus("clamp_", arguments, 2);
    return this.#become("clamp_", this.#clamp("clamp_", min, max));
  }

  /**
   * Goes a part of the way to end, in place: this ← this + weight · (end − this). A running average, as of weights: `average.lerp_(p, 0.01)`.
   *
   * PyTorch: `Tensor.lerp_`.
   *
   * @param end Where the weight 1 leads: a tensor, a number or nested arrays.
   * @param weight How far: a number, a tensor or nested arrays.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if the result does not have this tensor's shape.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 10]).lerp_([4, 20], 0.25).array(), [1, 12.5]);
   * ```
   */
  lerp_(end: TensorLike, weight: TensorLike): this {
    if (arguments.length > 2) surplus("lerp_", arguments, 2);
    return this.#become("lerp_", this.#lerp("lerp_", end, weight));
  }

  /**
   * Adds in place: this ← this + value · a · b.
   *
   * PyTorch: `Tensor.addcmul_`.
   *
   * @param a A tensor, a number or nested arrays.
   * @param b The other one.
   * @param options `value`: what both are multiplied with, 1 by default.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if the result does not have this tensor's shape.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).addcmul_([3, 4], [5, 6], { value: 0.5 }).array(), [8.5, 14]);
   * ```
   */
  addcmul_(a: TensorLike, b: TensorLike, options: { value?: number } = {}): this {
    if (arguments.length > 3) surplus("addcmul_", arguments, 3);
    return this.#become("addcmul_", this.#addScaled("addcmul_", "mul", a, b, options));
  }

  /**
   * Adds in place: this ← this + value · a / b.
   *
   * PyTorch: `Tensor.addcdiv_`.
   *
   * @param a A tensor, a number or nested arrays.
   * @param b The other one.
   * @param options `value`: what both are multiplied with, 1 by default.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if the result does not have this tensor's shape.
   * @throws {TypeError} if the result does not have this tensor's dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).addcdiv_([3, 4], [2, 8], { value: 2 }).array(), [4, 3]);
   * ```
   */
  addcdiv_(a: TensorLike, b: TensorLike, options: { value?: number } = {}): this {
    if (arguments.length > 3) surplus("addcdiv_", arguments, 3);
    return this.#become("addcdiv_", this.#addScaled("addcdiv_", "div", a, b, options));
  }

  /**
   * Sets every element to 0. No gradient flows to what they were computed from: it is 0.
   *
   * PyTorch: `torch.zero_`.
   *
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).zero_().array(), [0, 0]);
   * ```
   */
  zero_(): this {
    if (arguments.length > 0) surplus("zero_", arguments, 0);
    return this.#fill("zero_", 0);
  }

  /**
   * Sets every element to one number. No gradient flows to what they were computed from: it is 0.
   *
   * PyTorch: `torch.fill_`.
   *
   * @param number The number; a bool becomes true for any but 0.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if this tensor is int32 and the number is not.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).fill_(7).array(), [7, 7]);
   * ```
   */
  fill_(number: number | boolean): this {
    if (arguments.length > 1) surplus("fill_", arguments, 1);
    if (typeof number !== "boolean") checkNumber("fill_", "the value", number);
    return this.#fill("fill_", number);
  }

  #fill(name: string, number: number | boolean): this {
    const { dtype, device } = this;
    return this.#overwrite(name, constant(device, fitting(name, number, dtype), dtype));
  }

  /**
   * Copies another tensor's numbers, in this tensor's dtype.
   *
   * PyTorch: `Tensor.copy_`.
   *
   * @param other Where from; broadcast to this shape.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if its shape does not broadcast to this one.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).copy_([5, 6]).array(), [[5, 6], [5, 6]]);
   * ```
   */
  copy_(other: TensorLike): this {
    if (arguments.length > 1) surplus("copy_", arguments, 1);
    return this.#overwrite("copy_", this.#lift("copy_", other));
  }

  /** All of it, as far as the source reaches by broadcasting. */
  #overwrite(name: string, source: Value): this {
    const { value } = this, { shape } = value;
    this.#checkFits(name, source.shape);
    commonDevice(name, [value, source]);
    const whole = { begin: shape.map(() => 0), size: shape, step: shape.map(() => 1) };
    return this.#settle(name, apply("sliceScatter", [value, toDtype(source, this.dtype)], whole));
  }

  /**
   * Writes into a part of the tensor, in place. `x.set_([0, [1, 3]], 9)` is PyTorch's `x[0, 1:3] = 9`. Gradients flow to what
   * was written, and to the rest of what there was before. Where indices name a place several times, the last value stays, and
   * only to that one a gradient flows; with `accumulate` all are added to what there was.
   *
   * A tensor of bool is taken on a GPU, too, where one value is for all that it picks: `x.set_([x.lt(0)], 0)`.
   *
   * PyTorch: `torch.Tensor.__setitem__`, `torch.Tensor.index_put_`.
   *
   * @param index The part, as a list of what {@linkcode Tensor.at} takes.
   * @param value What is written there: a number, nested arrays or a tensor, broadcast to the shape of `x.at(...index)`.
   * @param options accumulate: whether the value is added to what there is; false by default.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} if an index lies outside, or the value's shape does not broadcast to that of the part.
   * @throws {TypeError} if the index is no list, or the value does not fit into this tensor's dtype; and for a mask on a GPU with a
   * value for each of its elements.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = zeros(2, 3);
   * x.set_([0, [1, 3]], 9).set_([1], [1, 2, 3]);
   * assertEquals(await x.array(), [[0, 9, 9], [1, 2, 3]]);
   * x.set_([x.gt(2)], -1).set_([1, [[0, 0]]], [10, 20], { accumulate: true });
   * assertEquals(await x.array(), [[0, -1, -1], [31, 2, -1]]);
   * ```
   */
  set_(index: readonly Index[], value: TensorLike, options: SetOptions = {}): this {
    if (arguments.length > 3) surplus("set_", arguments, 3);
    if (!Array.isArray(index)) {
      throw new TypeError(`set_: the index is a list, as in set_([0], 9), not ${describe(index)}`);
    }
    checkOptions("set_", options, ["accumulate"]);
    const { accumulate = false } = options;
    checkBoolean("set_", "accumulate", accumulate);
    const named = read("set_", index.map(given), this.value);
    const source = pick.writable("set_", given(value), this.value);
    commonDevice("set_", [this.value, source]);
    return this.#settle("set_", written("set_", this.value, named, source, accumulate));
  }

  /**
   * Adds slices along a dimension, in place: what {@linkcode Tensor.indexAdd} gives.
   *
   * PyTorch: `torch.Tensor.index_add_`.
   *
   * @param dim The dimension.
   * @param index int32 [N], or a list of whole numbers.
   * @param source A tensor or nested arrays of this shape, but N along that dimension.
   * @param options alpha: a factor, 1 by default.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} as indexAdd.
   * @throws {TypeError} as indexAdd.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).indexAdd_(0, [1, 1], [10, 20], { alpha: 2 }).array(), [1, 62]);
   * ```
   */
  indexAdd_(dim: number, index: TensorLike, source: TensorLike, options: IndexAddOptions = {}): this {
    if (arguments.length > 4) surplus("indexAdd_", arguments, 4);
    return this.#settle("indexAdd_", this.#indexAdd("indexAdd_", dim, index, source, options));
  }

  /**
   * What {@linkcode Tensor.indexCopy} gives, in place.
   *
   * PyTorch: `torch.Tensor.index_copy_`.
   *
   * @param dim The dimension.
   * @param index int32 [N], or a list of whole numbers.
   * @param source A tensor or nested arrays of this shape, but N along that dimension.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} as indexCopy.
   * @throws {TypeError} as indexCopy.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await zeros(3).indexCopy_(0, [2], [5]).array(), [0, 0, 5]);
   * ```
   */
  indexCopy_(dim: number, index: TensorLike, source: TensorLike): this {
    if (arguments.length > 3) surplus("indexCopy_", arguments, 3);
    const d = checkDim("indexCopy_", dim, this.ndim);
    return this.#settle(
      "indexCopy_",
      pick.indexCopy("indexCopy_", this.value, d, given(index), given(source)),
    );
  }

  /**
   * What {@linkcode Tensor.indexFill} gives, in place.
   *
   * PyTorch: `torch.Tensor.index_fill_`.
   *
   * @param dim The dimension.
   * @param index int32 [N], or a list of whole numbers.
   * @param value A number, or a tensor of no dimensions, to which a gradient flows.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} as indexFill.
   * @throws {TypeError} as indexFill.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await zeros(3).indexFill_(0, [-1], 5).array(), [0, 0, 5]);
   * ```
   */
  indexFill_(dim: number, index: TensorLike, value: TensorLike): this {
    if (arguments.length > 3) surplus("indexFill_", arguments, 3);
    const d = checkDim("indexFill_", dim, this.ndim);
    return this.#settle(
      "indexFill_",
      pick.indexFill("indexFill_", this.value, d, given(index), given(value)),
    );
  }

  /**
   * What {@linkcode Tensor.scatter} gives, in place.
   *
   * PyTorch: `torch.Tensor.scatter_`.
   *
   * @param dim The dimension.
   * @param index int32, or nested arrays of whole numbers, of as many dimensions; no larger than this tensor in the other dimensions.
   * @param source A number for all of these places; or a tensor or nested arrays, of which as many values are taken as the index has.
   * @param options reduce: as in scatter.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} as scatter.
   * @throws {TypeError} as scatter.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).scatter_(0, [1, 1], 5, { reduce: "add" }).array(), [1, 12]);
   * ```
   */
  scatter_(dim: number, index: TensorLike, source: TensorLike, options: ScatterOptions = {}): this {
    if (arguments.length > 4) surplus("scatter_", arguments, 4);
    return this.#settle("scatter_", this.#scatter("scatter_", dim, index, source, options));
  }

  /**
   * What {@linkcode Tensor.scatterAdd} gives, in place.
   *
   * PyTorch: `torch.Tensor.scatter_add_`.
   *
   * @param dim The dimension.
   * @param index int32, or nested arrays of whole numbers, of as many dimensions; no larger than this tensor in the other dimensions.
   * @param source A number for all of these places; or a tensor or nested arrays, of which as many values are taken as the index has.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} as scatterAdd.
   * @throws {TypeError} as scatterAdd.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).scatterAdd_(0, [1, 1], [5, 6]).array(), [1, 13]);
   * ```
   */
  scatterAdd_(dim: number, index: TensorLike, source: TensorLike): this {
    if (arguments.length > 3) surplus("scatterAdd_", arguments, 3);
    return this.#settle("scatterAdd_", this.#scatter("scatterAdd_", dim, index, source, { reduce: "add" }));
  }

  /**
   * What {@linkcode Tensor.maskedFill} gives, in place.
   *
   * PyTorch: `torch.Tensor.masked_fill_`.
   *
   * @param mask Of bool: a tensor, or nested arrays of booleans; broadcast to this shape.
   * @param value A number, or a tensor of no dimensions, to which a gradient flows.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @throws {RangeError} as maskedFill.
   * @throws {TypeError} as maskedFill.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([-1, 2]);
   * assertEquals(await x.maskedFill_(x.lt(0), 0).array(), [0, 2]);
   * ```
   */
  maskedFill_(mask: TensorLike, value: TensorLike): this {
    if (arguments.length > 2) surplus("maskedFill_", arguments, 2);
    const result = maskedFill("maskedFill_", this.value, given(mask), given(value));
    this.#checkFits("maskedFill_", result.shape);
    return this.#settle("maskedFill_", result);
  }

  #inPlace(name: string, other: TensorLike, operation: "add" | "sub" | "mul" | "div" | "pow"): this {
    const operand = this.#operand(name, other), dtype = combinedDtype(operation, this.value, operand);
    if (typeof operand === "object") this.#checkFits(name, operand.shape);
    if (dtype !== this.dtype) {
      throw new TypeError(
        `${name}: the result is ${dtype}, which does not fit into this ${this.dtype} tensor`,
      );
    }
    const result = combine(operation, this.value, operand, name);
    return this.#settle(name, result);
  }

  /** Takes the place of this tensor's numbers. */
  #become(name: string, { value, dtype }: Tensor): this {
    this.#checkFits(name, value.shape);
    if (dtype !== this.dtype) {
      throw new TypeError(
        `${name}: the result is ${dtype}, which does not fit into this ${this.dtype} tensor`,
      );
    }
    return this.#settle(name, value);
  }

  #checkFits(name: string, shape: readonly number[]): void {
    const own = this.value.shape;
    if (sameShape(own, shape)) return;
    const result = broadcastShapes(name, own, shape);
    if (!sameShape(result, own)) {
      throw new RangeError(
        `${name}: a result of shape ${text(result)} does not fit into this tensor of shape ${
          text(this.value.shape)
        }`,
      );
    }
  }

  /** Puts a result into this tensor's memory and graph. */
  #settle(name: string, result: Value): this {
    const { value } = this;
    if (value.isLeaf && value.requiresGrad && isRecording()) {
      throw new Error(
        `${name}: a leaf that requires a gradient cannot change in place while operations are recorded; wrap the call: noGrad(() => …)`,
      );
    }
    settle(value, result, name);
    return this;
  }

  // Functions of each element. int32 and bool become float32 where the result is no integer

  /** Applies a rule that keeps int32; bools count as 0 and 1. */
  #map(name: "neg" | "abs" | "square" | "relu" | "sign"): Tensor {
    const dtype = this.dtype === "bool" ? "int32" : this.dtype;
    return new Tensor(apply(name, [toDtype(this.value, dtype)], undefined));
  }

  /** Applies a rule of whole results: integers are what they are already. */
  #whole(name: "floor" | "ceil" | "round" | "trunc"): Tensor {
    return this.dtype === "float32" ? new Tensor(apply(name, [this.value], undefined)) : this.to("int32");
  }

  #float(name: FloatFunction): Tensor {
    return new Tensor(apply(name, [toDtype(this.value, "float32")], undefined));
  }

  /**
   * −x
   *
   * PyTorch: `torch.neg`.
   *
   * @returns A tensor of this shape and dtype.
   * @throws {TypeError} for booleans, which have no negative.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, -2]).neg().array(), [-1, 2]);
   * ```
   */
  neg(): Tensor {
    if (arguments.length > 0) surplus("neg", arguments, 0);
    if (this.dtype === "bool") {
      throw new TypeError(
        'neg: booleans have no negative; eq(false) turns them round, and to("int32") makes numbers of them',
      );
    }
    return this.#map("neg");
  }

  /**
   * |x|; the slope at 0 is 0.
   *
   * PyTorch: `torch.abs`.
   *
   * @returns A tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, -2]).abs().array(), [1, 2]);
   * ```
   */
  abs(): Tensor {
    if (arguments.length > 0) surplus("abs", arguments, 0);
    return this.#map("abs");
  }

  /**
   * x²
   *
   * PyTorch: `torch.square`.
   *
   * @returns A tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, -2]).square().array(), [1, 4]);
   * ```
   */
  square(): Tensor {
    if (arguments.length > 0) surplus("square", arguments, 0);
    return this.#map("square");
  }

  /**
   * −1, 0 or 1: the sign; 0 for NaN. Its gradient is 0.
   *
   * PyTorch: `torch.sign`.
   *
   * @returns A tensor of this shape and dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-2, 0, 3]).sign().array(), [-1, 0, 1]);
   * ```
   */
  sign(): Tensor {
    if (arguments.length > 0) surplus("sign", arguments, 0);
    return this.dtype === "bool" ? this.clone() : this.#map("sign");
  }

  /**
   * The largest whole number that is not above. Its gradient is 0.
   *
   * PyTorch: `torch.floor`.
   *
   * @returns A tensor of this shape; integers stay as they are, booleans count as 0 and 1.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1.5, 1.5]).floor().array(), [-2, 1]);
   * ```
   */
  floor(): Tensor {
    if (arguments.length > 0) surplus("floor", arguments, 0);
    return this.#whole("floor");
  }

  /**
   * The smallest whole number that is not below. Its gradient is 0.
   *
   * PyTorch: `torch.ceil`.
   *
   * @returns A tensor of this shape; integers stay as they are, booleans count as 0 and 1.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1.5, 1.5]).ceil().array(), [-1, 2]);
   * ```
   */
  ceil(): Tensor {
    if (arguments.length > 0) surplus("ceil", arguments, 0);
    return this.#whole("ceil");
  }

  /**
   * The whole part: what is left without the fraction. Its gradient is 0.
   *
   * PyTorch: `torch.trunc`, `torch.fix`.
   *
   * @returns A tensor of this shape; integers stay as they are, booleans count as 0 and 1.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1.5, 1.5]).trunc().array(), [-1, 1]);
   * ```
   */
  trunc(): Tensor {
    if (arguments.length > 0) surplus("trunc", arguments, 0);
    return this.#whole("trunc");
  }

  /**
   * The fraction: x − trunc(x), of x's sign.
   *
   * PyTorch: `torch.frac`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1.25, 1.5]).frac().array(), [-0.25, 0.5]);
   * ```
   */
  frac(): Tensor {
    if (arguments.length > 0) surplus("frac", arguments, 0);
    const x = this.to("float32");
    return x.sub(x.trunc());
  }

  /**
   * The nearest whole number, or the nearest number of so many decimals; of two the even one. Its gradient is 0.
   *
   * PyTorch: `torch.round`.
   *
   * @param options `decimals`: how many digits stay behind the point; negative ones are in front of it. 0 by default.
   * @returns A tensor of this shape; integers stay as they are, booleans count as 0 and 1. With decimals, float32.
   * @throws {RangeError} if decimals are no whole number from −38 to 38.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0.5, 1.5, 2.26]).round().array(), [0, 2, 2]);
   * ```
   */
  round(options: { decimals?: number } = {}): Tensor {
    if (arguments.length > 1) surplus("round", arguments, 1);
    checkOptions("round", options, ["decimals"]);
    const { decimals = 0 } = options;
    checkInteger("round", "decimals", checkRange("round", "decimals", decimals, -38, 38));
    if (decimals === 0) return this.#whole("round");
    const x = this.to("float32"), power = 10 ** Math.abs(decimals);
    return decimals > 0 ? x.mul(power).round().div(power) : x.div(power).round().mul(power);
  }

  /**
   * eˣ
   *
   * PyTorch: `torch.exp`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).exp().format(), "[1.0000, 2.7183]");
   * ```
   */
  exp(): Tensor {
    if (arguments.length > 0) surplus("exp", arguments, 0);
    return this.#float("exp");
  }

  /**
   * The natural logarithm: −Infinity at 0, NaN below.
   *
   * PyTorch: `torch.log`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).log().format(), "[0.0000, 0.6931]");
   * ```
   */
  log(): Tensor {
    if (arguments.length > 0) surplus("log", arguments, 0);
    return this.#float("log");
  }

  /**
   * The square root: NaN below 0.
   *
   * PyTorch: `torch.sqrt`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([4, 9]).sqrt().array(), [2, 3]);
   * ```
   */
  sqrt(): Tensor {
    if (arguments.length > 0) surplus("sqrt", arguments, 0);
    return this.#float("sqrt");
  }

  /**
   * 1 / √x: Infinity at 0, NaN below.
   *
   * PyTorch: `torch.rsqrt`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([4, 0.25]).rsqrt().array(), [0.5, 2]);
   * ```
   */
  rsqrt(): Tensor {
    if (arguments.length > 0) surplus("rsqrt", arguments, 0);
    return this.#float("rsqrt");
  }

  /**
   * 1 / x
   *
   * PyTorch: `torch.reciprocal`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([4, -0.5]).reciprocal().array(), [0.25, -2]);
   * ```
   */
  reciprocal(): Tensor {
    if (arguments.length > 0) surplus("reciprocal", arguments, 0);
    return this.#float("reciprocal");
  }

  /**
   * 2ˣ
   *
   * PyTorch: `torch.exp2`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([3, -1]).exp2().array(), [8, 0.5]);
   * ```
   */
  exp2(): Tensor {
    if (arguments.length > 0) surplus("exp2", arguments, 0);
    return this.#float("exp2");
  }

  /**
   * eˣ − 1, with all its digits where x is small.
   *
   * PyTorch: `torch.expm1`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1e-10]).expm1().format(), "[0.0000e+00, 1.0000e-10]");
   * ```
   */
  expm1(): Tensor {
    if (arguments.length > 0) surplus("expm1", arguments, 0);
    return this.#float("expm1");
  }

  /**
   * The logarithm to base 2: −Infinity at 0, NaN below.
   *
   * PyTorch: `torch.log2`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([8, 0.5]).log2().array(), [3, -1]);
   * ```
   */
  log2(): Tensor {
    if (arguments.length > 0) surplus("log2", arguments, 0);
    return this.#float("log2");
  }

  /**
   * The logarithm to base 10: −Infinity at 0, NaN below.
   *
   * PyTorch: `torch.log10`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([100, 2]).log10().format(), "[2.0000, 0.3010]");
   * ```
   */
  log10(): Tensor {
    if (arguments.length > 0) surplus("log10", arguments, 0);
    return this.#float("log10");
  }

  /**
   * ln(1 + x), with all its digits where x is small: −Infinity at −1, NaN below.
   *
   * PyTorch: `torch.log1p`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1e-10]).log1p().format(), "[0.0000e+00, 1.0000e-10]");
   * ```
   */
  log1p(): Tensor {
    if (arguments.length > 0) surplus("log1p", arguments, 0);
    return this.#float("log1p");
  }

  /**
   * The sine, of radians.
   *
   * PyTorch: `torch.sin`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, Math.PI / 2]).sin().array(), [0, 1]);
   * ```
   */
  sin(): Tensor {
    if (arguments.length > 0) surplus("sin", arguments, 0);
    return this.#float("sin");
  }

  /**
   * The cosine, of radians.
   *
   * PyTorch: `torch.cos`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).cos().format(), "[1.0000, 0.5403]");
   * ```
   */
  cos(): Tensor {
    if (arguments.length > 0) surplus("cos", arguments, 0);
    return this.#float("cos");
  }

  /**
   * The tangent, of radians.
   *
   * PyTorch: `torch.tan`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).tan().format(), "[0.0000, 1.5574]");
   * ```
   */
  tan(): Tensor {
    if (arguments.length > 0) surplus("tan", arguments, 0);
    return this.#float("tan");
  }

  /**
   * The angle in [−π/2, π/2] whose sine is x: NaN beyond ±1.
   *
   * PyTorch: `torch.asin`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).asin().format(), "[0.0000, 1.5708]");
   * ```
   */
  asin(): Tensor {
    if (arguments.length > 0) surplus("asin", arguments, 0);
    return this.#float("asin");
  }

  /**
   * The angle in [0, π] whose cosine is x: NaN beyond ±1.
   *
   * PyTorch: `torch.acos`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).acos().format(), "[1.5708, 0.0000]");
   * ```
   */
  acos(): Tensor {
    if (arguments.length > 0) surplus("acos", arguments, 0);
    return this.#float("acos");
  }

  /**
   * The angle in [−π/2, π/2] whose tangent is x.
   *
   * PyTorch: `torch.atan`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).atan().format(), "[0.0000, 0.7854]");
   * ```
   */
  atan(): Tensor {
    if (arguments.length > 0) surplus("atan", arguments, 0);
    return this.#float("atan");
  }

  /**
   * The hyperbolic sine: (eˣ − e⁻ˣ) / 2.
   *
   * PyTorch: `torch.sinh`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).sinh().format(), "[0.0000, 1.1752]");
   * ```
   */
  sinh(): Tensor {
    if (arguments.length > 0) surplus("sinh", arguments, 0);
    return this.#float("sinh");
  }

  /**
   * The hyperbolic cosine: (eˣ + e⁻ˣ) / 2.
   *
   * PyTorch: `torch.cosh`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).cosh().format(), "[1.0000, 1.5431]");
   * ```
   */
  cosh(): Tensor {
    if (arguments.length > 0) surplus("cosh", arguments, 0);
    return this.#float("cosh");
  }

  /**
   * The inverse of the hyperbolic sine.
   *
   * PyTorch: `torch.asinh`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).asinh().format(), "[0.0000, 0.8814]");
   * ```
   */
  asinh(): Tensor {
    if (arguments.length > 0) surplus("asinh", arguments, 0);
    return this.#float("asinh");
  }

  /**
   * The inverse of the hyperbolic cosine: NaN below 1.
   *
   * PyTorch: `torch.acosh`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).acosh().format(), "[0.0000, 1.3170]");
   * ```
   */
  acosh(): Tensor {
    if (arguments.length > 0) surplus("acosh", arguments, 0);
    return this.#float("acosh");
  }

  /**
   * The inverse of the hyperbolic tangent: ±Infinity at ±1, NaN beyond.
   *
   * PyTorch: `torch.atanh`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 0.5]).atanh().format(), "[0.0000, 0.5493]");
   * ```
   */
  atanh(): Tensor {
    if (arguments.length > 0) surplus("atanh", arguments, 0);
    return this.#float("atanh");
  }

  /**
   * The error function: 2/√π ∫₀ˣ e^(−t²) dt.
   *
   * PyTorch: `torch.erf`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).erf().format(), "[0.0000, 0.8427]");
   * ```
   */
  erf(): Tensor {
    if (arguments.length > 0) surplus("erf", arguments, 0);
    return this.#float("erf");
  }

  /**
   * 1 − erf(x), with all its digits where that is small.
   *
   * PyTorch: `torch.erfc`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).erfc().format(), "[1.0000, 0.1573]");
   * ```
   */
  erfc(): Tensor {
    if (arguments.length > 0) surplus("erfc", arguments, 0);
    return this.#float("erfc");
  }

  /**
   * max(x, 0), the rectified linear unit (Nair & Hinton 2010); the slope at 0 is 0.
   *
   * PyTorch: `torch.relu`.
   *
   * @returns A tensor of this shape; float32 or int32, as this one.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 2]).relu().array(), [0, 2]);
   * ```
   */
  relu(): Tensor {
    if (arguments.length > 0) surplus("relu", arguments, 0);
    return this.#map("relu");
  }

  /**
   * x where positive, else slope · x (Maas, Hannun & Ng 2013).
   *
   * PyTorch: `torch.nn.functional.leaky_relu`.
   *
   * @param slope The slope below 0: 0.01 by default.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if the slope is not a finite number.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-2, 2]).leakyRelu(0.5).array(), [-1, 2]);
   * ```
   */
  leakyRelu(slope = 0.01): Tensor {
    if (arguments.length > 1) surplus("leakyRelu", arguments, 1);
    checkRange("leakyRelu", "the slope", slope);
    return new Tensor(apply("leakyRelu", [toDtype(this.value, "float32")], { slope }));
  }

  /**
   * x where positive, else alpha · (eˣ − 1) (Clevert, Unterthiner & Hochreiter 2016).
   *
   * PyTorch: `torch.nn.functional.elu`.
   *
   * @param alpha What it falls to, −alpha, far below 0: 1 by default.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if alpha is not a finite number.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 2]).elu().format(), "[-0.6321,  2.0000]");
   * ```
   */
  elu(alpha = 1): Tensor {
    if (arguments.length > 1) surplus("elu", arguments, 1);
    const scale = checkRange("elu", "alpha", alpha);
    return new Tensor(apply("elu", [toDtype(this.value, "float32")], { scale, inner: 1 }));
  }

  /**
   * max(x, 0) + min(0, alpha · (e^(x / alpha) − 1)): as elu, with a slope of 1 at 0 for every alpha (Barron 2017).
   *
   * PyTorch: `torch.nn.functional.celu`.
   *
   * @param alpha What it falls to, −alpha, far below 0: 1 by default; not 0.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if alpha is 0 or not a finite number.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 2]).celu().format(), "[-0.6321,  2.0000]");
   * ```
   */
  celu(alpha = 1): Tensor {
    if (arguments.length > 1) surplus("celu", arguments, 1);
    const scale = checkRange("celu", "alpha", alpha);
    if (scale === 0) throw new RangeError("celu: alpha must not be 0");
    return new Tensor(apply("elu", [toDtype(this.value, "float32")], { scale, inner: 1 / scale }));
  }

  /**
   * 1.0507 x where positive, else 1.0507 · 1.6733 · (eˣ − 1): numbers of mean 0 and variance 1 keep both (Klambauer et al. 2017).
   *
   * PyTorch: `torch.nn.functional.selu`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 1]).selu().format(), "[-1.1113,  1.0507]");
   * ```
   */
  selu(): Tensor {
    if (arguments.length > 0) surplus("selu", arguments, 0);
    const below = apply("elu", [toDtype(this.value, "float32")], { scale: 1.6732632423543772, inner: 1 });
    return new Tensor(below).mul(1.0507009873554805);
  }

  /**
   * Limits every element to [min, max], as clamp() does; on the limits its slope is 0.
   *
   * PyTorch: `torch.nn.functional.hardtanh`.
   *
   * @param min The smallest value: −1 by default.
   * @param max The largest value: 1 by default.
   * @returns A tensor of this shape; integers between whole limits stay int32, all else is float32.
   * @throws {RangeError} if min is not below max.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-2, 0.5, 2]).hardtanh().array(), [-1, 0.5, 1]);
   * ```
   */
  hardtanh(min = -1, max = 1): Tensor {
    if (arguments.length > 2) surplus("hardtanh", arguments, 2);
    checkNumber("hardtanh", "min", min);
    checkNumber("hardtanh", "max", max);
    if (!(min < max)) throw new RangeError(`hardtanh: min must be below max, not ${min} and ${max}`);
    if (this.dtype !== "float32" && [min, max].every((limit) => dtypeOf(limit) === "int32")) {
      return this.clamp(min, max);
    }
    return new Tensor(apply("hardtanh", [toDtype(this.value, "float32")], { min, max }));
  }

  /**
   * min(max(x, 0), 6) (Howard et al. 2017); at 0 and 6 its slope is 0.
   *
   * PyTorch: `torch.nn.functional.relu6`.
   *
   * @returns A tensor of this shape; float32 or int32, as this one.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 3, 9]).relu6().array(), [0, 3, 6]);
   * ```
   */
  relu6(): Tensor {
    if (arguments.length > 0) surplus("relu6", arguments, 0);
    return this.hardtanh(0, 6);
  }

  /**
   * 1 / (1 + e⁻ˣ)
   *
   * PyTorch: `torch.sigmoid`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 0]).sigmoid().format(), "[0.2689, 0.5000]");
   * ```
   */
  sigmoid(): Tensor {
    if (arguments.length > 0) surplus("sigmoid", arguments, 0);
    return this.#float("sigmoid");
  }

  /**
   * min(max(x + 3, 0), 6) / 6: a sigmoid of straight lines.
   *
   * PyTorch: `torch.nn.functional.hardsigmoid`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-4, 0, 1.5]).hardsigmoid().array(), [0, 0.5, 0.75]);
   * ```
   */
  hardsigmoid(): Tensor {
    if (arguments.length > 0) surplus("hardsigmoid", arguments, 0);
    return this.#float("hardsigmoid");
  }

  /**
   * ln(1 / (1 + e⁻ˣ)), without overflow.
   *
   * PyTorch: `torch.nn.functional.logsigmoid`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-100, 0]).logSigmoid().format(), "[-100.0000,   -0.6931]");
   * ```
   */
  logSigmoid(): Tensor {
    if (arguments.length > 0) surplus("logSigmoid", arguments, 0);
    return this.#float("logSigmoid");
  }

  /**
   * x / (1 + e⁻ˣ), the sigmoid linear unit, or swish (Elfwing, Uchibe & Doya 2017).
   *
   * PyTorch: `torch.nn.functional.silu`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 1]).silu().format(), "[-0.2689,  0.7311]");
   * ```
   */
  silu(): Tensor {
    if (arguments.length > 0) surplus("silu", arguments, 0);
    return this.#float("silu");
  }

  /**
   * x · min(max(x + 3, 0), 6) / 6: silu of straight lines (Howard et al. 2019).
   *
   * PyTorch: `torch.nn.functional.hardswish`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 3, 4.5]).hardswish().array(), [0, 3, 4.5]);
   * ```
   */
  hardswish(): Tensor {
    if (arguments.length > 0) surplus("hardswish", arguments, 0);
    return this.#float("hardswish");
  }

  /**
   * x · tanh(ln(1 + eˣ)) (Misra 2019).
   *
   * PyTorch: `torch.nn.functional.mish`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 1]).mish().format(), "[-0.3034,  0.8651]");
   * ```
   */
  mish(): Tensor {
    if (arguments.length > 0) surplus("mish", arguments, 0);
    return this.#float("mish");
  }

  /**
   * x / (1 + |x|)
   *
   * PyTorch: `torch.nn.functional.softsign`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 3]).softsign().array(), [-0.5, 0.75]);
   * ```
   */
  softsign(): Tensor {
    if (arguments.length > 0) surplus("softsign", arguments, 0);
    const x = this.to("float32");
    return x.div(x.abs().add(1));
  }

  /**
   * The hyperbolic tangent.
   *
   * PyTorch: `torch.tanh`.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 0]).tanh().format(), "[-0.7616,  0.0000]");
   * ```
   */
  tanh(): Tensor {
    if (arguments.length > 0) surplus("tanh", arguments, 0);
    return this.#float("tanh");
  }

  /**
   * x Φ(x), with the normal distribution function Φ (Hendrycks & Gimpel 2016).
   *
   * PyTorch: `torch.nn.functional.gelu`.
   *
   * @param options `approximate`: "none" for Φ itself, which is meant by default; "tanh" for x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, as in GPT-2.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if there is no such approximation.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 1]).gelu().format(), "[-0.1587,  0.8413]");
   * assertEquals(await tensor([-1, 1]).gelu({ approximate: "tanh" }).format(), "[-0.1588,  0.8412]");
   * ```
   */
  gelu(options: GeluOptions = {}): Tensor {
    if (arguments.length > 1) surplus("gelu", arguments, 1);
    checkOptions("gelu", options, ["approximate"]);
    const { approximate = "none" } = options;
    checkChoice("gelu", "approximate", approximate, ["none", "tanh"]);
    return this.#float(approximate === "tanh" ? "geluTanh" : "gelu");
  }

  /**
   * ln(1 + e^(beta · x)) / beta, without overflow.
   *
   * PyTorch: `torch.nn.functional.softplus`.
   *
   * @param options `beta`: how sharp the bend at 0 is, 1 by default; `threshold`: where beta · x is larger the result is x, 20 by default.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if beta is 0 or not finite, or the threshold is NaN.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 100]).softplus().format(), "[  0.3133, 100.0000]");
   * ```
   */
  softplus(options: SoftplusOptions = {}): Tensor {
    if (arguments.length > 1) surplus("softplus", arguments, 1);
    checkOptions("softplus", options, ["beta", "threshold"]);
    const { beta = 1, threshold = 20 } = options;
    if (checkRange("softplus", "beta", beta) === 0) throw new RangeError("softplus: beta must not be 0");
    if (Number.isNaN(checkNumber("softplus", "threshold", threshold))) {
      throw new RangeError("softplus: the threshold must be a number, not NaN");
    }
    if (beta === 1 && threshold >= 20) return this.#float("softplus");
    const x = this.to("float32"), inner = x.mul(beta);
    return x.where(inner.gt(threshold), new Tensor(apply("softplus", [inner.value], undefined)).div(beta));
  }

  /**
   * Limits every element to [min, max]; the gradient passes where the element lies inside or on the limit. A limit may be an array, with one number for each element; where it is taken, the gradient goes to it.
   *
   * PyTorch: `torch.clamp`, `torch.clip`.
   *
   * @param min The smallest value, or null for none; or both limits by name, `{ min, max }`.
   * @param max The largest value, or null for none.
   * @returns A tensor of the common shape; integers between whole limits stay int32, all else is float32.
   * @throws {RangeError} if neither limit is given, plain numbers have min > max, or the shapes do not broadcast.
   * @throws {TypeError} if a limit is no number and no tensor.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([-2, 0.5, 2]);
   * assertEquals(await x.clamp(-1, 1).array(), [-1, 0.5, 1]);
   * assertEquals(await x.clamp({ max: 1 }).array(), [-2, 0.5, 1]);
   * assertEquals(await x.clamp([0, 1, 0], 1).array(), [0, 1, 1]);
   * ```
   */
  clamp(min?: Limit | null | Limits, max?: Limit | null): Tensor {
    if (arguments.length > 2) surplus("clamp", arguments, 2);
    return this.#clamp("clamp", min, max);
  }

  #clamp(name: string, min: unknown, max: unknown): Tensor {
    const [low, high] = readLimits(name, min, max)
      .map((limit) => limit === null ? null : this.#operand(name, limit as TensorLike));
    return new Tensor(limited(name, this.value, low, high));
  }

  /**
   * Whether it is not a number; integers and booleans never are.
   *
   * PyTorch: `torch.isnan`.
   *
   * @returns A tensor of this shape, of dtype bool.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([NaN, Infinity, 1]).isnan().array(), [true, false, false]);
   * ```
   */
  isnan(): Tensor {
    if (arguments.length > 0) surplus("isnan", arguments, 0);
    return this.ne(this);
  }

  /**
   * Whether it is neither infinite nor NaN; integers and booleans always are.
   *
   * PyTorch: `torch.isfinite`.
   *
   * @returns A tensor of this shape, of dtype bool.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([NaN, Infinity, 1]).isfinite().array(), [false, false, true]);
   * ```
   */
  isfinite(): Tensor {
    if (arguments.length > 0) surplus("isfinite", arguments, 0);
    return this.dtype === "float32" ? new Tensor(apply("isFinite", [this.value], undefined)) : this.eq(this);
  }

  /**
   * Whether it is ∞ or −∞.
   *
   * PyTorch: `torch.isinf`.
   *
   * @returns A tensor of this shape, of dtype bool.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([NaN, -Infinity, 1]).isinf().array(), [false, true, false]);
   * ```
   */
  isinf(): Tensor {
    if (arguments.length > 0) surplus("isinf", arguments, 0);
    return this.abs().eq(Infinity);
  }

  /**
   * Whether it is ∞.
   *
   * PyTorch: `torch.isposinf`.
   *
   * @returns A tensor of this shape, of dtype bool.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([Infinity, -Infinity, 1]).isposinf().array(), [true, false, false]);
   * ```
   */
  isposinf(): Tensor {
    if (arguments.length > 0) surplus("isposinf", arguments, 0);
    return this.eq(Infinity);
  }

  /**
   * Whether it is −∞.
   *
   * PyTorch: `torch.isneginf`.
   *
   * @returns A tensor of this shape, of dtype bool.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([Infinity, -Infinity, 1]).isneginf().array(), [false, true, false]);
   * ```
   */
  isneginf(): Tensor {
    if (arguments.length > 0) surplus("isneginf", arguments, 0);
    return this.eq(-Infinity);
  }

  /**
   * Whether it is 0, or false.
   *
   * PyTorch: `torch.logical_not`, `~x` of booleans.
   *
   * @returns A tensor of this shape, of dtype bool.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 2]).logicalNot().array(), [true, false]);
   * ```
   */
  logicalNot(): Tensor {
    if (arguments.length > 0) surplus("logicalNot", arguments, 0);
    return new Tensor(toDtype(this.value, "bool")).eq(false);
  }

  /**
   * The same numbers in another dtype. float32 → int32 cuts the fraction off, → bool asks whether it is not 0. Gradients
   * flow from float32 to float32 only.
   *
   * PyTorch: `Tensor.to`.
   *
   * @param dtype The dtype.
   * @returns A tensor of this shape.
   * @throws {TypeError} if there is no such dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1.9, -1.9, 0]).to("int32").array(), [1, -1, 0]);
   * ```
   */
  to(dtype: DType): Tensor;
  /**
   * The same numbers on another device, as they are when this is called. It takes waiting, as all reading does. Gradients flow back
   * from the cpu to webgpu; the other way `backward()` would have to wait, so that a tensor that requires a gradient is refused there:
   * `x.detach()` is copied without one, and a module's `to()` moves parameters themselves.
   *
   * PyTorch: `Tensor.to`.
   *
   * @param device "cpu", "webgpu", or a device.
   * @returns A tensor of this shape and dtype.
   * @throws {Error} if there is no such device here, or a gradient could not come back.
   * @throws {TypeError} if it is neither a device nor a name.
   * @example On the cpu, wherever it was
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = await tensor([1, 2]).to("cpu");
   * assertEquals(x.device.name, "cpu");
   * ```
   */
  to(device: DeviceName | Device): Promise<Tensor>;
  to(what: DType | DeviceName | Device): Tensor | Promise<Tensor> {
    if (arguments.length > 1) surplus("to", arguments, 1, "the device and the dtype are two calls");
    if (what instanceof Device || what === "cpu" || what === "webgpu") {
      if (what === this.device || what === this.device.name) return Promise.resolve(this.clone());
      return carried(this.value, deviceOf("to", what)).then((copy) => new Tensor(copy));
    }
    if (typeof what !== "string") {
      throw new TypeError(`to: a dtype, a device or the name of one is needed, not ${describe(what)}`);
    }
    return checkDtype("to", what) === this.dtype ? this.clone() : new Tensor(toDtype(this.value, what));
  }

  // Two tensors, element by element, broadcast

  #combine(operation: Arithmetic, other: TensorLike): Tensor {
    return new Tensor(combine(operation, this.value, this.#operand(operation, other)));
  }

  /**
   * this + other, broadcast; of booleans, or.
   *
   * PyTorch: `torch.add`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @throws {TypeError} if `other` holds no numbers.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).add([10, 20]).array(), [[11, 22], [13, 24]]);
   * ```
   */
  add(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("add", arguments, 1, "a factor is multiplied first: x.add(y.mul(2))");
    return this.#combine("add", other);
  }

  /**
   * this − other, broadcast.
   *
   * PyTorch: `torch.sub`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @throws {TypeError} for booleans, or if `other` holds no numbers.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).sub(1).array(), [0, 1]);
   * ```
   */
  sub(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("sub", arguments, 1, "a factor is multiplied first: x.sub(y.mul(2))");
    return this.#combine("sub", other);
  }

  /**
   * this · other, element by element, broadcast; of booleans, and.
   *
   * PyTorch: `torch.mul`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @throws {TypeError} if `other` holds no numbers.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).mul(tensor([[3], [4]])).array(), [[3, 6], [4, 8]]);
   * ```
   */
  mul(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("mul", arguments, 1);
    return this.#combine("mul", other);
  }

  /**
   * this / other, element by element, broadcast; on request rounded to a whole number, whose gradient is 0.
   *
   * PyTorch: `torch.div`, `torch.floor_divide`.
   *
   * @param other A tensor, a number or nested arrays.
   * @param options `rounding`: "floor" rounds down, "trunc" cuts the fraction off.
   * @returns A float32 tensor of the common shape, for integers too; rounded, a tensor of the common dtype, where an integer divided by 0 is 0.
   * @throws {RangeError} if the shapes do not broadcast, there is no such rounding, or integers are divided by the number 0 and rounded.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).div(4).array(), [0.25, 0.5]);
   * assertEquals(await tensor([-7, 7]).div(2, { rounding: "floor" }).array(), [-4, 3]);
   * ```
   */
  div(other: TensorLike, options?: { rounding?: "floor" | "trunc" }): Tensor {
    if (arguments.length > 2) surplus("div", arguments, 2);
    if (options === undefined) return this.#combine("div", other);
    checkOptions("div", options, ["rounding"]);
    const { rounding } = options;
    if (rounding === undefined) return this.#combine("div", other);
    checkChoice("div", "rounding", rounding, ["floor", "trunc"]);
    const operation = rounding === "floor" ? "floorDivide" : "truncDivide";
    return new Tensor(combine(operation, this.value, this.#operand("div", other), "div"));
  }

  /**
   * What is left of this / other when the quotient is rounded down: of the sign of other, as Python's %.
   *
   * PyTorch: `torch.remainder`, `x % y`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype, int32 for booleans; of integers and 0, 0.
   * @throws {RangeError} if the shapes do not broadcast, or integers are divided by the number 0.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-7, 7]).remainder(3).array(), [2, 1]);
   * ```
   */
  remainder(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("remainder", arguments, 1);
    return this.#combine("remainder", other);
  }

  /**
   * What is left of this / other when the fraction of the quotient is cut off: of the sign of this, as JavaScript's %.
   *
   * PyTorch: `torch.fmod`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype, int32 for booleans; of integers and 0, 0.
   * @throws {RangeError} if the shapes do not broadcast, or integers are divided by the number 0.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-7, 7]).fmod(3).array(), [-1, 1]);
   * ```
   */
  fmod(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("fmod", arguments, 1);
    return this.#combine("fmod", other);
  }

  /**
   * this to the power of other, broadcast.
   *
   * PyTorch: `torch.pow`.
   *
   * @param other The exponent: a tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast, or for integers to the power of a negative number.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).pow(3).array(), [1, 8, 27]);
   * ```
   */
  pow(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("pow", arguments, 1);
    if (other === 2 && this.dtype === "float32") return this.square();
    return this.#combine("pow", other);
  }

  /**
   * The angle from the axis (1, 0) to the point (other, this), in radians from −π to π.
   *
   * PyTorch: `torch.atan2`, `torch.arctan2`.
   *
   * @param other The abscissa: a tensor, a number or nested arrays.
   * @returns A float32 tensor of the common shape.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, -1]).atan2(0).format(), "[ 1.5708, -1.5708]");
   * ```
   */
  atan2(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("atan2", arguments, 1);
    return this.#combine("atan2", other);
  }

  /**
   * √(this² + other²), without overflow.
   *
   * PyTorch: `torch.hypot`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A float32 tensor of the common shape.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([3, 5]).hypot([4, 12]).array(), [5, 13]);
   * ```
   */
  hypot(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("hypot", arguments, 1);
    return this.#combine("hypot", other);
  }

  /**
   * The way from this to end: this + weight · (end − this), broadcast.
   *
   * PyTorch: `torch.lerp`.
   *
   * @param end Where the weight 1 leads: a tensor, a number or nested arrays.
   * @param weight How far: a number, a tensor or nested arrays.
   * @returns A float32 tensor of the common shape.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 10]).lerp([4, 20], 0.25).array(), [1, 12.5]);
   * ```
   */
  lerp(end: TensorLike, weight: TensorLike): Tensor {
    if (arguments.length > 2) surplus("lerp", arguments, 2);
    return this.#lerp("lerp", end, weight);
  }

  #lerp(name: string, end: TensorLike, weight: TensorLike): Tensor {
    return new Tensor(lerp(name, this.value, this.#lift(name, end), this.#operand(name, weight)));
  }

  /**
   * this + value · a · b, broadcast.
   *
   * PyTorch: `torch.addcmul`.
   *
   * @param a A factor: a tensor, a number or nested arrays.
   * @param b The other one.
   * @param options `value`: what the product is multiplied with, 1 by default.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).addcmul([3, 4], [5, 6], { value: 0.5 }).array(), [8.5, 14]);
   * ```
   */
  addcmul(a: TensorLike, b: TensorLike, options: { value?: number } = {}): Tensor {
    if (arguments.length > 3) surplus("addcmul", arguments, 3);
    return this.#addScaled("addcmul", "mul", a, b, options);
  }

  /**
   * this + value · a / b, broadcast.
   *
   * PyTorch: `torch.addcdiv`.
   *
   * @param a The dividend: a tensor, a number or nested arrays.
   * @param b The divisor.
   * @param options `value`: what the quotient is multiplied with, 1 by default.
   * @returns A float32 tensor of the common shape.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).addcdiv([3, 4], [2, 8], { value: 2 }).array(), [4, 3]);
   * ```
   */
  addcdiv(a: TensorLike, b: TensorLike, options: { value?: number } = {}): Tensor {
    if (arguments.length > 3) surplus("addcdiv", arguments, 3);
    return this.#addScaled("addcdiv", "div", a, b, options);
  }

  #addScaled(
    name: string,
    operation: "mul" | "div",
    a: TensorLike,
    b: TensorLike,
    options: { value?: number },
  ): Tensor {
    const operands = [this.value, this.#lift(name, a), this.#operand(name, b)] as const;
    return new Tensor(addScaled(name, operation, operands, options));
  }

  /**
   * The larger of the two, broadcast; equals share the gradient.
   *
   * PyTorch: `torch.maximum`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @throws {TypeError} if `other` holds no numbers.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 5]).maximum([3, 2]).array(), [3, 5]);
   * ```
   */
  maximum(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("maximum", arguments, 1);
    return this.#combine("maximum", other);
  }

  /**
   * The smaller of the two, broadcast; equals share the gradient.
   *
   * PyTorch: `torch.minimum`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @throws {TypeError} if `other` holds no numbers.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 5]).minimum([3, 2]).array(), [1, 2]);
   * ```
   */
  minimum(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("minimum", arguments, 1);
    return this.#combine("minimum", other);
  }

  /**
   * Whether equal, element by element, broadcast. To `if` a tensor is always true: read the answer, `if (await x.eq(2).item())`.
   *
   * PyTorch: `torch.eq`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).eq(2).array(), [false, true, false]);
   * ```
   */
  eq(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("eq", arguments, 1);
    return this.#combine("eq", other);
  }

  /**
   * Whether not equal, element by element, broadcast. To `if` a tensor is always true: read the answer, `if (await x.ne(2).item())`.
   *
   * PyTorch: `torch.ne`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).ne(2).array(), [true, false, true]);
   * ```
   */
  ne(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("ne", arguments, 1);
    return this.#combine("ne", other);
  }

  /**
   * Whether greater, element by element, broadcast. To `if` a tensor is always true: read the answer, `if (await x.gt(2).item())`.
   *
   * PyTorch: `torch.gt`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).gt(2).array(), [false, false, true]);
   * ```
   */
  gt(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("gt", arguments, 1);
    return this.#combine("gt", other);
  }

  /**
   * Whether less, element by element, broadcast. To `if` a tensor is always true: read the answer, `if (await x.lt(2).item())`.
   *
   * PyTorch: `torch.lt`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).lt(2).array(), [true, false, false]);
   * ```
   */
  lt(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("lt", arguments, 1);
    return this.#combine("lt", other);
  }

  /**
   * Whether greater or equal, element by element, broadcast. To `if` a tensor is always true: read the answer, `if (await x.ge(2).item())`.
   *
   * PyTorch: `torch.ge`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).ge(2).array(), [false, true, true]);
   * ```
   */
  ge(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("ge", arguments, 1);
    return this.#combine("ge", other);
  }

  /**
   * Whether less or equal, element by element, broadcast. To `if` a tensor is always true: read the answer, `if (await x.le(2).item())`.
   *
   * PyTorch: `torch.le`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).le(2).array(), [true, true, false]);
   * ```
   */
  le(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("le", arguments, 1);
    return this.#combine("le", other);
  }

  /**
   * Whether both are true, or not 0, element by element, broadcast.
   *
   * PyTorch: `torch.logical_and`, `x & y` of booleans.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([true, true]).logicalAnd([true, false]).array(), [true, false]);
   * ```
   */
  logicalAnd(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("logicalAnd", arguments, 1);
    return this.#logical("logicalAnd", other);
  }

  /**
   * Whether one of the two is true, or not 0, element by element, broadcast.
   *
   * PyTorch: `torch.logical_or`, `x | y` of booleans.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([true, false]).logicalOr([false, false]).array(), [true, false]);
   * ```
   */
  logicalOr(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("logicalOr", arguments, 1);
    return this.#logical("logicalOr", other);
  }

  /**
   * Whether one of the two is true, or not 0, and the other is not; element by element, broadcast.
   *
   * PyTorch: `torch.logical_xor`, `x ^ y` of booleans.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([true, true]).logicalXor([true, false]).array(), [false, true]);
   * ```
   */
  logicalXor(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("logicalXor", arguments, 1);
    return this.#logical("logicalXor", other);
  }

  #logical(name: LogicalName, other: TensorLike): Tensor {
    return new Tensor(logical(name, this.value, this.#lift(name, other)));
  }

  /**
   * Whether close to other, element by element, broadcast: |this − other| ≤ atol + rtol · |other|. Infinities are close to themselves only.
   *
   * PyTorch: `torch.isclose`.
   *
   * @param other A tensor, a number or nested arrays.
   * @param options `rtol`: the relative tolerance, 1e-5 by default; `atol`: the absolute one, 1e-8; `equalNan`: whether NaN is close to NaN, false.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast, or a tolerance is below 0.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).isclose([1.000001, 2.1]).array(), [true, false]);
   * ```
   */
  isclose(other: TensorLike, options: CloseOptions = {}): Tensor {
    if (arguments.length > 2) surplus("isclose", arguments, 2);
    return new Tensor(close("isclose", this.value, this.#lift("isclose", other), options));
  }

  /**
   * Whether all elements are close to those of other, broadcast: {@linkcode Tensor.isclose}, read.
   *
   * PyTorch: `torch.allclose`.
   *
   * @param other A tensor, a number or nested arrays.
   * @param options `rtol`: the relative tolerance, 1e-5 by default; `atol`: the absolute one, 1e-8; `equalNan`: whether NaN is close to NaN, false.
   * @returns Whether they are.
   * @throws {RangeError} if the shapes do not broadcast, or a tolerance is below 0.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assert } from "@std/assert";
   * assert(await tensor([0.1, 0.2]).mul(3).allclose([0.3, 0.6]));
   * ```
   */
  async allclose(other: TensorLike, options: CloseOptions = {}): Promise<boolean> {
    if (arguments.length > 2) surplus("allclose", arguments, 2);
    const answers = new Tensor(close("allclose", this.value, this.#lift("allclose", other), options));
    return await answers.#holds();
  }

  /**
   * Whether other has this shape and the same numbers, NaN apart, which equals nothing. For an answer element by element: {@linkcode Tensor.eq}.
   *
   * PyTorch: `torch.equal`.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns Whether they are equal.
   * @throws {TypeError} if `other` holds no numbers.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assert } from "@std/assert";
   * assert(await tensor([1, 2]).add(1).equal([2, 3]));
   * ```
   */
  async equal(other: TensorLike): Promise<boolean> {
    if (arguments.length > 1) surplus("equal", arguments, 1);
    const right = this.#lift("equal", other);
    commonDevice("equal", [this.value, right]);
    return sameShape(this.value.shape, right.shape) && await this.eq(new Tensor(right)).#holds();
  }

  /** Whether all of these answers are yes; of none, too. */
  async #holds(): Promise<boolean> {
    return this.size === 0 || await this.min().item() === 1;
  }

  /**
   * This tensor where a condition holds, another elsewhere; all three broadcast. Gradients flow to what was taken.
   *
   * PyTorch: `torch.where`.
   *
   * @param condition Bool, or numbers of which 0 means no.
   * @param other Taken where the condition does not hold.
   * @returns A tensor of the common shape, and the common dtype of both branches.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([-1, 2]);
   * assertEquals(await x.where(x.gt(0), 0).array(), [0, 2]);
   * ```
   */
  where(condition: TensorLike, other: TensorLike): Tensor {
    if (arguments.length > 2) surplus("where", arguments, 2);
    const c = this.#lift("where", condition, "bool");
    return new Tensor(choose(c, this.value, this.#operand("where", other)));
  }

  // From many numbers to few

  #reduce(
    name: "sum" | "mean" | "prod" | "logsumexp",
    dim: number | readonly number[] | undefined,
    options: ReduceOptions | undefined,
    value: Value,
    asked: string = name,
  ): Tensor {
    const dims = this.#dims(asked, dim);
    return new Tensor(apply(name, [value], { dims, keepdim: readKeepdim(asked, options) }));
  }

  /** Dimensions as rules take them: counted from the front, ascending. A single number counts as a line of one, as in PyTorch. */
  #dims(name: string, dim: number | readonly number[] | undefined): number[] {
    const { length } = this.value.shape;
    if (length === 0 && dim !== undefined) return checkDims(name, dim, 1).slice(1);
    return checkDims(name, dim, length).sort((a, b) => a - b);
  }

  #needElements(name: string, dim: number | readonly number[] | undefined): void {
    const empty = this.#dims(name, dim).some((d) => this.value.shape[d] === 0);
    if (empty) throw new RangeError(`${name}: there is nothing to choose from in shape ${text(this.shape)}`);
  }

  /**
   * The sum over some dimensions, or all; 0 over none.
   *
   * PyTorch: `torch.sum`.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A tensor of this dtype (int32 for bool) without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(await x.sum().item(), 10);
   * assertEquals(await x.sum(0).array(), [4, 6]);
   * assertEquals(await x.sum(-1, { keepdim: true }).array(), [[3], [7]]);
   * ```
   */
  sum(dim?: number | readonly number[], options?: ReduceOptions): Tensor {
    if (arguments.length > 2) surplus("sum", arguments, 2);
    return this.#reduce("sum", dim, options, this.#counted());
  }

  /**
   * The mean over some dimensions, or all; NaN over no elements.
   *
   * PyTorch: `torch.mean`.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A float32 tensor without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 6]]).mean(1).array(), [1.5, 4.5]);
   * ```
   */
  mean(dim?: number | readonly number[], options?: ReduceOptions): Tensor {
    if (arguments.length > 2) surplus("mean", arguments, 2);
    return this.#reduce("mean", dim, options, toDtype(this.value, "float32"));
  }

  /**
   * The variance over some dimensions, or all: Σ (x − x̄)² / (n − 1).
   *
   * PyTorch: `torch.var`.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @param options `unbiased`: false divides by n; `correction`: divides by n less that; `keepdim`: keep reduced dimensions with
   * size 1.
   * @returns A float32 tensor without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @throws {TypeError} if both `unbiased` and `correction` are given.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([1, 2, 3, 4]);
   * assertEquals(await x.var(0, { unbiased: false }).item(), 1.25);
   * ```
   */
  var(dim?: number | readonly number[], options?: VarianceOptions): Tensor {
    if (arguments.length > 2) surplus("var", arguments, 2);
    return this.#spread("var", "variance", dim, options);
  }

  /**
   * The standard deviation over some dimensions, or all: √(Σ (x − x̄)² / (n − 1)). Its gradient is 0 where it is 0 itself.
   *
   * PyTorch: `torch.std`.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @param options `unbiased`: false divides by n; `correction`: divides by n less that; `keepdim`: keep reduced dimensions with size 1.
   * @returns A float32 tensor without the reduced dimensions; NaN of a single number.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @throws {TypeError} if both `unbiased` and `correction` are given.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 3], [2, 2]]).std(1, { unbiased: false }).array(), [1, 0]);
   * ```
   */
  std(dim?: number | readonly number[], options?: VarianceOptions): Tensor {
    if (arguments.length > 2) surplus("std", arguments, 2);
    return this.#spread("std", "std", dim, options);
  }

  #spread(
    name: string,
    rule: "std" | "variance",
    dim: number | readonly number[] | undefined,
    options: VarianceOptions = {},
  ): Tensor {
    const dims = this.#dims(name, dim),
      keepdim = readKeepdim(name, options, ["keepdim", "unbiased", "correction"]);
    const { unbiased, correction } = options;
    if (unbiased !== undefined && correction !== undefined) {
      throw new TypeError(`${name}: unbiased: true is correction: 1, and false 0; one of the two is said`);
    }
    const less = correction !== undefined
      ? checkRange(name, "correction", correction)
      : Number(unbiased === undefined || checkBoolean(name, "unbiased", unbiased));
    return new Tensor(apply(rule, [toDtype(this.value, "float32")], { dims, keepdim, correction: less }));
  }

  /**
   * The product over some dimensions, or all; 1 over no elements. Its gradient is right where elements are 0.
   *
   * PyTorch: `torch.prod`.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A tensor of this dtype (int32 for bool) without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(await x.prod().item(), 24);
   * assertEquals(await x.prod(0).array(), [3, 8]);
   * ```
   */
  prod(dim?: number | readonly number[], options?: ReduceOptions): Tensor {
    if (arguments.length > 2) surplus("prod", arguments, 2);
    return this.#reduce("prod", dim, options, this.#counted());
  }

  /**
   * The size of vectors: (Σ |x|ᵖ)^(1/p). p = 0 counts what is not 0; Infinity gives the largest |x|, −Infinity the smallest.
   * The gradient at 0 is 0.
   *
   * PyTorch: `torch.norm`.
   *
   * @param p The power: 2, which is also "fro" by default.
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A float32 tensor without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice, or there is no size of nothing, as for p < 0 and Infinity.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[3, 4], [6, -8]]);
   * assertEquals(await x.norm(2, 1).array(), [5, 10]);
   * assertEquals(await x.norm(1).item(), 21);
   * assertEquals(await x.norm(Infinity, 0).array(), [6, 8]);
   * ```
   */
  norm(p: number | "fro" = 2, dim?: number | readonly number[], options?: ReduceOptions): Tensor {
    if (arguments.length > 3) surplus("norm", arguments, 3);
    const power = p === "fro" ? 2 : checkPower(p), dims = this.#dims("norm", dim);
    if (power < 0 || power === Infinity) this.#needElements("norm", dim);
    const keepdim = readKeepdim("norm", options);
    return new Tensor(apply("norm", [toDtype(this.value, "float32")], { p: power, dims, keepdim }));
  }

  /**
   * Whether any element is not 0, over some dimensions or all; false over no elements. NaN is not 0.
   *
   * PyTorch: `torch.any`.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A bool tensor without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[0, 0], [0, 2]]).any(1).array(), [false, true]);
   * ```
   */
  any(dim?: number | readonly number[], options?: ReduceOptions): Tensor {
    if (arguments.length > 2) surplus("any", arguments, 2);
    return this.#anyOrAll("any", dim, options);
  }

  /**
   * Whether no element is 0, over some dimensions or all; true over no elements. NaN is not 0.
   *
   * PyTorch: `torch.all`.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A bool tensor without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [0, 2]]).all(1).array(), [true, false]);
   * ```
   */
  all(dim?: number | readonly number[], options?: ReduceOptions): Tensor {
    if (arguments.length > 2) surplus("all", arguments, 2);
    return this.#anyOrAll("all", dim, options);
  }

  #anyOrAll(
    name: "any" | "all",
    dim: number | readonly number[] | undefined,
    options: ReduceOptions | undefined,
  ): Tensor {
    const dims = this.#dims(name, dim), keepdim = readKeepdim(name, options), { shape } = this.value;
    if (dims.some((d) => shape[d] === 0)) {
      const left = reducedShape(shape, dims, keepdim), answer = Number(name === "all");
      return new Tensor(made(name, this.device, () => this.device.kernels.fill(left, answer, "bool")));
    }
    const truth = toDtype(this.value, "bool");
    return new Tensor(apply(name === "any" ? "max" : "min", [truth], { dims, keepdim }));
  }

  /**
   * How many elements are not 0, over some dimensions or all. NaN is not 0.
   *
   * PyTorch: `torch.count_nonzero`.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @returns An int32 tensor without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 0], [5, 2]]).countNonzero(0).array(), [2, 1]);
   * ```
   */
  countNonzero(dim?: number | readonly number[]): Tensor {
    if (arguments.length > 1) surplus("countNonzero", arguments, 1);
    const truth = toDtype(toDtype(this.value, "bool"), "int32");
    return this.#reduce("sum", dim, undefined, truth, "countNonzero");
  }

  /**
   * The largest over some dimensions, or all. Equals share the gradient evenly; with `indices`, which are those along one
   * dimension, it flows to the first of them.
   *
   * PyTorch: `torch.max`, `torch.amax`.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @param options `keepdim`: keep reduced dimensions with size 1; `indices`: say where along the dimension they are, too.
   * @returns A tensor of this dtype without the reduced dimensions; with `indices` { values, indices }, which are int32: the first of equals,
   * the first NaN before all.
   * @throws {RangeError} if a dimension does not exist, is named twice, or holds nothing to choose from.
   * @throws {TypeError} if indices are asked for along several dimensions.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 5], [3, 2]]);
   * assertEquals(await x.max(1).array(), [5, 3]);
   * const { values, indices } = x.max(1, { indices: true });
   * assertEquals([await values.array(), await indices.array()], [[5, 3], [1, 0]]);
   * ```
   */
  max(dim: number, options: ReduceOptions & { indices: true }): ValuesAndIndices;
  /**
   * Without indices.
   *
   * PyTorch: `torch.max`.
   */
  max(dim?: number | readonly number[], options?: ReduceOptions & { indices?: false }): Tensor;
  max(
    dim?: number | readonly number[],
    options?: ReduceOptions & { indices?: boolean },
  ): Tensor | ValuesAndIndices {
    if (arguments.length > 2) surplus("max", arguments, 2);
    const place = readIndices("max", dim, options);
    if (place !== undefined) {
      return pairOf(order.extreme("max", this.value, place, options?.keepdim ?? false));
    }
    this.#needElements("max", dim);
    return new Tensor(
      apply("max", [this.value], { dims: this.#dims("max", dim), keepdim: options?.keepdim ?? false }),
    );
  }

  /**
   * The smallest over some dimensions, or all. Equals share the gradient evenly; with `indices`, which are those along one
   * dimension, it flows to the first of them.
   *
   * PyTorch: `torch.min`, `torch.amin`.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them by default.
   * @param options `keepdim`: keep reduced dimensions with size 1; `indices`: say where along the dimension they are, too.
   * @returns A tensor of this dtype without the reduced dimensions; with `indices` { values, indices }, which are int32: the first of equals,
   * the first NaN before all.
   * @throws {RangeError} if a dimension does not exist, is named twice, or holds nothing to choose from.
   * @throws {TypeError} if indices are asked for along several dimensions.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 5], [3, 2]]);
   * assertEquals(await x.min(1).array(), [1, 2]);
   * const { values, indices } = x.min(1, { indices: true });
   * assertEquals([await values.array(), await indices.array()], [[1, 2], [0, 1]]);
   * ```
   */
  min(dim: number, options: ReduceOptions & { indices: true }): ValuesAndIndices;
  /**
   * Without indices.
   *
   * PyTorch: `torch.min`.
   */
  min(dim?: number | readonly number[], options?: ReduceOptions & { indices?: false }): Tensor;
  min(
    dim?: number | readonly number[],
    options?: ReduceOptions & { indices?: boolean },
  ): Tensor | ValuesAndIndices {
    if (arguments.length > 2) surplus("min", arguments, 2);
    const place = readIndices("min", dim, options);
    if (place !== undefined) {
      return pairOf(order.extreme("min", this.value, place, options?.keepdim ?? false));
    }
    this.#needElements("min", dim);
    return new Tensor(
      apply("min", [this.value], { dims: this.#dims("min", dim), keepdim: options?.keepdim ?? false }),
    );
  }

  /**
   * The index of the first largest element along a dimension, or in the flattened tensor.
   *
   * PyTorch: `torch.argmax`.
   *
   * @param dim The dimension; by default, the tensor is read row by row.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns An int32 tensor.
   * @throws {RangeError} if the dimension does not exist or holds nothing to choose from.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 5], [3, 2]]);
   * assertEquals(await x.argmax(1).array(), [1, 0]);
   * assertEquals(await x.argmax().item(), 1);
   * ```
   */
  argmax(dim?: number, options?: ReduceOptions): Tensor {
    if (arguments.length > 2) surplus("argmax", arguments, 2);
    return this.#place("argmax", dim, options);
  }

  /**
   * The index of the first smallest element along a dimension, or in the flattened tensor; the first NaN before all.
   *
   * PyTorch: `torch.argmin`.
   *
   * @param dim The dimension; by default, the tensor is read row by row.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns An int32 tensor.
   * @throws {RangeError} if the dimension does not exist or holds nothing to choose from.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 5], [3, 2]]);
   * assertEquals(await x.argmin(1).array(), [0, 1]);
   * assertEquals(await x.argmin().item(), 0);
   * ```
   */
  argmin(dim?: number, options?: ReduceOptions): Tensor {
    if (arguments.length > 2) surplus("argmin", arguments, 2);
    return this.#place("argmin", dim, options);
  }

  #place(name: "argmax" | "argmin", dim: number | undefined, options: ReduceOptions | undefined): Tensor {
    const keepdim = readKeepdim(name, options), { shape } = this.value;
    const { x, d } = dim === undefined
      ? { x: toShape(this.value, [this.size]), d: 0 }
      : order.line(name, this.value, dim);
    this.#needElements(name, dim);
    const places = apply(name, [x], { dim: d });
    const kept = shape.map((n, i) => dim === undefined || i === d ? 1 : n);
    return new Tensor(shape.length === 0 ? toShape(places, []) : keepdim ? toShape(places, kept) : places);
  }

  /**
   * The median over a dimension, or of all elements: the lower of two in the middle, NaN if there is one. Of all elements, equals
   * share the gradient; along a dimension it flows to the one whose index `indices` gives.
   *
   * PyTorch: `torch.median`.
   *
   * @param dim The dimension; all elements by default.
   * @param options `keepdim`: keep the reduced dimension with size 1; `indices`: say where along the dimension it is, too.
   * @returns A tensor of this dtype; with `indices` { values, indices }.
   * @throws {RangeError} if the dimension does not exist or holds nothing to choose from.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 9, 5], [4, 3, 2]]);
   * assertEquals(await x.median().item(), 3);
   * const { values, indices } = x.median(1, { indices: true });
   * assertEquals([await values.array(), await indices.array()], [[5, 3], [2, 1]]);
   * ```
   */
  median(dim: number, options: ReduceOptions & { indices: true }): ValuesAndIndices;
  /**
   * Without indices.
   *
   * PyTorch: `torch.median`.
   */
  median(dim?: number, options?: ReduceOptions & { indices?: false }): Tensor;
  median(dim?: number, options?: ReduceOptions & { indices?: boolean }): Tensor | ValuesAndIndices {
    if (arguments.length > 2) surplus("median", arguments, 2);
    const place = readIndices("median", dim, options), keepdim = options?.keepdim ?? false;
    if (place !== undefined) return pairOf(order.central("median", this.value, place, keepdim));
    if (dim !== undefined) return new Tensor(order.central("median", this.value, dim, keepdim).values);
    const middle = order.median(this.value);
    return new Tensor(keepdim ? toShape(middle, this.value.shape.map(() => 1)) : middle);
  }

  /**
   * The most frequent element along a dimension: the smallest of those that are equally frequent.
   *
   * PyTorch: `torch.mode`.
   *
   * @param dim The dimension, counted from the end where negative: the last by default.
   * @param options `keepdim`: keep the reduced dimension with size 1.
   * @returns { values, indices }: of its places, int32, the last.
   * @throws {RangeError} if the dimension does not exist or holds nothing to choose from.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const { values, indices } = tensor([3, 1, 3, 1, 2]).mode();
   * assertEquals([await values.item(), await indices.item()], [1, 3]);
   * ```
   */
  mode(dim = -1, options?: ReduceOptions): ValuesAndIndices {
    if (arguments.length > 2) surplus("mode", arguments, 2);
    return pairOf(order.central("mode", this.value, dim, readKeepdim("mode", options)));
  }

  /**
   * The k-th smallest element along a dimension. NaN is larger than all.
   *
   * PyTorch: `torch.kthvalue`.
   *
   * @param k Which one, counted from 1.
   * @param dim The dimension, counted from the end where negative: the last by default.
   * @param options `keepdim`: keep the reduced dimension with size 1.
   * @returns { values, indices }: of equals the places, int32, in their order.
   * @throws {RangeError} if the dimension does not exist, or has no k elements.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const { values, indices } = tensor([4, 1, 3]).kthvalue(2);
   * assertEquals([await values.item(), await indices.item()], [3, 2]);
   * ```
   */
  kthvalue(k: number, dim = -1, options?: ReduceOptions): ValuesAndIndices {
    if (arguments.length > 3) surplus("kthvalue", arguments, 3);
    checkWhole("kthvalue", "k", k, 1);
    return pairOf(order.kthValue(this.value, k, dim, readKeepdim("kthvalue", options)));
  }

  /**
   * ln Σ eˣ along dimensions, without overflow: m + ln Σ eˣ⁻ᵐ with m = max x.
   *
   * PyTorch: `torch.logsumexp`.
   *
   * @param dim A dimension or a list of them.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A float32 tensor without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1000, 1000]).logsumexp(0).format({ digits: 2 }), "1000.69");
   * ```
   */
  logsumexp(dim: number | readonly number[], options?: ReduceOptions): Tensor {
    if (arguments.length > 2) surplus("logsumexp", arguments, 2);
    return this.#reduce("logsumexp", dim, options, toDtype(this.value, "float32"));
  }

  /**
   * eˣ / Σ eˣ along a dimension: positive, and 1 in sum. Does not overflow.
   *
   * PyTorch: `torch.softmax`.
   *
   * @param dim The dimension.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[0, 0], [0, 1000]]).softmax(1).array(), [[0.5, 0.5], [0, 1]]);
   * ```
   */
  softmax(dim: number): Tensor {
    if (arguments.length > 1) surplus("softmax", arguments, 1);
    return this.#along("softmax", dim);
  }

  /**
   * ln softmax(x) along a dimension: x − ln Σ eˣ, without overflow.
   *
   * PyTorch: `torch.log_softmax`.
   *
   * @param dim The dimension.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 0]).logSoftmax(0).format(), "[-0.6931, -0.6931]");
   * ```
   */
  logSoftmax(dim: number): Tensor {
    if (arguments.length > 1) surplus("logSoftmax", arguments, 1);
    return this.#along("logSoftmax", dim);
  }

  #along(name: "softmax" | "logSoftmax", dim: number): Tensor {
    const { x, d } = order.line(name, toDtype(this.value, "float32"), dim);
    return new Tensor(toShape(apply(name, [x], { dim: d }), this.value.shape));
  }

  // Along one dimension: order, and running sums

  /**
   * The elements along a dimension in the order of their size; equals stay in the order that they have. NaN is larger than all.
   *
   * PyTorch: `torch.sort`.
   *
   * @param dim The dimension, counted from the end where negative: the last by default.
   * @param options `descending`: from the largest on; `stable`: it always is.
   * @returns { values, indices }: int32, where each was along the dimension.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const { values, indices } = tensor([3, 1, 2]).sort(-1, { descending: true });
   * assertEquals([await values.array(), await indices.array()], [[3, 2, 1], [0, 2, 1]]);
   * ```
   */
  sort(dim = -1, options?: SortOptions): ValuesAndIndices {
    if (arguments.length > 2) surplus("sort", arguments, 2);
    return pairOf(order.sorted(this.value, dim, readDescending("sort", options)));
  }

  /**
   * The indices that sort a dimension: those of {@linkcode Tensor.sort}.
   *
   * PyTorch: `torch.argsort`.
   *
   * @param dim The dimension, counted from the end where negative: the last by default.
   * @param options `descending`: from the largest on; `stable`: it always is.
   * @returns An int32 tensor of this shape.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([3, 1, 2]).argsort().array(), [1, 2, 0]);
   * ```
   */
  argsort(dim = -1, options?: SortOptions): Tensor {
    if (arguments.length > 2) surplus("argsort", arguments, 2);
    return new Tensor(order.argsort("argsort", this.value, dim, readDescending("argsort", options)));
  }

  /**
   * The k largest elements along a dimension, from the largest on; NaN is larger than all. Of equals, the first come first.
   *
   * PyTorch: `torch.topk`.
   *
   * @param k How many.
   * @param options `dim`: the last dimension by default; `largest`: false for the smallest; `sorted`: they always are.
   * @returns { values, indices }, both of size k along the dimension; indices are int32.
   * @throws {RangeError} if the dimension does not exist, or has no k elements.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const { values, indices } = tensor([[1, 5, 3], [9, 2, 4]]).topk(2);
   * assertEquals(await values.array(), [[5, 3], [9, 4]]);
   * assertEquals(await indices.array(), [[1, 2], [0, 2]]);
   * ```
   */
  topk(k: number, options: TopkOptions = {}): ValuesAndIndices {
    if (arguments.length > 2) surplus("topk", arguments, 2, "as in topk(2, { dim: 0 })");
    checkWhole("topk", "k", k, 0);
    checkOptions("topk", options, ["dim", "largest", "sorted"]);
    const { dim = -1, largest = true, sorted = true } = options;
    checkBoolean("topk", "sorted", sorted);
    return pairOf(order.top(this.value, k, dim, checkBoolean("topk", "largest", largest)));
  }

  /**
   * Where values would go into this sorted tensor, so that it stays sorted: in front of what equals them, or behind.
   *
   * PyTorch: `torch.searchsorted`.
   *
   * @param values What is looked for: of any shape, if this tensor has one dimension; else one line for each of its own.
   * @param options `right`: behind what equals them.
   * @returns An int32 tensor of the shape of `values`: from 0 to the size of the last dimension.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if `values` holds no numbers.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([1, 3, 3, 5]);
   * assertEquals(await x.searchsorted([0, 3, 9]).array(), [0, 1, 4]);
   * assertEquals(await x.searchsorted([0, 3, 9], { right: true }).array(), [0, 3, 4]);
   * ```
   */
  searchsorted(values: TensorLike, options: { right?: boolean } = {}): Tensor {
    if (arguments.length > 2) surplus("searchsorted", arguments, 2);
    checkOptions("searchsorted", options, ["right"]);
    const { right = false } = options;
    checkBoolean("searchsorted", "right", right);
    return new Tensor(order.searchSorted(this.value, this.#lift("searchsorted", values), right));
  }

  /**
   * The sum of what there was so far along a dimension: y[i] = Σ x[0 … i].
   *
   * PyTorch: `torch.cumsum`.
   *
   * @param dim The dimension, counted from the end where negative.
   * @returns A tensor of this shape and dtype; int32 for bool.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2, 3], [4, 5, 6]]).cumsum(1).array(), [[1, 3, 6], [4, 9, 15]]);
   * ```
   */
  cumsum(dim: number): Tensor {
    if (arguments.length > 1) surplus("cumsum", arguments, 1);
    return this.#scan("cumsum", dim, this.#counted());
  }

  /**
   * The product of what there was so far along a dimension: y[i] = Π x[0 … i]. Its gradient is right where elements are 0.
   *
   * PyTorch: `torch.cumprod`.
   *
   * @param dim The dimension, counted from the end where negative.
   * @returns A tensor of this shape and dtype; int32 for bool.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3, 4]).cumprod(0).array(), [1, 2, 6, 24]);
   * ```
   */
  cumprod(dim: number): Tensor {
    if (arguments.length > 1) surplus("cumprod", arguments, 1);
    return this.#scan("cumprod", dim, this.#counted());
  }

  /**
   * ln Σ eˣ of what there was so far along a dimension, without overflow.
   *
   * PyTorch: `torch.logcumsumexp`.
   *
   * @param dim The dimension, counted from the end where negative.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1000, 1000]).logcumsumexp(0).format({ digits: 2 }), "[1000.00, 1000.69]");
   * ```
   */
  logcumsumexp(dim: number): Tensor {
    if (arguments.length > 1) surplus("logcumsumexp", arguments, 1);
    return this.#scan("logcumsumexp", dim, toDtype(this.value, "float32"));
  }

  #scan(name: "cumsum" | "cumprod" | "logcumsumexp", dim: number, value: Value): Tensor {
    const { x, d } = order.line(name, value, dim);
    return new Tensor(toShape(apply(name, [x], { dim: d, back: false }), this.value.shape));
  }

  /**
   * The largest of what there was so far along a dimension; NaN from the first NaN on.
   *
   * PyTorch: `torch.cummax`.
   *
   * @param dim The dimension, counted from the end where negative.
   * @returns { values, indices } of this shape; of equals the last index, int32.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const { values, indices } = tensor([1, 3, 2, 4]).cummax(0);
   * assertEquals([await values.array(), await indices.array()], [[1, 3, 3, 4], [0, 1, 1, 3]]);
   * ```
   */
  cummax(dim: number): ValuesAndIndices {
    if (arguments.length > 1) surplus("cummax", arguments, 1);
    return pairOf(order.soFar("cummax", this.value, dim));
  }

  /**
   * The smallest of what there was so far along a dimension; NaN from the first NaN on.
   *
   * PyTorch: `torch.cummin`.
   *
   * @param dim The dimension, counted from the end where negative.
   * @returns { values, indices } of this shape; of equals the last index, int32.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const { values, indices } = tensor([3, 1, 2, 0]).cummin(0);
   * assertEquals([await values.array(), await indices.array()], [[3, 1, 1, 0], [0, 1, 1, 3]]);
   * ```
   */
  cummin(dim: number): ValuesAndIndices {
    if (arguments.length > 1) surplus("cummin", arguments, 1);
    return pairOf(order.soFar("cummin", this.value, dim));
  }

  /**
   * The differences of neighbours along a dimension: y[i] = x[i + 1] − x[i]; of booleans, whether they differ.
   *
   * PyTorch: `torch.diff`.
   *
   * @param n How many times over: 1 by default.
   * @param options `dim`: the last dimension by default; `prepend`, `append`: what goes before and behind first.
   * @returns A tensor of this dtype, whose dimension is shorter by n.
   * @throws {RangeError} if the dimension does not exist, or what goes before or behind does not fit.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 4, 9, 16]).diff().array(), [3, 5, 7]);
   * assertEquals(await tensor([1, 4, 9, 16]).diff(2).array(), [2, 2]);
   * ```
   */
  diff(n = 1, options: DiffOptions = {}): Tensor {
    if (arguments.length > 2) surplus("diff", arguments, 2);
    checkWhole("diff", "n", n, 0);
    checkOptions("diff", options, ["dim", "prepend", "append"]);
    const { dim = -1, prepend, append } = options;
    if (this.ndim === 0) throw new RangeError("diff: needs at least one dimension");
    const d = checkDim("diff", dim, this.ndim);
    const parts = [prepend, this, append].filter((one) => one !== undefined);
    const values = parts.map((one) => this.#lift("diff", one));
    return new Tensor(order.differences(order.joined("diff", values, d), n, d));
  }

  /** As a sum counts: booleans as 0 and 1. */
  #counted(): Value {
    return this.dtype === "bool" ? toDtype(this.value, "int32") : this.value;
  }

  // What has a size that only the numbers tell

  /**
   * The numbers that there are, each once, upwards. Every NaN is one of its own. No gradient flows.
   *
   * PyTorch: `torch.unique`.
   *
   * @param options `returnInverse`: say which of them each number is; `returnCounts`: say how often each was there; `dim`: compare whole
   * slices along that dimension instead of numbers.
   * @returns The numbers; or { values, inverse, counts } with what was asked for, int32: `inverse` of this shape (with `dim` of its size).
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([3, 1, 3]);
   * assertEquals(await (await x.unique()).array(), [1, 3]);
   * const { values, inverse, counts } = await x.unique({ returnInverse: true, returnCounts: true });
   * assertEquals(await values.array(), [1, 3]);
   * assertEquals(await inverse.array(), [1, 0, 1]);
   * assertEquals(await counts.array(), [1, 2]);
   * ```
   */
  async unique<const O extends UniqueOptions = Record<never, never>>(options?: O): Promise<Unique<O>> {
    if (arguments.length > 1) surplus("unique", arguments, 1);
    const given: UniqueOptions = options ?? {};
    checkOptions("unique", options === undefined ? given : options, ["returnInverse", "returnCounts", "dim"]);
    const { returnInverse = false, returnCounts = false, dim } = given;
    checkBoolean("unique", "returnInverse", returnInverse);
    checkBoolean("unique", "returnCounts", returnCounts);
    const flat = toShape(this.value, [this.size]);
    const sorted = dim === undefined ? order.argsort("unique", flat, 0, false) : null;
    const found = await distinct(this.value, dim, sorted), values = new Tensor(found.values);
    if (!returnInverse && !returnCounts) return values as Unique<O>;
    return {
      values,
      ...returnInverse ? { inverse: new Tensor(found.inverse) } : {},
      ...returnCounts ? { counts: new Tensor(found.counts) } : {},
    } as Unique<O>;
  }

  /**
   * How often each whole number is there, from 0 to the largest; or the sum of the weights of those that are it.
   *
   * PyTorch: `torch.bincount`.
   *
   * @param options `weights`: one for each number; `minlength`: at least so many numbers are counted.
   * @returns An int32 tensor, float32 with weights. No gradient flows.
   * @throws {RangeError} if this tensor has not one dimension, or a number is negative.
   * @throws {TypeError} if it is not int32.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([0, 2, 2], { dtype: "int32" });
   * assertEquals(await (await x.bincount()).array(), [1, 0, 2]);
   * assertEquals(await (await x.bincount({ weights: [0.5, 1, 2], minlength: 4 })).array(), [0.5, 0, 3, 0]);
   * ```
   */
  async bincount(options: BincountOptions = {}): Promise<Tensor> {
    if (arguments.length > 1) surplus("bincount", arguments, 1);
    checkOptions("bincount", options, ["weights", "minlength"]);
    const { weights, minlength = 0 } = options;
    checkWhole("bincount", "minlength", minlength, 0);
    const weight = weights === undefined ? null : toDtype(this.#lift("bincount", weights), "float32");
    return new Tensor(await binCounts(this.value, weight, minlength));
  }

  /**
   * How many numbers lie in each of several intervals of one width. Numbers outside, and NaN, are left out.
   *
   * PyTorch: `torch.histc`.
   *
   * @param bins How many intervals: 100 by default.
   * @param options `min`, `max`: the ends, which belong to the first and the last interval; if both are the same, those of the data.
   * @returns A float32 tensor [bins]. No gradient flows.
   * @throws {RangeError} if bins is no whole number ≥ 1, or max < min.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1, 1, 2, 9]).histc(3, { min: 0, max: 3 }).array(), [1, 2, 1]);
   * ```
   */
  histc(bins = 100, options: HistcOptions = {}): Tensor {
    if (arguments.length > 2) surplus("histc", arguments, 2);
    checkWhole("histc", "bins", bins, 1);
    checkOptions("histc", options, ["min", "max"]);
    const { min = 0, max = 0 } = options;
    checkRange("histc", "min", min);
    checkRange("histc", "max", max);
    if (max < min) throw new RangeError(`histc: max must not be less than min, not ${max} < ${min}`);
    const flat = toShape(toDtype(this.value, "float32"), [this.size]);
    return new Tensor(apply("histogram", [flat], { bins, min, max }));
  }

  // The same numbers in another arrangement

  /**
   * The same numbers, row by row, in another shape.
   *
   * PyTorch: `torch.reshape`.
   *
   * @param shape The sizes, as numbers or as one list; one of them may be −1 and follows from the others.
   * @returns A tensor of that shape.
   * @throws {RangeError} if the sizes do not hold as many numbers.
   * @example
   * ```ts
   * import { arange } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await arange(6).reshape(2, -1).array(), [[0, 1, 2], [3, 4, 5]]);
   * ```
   */
  reshape(...shape: (number | readonly number[])[]): Tensor {
    const wanted = sizes("reshape", shape);
    const open = wanted.indexOf(-1);
    if (open >= 0) {
      const rest = sizeOf(wanted.filter((_, i) => i !== open));
      const fits = rest > 0 && this.size % rest === 0;
      wanted[open] = fits ? this.size / rest : -1;
    }
    if (wanted.some((n) => n === -1) || sizeOf(checkShape("reshape", wanted)) !== this.size) {
      throw new RangeError(
        `reshape: ${this.size} numbers of shape ${text(this.shape)} do not fit into ${
          text(sizes("reshape", shape))
        }`,
      );
    }
    return new Tensor(apply("reshape", [this.value], { shape: wanted }));
  }

  /**
   * Some neighbouring dimensions as one.
   *
   * PyTorch: `torch.flatten`.
   *
   * @param start The first of them: 0 by default.
   * @param end The last of them, included: the last by default.
   * @returns A tensor of fewer dimensions; of one for a single number.
   * @throws {RangeError} if a dimension does not exist, or `start` lies behind `end`.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(2, 3, 4).flatten(1).shape, [2, 12]);
   * ```
   */
  flatten(start = 0, end = -1): Tensor {
    if (arguments.length > 2) surplus("flatten", arguments, 2);
    if (this.ndim === 0) return this.reshape(1);
    const from = checkDim("flatten", start, this.ndim), to = checkDim("flatten", end, this.ndim);
    if (from > to) throw new RangeError(`flatten: start ${start} lies behind end ${end}`);
    const { shape } = this.value;
    return this.reshape(...shape.slice(0, from), sizeOf(shape.slice(from, to + 1)), ...shape.slice(to + 1));
  }

  /**
   * Another order of the dimensions. Nothing is copied until one of the two tensors changes in place.
   *
   * PyTorch: `torch.permute`.
   *
   * @param dims Every dimension once: the result's dimension i is this tensor's `dims[i]`.
   * @returns A tensor of the dimensions in that order.
   * @throws {RangeError} if a dimension is missing, does not exist, or is named twice.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(2, 3, 4).permute(2, 0, 1).shape, [4, 2, 3]);
   * ```
   */
  permute(...dims: (number | readonly number[])[]): Tensor {
    const wanted = checkDims("permute", sizes("permute", dims), this.ndim);
    if (wanted.length !== this.ndim) {
      throw new RangeError(
        `permute: all ${this.ndim} dimensions must be named once, not ${text(sizes("permute", dims))}`,
      );
    }
    return new Tensor(apply("permute", [this.value], { dims: wanted }));
  }

  /**
   * Two dimensions exchanged. Nothing is copied until one of the two tensors changes in place.
   *
   * PyTorch: `torch.transpose`.
   *
   * @param a A dimension.
   * @param b Another one.
   * @returns A tensor of as many dimensions.
   * @throws {RangeError} if a dimension does not exist.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(2, 3, 4).transpose(0, -1).shape, [4, 3, 2]);
   * ```
   */
  transpose(a: number, b: number): Tensor {
    if (arguments.length > 2) surplus("transpose", arguments, 2);
    const dims = this.value.shape.map((_, i) => i);
    const [p, q] = [checkDim("transpose", a, this.ndim), checkDim("transpose", b, this.ndim)];
    [dims[p], dims[q]] = [q, p];
    return this.permute(dims);
  }

  /**
   * A matrix transposed: rows become columns. Nothing is copied until one of the two tensors changes in place.
   *
   * PyTorch: `torch.t`.
   *
   * @returns A tensor of as many dimensions.
   * @throws {RangeError} for more than two dimensions.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).t().array(), [[1, 3], [2, 4]]);
   * ```
   */
  t(): Tensor {
    if (arguments.length > 0) surplus("t", arguments, 0);
    if (this.ndim > 2) {
      throw new RangeError(
        `t: a tensor of at most 2 dimensions is needed, not ${text(this.shape)}; use transpose()`,
      );
    }
    return this.ndim < 2 ? this.clone() : this.transpose(0, 1);
  }

  /**
   * A matrix transposed, as {@linkcode t}.
   *
   * PyTorch: `Tensor.T`.
   *
   * @returns A tensor of as many dimensions.
   * @throws {RangeError} for more than two dimensions.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).T.array(), [[1, 3], [2, 4]]);
   * ```
   */
  get T(): Tensor {
    if (this.ndim <= 2) return this.t();
    throw new RangeError(
      `T: a tensor of at most 2 dimensions is needed, not ${
        text(this.shape)
      }; mT exchanges the last two, permute() any`,
    );
  }

  /**
   * Every matrix of the last two dimensions transposed.
   *
   * PyTorch: `Tensor.mT`.
   *
   * @returns A tensor of as many dimensions.
   * @throws {RangeError} for fewer than two dimensions.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(5, 2, 3).mT.shape, [5, 3, 2]);
   * ```
   */
  get mT(): Tensor {
    if (this.ndim >= 2) return this.transpose(-2, -1);
    throw new RangeError(`mT: a tensor of at least 2 dimensions is needed, not ${text(this.shape)}`);
  }

  /**
   * A new dimension of size 1.
   *
   * PyTorch: `torch.unsqueeze`.
   *
   * @param dim Where: in front of the dimension of that number; −1 is behind all.
   * @returns A tensor of one dimension more.
   * @throws {RangeError} if there is no such place.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(2, 3).unsqueeze(1).shape, [2, 1, 3]);
   * ```
   */
  unsqueeze(dim: number): Tensor {
    if (arguments.length > 1) surplus("unsqueeze", arguments, 1);
    const at = checkDim("unsqueeze", dim, this.ndim + 1);
    return new Tensor(apply("reshape", [this.value], { shape: this.value.shape.toSpliced(at, 0, 1) }));
  }

  /**
   * Without dimensions of size 1.
   *
   * PyTorch: `torch.squeeze`.
   *
   * @param dim Which ones, where their size is 1; all such dimensions by default.
   * @returns A tensor of fewer dimensions.
   * @throws {RangeError} if a dimension does not exist.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(1, 3, 1).squeeze(0).shape, [3, 1]);
   * ```
   */
  squeeze(dim?: number | readonly number[]): Tensor {
    if (arguments.length > 1) surplus("squeeze", arguments, 1);
    const { shape } = this.value;
    const gone = checkDims("squeeze", dim, this.ndim).filter((d) => shape[d] === 1);
    return new Tensor(apply("reshape", [this.value], { shape: shape.filter((_, d) => !gone.includes(d)) }));
  }

  /**
   * Dimensions of size 1 repeated, and new dimensions in front.
   *
   * PyTorch: `Tensor.expand`.
   *
   * @param shape The sizes, as numbers or as one list; −1 keeps a size.
   * @returns A tensor of that shape.
   * @throws {RangeError} if this shape does not broadcast to the one asked for.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1], [2]]).expand(-1, 2).array(), [[1, 1], [2, 2]]);
   * ```
   */
  expand(...shape: (number | readonly number[])[]): Tensor {
    const asked = sizes("expand", shape), own = this.value.shape;
    const lead = asked.length - own.length;
    const wanted = checkShape("expand", asked.map((n, i) => n === -1 && i >= lead ? own[i - lead] : n));
    if (lead < 0 || !sameShape(broadcastShapes("expand", own, wanted), wanted)) {
      throw new RangeError(`expand: shape ${text(own)} does not repeat to ${text(asked)}`);
    }
    return new Tensor(apply("expand", [this.value], { shape: wanted }));
  }

  // Repeated, turned, cut into pieces

  /**
   * Some dimensions moved to other places; the others keep their order. Nothing is copied until one of the two tensors changes in
   * place.
   *
   * PyTorch: `torch.movedim`.
   *
   * @param source A dimension, or a list of them.
   * @param destination Where each of them goes.
   * @returns A tensor of as many dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice, or the lists differ in length.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(2, 3, 4).movedim(0, -1).shape, [3, 4, 2]);
   * ```
   */
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor {
    if (arguments.length > 2) surplus("movedim", arguments, 2);
    return new Tensor(arrange.moved(this.value, source, destination));
  }

  /**
   * The tensor repeated to the shape of another one, as `expand(...other.shape)`.
   *
   * PyTorch: `Tensor.expand_as`.
   *
   * @param other Whose shape is taken.
   * @returns A tensor of that shape.
   * @throws {RangeError} if this shape does not repeat to that one.
   * @throws {TypeError} if `other` is no tensor.
   * @example
   * ```ts
   * import { tensor, zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).expandAs(zeros(2, 2)).array(), [[1, 2], [1, 2]]);
   * ```
   */
  expandAs(other: Tensor): Tensor {
    if (arguments.length > 1) surplus("expandAs", arguments, 1);
    if (other instanceof Tensor) return this.expand(other.value.shape);
    throw new TypeError(`expandAs: a tensor is needed, not ${describe(other)}; expand() takes sizes`);
  }

  /**
   * The whole tensor several times, copied one behind the other along every dimension.
   *
   * PyTorch: `Tensor.repeat`.
   *
   * @param times How often, for every dimension, as numbers or as one list; more of them than dimensions make new ones in front.
   * @returns A tensor whose sizes are this one's times the counts.
   * @throws {RangeError} if there are fewer counts than dimensions, or one is no whole number ≥ 0.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).repeat(2, 2).array(), [[1, 2, 1, 2], [1, 2, 1, 2]]);
   * ```
   */
  repeat(...times: (number | readonly number[])[]): Tensor {
    return new Tensor(arrange.repeated("repeat", this.value, sizes("repeat", times)));
  }

  /**
   * As {@linkcode repeat}, but counts that are missing are those of the dimensions in front, and 1.
   *
   * PyTorch: `torch.tile`.
   *
   * @param times How often, from the last dimension's count backwards, as numbers or as one list.
   * @returns A tensor whose sizes are this one's times the counts.
   * @throws {RangeError} if a count is no whole number ≥ 0.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1], [2]]).tile(2).array(), [[1, 1], [2, 2]]);
   * ```
   */
  tile(...times: (number | readonly number[])[]): Tensor {
    const counts = sizes("tile", times), ones = Math.max(0, this.ndim - counts.length);
    return new Tensor(arrange.repeated("tile", this.value, [...Array<number>(ones).fill(1), ...counts]));
  }

  /**
   * Every element several times, its copies beside it.
   *
   * PyTorch: `torch.repeat_interleave`.
   *
   * @param repeats How often each: one count for all, or a list with one for each element along the dimension.
   * @param dim The dimension; by default, the tensor is read row by row, and the result has one dimension.
   * @returns A tensor in which the dimension is longer.
   * @throws {RangeError} if the dimension does not exist, or counts are missing or no whole numbers ≥ 0.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).repeatInterleave(2).array(), [1, 1, 2, 2]);
   * assertEquals(await tensor([[1], [2]]).repeatInterleave([2, 1], 0).array(), [[1], [1], [2]]);
   * ```
   */
  repeatInterleave(repeats: number | readonly number[], dim?: number): Tensor {
    if (arguments.length > 2) surplus("repeatInterleave", arguments, 2);
    return new Tensor(arrange.interleaved(this.value, repeats, dim));
  }

  /**
   * The order of elements turned round along some dimensions.
   *
   * PyTorch: `torch.flip`.
   *
   * @param dims The dimensions, as numbers or as one list.
   * @returns A tensor of this shape.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @throws {TypeError} if none is named: a list may be empty.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(await x.flip(0).array(), [[3, 4], [1, 2]]);
   * assertEquals(await x.flip(0, 1).array(), [[4, 3], [2, 1]]);
   * ```
   */
  flip(...dims: (number | readonly number[])[]): Tensor {
    if (dims.length === 0) throw new TypeError("flip: which dimensions are turned round, as in flip(0)?");
    return new Tensor(arrange.flipped(this.value, checkDims("flip", sizes("flip", dims), this.ndim)));
  }

  /**
   * Elements moved on along dimensions; what leaves at the end comes in again at the start.
   *
   * PyTorch: `torch.roll`.
   *
   * @param shifts By how many places, back where negative: a number, or one for each dimension.
   * @param dims The dimension, or a list of them; by default, the tensor is read row by row.
   * @returns A tensor of this shape.
   * @throws {RangeError} if a dimension does not exist, or there are not as many shifts as dimensions.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3, 4]).roll(1).array(), [4, 1, 2, 3]);
   * assertEquals(await tensor([[1, 2], [3, 4]]).roll(1, 0).array(), [[3, 4], [1, 2]]);
   * ```
   */
  roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
    if (arguments.length > 2) surplus("roll", arguments, 2);
    return new Tensor(arrange.rolled(this.value, shifts, dims));
  }

  /**
   * The lower triangle of matrices: zeros above a diagonal. Dimensions in front of the last two count the matrices.
   *
   * PyTorch: `torch.tril`.
   *
   * @param diagonal Which one: 0 is that from the upper left corner, positive numbers lie right of it, negative ones below.
   * @returns A tensor of this shape.
   * @throws {RangeError} if there are fewer than two dimensions, or the diagonal is no whole number.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).tril().array(), [[1, 0], [3, 4]]);
   * ```
   */
  tril(diagonal = 0): Tensor {
    if (arguments.length > 1) surplus("tril", arguments, 1);
    return new Tensor(arrange.triangle("tril", this.value, diagonal));
  }

  /**
   * The upper triangle of matrices: zeros below a diagonal. Dimensions in front of the last two count the matrices.
   *
   * PyTorch: `torch.triu`.
   *
   * @param diagonal Which one: 0 is that from the upper left corner, positive numbers lie right of it, negative ones below.
   * @returns A tensor of this shape.
   * @throws {RangeError} if there are fewer than two dimensions, or the diagonal is no whole number.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).triu().array(), [[1, 2], [0, 4]]);
   * ```
   */
  triu(diagonal = 0): Tensor {
    if (arguments.length > 1) surplus("triu", arguments, 1);
    return new Tensor(arrange.triangle("triu", this.value, diagonal));
  }

  /**
   * A matrix's diagonal as a vector; or, of a vector, the square matrix of zeros that has it on its diagonal.
   *
   * PyTorch: `torch.diag`.
   *
   * @param diagonal Which one: 0 is that from the upper left corner, positive numbers lie right of it, negative ones below.
   * @returns A tensor of one dimension, or of two.
   * @throws {RangeError} for any other number of dimensions, or if the diagonal is no whole number.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).diag().array(), [1, 4]);
   * assertEquals(await tensor([1, 2]).diag().array(), [[1, 0], [0, 2]]);
   * ```
   */
  diag(diagonal = 0): Tensor {
    if (arguments.length > 1) surplus("diag", arguments, 1);
    checkInteger("diag", "the diagonal", diagonal);
    if (this.ndim === 1) return new Tensor(arrange.onDiagonal(this.value, diagonal));
    if (this.ndim === 2) return new Tensor(arrange.diagonal(this.value, diagonal, 0, 1));
    throw new RangeError(
      `diag: a vector or a matrix is needed, not shape ${text(this.shape)}; diagonal() takes any`,
    );
  }

  /**
   * The diagonal of two dimensions, as the last dimension: y[…, i] = x[i, i + offset], the others in front.
   *
   * PyTorch: `torch.diagonal`.
   *
   * @param offset Which one: 0 is that from the upper left corner, positive numbers lie right of it, negative ones below.
   * @param options `dim1` and `dim2`: the two dimensions, 0 and 1 by default.
   * @returns A tensor of one dimension fewer; nothing where the matrix ends before the diagonal.
   * @throws {RangeError} if a dimension does not exist, or both are the same.
   * @example
   * ```ts
   * import { arange } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = arange(8).reshape(2, 2, 2);
   * assertEquals(await x.diagonal(0, { dim1: 1, dim2: 2 }).array(), [[0, 3], [4, 7]]);
   * assertEquals(await x.at(0).diagonal(1).array(), [1]);
   * ```
   */
  diagonal(offset = 0, options: { dim1?: number; dim2?: number } = {}): Tensor {
    if (arguments.length > 2) surplus("diagonal", arguments, 2);
    checkInteger("diagonal", "the offset", offset);
    checkOptions("diagonal", options, ["dim1", "dim2"]);
    const { dim1 = 0, dim2 = 1 } = options, [a, b] = checkDims("diagonal", [dim1, dim2], this.ndim);
    return new Tensor(arrange.diagonal(this.value, offset, a, b));
  }

  /**
   * The sum of a matrix's diagonal.
   *
   * PyTorch: `torch.trace`.
   *
   * @returns A single number, int32 for booleans and integers.
   * @throws {RangeError} for anything but two dimensions.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).trace().item(), 5);
   * ```
   */
  trace(): Tensor {
    if (arguments.length > 0) surplus("trace", arguments, 0);
    if (this.ndim === 2) return this.diagonal().sum();
    throw new RangeError(`trace: a matrix is needed, not shape ${text(this.shape)}`);
  }

  /**
   * The tensor cut along a dimension into pieces of a size.
   *
   * PyTorch: `torch.split`.
   *
   * @param sizes The size of all pieces, of which the last may be smaller; or a list with the size of each.
   * @param dim The dimension: 0 by default.
   * @returns The pieces, a list of tensors.
   * @throws {RangeError} if the dimension does not exist, or the sizes do not add up to its own.
   * @example
   * ```ts
   * import { arange } from "descent";
   * import { assertEquals } from "@std/assert";
   * const [a, b] = arange(5).split(3);
   * assertEquals([await a.array(), await b.array()], [[0, 1, 2], [3, 4]]);
   * assertEquals(arange(6).split([1, 5]).map((part) => part.size), [1, 5]);
   * ```
   */
  split(sizes: number | readonly number[], dim = 0): Tensor[] {
    if (arguments.length > 2) surplus("split", arguments, 2);
    return arrange.split(this.value, sizes, dim).map((part) => new Tensor(part));
  }

  /**
   * The tensor cut along a dimension into so many pieces of one size, of which the last may be smaller. There may be fewer of them:
   * 5 elements in 4 chunks are 2, 2 and 1.
   *
   * PyTorch: `torch.chunk`.
   *
   * @param count How many, at least 1.
   * @param dim The dimension: 0 by default.
   * @returns The pieces, a list of tensors.
   * @throws {RangeError} if the dimension does not exist, or the count is no whole number ≥ 1.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * const [q, k, v] = zeros(2, 12).chunk(3, 1);
   * assertEquals([q.shape, k.shape, v.shape], [[2, 4], [2, 4], [2, 4]]);
   * ```
   */
  chunk(count: number, dim = 0): Tensor[] {
    if (arguments.length > 2) surplus("chunk", arguments, 2);
    return arrange.chunk(this.value, count, dim).map((part) => new Tensor(part));
  }

  /**
   * The tensor taken apart along a dimension: `x.at(0)`, `x.at(1)`, …
   *
   * PyTorch: `torch.unbind`.
   *
   * @param dim The dimension, which goes: 0 by default.
   * @returns As many tensors as the dimension is long.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const [a, b] = tensor([[1, 2], [3, 4]]).unbind();
   * assertEquals([await a.array(), await b.array()], [[1, 2], [3, 4]]);
   * ```
   */
  unbind(dim = 0): Tensor[] {
    if (arguments.length > 1) surplus("unbind", arguments, 1);
    return arrange.unbind(this.value, dim).map((part) => new Tensor(part));
  }

  /**
   * So many elements along one dimension: `x.at(null, [start, start + length])` for dimension 1.
   *
   * PyTorch: `torch.narrow`.
   *
   * @param dim The dimension.
   * @param start The first of them, counted from the end where negative.
   * @param length How many.
   * @returns A tensor in which the dimension has that size.
   * @throws {RangeError} if the dimension does not exist, or the part is not inside of it.
   * @example
   * ```ts
   * import { arange } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await arange(5).narrow(0, 1, 2).array(), [1, 2]);
   * ```
   */
  narrow(dim: number, start: number, length: number): Tensor {
    if (arguments.length > 3) surplus("narrow", arguments, 3);
    return new Tensor(arrange.narrow(this.value, dim, start, length));
  }

  /**
   * All windows of a size along a dimension: that dimension counts the windows, and a new last one goes through each.
   *
   * PyTorch: `Tensor.unfold`.
   *
   * @param dim The dimension.
   * @param size How many elements a window has.
   * @param step How far the next one begins.
   * @returns A tensor of one dimension more.
   * @throws {RangeError} if the dimension does not exist, the window is larger, or size or step are no whole numbers ≥ 1.
   * @example
   * ```ts
   * import { arange } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await arange(4).unfold(0, 2, 1).array(), [[0, 1], [1, 2], [2, 3]]);
   * ```
   */
  unfold(dim: number, size: number, step: number): Tensor {
    if (arguments.length > 3) surplus("unfold", arguments, 3);
    return new Tensor(arrange.windows(this.value, dim, size, step));
  }

  // Parts, borders, and values picked by other values

  /**
   * A part of the tensor, by one index a dimension, from the first; dimensions that are not named are taken whole.
   * `x.at(0, 1)` is PyTorch's `x[0, 1]`.
   *
   * | index                              | what it takes                                                    | PyTorch         |
   * | ---------------------------------- | ---------------------------------------------------------------- | --------------- |
   * | `2`, `-1`                          | one element; the dimension goes                                  | `x[2]`          |
   * | `[1, 3]`, `[0, null, 2]`           | a range `[start, end, step?]`, the end excluded, null: open      | `x[1:3]`, `x[::2]` |
   * | `null`                             | all of the dimension                                             | `x[:]`          |
   * | `"..."`                            | all dimensions that are left over                                | `x[...]`        |
   * | `"newaxis"`                        | a new dimension of size 1                                        | `x[None]`       |
   * | a tensor of int32, `Int32Array`    | elements by their indices; the dimension becomes the index' own  | `x[i]`          |
   * | `[[0, 2]]`                         | the same as a list, in brackets of its own                       | `x[[0, 2]]`     |
   * | a tensor of bool, `[true, false]`  | where it is true; a mask takes as many dimensions as it has      | `x[mask]`       |
   *
   * Several tensors of indices broadcast with each other: `x.at(i, j)` has the elements (iₙ, jₙ). Their common dimensions stand where
   * the indices stood; in front, if something stands between them. Negative numbers count from the end.
   *
   * How many elements a mask picks is data. On the cpu it is at hand; on a GPU it is for masks of plain booleans only, and a
   * tensor of bool is refused: `await x.maskedSelect(mask)` waits for the answer, `x.where(mask, other)` needs none, and the
   * tensors that `await mask.nonzero({ asTuple: true })` gives are indices like any others.
   *
   * PyTorch: `torch.Tensor.__getitem__`.
   *
   * @param index For each dimension what to take.
   * @returns A tensor of its own: no change in place of one is seen in the other.
   * @throws {RangeError} if an index lies outside, a step is below 1, a mask has another shape, or there are more indices than
   * dimensions. Of a tensor of indices a GPU tells later, as {@linkcode Tensor.gather} says.
   * @throws {TypeError} for anything else than what the table has, such as a tensor of float32; and for a mask on a GPU.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2, 3], [4, 5, 6]]);
   * assertEquals(await x.at(0, 1).item(), 2);
   * assertEquals(await x.at(null, [0, 3, 2]).array(), [[1, 3], [4, 6]]);
   * assertEquals(await x.at("...", [[2, 0, 0]]).array(), [[3, 1, 1], [6, 4, 4]]);
   * assertEquals(await x.at(x.argmax(0), [[0, 1, 2]]).array(), [4, 5, 6]);
   * ```
   */
  at(...index: Index[]): Tensor {
    return new Tensor(part("at", this.value, read("at", index.map(given), this.value)));
  }

  /**
   * A border around the tensor, filled with one number.
   *
   * PyTorch: `torch.nn.functional.pad`.
   *
   * @param border `[before, after]` for every dimension: how many elements are added there.
   * @param value The number: 0 by default; a bool's is true for any but 0.
   * @returns A larger tensor.
   * @throws {RangeError} if the border is not given for every dimension, a size is negative, or this tensor is int32 and the
   * number is not.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2]]).pad([[1, 0], [0, 1]], 9).array(), [[9, 9, 9], [1, 2, 9]]);
   * ```
   */
  pad(border: readonly (readonly [number, number])[], value: number | boolean = 0): Tensor {
    if (arguments.length > 2) surplus("pad", arguments, 2);
    const pairs = isList(border, (one) => isNumbers(one) && one.length === 2);
    if (!pairs) {
      throw new TypeError(
        `pad: a border is a list with [before, after] for every dimension, not ${describe(border)}`,
      );
    }
    if (typeof value !== "boolean") checkNumber("pad", "the value", value);
    if (border.length !== this.ndim) {
      throw new RangeError(
        `pad: one [before, after] for each of the ${this.ndim} dimensions is needed, not ${border.length}`,
      );
    }
    checkShape("pad", border.flat());
    return new Tensor(apply("pad", [this.value], { border, value: fitting("pad", value, this.dtype) }));
  }

  /**
   * Values picked along a dimension by an index of as many dimensions, as torch.gather: for dim 1,
   * `y[i, j] = x[i, index[i, j]]`. The same value may be picked several times; its gradients add up.
   *
   * PyTorch: `torch.gather`.
   *
   * @param dim The dimension.
   * @param index int32, or nested arrays of whole numbers; no larger than this tensor in the other dimensions.
   * @returns A tensor of the index's shape.
   * @throws {RangeError} if the dimension does not exist, the index does not fit, or one of its numbers is not from 0 to the
   * dimension's size less 1. A GPU, where one would have to wait for the index, tells of that with the next `data()`, `array()`
   * or `item()`, whichever tensor is read; until then there is NaN, or 0 of integers and booleans.
   * @throws {TypeError} if the index is a tensor of another dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(await x.gather(1, [[1], [0]]).array(), [[2], [3]]);
   * ```
   */
  gather(dim: number, index: TensorLike): Tensor {
    if (arguments.length > 2) surplus("gather", arguments, 2);
    const d = checkDim("gather", dim, this.ndim);
    return new Tensor(pick.gather(this.value, d, given(index)));
  }

  /**
   * Slices picked along a dimension, as torch.index_select: for dim 0, `y[n] = x[index[n]]`. The rows of a table of embeddings.
   * The same slice may be picked several times; its gradients add up.
   *
   * PyTorch: `torch.index_select`.
   *
   * @param dim The dimension.
   * @param index int32 [N], or a list of whole numbers; a single one is a list of one.
   * @returns A tensor with N slices along that dimension.
   * @throws {RangeError} if the dimension does not exist, the index has several dimensions, or one of its numbers is not from 0 to
   * the dimension's size less 1; on a GPU later, as {@linkcode Tensor.gather} says.
   * @throws {TypeError} if the index is a tensor of another dtype, or booleans.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2], [3, 4], [5, 6]]);
   * assertEquals(await x.indexSelect(0, [2, 0, 2]).array(), [[5, 6], [1, 2], [5, 6]]);
   * assertEquals(await x.indexSelect(1, [1]).array(), [[2], [4], [6]]);
   * ```
   */
  indexSelect(dim: number, index: TensorLike): Tensor {
    if (arguments.length > 2) surplus("indexSelect", arguments, 2);
    const d = checkDim("indexSelect", dim, this.ndim);
    return new Tensor(pick.indexSelect(this.value, d, given(index)));
  }

  /**
   * Slices added along a dimension: for dim 0, `y[index[n]] = x[index[n]] + alpha · source[n]`. Where an index stands several
   * times, all its slices are added, in an order that is always the same.
   *
   * PyTorch: `torch.index_add`.
   *
   * @param dim The dimension.
   * @param index int32 [N], or a list of whole numbers.
   * @param source A tensor or nested arrays of this shape, but N along that dimension.
   * @param options alpha: a factor, 1 by default.
   * @returns A tensor of this shape and dtype; gradients flow to this tensor and to the source.
   * @throws {RangeError} if the dimension does not exist, the source is of another shape, or an index is not from 0 to the
   * dimension's size less 1; on a GPU later, as {@linkcode Tensor.gather} says.
   * @throws {TypeError} if the index is a tensor of another dtype, or the source does not fit into this dtype.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * const y = zeros(3, 2).indexAdd(0, [2, 0, 2], [[1, 1], [2, 2], [3, 3]]);
   * assertEquals(await y.array(), [[2, 2], [0, 0], [4, 4]]);
   * ```
   */
  indexAdd(dim: number, index: TensorLike, source: TensorLike, options: IndexAddOptions = {}): Tensor {
    if (arguments.length > 4) surplus("indexAdd", arguments, 4);
    return new Tensor(this.#indexAdd("indexAdd", dim, index, source, options));
  }

  #indexAdd(
    name: string,
    dim: number,
    index: TensorLike,
    source: TensorLike,
    options: IndexAddOptions,
  ): Value {
    checkOptions(name, options, ["alpha"]);
    const { alpha = 1 } = options;
    checkNumber(name, "alpha", alpha);
    const d = checkDim(name, dim, this.ndim);
    return pick.indexAdd(name, this.value, d, given(index), given(source), alpha);
  }

  /**
   * Slices replaced along a dimension: for dim 0, `y[index[n]] = source[n]`. Where an index stands several times, the last slice
   * stays, and only to that one a gradient flows.
   *
   * PyTorch: `torch.index_copy`.
   *
   * @param dim The dimension.
   * @param index int32 [N], or a list of whole numbers.
   * @param source A tensor or nested arrays of this shape, but N along that dimension.
   * @returns A tensor of this shape and dtype.
   * @throws {RangeError} if the dimension does not exist, the source is of another shape, or an index is not from 0 to the
   * dimension's size less 1; on a GPU later, as {@linkcode Tensor.gather} says.
   * @throws {TypeError} if the index is a tensor of another dtype, or the source does not fit into this dtype.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await zeros(3, 2).indexCopy(0, [2, 0], [[1, 2], [3, 4]]).array(), [[3, 4], [0, 0], [1, 2]]);
   * ```
   */
  indexCopy(dim: number, index: TensorLike, source: TensorLike): Tensor {
    if (arguments.length > 3) surplus("indexCopy", arguments, 3);
    const d = checkDim("indexCopy", dim, this.ndim);
    return new Tensor(pick.indexCopy("indexCopy", this.value, d, given(index), given(source)));
  }

  /**
   * One number in slices along a dimension: for dim 0, `y[index[n]] = value`.
   *
   * PyTorch: `torch.index_fill`.
   *
   * @param dim The dimension.
   * @param index int32 [N], or a list of whole numbers. Negative ones count from the end.
   * @param value A number, or a tensor of no dimensions, to which a gradient flows.
   * @returns A tensor of this shape and dtype.
   * @throws {RangeError} if the dimension does not exist, the value has dimensions, or an index lies outside; on a GPU later, as {@linkcode Tensor.gather} says.
   * @throws {TypeError} if the index is a tensor of another dtype, or the value does not fit into this dtype.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await zeros(2, 3).indexFill(1, [0, -1], 7).array(), [[7, 0, 7], [7, 0, 7]]);
   * ```
   */
  indexFill(dim: number, index: TensorLike, value: TensorLike): Tensor {
    if (arguments.length > 3) surplus("indexFill", arguments, 3);
    const d = checkDim("indexFill", dim, this.ndim);
    return new Tensor(pick.indexFill("indexFill", this.value, d, given(index), given(value)));
  }

  /**
   * Values written where {@linkcode Tensor.gather} would pick: for dim 1, `y[i, index[i, j]] = source[i, j]`. Where several name one
   * place, the last stays, and only to that one a gradient flows; with `reduce: "add"` all are added to what there is.
   *
   * PyTorch: `torch.scatter`.
   *
   * @param dim The dimension.
   * @param index int32, or nested arrays of whole numbers, of as many dimensions; no larger than this tensor in the other dimensions.
   * @param source A number for all of these places; or a tensor or nested arrays, of which as many values are taken as the index has.
   * @param options reduce: "add" adds; by default, values replace what there is.
   * @returns A tensor of this shape and dtype.
   * @throws {RangeError} if the dimension does not exist, the index does not fit, or one of its numbers is not from 0 to the
   * dimension's size less 1; on a GPU later, as {@linkcode Tensor.gather} says.
   * @throws {TypeError} if the index is a tensor of another dtype, or the source does not fit into this dtype.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * const classes = [[2], [0]];
   * assertEquals(await zeros(2, 3).scatter(1, classes, 1).array(), [[0, 0, 1], [1, 0, 0]]);
   * ```
   */
  scatter(dim: number, index: TensorLike, source: TensorLike, options: ScatterOptions = {}): Tensor {
    if (arguments.length > 4) surplus("scatter", arguments, 4);
    return new Tensor(this.#scatter("scatter", dim, index, source, options));
  }

  #scatter(name: string, dim: number, index: TensorLike, source: TensorLike, options: ScatterOptions): Value {
    checkOptions(name, options, ["reduce"]);
    const { reduce } = options, d = checkDim(name, dim, this.ndim);
    if (reduce !== undefined) checkChoice(name, "reduce", reduce, ["add"]);
    return pick.scatter(name, this.value, d, given(index), given(source), reduce ?? "last");
  }

  /**
   * Values added where {@linkcode Tensor.gather} would pick: for dim 1, `y[i, index[i, j]] += source[i, j]`. All that name one place are
   * added, in an order that is always the same.
   *
   * PyTorch: `torch.scatter_add`.
   *
   * @param dim The dimension.
   * @param index int32, or nested arrays of whole numbers, of as many dimensions; no larger than this tensor in the other dimensions.
   * @param source A number for all of these places; or a tensor or nested arrays, of which as many values are taken as the index has.
   * @returns A tensor of this shape and dtype.
   * @throws {RangeError} if the dimension does not exist, the index does not fit, or one of its numbers is not from 0 to the
   * dimension's size less 1; on a GPU later, as {@linkcode Tensor.gather} says.
   * @throws {TypeError} if the index is a tensor of another dtype, or the source does not fit into this dtype.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await zeros(3).scatterAdd(0, [2, 0, 2], [1, 2, 3]).array(), [2, 0, 4]);
   * ```
   */
  scatterAdd(dim: number, index: TensorLike, source: TensorLike): Tensor {
    if (arguments.length > 3) surplus("scatterAdd", arguments, 3);
    return new Tensor(this.#scatter("scatterAdd", dim, index, source, { reduce: "add" }));
  }

  /**
   * Elements by their numbers, counted row by row through all dimensions.
   *
   * PyTorch: `torch.take`.
   *
   * @param index int32, or nested arrays of whole numbers, of any shape; negative ones count from the end.
   * @returns A tensor of the index's shape.
   * @throws {RangeError} if an index lies outside; on a GPU later, as {@linkcode Tensor.gather} says.
   * @throws {TypeError} if the index is a tensor of another dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).take([[0, -1]]).array(), [[1, 4]]);
   * ```
   */
  take(index: TensorLike): Tensor {
    if (arguments.length > 1) surplus("take", arguments, 1);
    return new Tensor(pick.take("take", this.value, given(index)));
  }

  /**
   * Values picked along a dimension by an index of as many dimensions, the others broadcast: what `argmax` with `keepdim` or a sort
   * gives picks its elements.
   *
   * PyTorch: `torch.take_along_dim`.
   *
   * @param index int32, or nested arrays of whole numbers; negative ones count from the end.
   * @param dim The dimension; by default, both are taken as one list.
   * @returns A tensor with the index's size along that dimension.
   * @throws {RangeError} if the shapes do not broadcast, or an index lies outside; on a GPU later, as {@linkcode Tensor.gather} says.
   * @throws {TypeError} if the index is a tensor of another dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 5, 3], [6, 2, 4]]);
   * assertEquals(await x.takeAlongDim(x.argmax(1, { keepdim: true }), 1).array(), [[5], [6]]);
   * ```
   */
  takeAlongDim(index: TensorLike, dim?: number): Tensor {
    if (arguments.length > 2) surplus("takeAlongDim", arguments, 2);
    if (dim === undefined) {
      return new Tensor(pick.take("takeAlongDim", this.value, given(index), true));
    }
    return new Tensor(pick.takeAlongDim(this.value, given(index), checkDim("takeAlongDim", dim, this.ndim)));
  }

  /**
   * One number where a mask is true.
   *
   * PyTorch: `torch.masked_fill`.
   *
   * @param mask Of bool: a tensor, or nested arrays of booleans; broadcasts with this tensor.
   * @param value A number, or a tensor of no dimensions, to which a gradient flows.
   * @returns A tensor of the common shape and this dtype.
   * @throws {RangeError} if the shapes do not broadcast, or the value has dimensions.
   * @throws {TypeError} if the mask is not bool, or the value does not fit into this dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const scores = tensor([[1, 2], [3, 4]]);
   * const hidden = tensor([[false, true], [false, false]]);
   * assertEquals(await scores.maskedFill(hidden, -Infinity).array(), [[1, -Infinity], [3, 4]]);
   * ```
   */
  maskedFill(mask: TensorLike, value: TensorLike): Tensor {
    if (arguments.length > 2) surplus("maskedFill", arguments, 2);
    return new Tensor(maskedFill("maskedFill", this.value, given(mask), given(value)));
  }

  /**
   * The elements where a mask is true, as one list. How many there are is data, so the answer is a promise. Gradients flow through it.
   *
   * PyTorch: `torch.masked_select`.
   *
   * @param mask Of bool: a tensor, or nested arrays of booleans; broadcasts with this tensor.
   * @returns A tensor of one dimension.
   * @throws {RangeError} if the shapes do not broadcast.
   * @throws {TypeError} if the mask is not bool.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, -2], [-3, 4]]);
   * assertEquals(await (await x.maskedSelect(x.gt(0))).array(), [1, 4]);
   * ```
   */
  async maskedSelect(mask: TensorLike): Promise<Tensor> {
    if (arguments.length > 1) surplus("maskedSelect", arguments, 1);
    return new Tensor(await maskedSelect(this.value, given(mask)));
  }

  /**
   * Where the elements are that are not 0, or true. How many there are is data, so the answer is a promise. NaN is not 0.
   *
   * PyTorch: `torch.nonzero`.
   *
   * @param options asTuple: one list a dimension, as {@linkcode Tensor.at} takes them; false by default.
   * @returns int32 [N, dimensions], a row an element, in row-major order; or as many tensors [N] as there are dimensions.
   * @throws {TypeError} for any other option.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[0, 5], [6, 0]]);
   * assertEquals(await (await x.nonzero()).array(), [[0, 1], [1, 0]]);
   * const [rows, columns] = await x.nonzero({ asTuple: true });
   * assertEquals(await x.at(rows, columns).array(), [5, 6]);
   * ```
   */
  nonzero(options?: { asTuple?: false }): Promise<Tensor>;
  /**
   * The same as one list a dimension, as {@linkcode Tensor.at} takes them.
   *
   * PyTorch: `torch.nonzero`.
   *
   * @param options asTuple: true.
   * @returns As many tensors int32 [N] as there are dimensions; one for a single number.
   */
  nonzero(options: { asTuple: true }): Promise<Tensor[]>;
  /**
   * The same where the program only says later which of both it wants.
   *
   * PyTorch: `torch.nonzero`.
   *
   * @param options asTuple: one list a dimension; false by default.
   * @returns A tensor, or a list of them.
   */
  nonzero(options: NonzeroOptions): Promise<Tensor | Tensor[]>;
  async nonzero(options: NonzeroOptions = {}): Promise<Tensor | Tensor[]> {
    if (arguments.length > 1) surplus("nonzero", arguments, 1);
    checkOptions("nonzero", options, ["asTuple"]);
    const { asTuple = false } = options;
    if (!checkBoolean("nonzero", "asTuple", asTuple)) return new Tensor(await nonzero(this.value));
    return (await nonzeroLists(this.value)).map((list) => new Tensor(list));
  }

  // Products

  /**
   * The matrix product: [..., M, K] × [..., K, N] → [..., M, N], leading dimensions broadcast. A vector counts as a row on
   * the left and as a column on the right, and that dimension goes again.
   *
   * PyTorch: `torch.matmul`.
   *
   * @param other The right factor: a tensor or nested arrays.
   * @returns A tensor of the common dtype, booleans counted as integers; products of integers wrap as sums do.
   * @throws {RangeError} if the inner sizes differ, leading dimensions do not broadcast, or an operand has no dimension.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(await x.matmul([[0, 1], [1, 0]]).array(), [[2, 1], [4, 3]]);
   * assertEquals(await x.matmul([1, 1]).array(), [3, 7]);
   * ```
   */
  matmul(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("matmul", arguments, 1);
    const right = new Tensor(this.#lift("matmul", other));
    if (this.ndim === 0 || right.ndim === 0) {
      throw new RangeError(
        `matmul: needs at least one dimension on both sides, not ${text(this.shape)} and ${
          text(right.shape)
        }`,
      );
    }
    const row = this.ndim === 1, column = right.ndim === 1;
    const a = row ? this.unsqueeze(0) : this, b = column ? right.unsqueeze(1) : right;
    if (a.shape.at(-1) !== b.shape.at(-2)) {
      throw new RangeError(
        `matmul: ${text(this.shape)} × ${text(right.shape)}: the inner sizes ${a.shape.at(-1)} and ${
          b.shape.at(-2)
        } differ`,
      );
    }
    let product = multiply(a, b);
    if (row) product = product.squeeze(-2);
    return column ? product.squeeze(-1) : product;
  }

  /**
   * The product of two matrices: {@linkcode matmul} of [M, K] × [K, N] → [M, N], and of nothing else.
   *
   * PyTorch: `torch.mm`.
   *
   * @param other The right factor: a tensor or nested arrays.
   * @returns A tensor of the common dtype; of booleans int32.
   * @throws {RangeError} if the operands have other numbers of dimensions, or sizes do not fit.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2]]).mm([[3], [4]]).array(), [[11]]);
   * ```
   */
  mm(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("mm", arguments, 1);
    return this.#product("mm", other, 2, 2);
  }

  /**
   * The products of as many pairs of matrices: {@linkcode matmul} of [B, M, K] × [B, K, N] → [B, M, N], and of nothing else.
   *
   * PyTorch: `torch.bmm`.
   *
   * @param other The right factor: a tensor or nested arrays.
   * @returns A tensor of the common dtype; of booleans int32.
   * @throws {RangeError} if the operands have other numbers of dimensions, or sizes do not fit.
   * @example
   * ```ts
   * import { ones } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(ones(5, 2, 3).bmm(ones(5, 3, 4)).shape, [5, 2, 4]);
   * ```
   */
  bmm(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("bmm", arguments, 1);
    return this.#product("bmm", other, 3, 3);
  }

  /**
   * The product of a matrix and a vector: {@linkcode matmul} of [M, K] × [K] → [M], and of nothing else.
   *
   * PyTorch: `torch.mv`.
   *
   * @param other The right factor: a tensor or nested arrays.
   * @returns A tensor of the common dtype; of booleans int32.
   * @throws {RangeError} if the operands have other numbers of dimensions, or sizes do not fit.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).mv([1, 1]).array(), [3, 7]);
   * ```
   */
  mv(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("mv", arguments, 1);
    return this.#product("mv", other, 2, 1);
  }

  /**
   * The inner product of two vectors, Σ a · b: {@linkcode matmul} of [K] × [K] → [], and of nothing else.
   *
   * PyTorch: `torch.dot`.
   *
   * @param other The right factor: a tensor or nested arrays.
   * @returns A tensor of the common dtype; of booleans int32.
   * @throws {RangeError} if the operands have other numbers of dimensions, or sizes do not fit.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).dot([3, 4]).item(), 11);
   * ```
   */
  dot(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("dot", arguments, 1);
    return this.#product("dot", other, 1, 1);
  }

  #product(name: string, other: TensorLike, rank: number, rankOfOther: number): Tensor {
    const right = new Tensor(this.#lift(name, other)), [a, b] = [this.shape, right.shape];
    const ranks = a.length === rank && b.length === rankOfOther;
    const inner = ranks && a[rank - 1] === b[Math.max(0, rankOfOther - 2)];
    if (inner && (rank < 3 || a[0] === b[0])) return this.matmul(right);
    const why = !ranks
      ? `operands of ${rank} and ${rankOfOther} dimensions are needed; matmul() takes others`
      : !inner
      ? `the inner sizes differ`
      : `there are not as many matrices; matmul() broadcasts`;
    throw new RangeError(`${name}: ${text(a)} × ${text(b)}: ${why}`);
  }

  /**
   * The outer product of two vectors: y[i, j] = a[i] · b[j].
   *
   * PyTorch: `torch.outer`.
   *
   * @param other The right factor: a tensor or an array of one dimension.
   * @returns A tensor of two dimensions, of the common dtype.
   * @throws {RangeError} if one of them is no vector.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).outer([3, 4]).array(), [[3, 4], [6, 8]]);
   * ```
   */
  outer(other: TensorLike): Tensor {
    if (arguments.length > 1) surplus("outer", arguments, 1);
    const right = new Tensor(this.#lift("outer", other));
    if (this.ndim === 1 && right.ndim === 1) return this.unsqueeze(1).mul(right);
    throw new RangeError(`outer: two vectors are needed, not ${text(this.shape)} and ${text(right.shape)}`);
  }
}

/** What is taken for a tensor, with the tensor itself unwrapped. */
const given = <T>(x: T | Tensor): T | Value => x instanceof Tensor ? x.value : x;

/** Two values as tensors. */
function pairOf({ values, indices }: order.Chosen): ValuesAndIndices {
  return { values: new Tensor(values), indices: new Tensor(indices) };
}

/** The dimension along which indices are asked for, if they are. */
function readIndices(
  name: string,
  dim: number | readonly number[] | undefined,
  options: ReduceOptions & { indices?: boolean } | undefined,
): number | undefined {
  readKeepdim(name, options, ["keepdim", "indices"]);
  if (options?.indices === undefined || !checkBoolean(name, "indices", options.indices)) return undefined;
  if (typeof dim === "number") return dim;
  throw new TypeError(
    `${name}: indices are those along one dimension, as in ${name}(1, { indices: true }), not ${
      describe(dim)
    }`,
  );
}

/** Whether sort() begins with the largest. */
function readDescending(name: string, options: SortOptions = {}): boolean {
  checkOptions(name, options, ["descending", "stable"]);
  const { descending = false, stable = true } = options;
  checkBoolean(name, "stable", stable);
  return checkBoolean(name, "descending", descending);
}

/** The power of a norm. */
function checkPower(p: number): number {
  if (typeof p === "string") {
    throw new RangeError(
      `norm: p is a number or "fro", not ${describe(p)}; there are no norms of whole matrices beside`,
    );
  }
  if (Number.isNaN(checkNumber("norm", "p", p))) throw new RangeError("norm: p must not be NaN");
  return p;
}

/** Whether reduced dimensions are kept. */
function readKeepdim(
  name: string,
  options: ReduceOptions | undefined,
  known: readonly string[] = ["keepdim"],
): boolean {
  if (options === undefined) return false;
  if (typeof options === "number") {
    throw new TypeError(
      `${name}: several dimensions are one list, as in ${name}([0, 1]); options come second`,
    );
  }
  checkOptions(name, options, known);
  const { keepdim = false } = options;
  return checkBoolean(name, "keepdim", keepdim);
}

function multiply(a: Tensor, b: Tensor): Tensor {
  const common = promote(a.dtype, b.dtype), dtype = common === "bool" ? "int32" : common;
  const values = [a, b].map(({ value }) => toDtype(value, dtype));
  // Many matrices times one: all their rows in one product.
  if (b.ndim > 2 || a.ndim === 2) return new Tensor(apply("matmul", values, undefined));
  const [left, right] = values, inner = a.shape.at(-1)!, leading = a.shape.slice(0, -1);
  const rows = apply("reshape", [left], { shape: [sizeOf(leading), inner] });
  const product = apply("matmul", [rows, right], undefined);
  return new Tensor(apply("reshape", [product], { shape: [...leading, b.shape.at(-1)!] }));
}
