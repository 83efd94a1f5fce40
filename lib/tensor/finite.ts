/** Whether numbers are still numbers. */
import type { Device } from "../device/mod.ts";
import type { Storage } from "../device/storage.ts";
import { text } from "../device/shape.ts";

/** What is wrong with numbers: how many are NaN, how many infinite; of how many, and their shape. */
export interface Odd {
  nan: number;
  infinite: number;
  shape: readonly number[];
  size: number;
}

/**
 * Looks at numbers, where that needs no waiting.
 *
 * @returns What is wrong with them; null: nothing, or one would have to wait for them.
 */
export function oddIn(device: Device, storage: Storage): Odd | null {
  if (storage.dtype !== "float32") return null;
  const values = device.peek(storage);
  if (values === null) return null;
  let nan = 0, infinite = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    // The one subtraction tells both: NaN − NaN and ∞ − ∞ are NaN.
    if (value - value === 0) continue;
    if (value !== value) nan++;
    else infinite++;
  }
  return nan + infinite === 0 ? null : { nan, infinite, shape: storage.shape, size: values.length };
}

/** "is NaN"; "has 3 NaN and 1 infinite among its 12 numbers [3, 4]". */
export function saysOdd({ nan, infinite, shape, size }: Odd): string {
  if (size === 1) return nan === 1 ? "is NaN" : "is infinite";
  const kinds = [nan > 0 ? `${nan} NaN` : "", infinite > 0 ? `${infinite} infinite` : ""];
  return `has ${kinds.filter((kind) => kind !== "").join(" and ")} among its ${size} numbers ${text(shape)}`;
}

/** Whether numbers are all finite, where one must wait for them: 0 times anything else is NaN, and so is a sum with it. */
export async function finiteLater(device: Device, storage: Storage): Promise<boolean> {
  const { arena, kernels } = device;
  const sum = arena.tidy(() => kernels.sum(kernels.mul(storage, 0), storage.shape.map((_, dim) => dim)));
  try {
    const [value] = await device.read(sum);
    return value === 0;
  } finally {
    device.free(sum);
  }
}
