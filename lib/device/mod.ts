/**
 * Choosing where arithmetic runs.
 *
 * @module
 */
import { type CpuDevice, createCpuDevice } from "./cpu/mod.ts";
import { MAX_THREADS } from "./cpu/threads.ts";
import { Device, type DeviceName } from "./device.ts";
import { checkOptions, checkWhole, describe, surplus } from "../text/arguments.ts";
import { readTuning } from "./webgpu/tuning.ts";
import { createWebGpuDevice, type WebGpuDevice } from "./webgpu/mod.ts";

export { type DType, type MemoryUse, type Values } from "./device.ts";
export { Device, type DeviceName };

/** Settings of {@linkcode useDevice}. */
export interface DeviceOptions {
  /**
   * On how many threads the cpu computes from now on, 1 to 32: as many as the processor has cores if it was never said. Results are
   * the same, bit for bit.
   */
  threads?: number;
  /**
   * What `deno task tune` has measured on this machine's GPU, from now on: which tiles its products are cut into. A table of another
   * adapter is let be. Without one, they are estimated.
   */
  tuning?: { readonly adapter: string; readonly products: Readonly<Record<string, readonly number[]>> };
}

let cpu: CpuDevice | undefined;
let gpu: WebGpuDevice | undefined;
let current: Device | undefined;
let turn: Promise<unknown> = Promise.resolve();

/**
 * Chooses the device of the tensors made from now on. A device is made once; the next call finds it again.
 *
 * PyTorch: `torch.set_default_device`.
 *
 * @param name "cpu"; "webgpu", which also takes a software adapter; or nothing: a real GPU if there is one, else the cpu.
 * @param options threads: of the cpu, also where it stands in for a GPU; tuning: of the GPU.
 * @returns The device, of which `description` says what it is, and why it is the cpu where no GPU was found.
 * @throws {RangeError} if there is no device of that name, or it cannot have so many threads, or such tiles.
 * @throws {TypeError} if it is no name, or threads are no number, or are asked of webgpu, or tuning is no table.
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
  const device = makeCurrent(await open("useDevice", name, options));
  // Who asks for the cpu by name does not ask why there is no GPU.
  if (name === "cpu") device.note = "";
  return device;
}

/**
 * A device beside the current one, for programs on two: new tensors take it as an option, `zeros(2, 3, { device })`, and
 * `await x.to(device)` copies one there. Which device is the current one stays as it is.
 *
 * PyTorch: `torch.device`.
 *
 * @param name "cpu"; "webgpu", which also takes a software adapter; or nothing: a real GPU if there is one, else the cpu.
 * @param options threads: of the cpu, also where it stands in for a GPU; tuning: of the GPU.
 * @returns The device.
 * @throws {RangeError} if there is no device of that name, or it cannot have so many threads, or such tiles.
 * @throws {TypeError} if it is no name, or threads are no number, or are asked of webgpu, or tuning is no table.
 * @throws {Error} if "webgpu" was asked for and there is no adapter.
 * @example
 * ```ts
 * import { device, ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * const cpu = await device("cpu");
 * assertEquals(ones(2, { device: cpu }).device, cpu);
 * ```
 */
export async function device(name?: DeviceName, options: DeviceOptions = {}): Promise<Device> {
  if (arguments.length > 2) surplus("device", arguments, 2);
  return await open("device", name, options);
}

/** A device by its name. */
async function open(user: string, name: DeviceName | undefined, options: DeviceOptions): Promise<Device> {
  checkOptions(user, options, ["threads", "tuning"]);
  const { threads, tuning } = options;
  if (threads !== undefined) checkThreads(user, name, threads);
  const table = tuning === undefined ? undefined : readTuning(user, tuning);
  const device = await named(user, name, threads);
  if (table !== undefined && device === gpu) gpu.tune(tuning!, table);
  return device;
}

async function named(
  user: string,
  name: DeviceName | undefined,
  threads: number | undefined,
): Promise<Device> {
  switch (name) {
    case "cpu":
      return cpuDevice(threads);
    case "webgpu":
      return await gpuDevice(true);
    case undefined:
      return await gpuDevice(false).catch((error) => standIn(error, threads));
    default:
      throw noDevice(user, name);
  }
}

function noDevice(user: string, name: unknown): Error {
  return typeof name === "string"
    ? new RangeError(`${user}: there is no device ${describe(name)}; the names are "cpu" and "webgpu".`)
    : new TypeError(`${user}: a device is named "cpu" or "webgpu", not ${describe(name)}`);
}

/**
 * A device, or the one of a name.
 *
 * @param user The function that was given it, as its user calls it.
 * @throws {Error} if there is no adapter for webgpu.
 * @throws {RangeError} if there is no device of that name.
 * @throws {TypeError} if it is neither a device nor a name.
 * @internal
 */
export async function deviceOf(user: string, asked: Device | DeviceName): Promise<Device> {
  if (asked instanceof Device) return asked;
  if (asked === undefined) throw noDevice(user, asked);
  return await open(user, asked, {});
}

/**
 * The device that an option asks for: the current one where it says nothing.
 *
 * @param user The function that was given it, as its user calls it.
 * @throws {Error} if it is a name, and that device was not made yet, which takes waiting.
 * @throws {RangeError} if there is no device of that name.
 * @throws {TypeError} if it is neither a device nor a name.
 * @internal
 */
export function chosenDevice(user: string, asked?: Device | DeviceName): Device {
  if (asked === undefined) return currentDevice();
  if (asked instanceof Device) return asked;
  if (asked === "cpu") return cpuDevice();
  if (asked !== "webgpu") throw noDevice(user, asked);
  if (gpu?.lost === true) gpu.check();
  if (gpu !== undefined) return gpu;
  throw new Error(`${user}: no tensor was on webgpu yet; await device("webgpu") makes the device`);
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
  device.note = `no GPU: ${
    error.message.replace(/^webgpu: /, "").split(";")[0].replace(/ \([^()]*\)(?=, software)/, "")
  }`;
  return device;
}

function cpuDevice(threads?: number): Device {
  cpu ??= createCpuDevice();
  if (threads !== undefined) cpu.threads = threads;
  return cpu;
}

function checkThreads(user: string, name: DeviceName | undefined, threads: unknown): void {
  if (name === "webgpu") throw new TypeError(`${user}: threads are the cpu's; webgpu has its own`);
  const count = checkWhole(user, "threads", threads, 1);
  if (count > MAX_THREADS) {
    throw new RangeError(`${user}: threads must be a whole number from 1 to ${MAX_THREADS}, not ${count}`);
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
