/**
 * What a function was given, looked at before anything is computed. Scripts and notebooks run unchecked by the compiler: what
 * it would refuse ends here, in a sentence that names the function, the argument and what would do.
 *
 * @module
 */
import { legible } from "./escape.ts";
import { nearest } from "./nearest.ts";

/** Text longer than this is cut in a sentence. */
const LONG = 60;

/**
 * What was given, in a word or two: `1`, `"same"`, `[3, 3]`, `an object { lr }`, `Tensor [2, 3] float32 cpu`,
 * `a Map`, `the class ReLU`, `a function`.
 */
export function describe(given: unknown): string {
  switch (typeof given) {
    case "string":
      return JSON.stringify(cut(given));
    case "bigint":
      return `the bigint ${given}n`;
    case "symbol":
      return "a symbol";
    case "function":
      return /^class\b/.test(Function.prototype.toString.call(given))
        ? `the class ${cut(given.name)}`
        : "a function";
    case "object":
      return given === null ? "null" : describeObject(given);
    default:
      return String(given);
  }
}

function describeObject(given: object): string {
  if (Array.isArray(given)) {
    const plain = given.length <= 8 && isList(given, (x) => typeof x === "number" || typeof x === "boolean");
    return plain ? `[${given.join(", ")}]` : `an array of ${given.length}`;
  }
  if (ArrayBuffer.isView(given) && "length" in given) return `${given.constructor.name}(${given.length})`;
  const kind = Object.getPrototypeOf(given)?.constructor?.name ?? "Object";
  if (kind === "Object") {
    const names = Object.keys(given);
    return names.length === 0 ? "an empty object" : cut(`an object { ${names.join(", ")} }`);
  }
  // A tensor says what it is; a Date or a Map would say too much or nothing.
  const says = Object.hasOwn(Object.getPrototypeOf(given), "toString") && !("getTime" in given);
  return says ? cut(String(given)) : `a${/^[AEIO]/.test(kind) ? "n" : ""} ${cut(kind)}`;
}

/** Whether something is a list of entries of one kind. A hole is an entry that is undefined, which `every()` skips. */
export function isList(value: unknown, isOne: (entry: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return false;
  for (const entry of value) if (!isOne(entry)) return false;
  return true;
}

/** Whether something is a list of numbers. */
export function isNumbers(value: unknown): value is number[] {
  return isList(value, (entry) => typeof entry === "number");
}

/** Whether something is an object as `{ … }` makes it: options, values by name. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function cut(given: string): string {
  const text = legible(given);
  return text.length <= LONG ? text : `${text.slice(0, LONG - 1)}…`;
}

/**
 * Checks that options are one object that has no other names than those that there are.
 *
 * @param name The function or class, as its user calls it.
 * @param options What was given as options.
 * @param known The names that there are.
 * @throws {TypeError} if it is no such object, or a name is not known: with the nearest right one.
 */
export function checkOptions(name: string, options: unknown, known: readonly string[]): void {
  if (!isPlain(options)) {
    const example = known.length === 0 ? "" : ` such as { ${known[0]}: … }`;
    throw new TypeError(`${name}: options stand in one object${example}, not ${describe(options)}`);
  }
  for (const key in options) if (!known.includes(key)) throw new TypeError(unknownOption(name, key, known));
}

function unknownOption(name: string, key: string, known: readonly string[]): string {
  const there = known.length === 0
    ? "there is none"
    : `there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}`;
  // Python's names are these with underscores.
  const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const guess = known.includes(camel) ? camel : nearest(key, known);
  const meant = guess === undefined ? "" : `; did you mean ${guess}?`;
  return `${name}: there is no option "${cut(key)}"${meant === "" ? `; ${there}` : meant}`;
}

/** Options and, for those that are not said or undefined, what they are then. */
export function withDefaults<D extends object>(defaults: D, options: Partial<D>): D {
  const all = { ...defaults };
  for (const key in options) if (options[key] !== undefined) all[key] = options[key] as D[typeof key];
  return all;
}

/**
 * Throws, as more arguments were given than there are. Called where `arguments.length` is too large, so that the many calls
 * that are right cost a comparison.
 *
 * @param name The function or class, as its user calls it.
 * @param args Its `arguments`.
 * @param most How many it takes.
 * @param hint What to write instead.
 */
export function surplus(name: string, args: ArrayLike<unknown>, most: number, hint = ""): never {
  const takes = most === 0 ? "no argument" : most === 1 ? "one argument" : `at most ${most} arguments`;
  const odd = describe(args[most]);
  throw new TypeError(
    `${name}: takes ${takes}, and was given ${odd} beyond${hint === "" ? "" : `; ${hint}`}`,
  );
}

/**
 * A number, NaN and infinities included.
 *
 * @throws {TypeError} for anything else.
 */
export function checkNumber(name: string, argument: string, value: unknown): number {
  if (typeof value === "number") return value;
  const hint = isPlain(value) ? "; numbers stand by themselves, options in one object behind them" : "";
  throw new TypeError(`${name}: ${argument} must be a number, not ${describe(value)}${hint}`);
}

/**
 * A whole number of at least `least`.
 *
 * @throws {TypeError} for what is no number.
 * @throws {RangeError} for any other number.
 */
export function checkWhole(name: string, argument: string, value: unknown, least: number): number {
  const number = checkNumber(name, argument, value);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new RangeError(`${name}: ${argument} must be a whole number ≥ ${least}, not ${number}`);
  }
  return number;
}

/**
 * A whole number, negative ones included: a dimension that may be counted from the end, a class to ignore.
 *
 * @throws {TypeError} for what is no number.
 * @throws {RangeError} for any other number.
 */
export function checkInteger(name: string, argument: string, value: unknown): number {
  const number = checkNumber(name, argument, value);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`${name}: ${argument} must be a whole number, not ${number}`);
}

/**
 * A finite number between two ends, both included.
 *
 * @throws {TypeError} for what is no number.
 * @throws {RangeError} if it lies outside, or is NaN.
 */
export function checkRange(
  name: string,
  argument: string,
  value: unknown,
  low = -Infinity,
  high = Infinity,
): number {
  const number = checkNumber(name, argument, value);
  if (!(number >= low && number <= high && Number.isFinite(number))) {
    const range = high === Infinity
      ? low === -Infinity ? "a finite number" : `a finite number ≥ ${low}`
      : `a number from ${low} to ${high}`;
    throw new RangeError(`${name}: ${argument} must be ${range}, not ${number}`);
  }
  return number;
}

/**
 * True or false.
 *
 * @throws {TypeError} for anything else.
 */
export function checkBoolean(name: string, argument: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new TypeError(`${name}: ${argument} must be true or false, not ${describe(value)}`);
}

/**
 * Text.
 *
 * @throws {TypeError} for anything else.
 */
export function checkText(name: string, argument: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${name}: ${argument} must be text, not ${describe(value)}`);
}

/**
 * A function.
 *
 * @throws {TypeError} for anything else, such as what a function returned.
 */
export function checkFunction(name: string, argument: string, value: unknown, example: string): void {
  if (typeof value === "function") return;
  throw new TypeError(`${name}: ${argument} must be a function such as ${example}, not ${describe(value)}`);
}

/**
 * One of a few words.
 *
 * @throws {TypeError} for what is no text.
 * @throws {RangeError} for another word: with the nearest right one.
 */
export function checkChoice<T extends string>(
  name: string,
  argument: string,
  value: unknown,
  choices: readonly T[],
): T {
  if (typeof value === "string" && (choices as readonly string[]).includes(value)) return value as T;
  const there = choices.map((choice) => `"${choice}"`).join(", ");
  if (typeof value !== "string") {
    throw new TypeError(`${name}: ${argument} must be one of ${there}, not ${describe(value)}`);
  }
  const guess = nearest(value, choices);
  throw new RangeError(
    `${name}: ${argument} must be one of ${there}, not ${describe(value)}` +
      (guess === undefined ? "" : `; did you mean "${guess}"?`),
  );
}
