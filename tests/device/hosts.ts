/**
 * Kernels run on arrays of the host, on the GPU and on TensorFlow.js' CPU backend.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type {
  Device,
  DType,
  KernelAttributes,
  KernelInputs,
  Storage,
  Values,
} from "../../lib/device/device.ts";
import { assertClose, type Draw, gpuDevice, noGpu, sizeOf, stockDevice } from "./helpers.ts";

/** An array before it is on a device. */
export interface Host {
  values: Values;
  shape: number[];
  dtype: DType;
}

export const floats = (shape: number[], draw: Draw, low = -2, high = 2): Host => ({
  values: draw.floats(sizeOf(shape), low, high),
  shape,
  dtype: "float32",
});
export const integers = (shape: number[], draw: Draw, low = -5, high = 5): Host => ({
  values: Int32Array.from({ length: sizeOf(shape) }, () => draw.int(low, high)),
  shape,
  dtype: "int32",
});
export const booleans = (shape: number[], draw: Draw): Host => ({
  values: Uint8Array.from({ length: sizeOf(shape) }, () => draw.int(0, 1)),
  shape,
  dtype: "bool",
});
export const given = (values: number[]): Host => ({
  values: new Float32Array(values),
  shape: [values.length],
  dtype: "float32",
});

export type HostInputs = Record<string, Host> | Host[];

/** Uploads, runs, reads and frees; fails if a tensor is left over. */
export async function onDevice(
  device: Device,
  kernel: string,
  hosts: HostInputs,
  attrs: KernelAttributes,
): Promise<{ values: Values; shape: number[]; dtype: DType }> {
  const before = device.memory().tensors;
  const put = ({ values, shape, dtype }: Host): Storage => device.upload(values, shape, dtype);
  const inputs = Array.isArray(hosts)
    ? hosts.map(put)
    : Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, put(host)]));
  const result = device.run(kernel, inputs as KernelInputs, attrs);
  const values = await device.read(result);
  for (const storage of [...Object.values(inputs), result]) device.free(storage);
  assertEquals(device.memory().tensors, before, `${kernel} leaves tensors behind`);
  return { values, shape: result.shape, dtype: result.dtype };
}

/** Runs a kernel on the GPU and on TensorFlow.js' CPU backend and compares. */
export async function assertLikeCpu(
  kernel: string,
  hosts: HostInputs,
  attrs: KernelAttributes = {},
  atol = 1e-5,
): Promise<void> {
  const expected = await onDevice(stockDevice(), kernel, hosts, attrs);
  const actual = await onDevice(await gpuDevice(), kernel, hosts, attrs);
  const shapes = Object.values(hosts).map((host) => `[${host.shape}]`).join(" ");
  const what = `${kernel} ${shapes} ${JSON.stringify(attrs)}`;
  assertEquals([actual.shape, actual.dtype], [expected.shape, expected.dtype], what);
  assertClose(actual.values, expected.values, what, { atol });
}

/** A test that is skipped where there is no adapter. */
export function onGpu(name: string, body: () => Promise<void>): void {
  Deno.test({ name: `webgpu: ${name}`, ignore: noGpu, fn: body });
}
