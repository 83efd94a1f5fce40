/** What every tensor can do: say what it is, and give its numbers. */
import type { Device, DType, Values } from "../device/device.ts";
import { leaf, noGrad } from "../autograd/graph.ts";
import { Value } from "../autograd/value.ts";
import { logicalShape, type Order, reorder } from "./order.ts";
import { sizeOf, text } from "./shape.ts";
import { constant, makeValue, nest, type NestedArray } from "./values.ts";
import { inspect } from "./print.ts";

/** What is taken wherever a tensor is: a tensor, a number, or nested arrays of numbers. */
export type TensorLike = TensorBase | NestedArray;

/** The ground of class Tensor. Its methods stand in the files beside this one, by what they are about. */
export abstract class TensorBase {
  /**
   * The vertex of the graph behind this tensor. Its storage may be laid out in another order.
   *
   * @internal
   */
  readonly value: Value;
  /**
   * Which dimension of the storage each dimension is.
   *
   * @internal
   */
  readonly order: Order;
  readonly #shape: readonly number[];

  /**
   * Tensors are made by `tensor()` and its kin.
   *
   * @internal
   */
  constructor(value: Value, order: Order = null) {
    this.value = value;
    this.order = order;
    this.#shape = logicalShape(value, order);
  }

  /**
   * Another tensor of the same class.
   *
   * @internal
   */
  protected abstract wrap(value: Value, order?: Order): this;

  /** The size of every dimension: [] for a single number. */
  get shape(): number[] {
    return [...this.#shape];
  }

  /** How many elements it has. */
  get size(): number {
    return sizeOf(this.#shape);
  }

  /** How many dimensions it has. */
  get ndim(): number {
    return this.#shape.length;
  }

  /** What its elements are: "float32", "int32" or "bool". */
  get dtype(): DType {
    return this.value.buffer.dtype;
  }

  /** The device its numbers are on. */
  get device(): Device {
    return this.value.buffer.device;
  }

  /**
   * Whether gradients flow to it. Can be set on a leaf: on, and `backward()` fills its `grad`.
   *
   * @throws {Error} when set on a tensor that was computed from others.
   * @throws {TypeError} when set on a tensor that is not float32.
   */
  get requiresGrad(): boolean {
    return this.value.requiresGrad;
  }

  set requiresGrad(on: boolean) {
    if (on === this.requiresGrad) return;
    if (!this.value.isLeaf) {
      throw new Error(
        "requiresGrad: this tensor was computed by recorded operations; use detach() for one that stops gradients",
      );
    }
    if (on && this.dtype !== "float32") {
      throw new TypeError(`requiresGrad: only float32 tensors can require a gradient, not ${this.dtype}`);
    }
    this.value.node = on ? leaf(this.value.buffer, true).node : null;
    if (this.value.node) this.value.node.keeper = this.value;
  }

  /** Whether it is a start of the graph: made by the user, not computed from tensors that require a gradient. */
  get isLeaf(): boolean {
    return this.value.isLeaf;
  }

  /** ∂L/∂this after `L.backward()`: of leaves that require a gradient, and where `retainGrad()` was called. Else null. */
  get grad(): this | null {
    const { grad } = this.value;
    return grad === null || grad.freed ? null : this.wrap(new Value(grad), this.order);
  }

  /**
   * Copies the numbers from the device: flat, in row-major order of this tensor's shape.
   *
   * @returns A Float32Array for "float32", an Int32Array for "int32", a Uint8Array of zeros and ones for "bool".
   * @throws {Error} if the tensor was freed.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).t().data(), new Float32Array([1, 3, 2, 4]));
   * ```
   */
  async data(): Promise<Values> {
    const { device } = this;
    if (this.order === null) return await device.read(this.value.buffer.storage);
    const ordered = noGrad(() => reorder(this.value, this.order, null));
    const values = await device.read(ordered.buffer.storage);
    if (ordered.buffer !== this.value.buffer) ordered.buffer.free("by data()");
    return values;
  }

  /**
   * Copies the numbers from the device, as nested arrays.
   *
   * @returns As many levels of arrays as there are dimensions; a plain number for a tensor of none; booleans for "bool".
   * @throws {Error} if the tensor was freed.
   * @example
   * ```ts
   * import { eye } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await eye(2).array(), [[1, 0], [0, 1]]);
   * ```
   */
  async array(): Promise<NestedArray> {
    return nest(await this.data(), this.#shape, this.dtype);
  }

  /**
   * Copies the only number from the device.
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
    if (this.size !== 1) {
      throw new RangeError(`item: a tensor of one element is needed, not one of shape ${text(this.#shape)}`);
    }
    return (await this.data())[0];
  }

  /**
   * Any tensor-like as a tensor on this tensor's device.
   *
   * @internal
   */
  protected lift(other: TensorLike): this {
    if (other instanceof TensorBase) return other as this;
    if (typeof other === "number") {
      const fits = this.dtype === "int32" && Number.isInteger(other);
      return this.wrap(constant(this.device, other, fits ? "int32" : "float32"));
    }
    return this.wrap(makeValue("tensor", other, { device: this.device }));
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
    return `Tensor ${text(this.#shape)} ${this.dtype} ${this.device.name}`;
  }

  /**
   * What console.log shows.
   *
   * @internal
   */
  [Symbol.for("Deno.customInspect")](): string {
    return inspect(this);
  }
}
