/**
 * Choosing where arithmetic runs.
 *
 * @module
 */
import { type CpuDevice, createCpuDevice } from "./cpu/mod.ts";
import { MAX_THREADS } from "./cpu/threads.ts";
import type { Device, DeviceName } from "./device.ts";
import { checkOptions, checkWhole, describe, surplus } from "../text/arguments.ts";
import { createWebGpuDevice, type WebGpuDevice } from "./webgpu/mod.ts";

export { Device, type DeviceName, type DType, type MemoryUse, type Values } from "./device.ts";

/** Settings of {@linkcode useDevice}. */
export interface DeviceOptions {
  /**
   * On how many threads the cpu computes from now on, 1 to 32: as many as the processor has cores if it was never said. Results are
   * the same, bit for bit.
   */
  threads?: number;
}

let cpu: CpuDevice | undefined;
let gpu: WebGpuDevice | undefined;
let current: Device | undefined;
let turn: Promise<unknown> = Promise.resolve();

/**
 * Chooses the device of the tensors made from now on. A device is made once; the next call finds it again.
 *
 * @param name "cpu"; "webgpu", then a software adapter will do, too; or nothing: a real GPU if there is one, else the cpu.
 * @param options threads: of the cpu, also where it stands in for a GPU.
 * @returns The device, of which `description` says what it is, and why it is the cpu where no GPU was found.
 * @throws {RangeError} if there is no device of that name, or it cannot have so many threads.
 * @throws {TypeError} if it is no name, or threads are no number, or are asked of webgpu.
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
export async function useDevice(name?: DeviceName, options: DeviceOptions = {}): Promise<Device> {
  if (arguments.length > 2) surplus("useDevice", arguments, 2);
  checkOptions("useDevice", options, ["threads"]);
  const { threads } = options;
  if (threads !== undefined) checkThreads(name, threads);
  switch (name) {
    case "cpu":
      cpuDevice(threads).note = "";
      return makeCurrent(cpuDevice());
    case "webgpu":
      return makeCurrent(await gpuDevice(true));
    case undefined:
      return makeCurrent(await gpuDevice(false).catch((error) => standIn(error, threads)));
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
function standIn(error: Error, threads: number | undefined): Device {
  const device = cpuDevice(threads);
  device.note = `no GPU: ${error.message.replace(/^webgpu: /, "").split(";")[0]}`;
  return device;
}

function cpuDevice(threads?: number): Device {
  cpu ??= createCpuDevice();
  if (threads !== undefined) cpu.threads = threads;
  return cpu;
}

function checkThreads(name: DeviceName | undefined, threads: unknown): void {
  if (name === "webgpu") throw new TypeError("useDevice: threads are the cpu's; webgpu has its own");
  const count = checkWhole("useDevice", "threads", threads, 1);
  if (count > MAX_THREADS) {
    throw new RangeError(`useDevice: threads must be a whole number from 1 to ${MAX_THREADS}, not ${count}`);
  }
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
