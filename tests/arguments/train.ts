/** The training loop: good calls, from which tests/arguments.ts makes wrong ones. */
import { accuracy, F, nn, Progress, randn, steps, type Tensor, tensor } from "descent";
import type { Room } from "../arguments.ts";

const quiet = { write: () => {}, isTerminal: false };
const { value: step } = await steps(1, { progress: false }).next();

const net = new nn.Linear(4, 3);
const labels = tensor([0, 1, 2, 0], { dtype: "int32" });
const batches = [[randn(4, 4), labels] as const];

export const trainRoom: Room = {
  receivers: { Progress: () => new Progress(5, quiet), step: () => step! },
  entries: {
    "capture": { good: [() => [(x: Tensor) => x]] },
    "averagedModel": {
      good: [
        () => [new nn.Linear(2, 1), { decay: 0.5, useBuffers: true }],
        () => [new nn.Linear(2, 1), { decay: null }],
      ],
    },
    "Progress": {
      good: [
        () => [3, {
          label: "x",
          write: () => {},
          columns: () => 80,
          isTerminal: true,
          color: true,
          now: () => 0,
        }],
      ],
    },
    "Progress.step": { good: [() => [3]] },
    "Progress.expect": { good: [() => [3]] },
    "Progress.log": { good: [() => [3, { loss: 0.5 }]], records: [1] },
    "Progress.print": { good: [() => ["a line"]] },
    "Progress.end": { good: [() => [{ error: new Error("x") }]], anything: ["0.error"] },
    "step.log": { good: [() => [{ loss: 0.5, rate: tensor([1]) }]], records: [0] },
    "step.print": { good: [() => ["a line"]] },
    "detectAnomaly": { good: [() => [() => 1]] },
    "accuracy": {
      good: [() => [randn(4, 3), labels], () => [randn(4, 3), [0, 1, 2, 0]]],
    },
    "evaluate": {
      good: [
        () => [net, batches, { criterion: F.crossEntropy, metrics: { accuracy } }],
        () => [net, batches, { criterion: new nn.CrossEntropyLoss() }],
      ],
    },
    "predict": { good: [() => [net, batches]] },
    "epochs": {
      good: [
        () => [0, batches, {
          label: "x",
          progress: false,
          watch: true,
          test: () => ({ loss: 1 }),
          monitor: "testLoss",
          mode: "min",
          patience: 3,
          minDelta: 0.5,
          restoreBest: net,
          checkpoints: { save: () => Promise.resolve(), resume: () => Promise.resolve(undefined) },
          parts: { model: net },
          checkpointEvery: 10,
          resume: true,
          log: [],
          logEvery: 10,
        }],
        () => [0, batches, { log: "run.jsonl" }],
      ],
    },
    "steps": {
      good: [
        () => [0, { label: "x", progress: false, watch: true, log: [], logEvery: 10 }],
        () => [0, { log: "run.jsonl" }],
      ],
    },
  },
};
