/** Questions about two tensors, and the choice that follows from an answer. */
import { apply } from "../autograd/graph.ts";
import { ArithmeticMethods } from "./arithmetic.ts";
import type { TensorBase, TensorLike } from "./base.ts";
import { type Combination, combine, toDtype } from "./combine.ts";
import { align } from "./order.ts";
import { broadcastShapes } from "./shape.ts";

/**
 * Methods of class Tensor that compare. Answers are tensors of dtype bool; no gradient flows through them.
 *
 * @internal
 */
export abstract class ComparisonMethods extends ArithmeticMethods {
  #compare(operation: Combination, other: TensorLike): this {
    return this.wrap(...combine(operation, this, this.lift(other)));
  }

  /**
   * Whether equal, element by element, broadcast.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).eq(2).array(), [false, true, false]);
   * ```
   */
  eq(other: TensorLike): this {
    return this.#compare("eq", other);
  }

  /**
   * Whether not equal, element by element, broadcast.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).ne(2).array(), [true, false, true]);
   * ```
   */
  ne(other: TensorLike): this {
    return this.#compare("ne", other);
  }

  /**
   * Whether greater, element by element, broadcast.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).gt(2).array(), [false, false, true]);
   * ```
   */
  gt(other: TensorLike): this {
    return this.#compare("gt", other);
  }

  /**
   * Whether less, element by element, broadcast.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).lt(2).array(), [true, false, false]);
   * ```
   */
  lt(other: TensorLike): this {
    return this.#compare("lt", other);
  }

  /**
   * Whether greater or equal, element by element, broadcast.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).ge(2).array(), [false, true, true]);
   * ```
   */
  ge(other: TensorLike): this {
    return this.#compare("ge", other);
  }

  /**
   * Whether less or equal, element by element, broadcast.
   *
   * @param other A tensor, a number or nested arrays.
   * @returns A tensor of the common shape, of dtype bool.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1, 2, 3]).le(2).array(), [true, true, false]);
   * ```
   */
  le(other: TensorLike): this {
    return this.#compare("le", other);
  }

  /**
   * This tensor where a condition holds, another elsewhere; all three broadcast. Gradients flow to what was taken.
   *
   * @param condition Bool, or numbers of which 0 means no.
   * @param other Taken where the condition does not hold.
   * @returns A tensor of the common shape, and the common dtype of both branches.
   * @throws {RangeError} if the shapes do not broadcast.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([-1, 2]);
   * assertEquals(await x.where(x.gt(0), 0).array(), [0, 2]);
   * ```
   */
  where(condition: TensorLike, other: TensorLike): this {
    const [c, a, b] = [this.lift(condition), this as TensorBase, this.lift(other)];
    broadcastShapes("where", broadcastShapes("where", c.shape, a.shape), b.shape);
    const dtype = a.dtype === b.dtype
      ? a.dtype
      : a.dtype === "float32" || b.dtype === "float32"
      ? "float32"
      : "int32";
    const { values: [x, y, z], order } = align([c, a, b]);
    return this.wrap(
      apply("where", [toDtype(x, "bool"), toDtype(y, dtype), toDtype(z, dtype)], undefined),
      order,
    );
  }
}
