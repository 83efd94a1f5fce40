/**
 * Tensors in lists and plain objects: what a captured function is given, and what it returns.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { currentDevice } from "../device/mod.ts";
import { tensorsIn } from "../tensor/inside.ts";
import { Tensor } from "../tensor/tensor.ts";
import { describe, isPlain } from "../text/arguments.ts";

/** The device of what is given, or the current one. */
export function deviceOf(inputs: unknown): Device {
  for (const { device } of tensorsIn(inputs)) return device;
  return currentDevice();
}

/** The same lists and plain objects, with something else in the place of the objects of a class. */
export function rebuilt<T>(
  structure: unknown,
  kind: new (...args: never[]) => T,
  map: (one: T) => unknown,
): unknown {
  if (structure instanceof kind) return map(structure);
  if (Array.isArray(structure)) return structure.map((one) => rebuilt(one, kind, map));
  if (!isPlain(structure)) return structure;
  return Object.fromEntries(Object.entries(structure).map(([name, one]) => [name, rebuilt(one, kind, map)]));
}

const names = new WeakMap<object, number>();
let named = 0;

/** Which object it is. */
function nameOf(object: object): number {
  let name = names.get(object);
  if (name === undefined) names.set(object, name = ++named);
  return name;
}

/** What a step is recorded for: the kinds of what it is given. */
export function signatureOf(given: unknown): string {
  if (given instanceof Tensor) {
    const { storage } = given.value.buffer;
    if (given.requiresGrad) return `tensor ${nameOf(given.value)}`;
    return `${given.dtype}[${given.shape}]${storage.order ?? ""}${given.device.name}`;
  }
  if (Array.isArray(given)) return `[${given.map(signatureOf).join()}]`;
  if (isPlain(given)) {
    return `{${
      Object.entries(given).map(([name, one]) => `${JSON.stringify(name)}:${signatureOf(one)}`).join()
    }}`;
  }
  if (typeof given === "object" && given !== null || typeof given === "function") {
    return `object ${nameOf(given)}`;
  }
  return describe(given);
}
