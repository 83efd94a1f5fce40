/** The training loop. */
import { iterations } from "../autograd/iterations.ts";
import { currentDevice } from "../device/mod.ts";
import { inNotebook } from "../show/terminal.ts";
import { text } from "../device/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import {
  checkBoolean,
  checkOptions,
  checkText,
  checkWhole,
  describe,
  isPlain,
  surplus,
} from "../text/arguments.ts";
import { stoppable, Stopped } from "./interrupt.ts";
import { Live } from "./live.ts";
import { Progress } from "./progress.ts";

/** What a step may log: numbers, or tensors of one element. */
export type Loggable = number | Tensor;

/** One iteration of {@linkcode steps}. */
export interface Step {
  /** Counts from 0. */
  readonly index: number;
  /** How many there will be. */
  readonly total: number;
  /**
   * Shows values beside the progress. Reads them from the device in the background: the loop goes on meanwhile.
   *
   * @param values By name: `step.log({ loss })`.
   * @throws {TypeError} if they do not stand in one object, or one is neither a number nor a tensor.
   * @throws {RangeError} if a tensor has more than one element, or none.
   */
  log(values: Record<string, Loggable>): void;
  /**
   * Prints a line that stays, above the bar.
   *
   * @param text The line.
   * @throws {TypeError} if it is no text.
   */
  print(text: string): void;
}

/** Options of {@linkcode steps}. */
export interface StepsOptions {
  /** What is shown in front of the bar. */
  label?: string;
  /** Whether to show anything: true if not said. */
  progress?: boolean;
}

/** So many milliseconds a loop computes at most before it listens: to Stop, to a window that wants to be drawn. */
const LISTEN_EVERY = 100;
/** So many reads of logged values may be on their way before the loop waits for the oldest. */
const READS_IN_FLIGHT = 2;

/**
 * A training loop of so many iterations. It shows its progress, and it frees: a tensor made in an iteration lives through that
 * iteration and the next, so that a batch prepared ahead, a running average, a state that is handed on are there when they
 * are wanted; what the last one made, lives on. What is to live longer (the best of all) says so with `keep()`; parameters,
 * their gradients, an optimizer's state and what `stateDict()` returns are kept anyway.
 *
 * This holds for the loop's body and what it calls. Loops under `Promise.all`, an evaluation beside one, another cell of a
 * notebook know nothing of each other's. A generator that hands steps on to a loop frees nothing; nor does a browser, which
 * cannot tell what belongs together over an `await`: there `backward()`, `zeroGrad()` and JavaScript's garbage collector
 * free, and nothing else.
 *
 * On a terminal the progress is a bar with the course of the first logged value, in a notebook a bar with curves of all, in a file
 * a line now and then. Stop in a notebook ends the loop after the step that runs, with an error that says so; variables and kernel
 * stay. Ctrl-C ends a script, exit code 130, and a second one does so in the middle
 * of a step that does not end; SIGTERM likewise, exit code 143.
 *
 * @param total How many iterations.
 * @param options label, progress.
 * @returns What `for await` runs through.
 * @throws {RangeError} if `total` is no whole number ≥ 0.
 * @throws {TypeError} if it is no number, an option is of another kind or name, or `for` stands there without `await`.
 * @example
 * ```ts
 * import { nn, optim, randn, steps } from "descent";
 * const net = new nn.Linear(3, 1);
 * const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
 * for await (const step of steps(5, { label: "Linear" })) {
 *   const loss = net.forward(randn(8, 3)).square().mean();
 *   loss.backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 *   step.log({ loss });
 * }
 * ```
 */
export function steps(total: number, options: StepsOptions = {}): AsyncGenerator<Step, void, void> {
  if (arguments.length > 2) surplus("steps", arguments, 2);
  checkWhole("steps", "the number of iterations", total, 0);
  checkOptions("steps", options, ["label", "progress"]);
  const { label = "", progress = true } = options;
  checkText("steps", "label", label);
  checkBoolean("steps", "progress", progress);
  const found = iterations(
    loop(total, { label, progress }),
    (index) => `after iteration ${index} of steps()`,
  );
  return Object.defineProperty(found, Symbol.iterator, { value: forWithoutAwait });
}

function forWithoutAwait(): never {
  throw new TypeError("steps: the iterations must be waited for; write for await (const step of steps(…))");
}

/** Throws unless values can be logged. */
function checkLogged(given: ArrayLike<unknown>): void {
  const { 0: values } = given;
  if (given.length > 1) surplus("step.log", given, 1, "values stand in one object such as { loss }");
  if (!isPlain(values)) {
    throw new TypeError(`step.log: values stand in one object such as { loss }, not ${describe(values)}`);
  }
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "number") continue;
    if (!(value instanceof Tensor)) {
      const hint = value instanceof Promise ? "; await it first" : "";
      throw new TypeError(
        `step.log: ${name} must be a number or a tensor of one element, not ${describe(value)}${hint}`,
      );
    }
    if (value.size === 1) continue;
    throw new RangeError(
      `step.log: ${name}: a tensor of one element is needed, not one of shape ${text(value.shape)}`,
    );
  }
}

/** The iterations, without their scopes. */
async function* loop(
  total: number,
  { label, progress: shown }: Required<StepsOptions>,
): AsyncGenerator<Step, void, void> {
  const progress = !shown ? null : inNotebook() ? new Live(total, label) : new Progress(total, { label });
  // What the loop before has left, another network and its optimizer, goes before this one makes its own.
  const { pressure } = currentDevice();
  if (pressure.isLarge) await pressure.relieve();
  const running = stoppable(() => progress?.end({ error: "interrupted" }));
  const print = (line: string) => {
    if (progress === null) console.log(line);
    else progress.print(line);
  };
  let listenAt = performance.now() + LISTEN_EVERY;
  const reads: Promise<void>[] = [];
  let failure: unknown;
  let ended: { error?: unknown } = {};
  const log = (index: number, values: Record<string, Loggable>) => {
    progress?.expect(index + 1);
    const names = Object.keys(values);
    const numbers = names.map((name) => {
      const value = values[name];
      return typeof value === "number" ? value : value.item();
    });
    reads.push(
      Promise.all(numbers).then((read) => {
        progress?.log(index + 1, Object.fromEntries(names.map((name, i) => [name, read[i]])));
      }).catch((error) => {
        failure ??= error;
      }),
    );
  };
  const settle = async (left: number) => {
    while (reads.length > left) await reads.shift();
    if (failure !== undefined) throw failure;
  };
  try {
    for (let index = 0; index < total; index++) {
      const step: Step = {
        index,
        total,
        log(values) {
          checkLogged(arguments);
          log(index, values);
        },
        print(line) {
          if (arguments.length > 1) surplus("step.print", arguments, 1);
          print(checkText("step.print", "the line", line));
        },
      };
      yield step;
      progress?.step(index + 1);
      await settle(READS_IN_FLIGHT);
      if (performance.now() > listenAt) {
        await new Promise((resolve) => setTimeout(resolve));
        listenAt = performance.now() + LISTEN_EVERY;
      }
      if (running.stopped) {
        throw new Stopped(
          `Stopped after step ${index + 1} of ${total}; the network keeps what it has learned.`,
        );
      }
    }
    await settle(0);
  } catch (error) {
    ended = { error };
    throw error;
  } finally {
    running.end();
    await Promise.all(reads);
    await progress?.end(ended);
  }
}
