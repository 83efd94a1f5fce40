/** Whether a saved state fits an optimizer: everything is looked at before anything is written. */
import { sameShape } from "../device/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { describe, isPlain } from "../text/arguments.ts";

/** The names of what is remembered of a parameter: an array always, or when a hyper-parameter asks for it; or a "number". */
export type Remembers = Readonly<Record<string, string>>;

/** What is remembered under the hyper-parameters of a group. */
export function needed(remembers: Remembers, group: object): string[] {
  const asks = (name: string) =>
    name === "always" || name === "number" || Boolean((group as Record<string, unknown>)[name]);
  return Object.keys(remembers).filter((name) => asks(remembers[name]));
}

function refuse(why: string): never {
  throw new TypeError(`loadStateDict: ${why}; nothing was changed`);
}

function misfit(why: string): never {
  throw new RangeError(`loadStateDict: ${why}; nothing was changed`);
}

/** The hyper-parameters of a group, as they were saved. */
type Settings = Record<string, unknown>;

/** What a saved state is checked against. */
export interface Expected {
  /** The optimizer's name. */
  name: string;
  /** Its groups. */
  groups: readonly { params: readonly Tensor[] }[];
  /** The names of its hyper-parameters; whether values make sense it knows itself. */
  settings: readonly string[];
  /** What it remembers of a parameter. */
  remembers: Remembers;
}

/**
 * Checks all of a saved state against an optimizer.
 *
 * @returns The hyper-parameters of the saved groups.
 * @throws {RangeError} if groups, shapes or steps do not fit.
 * @throws {TypeError} if it is the state of another kind of optimizer, or none.
 */
export function checkState(saved: unknown, expected: Expected): Settings[] {
  const needs = "an object { state, paramGroups } is needed, as stateDict() returns it";
  if (!isPlain(saved) || Object.keys(saved).length > 2) refuse(`${needs}, not ${describe(saved)}`);
  const { state, paramGroups } = saved;
  if (!isPlain(state) || !Array.isArray(paramGroups)) refuse(`${needs}, not ${describe(saved)}`);
  const groups = checkGroups(paramGroups, expected);
  // The parameters by the numbers that the saved groups give them.
  const known = new Map<string, { param: Tensor; group: Settings }>();
  groups.forEach(({ numbers, group }, i) =>
    numbers.forEach((number, j) => {
      if (!Number.isSafeInteger(number) || known.has(String(number))) {
        misfit(
          `the params of all groups must be different whole numbers; group ${i} has ${describe(number)}`,
        );
      }
      known.set(String(number), { param: expected.groups[i].params[j], group });
    })
  );
  for (const [number, entry] of Object.entries(state)) {
    const { param, group } = known.get(number) ??
      misfit(`there is no parameter ${number} among ${known.size}`);
    checkEntry(number, entry, param, needed(expected.remembers, group), expected);
  }
  return groups.map(({ group }) => group);
}

/** The groups' hyper-parameters, and the numbers of their parameters. */
function checkGroups(
  saved: readonly unknown[],
  { name, groups, settings }: Expected,
): { numbers: unknown[]; group: Settings }[] {
  const found = saved.map((one, i) => {
    if (!isPlain(one) || !Array.isArray(one.params)) {
      refuse(`group ${i} must be an object { params, … }, as stateDict() returns it, not ${describe(one)}`);
    }
    const { params: numbers, ...group } = one;
    return { numbers, group };
  });
  const text = (sizes: number[]) => `[${sizes.join(", ")}]`;
  const theirs = text(found.map(({ numbers }) => numbers.length));
  const ours = text(groups.map(({ params }) => params.length));
  if (theirs !== ours) misfit(`the saved groups hold ${theirs} parameters, this optimizer's ${ours}`);
  found.forEach(({ group }, i) => {
    const odd = Object.keys(group).find((key) => key !== "initialLr" && !settings.includes(key)) ??
      settings.find((key) => !Object.hasOwn(group, key));
    if (odd !== undefined) refuse(`the state is of another optimizer: ${odd} is not in both it and ${name}`);
    const { initialLr = 0 } = group;
    if (!(typeof initialLr === "number" && initialLr >= 0 && initialLr < Infinity)) {
      misfit(`initialLr of group ${i} must be a finite number ≥ 0, not ${describe(initialLr)}`);
    }
  });
  return found;
}

/** What was saved of one parameter. */
function checkEntry(
  number: string,
  entry: unknown,
  param: Tensor,
  wanted: readonly string[],
  { name, remembers }: Expected,
): void {
  if (!isPlain(entry)) {
    refuse(`the state of parameter ${number} must be an object { step, … }, not ${describe(entry)}`);
  }
  const { step, ...values } = entry;
  if (typeof step !== "number" || !Number.isSafeInteger(step) || step < 0) {
    misfit(`the step of parameter ${number} is ${describe(step)}, not a whole number ≥ 0`);
  }
  const missing = wanted.find((key) => !Object.hasOwn(values, key));
  if (missing !== undefined) refuse(`the state of parameter ${number} has no ${missing}`);
  for (const [key, value] of Object.entries(values)) {
    if (!Object.hasOwn(remembers, key)) {
      refuse(`the state is of another optimizer: ${name} remembers no ${key}`);
    }
    const what = `${key} of parameter ${number}`;
    if (remembers[key] === "number") {
      if (typeof value === "number" && value >= 0 && value < Infinity) continue;
      refuse(`${what} must be a finite number ≥ 0, not ${describe(value)}`);
    }
    if (value === null && remembers[key] !== "always") continue;
    if (!(value instanceof Tensor)) refuse(`${what} must be a tensor, not ${describe(value)}`);
    if (!sameShape(value.shape, param.shape) || value.dtype !== "float32" || value.device !== param.device) {
      misfit(`${what} is ${value}, the parameter ${param}`);
    }
    if (value.value.buffer.freed) refuse(`${what} was freed`);
  }
}
