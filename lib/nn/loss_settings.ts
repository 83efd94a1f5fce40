/** What the options of losses may be. */
import { checkReduction } from "../functional/reduction.ts";
import type { Reduction } from "../functional/losses.ts";
import { checkTensorOrNull } from "../tensor/check.ts";
import { checkBoolean, checkChoice, checkInteger, checkNumber, checkRange } from "../text/arguments.ts";

/** What an option of a loss may be, and what is kept of it. */
export type Setting = (owner: string, name: string, value: unknown) => unknown;

export const reduction: Setting = (owner, _, value) => {
  checkReduction(owner, value as Reduction);
  return value;
};
export const label: Setting = checkInteger;
export const share: Setting = (owner, name, value) => checkRange(owner, name, value, 0, 1);
/** A buffer of the loss. */
export const weights: Setting = (owner, name, value) => checkTensorOrNull(owner, name, value)?.keep() ?? null;
/** A finite number. */
export const number: Setting = (owner, name, value) => checkRange(owner, name, value);
/** A finite number ≥ 0. */
export const size: Setting = (owner, name, value) => checkRange(owner, name, value, 0);
/** A number > 0; "Infinity" may be one. */
export const positive: Setting = (owner, name, value) => {
  if (checkNumber(owner, name, value) > 0) return value;
  throw new RangeError(`${owner}: ${name} must be a number > 0, not ${value}`);
};
/** Yes or no. */
export const yesOrNo: Setting = checkBoolean;
/** Those of a divergence. */
export const batchReduction: Setting = (owner, name, value) =>
  checkChoice(owner, name, value, ["mean", "batchmean", "sum", "none"]);
