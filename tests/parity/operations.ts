/**
 * The library's side of the tables in tools/fixtures: for every operation that a fixture names, how the library says it.
 * Inputs come in the order in which the fixture writes them.
 *
 * @module
 */
import { arange, cat, eye, F, full, type Index, linspace, stack, where } from "descent";
import { arrangement } from "./arrangement.ts";
import { compositions } from "./compositions.ts";
import { indexing } from "./indexing.ts";
import type { Operation } from "./operation.ts";

// deno-fmt-ignore
const UNARY = [
  "neg", "exp", "log", "sqrt", "square", "abs", "sin", "cos", "relu", "sigmoid", "tanh", "gelu", "softplus",
] as const;

// deno-fmt-ignore
const BINARY = [
  "add", "sub", "mul", "div", "pow", "maximum", "minimum", "eq", "ne", "gt", "lt", "ge", "le",
] as const;

type Entry = [string, Operation];
const unary = UNARY.map((name): Entry => [name, ([x]) => x[name]()]);
const binary = BINARY.map((name): Entry => [name, ([x, y]) => x[name](y)]);
const withNumber = BINARY.map((name): Entry => [`${name}Number`, ([x], { value }) => x[name](value)]);

const elementwise: Record<string, Operation> = {
  ...Object.fromEntries([...unary, ...binary, ...withNumber]),
  leakyRelu: ([x], { slope }) => x.leakyRelu(slope),
  clamp: ([x], settings) => x.clamp(settings),
  where: ([condition, a, b]) => where(condition, a, b),
  xWhere: ([x, condition, other]) => x.where(condition, other),
};

const reductions: Record<string, Operation> = {
  sum: ([x], { dim, ...options }) => x.sum(dim, options),
  mean: ([x], { dim, ...options }) => x.mean(dim, options),
  var: ([x], { dim, ...options }) => x.var(dim, options),
  max: ([x], { dim, ...options }) => x.max(dim, options),
  min: ([x], { dim, ...options }) => x.min(dim, options),
  logsumexp: ([x], { dim, ...options }) => x.logsumexp(dim, options),
  argmax: ([x], { dim, ...options }) => x.argmax(dim, options),
  softmax: ([x], { dim }) => x.softmax(dim),
  logSoftmax: ([x], { dim }) => x.logSoftmax(dim),
};

/** JSON has no Infinity: null stands for the end that Python leaves open. */
function readIndex(index: (number | (number | null)[] | null)[]): Index[] {
  return index.map((part) => Array.isArray(part) ? part.map((n) => n ?? Infinity) as unknown as Index : part);
}

const shapes: Record<string, Operation> = {
  reshape: ([x], { shape }) => x.reshape(...shape),
  flatten: ([x], { start, end }) => x.flatten(start, end),
  unsqueeze: ([x], { dim }) => x.unsqueeze(dim),
  squeeze: ([x], { dim }) => x.squeeze(dim),
  transpose: ([x], { a, b }) => x.transpose(a, b),
  permute: ([x], { dims }) => x.permute(...dims),
  t: ([x]) => x.t(),
  expand: ([x], { shape }) => x.expand(...shape),
  gather: ([x, index], { dim }) => x.gather(dim, index),
  pad: ([x], { pads, value }) => x.pad(pads, value),
  at: ([x], { index, row }) => row === undefined ? x.at(...readIndex(index)) : x.at(row),
  cat: (parts, { dim }) => cat(parts, dim),
  stack: (parts, { dim }) => stack(parts, dim),
};

const creation: Record<string, Operation> = {
  arange: (_, { start, end, step }) => arange(start, end, step),
  linspace: (_, { start, end, count }) => linspace(start, end, count),
  eye: (_, { count }) => eye(count),
  full: (_, { shape, value }) => full(shape, value),
  oneHot: ([classes], { count }) => F.oneHot(classes, count),
};

const layers: Record<string, Operation> = {
  matmul: ([x, y]) => x.matmul(y),
  linear: ([x, weight, bias]) => F.linear(x, weight, bias),
  linearBias: ([x, weight, bias]) => F.linear(x, weight, bias),
  conv2d: ([x, weight, bias], settings) => F.conv2d(x, weight, { bias, ...settings }),
  conv2dBias: ([x, weight, bias], settings) => F.conv2d(x, weight, { bias, ...settings }),
  maxPool2d: ([x], { kernel, ...settings }) => F.maxPool2d(x, kernel, settings),
  avgPool2d: ([x], { kernel, ...settings }) => F.avgPool2d(x, kernel, settings),
  adaptiveAvgPool2d: ([x], { size }) => F.adaptiveAvgPool2d(x, size),
  batchNorm: ([x, weight, bias]) => F.batchNorm(x, { weight, bias, training: true }),
};

const losses: Record<string, Operation> = {
  mseLoss: ([x, target], settings) => F.mseLoss(x, target, settings),
  crossEntropy: ([logits, target], settings) => F.crossEntropy(logits, target, settings),
  nllLoss: ([logits, target], settings) => F.nllLoss(logits.logSoftmax(1), target, settings),
  nllLossOfInput: ([x, target], settings) => F.nllLoss(x, target, settings),
  binaryCrossEntropyWithLogits: ([logits, target], settings) =>
    F.binaryCrossEntropyWithLogits(logits, target, settings),
  crossEntropyWeighted: ([logits, target, weight], settings) =>
    F.crossEntropy(logits, target, { weight, ...settings }),
  nllLossWeighted: ([x, target, weight], settings) => F.nllLoss(x, target, { weight, ...settings }),
  binaryCrossEntropyWeighted: ([logits, target, weight, posWeight], settings) =>
    F.binaryCrossEntropyWithLogits(logits, target, { weight, posWeight, ...settings }),
};

const furtherLosses: Record<string, Operation> = {
  l1Loss: ([x, target], settings) => F.l1Loss(x, target, settings),
  smoothL1Loss: ([x, target], settings) => F.smoothL1Loss(x, target, settings),
  huberLoss: ([x, target], settings) => F.huberLoss(x, target, settings),
  cosineEmbeddingLoss: ([x1, x2, target], settings) => F.cosineEmbeddingLoss(x1, x2, target, settings),
  tripletMarginLoss: ([anchor, positive, negative], settings) =>
    F.tripletMarginLoss(anchor, positive, negative, settings),
  marginRankingLoss: ([x1, x2, target], settings) => F.marginRankingLoss(x1, x2, target, settings),
  hingeEmbeddingLoss: ([x, target], settings) => F.hingeEmbeddingLoss(x, target, settings),
  binaryCrossEntropy: ([x, target, weight], settings) =>
    F.binaryCrossEntropy(x, target, { weight, ...settings }),
  klDivLoss: ([x, target], settings) => F.klDivLoss(x, target, settings),
  gaussianNLLLoss: ([x, target, variance], settings) => F.gaussianNLLLoss(x, target, variance, settings),
  poissonNLLLoss: ([x, target], settings) => F.poissonNLLLoss(x, target, settings),
  softMarginLoss: ([x, target], settings) => F.softMarginLoss(x, target, settings),
};

/** Every operation that a fixture may name. */
export const operations: Record<string, Operation> = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...creation,
  ...layers,
  ...losses,
  ...furtherLosses,
  ...compositions,
  ...indexing,
  ...arrangement,
};
