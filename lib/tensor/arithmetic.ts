/** Arithmetic of two tensors, element by element, with NumPy's broadcasting. */
import { FunctionMethods } from "./functions.ts";
import { type Combination, combine } from "./combine.ts";
import type { TensorLike } from "./base.ts";

/**
 * Methods of class Tensor that combine it with another tensor, a number or nested arrays.
 *
 * @internal
 */
export abstract class ArithmeticMethods extends FunctionMethods {
  #combine(operation: Combination, other: TensorLike): this {
    return this.wrap(...combine(operation, this, this.lift(other)));
  }

  /**
   * this + other, broadcast.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).add([10, 20]).array(), [[11, 22], [13, 24]]);
   * ```
   */
  add(other: TensorLike): this {
    return this.#combine("add", other);
  }

  /**
   * this − other, broadcast.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).sub(1).array(), [0, 1]);
   * ```
   */
  sub(other: TensorLike): this {
    return this.#combine("sub", other);
  }

  /**
   * this · other, element by element, broadcast.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).mul(tensor([[3], [4]])).array(), [[3, 6], [4, 8]]);
   * ```
   */
  mul(other: TensorLike): this {
    return this.#combine("mul", other);
  }

  /**
   * this / other, element by element, broadcast.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A float32 tensor of the common shape, for integers too.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2]).div(4).array(), [0.25, 0.5]);
   * ```
   */
  div(other: TensorLike): this {
    return this.#combine("div", other);
  }

  /**
   * this to the power of other, broadcast.
   *
   * @param other The exponent: a tensor, a number or nested arrays.
   * @returns A float32 tensor of the common shape, for integers too.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).pow(3).array(), [1, 8, 27]);
   * ```
   */
  pow(other: TensorLike): this {
    if (other === 2 && this.dtype === "float32") return this.square();
    return this.#combine("pow", other);
  }

  /**
   * The larger of the two, broadcast; equals share the gradient.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 5]).maximum([3, 2]).array(), [3, 5]);
   * ```
   */
  maximum(other: TensorLike): this {
    return this.#combine("maximum", other);
  }

  /**
   * The smaller of the two, broadcast; equals share the gradient.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape and dtype.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 5]).minimum([3, 2]).array(), [1, 2]);
   * ```
   */
  minimum(other: TensorLike): this {
    return this.#combine("minimum", other);
  }
}
