/** Functions of single elements, and softmax, as modules. */
import type { Tensor } from "../tensor/tensor.ts";
import { checkInteger, checkRange, surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/**
 * max(x, 0)
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.ReLU().forward(tensor([-1, 2])).array(), [0, 2]);
 * ```
 */
export class ReLU extends Module {
  /**
   * Applies the function to every element.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).relu();
  }
}

/**
 * x where positive, else slope · x (Maas et al. 2013).
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.LeakyReLU(0.5).forward(tensor([-1, 2])).array(), [-0.5, 2]);
 * ```
 */
export class LeakyReLU extends Module {
  /**
   * Makes the layer.
   *
   * @param slope Slope of the negative side: 0.01 if not said.
   * @throws {RangeError} if it is not finite.
   * @throws {TypeError} if it is no number.
   */
  constructor(readonly slope = 0.01) {
    super();
    if (arguments.length > 1) surplus("LeakyReLU", arguments, 1);
    checkRange("LeakyReLU", "slope", slope);
  }

  /**
   * Applies the function to every element.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).leakyRelu(this.slope);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return String(this.slope);
  }
}

/**
 * 1 / (1 + e⁻ˣ)
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Sigmoid().forward(tensor([0])).array(), [0.5]);
 * ```
 */
export class Sigmoid extends Module {
  /**
   * Applies the function to every element.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).sigmoid();
  }
}

/**
 * The hyperbolic tangent.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Tanh().forward(tensor([0])).array(), [0]);
 * ```
 */
export class Tanh extends Module {
  /**
   * Applies the function to every element.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).tanh();
  }
}

/**
 * x Φ(x), with the exact normal distribution function Φ (Hendrycks & Gimpel 2016).
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.GELU().forward(tensor([0])).array(), [0]);
 * ```
 */
export class GELU extends Module {
  /**
   * Applies the function to every element.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).gelu();
  }
}

/**
 * eˣ / Σ eˣ along a dimension: positive, and 1 in sum. `CrossEntropyLoss` takes numbers from before it.
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
    if (dim === undefined) {
      throw new TypeError("Softmax: the dimension of the classes must be said, as in new nn.Softmax(1)");
    }
    checkInteger("Softmax", "dim", dim);
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
