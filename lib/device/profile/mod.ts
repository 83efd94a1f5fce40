/**
 * Where the time goes, kernel by kernel.
 *
 * @module
 */
import { checkBoolean, checkFunction, checkOptions, surplus } from "../../text/arguments.ts";
import { currentDevice, type Device, type DeviceName, deviceOf } from "../mod.ts";
import { peakOf } from "./peak.ts";
import { Profile } from "./profile.ts";
import { type Grouping, Meter } from "./meter.ts";

export type { GpuCounters } from "./counters.ts";
export type { DevicePeak } from "./peak.ts";
export { Profile, type ProfileRow } from "./profile.ts";

/** Options of {@linkcode profile}. */
export interface ProfileOptions {
  /** Which device is measured: the current one by default. */
  device?: Device | DeviceName;
  /** Whether calls with arrays of other shapes have a row of their own: false by default. */
  shapes?: boolean;
  /** Whether each program of the GPU has a row of its own, with the bytes of all its arrays: false by default. */
  programs?: boolean;
}

/** A profile that is being made. @internal */
export interface Profiling {
  /**
   * Waits until all is computed, and ends it.
   *
   * @param what What was measured: "3 steps of ResNet".
   */
  finish(what: string): Promise<Profile>;
  /** Ends it without a result. */
  abandon(): void;
}

/**
 * Begins a profile; null if the device is being profiled already.
 *
 * @internal
 */
export async function beginProfile(device: Device, by: Grouping): Promise<Profiling | null> {
  const meter = await Meter.start(device, by);
  return meter && {
    async finish(what) {
      const measured = await meter.finish();
      return new Profile(measured, await peakOf(device), `${what} on ${device.description}`);
    },
    abandon: () => meter.abandon(),
  };
}

/**
 * Runs a body and tells which kernels of the device it called, how often, how long they took, and how near they came to what the
 * device can do. A kernel is one of the operations that a device computes (lib/device/kernels.ts): a convolution, its gradient, a sum. What
 * it calls of others counts as its own, and views, which move no number, are left out.
 *
 * On the cpu these are the times of calls. On a GPU they are the GPU's own, where it tells them (the feature "timestamp-query"); each
 * program then runs by itself, so that the whole takes somewhat longer than usual. Where it does not, they are the times that JavaScript
 * took to ask for the kernels, and only the total tells how long computing took. A first call of a kernel may compile it: run the body
 * once before.
 *
 * The times are compared with a product of matrices and a copy, which are measured once for each device, after the body. A kernel may
 * do better than these: its numbers may still be in a cache, and a convolution may take fewer operations than are counted (Winograd).
 *
 * PyTorch: `torch.profiler.profile`.
 *
 * @param body What to measure; it may be asynchronous. What other code computes meanwhile on the same device counts, too.
 * @param options device, shapes, programs.
 * @returns The rows; printed, or by `show()`, they are a table.
 * @throws {TypeError} if `body` is no function, or an option is of another kind or name.
 * @throws {RangeError} if there is no device of that name.
 * @throws {Error} if the device is being profiled already; and whatever the body throws.
 * @example
 * ```ts
 * import { profile, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const a = randn(64, 32), b = randn(32, 16);
 * const found = await profile(() => a.matmul(b).relu());
 * assertEquals(found.rows.map(({ kernel, calls }) => `${calls} ${kernel}`).sort(), ["1 matmul", "1 relu"]);
 * console.log(found);
 * ```
 */
export async function profile(body: () => unknown, options: ProfileOptions = {}): Promise<Profile> {
  if (arguments.length > 2) surplus("profile", arguments, 2);
  checkFunction("profile", "body", body, "() => net.forward(x)");
  checkOptions("profile", options, ["device", "shapes", "programs"]);
  const { device: asked = currentDevice(), shapes = false, programs = false } = options;
  checkBoolean("profile", "shapes", shapes);
  checkBoolean("profile", "programs", programs);
  const device = await deviceOf("profile", asked);
  const profiling = await beginProfile(device, { shapes, programs });
  if (profiling === null) {
    throw new Error(
      `profile: ${device.name} is being profiled already; a profile begins when the one before it has ended`,
    );
  }
  try {
    await body();
  } catch (error) {
    profiling.abandon();
    throw error;
  }
  return await profiling.finish("Kernels");
}
