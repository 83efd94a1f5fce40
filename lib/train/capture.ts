/**
 * Steps that run as a whole: what a function computes is noted once and then computed again and again, without its JavaScript.
 *
 * @module
 */
import { Buffer } from "../autograd/buffer.ts";
import { forgetGradient, giveGradient } from "../autograd/collect.ts";
import { current, runNow } from "../autograd/context.ts";
import { take } from "../autograd/in_place.ts";
import type { Guard } from "../autograd/guard.ts";
import { changes, type Journal, withJournal } from "../autograd/journal.ts";
import { closeScope, freeAll, openScope } from "../autograd/scope.ts";
import { Value } from "../autograd/value.ts";
import type { Device } from "../device/device.ts";
import { currentDevice } from "../device/mod.ts";
import type { RecordedStep, Recorder } from "../device/recording.ts";
import { Storage } from "../device/storage.ts";
import { observe } from "../nn/call.ts";
import type { Module } from "../nn/module.ts";
import { tensorsIn } from "../tensor/inside.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkFunction, describe, isPlain, surplus } from "../text/arguments.ts";

/** A function that is computed as a whole. */
export interface Captured<A extends unknown[], R> {
  /**
   * Computes it.
   *
   * @param inputs What the function takes. Tensors may be others in each call; where their shape, or anything else, is another one,
   * the step is recorded anew.
   * @returns What the function returns; tensors in it are new ones, without a history.
   */
  (...inputs: A): R;
  /** How often the function itself has run; where it has not, its record was. */
  readonly recordings: number;
  /** Forgets what was recorded, and frees its memory. The next call records anew. */
  free(): void;
}

/** So many steps, of other shapes or modes, are kept. */
const KEPT = 8;
/** So often in a row the function may do something else than the last time. */
const ATTEMPTS = 5;

/**
 * A training step, or any other function of tensors, that runs as a whole: forward, backward and the optimizer's step are one list
 * of kernels, which is noted in the first calls and from then on computed without the function's JavaScript. On a GPU that waits for
 * JavaScript, as with small batches, this is most of the time. The numbers are the same, bit for bit. On the cpu device, where
 * nothing waits, the function simply runs each time.
 *
 * What changes from call to call must reach the function as an argument, or be something that the library knows to change:
 * parameters, running statistics, gradients, an optimizer's learning rate and step count, random numbers of the device. Other
 * JavaScript runs while the step is recorded and not again: the first two recordings are compared, and a function that does not do
 * the same twice ends in an error. A record that does not fit any more (another shape, another mode of a module, a
 * tensor that was replaced) is made anew. Nothing can be read inside; return a tensor, and read it outside.
 *
 * PyTorch: `torch.cuda.make_graphed_callables`, `torch.compile(mode="reduce-overhead")`.
 *
 * @typeParam A The function's arguments: tensors, or numbers, texts, lists and plain objects of such.
 * @typeParam R What it returns: a tensor, or a list or plain object of tensors and numbers, or nothing.
 * @param fn The function. It waits for nothing. What it makes and does not return is freed when it returns.
 * @returns The function, to be called in its place.
 * @throws {TypeError} if it is no function, or a call returns a promise.
 * @throws {Error} when a call does what cannot be recorded.
 * @example
 * ```ts
 * import { capture, F, manualSeed, nn, optim, randn, steps } from "descent";
 * manualSeed(1);
 * const net = new nn.Linear(4, 1), sgd = new optim.SGD(net.parameters(), { lr: 0.1 });
 * const learn = capture((x, y) => {
 *   sgd.zeroGrad();
 *   const loss = F.mseLoss(net.forward(x), y);
 *   loss.backward();
 *   sgd.step();
 *   return loss;
 * });
 * const x = randn(16, 4), y = x.sum(1, { keepdim: true });
 * for await (const step of steps(50, { progress: false })) step.log({ loss: learn(x, y) });
 * ```
 */
export function capture<A extends unknown[] = Tensor[], R = Tensor>(fn: (...inputs: A) => R): Captured<A, R> {
  if (arguments.length > 1) surplus("capture", arguments, 1);
  checkFunction("capture", "the function", fn, "(x, y) => { …; return loss }");
  const steps = new Steps(fn);
  const call = (...inputs: A): R => steps.call(inputs);
  Object.defineProperty(call, "recordings", { get: () => steps.recordings });
  return Object.assign(call, { free: () => steps.free() }) as unknown as Captured<A, R>;
}

/** A leaf whose gradient a step changes. */
interface Gradient {
  readonly value: Value;
  /** What it was before: nothing, these data, or anything, as it was taken away first. */
  readonly before: object | "none" | "any";
  /** What it is behind the step: nothing, numbers of the step's own, or where it was. */
  after: Storage | "same" | null;
}

/** A step that can run again. */
interface Ready {
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
class Slot {
  constructor(readonly storage: Storage) {}
}

/** What is recorded of one function. */
class Steps<A extends unknown[], R> {
  readonly #fn: (...inputs: A) => R;
  /** What was recorded, the one used last at the end; `sure`: twice, and alike. */
  #kept: { ready: Ready; sure: boolean }[] = [];
  /** How often in a row it was recorded, by what for. */
  readonly #attempts = new Map<string, number>();
  #said = "";
  recordings = 0;

  constructor(fn: (...inputs: A) => R) {
    this.#fn = fn;
  }

  call(inputs: A): R {
    const device = deviceOf(inputs);
    if (device.recording !== null) return this.#fn(...inputs);
    const signature = `${signatureOf(inputs)} ${current().recording} ${changes}`;
    let before: Ready | null = null;
    for (const known of this.#kept.filter(({ ready }) => fits(ready, device, signature)).reverse()) {
      const { ready, sure } = known;
      if (sure && !isCurrent(ready)) discard(this.#without(known));
      else if (!startsLikeThis(ready)) continue;
      else if (!sure) before ??= ready;
      else {
        this.#kept.push({ ready: this.#without(known), sure });
        this.#attempts.delete(signature);
        for (const callback of ready.again) callback();
        return run(ready, inputs) as R;
      }
    }
    return this.#record(device, signature, inputs, before);
  }

  #without(known: { ready: Ready; sure: boolean }): Ready {
    this.#kept.splice(this.#kept.indexOf(known), 1);
    return known.ready;
  }

  /** @param before What was recorded the last time, to be compared with. */
  #record(device: Device, signature: string, inputs: A, before: Ready | null): R {
    // What nobody but that refers to may now change where it is.
    if (before !== null) release(before);
    this.recordings++;
    const recorder = device.recorder();
    if (recorder === null) return plainly(this.#fn, inputs);
    const attempts = this.#attempts.get(signature) ?? 0;
    if (attempts >= ATTEMPTS) {
      recorder.abandon();
      this.#attempts.delete(signature);
      throw new Error(
        `capture: the function does something else in each call: ${this.#said}. Give it what changes as an argument, a ` +
          "tensor, or call it without capture()",
      );
    }
    if (this.#attempts.size > 8 * KEPT) this.#attempts.clear();
    this.#attempts.set(signature, attempts + 1);
    const { ready, left } = new Session(device, recorder).record(this.#fn, inputs, signature);
    const result = run(ready, inputs);
    if (left > 0) {
      this.#said = `it leaves ${left === 1 ? "a tensor" : `${left} tensors`} behind that it does not return`;
      discard(ready);
    } else {
      const difference = before === null ? "no two calls were alike" : before.step.difference(ready.step);
      if (difference === null) this.#attempts.delete(signature);
      else this.#said = difference;
      if (this.#kept.length >= KEPT) discard(this.#kept.shift()!.ready);
      this.#kept.push({ ready, sure: difference === null });
    }
    if (before !== null) {
      this.#kept = this.#kept.filter(({ ready }) => ready !== before);
      discard(before);
    }
    return result as R;
  }

  free(): void {
    for (const { ready } of this.#kept) discard(ready);
    this.#kept = [];
  }
}

/** One recording. */
class Session implements Guard, Journal {
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

/** Whether a step was recorded for this. */
function fits(ready: Ready, device: Device, signature: string): boolean {
  return ready.device === device && ready.signature === signature &&
    ready.modes.every(([module, training]) => module.training === training);
}

/** The data of a value's gradient. */
function gradientOf({ grad }: Value): object | "none" {
  return grad === null || grad.buffer.freed ? "none" : grad.buffer.storage.dataId;
}

/** Whether what the step uses from outside is what it was. */
function isCurrent({ step, used }: Ready): boolean {
  return used.every(([value, buffer]) => value.buffer === buffer && !buffer.freed) && step.isValid();
}

/** Whether gradients are now as they were when the step began. */
function startsLikeThis({ gradients }: Ready): boolean {
  return gradients.every(({ value, before }) => before === "any" || gradientOf(value) === before);
}

/** Computes a step on what is given, and hands out what it returns. */
function run(ready: Ready, inputs: unknown[]): unknown {
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
function release({ device, step, places, gradients, outputs }: Ready): void {
  for (const storage of places) device.free(storage);
  for (const storage of outputs) step.drop(storage);
  for (const { after } of gradients) if (after instanceof Storage) step.drop(after);
}

/** Gives back all that a step holds. */
function discard(ready: Ready): void {
  release(ready);
  ready.step.close();
}

/** Runs the function as it is; it makes, frees and returns what a recorded one would. */
function plainly<A extends unknown[], R>(fn: (...inputs: A) => R, inputs: A): R {
  const { recording, scope: outer } = current();
  const scope = openScope(outer, "", null);
  const kept = new Set<Buffer>();
  try {
    const result = runNow({ recording, scope }, () => fn(...inputs));
    if (result instanceof Promise) {
      throw new TypeError(
        "capture: the function returned a promise; it must compute its result without waiting for anything",
      );
    }
    return rebuilt(result, Tensor, (x) => {
      if (x.requiresGrad && x.isLeaf) return x;
      const { buffer } = x.value;
      kept.add(buffer);
      return x.requiresGrad ? new Tensor(new Value(buffer)) : x;
    }) as R;
  } finally {
    closeScope(scope, (buffer) => {
      if (kept.has(buffer as Buffer)) return true;
      buffer.free("when the captured function returned without it");
      return false;
    });
  }
}

/** The device of what is given, or the current one. */
function deviceOf(inputs: unknown): Device {
  for (const { device } of tensorsIn(inputs)) return device;
  return currentDevice();
}

/** The same lists and plain objects, with something else in the place of the objects of a class. */
function rebuilt<T>(
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
function signatureOf(given: unknown): string {
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
