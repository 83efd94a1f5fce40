/** Yes and no: what is and, or; what is close. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { broadcastShapes } from "../device/shape.ts";
import { checkBoolean, checkNumber, checkOptions } from "../text/arguments.ts";
import { combine, toDtype } from "./combine.ts";

/** Options of {@linkcode Tensor.isclose} and {@linkcode Tensor.allclose}. */
export interface CloseOptions {
  /** The tolerance relative to the other number: 1e-5 by default. */
  rtol?: number;
  /** The absolute tolerance: 1e-8 by default. */
  atol?: number;
  /** Whether NaN is close to NaN: false by default. */
  equalNan?: boolean;
}

/** The kernels of booleans: of these, the larger is or, and what differs is exclusive or. */
const RULES = { logicalAnd: "logicalAnd", logicalOr: "maximum", logicalXor: "ne" } as const;

/** The questions about two booleans. */
export type LogicalName = keyof typeof RULES;

/**
 * And, or, exclusive or; what is not 0 is true.
 *
 * @throws {RangeError} if the shapes do not broadcast.
 */
export function logical(name: LogicalName, a: Value, b: Value): Value {
  broadcastShapes(name, a.shape, b.shape);
  return apply(RULES[name], [toDtype(a, "bool"), toDtype(b, "bool")], undefined);
}

/**
 * |a − b| ≤ atol + rtol · |b|, or equal, broadcast.
 *
 * @throws {RangeError} if a tolerance is below 0, or the shapes do not broadcast.
 */
export function close(name: string, a: Value, b: Value, options: CloseOptions): Value {
  checkOptions(name, options, ["rtol", "atol", "equalNan"]);
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  for (const [which, tolerance] of Object.entries({ rtol, atol })) {
    if (checkNumber(name, which, tolerance) >= 0) continue;
    throw new RangeError(`${name}: ${which} must be a number ≥ 0, not ${tolerance}`);
  }
  checkBoolean(name, "equalNan", equalNan);
  broadcastShapes(name, a.shape, b.shape);
  const or = (x: Value, y: Value) => apply("maximum", [x, y], undefined);
  let close = combine("eq", a, b);
  if (equalNan) close = or(close, apply("logicalAnd", [combine("ne", a, a), combine("ne", b, b)], undefined));
  if (rtol === 0 && atol === 0) return close;
  const [x, y] = [a, b].map((value) => toDtype(value, "float32"));
  const allowed = combine("add", combine("mul", apply("abs", [y], undefined), rtol), atol);
  const apart = apply("abs", [combine("sub", x, y)], undefined);
  // The distance of an infinity from anything else is infinite, and so is what it allows.
  const near = apply(
    "logicalAnd",
    [apply("isFinite", [apart], undefined), combine("le", apart, allowed)],
    undefined,
  );
  return or(close, near);
}
