/**
 * Who looks on at the kernels of a device, call by call.
 *
 * @module
 */
import type { Device } from "../device.ts";
import type { DeviceKernels } from "../kernels.ts";

/** Is told of every call from outside; what one kernel calls of another belongs to the call. */
export interface KernelWatcher {
  /**
   * A kernel is called.
   *
   * @param name Its name in the contract.
   * @param args What it is given.
   * @param run Computes; to be called once.
   * @returns What `run` returned.
   */
  called<R>(name: string, args: readonly unknown[], run: () => R): R;
}

/** What the methods of single elements go through is none of the contract's. */
const INNER = ["constructor", "unary", "binary"];

/**
 * Puts a watcher between a device's kernels and whoever calls them. The kernels themselves stay as they are: who has watched them
 * has not made them slower.
 *
 * @returns Ends it. Of several watchers the last one that came goes first.
 */
export function watchKernels(device: Device, watcher: KernelWatcher): () => void {
  const { kernels } = device, watched: Record<string, unknown> = {};
  for (const name of methodsOf(kernels)) {
    const method = kernels[name] as (...args: unknown[]) => unknown;
    watched[name] = (...args: unknown[]) => watcher.called(name, args, () => method.apply(kernels, args));
  }
  Object.assign(device, { kernels: watched });
  return () => {
    Object.assign(device, { kernels });
  };
}

/** The names of the contract's methods, inherited ones with them. */
function methodsOf(kernels: object): (keyof DeviceKernels)[] {
  const names = new Set<string>();
  for (let one = kernels; one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(one))) {
      if (typeof value === "function" && !INNER.includes(name)) names.add(name);
    }
  }
  return [...names] as (keyof DeviceKernels)[];
}
