/**
 * The CPU device: SIMD WebAssembly on one shared memory. No permission needed, nothing native, nothing on import.
 *
 * @module
 */
import { CpuDevice } from "./device.ts";

export { CpuDevice };

let device: CpuDevice | undefined;

/**
 * The CPU device; the same one at every call.
 *
 * @returns The device.
 * @example
 * ```ts
 * import { createCpuDevice } from "./mod.ts";
 * const device = createCpuDevice();
 * const a = device.upload(Float32Array.of(1, 2), [2], "float32");
 * const b = device.kernels.add(a, a);
 * console.log(await device.read(b)); // Float32Array(2) [ 2, 4 ]
 * ```
 */
export function createCpuDevice(): CpuDevice {
  return device ??= new CpuDevice();
}
