/** Functions of single elements. Gradients and formulas stand in lib/autograd/rules/elementwise.ts. */
import { apply } from "../autograd/graph.ts";
import { toDtype } from "./combine.ts";
import { InPlaceMethods } from "./inplace.ts";
import { checkDtype } from "./values.ts";

/**
 * Methods of class Tensor that treat each element by itself. int32 and bool become float32 where the result is no integer.
 *
 * @internal
 */
export abstract class FunctionMethods extends InPlaceMethods {
  #map(name: "neg" | "abs" | "square"): this {
    const dtype = this.dtype === "bool" ? "int32" : this.dtype;
    return this.wrap(apply(name, [toDtype(this.value, dtype)], undefined), this.order);
  }

  #float(
    name: "exp" | "log" | "sqrt" | "sin" | "cos" | "relu" | "sigmoid" | "tanh" | "gelu" | "softplus",
  ): this {
    return this.wrap(apply(name, [toDtype(this.value, "float32")], undefined), this.order);
  }

  /**
   * −x
   *
   * @returns A tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, -2]).neg().array(), [-1, 2]);
   * ```
   */
  neg(): this {
    return this.#map("neg");
  }

  /**
   * |x|; the slope at 0 is 0.
   *
   * @returns A tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, -2]).abs().array(), [1, 2]);
   * ```
   */
  abs(): this {
    return this.#map("abs");
  }

  /**
   * x²
   *
   * @returns A tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, -2]).square().array(), [1, 4]);
   * ```
   */
  square(): this {
    return this.#map("square");
  }

  /**
   * eˣ
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).exp().format(), "[1.0000, 2.7183]");
   * ```
   */
  exp(): this {
    return this.#float("exp");
  }

  /**
   * The natural logarithm: −Infinity at 0, NaN below.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).log().format(), "[0.0000, 0.6931]");
   * ```
   */
  log(): this {
    return this.#float("log");
  }

  /**
   * The square root: NaN below 0.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([4, 9]).sqrt().array(), [2, 3]);
   * ```
   */
  sqrt(): this {
    return this.#float("sqrt");
  }

  /**
   * The sine, of radians.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, Math.PI / 2]).sin().array(), [0, 1]);
   * ```
   */
  sin(): this {
    return this.#float("sin");
  }

  /**
   * The cosine, of radians.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 1]).cos().format(), "[1.0000, 0.5403]");
   * ```
   */
  cos(): this {
    return this.#float("cos");
  }

  /**
   * max(x, 0), the rectified linear unit (Nair & Hinton 2010); the slope at 0 is 0.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 2]).relu().array(), [0, 2]);
   * ```
   */
  relu(): this {
    return this.#float("relu");
  }

  /**
   * x where positive, else slope · x (Maas, Hannun & Ng 2013).
   *
   * @param slope The slope below 0: 0.01 if not said.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if the slope is not a finite number.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-2, 2]).leakyRelu(0.5).array(), [-1, 2]);
   * ```
   */
  leakyRelu(slope = 0.01): this {
    if (!Number.isFinite(slope)) throw new RangeError(`leakyRelu: the slope must be a number, not ${slope}`);
    return this.wrap(apply("leakyRelu", [toDtype(this.value, "float32")], { slope }), this.order);
  }

  /**
   * 1 / (1 + e⁻ˣ)
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 0]).sigmoid().format(), "[0.2689, 0.5000]");
   * ```
   */
  sigmoid(): this {
    return this.#float("sigmoid");
  }

  /**
   * The hyperbolic tangent.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 0]).tanh().format(), "[-0.7616,  0.0000]");
   * ```
   */
  tanh(): this {
    return this.#float("tanh");
  }

  /**
   * x Φ(x), with the exact normal distribution function Φ (Hendrycks & Gimpel 2016).
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 1]).gelu().format(), "[-0.1587,  0.8413]");
   * ```
   */
  gelu(): this {
    return this.#float("gelu");
  }

  /**
   * ln(1 + eˣ), without overflow.
   *
   * @returns A float32 tensor of this shape.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-1, 100]).softplus().format(), "[  0.3133, 100.0000]");
   * ```
   */
  softplus(): this {
    return this.#float("softplus");
  }

  /**
   * Limits every element to [min, max]; the gradient passes where the element lies inside or on the limit.
   *
   * @param limits min, max, or both.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if min > max or neither is given.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([-2, 0.5, 2]).clamp({ min: -1, max: 1 }).array(), [-1, 0.5, 1]);
   * ```
   */
  clamp({ min = -Infinity, max = Infinity }: { min?: number; max?: number }): this {
    if (!(min <= max) || (min === -Infinity && max === Infinity)) {
      throw new RangeError(`clamp: needs a min, a max or both, with min ≤ max, not min ${min}, max ${max}`);
    }
    return this.wrap(apply("clamp", [toDtype(this.value, "float32")], { min, max }), this.order);
  }

  /**
   * The same numbers in another dtype. float32 → int32 cuts the fraction off, → bool asks whether it is not 0. Gradients
   * flow from float32 to float32 only.
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
  to(dtype: "float32" | "int32" | "bool"): this {
    return this.wrap(toDtype(this.value, checkDtype("to", dtype)), this.order);
  }
}
