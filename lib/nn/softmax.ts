/** What looks along a dimension: softmax and its kin, and a gate, as modules. */
import { glu, softmin } from "../functional/activation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInteger, surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/**
 * eˣ / Σ eˣ along a dimension: positive, and 1 in sum. `CrossEntropyLoss` takes numbers from before it.
 *
 * PyTorch: `torch.nn.Softmax`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Softmax(1).forward(zeros(1, 4)).array(), [[0.25, 0.25, 0.25, 0.25]]);
 * ```
 */
export class Softmax extends Module {
  /**
   * Makes the layer.
   *
   * @param dim The dimension of the classes: 1 for [N, C] and [N, C, H, W].
   * @throws {TypeError} if it is not said, or no number.
   * @throws {RangeError} if it is no whole number.
   */
  constructor(readonly dim: number) {
    super();
    if (arguments.length > 1) surplus("Softmax", arguments, 1);
    checkClasses("Softmax", dim);
  }

  /**
   * Applies the function to every element.
   *
   * @param x Any shape that has the dimension.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).softmax(this.dim);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return String(this.dim);
  }
}

/**
 * ln softmax(x) along a dimension, without overflow. `NLLLoss` takes it.
 *
 * PyTorch: `torch.nn.LogSoftmax`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.LogSoftmax(1).forward(tensor([[0, 0]])).format(), "[[-0.6931, -0.6931]]");
 * ```
 */
export class LogSoftmax extends Module {
  /**
   * Makes the layer.
   *
   * @param dim The dimension of the classes: 1 for [N, C] and [N, C, H, W].
   * @throws {TypeError} if it is not said, or no number.
   * @throws {RangeError} if it is no whole number.
   */
  constructor(readonly dim: number) {
    super();
    if (arguments.length > 1) surplus("LogSoftmax", arguments, 1);
    checkClasses("LogSoftmax", dim);
  }

  /**
   * Applies the function along the dimension.
   *
   * @param x Any shape that has the dimension.
   * @returns The same shape.
   * @throws {RangeError} if x has not this dimension.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).logSoftmax(this.dim);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return String(this.dim);
  }
}

/**
 * softmax(−x) along a dimension: the smallest gets the most.
 *
 * PyTorch: `torch.nn.Softmin`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Softmin(1).forward(tensor([[0, 1000]])).array(), [[1, 0]]);
 * ```
 */
export class Softmin extends Module {
  /**
   * Makes the layer.
   *
   * @param dim The dimension of the classes: 1 for [N, C] and [N, C, H, W].
   * @throws {TypeError} if it is not said, or no number.
   * @throws {RangeError} if it is no whole number.
   */
  constructor(readonly dim: number) {
    super();
    if (arguments.length > 1) surplus("Softmin", arguments, 1);
    checkClasses("Softmin", dim);
  }

  /**
   * Applies the function along the dimension.
   *
   * @param x Any shape that has the dimension.
   * @returns The same shape.
   * @throws {RangeError} if x has not this dimension.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return softmin(oneTensor(this, x, arguments), this.dim);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return String(this.dim);
  }
}

/**
 * The first half of a dimension, times the sigmoid of the second: a gated linear unit (Dauphin et al. 2017).
 *
 * PyTorch: `torch.nn.GLU`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.GLU().forward(tensor([4, 6, 0, 0])).array(), [2, 3]);
 * ```
 */
export class GLU extends Module {
  /**
   * Makes the layer.
   *
   * @param dim The dimension, of an even size: the last by default.
   * @throws {RangeError} if it is no whole number.
   * @throws {TypeError} if it is no number.
   */
  constructor(readonly dim: number = -1) {
    super();
    if (arguments.length > 1) surplus("GLU", arguments, 1);
    checkInteger("GLU", "dim", dim);
  }

  /**
   * Applies the function along the dimension.
   *
   * @param x Any shape that has the dimension.
   * @returns Half as large in that dimension.
   * @throws {RangeError} if x has not this dimension, or its size is odd.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return glu(oneTensor(this, x, arguments), this.dim);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return this.dim === -1 ? "" : String(this.dim);
  }
}

/** Checks the dimension of the classes. */
function checkClasses(name: string, dim: number): void {
  if (dim === undefined) {
    throw new TypeError(`${name}: the dimension of the classes must be said, as in new nn.${name}(1)`);
  }
  checkInteger(name, "dim", dim);
}
