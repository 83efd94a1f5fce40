/** What every tensor can do: say what it is, give its numbers, take part in the graph. */
import type { Device, DType, Storage, Values } from "../device/device.ts";
import { kernels } from "../device/kernels.ts";
import type { Buffer } from "../autograd/buffer.ts";
import { apply, backward, commonDevice, isRecording, leaf, noGrad } from "../autograd/graph.ts";
import { Value } from "../autograd/value.ts";
import { logicalShape, type Order, reorder } from "./order.ts";
import { broadcastShapes, sameShape, sizeOf, text } from "./shape.ts";
import { constant, makeValue, nest, type NestedArray } from "./values.ts";
import { combine } from "./combine.ts";
import { inspect } from "./print.ts";

/** What is taken wherever a tensor is: a tensor, a number, or nested arrays of numbers. */
export type TensorLike = TensorBase | NestedArray;

/** The ground of class Tensor. Its methods stand in the files beside this one, by what they are about. */
export abstract class TensorBase {
  /** The vertex of the graph behind this tensor. Its storage may be laid out in another order. @internal */
  readonly value: Value;
  /** Which dimension of the storage each dimension is. @internal */
  readonly order: Order;
  readonly #shape: readonly number[];

  /** @internal */
  constructor(value: Value, order: Order = null) {
    this.value = value;
    this.order = order;
    this.#shape = logicalShape(value, order);
  }

  /** Another tensor of the same class. @internal */
  protected abstract wrap(value: Value, order?: Order): this;

  /** The size of every dimension. */
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

  /** "float32", "int32" or "bool". */
  get dtype(): DType {
    return this.value.buffer.dtype;
  }

  /** The device its numbers are on. */
  get device(): Device {
    return this.value.buffer.device;
  }

  /** Whether gradients flow to it. Can be set on a leaf. */
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

  /** The numbers, flat, in row-major order of this tensor's own shape. */
  async data(): Promise<Values> {
    const { device } = this;
    if (this.order === null) return await device.read(this.value.buffer.storage);
    const ordered = noGrad(() => reorder(this.value, this.order, null));
    const values = await device.read(ordered.buffer.storage);
    if (ordered.buffer !== this.value.buffer) ordered.buffer.free("by data()");
    return values;
  }

  /** The numbers as nested arrays; a plain number for a tensor of no dimension. */
  async array(): Promise<NestedArray> {
    return nest(await this.data(), this.#shape, this.dtype);
  }

  /**
   * The number in a tensor of one element.
   *
   * @throws {RangeError} if it has more or none.
   */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new RangeError(`item: a tensor of one element is needed, not one of shape ${text(this.#shape)}`);
    }
    return (await this.data())[0];
  }

  /**
   * Computes ∂this/∂leaf for every leaf that requires a gradient, and adds it to that leaf's `grad`. The graph is freed
   * on the way, with everything that modules made inside.
   *
   * @param grad ∂L/∂this, of this shape; may be left out for a tensor of one element.
   * @param options `retainGraph`: keep the graph for another backward().
   * @throws {Error} if nothing it was computed from requires a gradient, or the graph was freed.
   * @throws {RangeError} if `grad` is missing or of another shape.
   */
  backward(grad?: TensorLike, options: { retainGraph?: boolean } = {}): void {
    if (!this.requiresGrad) {
      throw new Error(
        "backward: this tensor does not require a gradient: none of the tensors it was computed from was made with requiresGrad, or it was computed inside noGrad()",
      );
    }
    let seed: Storage;
    if (grad === undefined) {
      if (this.size !== 1) {
        throw new RangeError(
          `backward: a gradient flows from a single number, not from shape ${text(this.#shape)}; ` +
            `call sum() or mean() first, or give backward() the gradient of the loss with respect to this tensor`,
        );
      }
      seed = kernels(this.device).tidy(() => kernels(this.device).fill(this.value.buffer.shape, 1));
    } else {
      const given = this.lift(grad);
      commonDevice("backward", [this.value, given.value]);
      if (!sameShape(given.#shape, this.#shape)) {
        throw new RangeError(
          `backward: the gradient has shape ${text(given.#shape)}, the tensor ${text(this.#shape)}`,
        );
      }
      const laid = noGrad(() => reorder(given.value, given.order, this.order));
      seed = this.device.share(laid.buffer.storage);
    }
    backward(this.value, seed, options.retainGraph ?? false);
  }

  /** The same numbers, without their history: no gradient flows through. Shares memory with this tensor. */
  detach(): this {
    return this.wrap(new Value(this.value.buffer), this.order);
  }

  /** A buffer laid out as this tensor's, seen with this tensor's shape. @internal */
  viewOf(buffer: Buffer): this {
    return this.wrap(new Value(buffer), this.order);
  }

  /** The numbers copied to memory of their own; gradients flow through. */
  clone(): this {
    const one = constant(this.device, 1, this.dtype === "bool" ? "int32" : this.dtype);
    if (this.dtype !== "bool") return this.wrap(apply("mul", [this.value, one], undefined), this.order);
    const number = apply("cast", [this.value], { dtype: "int32" });
    return this.wrap(apply("cast", [number], { dtype: "bool" }), this.order);
  }

  /** Asks `backward()` to keep the gradient of this tensor too, although it is no leaf. */
  retainGrad(): this {
    const { node } = this.value;
    if (node === null) throw new Error("retainGrad: this tensor does not require a gradient");
    node.keeper = this.value;
    return this;
  }

  /** Forgets the gradient and frees its memory. */
  zeroGrad(): void {
    this.value.grad?.free("by zeroGrad()");
    this.value.grad = null;
  }

  /** Exempts this tensor from the scopes that would free it: the training iteration, the module it is made in. */
  keep(): this {
    this.value.buffer.kept = true;
    if (this.value.grad !== null) this.value.grad.kept = true;
    return this;
  }

  /** Adds in place. @throws {Error} on a leaf that requires a gradient, outside noGrad. */
  add_(other: TensorLike): this {
    return this.#inPlace("add_", other, "add");
  }

  /** Subtracts in place. @throws {Error} on a leaf that requires a gradient, outside noGrad. */
  sub_(other: TensorLike): this {
    return this.#inPlace("sub_", other, "sub");
  }

  /** Multiplies in place. @throws {Error} on a leaf that requires a gradient, outside noGrad. */
  mul_(other: TensorLike): this {
    return this.#inPlace("mul_", other, "mul");
  }

  /** Divides in place. @throws {Error} on a leaf that requires a gradient, outside noGrad. */
  div_(other: TensorLike): this {
    return this.#inPlace("div_", other, "div");
  }

  /** Sets every element to 0. @throws {Error} on a leaf that requires a gradient, outside noGrad. */
  zero_(): this {
    return this.#overwrite("zero_", this.lift(0));
  }

  /** Sets every element to one number. @throws {Error} on a leaf that requires a gradient, outside noGrad. */
  fill_(number: number): this {
    return this.#overwrite("fill_", this.lift(number));
  }

  /** Copies another tensor's numbers, broadcast to this shape. @throws {Error} on a leaf that requires a gradient, outside noGrad. */
  copy_(other: TensorLike): this {
    return this.#overwrite("copy_", this.lift(other));
  }

  #overwrite(name: string, source: TensorBase): this {
    this.#checkShape(name, source.#shape);
    commonDevice(name, [this.value, source.value]);
    let value = source.dtype === this.dtype
      ? source.value
      : apply("cast", [source.value], { dtype: this.dtype });
    if (!sameShape(source.#shape, this.#shape)) {
      value = apply("expand", [reorder(value, source.order, null)], { shape: this.shape });
      return this.#settle(name, reorder(value, null, this.order));
    }
    return this.#settle(name, this.wrap(reorder(value, source.order, this.order), this.order).clone().value);
  }

  #inPlace(name: string, other: TensorLike, operation: "add" | "sub" | "mul" | "div"): this {
    const [value, order] = this.combine(operation, other);
    if (value.buffer.dtype !== this.dtype) {
      throw new TypeError(
        `${name}: the result is ${value.buffer.dtype}, which does not fit into this ${this.dtype} tensor`,
      );
    }
    this.#checkShape(name, logicalShape(value, order));
    return this.#settle(name, reorder(value, order, this.order));
  }

  #checkShape(name: string, shape: readonly number[]): void {
    if (!sameShape(broadcastShapes(name, this.#shape, shape), this.#shape)) {
      throw new RangeError(
        `${name}: a result of shape ${text(shape)} does not fit into this tensor of shape ${
          text(this.#shape)
        }`,
      );
    }
  }

  /** Puts a result, laid out as this tensor, into this tensor's memory and graph. */
  #settle(name: string, result: Value): this {
    const { value } = this;
    if (isRecording() && value.isLeaf && value.requiresGrad) {
      throw new Error(
        `${name}: a leaf that requires a gradient cannot change in place while operations are recorded; wrap the call: noGrad(() => …)`,
      );
    }
    value.buffer.replace(this.device.share(result.buffer.storage));
    if (isRecording()) value.node = result.node;
    if (result.buffer.uses === 0 && !result.buffer.kept) result.buffer.free(`by ${name}()`);
    return this;
  }

  /** Any tensor-like as a tensor on this tensor's device. @internal */
  protected lift(other: TensorLike): this {
    if (other instanceof TensorBase) return other as this;
    if (typeof other === "number") {
      const fits = this.dtype === "int32" && Number.isInteger(other);
      return this.wrap(constant(this.device, other, fits ? "int32" : "float32"));
    }
    return this.wrap(makeValue("tensor", other, { device: this.device }));
  }

  /** Two tensors under a rule that broadcasts, with their dtypes made equal. @internal */
  protected combine(operation: "add" | "sub" | "mul" | "div", other: TensorLike): [Value, Order] {
    return combine(operation, this, this.lift(other));
  }

  /** A few words on what it is: "Tensor [2, 3] float32 cpu". */
  toString(): string {
    return `Tensor ${text(this.#shape)} ${this.dtype} ${this.device.name}`;
  }

  /** What console.log shows. @internal */
  [Symbol.for("Deno.customInspect")](): string {
    return inspect(this);
  }
}
