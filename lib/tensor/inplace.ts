/** Operations that change a tensor in place, named as PyTorch does: with an underscore. */
import { apply, commonDevice, isRecording } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import type { TensorBase, TensorLike } from "./base.ts";
import { combine } from "./combine.ts";
import { HistoryMethods } from "./history.ts";
import { logicalShape, reorder } from "./order.ts";
import { broadcastShapes, sameShape, text } from "./shape.ts";

/**
 * Methods of class Tensor that change its numbers. Every view of the same memory (`detach()`, `t()`) sees the change. A
 * gradient that needs the old numbers is an error in `backward()`, never a wrong number.
 *
 * @internal
 */
export abstract class InPlaceMethods extends HistoryMethods {
  /**
   * Adds in place: this ← this + other.
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
    return this.#inPlace("add_", other, "add");
  }

  /**
   * Subtracts in place: this ← this − other.
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
    return this.#inPlace("sub_", other, "sub");
  }

  /**
   * Multiplies in place, element by element: this ← this · other.
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
    return this.#inPlace("mul_", other, "mul");
  }

  /**
   * Divides in place, element by element: this ← this / other.
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
    return this.#inPlace("div_", other, "div");
  }

  /**
   * Sets every element to 0, and cuts the history.
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
    return this.#overwrite("zero_", this.lift(0));
  }

  /**
   * Sets every element to one number, and cuts the history.
   *
   * @param number The number.
   * @returns This tensor.
   * @throws {Error} on a leaf that requires a gradient, outside noGrad.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).fill_(7).array(), [7, 7]);
   * ```
   */
  fill_(number: number): this {
    return this.#overwrite("fill_", this.lift(number));
  }

  /**
   * Copies another tensor's numbers, in this tensor's dtype.
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
    return this.#overwrite("copy_", this.lift(other));
  }

  #overwrite(name: string, source: TensorBase): this {
    this.#checkShape(name, source.shape);
    commonDevice(name, [this.value, source.value]);
    let value = source.dtype === this.dtype
      ? source.value
      : apply("cast", [source.value], { dtype: this.dtype });
    if (!sameShape(source.shape, this.shape)) {
      value = apply("expand", [reorder(value, source.order, null)], { shape: this.shape });
      return this.#settle(name, reorder(value, null, this.order));
    }
    return this.#settle(name, this.wrap(reorder(value, source.order, this.order), this.order).clone().value);
  }

  #inPlace(name: string, other: TensorLike, operation: "add" | "sub" | "mul" | "div"): this {
    const [value, order] = combine(operation, this, this.lift(other));
    if (value.buffer.dtype !== this.dtype) {
      throw new TypeError(
        `${name}: the result is ${value.buffer.dtype}, which does not fit into this ${this.dtype} tensor`,
      );
    }
    this.#checkShape(name, logicalShape(value, order));
    return this.#settle(name, reorder(value, order, this.order));
  }

  #checkShape(name: string, shape: readonly number[]): void {
    if (!sameShape(broadcastShapes(name, this.shape, shape), this.shape)) {
      throw new RangeError(
        `${name}: a result of shape ${text(shape)} does not fit into this tensor of shape ${
          text(this.shape)
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
}
