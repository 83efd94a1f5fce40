/**
 * What has a size that is data: the numbers are read, and what is made of them goes back to their device. No gradient flows.
 *
 * @module
 */
import type { Value } from "../autograd/value.ts";
import { ARRAYS } from "../device/storage.ts";
import { sizeOf, text } from "../device/shape.ts";
import { checkDim } from "./shape.ts";
import { makeValue } from "./values.ts";

/** Different numbers, upwards; which of them each number was; and how often each was there. */
export interface Distinct {
  readonly values: Value;
  readonly inverse: Value;
  readonly counts: Value;
}

/** The places of slices of `length` numbers, in their order: number by number, NaN after all, equals as they are. */
function placesOf(data: ArrayLike<number>, count: number, length: number): Int32Array {
  const compare = (p: number, q: number) => {
    for (let i = 0; i < length; i++) {
      const a = data[p * length + i], b = data[q * length + i];
      if (a === b) continue;
      if (a < b || (b !== b && a === a)) return -1;
      if (a > b || (a !== a && b === b)) return 1;
    }
    return p - q;
  };
  return Int32Array.from({ length: count }, (_, i) => i).sort(compare);
}

/**
 * Slices along a dimension that differ from one another.
 *
 * @param order The places of all, if they were sorted before.
 */
export async function distinct(
  value: Value,
  dim: number | undefined,
  order: Value | null,
): Promise<Distinct> {
  const { dtype, shape, buffer: { device } } = value;
  const d = dim === undefined ? 0 : checkDim("unique", dim, shape.length);
  const flat = dim === undefined ? [sizeOf(shape)] : shape;
  const [numbers, places] = await Promise.all([
    device.read(value.buffer.storage),
    order === null ? null : device.read(order.buffer.storage),
  ]);
  const outer = sizeOf(flat.slice(0, d)), count = flat[d], inner = sizeOf(flat.slice(d + 1));
  const length = outer * inner;
  // Slice after slice.
  const place = (slice: number, i: number) => (Math.floor(i / inner) * count + slice) * inner + i % inner;
  const slices = dim === undefined
    ? numbers
    : new ARRAYS[dtype](count * length).map((_, at) => numbers[place(Math.floor(at / length), at % length)]);
  const sorted = places ?? placesOf(slices, count, length);
  const inverse = new Int32Array(count), counts: number[] = [], firsts: number[] = [];
  const same = (p: number, q: number) => {
    for (let i = 0; i < length; i++) if (slices[p * length + i] !== slices[q * length + i]) return false;
    return true;
  };
  for (let i = 0; i < count; i++) {
    const one = sorted[i];
    if (i === 0 || !same(one, sorted[i - 1])) {
      firsts.push(one);
      counts.push(0);
    }
    inverse[one] = firsts.length - 1;
    counts[firsts.length - 1]++;
  }
  const size = flat.with(d, firsts.length), found = new ARRAYS[dtype](sizeOf(size));
  firsts.forEach((slice, n) => {
    for (let i = 0; i < length; i++) {
      found[(Math.floor(i / inner) * firsts.length + n) * inner + i % inner] = slices[slice * length + i];
    }
  });
  const make = (data: Float32Array | Int32Array | Uint8Array, shape: readonly number[], as = dtype) =>
    makeValue("unique", data, { shape, dtype: as, device });
  return {
    values: make(found, size),
    inverse: make(inverse, dim === undefined ? shape : [count], "int32"),
    counts: make(Int32Array.from(counts), [counts.length], "int32"),
  };
}

/** How often each whole number from 0 on is there, or the sum of the weights of those that are it; at least `least` numbers. */
export async function binCounts(value: Value, weights: Value | null, least: number): Promise<Value> {
  const { dtype, shape, buffer: { device, storage } } = value;
  if (dtype !== "int32") {
    throw new TypeError(`bincount: int32 numbers are counted, not ${dtype}; use to("int32")`);
  }
  if (shape.length !== 1) {
    throw new RangeError(
      `bincount: a tensor of one dimension is counted, not one of shape ${text(shape)}; use flatten()`,
    );
  }
  if (weights !== null && (weights.shape.length !== 1 || weights.shape[0] !== shape[0])) {
    throw new RangeError(`bincount: weights of shape ${text(weights.shape)} do not fit ${shape[0]} numbers`);
  }
  const [numbers, weight] = await Promise.all([
    device.read(storage),
    weights === null ? null : weights.buffer.device.read(weights.buffer.storage),
  ]);
  let size = least;
  for (const n of numbers) {
    if (n < 0) throw new RangeError(`bincount: numbers from 0 on are counted, and there is ${n}`);
    size = Math.max(size, n + 1);
  }
  const sums = new Float64Array(size);
  numbers.forEach((n: number, i: number) => sums[n] += weight === null ? 1 : weight[i]);
  const as = weights === null ? "int32" : "float32";
  return makeValue("bincount", ARRAYS[as].from(sums), { dtype: as, device });
}
