/** The training loop over a set of samples, again and again. */
import { inNotebook } from "../host/process.ts";
import { iterations } from "../autograd/iterations.ts";
import type { Member } from "../autograd/scope.ts";
import { scope } from "../tensor/scope.ts";
import { checkWhole, surplus } from "../text/arguments.ts";
import { shortNumber } from "../text/numbers.ts";
import { type Batches, batchSize, checkBatches, handedOut } from "./batches.ts";
import { type EpochDisplay, EpochProgress, spaced } from "./epoch_progress.ts";
import {
  checkSettings,
  type EpochsOptions,
  isStateful,
  type RunParts,
  type Settings,
} from "./epochs_options.ts";
import { type EpochRow, History, testName } from "./history.ts";
import { leave, Stopped } from "./interrupt.ts";
import { Live } from "./live.ts";
import { openRunLogs } from "./run_log.ts";
import { checkLoggable, makeRoom, readLogged, Running, type Step } from "./running.ts";
import { RunState } from "./run_state.ts";
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

/**
 * A training loop over epochs: each runs once through all batches of a loader. A turn of the loop is a batch, whatever epoch it is
 * in; between two epochs the network is tested. It frees as `steps()` does, the batch included.
 *
 * On a terminal a bar shows the batches of an epoch, the means over the epoch so far and the time left for all, and a line for each
 * epoch stays; a file gets that line, and a few while the first epoch runs; a notebook draws curves of training and test. Stop in a
 * notebook ends the loop after the step that runs, with an error that says so. Ctrl-C and `kill` end a script after its step, exit code 130
 * or 143; a second Ctrl-C ends it at once.
 *
 * With `checkpoints` a run goes on where another program left it, in the middle of an epoch as well, its history, the means of that
 * epoch and the order of its samples included: the same weights come out as of one that was never stopped. A loader without a state
 * of its own is asked for the batches that are through, and they are passed over.
 *
 * @param count How many epochs.
 * @param loader Hands out the batches: a `DataLoader`, an array of batches, anything with a length that can be run through
 * again and again.
 * @param options label, progress, watch, test; monitor, mode, patience, minDelta, restoreBest; checkpoints, parts, checkpointEvery, resume;
 * log, logEvery.
 * @returns What `for await` runs through, with the history of its epochs. Its `next()` throws a RangeError where a logged value is not
 * finite, and so does `backward()` of a loss, unless `watch` is false.
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
  const state: Reached = { stopped: "", over: "", made: [] };
  const found = iterations(
    loop(count, loader, settings, new RunState(history, loader.length), state),
    (index) => `after iteration ${index} of epochs()`,
    () => state.made,
    settings.watching,
  );
  Object.defineProperties(found, {
    history: { get: () => history.rows },
    best: { get: () => history.best },
    stopped: { get: () => state.stopped },
  });
  return onlyAwaited("epochs", found) as EpochsRun<Batch>;
}

/** What the loop's caller sees of it. */
interface Reached {
  /** Why it ended before its time. */
  stopped: string;
  /** The same, if it did so because no epoch was better. */
  over: string;
  /** What was made for the iteration that begins. */
  made: readonly Member[];
}

/** The iterations, without their scopes. */
async function* loop<Batch>(
  count: number,
  loader: Batches<Batch>,
  settings: Settings,
  run: RunState,
  state: Reached,
): AsyncGenerator<EpochStep<Batch>, void, void> {
  const { test, patience, restoreBest, checkpoints, checkpointEvery } = settings;
  const { length } = loader, total = count * length, { history, means } = run;
  const parts: RunParts = { ...settings.parts, run };
  if (isStateful(loader)) parts.loader = loader;
  if (!settings.resume) checkpoints?.begin?.("epochs");
  const found = checkpoints !== undefined && settings.resume && await checkpoints.resume(parts) !== undefined;
  const file = openRunLogs("epochs", settings, {
    label: settings.label,
    steps: total,
    epochs: count,
    batches: length,
    done: run.step,
  });
  const display = displayFor(count, length, settings, run, () => state.over);
  await makeRoom();
  const running = new Running(display, file, settings.watching, settings.label, true);
  if (settings.resume) {
    display?.print(
      found ? `Goes on after step ${run.step} of ${total}.` : "No checkpoint to go on from: a new run.",
    );
  }
  let ended: { error?: unknown } = {}, savedAt = -1, whole = false;
  const save = async (row?: EpochRow) => {
    await running.settle();
    await checkpoints?.save(parts, { ...row, step: run.step });
    savedAt = run.step;
  };
  const stopIfAsked = async () => {
    if (!running.stopped) return;
    state.stopped = `stopped after step ${run.step} of ${total}`;
    if (checkpoints !== undefined && savedAt !== run.step) {
      await save();
      display?.print("Saved; the run can go on from there.");
    }
    file.end(run.step, state.stopped);
    leave();
    throw new Stopped(`Stopped after step ${run.step} of ${total}; the network keeps what it has learned.`);
  };
  try {
    for (let epoch = history.rows.length + 1; epoch <= count && !isOver(history, patience, state); epoch++) {
      const began = performance.now() - 1000 * run.seconds;
      // A loader that has a state is where it was; another one is brought there.
      let done = isStateful(loader) ? 0 : run.step - (epoch - 1) * length;
      for await (const { batch, made } of handedOut(loader)) {
        if (done-- > 0) continue;
        state.made = made;
        if (run.step === epoch * length) throw miscounted(length, length + 1);
        const size = batchSize(batch);
        settings.watching?.begin(run.step + 1, epoch);
        yield { ...running.step(run.step, total, (values) => means.add(values, size)), epoch, batch };
        run.step++;
        run.seconds = (performance.now() - began) / 1000;
        await running.turn(run.step);
        if (run.step % checkpointEvery === 0 && run.step < epoch * length) await save();
        await stopIfAsked();
      }
      if (run.step < epoch * length) throw miscounted(length, run.step - (epoch - 1) * length);
      await running.settle();
      await running.pause();
      const { seconds } = run;
      const row: EpochRow = Object.assign({ epoch }, means.values(), await tested(test, display), {
        epoch,
        seconds,
      });
      means.clear();
      run.seconds = 0;
      history.add(row);
      file.epoch(run.step, row);
      display?.row(row);
      if (restoreBest !== undefined && history.best === row) run.best = restoreBest.stateDict();
      await save(row);
      await stopIfAsked();
    }
    if (run.best !== null) restoreBest?.loadStateDict(run.best);
    whole = true;
  } catch (error) {
    ended = { error };
    if (state.stopped === "") state.stopped = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    if (!whole && state.stopped === "") state.stopped = `left after step ${run.step} of ${total}`;
    await running.end(ended);
    file.end(run.step, state.stopped);
  }
}

/** What shows how far the run is; null: nothing does. */
function displayFor(
  epochs: number,
  batches: number,
  { label, progress, test }: Settings,
  { step, means, history }: RunState,
  over: () => string,
): EpochDisplay | null {
  if (!progress) return null;
  const shown = {
    epochs,
    batches,
    done: step,
    tests: test !== undefined,
    means: () => means.values(),
    summary: () => [bestIn(history), over()].filter((text) => text !== "").join("  "),
  };
  return inNotebook() ? new Live(epochs * batches, label, shown) : new EpochProgress({ label, ...shown });
}

/** Whether no epoch was better for as long as patience lasts; says so. */
function isOver(history: History, patience: number | undefined, state: Reached): boolean {
  const last = history.rows.at(-1);
  if (patience === undefined || last === undefined || history.since < patience) return false;
  const epochs = patience === 1 ? "epoch" : "epochs";
  state.stopped = state.over = `no better ${spaced(history.monitored(last))} in ${patience} ${epochs}`;
  return true;
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
