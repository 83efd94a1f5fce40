/** Checks of what optimizers and schedules are told, beyond those of single arguments. */
import { checkBoolean, checkNumber, checkOptions, checkRange, describe, surplus } from "../text/arguments.ts";
import { Optimizer } from "./optimizer.ts";

/**
 * A number in [0, 1).
 *
 * @throws {TypeError} for what is no number.
 * @throws {RangeError} for any other number.
 */
export function fraction(owner: string, name: string, value: unknown): number {
  const number = checkNumber(owner, name, value);
  if (number >= 0 && number < 1) return number;
  throw new RangeError(`${owner}: ${name} must be in [0, 1), not ${number}`);
}

/**
 * Two numbers in [0, 1).
 *
 * @throws {TypeError} for what is no such list.
 * @throws {RangeError} if one of them is another number.
 */
export function checkBetas(owner: string, betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new TypeError(`${owner}: betas must be two numbers such as [0.9, 0.999], not ${describe(betas)}`);
  }
  fraction(owner, "betas[0]", betas[0]);
  fraction(owner, "betas[1]", betas[1]);
}

/**
 * The hyper-parameters of a group: betas, what is yes or no by its default, and all others finite numbers ≥ 0.
 *
 * @throws {TypeError} if one is of another kind.
 * @throws {RangeError} if a number makes no sense.
 */
export function checkSettings(owner: string, group: object): void {
  for (const [name, value] of Object.entries(group)) {
    if (name === "params" || name === "initialLr") continue;
    if (name === "betas") checkBetas(owner, value);
    else if (SWITCHES.includes(name)) checkBoolean(owner, name, value);
    else checkRange(owner, name, value, 0);
  }
}

/** What is yes or no. */
const SWITCHES = ["amsgrad", "decoupledWeightDecay", "maximize"];

/**
 * One finite number ≥ 0 per group, from one for all or a list.
 *
 * @throws {TypeError} for what is neither.
 * @throws {RangeError} if a number makes no sense, or the list has not one for each group.
 */
export function perGroup(
  owner: string,
  name: string,
  value: unknown,
  { paramGroups }: { readonly paramGroups: readonly unknown[] },
): readonly number[] {
  const groups = paramGroups.length;
  if (typeof value !== "number" && !Array.isArray(value)) {
    throw new TypeError(
      `${owner}: ${name} must be a number, or a list of one for each group, not ${describe(value)}`,
    );
  }
  const list = typeof value === "number" ? Array<number>(groups).fill(value) : value;
  if (list.length !== groups) {
    throw new RangeError(`${owner}: ${list.length} values of ${name} for ${groups} groups of parameters`);
  }
  return list.map((one) => checkRange(owner, name, one, 0));
}

/**
 * What every schedule is made with.
 *
 * @throws {TypeError} if it is no optimizer, or there are other options or arguments.
 */
export function checkSchedule(
  name: string,
  given: ArrayLike<unknown>,
  options: unknown,
  known: readonly string[],
): void {
  if (!(given[0] instanceof Optimizer)) {
    throw new TypeError(`${name}: an optimizer is needed, not ${describe(given[0])}`);
  }
  if (given.length > 2) surplus(name, given, 2, "the settings stand in one object");
  checkOptions(name, options, known);
}
