/**
 * The part of `@std/assert` that Descent uses: functions that throw an {@linkcode AssertionError} when what a test
 * claims is not so.
 *
 * @module
 */
import { AssertionError } from "./assertion_error.ts";
import { difference, shown } from "./difference.ts";
import { equal } from "./equal.ts";

export * from "./errors.ts";
export { AssertionError, equal };

/** A class, abstract ones too. */
// deno-lint-ignore no-explicit-any
export type AnyConstructor = abstract new (...args: any[]) => any;

function suffix(message: string | undefined): string {
  return message ? `: ${message}` : ".";
}

/**
 * Claims that `expression` is truthy.
 *
 * @throws {AssertionError} with `message` if it is not.
 */
export function assert(expression: unknown, message = ""): asserts expression {
  if (!expression) throw new AssertionError(message);
}

/**
 * Claims that `expression` is falsy.
 *
 * @throws {AssertionError} with `message` if it is not.
 */
export function assertFalse(expression: unknown, message = ""): asserts expression is false {
  if (expression) throw new AssertionError(message);
}

/**
 * Fails always.
 *
 * @throws {AssertionError}
 */
export function fail(message?: string): never {
  throw new AssertionError(`Failed assertion${suffix(message)}`);
}

/**
 * Claims that two values are deeply equal.
 *
 * @throws {AssertionError} with the lines in which they differ.
 */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(`Values are not equal${suffix(message)}\n${difference(actual, expected)}`);
}

/**
 * Claims that two values are not deeply equal.
 *
 * @throws {AssertionError} if they are.
 */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${shown(actual)} not to be: ${shown(expected)}${suffix(message)}`,
  );
}

/**
 * Claims that two numbers lie within `tolerance` of each other; unless told, within 1e-7 of the expected one's size.
 *
 * @throws {AssertionError} with both numbers and their distance.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  message?: string,
): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const delta = Math.abs(expected - actual);
  if (delta <= allowed) return;
  const digits = (value: number) => Number.isInteger(value) ? `${value}` : value.toExponential();
  throw new AssertionError(
    `Expected actual: "${digits(actual)}" to be close to "${digits(expected)}": ` +
      `delta "${digits(delta)}" is greater than "${digits(allowed)}"${suffix(message)}`,
  );
}

/**
 * Claims that a value is neither `null` nor `undefined`.
 *
 * @throws {AssertionError} if it is.
 */
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  if (actual != null) return;
  throw new AssertionError(`Expected actual: "${actual}" to not be null or undefined${suffix(message)}`);
}

/**
 * Claims that a value is an instance of a class.
 *
 * @throws {AssertionError} naming both classes.
 */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  message = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const name = expectedType.name || "anonymous class";
  const found = actual === null
    ? "null"
    : typeof actual === "object"
    ? actual.constructor?.name ?? "Object"
    : typeof actual;
  // Two classes of one name: naming what was found would only confuse.
  const but = found === name
    ? ""
    : ` but was ${found === "function" ? "not an instanced object" : `"${found}"`}`;
  throw new AssertionError(`Expected object to be an instance of "${name}"${but}${suffix(message)}`);
}

/**
 * Claims that `actual` contains `expected`.
 *
 * @throws {AssertionError} with both strings.
 */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(`Expected actual: "${actual}" to contain: "${expected}"${suffix(message)}`);
}

/**
 * Claims that `actual` matches a regular expression.
 *
 * @throws {AssertionError} with both.
 */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  if (expected.test(actual)) return;
  throw new AssertionError(`Expected actual: "${actual}" to match: "${expected}"${suffix(message)}`);
}

function compared<T>(holds: boolean, actual: T, sign: string, expected: T, message?: string): void {
  if (holds) return;
  throw new AssertionError(message ?? `Expect ${shown(actual)} ${sign} ${shown(expected)}`);
}

/** Claims that `actual > expected`. @throws {AssertionError} if not. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  compared(actual > expected, actual, ">", expected, message);
}

/** Claims that `actual >= expected`. @throws {AssertionError} if not. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void {
  compared(actual >= expected, actual, ">=", expected, message);
}

/** Claims that `actual < expected`. @throws {AssertionError} if not. */
export function assertLess<T>(actual: T, expected: T, message?: string): void {
  compared(actual < expected, actual, "<", expected, message);
}

/** Claims that `actual <= expected`. @throws {AssertionError} if not. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void {
  compared(actual <= expected, actual, "<=", expected, message);
}
