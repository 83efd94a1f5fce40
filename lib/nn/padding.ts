/** Layers that put a border around: `F.pad` as modules. */
import { bordered, type PaddingMode } from "../functional/border.ts";
import type { Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkNumber, describe, isNumbers, surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/** What the borders share. */
abstract class Pad extends Module {
  /** How much is added [left, right, top, bottom], of signals [left, right]; negative numbers cut off. */
  readonly padding: readonly number[];

  /** @internal How many dimensions get a border. */
  protected get spatial(): 1 | 2 {
    return 2;
  }

  /**
   * Makes the layer.
   *
   * @param padding One number for all sides, or one a side: left, right, and of images top, bottom; negative ones cut off.
   * @throws {RangeError} if there are not as many numbers, or one is not whole.
   * @throws {TypeError} if it is of another kind.
   */
  constructor(padding: Size) {
    super();
    const { name } = new.target, sides = 2 * this.spatial;
    if (arguments.length > 1) surplus(name, arguments, 1);
    const all = typeof padding === "number" ? Array<number>(sides).fill(padding) : padding,
      numbers = isNumbers(all);
    if (!numbers || all.length !== sides || all.some((n) => !Number.isSafeInteger(n))) {
      const message = `${name}: padding must be one whole number, or ${sides}, not ${describe(padding)}`;
      throw numbers ? new RangeError(message) : new TypeError(message);
    }
    this.padding = [...all];
  }

  /** @internal x with the border. */
  protected around(x: Tensor, mode: PaddingMode, value = 0): Tensor {
    return bordered(this.constructor.name, x, this.padding, mode, value);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const [first] = this.padding, same = this.padding.every((n) => n === first);
    return same ? String(first) : `[${this.padding.join(", ")}]`;
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { Pad };

/**
 * A border of zeros around images: see `F.pad`.
 *
 * PyTorch: `torch.nn.ZeroPad2d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.ZeroPad2d([1, 0, 0, 1]).forward(tensor([[[5]]])).array(), [[[0, 5], [0, 0]]]);
 * ```
 */
export class ZeroPad2d extends Pad {
  /**
   * Puts the border around.
   *
   * @param x Images [..., H, W].
   * @returns The same with a border.
   * @throws {RangeError} if the shape is another one, or the border does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.around(oneTensor(this, x, arguments), "constant");
  }
}

/**
 * Zeros before and behind signals: see `F.pad`.
 *
 * PyTorch: `torch.nn.ZeroPad1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.ZeroPad1d([2, 0]).forward(tensor([[5, 6]])).array(), [[0, 0, 5, 6]]);
 * ```
 */
export class ZeroPad1d extends Pad {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Puts the border around.
   *
   * @param x Signals [..., L].
   * @returns The same with a border.
   * @throws {RangeError} if the shape is another one, or the border does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.around(oneTensor(this, x, arguments), "constant");
  }
}

/**
 * A border of one number around images: see `F.pad`.
 *
 * PyTorch: `torch.nn.ConstantPad2d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.ConstantPad2d([1, 0, 0, 1], 9).forward(tensor([[[5]]])).array(), [[[9, 5], [9, 9]]]);
 * ```
 */
export class ConstantPad2d extends Pad {
  /**
   * Makes the layer.
   *
   * @param padding One number for all sides, or left, right, top and bottom; negative ones cut off.
   * @param value What the border is filled with.
   * @throws {RangeError} if there are not as many numbers, or one is not whole.
   * @throws {TypeError} if an argument is of another kind.
   */
  constructor(padding: Size, readonly value: number) {
    if (arguments.length > 2) surplus("ConstantPad2d", arguments, 2);
    super(padding);
    checkNumber("ConstantPad2d", "value", value);
  }

  /**
   * Puts the border around.
   *
   * @param x Images [..., H, W].
   * @returns The same with a border.
   * @throws {RangeError} if the shape is another one, or the border does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.around(oneTensor(this, x, arguments), "constant", this.value);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return `${super.describe()}, ${this.value}`;
  }
}

/**
 * One number before and behind signals: see `F.pad`.
 *
 * PyTorch: `torch.nn.ConstantPad1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.ConstantPad1d(1, 9).forward(tensor([[5, 6]])).array(), [[9, 5, 6, 9]]);
 * ```
 */
export class ConstantPad1d extends Pad {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Makes the layer.
   *
   * @param padding One number for all sides, or left and right; negative ones cut off.
   * @param value What the border is filled with.
   * @throws {RangeError} if there are not as many numbers, or one is not whole.
   * @throws {TypeError} if an argument is of another kind.
   */
  constructor(padding: Size, readonly value: number) {
    if (arguments.length > 2) surplus("ConstantPad1d", arguments, 2);
    super(padding);
    checkNumber("ConstantPad1d", "value", value);
  }

  /**
   * Puts the border around.
   *
   * @param x Signals [..., L].
   * @returns The same with a border.
   * @throws {RangeError} if the shape is another one, or the border does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.around(oneTensor(this, x, arguments), "constant", this.value);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return `${super.describe()}, ${this.value}`;
  }
}

/**
 * Images mirrored at their outermost pixels, which stand once: see `F.pad`.
 *
 * PyTorch: `torch.nn.ReflectionPad2d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const x = tensor([[[1, 2], [3, 4]]]);
 * assertEquals(await new nn.ReflectionPad2d([1, 0, 1, 0]).forward(x).array(), [[[4, 3, 4], [2, 1, 2], [4, 3, 4]]]);
 * ```
 */
export class ReflectionPad2d extends Pad {
  /**
   * Puts the border around.
   *
   * @param x Images [N, C, H, W] or [C, H, W].
   * @returns The same with a border.
   * @throws {RangeError} if the shape is another one, or the border does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.around(oneTensor(this, x, arguments), "reflect");
  }
}

/**
 * Signals mirrored at their ends, which stand once: see `F.pad`.
 *
 * PyTorch: `torch.nn.ReflectionPad1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.ReflectionPad1d(2).forward(tensor([[1, 2, 3]])).array(), [[3, 2, 1, 2, 3, 2, 1]]);
 * ```
 */
export class ReflectionPad1d extends Pad {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Puts the border around.
   *
   * @param x Signals [N, C, L] or [C, L].
   * @returns The same with a border.
   * @throws {RangeError} if the shape is another one, or the border does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.around(oneTensor(this, x, arguments), "reflect");
  }
}

/**
 * Images whose outermost pixels go on: see `F.pad`.
 *
 * PyTorch: `torch.nn.ReplicationPad2d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.ReplicationPad2d([1, 0, 0, 1]).forward(tensor([[[1, 2]]])).array(), [[[1, 1, 2], [1, 1, 2]]]);
 * ```
 */
export class ReplicationPad2d extends Pad {
  /**
   * Puts the border around.
   *
   * @param x Images [N, C, H, W] or [C, H, W].
   * @returns The same with a border.
   * @throws {RangeError} if the shape is another one, or the border does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.around(oneTensor(this, x, arguments), "replicate");
  }
}

/**
 * Signals whose ends go on: see `F.pad`.
 *
 * PyTorch: `torch.nn.ReplicationPad1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.ReplicationPad1d(1).forward(tensor([[1, 2]])).array(), [[1, 1, 2, 2]]);
 * ```
 */
export class ReplicationPad1d extends Pad {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Puts the border around.
   *
   * @param x Signals [N, C, L] or [C, L].
   * @returns The same with a border.
   * @throws {RangeError} if the shape is another one, or the border does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.around(oneTensor(this, x, arguments), "replicate");
  }
}

/**
 * Images that go on at their other side: see `F.pad`.
 *
 * PyTorch: `torch.nn.CircularPad2d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.CircularPad2d([1, 1, 0, 0]).forward(tensor([[[1, 2, 3]]])).array(), [[[3, 1, 2, 3, 1]]]);
 * ```
 */
export class CircularPad2d extends Pad {
  /**
   * Puts the border around.
   *
   * @param x Images [N, C, H, W] or [C, H, W].
   * @returns The same with a border.
   * @throws {RangeError} if the shape is another one, or the border does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.around(oneTensor(this, x, arguments), "circular");
  }
}

/**
 * Signals that begin again at their ends: see `F.pad`.
 *
 * PyTorch: `torch.nn.CircularPad1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.CircularPad1d([0, 2]).forward(tensor([[1, 2, 3]])).array(), [[1, 2, 3, 1, 2]]);
 * ```
 */
export class CircularPad1d extends Pad {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Puts the border around.
   *
   * @param x Signals [N, C, L] or [C, L].
   * @returns The same with a border.
   * @throws {RangeError} if the shape is another one, or the border does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.around(oneTensor(this, x, arguments), "circular");
  }
}
