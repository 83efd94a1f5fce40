/**
 * Plain numbers as values.
 *
 * @module
 */
import type { Device, DType } from "../device/device.ts";
import { ARRAYS } from "../device/storage.ts";
import { Buffer } from "./buffer.ts";
import { Value } from "./value.ts";

const constants = new WeakMap<Device, Map<string, Value>>();

/** So many others are kept, where they cost no memory of the device: a learning rate comes again at every step. */
const MOST = 256;

/** A number as a value of no dimensions; small halves and integers are made once and kept. */
export function constant(device: Device, number: number, dtype: DType = "float32"): Value {
  const common = Math.abs(number) <= 8 && Number.isInteger(2 * number) && !Object.is(number, -0);
  if (!common && device.watch !== null) return made(device, number, dtype);
  let known = constants.get(device);
  if (known === undefined) constants.set(device, known = new Map());
  const key = dtype + number;
  let value = known.get(key);
  if (value === undefined) {
    if (known.size > MOST) known.clear();
    const make = () => made(device, number, dtype);
    known.set(key, value = device.recording === null ? make() : device.recording.apart(make));
    value.buffer.kept = true;
  }
  return value;
}

function made(device: Device, number: number, dtype: DType): Value {
  const values = ARRAYS[dtype].of(dtype === "bool" ? Number(number !== 0) : number);
  return new Value(new Buffer(device, device.upload(values, [], dtype), "constant"));
}
