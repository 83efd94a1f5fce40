/** Functions of tensors: good calls, from which tests/arguments.ts makes wrong ones. */
import { ones, tensor } from "descent";
import type { Entry, Room } from "../arguments.ts";
import { lossFunctions } from "./losses.ts";

const image = () => ones(1, 2, 4, 4);
const classes = () => tensor([0, 1], { dtype: "int32" });
const logits = () => ones(2, 3);

const single: Entry = { good: [() => [logits()]] };

const pooling: Entry = {
  good: [
    () => [image(), 2, { stride: 1, padding: 1 }],
    () => [image(), [2, 2], { stride: [1, 2], padding: [1, 0] }],
  ],
};

/** The losses take a target as a tensor or as plain numbers. */
const ofClasses = (options: () => Record<string, unknown>): Entry => ({
  good: [
    () => [logits(), classes(), { weight: ones(3), ignoreIndex: -1, reduction: "sum", ...options() }],
    () => [logits(), [0, 1], { weight: null }],
    () => [ones(3), 1],
    () => [logits(), new Int32Array(2)],
  ],
});

export const functionalRoom: Room = {
  entries: {
    "F.relu": single,
    "F.relu6": single,
    "F.selu": single,
    "F.silu": single,
    "F.mish": single,
    "F.hardswish": single,
    "F.sigmoid": single,
    "F.hardsigmoid": single,
    "F.logSigmoid": single,
    "F.softsign": single,
    "F.tanh": single,
    "F.tanhshrink": single,
    "F.leakyRelu": { good: [() => [logits(), 0.5]] },
    "F.elu": { good: [() => [logits(), 0.5]] },
    "F.celu": { good: [() => [logits(), 0.5]] },
    "F.hardshrink": { good: [() => [logits(), 0.5]] },
    "F.softshrink": { good: [() => [logits(), 0.5]] },
    "F.hardtanh": { good: [() => [logits(), 0, 1]] },
    "F.gelu": { good: [() => [logits(), { approximate: "tanh" }]] },
    "F.softplus": { good: [() => [logits(), { beta: 2, threshold: 10 }]] },
    "F.prelu": { good: [() => [logits(), ones(3)]] },
    "F.softmax": { good: [() => [logits(), 1]] },
    "F.logSoftmax": { good: [() => [logits(), 1]] },
    "F.softmin": { good: [() => [logits(), 1]] },
    "F.glu": { good: [() => [ones(2, 4), 1]] },
    ...lossFunctions,
    "F.adaptiveAvgPool2d": { good: [() => [image(), 3], () => [image(), [3, 2]]] },
    "F.avgPool2d": pooling,
    "F.batchNorm": {
      good: [
        () => [logits(), {
          weight: ones(3),
          bias: ones(3),
          runningMean: ones(3),
          runningVar: ones(3),
          training: true,
          momentum: 0.1,
          eps: 1e-5,
        }],
        () => [logits(), { weight: null, bias: null, runningMean: null, runningVar: null, training: true }],
      ],
    },
    "F.binaryCrossEntropyWithLogits": {
      good: [
        () => [logits(), logits(), { reduction: "sum", weight: ones(3), posWeight: ones(3) }],
        () => [ones(2), [0, 1], { weight: null, posWeight: null }],
        () => [tensor(1), 1],
        () => [tensor(1), true],
      ],
    },
    "F.conv2d": {
      good: [
        () => [image(), ones(4, 1, 3, 3), { bias: ones(4), stride: 1, padding: 1, dilation: 1, groups: 2 }],
        () => [image(), ones(4, 2, 3, 3), { bias: null, stride: [1, 2], padding: [1, 1], dilation: [1, 1] }],
      ],
    },
    "F.crossEntropy": {
      good: [
        ...ofClasses(() => ({ labelSmoothing: 0.1 })).good,
        // As many probabilities as logits.
        () => [ones(3), new Float32Array(3)],
      ],
    },
    "F.dropout": { good: [() => [ones(3), 0.5, { training: true }]] },
    "F.embedding": {
      good: [
        () => [classes(), ones(2, 3), { paddingIdx: 1 }],
        () => [[[1, 0]], ones(2, 3), { paddingIdx: null }],
        () => [1, ones(2, 3)],
        () => [new Int32Array(2), ones(2, 3)],
      ],
      says: ["indexSelect"],
    },
    "F.scaledDotProductAttention": {
      good: [
        () => [logits(), logits(), logits(), {
          attnMask: ones(2, 2),
          dropoutP: 0.1,
          isCausal: false,
          scale: 2,
        }],
        () => [logits(), logits(), logits(), { attnMask: null, isCausal: true, scale: null }],
      ],
    },
    "F.groupNorm": {
      good: [
        () => [image(), 2, { weight: ones(2), bias: ones(2), eps: 1e-3 }],
        () => [image(), 1, { weight: null, bias: null }],
      ],
    },
    "F.instanceNorm": {
      good: [
        () => [image(), {
          weight: ones(2),
          bias: ones(2),
          runningMean: ones(2),
          runningVar: ones(2),
          useInputStats: true,
          momentum: 0.1,
          eps: 1e-5,
        }],
        () => [image(), { weight: null, bias: null, runningMean: null, runningVar: null }],
      ],
      says: ["batchNorm"],
    },
    "F.layerNorm": {
      good: [
        () => [logits(), 3, { weight: ones(3), bias: ones(3), eps: 1e-3 }],
        () => [logits(), [2, 3], { weight: null, bias: null }],
      ],
    },
    "F.localResponseNorm": { good: [() => [image(), 2, { alpha: 1, beta: 0.5, k: 2 }]] },
    "F.rmsNorm": {
      good: [
        () => [logits(), 3, { weight: ones(3), eps: 1e-3 }],
        () => [logits(), [2, 3], { weight: null, eps: null }],
      ],
    },
    "F.linear": { good: [() => [ones(2, 3), ones(4, 3), ones(4)], () => [ones(2, 3), ones(4, 3), null]] },
    "F.maxPool2d": pooling,
    "F.mseLoss": {
      good: [
        () => [ones(2), ones(2), { reduction: "none" }],
        () => [ones(2), [1, 2]],
        () => [ones(2), 1],
        () => [tensor(1), true],
      ],
    },
    "F.nllLoss": ofClasses(() => ({})),
    "F.oneHot": { good: [() => [classes(), 3], () => [[1, 2], 3], () => [1, 3], () => [true, 3]] },
  },
};
