/** Comparing a kernel of the CPU device with the one TensorFlow.js has. */
import * as tf from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { Device, DType, Storage, Values } from "../../lib/device/device.ts";

/** TensorFlow.js' own backend; its banner is for Node. */
const reference = new MathBackendCPU();
(reference as unknown as { firstUse: boolean }).firstUse = false;

let state = 12345;

/** The same numbers at every run, in [-1, 1). */
export function random(): number {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return state / 0x40000000 - 1;
}

/** An integer from `low` to `high`, both included. */
export function integer(low: number, high: number): number {
  return low + Math.floor((random() + 1) / 2 * (high - low + 1));
}

/** How many elements a shape has. */
export function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** An array on the host. */
export interface HostArray {
  shape: number[];
  values: Values;
  dtype: DType;
}

/** A random array: float32 in [-1, 1), int32 in [-9, 9], bool. */
export function array(shape: number[], dtype: DType = "float32"): HostArray {
  const n = size(shape);
  const values = dtype === "float32"
    ? new Float32Array(n)
    : dtype === "int32"
    ? new Int32Array(n)
    : new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    values[i] = dtype === "float32" ? random() : dtype === "int32" ? integer(-9, 9) : integer(0, 1);
  }
  return { shape, values, dtype };
}

type HostInputs = Record<string, HostArray> | HostArray[];

/**
 * Runs a kernel on the device and on TensorFlow.js' CPU backend, throws when shape, dtype or values differ (by more
 * than rounding), and checks that the device holds as much memory afterwards as before.
 *
 * @returns The result.
 */
export function compare(
  device: Device,
  kernel: string,
  inputs: HostInputs,
  attrs: Record<string, unknown> = {},
  tolerance = 2e-5,
): HostArray {
  const before = device.memory();
  const ours: Record<string, Storage> = {}, theirs: Record<string, tf.TensorInfo> = {};
  for (const [name, { shape, values, dtype }] of Object.entries(inputs)) {
    ours[name] = device.upload(values, shape, dtype);
    theirs[name] = reference.makeTensorInfo(shape, dtype, values.slice() as Float32Array);
  }
  const wrap = (named: Record<string, unknown>) => Array.isArray(inputs) ? Object.values(named) : named;
  const result = device.run(kernel, wrap(ours) as Record<string, Storage>, attrs);
  const { kernelFunc } = tf.getKernel(kernel, "cpu");
  const expected = kernelFunc({
    inputs: wrap(theirs) as never,
    attrs: attrs as never,
    backend: reference,
  }) as tf.TensorInfo;
  const got = device.backend.readSync(result.dataId) as Values;
  const wanted = reference.readSync(expected.dataId) as Values;
  const what = `${kernel}(${Object.entries(inputs).map(([n, { shape }]) => `${n} [${shape}]`)}) ${
    JSON.stringify(attrs)
  }`;
  if (String(result.shape) !== String(expected.shape) || result.dtype !== expected.dtype) {
    throw new Error(
      `${what}: ${result.dtype} [${result.shape}] instead of ${expected.dtype} [${expected.shape}]`,
    );
  }
  if (got.length !== wanted.length) {
    throw new Error(`${what}: ${got.length} values instead of ${wanted.length}`);
  }
  for (let i = 0; i < wanted.length; i++) {
    const same = Object.is(got[i], wanted[i]) || got[i] === wanted[i] ||
      Math.abs(got[i] - wanted[i]) <= tolerance * (1 + Math.abs(wanted[i]));
    if (!same) throw new Error(`${what}: element ${i} is ${got[i]} instead of ${wanted[i]}`);
  }
  for (const storage of [...Object.values(ours), result]) device.free(storage);
  const after = device.memory();
  if (after.bytes !== before.bytes || after.tensors !== before.tensors) {
    throw new Error(
      `${what}: ${after.bytes - before.bytes} bytes, ${after.tensors - before.tensors} tensors leaked`,
    );
  }
  return { shape: result.shape, values: got, dtype: result.dtype };
}
