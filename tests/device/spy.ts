/** Which kernels run, and how often the CPU device moves numbers into another order. */
import { currentDevice } from "descent";
import type { CpuDevice } from "../../lib/device/cpu/device.ts";
import type { DeviceKernels } from "../../lib/device/kernels.ts";

/** The kernels of the current device that run in `body`, by name. */
export function kernelsOf(body: () => void): string[] {
  const { kernels } = currentDevice(), names: string[] = [];
  const own = methodsOf(kernels) as (keyof DeviceKernels)[];
  for (const name of own) {
    const original = kernels[name] as (...args: unknown[]) => unknown;
    Object.defineProperty(kernels, name, {
      configurable: true,
      value: (...args: unknown[]) => {
        names.push(name);
        return original.apply(kernels, args);
      },
    });
  }
  try {
    body();
  } finally {
    for (const name of own) delete (kernels as unknown as Record<string, unknown>)[name];
  }
  return names;
}

/** The names of the contract's methods, inherited ones with them. */
function methodsOf(object: object): string[] {
  const names = new Set<string>();
  for (
    let type = Object.getPrototypeOf(object);
    type !== Object.prototype;
    type = Object.getPrototypeOf(type)
  ) {
    for (const name of Object.getOwnPropertyNames(type)) names.add(name);
  }
  // What the methods of single elements go through is none of the contract's.
  for (const name of ["constructor", "unary", "binary"]) names.delete(name);
  return [...names];
}

/** The permutations that the CPU device carries out in `body`. */
export function movesOf(body: () => void): string[] {
  const { engine } = currentDevice() as CpuDevice, { transpose } = engine, moves: string[] = [];
  const watched: typeof transpose = (x, perm) => {
    moves.push(perm.join());
    return transpose(x, perm);
  };
  Object.assign(engine, { transpose: watched });
  try {
    body();
  } finally {
    Object.assign(engine, { transpose });
  }
  return moves;
}
