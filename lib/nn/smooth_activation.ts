/** Smooth activations, as modules. */
import type { GeluOptions, SoftplusOptions, Tensor } from "../tensor/tensor.ts";
import { checkChoice, checkNumber, checkOptions, checkRange, surplus } from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/**
 * 1 / (1 + e⁻ˣ)
 *
 * PyTorch: `torch.nn.Sigmoid`.
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
 * ln(1 / (1 + e⁻ˣ)), without overflow.
 *
 * PyTorch: `torch.nn.LogSigmoid`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.LogSigmoid().forward(tensor([-100, 0])).format(), "[-100.0000,   -0.6931]");
 * ```
 */
export class LogSigmoid extends Module {
  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).logSigmoid();
  }
}

/**
 * The hyperbolic tangent.
 *
 * PyTorch: `torch.nn.Tanh`.
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
 * x / (1 + |x|)
 *
 * PyTorch: `torch.nn.Softsign`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Softsign().forward(tensor([-1, 3])).array(), [-0.5, 0.75]);
 * ```
 */
export class Softsign extends Module {
  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).softsign();
  }
}

/**
 * ln(1 + e^(beta · x)) / beta, without overflow.
 *
 * PyTorch: `torch.nn.Softplus`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Softplus().forward(tensor([-1, 100])).format(), "[  0.3133, 100.0000]");
 * ```
 */
export class Softplus extends Module {
  /** How sharp the bend at 0 is. */
  readonly beta: number;
  /** Where beta · x is larger, the result is x. */
  readonly threshold: number;

  /**
   * Makes the layer.
   *
   * @param options beta, threshold.
   * @throws {RangeError} if beta is 0 or not finite, or the threshold is NaN.
   * @throws {TypeError} if one of them is no number, or there is no such option.
   */
  constructor(options: SoftplusOptions = {}) {
    super();
    if (arguments.length > 1) surplus("Softplus", arguments, 1);
    checkOptions("Softplus", options, ["beta", "threshold"]);
    const { beta = 1, threshold = 20 } = options;
    if (checkRange("Softplus", "beta", beta) === 0) throw new RangeError("Softplus: beta must not be 0");
    if (Number.isNaN(checkNumber("Softplus", "threshold", threshold))) {
      throw new RangeError("Softplus: the threshold must be a number, not NaN");
    }
    this.beta = beta;
    this.threshold = threshold;
  }

  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).softplus({ beta: this.beta, threshold: this.threshold });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return argumentsText([], { beta: this.beta, threshold: this.threshold }, { beta: 1, threshold: 20 });
  }
}

/**
 * x where positive, else alpha · (eˣ − 1) (Clevert, Unterthiner & Hochreiter 2016).
 *
 * PyTorch: `torch.nn.ELU`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.ELU().forward(tensor([-1, 2])).format(), "[-0.6321,  2.0000]");
 * ```
 */
export class ELU extends Module {
  /**
   * Makes the layer.
   *
   * @param alpha What it falls to, −alpha, far below 0: 1 by default.
   * @throws {RangeError} if it is not finite.
   * @throws {TypeError} if it is no number.
   */
  constructor(readonly alpha = 1) {
    super();
    if (arguments.length > 1) surplus("ELU", arguments, 1);
    checkRange("ELU", "alpha", alpha);
  }

  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).elu(this.alpha);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return this.alpha === 1 ? "" : String(this.alpha);
  }
}

/**
 * max(x, 0) + min(0, alpha · (e^(x / alpha) − 1)) (Barron 2017).
 *
 * PyTorch: `torch.nn.CELU`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.CELU().forward(tensor([-1, 2])).format(), "[-0.6321,  2.0000]");
 * ```
 */
export class CELU extends Module {
  /**
   * Makes the layer.
   *
   * @param alpha What it falls to, −alpha, far below 0: 1 by default; not 0.
   * @throws {RangeError} if it is 0 or not finite.
   * @throws {TypeError} if it is no number.
   */
  constructor(readonly alpha = 1) {
    super();
    if (arguments.length > 1) surplus("CELU", arguments, 1);
    if (checkRange("CELU", "alpha", alpha) === 0) throw new RangeError("CELU: alpha must not be 0");
  }

  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).celu(this.alpha);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return this.alpha === 1 ? "" : String(this.alpha);
  }
}

/**
 * ELU scaled so that numbers of mean 0 and variance 1 keep both (Klambauer et al. 2017).
 *
 * PyTorch: `torch.nn.SELU`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.SELU().forward(tensor([-1, 1])).format(), "[-1.1113,  1.0507]");
 * ```
 */
export class SELU extends Module {
  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).selu();
  }
}

/**
 * x Φ(x), with the normal distribution function Φ (Hendrycks & Gimpel 2016).
 *
 * PyTorch: `torch.nn.GELU`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.GELU().forward(tensor([-1, 1])).format(), "[-0.1587,  0.8413]");
 * assertEquals(await new nn.GELU({ approximate: "tanh" }).forward(tensor([-1, 1])).format(), "[-0.1588,  0.8412]");
 * ```
 */
export class GELU extends Module {
  /** "none" for Φ itself, "tanh" for x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2. */
  readonly approximate: "none" | "tanh";

  /**
   * Makes the layer.
   *
   * @param options approximate.
   * @throws {RangeError} if there is no such approximation.
   * @throws {TypeError} if there is no such option.
   */
  constructor(options: GeluOptions = {}) {
    super();
    if (arguments.length > 1) surplus("GELU", arguments, 1);
    checkOptions("GELU", options, ["approximate"]);
    const { approximate = "none" } = options;
    this.approximate = checkChoice("GELU", "approximate", approximate, ["none", "tanh"]);
  }

  /**
   * Applies the function to every element.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).gelu({ approximate: this.approximate });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return argumentsText([], { approximate: this.approximate }, { approximate: "none" });
  }
}

/**
 * x / (1 + e⁻ˣ), the sigmoid linear unit, or swish (Elfwing, Uchibe & Doya 2017).
 *
 * PyTorch: `torch.nn.SiLU`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.SiLU().forward(tensor([-1, 1])).format(), "[-0.2689,  0.7311]");
 * ```
 */
export class SiLU extends Module {
  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).silu();
  }
}

/**
 * x · tanh(ln(1 + eˣ)) (Misra 2019).
 *
 * PyTorch: `torch.nn.Mish`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Mish().forward(tensor([-1, 1])).format(), "[-0.3034,  0.8651]");
 * ```
 */
export class Mish extends Module {
  /**
   * Applies the function.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).mish();
  }
}
