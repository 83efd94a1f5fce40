/** Functions of tensors: good calls, from which tests/arguments.ts makes wrong ones. */
import { ones, tensor } from "descent";
import type { Entry, Room } from "../arguments.ts";
import { lossFunctions } from "./losses.ts";

const image = () => ones(1, 2, 4, 4);
const classes = () => tensor([0, 1], { dtype: "int32" });
const logits = () => ones(2, 3);

const single: Entry = { good: [() => [logits()]] };

const signal = () => ones(2, 2, 9);

/** Options that all poolings take, and those of one kind. */
const pooling = (more: Record<string, unknown>, lists: Record<string, unknown> = {}): Entry => ({
  good: [
    () => [image(), 2, { stride: 1, padding: 1, ceilMode: true, ...more }],
    () => [image(), [2, 2], { stride: [1, 2], padding: [1, 0], ...lists }],
  ],
});
const pooling1d = (more: Record<string, unknown>, lists: Record<string, unknown> = {}): Entry => ({
  good: [
    () => [signal(), 2, { stride: 1, padding: 1, ceilMode: true, ...more }],
    () => [signal(), [2], { stride: [1], padding: [1], ...lists }],
  ],
});
const maxima = { dilation: 2, returnIndices: true };
const transposed = { stride: 2, padding: 1, outputPadding: 1, dilation: 1 };

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
    "F.normalize": { good: [() => [logits(), { p: 1, dim: 0, eps: 1e-3 }]] },
    "F.cosineSimilarity": { good: [() => [logits(), ones(3), { dim: 0, eps: 1e-3 }]] },
    "F.pairwiseDistance": { good: [() => [logits(), ones(3), { p: 1, eps: 1e-3, keepdim: true }]] },
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
    "F.adaptiveAvgPool1d": { good: [() => [signal(), 3], () => [signal(), [4]], () => [signal(), null]] },
    "F.adaptiveAvgPool2d": { good: [() => [image(), 3], () => [image(), [3, null]], () => [image(), null]] },
    "F.adaptiveMaxPool1d": {
      good: [() => [signal(), 3, { returnIndices: true }], () => [signal(), [4]], () => [signal(), null]],
    },
    "F.adaptiveMaxPool2d": {
      good: [() => [image(), 3, { returnIndices: true }], () => [image(), [3, null]], () => [image(), null]],
    },
    "F.avgPool1d": pooling1d({ countIncludePad: false }),
    "F.avgPool2d": pooling({ countIncludePad: false, divisorOverride: 3 }),
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
    "F.channelShuffle": { good: [() => [image(), 2]] },
    "F.conv1d": {
      good: [
        () => [signal(), ones(4, 1, 3), { bias: ones(4), stride: 1, padding: 1, dilation: 1, groups: 2 }],
        () => [signal(), ones(4, 2, 3), { bias: null, stride: [2], padding: [1], dilation: [1] }],
        () => [signal(), ones(4, 2, 3), { padding: "same" }],
      ],
    },
    "F.conv2d": {
      good: [
        () => [image(), ones(4, 1, 3, 3), { bias: ones(4), stride: 1, padding: 1, dilation: 1, groups: 2 }],
        () => [image(), ones(4, 2, 3, 3), { bias: null, stride: [1, 2], padding: [1, 1], dilation: [1, 1] }],
        () => [image(), ones(4, 2, 3, 3), { padding: "same" }],
      ],
    },
    "F.convTranspose1d": {
      good: [
        () => [signal(), ones(2, 4, 3), { bias: ones(8), ...transposed, groups: 2 }],
        () => [signal(), ones(2, 4, 3), {
          bias: null,
          stride: [2],
          padding: [1],
          outputPadding: [1],
          dilation: [2],
        }],
      ],
    },
    "F.convTranspose2d": {
      good: [
        () => [image(), ones(2, 4, 3, 3), { bias: ones(8), ...transposed, groups: 2 }],
        () => [image(), ones(2, 4, 3, 3), {
          bias: null,
          stride: [2, 1],
          padding: [1, 0],
          outputPadding: [1, 0],
          dilation: [1, 2],
        }],
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
    "F.dropout1d": { good: [() => [signal(), 0.5, { training: true }]] },
    "F.dropout2d": { good: [() => [image(), 0.5, { training: true }]] },
    "F.fold": {
      good: [
        () => [ones(1, 8, 4), 3, 2, { dilation: 1, padding: 0, stride: 1 }],
        () => [ones(8, 4), [3, 3], [2, 2], { dilation: [1, 1], padding: [0, 0], stride: [1, 1] }],
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
    "F.interpolate": {
      good: [
        () => [image(), { size: 3, mode: "bilinear", alignCorners: true, antialias: true }],
        () => [image(), { size: [3, 5], mode: "nearest-exact" }],
        () => [image(), { scaleFactor: 1.5, recomputeScaleFactor: true }],
        () => [image(), { scaleFactor: [1.5, 2] }],
      ],
    },
    "F.linear": { good: [() => [ones(2, 3), ones(4, 3), ones(4)], () => [ones(2, 3), ones(4, 3), null]] },
    "F.maxPool1d": pooling1d(maxima, { dilation: [2] }),
    "F.maxUnpool1d": {
      good: [
        () => [ones(2, 4), tensor([[0, 3, 5, 7], [1, 2, 4, 6]], { dtype: "int32" }), 2, {
          stride: 2,
          padding: 0,
          outputSize: 9,
        }],
        () => [ones(1, 2), tensor([[0, 3]], { dtype: "int32" }), [2], {
          stride: [2],
          padding: [0],
          outputSize: [5],
        }],
      ],
    },
    "F.maxUnpool2d": {
      good: [
        () => [ones(1, 2, 2), tensor([[[0, 3], [9, 11]]], { dtype: "int32" }), 2, {
          stride: 2,
          padding: 0,
          outputSize: 5,
        }],
        () => [ones(1, 2, 2), tensor([[[0, 3], [9, 11]]], { dtype: "int32" }), [2, 2], {
          stride: [2, 2],
          padding: [0, 0],
          outputSize: [5, 4],
        }],
      ],
    },
    "F.maxPool2d": pooling(maxima, { dilation: [1, 2] }),
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
    "F.pad": { good: [() => [image(), [1, 1, 0, 1], { mode: "constant", value: 2 }]] },
    "F.pixelShuffle": { good: [() => [ones(1, 4, 2, 2), 2]] },
    "F.pixelUnshuffle": { good: [() => [image(), 2]] },
    "F.unfold": {
      good: [
        () => [image(), 2, { dilation: 1, padding: 1, stride: 2 }],
        () => [image(), [2, 2], { dilation: [1, 2], padding: [1, 0], stride: [1, 2] }],
      ],
    },
  },
};
