/**
 * What was captured of a function: a step of a device, what it starts from, and what it leaves.
 *
 * @module
 */
import { Buffer } from "../autograd/buffer.ts";
import { forgetGradient, giveGradient } from "../autograd/collect.ts";
import { Value } from "../autograd/value.ts";
import type { Device } from "../device/device.ts";
import type { RecordedStep } from "../device/recording.ts";
import { Storage } from "../device/storage.ts";
import type { Module } from "../nn/module.ts";
import { Tensor } from "../tensor/tensor.ts";
import { rebuilt } from "./structure.ts";

/** A leaf whose gradient a step changes. */
export interface Gradient {
  readonly value: Value;
  /** What it was before: nothing, these data, or anything, as it was taken away first. */
  readonly before: object | "none" | "any";
  /** What it is behind the step: nothing, numbers of the step's own, or where it was. */
  after: Storage | "same" | null;
}

/** A step that can run again. */
export interface Ready {
  readonly device: Device;
  readonly signature: string;
  readonly step: RecordedStep;
  readonly places: readonly Storage[];
  readonly again: readonly (() => void)[];
  readonly gradients: readonly Gradient[];
  readonly modes: readonly (readonly [Module, boolean])[];
  /** Values from outside that operations were applied to, and what they were. */
  readonly used: readonly (readonly [Value, Buffer])[];
  /** What the function returned, with slots in the place of the tensors that it made. */
  readonly result: unknown;
  readonly outputs: readonly Storage[];
}

/** The place of a tensor in what a function returned: the step's own numbers. */
export class Slot {
  constructor(readonly storage: Storage) {}
}

/** Whether a step was recorded for this. */
export function fits(ready: Ready, device: Device, signature: string): boolean {
  return ready.device === device && ready.signature === signature &&
    ready.modes.every(([module, training]) => module.training === training);
}

/** The data of a value's gradient. */
export function gradientOf({ grad }: Value): object | "none" {
  return grad === null || grad.buffer.freed ? "none" : grad.buffer.storage.dataId;
}

/** Whether what the step uses from outside is what it was. */
export function isCurrent({ step, used }: Ready): boolean {
  return used.every(([value, buffer]) => value.buffer === buffer && !buffer.freed) && step.isValid();
}

/** Whether gradients are now as they were when the step began. */
export function startsLikeThis({ gradients }: Ready): boolean {
  return gradients.every(({ value, before }) => before === "any" || gradientOf(value) === before);
}

/** Computes a step on what is given, and hands out what it returns. */
export function run(ready: Ready, inputs: unknown[]): unknown {
  const { device, step, places, gradients, result } = ready;
  const given: Storage[] = [];
  rebuilt(inputs, Tensor, (x) => {
    if (!x.requiresGrad) given.push(x.value.buffer.storage);
    return x;
  });
  step.run(given.map((from, i) => [from, places[i]] as const));
  for (const { value, after } of gradients) {
    if (after === null) {
      if (value.grad !== null) forgetGradient(value);
    } else if (after !== "same" && gradientOf(value) !== after.dataId) {
      forgetGradient(value);
      giveGradient(device, value, device.share(after));
    }
  }
  return rebuilt(result, Slot, ({ storage }) => {
    return new Tensor(new Value(new Buffer(device, step.result(storage), "capture")));
  });
}

/** Gives back what a step that will not run again holds; it can still be compared with. */
export function release({ device, step, places, gradients, outputs }: Ready): void {
  for (const storage of places) device.free(storage);
  for (const storage of outputs) step.drop(storage);
  for (const { after } of gradients) if (after instanceof Storage) step.drop(after);
}

/** Gives back all that a step holds. */
export function discard(ready: Ready): void {
  release(ready);
  ready.step.close();
}
