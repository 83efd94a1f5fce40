/**
 * One call of the contract on given arrays: what every implementation runs, and how near to the reference it must come.
 *
 * @module
 */
import fc from "fast-check";
import type { Kernels, Updates } from "../../../lib/device/kernels.ts";
import type { HostArray } from "../../../lib/device/reference/array.ts";
import type { Reference } from "../../../lib/device/reference/kernels.ts";
import type { Shaped } from "../../../lib/device/storage.ts";

/** All methods of the contract. */
export type Contract<T extends Shaped> = Kernels<T> & Updates<T>;

/** The name of a method of the contract. */
export type Method = keyof Contract<Shaped>;

/** An argument: an array as it lies in memory, and in which order its dimensions are then taken; null: as they lie. */
export interface Input {
  readonly memory: HostArray;
  readonly dims: readonly number[] | null;
}

/** The call itself, the same for every implementation; of a method that changes its arguments, it gives these. */
export type Call = <T extends Shaped>(k: Contract<T>, x: readonly T[]) => readonly T[];

/**
 * How far float32 results may be from the reference's: |a − b| ≤ absolute + relative · |b| + roundings · 2⁻²⁴ · magnitude.
 * The magnitude is what the sum would be if all its terms were positive. For a sum in any order, whose terms are rounded to
 * float32 with relative error 2⁻²⁴ each, that is the textbook's bound (N. Higham, "Accuracy and Stability of Numerical
 * Algorithms", 2002, section 4.2), with `roundings` = n at worst, and about √n if the errors are of either sign.
 * Infinities and NaN must be the same. int32 and bool are always exact.
 */
export interface Tolerance {
  readonly relative?: number;
  readonly absolute?: number;
  readonly roundings?: number;
  /** If not said: the same call on the magnitudes of the arguments. */
  readonly magnitude?: (k: Reference, x: readonly HostArray[]) => readonly HostArray[];
}

/** A call, its arguments, and what is allowed. */
export interface Case {
  readonly inputs: readonly Input[];
  readonly call: Call;
  readonly tolerance: Tolerance;
  /** What the call was given besides arrays, for the reader of a failure. */
  readonly settings: unknown;
  /** The result, where it is not the reference's. */
  readonly expected?: (k: Reference) => readonly HostArray[];
  /** Whether the call changes its arguments. */
  readonly inPlace?: boolean;
  /** Whether the arguments follow from one another, so that they cannot be changed to others that fit as well. */
  readonly consistent?: boolean;
}

/** Nothing is rounded. */
export const EXACT: Tolerance = {};

/** One operation, rounded to float32, or nearly: 1 to 3 units in the last place, as WGSL allows them for a division. */
export const ROUNDED: Tolerance = { relative: 3 * 2 ** -23 };

/** A sum of n terms. */
export function sumOf(n: number, more: Partial<Tolerance> = {}): Tolerance {
  return { roundings: 8 + 2 * Math.sqrt(n), ...more };
}

/** A case that prints what matters. */
export function makeCase(
  inputs: readonly Input[],
  call: Call,
  tolerance: Tolerance = EXACT,
  more: Partial<Case> = {},
): Case {
  return describable({ inputs, call, tolerance, settings: more.settings ?? null, ...more });
}

/** What fast-check prints of a case. */
export function describe({ inputs, settings }: Case): string {
  const arrays = inputs.map(({ memory: { shape, dtype, data }, dims }) => {
    const values = data.length <= 40
      ? ` = [${[...data].map((x) => Object.is(x, -0) ? "-0" : x).join(", ")}]`
      : "";
    return `${dtype} [${shape.join(", ")}]${dims === null ? "" : ` taken as [${dims.join(", ")}]`}${values}`;
  });
  return `${JSON.stringify(settings)} of ${arrays.join("; ")}`;
}

/** The case with its text. */
export function describable(one: Case): Case {
  return Object.defineProperty(one, fc.toStringMethod, { value: () => describe(one), enumerable: false });
}
