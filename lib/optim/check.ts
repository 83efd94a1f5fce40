/** Checks of what optimizers and schedules are told: sentences that name the owner, the setting and what would do. */

/** Throws a RangeError unless a hyper-parameter is a finite number ≥ 0. */
export function nonNegative(optimizer: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0)) {
    throw new RangeError(`${optimizer}: ${name} must be a finite number ≥ 0, not ${value}`);
  }
}

/** Throws a RangeError unless a hyper-parameter lies in [0, 1). */
export function fraction(optimizer: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new RangeError(`${optimizer}: ${name} must be in [0, 1), not ${value}`);
  }
}

/** Throws a RangeError unless a setting is a whole number ≥ `least`. */
export function whole(schedule: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${schedule}: ${name} must be a whole number ≥ ${least}, not ${value}`);
  }
}

/** Throws a RangeError unless a setting is a finite number. */
export function finite(schedule: string, name: string, value: number): void {
  if (!Number.isFinite(value)) {
    throw new RangeError(`${schedule}: ${name} must be a finite number, not ${value}`);
  }
}

/** One finite number per group, from one for all or a list. */
export function perGroup(
  schedule: string,
  name: string,
  value: number | readonly number[],
  { paramGroups }: { readonly paramGroups: readonly unknown[] },
): readonly number[] {
  const groups = paramGroups.length;
  const list = typeof value === "number" ? Array<number>(groups).fill(value) : value;
  if (list.length !== groups) {
    throw new RangeError(`${schedule}: ${list.length} values of ${name} for ${groups} groups of parameters`);
  }
  for (const one of list) finite(schedule, name, one);
  return list;
}
