/** Comparing a kernel of the CPU device with the one TensorFlow.js has. */
import * as tf from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { registerComposedKernels } from "../../lib/device/composed.ts";
import type { Device, DType, KernelInputs, Storage, Values } from "../../lib/device/device.ts";

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

/** Named arrays (some may be missing), or a list of them. */
export type HostInputs = Record<string, HostArray | undefined> | HostArray[];

/** How far two finite numbers may lie apart: relative to the expected one, plus absolutely. */
export interface Tolerance {
  rtol?: number;
  atol?: number;
  /** A finite number is expected to be finite, any other not to be; which of ±∞ and NaN is not asked. */
  anyNonFinite?: boolean;
}

type Named = Record<string, tf.TensorInfo>;
/** What is right: from inputs on TensorFlow.js' CPU backend to results there. */
export type Expected = (inputs: Named) => tf.TensorInfo | tf.TensorInfo[];

registerComposedKernels("cpu");

/** TensorFlow.js' CPU backend as far as the composed convolutions need a device. */
export const referenceDevice = {
  nativeConvolution: false,
  run: (kernel: string, inputs: unknown, attrs: unknown) => stockKernel(kernel, inputs, attrs),
  share: ({ dataId, dtype }: Storage, shape: number[]) => {
    reference.incRef(dataId);
    return { dataId, dtype, shape };
  },
  free: ({ dataId }: Storage) => reference.disposeData(dataId),
} as unknown as Device;

/** Calls TensorFlow.js' own kernel, or the composed form of one that it does not have. */
export function stockKernel(
  kernel: string,
  inputs: unknown,
  attrs: unknown,
): tf.TensorInfo | tf.TensorInfo[] {
  const kernelFunc = tf.getKernel(kernel, "cpu")?.kernelFunc;
  return (kernelFunc as unknown as (call: unknown) => tf.TensorInfo)({ inputs, attrs, backend: reference });
}

/** A storage of TensorFlow.js' CPU backend. */
export function stockArray({ shape, dtype, values }: HostArray): tf.TensorInfo {
  return reference.makeTensorInfo(shape, dtype, values.slice() as Float32Array);
}

function same(got: number, wanted: number, { rtol = 0, atol = 0, anyNonFinite }: Tolerance): boolean {
  if (Object.is(got, wanted) || got === wanted) return true;
  if (!Number.isFinite(wanted)) return anyNonFinite === true && !Number.isFinite(got);
  return Math.abs(got - wanted) <= atol + rtol * Math.abs(wanted);
}

/**
 * Runs a kernel on the device and on TensorFlow.js' CPU backend, throws when shape, dtype or values of a result or of
 * an input afterwards differ (by more than rounding), and checks that the device holds as much memory as before.
 *
 * @param expected What is right, if it is not the kernel of that name.
 * @returns The (first) result.
 */
export function compare(
  device: Device,
  kernel: string,
  inputs: HostInputs,
  attrs: object = {},
  tolerance: number | Tolerance = 2e-5,
  expected: Expected = (inputs) => stockKernel(kernel, inputs, attrs),
): HostArray {
  const allowed = typeof tolerance === "number" ? { rtol: tolerance, atol: tolerance } : tolerance;
  const before = device.memory();
  const ours: Record<string, Storage> = {}, theirs: Named = {};
  for (const [name, array] of Object.entries(inputs)) {
    if (array === undefined) continue;
    const { shape, values, dtype } = array;
    ours[name] = device.upload(values, shape, dtype);
    theirs[name] = stockArray(array);
  }
  const wrap = (named: Record<string, unknown>) => Array.isArray(inputs) ? Object.values(named) : named;
  const list = <T>(results: T | T[]) => Array.isArray(results) ? results : [results];
  const results = list(device.run(kernel, wrap(ours) as KernelInputs, attrs as Record<string, unknown>));
  const rights = list(expected(wrap(theirs) as Named));
  const what = `${kernel}(${
    Object.entries(inputs).map(([name, x]) => x && `${name} ${x.dtype} [${x.shape}]`)
  }) ${JSON.stringify(attrs)}`;
  const check = (label: string, result: Storage, right: tf.TensorInfo) => {
    const got = device.backend.readSync(result.dataId) as Values;
    const wanted = reference.readSync(right.dataId) as Values;
    if (String(result.shape) !== String(right.shape) || result.dtype !== right.dtype) {
      throw new Error(
        `${what}: ${label} is ${result.dtype} [${result.shape}], not ${right.dtype} [${right.shape}]`,
      );
    }
    if (got.length !== wanted.length) {
      throw new Error(`${what}: ${label} has ${got.length} values instead of ${wanted.length}`);
    }
    for (let i = 0; i < wanted.length; i++) {
      if (!same(got[i], wanted[i], allowed)) {
        throw new Error(`${what}: element ${i} of ${label} is ${got[i]} instead of ${wanted[i]}`);
      }
    }
    return got;
  };
  if (results.length !== rights.length) throw new Error(`${what}: ${results.length} results`);
  const values = results.map((result, i) => check(`result ${i}`, result, rights[i]));
  for (const [name, storage] of Object.entries(ours)) check(`input ${name}`, storage, theirs[name]);
  for (const storage of [...Object.values(ours), ...results]) device.free(storage);
  const after = device.memory();
  if (after.bytes !== before.bytes || after.tensors !== before.tensors) {
    throw new Error(
      `${what}: ${after.bytes - before.bytes} bytes, ${after.tensors - before.tensors} tensors leaked`,
    );
  }
  return { shape: results[0]?.shape, values: values[0], dtype: results[0]?.dtype };
}
