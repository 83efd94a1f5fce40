/**
 * A small run: a network, its optimizer, its schedule, and batches of pictures in random order.
 *
 * @module
 */
import {
  accuracy,
  DataLoader,
  type EpochRow,
  epochs,
  type EpochsOptions,
  evaluate,
  F,
  load,
  manualSeed,
  nn,
  optim,
  save,
  type Tensor,
  tensor,
  tensorDataset,
} from "descent";
import { formula } from "../parity/formula.ts";

/** 8 × 8 grey pictures to ten classes. */
export class Net extends nn.Module {
  features: nn.Sequential;
  head = new nn.Sequential(new nn.Flatten(), new nn.Linear(4 * 4 * 4, 10));

  constructor(normalize: boolean) {
    super();
    const norm = normalize ? [new nn.BatchNorm2d(4)] : [];
    this.features = new nn.Sequential(
      // A bias in front of a normalization has no effect: its gradient is nothing but rounding.
      new nn.Conv2d(1, 4, 3, { padding: 1, bias: !normalize }),
      ...norm,
      new nn.ReLU(),
      new nn.MaxPool2d(2),
    );
  }

  override forward(images: Tensor): Tensor {
    return this.head.forward(this.features.forward(images));
  }
}

/** So many samples, of which the last batch of an epoch has fewer than the others. */
const SAMPLES = 100, BATCH = 16;

/** Pictures, and what they show: which of ten columns was made brighter. tools/fixtures/torch_run.py makes the same. */
export function pictures(): Record<"images" | "labels", Tensor> {
  const labels = tensor(Int32Array.from({ length: SAMPLES }, (_, i) => (7 * i) % 10));
  const columns = tensor(Int32Array.from({ length: 64 }, (_, i) => i % 10));
  const bright = labels.reshape(-1, 1).eq(columns).to("float32").reshape(SAMPLES, 1, 8, 8);
  return { images: formula("run/images", [SAMPLES, 1, 8, 8]).add(bright), labels };
}

/** How a run is trained, and how Python is told. */
export interface Training {
  optimizer: (net: nn.Module) => optim.SGD | optim.Adam;
  /** Arguments of tools/torch. */
  flags: string[];
}

/** Trainings of different memories: momentum that a schedule moves, and Adam's means with weight decay and another schedule. */
export const TRAININGS: Record<
  string,
  Training & { schedule: (optimizer: optim.SGD | optim.Adam) => Schedule }
> = {
  "SGD under OneCycleLR": {
    optimizer: (net) =>
      new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-3 }),
    schedule: (optimizer) => new optim.lr.OneCycleLR(optimizer, { maxLr: 0.1, totalSteps: 40 }),
    flags: ["--schedule", "OneCycleLR(max_lr=0.1, total_steps=40)"],
  },
  "AdamW under StepLR": {
    optimizer: (net) => new optim.AdamW(net.parameters(), { lr: 1e-2, betas: [0.8, 0.99], weightDecay: 0.1 }),
    schedule: (optimizer) => new optim.lr.StepLR(optimizer, { stepSize: 3, gamma: 0.7 }),
    flags: ["--optimizer", "AdamW", "--schedule", "StepLR(step_size=3, gamma=0.7)"],
  },
};

type Schedule = optim.lr.OneCycleLR | optim.lr.StepLR;

/** Epoch after epoch. A loop that is left would have ended its epoch. */
async function* forever<Batch>(loader: AsyncIterable<Batch>): AsyncGenerator<Batch, undefined> {
  for (;;) yield* loader;
}

/** A run that can be trained for some steps, saved, and taken up again. */
export class Run {
  readonly model: Net;
  readonly optimizer: optim.SGD | optim.Adam;
  readonly schedule: Schedule;
  readonly loader: DataLoader<[Tensor, Tensor]>;
  readonly #batches: AsyncGenerator<[Tensor, Tensor], undefined>;
  step = 0;

  constructor(
    training: keyof typeof TRAININGS,
    { images, labels }: Record<"images" | "labels", Tensor>,
    normalize = false,
  ) {
    manualSeed(2);
    this.model = new Net(normalize);
    this.optimizer = TRAININGS[training].optimizer(this.model);
    this.schedule = TRAININGS[training].schedule(this.optimizer);
    this.loader = new DataLoader(tensorDataset(images, labels), { batchSize: BATCH, shuffle: true });
    this.#batches = forever(this.loader);
  }

  /** Trains for so many steps, whatever epochs they are in, and returns their losses. */
  async train(steps: number): Promise<number[]> {
    const losses: number[] = [];
    while (losses.length < steps) {
      const [images, labels] = (await this.#batches.next()).value!;
      const loss = F.crossEntropy(this.model.forward(images), labels);
      loss.backward();
      this.optimizer.step();
      this.optimizer.zeroGrad();
      this.schedule.step();
      this.step++;
      losses.push(await loss.item());
    }
    return losses;
  }

  #parts() {
    const { model, optimizer, schedule, loader } = this;
    return { model, optimizer, schedule, loader };
  }

  /** Trains by `epochs()`, until as many steps are done as `leaveAt` says. */
  async epochs(count: number, options: EpochsOptions, leaveAt = Infinity): Promise<readonly EpochRow[]> {
    const { model, optimizer, schedule, loader } = this;
    const test = () => evaluate(model, new DataLoader(loader.dataset, { batchSize: 50 }));
    const run = epochs(count, loader, {
      progress: false,
      parts: { model, optimizer, schedule },
      test,
      ...options,
    });
    for await (const { index, batch: [images, labels], log } of run) {
      if (index === leaveAt) break;
      const logits = model.forward(images), loss = F.crossEntropy(logits, labels);
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
      schedule.step();
      log({ loss, accuracy: accuracy(logits, labels) });
    }
    return run.history;
  }

  async save(path: string): Promise<void> {
    await save(path, { ...this.#parts(), step: this.step, note: "kept" });
  }

  /** What else the file says. */
  async load(source: string | Uint8Array): Promise<Record<string, unknown>> {
    const { step, ...rest } = await load(source, this.#parts());
    this.step = step as number;
    return rest;
  }

  /** All that it remembers, tensors by name and the rest as JSON. */
  async memory(): Promise<{ tensors: Record<string, Float32Array | Int32Array>; rest: string }> {
    const tensors: Record<string, Float32Array | Int32Array> = {};
    const found: [string, Tensor][] = Object.entries(this.model.stateDict());
    const { state, paramGroups } = this.optimizer.stateDict();
    const counts: unknown[] = [];
    for (const [number, { step, ...entry }] of Object.entries(state)) {
      counts.push(step);
      for (const [name, value] of Object.entries(entry)) found.push([`${number}.${name}`, value as Tensor]);
    }
    for (const [name, value] of found) tensors[name] = await value.data() as Float32Array | Int32Array;
    const round = (_: string, value: unknown) =>
      typeof value === "number" ? Number(value.toPrecision(12)) : value;
    const { schedule, loader, step } = this;
    const rest = { paramGroups, counts, schedule: schedule.stateDict(), loader: loader.stateDict(), step };
    return { tensors, rest: JSON.stringify(rest, round, 1) };
  }
}
