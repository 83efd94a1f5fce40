/** Losses of differences and likelihoods: good calls, as functions and as modules, from which tests/arguments.ts makes wrong ones. */
import { nn, ones, randn, tensor } from "descent";
import type { Entry } from "../arguments.ts";

type Calls = (() => readonly unknown[])[];

/** What is compared, in every form. */
const pair: Calls = [
  () => [ones(2), ones(2)],
  () => [ones(2), [1, 0.5]],
  () => [ones(2), 1],
  () => [ones(2), new Float32Array(2)],
];
const yes: Calls = [() => [tensor(1), true]];
const pairs: Calls = [
  () => [ones(3), ones(3), true],
  () => [ones(2, 3), ones(2, 3), ones(2)],
  ...pair.map((call) => () => [ones(2, 3), ones(2, 3), call()[1]]),
];
const ranks: Calls = [...pair, ...yes].map((call) => () => [call()[0], ...call()]);
const triplets: Calls = [() => [ones(2, 3), ones(2, 3), randn(2, 3)]];
const variances: Calls = [
  ...pair.map((call) => () => [...call(), ones(2)]),
  ...pair.map((call) => () => [ones(2), ...call()]),
  () => [tensor(1), true, tensor(1)],
  () => [tensor(1), 1, true],
];

/** Per loss: its class, what it compares, its options. */
const LOSSES: Record<string, { module: string; calls: Calls; options: (() => Record<string, unknown>)[] }> = {
  l1Loss: { module: "L1Loss", calls: [...pair, ...yes], options: [() => ({ reduction: "none" })] },
  smoothL1Loss: {
    module: "SmoothL1Loss",
    calls: [...pair, ...yes],
    options: [() => ({ reduction: "sum", beta: 0.5 })],
  },
  huberLoss: {
    module: "HuberLoss",
    calls: [...pair, ...yes],
    options: [() => ({ reduction: "sum", delta: 0.5 })],
  },
  cosineEmbeddingLoss: {
    module: "CosineEmbeddingLoss",
    calls: pairs,
    options: [() => ({ reduction: "none", margin: 0.5 })],
  },
  tripletMarginLoss: {
    module: "TripletMarginLoss",
    calls: triplets,
    options: [() => ({ reduction: "none", margin: 0.5, p: 1, eps: 1e-3, swap: true })],
  },
  marginRankingLoss: {
    module: "MarginRankingLoss",
    calls: ranks,
    options: [() => ({ reduction: "none", margin: 0.5 })],
  },
  hingeEmbeddingLoss: {
    module: "HingeEmbeddingLoss",
    calls: [...pair, ...yes],
    options: [() => ({ reduction: "none", margin: 0.5 })],
  },
  binaryCrossEntropy: {
    module: "BCELoss",
    calls: [...pair, ...yes],
    options: [() => ({ reduction: "none", weight: tensor([1, 2]) }), () => ({ weight: null })],
  },
  klDivLoss: {
    module: "KLDivLoss",
    calls: [...pair, ...yes],
    options: [() => ({ reduction: "batchmean", logTarget: true })],
  },
  gaussianNLLLoss: {
    module: "GaussianNLLLoss",
    calls: variances,
    options: [() => ({ reduction: "none", full: true, eps: 1e-3 })],
  },
  poissonNLLLoss: {
    module: "PoissonNLLLoss",
    calls: [...pair, ...yes],
    options: [() => ({ reduction: "none", logInput: false, full: true, eps: 1e-3 })],
  },
  softMarginLoss: {
    module: "SoftMarginLoss",
    calls: [...pair, ...yes],
    options: [() => ({ reduction: "none" })],
  },
};

/** Of F. */
export const lossFunctions: Record<string, Entry> = {};
/** Of nn, and instances of its classes. */
export const lossModules: Record<string, Entry> = {};
export const lossReceivers: Record<string, () => object> = {};

// deno-lint-ignore no-explicit-any
const classes = nn as any;
for (const [name, { module, calls, options }] of Object.entries(LOSSES)) {
  const withOptions = options.map((one) => () => [...calls[0](), one()]);
  lossFunctions[`F.${name}`] = { good: [...calls, ...withOptions] };
  lossModules[`nn.${module}`] = { good: [() => [], ...options.map((one) => () => [one()])] };
  lossModules[`nn.${module}.forward`] = { good: calls, says: [name] };
  lossReceivers[`nn.${module}`] = () => new classes[module]();
}
