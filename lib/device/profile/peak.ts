/**
 * What a device can do at best, measured by its own kernels: what the times of others are compared with.
 *
 * @module
 */
import type { Device } from "../device.ts";
import type { DeviceKernels } from "../kernels.ts";
import { ARRAYS, type Storage } from "../storage.ts";
import { WebGpuDevice } from "../webgpu/device.ts";
import { Meter } from "./meter.ts";

/** The most that was measured. */
export interface DevicePeak {
  /** Floating-point operations per second of a product of square matrices, in 10⁹. */
  readonly gflops: number;
  /** How many rows these have. */
  readonly size: number;
  /** Bytes per second, read and written, of numbers whose signs are turned, in 10⁹. */
  readonly gbs: number;
  /** How many bytes these read. */
  readonly bytes: number;
}

/** Rows of the matrices: from the smallest on, until a product takes long enough. */
const SIZES = [256, 512, 1024, 2048, 4096];
/** Numbers that are copied: more than caches hold, as far as one array may be so large. */
const COUNTS = [4, 16, 64].map((millions) => millions * 2 ** 20);
/** Milliseconds that a kernel must take at least, so that its beginning and its end do not count. */
const LONG = 1;
/** Other programs take their turns, too: the best of so many runs counts. */
const RUNS = 6;

/** By what the device is: with other threads it is another. */
const known = new WeakMap<Device, { description: string; peak: Promise<DevicePeak> }>();

/** What a device can do at best; measured once. */
export function peakOf(device: Device): Promise<DevicePeak> {
  const { description } = device, before = known.get(device);
  if (before?.description === description) return before.peak;
  const peak = measure(device);
  known.set(device, { description, peak });
  // Where memory was short, there may be more next time.
  peak.catch(() => known.delete(device));
  return peak;
}

async function measure(device: Device): Promise<DevicePeak> {
  const limit = device instanceof WebGpuDevice ? device.backend.limits.maxStorageBufferBindingSize : Infinity;
  const { BYTES_PER_ELEMENT } = ARRAYS.float32;
  const [size, product] = await largest(
    device,
    SIZES.filter((size) => BYTES_PER_ELEMENT * size ** 2 <= limit),
    (size) => [size, size],
    (kernels, x) => kernels.matmul(x, x),
  );
  const [count, copy] = await largest(
    device,
    COUNTS.filter((count) => BYTES_PER_ELEMENT * count <= limit),
    (count) => [count],
    (kernels, x) => kernels.neg(x),
  );
  return {
    gflops: 2 * size ** 3 / product / 1e6,
    size,
    gbs: 2 * BYTES_PER_ELEMENT * count / copy / 1e6,
    bytes: BYTES_PER_ELEMENT * count,
  };
}

/** The first size for which a kernel takes long enough, or the last, and how many milliseconds it takes at best. */
async function largest(
  device: Device,
  sizes: readonly number[],
  shape: (size: number) => number[],
  kernel: (kernels: DeviceKernels, x: Storage) => Storage,
): Promise<[size: number, milliseconds: number]> {
  let found: [number, number] = [sizes[0], Infinity];
  for (const size of sizes) {
    const x = device.arena.outside(() => device.kernels.fill(shape(size), 1));
    const run = () => device.arena.tidy(() => (kernel(device.kernels, x), []));
    try {
      // The first run may compile.
      run();
      found = [size, await timeOf(device, run)];
      if (found[1] < LONG && size !== sizes.at(-1)) continue;
      for (let i = 1; i < RUNS; i++) found[1] = Math.min(found[1], await timeOf(device, run));
    } finally {
      device.free(x);
    }
    break;
  }
  return found;
}

/** How many milliseconds a kernel takes. */
async function timeOf(device: Device, run: () => void): Promise<number> {
  const meter = await Meter.start(device, { shapes: false, programs: false });
  // Somebody else's profile has begun meanwhile: it would count these kernels, too.
  if (meter === null) return Infinity;
  try {
    run();
  } catch (error) {
    meter.abandon();
    throw error;
  }
  const { clock, total, tallies } = await meter.finish();
  // Without a clock on the GPU, the whole time, with the wait for its end.
  return clock === "issue" ? total : tallies[0].time;
}
