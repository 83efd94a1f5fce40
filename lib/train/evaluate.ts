/** What a network is worth on data that it was not trained on. */
import { iterations } from "../autograd/iterations.ts";
import { noGrad } from "../autograd/no_grad.ts";
import type { Member } from "../autograd/scope.ts";
import { crossEntropy } from "../functional/cross_entropy.ts";
import { type Layer, Module } from "../nn/module.ts";
import { checkTensor } from "../tensor/check.ts";
import { cat } from "../tensor/join.ts";
import { scope } from "../tensor/scope.ts";
import { Tensor } from "../tensor/tensor.ts";
import { legible } from "../text/escape.ts";
import { checkFunction, checkOptions, describe, isPlain, surplus } from "../text/arguments.ts";
import { accuracy } from "./accuracy.ts";
import { type Batches, batchSize, checkBatches, handedOut } from "./batches.ts";
import { checkLoggable, type Loggable, readLogged } from "./running.ts";
import { Means } from "./history.ts";

/** What a batch of labelled samples is: inputs, and what should come out. */
export type LabelledBatch = readonly [inputs: Tensor, targets: Tensor, ...more: unknown[]];

/** Something that is measured: a mean over the batch. */
export type Metric<Outputs = Tensor> = (outputs: Outputs, targets: Tensor) => Loggable;

/** A module that {@linkcode evaluate} takes: of one input, and of any result. */
export interface Evaluated<Outputs> extends Module {
  /** Computes the output from the input. */
  forward(inputs: Tensor): Outputs;
}

/** A loss as a module. */
export interface Criterion<Outputs> extends Module {
  /** The loss, a mean over the batch. */
  forward(outputs: Outputs, targets: Tensor): Tensor;
}

/** Settings of {@linkcode evaluate}. */
export interface EvaluateOptions<Name extends string, Outputs = Tensor> {
  /** The loss, a mean over the batch: a function or a module such as `new nn.MSELoss()`; `F.crossEntropy` by default. */
  criterion?: Metric<Outputs> | Criterion<Outputs>;
  /** What else is measured, by name: `{ accuracy }` by default; `{}` for a network that tells no classes apart. */
  metrics?: Record<Name, Metric<Outputs>>;
}

/** So many batches' numbers may be on their way before the loop waits for the oldest. */
const READS_IN_FLIGHT = 2;

/**
 * The loss and the accuracy of a network on a set of samples: in evaluation mode, nothing recorded, each batch freed as the next
 * one comes. Means are those over the samples, a smaller last batch counting less. The mode is changed during each forward only,
 * so that a network may be evaluated while it trains.
 *
 * A network that returns several tensors, such as an autoencoder, says what is measured: `criterion` and `metrics` get what it
 * returns.
 *
 * @param net The network; it is as it was afterwards.
 * @param loader Hands out batches [inputs, targets]: a `DataLoader`, an array of them.
 * @param options criterion, metrics.
 * @returns Plain numbers: loss, and what was measured.
 * @throws {RangeError} if there is no batch.
 * @throws {TypeError} if a batch is no pair of tensors, or an argument is of another kind.
 * @example
 * ```ts
 * import { evaluate, nn, randn, tensor } from "descent";
 * const net = new nn.Linear(4, 3);
 * const batches = [[randn(8, 4), tensor([0, 1, 2, 0, 1, 2, 0, 1], { dtype: "int32" })]] as const;
 * const { loss, accuracy } = await evaluate(net, batches);
 * console.log(`loss ${loss.toFixed(4)}, ${(100 * accuracy).toFixed(1)} % right`);
 * ```
 */
export async function evaluate<Name extends string = "accuracy", Outputs = Tensor>(
  net: Evaluated<Outputs>,
  loader: Batches<LabelledBatch>,
  options: EvaluateOptions<Name, Outputs> = {},
): Promise<Record<"loss" | Name, number>> {
  if (arguments.length > 3) surplus("evaluate", arguments, 3);
  checkNet("evaluate", net);
  checkBatches("evaluate", "the loader", loader);
  checkOptions("evaluate", options, ["criterion", "metrics"]);
  const { criterion = ofTensors(net, crossEntropy), metrics = { accuracy: ofTensors(net, accuracy) } } =
    options;
  if (!(criterion instanceof Module)) checkFunction("evaluate", "criterion", criterion, "F.mseLoss");
  checkMetrics(metrics);
  const loss: Metric<Outputs> = criterion instanceof Module
    ? (outputs, targets) => criterion.forward(outputs, targets)
    : criterion;
  const measures = { loss, ...metrics } as Record<"loss" | Name, Metric<Outputs>>;
  const means = new Means(), reads: Promise<void>[] = [];
  await outputsOf("evaluate", net, loader, async (outputs, targets) => {
    const measured: unknown = Object.fromEntries(
      Object.entries<Metric<Outputs>>(measures).map(([name, metric]) => [name, metric(outputs, targets)]),
    );
    checkLoggable("evaluate", measured);
    reads.push(readLogged(measured).then((read) => means.add(read, batchSize([outputs, targets]))));
    // Whoever waits for it hears that it failed.
    reads.at(-1)!.catch(() => {});
    while (reads.length > READS_IN_FLIGHT) await reads.shift();
  });
  await Promise.all(reads);
  return means.values() as Record<"loss" | Name, number>;
}

/** A measure that is there without being asked for: it takes one tensor, which a network need not return. */
function ofTensors(net: Module, metric: Metric): Metric<unknown> {
  return (outputs, targets) => {
    if (outputs instanceof Tensor) return metric(outputs, targets);
    throw new TypeError(
      `evaluate: ${legible(net.constructor.name)} returned ${
        describe(outputs)
      }, and cross-entropy and accuracy take one tensor; ` +
        `say what to measure: { criterion: (outputs, targets) => …, metrics: {} }`,
    );
  };
}

/** What {@linkcode predict} returns: tensors over all samples, in the order in which they came. */
export interface Predictions {
  /** What came out of the network: [N, C]. */
  logits: Tensor;
  /** Their softmax: [N, C]. */
  probabilities: Tensor;
  /** The likeliest classes: int32 [N]. */
  predictions: Tensor;
  /** The targets, as the loader gave them: [N]. */
  labels: Tensor;
}

/**
 * What a network says of all samples of a set: for confusion matrices, for the worst mistakes. In evaluation mode, nothing
 * recorded, as {@linkcode evaluate}.
 *
 * @param net The network: logits [N, C] come out.
 * @param loader Hands out batches [inputs, labels].
 * @returns Logits, probabilities, predictions and labels.
 * @throws {RangeError} if there is no batch.
 * @throws {TypeError} if a batch is no pair of tensors, or an argument is of another kind.
 * @example
 * ```ts
 * import { nn, predict, randn, tensor } from "descent";
 * const net = new nn.Linear(4, 3);
 * const batches = [[randn(2, 4), tensor([0, 1], { dtype: "int32" })]] as const;
 * const { predictions, labels } = await predict(net, batches);
 * console.log(await predictions.data(), await labels.data());
 * ```
 */
export async function predict(net: Layer, loader: Batches<LabelledBatch>): Promise<Predictions> {
  if (arguments.length > 2) surplus("predict", arguments, 2);
  checkNet("predict", net);
  checkBatches("predict", "the loader", loader);
  return await scope(async () => {
    const logits: Tensor[] = [], labels: Tensor[] = [];
    await outputsOf("predict", net, loader, (outputs, targets) => {
      checkTensor("predict", `what ${legible(net.constructor.name)} returns`, outputs);
      logits.push(outputs.clone().keep());
      labels.push(targets.clone().keep());
    });
    return noGrad(() => {
      const all = cat(logits), right = cat(labels);
      for (const one of [...logits, ...labels]) one.value.buffer.free("by predict()");
      return {
        logits: all,
        probabilities: all.softmax(1),
        predictions: all.argmax(1),
        labels: right,
      };
    });
  });
}

/** Runs a network over batches, in evaluation mode; what `look` makes of a batch dies with it. */
function outputsOf<Outputs>(
  name: string,
  net: Evaluated<Outputs>,
  loader: Batches<LabelledBatch>,
  look: (outputs: Outputs, targets: Tensor) => void | Promise<void>,
): Promise<void> {
  return noGrad(async () => {
    let made: readonly Member[] = [], count = 0;
    const batches = async function* () {
      for await (const handed of handedOut(loader)) {
        made = handed.made;
        yield handed.batch;
      }
    };
    const loop = iterations(batches(), (index) => `after batch ${index} of ${name}()`, () => made);
    for await (const batch of loop) {
      const [inputs, targets] = pairOf(name, batch);
      count++;
      await look(inEvaluation(net, () => net.forward(inputs)), targets);
    }
    if (count === 0) throw new RangeError(`${name}: the loader has no batches`);
  });
}

/** Runs a network in evaluation mode, each of its modules as it was before and after. */
function inEvaluation<T>(net: Module, body: () => T): T {
  const training = net.modules().filter((module) => module.training);
  for (const module of training) module.training = false;
  try {
    return body();
  } finally {
    for (const module of training) module.training = true;
  }
}

/** A batch as inputs and targets. */
function pairOf(name: string, batch: unknown): LabelledBatch {
  if (Array.isArray(batch) && batch[0] instanceof Tensor && batch[1] instanceof Tensor) {
    return batch as unknown as LabelledBatch;
  }
  throw new TypeError(
    `${name}: a batch must be a list of two tensors, [inputs, targets], not ${describe(batch)}`,
  );
}

function checkNet(name: string, net: unknown): void {
  if (net instanceof Module) return;
  throw new TypeError(`${name}: the network must be a module, not ${describe(net)}`);
}

function checkMetrics(metrics: unknown): void {
  if (!isPlain(metrics)) {
    throw new TypeError(
      `evaluate: metrics stand in one object such as { accuracy }, not ${describe(metrics)}`,
    );
  }
  for (const [name, metric] of Object.entries(metrics)) checkFunction("evaluate", name, metric, "accuracy");
}
