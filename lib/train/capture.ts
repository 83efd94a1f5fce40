/**
 * Steps that run as a whole: what a function computes is noted once and then computed again and again, without its JavaScript.
 *
 * @module
 */
import type { Buffer } from "../autograd/buffer.ts";
import { current, runNow } from "../autograd/context.ts";
import { changes } from "../autograd/journal.ts";
import { closeScope, openScope } from "../autograd/scope.ts";
import { Value } from "../autograd/value.ts";
import type { Device } from "../device/device.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkFunction, surplus } from "../text/arguments.ts";
import { discard, fits, isCurrent, type Ready, release, run, startsLikeThis } from "./captured.ts";
import { Session } from "./recording_session.ts";
import { deviceOf, rebuilt, signatureOf } from "./structure.ts";

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
 * tensor that was replaced) is made anew. Nothing can be read inside; return a tensor, and read it outside. So nothing watches the
 * numbers inside either: of what `steps()` looks at, the loss that is logged remains.
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
  const kept: Kept[] = [], steps = new Steps(fn, kept);
  const call = (...inputs: A): R => steps.call(inputs);
  forgotten.register(call, kept);
  Object.defineProperty(call, "recordings", { get: () => steps.recordings });
  return Object.assign(call, { free: () => steps.free() }) as unknown as Captured<A, R>;
}

/** A recording; `sure`: there were two, and alike. */
interface Kept {
  readonly ready: Ready;
  readonly sure: boolean;
}

/** Gives back what was recorded of functions that JavaScript has forgotten. The functions themselves are not a part of that. */
const forgotten = new FinalizationRegistry<Kept[]>(giveBack);

function giveBack(kept: Kept[]): void {
  for (const { ready } of kept.splice(0)) discard(ready);
}

/** What is recorded of one function. */
class Steps<A extends unknown[], R> {
  readonly #fn: (...inputs: A) => R;
  /** What was recorded, the one used last at the end. */
  readonly #kept: Kept[];
  /** How often in a row it was recorded, by what for. */
  readonly #attempts = new Map<string, number>();
  #said = "";
  recordings = 0;

  constructor(fn: (...inputs: A) => R, kept: Kept[]) {
    this.#fn = fn;
    this.#kept = kept;
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

  #without(known: Kept): Ready {
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
      const at = this.#kept.findIndex(({ ready }) => ready === before);
      if (at >= 0) this.#kept.splice(at, 1);
      discard(before);
    }
    return result as R;
  }

  free(): void {
    giveBack(this.#kept);
  }
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
