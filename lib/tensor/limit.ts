/** Numbers kept between limits: what clamp() is given, and what it does. */
import { constant } from "../autograd/constant.ts";
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { broadcastShapes } from "../device/shape.ts";
import { checkOptions, describe, isPlain } from "../text/arguments.ts";
import { combine, dtypeOf, type Operand, toDtype } from "./combine.ts";
import { promote } from "./dtype.ts";

/**
 * The limits as they were given, one after the other or by name in one object; null where there is none.
 *
 * @throws {RangeError} if there is neither, or numbers are in the wrong order.
 * @throws {TypeError} if a limit is a boolean, or limits are given in both ways.
 */
export function readLimits(name: string, first: unknown, second: unknown): [min: unknown, max: unknown] {
  let min = first ?? null, max = second ?? null;
  if (isPlain(first)) {
    checkOptions(name, first, ["min", "max"]);
    if (second !== undefined) {
      throw new TypeError(`${name}: limits stand in one object, or one after the other`);
    }
    [min, max] = [first.min ?? null, first.max ?? null];
  }
  for (const [which, limit] of [["min", min], ["max", max]]) {
    if (limit === null || typeof limit === "number" || typeof limit === "object") continue;
    throw new TypeError(`${name}: ${which} must be a number or a tensor, not ${describe(limit)}`);
  }
  const wrong = (limit: unknown) => typeof limit === "number" && Number.isNaN(limit);
  if (wrong(min) || wrong(max) || (typeof min === "number" && typeof max === "number" && min > max)) {
    throw new RangeError(`${name}: needs a min, a max or both, with min ≤ max, not min ${min}, max ${max}`);
  }
  if (min === null && max === null) throw new RangeError(`${name}: needs a min, a max or both`);
  return [min, max];
}

/**
 * min(max(x, low), high), broadcast; null: no limit.
 *
 * @throws {RangeError} if the shapes do not broadcast.
 */
export function limited(name: string, x: Value, low: Operand | null, high: Operand | null): Value {
  const given = [low, high].filter((limit) => limit !== null);
  let { shape } = x;
  for (const limit of given) {
    if (typeof limit === "object") shape = broadcastShapes(name, shape, limit.shape);
  }
  // An infinite limit is none, and makes no float32 of an integer.
  const dtype = given.filter((limit) => typeof limit === "object" || Number.isFinite(limit))
    .map(dtypeOf).reduce(promote, x.dtype);
  if (dtype !== "float32") {
    const above = low === null || low === -Infinity ? x : combine("maximum", x, low, name);
    return high === null || high === Infinity ? above : combine("minimum", above, high, name);
  }
  const value = toDtype(x, "float32");
  const plain = (limit: Operand | null, none: number) =>
    typeof limit === "object" && limit !== null ? null : Number(limit ?? none);
  const min = plain(low, -Infinity), max = plain(high, Infinity);
  if (min !== null && max !== null) return apply("clamp", [value], { min, max });
  const lifted = (limit: Operand | null, number: number | null) =>
    number === null ? toDtype(limit as Value, "float32") : constant(x.buffer.device, number);
  return apply("limit", [value, lifted(low, min), lifted(high, max)], undefined);
}
