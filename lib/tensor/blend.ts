/** Sums of three: a way gone in part, and products and quotients that are added. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { broadcastShapes } from "../device/shape.ts";
import { checkNumber, checkOptions } from "../text/arguments.ts";
import { choose, combine, type Operand, toDtype } from "./combine.ts";

/** Checks that all shapes broadcast together, in the name of the function that was called. */
function checkTogether(name: string, ...operands: readonly Operand[]): void {
  let shape: readonly number[] = [];
  for (const x of operands) if (typeof x === "object") shape = broadcastShapes(name, shape, x.shape);
}

/**
 * start + weight · (end − start), from the nearer end, so that a weight of 1 arrives.
 *
 * @throws {RangeError} if the shapes do not broadcast.
 */
export function lerp(name: string, start: Value, end: Value, weight: Operand): Value {
  checkTogether(name, start, end, weight);
  const [from, to] = [start, end].map((value) => toDtype(value, "float32"));
  const way = combine("sub", to, from);
  const forwards = (share: Operand) => combine("add", from, combine("mul", way, share));
  const backwards = (rest: Operand) => combine("sub", to, combine("mul", way, rest));
  if (typeof weight !== "object") {
    const share = Number(weight);
    return share < 0.5 ? forwards(share) : backwards(1 - share);
  }
  const share = toDtype(weight, "float32"), rest = combine("add", apply("neg", [share], undefined), 1);
  return choose(combine("lt", share, 0.5), forwards(share), backwards(rest));
}

/**
 * x + value · a · b, or x + value · a / b.
 *
 * @throws {RangeError} if the shapes do not broadcast.
 * @throws {TypeError} if the value is no number, or there is another option.
 */
export function addScaled(
  name: string,
  operation: "mul" | "div",
  [x, a, b]: readonly [Value, Value, Operand],
  options: { value?: number },
): Value {
  checkOptions(name, options, ["value"]);
  const { value = 1 } = options;
  checkNumber(name, "value", value);
  checkTogether(name, x, a, b);
  const product = combine(operation, a, b, name);
  return combine("add", x, value === 1 ? product : combine("mul", product, value), name);
}
