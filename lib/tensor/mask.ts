/** What is picked by answers of yes and no. How many there are is data, so most of it waits for the device. */
import { apply, commonDevice } from "../autograd/graph.ts";
import { Value } from "../autograd/value.ts";
import type { Device } from "../device/device.ts";
import { broadcastShapes, sameShape, sizeOf, stepsOf } from "../device/shape.ts";
import type { Storage } from "../device/storage.ts";
import { choose, toShape } from "./combine.ts";
import { survey } from "./data.ts";
import { type Given, single } from "./pick.ts";
import { made, makeValue } from "./values.ts";

/** Where values are not 0. */
function placesOf(values: ArrayLike<number>): Int32Array {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  const places = new Int32Array(count);
  for (let i = 0, at = 0; at < count; i++) if (values[i] !== 0) places[at++] = i;
  return places;
}

const uploaded = (name: string, device: Device, list: Int32Array, shape: readonly number[]): Value =>
  made(name, device, (): Storage => device.upload(list, shape, "int32"));

/** Where values are not 0, as indices on a device. */
export function trueOnes(name: string, values: ArrayLike<number>, device: Device): Value {
  const places = placesOf(values);
  return uploaded(name, device, places, [places.length]);
}

/**
 * A mask as a value.
 *
 * @throws {TypeError} for anything but booleans.
 */
function maskValue(name: string, given: Given, device: Device): Value {
  const dtype = given instanceof Value ? given.dtype : survey(name, given, "int32").dtype;
  if (dtype !== "bool" && !(Array.isArray(given) && given.length === 0)) {
    throw new TypeError(
      `${name}: a mask is bool, not ${dtype}; a comparison such as x.gt(0) gives one, and to("bool") makes one`,
    );
  }
  return given instanceof Value ? given : makeValue(name, given, { dtype: "bool", device });
}

/** x with one number where a mask is true; both broadcast. */
export function maskedFill(name: string, x: Value, mask: Given, value: Given): Value {
  const condition = maskValue(name, mask, x.buffer.device);
  commonDevice(name, [x, condition]);
  broadcastShapes(name, x.shape, condition.shape);
  return choose(condition, single(name, value, x), x);
}

const wide = (x: Value, shape: readonly number[]) =>
  sameShape(x.shape, shape) ? x : apply("expand", [x], { shape });

/** The elements of x where a mask is true; both broadcast. */
export async function maskedSelect(x: Value, mask: Given): Promise<Value> {
  const name = "maskedSelect", { device } = x.buffer, condition = maskValue(name, mask, device);
  commonDevice(name, [x, condition]);
  const shape = broadcastShapes(name, x.shape, condition.shape);
  // What x is now, whatever is done to it in the meantime.
  const flat = apply("reshape", [wide(x, shape)], { shape: [sizeOf(shape)] });
  const answers = await device.read(wide(condition, shape).buffer.storage);
  return apply("indexSelect", [flat, trueOnes(name, answers, device)], { dim: 0 });
}

/** Where x is not 0: the indices along each dimension, all of one length. */
async function coordinates(x: Value): Promise<Int32Array[]> {
  const places = placesOf(await x.buffer.device.read(x.buffer.storage)), { shape } = x;
  return stepsOf(shape).map((step, d) => places.map((place) => Math.floor(place / step) % shape[d]));
}

/** Where x is not 0, one row an element. */
export async function nonzero(x: Value): Promise<Value> {
  const { buffer: { device }, shape } = x;
  // A single number has no coordinates: there are rows of none.
  const columns = await coordinates(shape.length === 0 ? toShape(x, [1]) : x);
  const rows = columns[0].length, rank = shape.length, list = new Int32Array(rows * rank);
  for (let d = 0; d < rank; d++) columns[d].forEach((index, row) => list[row * rank + d] = index);
  return uploaded("nonzero", device, list, [rows, rank]);
}

/** Where x is not 0, one list a dimension; a single number counts as a list of one. */
export async function nonzeroLists(x: Value): Promise<Value[]> {
  const columns = await coordinates(x.shape.length === 0 ? toShape(x, [1]) : x);
  return columns.map((list) => uploaded("nonzero", x.buffer.device, list, [list.length]));
}
