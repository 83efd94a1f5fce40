/**
 * Choosing where arithmetic runs.
 *
 * @module
 */
import { createCpuDevice } from "./cpu/mod.ts";
import type { Device, DeviceName } from "./device.ts";
import { describe, surplus } from "../text/arguments.ts";
import { createWebGpuDevice, type WebGpuDevice } from "./webgpu/mod.ts";

export { Device, type DeviceName, type DType, type MemoryUse, type Values } from "./device.ts";

let cpu: Device | undefined;
let gpu: WebGpuDevice | undefined;
let current: Device | undefined;
let turn: Promise<unknown> = Promise.resolve();

/**
 * Chooses the device of the tensors made from now on. A device is made once; the next call finds it again.
 *
 * @param name "cpu"; "webgpu", then a software adapter will do, too; or nothing: a real GPU if there is one, else the cpu.
 * @returns The device, of which `description` says what it is, and why it is the cpu where no GPU was found.
 * @throws {RangeError} if there is no device of that name.
 * @throws {TypeError} if it is no name.
 * @throws {Error} if "webgpu" was asked for and there is no adapter.
 *
 * @example Computing on the processor
 * ```ts
 * import { useDevice } from "descent";
 *
 * const device = await useDevice("cpu");
 * console.log(device.name); // cpu
 * ```
 */
export async function useDevice(name?: DeviceName): Promise<Device> {
  if (arguments.length > 1) surplus("useDevice", arguments, 1);
  switch (name) {
    case "cpu":
      cpuDevice().note = "";
      return makeCurrent(cpuDevice());
    case "webgpu":
      return makeCurrent(await gpuDevice(true));
    case undefined:
      return makeCurrent(await gpuDevice(false).catch(standIn));
    default:
      if (typeof name !== "string") {
        throw new TypeError(`useDevice: a device is named "cpu" or "webgpu", not ${describe(name)}`);
      }
      throw new RangeError(
        `useDevice: there is no device ${describe(name)}; the names are "cpu" and "webgpu".`,
      );
  }
}

/**
 * The device of the tensors made from now on: the last one chosen by {@linkcode useDevice}, or the cpu.
 *
 * @returns The device.
 *
 * @example
 * ```ts
 * import { currentDevice, useDevice } from "descent";
 *
 * await useDevice("cpu");
 * console.log(currentDevice().name); // cpu
 * ```
 */
export function currentDevice(): Device {
  if (arguments.length > 0) surplus("currentDevice", arguments, 0, "useDevice() chooses one");
  return current ??= cpuDevice();
}

/**
 * Makes a device that is there the current one.
 *
 * @internal
 */
export function makeCurrent(device: Device): Device {
  return current = device;
}

/** The CPU in place of a GPU; its description says why. */
function standIn(error: Error): Device {
  const device = cpuDevice();
  device.note = `no GPU: ${error.message.replace(/^webgpu: /, "").split(";")[0]}`;
  return device;
}

function cpuDevice(): Device {
  return cpu ??= createCpuDevice();
}

/** One after the other, so that two calls at once do not make two devices. */
function gpuDevice(fallback: boolean): Promise<Device> {
  const result = turn.then(async () => {
    // A software adapter that was once asked for by name is not what "a real GPU" means; a lost one is none at all.
    if (gpu !== undefined && !gpu.lost && (fallback || !gpu.software)) return gpu;
    return gpu = await createWebGpuDevice({ fallback });
  });
  turn = result.catch(() => {});
  return result;
}
