/** What a reader gives for a tensor, checked. */
import { describe } from "../text/arguments.ts";
import { Tensor } from "./tensor.ts";

/**
 * A tensor.
 *
 * @param name The function or class that was given it, as its user calls it.
 * @param argument What it is to that function: "input", "weight".
 * @throws {TypeError} for anything else.
 */
export function checkTensor(name: string, argument: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  const hint = typeof value === "number" || Array.isArray(value) || ArrayBuffer.isView(value)
    ? "; tensor(…) makes one"
    : value instanceof Promise
    ? "; await it first"
    : "";
  throw new TypeError(`${name}: ${argument} must be a tensor, not ${describe(value)}${hint}`);
}
