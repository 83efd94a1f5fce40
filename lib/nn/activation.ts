/** Activations of straight lines, as modules. */
import type { Tensor } from "../tensor/tensor.ts";
import { checkNumber, checkRange, surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/**
 * max(x, 0)
 *
 * PyTorch: `torch.nn.ReLU`.
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
 * min(max(x, 0), 6) (Howard et al. 2017).
 *
 * PyTorch: `torch.nn.ReLU6`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.ReLU6().forward(tensor([-1, 9])).array(), [0, 6]);
 * ```
 */
export class ReLU6 extends Module {
  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).relu6();
  }
}

/**
 * x where positive, else slope · x (Maas et al. 2013).
 *
 * PyTorch: `torch.nn.LeakyReLU`.
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
   * @param slope Slope of the negative side: 0.01 by default.
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
 * Limits every element to [min, max]; on the limits the slope is 0.
 *
 * PyTorch: `torch.nn.Hardtanh`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Hardtanh().forward(tensor([-2, 0.5, 2])).array(), [-1, 0.5, 1]);
 * ```
 */
export class Hardtanh extends Module {
  /**
   * Makes the layer.
   *
   * @param min The smallest value: −1 by default.
   * @param max The largest value: 1 by default.
   * @throws {RangeError} if min is not below max.
   * @throws {TypeError} if one of them is no number.
   */
  constructor(readonly min: number = -1, readonly max: number = 1) {
    super();
    if (arguments.length > 2) surplus("Hardtanh", arguments, 2);
    checkNumber("Hardtanh", "min", min);
    checkNumber("Hardtanh", "max", max);
    if (!(min < max)) throw new RangeError(`Hardtanh: min must be below max, not ${min} and ${max}`);
  }

  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).hardtanh(this.min, this.max);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return `${this.min}, ${this.max}`;
  }
}

/**
 * min(max(x + 3, 0), 6) / 6: a sigmoid of straight lines.
 *
 * PyTorch: `torch.nn.Hardsigmoid`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Hardsigmoid().forward(tensor([-4, 0, 1.5])).array(), [0, 0.5, 0.75]);
 * ```
 */
export class Hardsigmoid extends Module {
  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).hardsigmoid();
  }
}

/**
 * x · min(max(x + 3, 0), 6) / 6: SiLU of straight lines (Howard et al. 2019).
 *
 * PyTorch: `torch.nn.Hardswish`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Hardswish().forward(tensor([0, 3])).array(), [0, 3]);
 * ```
 */
export class Hardswish extends Module {
  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).hardswish();
  }
}
