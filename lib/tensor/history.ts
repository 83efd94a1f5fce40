/** A tensor's part in the graph: gradients, and the life of its numbers. */
import type { Storage } from "../device/device.ts";
import { kernels } from "../device/kernels.ts";
import type { Buffer } from "../autograd/buffer.ts";
import { backward } from "../autograd/backward.ts";
import { apply, commonDevice, noGrad } from "../autograd/graph.ts";
import { Value } from "../autograd/value.ts";
import { TensorBase, type TensorLike } from "./base.ts";
import { reorder } from "./order.ts";
import { sameShape, text } from "./shape.ts";
import { constant } from "./values.ts";

/**
 * Methods of class Tensor about its history.
 *
 * @internal
 */
export abstract class HistoryMethods extends TensorBase {
  /**
   * Computes ∂this/∂leaf for every leaf that requires a gradient, and adds it to that leaf's `grad`: reverse-mode
   * differentiation (Linnainmaa 1970; Rumelhart, Hinton & Williams 1986). The graph is freed on the way, with everything
   * that modules made inside.
   *
   * @param grad ∂L/∂this, of this shape; may be left out for a tensor of one element.
   * @param options `retainGraph`: keep the graph for another backward().
   * @throws {Error} if nothing it was computed from requires a gradient, the graph was freed, or something that a gradient
   * needs was changed in place; no gradient has changed then.
   * @throws {RangeError} if `grad` is missing or of another shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([1, 2], { requiresGrad: true });
   * x.square().sum().backward();
   * assertEquals(await x.grad!.array(), [2, 4]);
   * ```
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
          `backward: a gradient flows from a single number, not from shape ${text(this.shape)}; ` +
            `call sum() or mean() first, or give backward() the gradient of the loss with respect to this tensor`,
        );
      }
      seed = kernels(this.device).tidy(() => kernels(this.device).fill(this.value.buffer.shape, 1));
    } else {
      const given = this.lift(grad);
      commonDevice("backward", [this.value, given.value]);
      if (!sameShape(given.shape, this.shape)) {
        throw new RangeError(
          `backward: the gradient has shape ${text(given.shape)}, the tensor ${text(this.shape)}`,
        );
      }
      const laid = noGrad(() => reorder(given.value, given.order, this.order));
      seed = this.device.share(laid.buffer.storage);
    }
    backward(this.value, seed, options.retainGraph ?? false);
  }

  /**
   * The same numbers, without their history: no gradient flows through.
   *
   * @returns A leaf that shares memory with this tensor.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([3], { requiresGrad: true });
   * x.mul(x.detach()).sum().backward();
   * assertEquals(await x.grad!.array(), [3]);
   * ```
   */
  detach(): this {
    return this.wrap(new Value(this.value.buffer), this.order);
  }

  /**
   * A buffer laid out as this tensor's, seen with this tensor's shape.
   *
   * @internal
   */
  viewOf(buffer: Buffer): this {
    return this.wrap(new Value(buffer), this.order);
  }

  /**
   * The numbers copied to memory of their own; gradients flow through.
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
  clone(): this {
    const one = constant(this.device, 1, this.dtype === "bool" ? "int32" : this.dtype);
    if (this.dtype !== "bool") return this.wrap(apply("mul", [this.value, one], undefined), this.order);
    const number = apply("cast", [this.value], { dtype: "int32" });
    return this.wrap(apply("cast", [number], { dtype: "bool" }), this.order);
  }

  /**
   * Asks `backward()` to keep the gradient of this tensor too, although it is no leaf.
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
    const { node } = this.value;
    if (node === null) throw new Error("retainGrad: this tensor does not require a gradient");
    node.keeper = this.value;
    return this;
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
    this.value.grad?.free("by zeroGrad()");
    this.value.grad = null;
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
    this.value.buffer.kept = true;
    if (this.value.grad !== null) this.value.grad.kept = true;
    return this;
  }
}
