import { AssertionError } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

function checkError<E extends Error>(
  error: unknown,
  verb: "thrown" | "rejected",
  errorClass: ErrorClass<E> | undefined,
  includes: string | RegExp | undefined,
  suffix: string,
): void {
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${verb}${suffix}`);
  }
  if (errorClass && !(error instanceof errorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${errorClass.name}", but was "${error.constructor.name}"${suffix}`,
    );
  }
  const holds = includes instanceof RegExp
    ? includes.test(error.message)
    : error.message.includes(includes ?? "");
  if (!holds) {
    throw new AssertionError(
      `Expected error message to include ${
        includes instanceof RegExp ? includes : JSON.stringify(includes)
      }, ` +
        `but got ${JSON.stringify(error.message)}${suffix}`,
    );
  }
}

/** The two forms of the arguments: (message?) and (ErrorClass, includes?, message?). */
function sorted<E extends Error>(
  first: ErrorClass<E> | string | undefined,
  includes: string | RegExp | undefined,
  message: string | undefined,
) {
  const errorClass = typeof first === "string" ? undefined : first;
  const own = typeof first === "string" ? first : message;
  return { errorClass, includes, suffix: own ? `: ${own}` : "." };
}

/** Claims that `fn` throws, anything at all; returns what it threw. @throws {AssertionError} if it does not. */
export function assertThrows(fn: () => unknown, message?: string): unknown;
/**
 * Claims that `fn` throws an error of a class whose message includes some text; returns the error.
 *
 * @throws {AssertionError} if it throws nothing or something else.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  includes?: string | RegExp,
  message?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  first?: ErrorClass<E> | string,
  second?: string | RegExp,
  third?: string,
): unknown {
  const { errorClass, includes, suffix } = sorted(first, second, third);
  try {
    fn();
  } catch (thrown) {
    if (errorClass) checkError(thrown, "thrown", errorClass, includes, suffix);
    return thrown;
  }
  throw new AssertionError(`Expected function to throw${suffix}`);
}

/** Claims that the promise of `fn` rejects; resolves with the reason. @throws {AssertionError} if it does not. */
export function assertRejects(fn: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
/**
 * Claims that the promise of `fn` rejects with an error of a class whose message includes some text; resolves with
 * the error.
 *
 * @throws {AssertionError} if it resolves, rejects with something else, or `fn` throws instead of rejecting.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  includes?: string | RegExp,
  message?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  first?: ErrorClass<E> | string,
  second?: string | RegExp,
  third?: string,
): Promise<unknown> {
  const { errorClass, includes, suffix } = sorted(first, second, third);
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
  } catch {
    // Reported below: a throw is not a rejection.
  }
  if (typeof promise?.then !== "function") {
    throw new AssertionError(`Function throws when expected to reject${suffix}`);
  }
  try {
    await promise;
  } catch (reason) {
    if (errorClass) checkError(reason, "rejected", errorClass, includes, suffix);
    return reason;
  }
  throw new AssertionError(`Expected function to reject${suffix}`);
}
