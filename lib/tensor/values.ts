/** Numbers on their way to a device and back. */
import { currentDevice, type Device, type DType } from "../device/mod.ts";
import { named } from "../device/memory.ts";
import { Buffer } from "../autograd/buffer.ts";
import { leaf } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { sizeOf, text } from "../device/shape.ts";
import type { Storage } from "../device/storage.ts";
import { type Literals, type NestedArray, survey, type TensorData, write } from "./data.ts";
import { checkDifferentiable, checkDtype } from "./dtype.ts";
import { checkShape } from "./shape.ts";

/**
 * A value that a device makes.
 *
 * @param name The function that wants it.
 * @param make Makes it, out of the device's kernels.
 */
export function made(name: string, device: Device, make: () => Storage, requiresGrad = false): Value {
  let storage: Storage;
  try {
    storage = device.arena.tidy(make);
  } catch (error) {
    throw named(name, error);
  }
  return leaf(new Buffer(device, storage, name), requiresGrad);
}

/** Settings of {@linkcode makeValue}. */
export interface ValueOptions {
  shape?: readonly number[];
  dtype?: DType;
  requiresGrad?: boolean;
  device?: Device;
  /** What plain whole numbers count as where no dtype is given: "float32" by default. */
  literals?: Literals;
}

/**
 * A value on a device from plain data.
 *
 * @throws {RangeError} if the data is ragged, does not fill the shape, or does not fit the dtype.
 * @throws {TypeError} if it is none.
 */
export function makeValue(name: string, data: TensorData, options: ValueOptions = {}): Value {
  const { requiresGrad = false, literals = "float32" } = options;
  const seen = survey(name, data, literals);
  const dtype = checkDtype(name, options.dtype ?? seen.dtype);
  checkDifferentiable(name, dtype, requiresGrad);
  const shape = options.shape === undefined ? seen.shape : checkShape(name, options.shape);
  const count = sizeOf(seen.shape);
  if (sizeOf(shape) !== count) {
    throw new RangeError(
      `${name}: ${count} values do not fill shape ${text(shape)}, which holds ${sizeOf(shape)}`,
    );
  }
  const device = options.device ?? currentDevice();
  return made(
    name,
    device,
    () => device.make(shape, dtype, (into) => write(name, data, dtype, into)),
    requiresGrad,
  );
}

/** Nested arrays of more numbers than this would take JavaScript's memory to its end. */
const MOST_NESTED = 2 ** 24;

/**
 * Checks that nested arrays can hold a shape.
 *
 * @throws {RangeError} if there are too many numbers.
 */
export function checkNested(shape: readonly number[]): void {
  if (sizeOf(shape) <= MOST_NESTED) return;
  throw new RangeError(
    `array: ${sizeOf(shape)} numbers of shape ${text(shape)} are too many for nested arrays; ` +
      `data() gives them flat, at() a part of them`,
  );
}

/** Flat values as nested arrays of a shape. */
export function nest(values: ArrayLike<number>, shape: readonly number[], dtype: DType): NestedArray {
  let at = 0;
  const build = (depth: number): NestedArray => {
    if (depth === shape.length) return dtype === "bool" ? values[at++] !== 0 : values[at++];
    return Array.from({ length: shape[depth] }, () => build(depth + 1));
  };
  return build(0);
}
