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

/**
 * What is taken wherever a tensor is: a tensor, a number, nested or typed arrays of numbers. What the arrays hold is seen when
 * a tensor is made of them.
 *
 * @throws {TypeError} for anything else.
 */
export function checkTensorLike(name: string, argument: string, value: unknown): void {
  if (value instanceof Tensor || typeof value === "number" || typeof value === "boolean") return;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return;
  const hint = value instanceof Promise ? "; await it first" : "";
  throw new TypeError(
    `${name}: ${argument} must be a tensor, a number or arrays of numbers, not ${describe(value)}${hint}`,
  );
}

/**
 * A tensor, or null for none.
 *
 * @throws {TypeError} for anything else.
 */
export function checkTensorOrNull(name: string, argument: string, value: unknown): Tensor | null {
  return value === null ? null : checkTensor(name, argument, value);
}
