/** The training loop over a set of samples, again and again. */
import { iterations } from "../autograd/iterations.ts";
import type { Member } from "../autograd/scope.ts";
import { Module } from "../nn/module.ts";
import type { StateDict } from "../nn/state.ts";
import { inNotebook } from "../show/terminal.ts";
import { scope } from "../tensor/scope.ts";
import {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkOptions,
  checkRange,
  checkText,
  checkWhole,
  describe,
  surplus,
} from "../text/arguments.ts";
import { shortNumber } from "../text/numbers.ts";
import { type Batches, batchSize, checkBatches, handedOut } from "./batches.ts";
import { type EpochDisplay, EpochProgress, spaced } from "./epoch_progress.ts";
import { type EpochRow, History, Means, testName } from "./history.ts";
import { Stopped } from "./interrupt.ts";
import { Live } from "./live.ts";
import { checkLoggable, type Loggable, makeRoom, readLogged, Running, type Step } from "./running.ts";
import { onlyAwaited } from "./steps.ts";

/** One iteration of {@linkcode epochs}: a batch. `index` counts from 0 over all epochs, `total` is how many there will be. */
export interface EpochStep<Batch> extends Step {
  /** The epoch that it is in, from 1. */
  readonly epoch: number;
  /** What the loader handed out. */
  readonly batch: Batch;
}

/** What `for await` runs through, and what became of it. */
export interface EpochsRun<Batch> extends AsyncGenerator<EpochStep<Batch>, void, void> {
  /**
   * A row for each epoch that is over: `{ epoch, loss, accuracy, testLoss, testAccuracy, seconds }`: means of what the steps logged,
   * over all samples; what the test came to, with "test" in front; how long the batches took.
   */
  readonly history: readonly EpochRow[];
  /** The best row so far; null before the first epoch is over. */
  readonly best: EpochRow | null;
  /** Why it ended before its time, in words; "" if it did not. */
  readonly stopped: string;
}

/** Options of {@linkcode epochs}. */
export interface EpochsOptions {
  /** What is shown in front of the bar. */
  label?: string;
  /** Whether to show anything: true if not said. */
  progress?: boolean;
  /** What is measured after each epoch, such as `() => evaluate(net, testLoader)`: numbers by name. */
  test?: () => Record<string, Loggable> | Promise<Record<string, Loggable>>;
  /**
   * By which value of a row epochs are compared: "testLoss", "testAccuracy", "loss". If not said, the first that the test measures;
   * the first that is logged if there is no test.
   */
  monitor?: string;
  /** Whether that value should fall or rise; if not said, an accuracy should rise and all else should fall. */
  mode?: "min" | "max";
  /** The run ends after so many epochs without a better one; if not said, it goes on to the end. */
  patience?: number;
  /** An epoch is better, to `patience`, if it is so by more than this: 0 if not said. */
  minDelta?: number;
  /** A network that has, in the end, the weights of its best epoch instead of its last. */
  restoreBest?: Module;
}

const NAMES = ["label", "progress", "test", "monitor", "mode", "patience", "minDelta", "restoreBest"];

/**
 * A training loop over epochs: each runs once through all batches of a loader. A turn of the loop is a batch, whatever epoch it is
 * in; between two epochs the network is tested. It frees as `steps()` does, the batch included.
 *
 * On a terminal a bar shows the batches of an epoch, the means over the epoch so far and the time left for all, and a line for each
 * epoch stays; a file gets that line, and a few while the first epoch runs; a notebook draws curves of training and test. Stop in a
 * notebook ends the loop after the step that runs, with an error that says so; Ctrl-C ends a script.
 *
 * @param count How many epochs.
 * @param loader Hands out the batches: a `DataLoader`, an array of batches, anything with a length that can be run through
 * again and again.
 * @param options label, progress, test, monitor, mode, patience, minDelta, restoreBest.
 * @returns What `for await` runs through, with the history of its epochs.
 * @throws {RangeError} if a number makes no sense, there is no such value to monitor, or the loader has no batches or another
 * number of them than its length says.
 * @throws {TypeError} if an argument or an option is of another kind or name, or `for` stands there without `await`.
 * @example
 * ```ts
 * import { accuracy, epochs, evaluate, F, nn, optim, randn, tensor } from "descent";
 * const labels = tensor([0, 1, 2, 0, 1, 2, 0, 1], { dtype: "int32" });
 * const batches = [[randn(8, 4), labels], [randn(8, 4), labels]] as const;
 * const net = new nn.Linear(4, 3), optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });
 *
 * const run = epochs(3, batches, { label: "Linear", test: () => evaluate(net, batches) });
 * for await (const step of run) {
 *   const [inputs, targets] = step.batch;
 *   const logits = net.forward(inputs);
 *   const loss = F.crossEntropy(logits, targets);
 *   loss.backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 *   step.log({ loss, accuracy: accuracy(logits, targets) });
 * }
 * console.log(run.history.map(({ epoch, loss, testLoss }) => [epoch, loss, testLoss]));
 * ```
 */
export function epochs<Batch>(
  count: number,
  loader: Batches<Batch>,
  options: EpochsOptions = {},
): EpochsRun<Batch> {
  if (arguments.length > 3) surplus("epochs", arguments, 3);
  checkWhole("epochs", "the number of epochs", count, 0);
  checkBatches("epochs", "the loader", loader);
  if (count > 0 && loader.length === 0) throw new RangeError("epochs: the loader has no batches");
  const settings = checkSettings(options);
  const { monitor, mode, minDelta } = settings;
  const history = new History({ monitor, mode, minDelta });
  const state = { stopped: "", made: [] as readonly Member[] };
  const found = iterations(
    loop(count, loader, settings, history, state),
    (index) => `after iteration ${index} of epochs()`,
    () => state.made,
  );
  Object.defineProperties(found, {
    history: { get: () => history.rows },
    best: { get: () => history.best },
    stopped: { get: () => state.stopped },
  });
  return onlyAwaited("epochs", found) as EpochsRun<Batch>;
}

type Settings = ReturnType<typeof checkSettings>;

function checkSettings(options: EpochsOptions) {
  checkOptions("epochs", options, NAMES);
  const { label = "", progress = true, monitor = "", minDelta = 0, test, mode, patience, restoreBest } =
    options;
  checkText("epochs", "label", label);
  checkBoolean("epochs", "progress", progress);
  checkText("epochs", "monitor", monitor);
  checkRange("epochs", "minDelta", minDelta, 0);
  if (test !== undefined) checkFunction("epochs", "test", test, "() => evaluate(net, testLoader)");
  if (mode !== undefined) checkChoice("epochs", "mode", mode, ["min", "max"]);
  if (patience !== undefined) checkWhole("epochs", "patience", patience, 1);
  if (restoreBest !== undefined && !(restoreBest instanceof Module)) {
    throw new TypeError(`epochs: restoreBest must be a module, not ${describe(restoreBest)}`);
  }
  return { label, progress, monitor, minDelta, test, mode: mode ?? "auto" as const, patience, restoreBest };
}

/** The iterations, without their scopes. */
async function* loop<Batch>(
  count: number,
  loader: Batches<Batch>,
  { label, progress, test, patience, restoreBest }: Settings,
  history: History,
  state: { stopped: string; made: readonly Member[] },
): AsyncGenerator<EpochStep<Batch>, void, void> {
  const { length } = loader, total = count * length, means = new Means();
  const shown = {
    epochs: count,
    batches: length,
    done: 0,
    tests: test !== undefined,
    means: () => means.values(),
    summary: () => [bestIn(history), state.stopped].filter((text) => text !== "").join("  "),
  };
  const display: EpochDisplay | null = !progress
    ? null
    : inNotebook()
    ? new Live(total, label, shown)
    : new EpochProgress({ label, ...shown });
  await makeRoom();
  let index = 0;
  const running = new Running(display);
  const stopIfAsked = () => {
    if (!running.stopped) return;
    state.stopped = `stopped after step ${index} of ${total}`;
    throw new Stopped(`Stopped after step ${index} of ${total}; the network keeps what it has learned.`);
  };
  let bestState: StateDict | null = null, ended: { error?: unknown } = {};
  try {
    for (let epoch = 1; epoch <= count && state.stopped === ""; epoch++) {
      const began = performance.now();
      for await (const { batch, made } of handedOut(loader)) {
        state.made = made;
        const size = batchSize(batch);
        if (index === epoch * length) throw miscounted(length, length + 1);
        yield { ...running.step(index, total, (values) => means.add(values, size)), epoch, batch };
        index++;
        await running.turn(index);
        stopIfAsked();
      }
      if (index < epoch * length) throw miscounted(length, index - (epoch - 1) * length);
      await running.settle();
      const seconds = (performance.now() - began) / 1000;
      const row: EpochRow = Object.assign({ epoch }, means.values(), await tested(test, display), {
        epoch,
        seconds,
      });
      means.clear();
      history.add(row);
      display?.row(row);
      if (restoreBest !== undefined && history.best === row) bestState = restoreBest.stateDict();
      if (patience !== undefined && history.since >= patience && epoch < count) {
        state.stopped = `no better ${spaced(history.monitored(row))} in ${patience} ${
          patience === 1 ? "epoch" : "epochs"
        }`;
      }
    }
    if (bestState !== null) restoreBest!.loadStateDict(bestState);
  } catch (error) {
    ended = { error };
    throw error;
  } finally {
    await running.end(ended);
  }
}

/** The loader handed out another number of batches than its length says. */
function miscounted(length: number, count: number): RangeError {
  const once = count === 0 ? "; can it be run through only once?" : "";
  return new RangeError(
    `epochs: the loader's length is ${length}, and it handed out ${
      count > length ? "more batches" : `${count} of them`
    }${once}`,
  );
}

/** What the test comes to, with "test" in front of its names. */
async function tested(
  test: EpochsOptions["test"],
  display: EpochDisplay | null,
): Promise<Record<string, number>> {
  if (test === undefined) return {};
  display?.testing();
  const values = await scope(async () => {
    const measured: unknown = await test();
    checkLoggable("epochs: test", measured);
    return await readLogged(measured);
  });
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [testName(name), value]));
}

/** "best test loss 0.0987 in epoch 4". */
function bestIn(history: History): string {
  const { best } = history;
  if (best === null || history.rows.length < 2) return "";
  const name = history.monitored(best);
  return `best ${spaced(name)} ${shortNumber(best[name])} in epoch ${best.epoch}`;
}
