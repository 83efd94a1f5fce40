/**
 * Whoever implements the contract implements all of it, or does not compile. Nothing here runs: `deno check`, and `deno test`
 * before its first test, refuse the file when one of the types is not what is said.
 */
import type { CpuKernels } from "../../lib/device/cpu/kernels.ts";
import type { CpuDevice } from "../../lib/device/cpu/device.ts";
import type { Device } from "../../lib/device/device.ts";
import type { DeviceKernels, Kernels, Updates } from "../../lib/device/kernels.ts";
import type { HostArray } from "../../lib/device/reference/array.ts";
import type { Reference } from "../../lib/device/reference/kernels.ts";
import type { WebGpuDevice } from "../../lib/device/webgpu/device.ts";
import type { WebGpuKernels } from "../../lib/device/webgpu/kernels.ts";
import type { Recorded } from "../../lib/autograd/recorded.ts";
import type { Value } from "../../lib/autograd/value.ts";

/** The methods of `Whole` that can be taken away, and what is left still fulfils the contract. */
type Spare<Whole, Contract> = {
  [Name in keyof Contract]: Omit<Whole, Name> extends Contract ? Name : never;
}[keyof Contract];

/** Compiles for `true` alone. */
type Yes<Answer extends true> = Answer;
type Fulfils<Whole, Contract> = Whole extends Contract ? true : false;
type None<Names> = [Names] extends [never] ? true : false;

/** Each implementation fulfils the contract … */
export type Whole = [
  Yes<Fulfils<CpuKernels, DeviceKernels>>,
  Yes<Fulfils<WebGpuKernels, DeviceKernels>>,
  Yes<Fulfils<Reference, Kernels<HostArray> & Updates<HostArray>>>,
  Yes<Fulfils<Recorded, Kernels<Value>>>,
  // What is taken away counts, not that something is: of no method, the rest is whole.
  Yes<Fulfils<Omit<CpuKernels, never>, DeviceKernels>>,
];

/** … and without any one of its methods it does not. */
export type NothingToSpare = [
  Yes<None<Spare<CpuKernels, DeviceKernels>>>,
  Yes<None<Spare<WebGpuKernels, DeviceKernels>>>,
  Yes<None<Spare<Reference, Kernels<HostArray> & Updates<HostArray>>>>,
  Yes<None<Spare<Recorded, Kernels<Value>>>>,
];

/** A device has kernels of its own; they, and nothing less, are what a device must have. */
export type OfDevices = [
  Yes<Fulfils<CpuDevice["kernels"], DeviceKernels>>,
  Yes<Fulfils<WebGpuDevice["kernels"], DeviceKernels>>,
  Yes<Fulfils<DeviceKernels, Device["kernels"]>>,
  Yes<None<Spare<DeviceKernels, Device["kernels"]>>>,
];

// The same in the words of the compiler, for one method of each.
declare const cpu: Omit<CpuKernels, "exp">;
declare const webgpu: Omit<WebGpuKernels, "conv2dFilterGrad">;
declare const reference: Omit<Reference, "sgdStep">;
declare const recorded: Omit<Recorded, "gather">;

/** Never called. */
export function refused(): unknown[] {
  // @ts-expect-error: Property 'exp' is missing.
  const a: DeviceKernels = cpu;
  // @ts-expect-error: Property 'conv2dFilterGrad' is missing.
  const b: DeviceKernels = webgpu;
  // @ts-expect-error: Property 'sgdStep' is missing.
  const c: Kernels<HostArray> & Updates<HostArray> = reference;
  // @ts-expect-error: Property 'gather' is missing.
  const d: Kernels<Value> = recorded;
  return [a, b, c, d];
}

Deno.test("kernels without one method of the contract do not compile", () => {});
