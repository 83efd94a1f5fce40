/** The training loop. */
import { inNotebook } from "../host/process.ts";
import { iterations } from "../autograd/iterations.ts";
import { checkBoolean, checkOptions, checkText, checkWhole, surplus } from "../text/arguments.ts";
import { Stopped } from "./interrupt.ts";
import { Live } from "./live.ts";
import { Progress } from "./progress.ts";
import { checkLogOptions, type LogOptions, openRunLogs } from "./run_log.ts";
import { makeRoom, Running, type Step } from "./running.ts";
import { Watch } from "./watch.ts";

/** Options of {@linkcode steps}. */
export interface StepsOptions extends LogOptions {
  /** What is shown in front of the bar. */
  label?: string;
  /** Whether to show anything: true by default. */
  progress?: boolean;
  /**
   * Whether a network's loss or gradient, or a logged value, that is NaN or infinite ends the loop, with an error that names the step and the
   * first module: true by default.
   */
  watch?: boolean;
}

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
 * @param options label, progress, watch; log, logEvery.
 * @returns What `for await` runs through. Its `next()` throws a RangeError where a logged value is not finite, and so does
 * `backward()` of a loss, unless `watch` is false.
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
  checkOptions("steps", options, ["label", "progress", "watch", "log", "logEvery"]);
  const { label = "", progress = true, watch = true } = options;
  checkText("steps", "label", label);
  checkBoolean("steps", "progress", progress);
  const watching = checkBoolean("steps", "watch", watch) ? new Watch("steps") : null;
  const found = iterations(
    loop(total, { label, progress, ...checkLogOptions("steps", options) }, watching),
    (index) => `after iteration ${index} of steps()`,
    () => [],
    watching,
  );
  return onlyAwaited("steps", found);
}

/** A loop that says so when it is run through without `await`. */
export function onlyAwaited<T extends object>(name: string, loop: T): T {
  return Object.defineProperty(loop, Symbol.iterator, {
    value() {
      throw new TypeError(
        `${name}: the iterations must be waited for; write for await (const step of ${name}(…))`,
      );
    },
  });
}

/** The iterations, without their scopes. */
async function* loop(
  total: number,
  { label, progress: shown, ...logs }:
    & { label: string; progress: boolean }
    & ReturnType<typeof checkLogOptions>,
  watching: Watch | null,
): AsyncGenerator<Step, void, void> {
  const progress = !shown ? null : inNotebook() ? new Live(total, label) : new Progress(total, { label });
  await makeRoom();
  const file = openRunLogs("steps", logs, { label, steps: total, done: 0 });
  const running = new Running(progress, file, watching, label);
  let done = 0, stopped = "";
  let ended: { error?: unknown } = {};
  try {
    for (let index = 0; index < total; index++) {
      watching?.begin(index + 1);
      yield running.step(index, total);
      await running.turn(++done);
      if (running.stopped) {
        throw new Stopped(
          `Stopped after step ${index + 1} of ${total}; the network keeps what it has learned.`,
        );
      }
    }
    await running.settle();
  } catch (error) {
    ended = { error };
    stopped = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    await running.end(ended);
    file.end(done, stopped);
  }
}
