/**
 * One recording: a function runs while its device notes what it is to compute, and what happens beside is written down.
 *
 * @module
 */
import { Buffer } from "../autograd/buffer.ts";
import { forgetGradient } from "../autograd/collect.ts";
import { current, runNow } from "../autograd/context.ts";
import type { Guard } from "../autograd/guard.ts";
import { take } from "../autograd/in_place.ts";
import { type Journal, withJournal } from "../autograd/journal.ts";
import { closeScope, freeAll, openScope } from "../autograd/scope.ts";
import { Value } from "../autograd/value.ts";
import type { Device } from "../device/device.ts";
import type { Recorder } from "../device/recording.ts";
import { Storage } from "../device/storage.ts";
import { observe } from "../nn/call.ts";
import type { Module } from "../nn/module.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Gradient, gradientOf, type Ready, Slot } from "./captured.ts";
import { rebuilt } from "./structure.ts";

/** One recording. */
export class Session implements Guard, Journal {
  readonly #device: Device;
  readonly #recorder: Recorder;
  readonly #again: (() => void)[] = [];
  /** Values that were there before and got other numbers, and those that they had. */
  readonly #replaced = new Map<Value, { buffer: Buffer; storage: Storage }>();
  readonly #used = new Set<Value>();
  readonly #gradients = new Map<Value, Gradient>();
  readonly #modes = new Map<Module, boolean>();
  #refusal: string | null = null;

  constructor(device: Device, recorder: Recorder) {
    this.#device = device;
    this.#recorder = recorder;
  }

  /** Records a call; `left` counts what it made and left behind, which the next call will find. */
  record(
    fn: (...inputs: never[]) => unknown,
    inputs: unknown[],
    signature: string,
  ): { ready: Ready; left: number } {
    const device = this.#device, recorder = this.#recorder, places: Storage[] = [], given: Buffer[] = [];
    device.recording = {
      again: (callback) => this.#again.push(callback),
      refuse: (sentence) => this.#refusal ??= sentence,
      apart: (body) => recorder.apart(body),
    };
    // It looks at no numbers, as what watches a loop would.
    const scope = openScope(current().scope, "", this);
    try {
      const own = rebuilt(inputs, Tensor, (x) => {
        if (x.requiresGrad) return x;
        const place = recorder.place(x.value.buffer.storage);
        places.push(place);
        // The caller's, and kept: the function's scope is not to free it.
        const buffer = new Buffer(device, device.share(place), "capture", null);
        buffer.kept = true;
        given.push(buffer);
        return new Tensor(new Value(buffer));
      }) as never[];
      const call = () => runNow({ recording: current().recording, scope }, () => fn(...own));
      const note = (module: Module) => this.#modes.set(module, module.training);
      const result = withJournal(this, () => observe(note, call));
      if (result instanceof Promise) {
        result.catch(() => {});
        this.#refusal = null;
        throw new TypeError(
          "capture: the function returned a promise; it must compute its result without waiting for anything",
        );
      }
      this.#check();
      const outputs: Storage[] = [];
      const returned = rebuilt(result, Tensor, (x) => {
        const { storage } = x.value.buffer;
        if (!recorder.isOwn(storage)) return x;
        outputs.push(recorder.hold(storage));
        return new Slot(outputs.at(-1)!);
      });
      this.#settle();
      const gradients = this.#gradientsAfter();
      closeScope(scope, freeAll("when the captured function returned without it"));
      for (const buffer of given) buffer.free("when the captured function returned");
      this.#check();
      const known = new Set<object>([...places, ...outputs].map(({ dataId }) => dataId));
      for (const { after } of gradients) if (after instanceof Storage) known.add(after.dataId);
      const left = recorder.alive - known.size;
      const step = recorder.finish(), modes = [...this.#modes];
      const again = this.#again;
      const used = [...this.#used].map((value) => [value, value.buffer] as const);
      return {
        ready: { device, signature, step, places, again, gradients, modes, used, result: returned, outputs },
        left,
      };
    } catch (error) {
      this.#restore();
      closeScope(scope, freeAll("when the captured function failed"));
      for (const buffer of given) buffer.free("when the captured function failed");
      for (const place of places) device.free(place);
      recorder.abandon();
      throw this.#refusal === null ? error : this.#refused();
    } finally {
      device.recording = null;
    }
  }

  replaced(value: Value): void {
    if (this.#replaced.has(value) || value.buffer.device !== this.#device || value.buffer.freed) return;
    const { buffer } = value, { storage } = buffer;
    // What others refer to as well must stay as it is: the value parts from it, and the next recording finds it apart.
    if (this.#recorder.isOwn(storage) || this.#device.isShared(storage)) return;
    this.#replaced.set(value, { buffer, storage: this.#device.share(storage) });
  }

  made(_name: string, _value: object, inputs: readonly object[]): void {
    for (const input of inputs as Value[]) {
      if (!this.#recorder.isOwn(input.buffer.storage)) this.#used.add(input);
    }
  }

  gradient(value: Value, how: "added" | "forgotten"): void {
    if (this.#gradients.has(value) || this.#recorder.isOwn(value.buffer.storage)) return;
    this.#gradients.set(value, {
      value,
      before: how === "forgotten" ? "any" : gradientOf(value),
      after: null,
    });
  }

  #refused(): Error {
    return new Error(`capture: ${this.#refusal}`);
  }

  #check(): void {
    if (this.#refusal !== null) throw this.#refused();
  }

  /** What was there before gets its new numbers where its old ones were, and so finds them there the next time. */
  #settle(): void {
    const device = this.#device;
    for (const [value, { buffer, storage: old }] of this.#replaced) {
      // A graph that still needs the old numbers keeps them.
      if (buffer.uses > 0 || value.buffer.freed) {
        device.free(old);
        continue;
      }
      const { storage } = value.buffer;
      if (storage.dataId !== old.dataId) {
        const laid = device.arena.tidy(() => device.kernels.laidLike(storage, old));
        this.#recorder.copy(laid, old);
        device.free(laid);
      }
      put(value, old);
    }
    this.#replaced.clear();
  }

  /** Takes back what no kernel has computed. */
  #restore(): void {
    for (const [value, { storage }] of this.#replaced) put(value, storage);
    for (const { value } of this.#gradients.values()) {
      const { grad } = value;
      if (grad !== null && !grad.buffer.freed && this.#recorder.isOwn(grad.buffer.storage)) {
        forgetGradient(value);
      }
    }
  }

  #gradientsAfter(): Gradient[] {
    const gradients = [...this.#gradients.values()];
    for (const one of gradients) {
      const { grad } = one.value;
      if (grad === null || grad.buffer.freed) continue;
      const { storage } = grad.buffer;
      one.after = this.#recorder.isOwn(storage) ? this.#recorder.hold(storage) : "same";
    }
    return gradients;
  }
}

/** Gives a value a storage for good; takes it. */
function put(value: Value, storage: Storage): void {
  const { buffer } = value;
  take(value, new Buffer(buffer.device, storage, buffer.operation, null), "capture");
}
