/** What tensors do with each other, element by element, and functions of single elements. */
import { apply } from "../autograd/graph.ts";
import { type Combination, combine, toDtype } from "./combine.ts";
import { TensorBase, type TensorLike } from "./base.ts";
import { align } from "./order.ts";
import { broadcastShapes } from "./shape.ts";
import { checkDtype } from "./values.ts";

/** Element-wise methods of class Tensor. */
export abstract class ElementwiseMethods extends TensorBase {
  #combine(operation: Combination, other: TensorLike): this {
    return this.wrap(...combine(operation, this, this.lift(other)));
  }

  #map(name: "neg" | "abs" | "square"): this {
    return this.wrap(
      apply(name, [toDtype(this.value, this.dtype === "bool" ? "int32" : this.dtype)], undefined),
      this.order,
    );
  }

  #float(
    name: "exp" | "log" | "sqrt" | "sin" | "cos" | "relu" | "sigmoid" | "tanh" | "gelu" | "softplus",
  ): this {
    return this.wrap(apply(name, [toDtype(this.value, "float32")], undefined), this.order);
  }

  /** this + other, broadcast. */
  add(other: TensorLike): this {
    return this.#combine("add", other);
  }

  /** this − other, broadcast. */
  sub(other: TensorLike): this {
    return this.#combine("sub", other);
  }

  /** this · other, element by element, broadcast. */
  mul(other: TensorLike): this {
    return this.#combine("mul", other);
  }

  /** this / other, element by element, broadcast; float32 also for integers. */
  div(other: TensorLike): this {
    return this.#combine("div", other);
  }

  /** this to the power of other, broadcast; float32 also for integers. */
  pow(other: TensorLike): this {
    if (other === 2 && this.dtype === "float32") return this.#map("square");
    return this.#combine("pow", other);
  }

  /** The larger of the two, broadcast; equals share the gradient. */
  maximum(other: TensorLike): this {
    return this.#combine("maximum", other);
  }

  /** The smaller of the two, broadcast; equals share the gradient. */
  minimum(other: TensorLike): this {
    return this.#combine("minimum", other);
  }

  /** Whether equal, as bool. */
  eq(other: TensorLike): this {
    return this.#combine("eq", other);
  }

  /** Whether not equal, as bool. */
  ne(other: TensorLike): this {
    return this.#combine("ne", other);
  }

  /** Whether greater, as bool. */
  gt(other: TensorLike): this {
    return this.#combine("gt", other);
  }

  /** Whether less, as bool. */
  lt(other: TensorLike): this {
    return this.#combine("lt", other);
  }

  /** Whether greater or equal, as bool. */
  ge(other: TensorLike): this {
    return this.#combine("ge", other);
  }

  /** Whether less or equal, as bool. */
  le(other: TensorLike): this {
    return this.#combine("le", other);
  }

  /** This tensor where `condition` holds, `other` elsewhere; all three broadcast. */
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

  /** −x */
  neg(): this {
    return this.#map("neg");
  }

  /** |x| */
  abs(): this {
    return this.#map("abs");
  }

  /** x² */
  square(): this {
    return this.#map("square");
  }

  /** eˣ */
  exp(): this {
    return this.#float("exp");
  }

  /** The natural logarithm. */
  log(): this {
    return this.#float("log");
  }

  /** The square root. */
  sqrt(): this {
    return this.#float("sqrt");
  }

  /** The sine, of radians. */
  sin(): this {
    return this.#float("sin");
  }

  /** The cosine, of radians. */
  cos(): this {
    return this.#float("cos");
  }

  /** max(x, 0) */
  relu(): this {
    return this.#float("relu");
  }

  /** x where positive, else slope · x. */
  leakyRelu(slope = 0.01): this {
    if (!Number.isFinite(slope)) throw new RangeError(`leakyRelu: the slope must be a number, not ${slope}`);
    return this.wrap(apply("leakyRelu", [toDtype(this.value, "float32")], { slope }), this.order);
  }

  /** 1 / (1 + e⁻ˣ) */
  sigmoid(): this {
    return this.#float("sigmoid");
  }

  /** The hyperbolic tangent. */
  tanh(): this {
    return this.#float("tanh");
  }

  /** x Φ(x), with the exact normal distribution function Φ. */
  gelu(): this {
    return this.#float("gelu");
  }

  /** ln(1 + eˣ) */
  softplus(): this {
    return this.#float("softplus");
  }

  /**
   * Limits every element to [min, max].
   *
   * @throws {RangeError} if min > max or neither is given.
   */
  clamp({ min = -Infinity, max = Infinity }: { min?: number; max?: number }): this {
    if (!(min <= max) || (min === -Infinity && max === Infinity)) {
      throw new RangeError(`clamp: needs a min, a max or both, with min ≤ max, not min ${min}, max ${max}`);
    }
    return this.wrap(apply("clamp", [toDtype(this.value, "float32")], { min, max }), this.order);
  }

  /** The same numbers in another dtype; float32 → int32 cuts the fraction off, → bool asks whether it is not 0. */
  to(dtype: "float32" | "int32" | "bool"): this {
    return this.wrap(toDtype(this.value, checkDtype("to", dtype)), this.order);
  }
}
