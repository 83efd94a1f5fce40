/**
 * Where gradients are collected: `grad`, and how long it lives.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import type { Storage } from "../device/storage.ts";
import { Buffer } from "./buffer.ts";
import { current } from "./context.ts";
import { apply, detached } from "./graph.ts";
import { replace } from "./in_place.ts";
import { journal } from "./journal.ts";
import type { Recorded } from "./recorded.ts";
import { moveTo } from "./scope.ts";
import { Value } from "./value.ts";

/** Whether a leaf of the graph still collects a gradient: it may have been frozen since. */
export function collects(leaf: Value): boolean {
  return leaf.requiresGrad && leaf.isLeaf;
}

/** Adds a gradient to a value's `grad`; takes it. */
export function collect(device: Device, value: Value, gradient: Storage): void {
  journal?.gradient(value, "added");
  const { grad } = value;
  if (grad !== null && !grad.buffer.freed) {
    const { storage } = grad.buffer;
    const total = device.arena.tidy(() => device.kernels.add(storage, gradient));
    device.free(gradient);
    // One that is used further may have a history, which is not that of the sum.
    if (!grad.lasting) return replace(grad, total, "backward");
    forgetGradient(value);
    value.grad = new Value(new Buffer(device, total, "backward"));
  } else return giveGradient(device, value, gradient);
  live(value, value.grad!.buffer);
}

/** As {@linkcode collect}, with the gradient's history. */
export function collectRecorded(k: Recorded, value: Value, gradient: Value): void {
  journal?.gradient(value, "added");
  const { grad } = value;
  value.grad = grad === null || grad.buffer.freed ? own(k, gradient) : k.add(grad, gradient);
  value.grad.lasting = true;
  live(value, value.grad.buffer);
}

/** The same numbers as a value of its own: of a sum, one gradient is that of all summands, or the seed itself. */
export function own(k: Recorded, g: Value): Value {
  return k.permute(g, g.shape.map((_, d) => d));
}

/**
 * Takes a value's gradient away and frees it. One that was made to be used further goes the way of all that is made here.
 */
export function forgetGradient(value: Value): void {
  journal?.gradient(value, "forgotten");
  const { grad } = value;
  value.grad = null;
  if (grad === null) return;
  const { buffer } = grad;
  if (!grad.lasting && buffer.uses === 0) return buffer.free("by zeroGrad()");
  const { scope } = current();
  buffer.kept = false;
  if (scope !== null) moveTo(scope, buffer);
}

/** Makes a storage the gradient of a value that has none; takes it. */
export function giveGradient(device: Device, value: Value, gradient: Storage): void {
  value.grad = new Value(new Buffer(device, gradient, "backward"));
  live(value, value.grad.buffer);
}

/** A gradient lives as long as the scope of what it is the gradient of. */
function live({ buffer }: Value, grad: Buffer): void {
  if (buffer.kept) grad.kept = true;
  else moveTo(buffer.scope, grad);
}

/**
 * Makes other numbers the gradient of a value; nobody else will change them. With a history, they keep it.
 *
 * @param gradient float32, of the value's shape and on its device.
 */
export function setGradient(value: Value, gradient: Value): void {
  const recorded = gradient.requiresGrad && current().recording;
  const grad = recorded
    ? apply("clone", [gradient], undefined)
    : new Value(detached(gradient.buffer, "grad"));
  forgetGradient(value);
  grad.lasting = recorded;
  value.grad = grad;
  live(value, grad.buffer);
}
