/** Networks, and summary(): good calls, from which tests/arguments.ts makes wrong ones. */
import { currentDevice, nn, ones, randn, type Tensor, tensor, zeros } from "descent";
import type { Entry, Room } from "../arguments.ts";
import { lossModules, lossReceivers } from "./losses.ts";

const alone: Entry = { good: [() => []] };
const forward: Entry = { good: [() => [randn(2, 3, 4, 4)]] };
const rows: Entry = { good: [() => [randn(2, 3)]], says: ["linear"] };
const signal: Entry = { good: [() => [randn(2, 3, 8)]] };
const pool = (more: Record<string, unknown>, lists: Record<string, unknown> = {}): Entry => ({
  good: [
    () => [2],
    () => [[2, 3], { stride: [1, 2], padding: [1, 0], ...lists }],
    () => [2, { stride: 1, padding: 1, ceilMode: true, ...more }],
  ],
});
const pool1d = (more: Record<string, unknown>, lists: Record<string, unknown> = {}): Entry => ({
  good: [
    () => [[2], { stride: [1], padding: [1], ...lists }],
    () => [2, { stride: 1, padding: 1, ceilMode: true, ...more }],
  ],
});
const adaptive: Entry = { good: [() => [2], () => [[2, null]], () => [null]] };
const adaptive1d: Entry = { good: [() => [2], () => [[3]], () => [null]] };
const convolution = (list: number[]): Entry => ({
  good: [
    () => [4, 2, 3, { stride: 2, padding: 1, dilation: 1, groups: 2, bias: false, paddingMode: "reflect" }],
    () => [4, 2, list, { stride: list, padding: list, dilation: list }],
    () => [4, 2, 3, { padding: "same" }],
  ],
});
const convolutionTranspose = (list: number[]): Entry => ({
  good: [
    () => [4, 2, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2, bias: false, dilation: 1 }],
    () => [4, 2, list, { stride: list, padding: list, outputPadding: list.map(() => 0), dilation: list }],
  ],
});
const border: Entry = { good: [() => [1], () => [[1, -1, 0, 2]]] };
const border1d: Entry = { good: [() => [1], () => [[1, -1]]] };
const p: Entry = { good: [() => [0.2]] };
const two: Entry = { good: [() => [2]] };
const batchNorm: Entry = {
  good: [
    () => [3, { eps: 1e-3, momentum: 0.2, affine: false, trackRunningStats: false }],
    () => [3, { momentum: null }],
  ],
};
const encoderLayer = () => new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 3 });
const unseen = () => tensor([[false, true], [false, false]]);
const recurrent: Entry = {
  good: [
    () => [3, 2, { numLayers: 2, bias: false, batchFirst: true, dropout: 0.1, bidirectional: true }],
  ],
};
/** A sequence, and a state in the forms that there are. */
const reading = (rows: () => unknown, state: () => unknown): Entry => ({
  good: [() => [rows(), state()], () => [rows(), null]],
  says: ["linear", "addmm"],
});
const hidden = () => randn(1, 2, 2), state = () => [randn(2, 2), randn(2, 2)];
const instanceNorm: Entry = {
  good: [() => [3, { eps: 1e-3, momentum: 0.2, affine: true, trackRunningStats: true }]],
};
const weights: Entry = { good: [() => [zeros(3, 2, 2, 2)]] };
const xavier: Entry = { good: [() => [zeros(3, 2), { gain: 2 }]], says: ["fanInAndFanOut"] };
const kaiming: Entry = {
  good: [() => [zeros(3, 2), { a: 1, mode: "fan_out", nonlinearity: "relu" }]],
  says: ["fanInAndFanOut"],
};
const module = () => new nn.Sequential(new nn.Linear(3, 2), new nn.ReLU());
const classWeight = () => tensor([1, 2, 3]);
const classes = () => tensor([2, 1], { dtype: "int32" });

/** A network, and a call of it. */
const called = (): [nn.Module, () => unknown] => {
  const net = module(), x = randn(5, 3);
  return [net, () => net.forward(x)];
};
/** A parameter with a gradient. */
const graded = () => {
  const leaf = ones([2], { requiresGrad: true });
  leaf.sum().backward();
  return leaf;
};

export const nnRoom: Room = {
  receivers: {
    "nn.CosineSimilarity": () => new nn.CosineSimilarity(),
    "nn.PairwiseDistance": () => new nn.PairwiseDistance(),
    "nn.SiLU": () => new nn.SiLU(),
    "nn.Mish": () => new nn.Mish(),
    "nn.Hardswish": () => new nn.Hardswish(),
    "nn.Hardsigmoid": () => new nn.Hardsigmoid(),
    "nn.LogSigmoid": () => new nn.LogSigmoid(),
    "nn.Softsign": () => new nn.Softsign(),
    "nn.SELU": () => new nn.SELU(),
    "nn.ReLU6": () => new nn.ReLU6(),
    "nn.ELU": () => new nn.ELU(),
    "nn.CELU": () => new nn.CELU(),
    "nn.Hardtanh": () => new nn.Hardtanh(),
    "nn.Softplus": () => new nn.Softplus(),
    "nn.PReLU": () => new nn.PReLU(),
    "nn.GLU": () => new nn.GLU(),
    "nn.LogSoftmax": () => new nn.LogSoftmax(1),
    "nn.Softmin": () => new nn.Softmin(1),
    ...lossReceivers,
    "nn.AdaptiveAvgPool1d": () => new nn.AdaptiveAvgPool1d(2),
    "nn.AdaptiveMaxPool1d": () => new nn.AdaptiveMaxPool1d(2),
    "nn.AdaptiveMaxPool2d": () => new nn.AdaptiveMaxPool2d(2),
    "nn.AvgPool1d": () => new nn.AvgPool1d(2),
    "nn.ChannelShuffle": () => new nn.ChannelShuffle(3),
    "nn.CircularPad1d": () => new nn.CircularPad1d(1),
    "nn.CircularPad2d": () => new nn.CircularPad2d(1),
    "nn.ConstantPad1d": () => new nn.ConstantPad1d(1, 2),
    "nn.ConstantPad2d": () => new nn.ConstantPad2d(1, 2),
    "nn.Conv1d": () => new nn.Conv1d(3, 2, 3),
    "nn.ConvTranspose1d": () => new nn.ConvTranspose1d(3, 2, 3),
    "nn.ConvTranspose2d": () => new nn.ConvTranspose2d(3, 2, 3),
    "nn.Dropout1d": () => new nn.Dropout1d(),
    "nn.Dropout2d": () => new nn.Dropout2d(),
    "nn.Fold": () => new nn.Fold(3, 2),
    "nn.MaxPool1d": () => new nn.MaxPool1d(2),
    "nn.MaxUnpool1d": () => new nn.MaxUnpool1d(2),
    "nn.MaxUnpool2d": () => new nn.MaxUnpool2d(2),
    "nn.PixelShuffle": () => new nn.PixelShuffle(2),
    "nn.PixelUnshuffle": () => new nn.PixelUnshuffle(2),
    "nn.ReflectionPad1d": () => new nn.ReflectionPad1d(1),
    "nn.ReflectionPad2d": () => new nn.ReflectionPad2d(1),
    "nn.ReplicationPad1d": () => new nn.ReplicationPad1d(1),
    "nn.ReplicationPad2d": () => new nn.ReplicationPad2d(1),
    "nn.Unflatten": () => new nn.Unflatten(1, [3, 1]),
    "nn.Unfold": () => new nn.Unfold(2),
    "nn.Upsample": () => new nn.Upsample({ scaleFactor: 2 }),
    "nn.ZeroPad1d": () => new nn.ZeroPad1d(1),
    "nn.ZeroPad2d": () => new nn.ZeroPad2d(1),
    "nn.AdaptiveAvgPool2d": () => new nn.AdaptiveAvgPool2d(2),
    "nn.AvgPool2d": () => new nn.AvgPool2d(2),
    "nn.BCEWithLogitsLoss": () => new nn.BCEWithLogitsLoss(),
    "nn.BatchNorm1d": () => new nn.BatchNorm1d(3),
    "nn.BatchNorm2d": () => new nn.BatchNorm2d(3),
    "nn.Conv2d": () => new nn.Conv2d(3, 2, 3),
    "nn.CrossEntropyLoss": () => new nn.CrossEntropyLoss(),
    "nn.Dropout": () => new nn.Dropout(),
    "nn.Embedding": () => new nn.Embedding(3, 2),
    "nn.Flatten": () => new nn.Flatten(),
    "nn.GELU": () => new nn.GELU(),
    "nn.GRU": () => new nn.GRU(3, 2),
    "nn.GRUCell": () => new nn.GRUCell(3, 2),
    "nn.GroupNorm": () => new nn.GroupNorm(1, 3),
    "nn.Identity": () => new nn.Identity(),
    "nn.InstanceNorm1d": () => new nn.InstanceNorm1d(3),
    "nn.InstanceNorm2d": () => new nn.InstanceNorm2d(3),
    "nn.LSTM": () => new nn.LSTM(3, 2),
    "nn.LSTMCell": () => new nn.LSTMCell(3, 2),
    "nn.LayerNorm": () => new nn.LayerNorm(3),
    "nn.LeakyReLU": () => new nn.LeakyReLU(),
    "nn.Linear": () => new nn.Linear(3, 2),
    "nn.LocalResponseNorm": () => new nn.LocalResponseNorm(3),
    "nn.MSELoss": () => new nn.MSELoss(),
    "nn.MaxPool2d": () => new nn.MaxPool2d(2),
    "nn.Module": module,
    "nn.MultiheadAttention": () => new nn.MultiheadAttention(4, 2),
    "nn.NLLLoss": () => new nn.NLLLoss(),
    "nn.RMSNorm": () => new nn.RMSNorm(3),
    "nn.RNN": () => new nn.RNN(3, 2),
    "nn.RNNCell": () => new nn.RNNCell(3, 2),
    "nn.ReLU": () => new nn.ReLU(),
    "nn.Sequence": module,
    "nn.Sequential": module,
    "nn.Dictionary": () => new nn.ModuleDict({ one: new nn.ReLU() }),
    "nn.ModuleList": () => new nn.ModuleList([new nn.ReLU(), new nn.Tanh()]),
    "nn.ParameterList": () => new nn.ParameterList([ones(1), ones(2)]),
    "nn.Sigmoid": () => new nn.Sigmoid(),
    "nn.Softmax": () => new nn.Softmax(1),
    "nn.TransformerEncoder": () => new nn.TransformerEncoder(encoderLayer(), 1),
    "nn.TransformerEncoderLayer": () => encoderLayer(),
    "nn.Tanh": () => new nn.Tanh(),
  },
  entries: {
    "nn.CosineSimilarity": { good: [() => [0, { eps: 1e-3 }]] },
    "nn.CosineSimilarity.forward": { good: [() => [randn(2, 3), ones(3)]], says: ["cosineSimilarity"] },
    "nn.PairwiseDistance": { good: [() => [1, { eps: 1e-3, keepdim: true }]] },
    "nn.PairwiseDistance.forward": { good: [() => [randn(2, 3), ones(3)]], says: ["pairwiseDistance"] },
    "nn.SiLU": alone,
    "nn.SiLU.forward": { ...forward, says: ["silu"] },
    "nn.Mish": alone,
    "nn.Mish.forward": { ...forward, says: ["mish"] },
    "nn.Hardswish": alone,
    "nn.Hardswish.forward": { ...forward, says: ["hardswish"] },
    "nn.Hardsigmoid": alone,
    "nn.Hardsigmoid.forward": { ...forward, says: ["hardsigmoid"] },
    "nn.LogSigmoid": alone,
    "nn.LogSigmoid.forward": { ...forward, says: ["logSigmoid"] },
    "nn.Softsign": alone,
    "nn.Softsign.forward": { ...forward, says: ["softsign"] },
    "nn.SELU": alone,
    "nn.SELU.forward": { ...forward, says: ["selu"] },
    "nn.ReLU6": alone,
    "nn.ReLU6.forward": { ...forward, says: ["relu6"] },
    "nn.ELU": { good: [() => [0.5]] },
    "nn.ELU.forward": { ...forward, says: ["elu"] },
    "nn.CELU": { good: [() => [0.5]] },
    "nn.CELU.forward": { ...forward, says: ["celu"] },
    "nn.Hardtanh": { good: [() => [0, 1]] },
    "nn.Hardtanh.forward": { ...forward, says: ["hardtanh"] },
    "nn.Softplus": { good: [() => [{ beta: 2, threshold: 10 }]] },
    "nn.Softplus.forward": { ...forward, says: ["softplus"] },
    "nn.PReLU": { good: [() => [1, { init: 0.1 }]] },
    "nn.PReLU.forward": { ...forward, says: ["prelu"] },
    "nn.GLU": { good: [() => [1]] },
    "nn.GLU.forward": { good: [() => [ones(2, 4)]], says: ["glu"] },
    "nn.LogSoftmax": { good: [() => [1]] },
    "nn.LogSoftmax.forward": { ...forward, says: ["logSoftmax"] },
    "nn.Softmin": { good: [() => [1]] },
    "nn.Softmin.forward": { ...forward, says: ["softmin"] },
    ...lossModules,
    "nn.AdaptiveAvgPool1d": adaptive1d,
    "nn.AdaptiveAvgPool1d.forward": { ...signal, says: ["adaptiveAvgPool1d"] },
    "nn.AdaptiveAvgPool2d": adaptive,
    "nn.AdaptiveAvgPool2d.forward": { ...forward, says: ["adaptiveAvgPool2d"] },
    "nn.AdaptiveMaxPool1d": adaptive1d,
    "nn.AdaptiveMaxPool1d.forward": { ...signal, says: ["adaptiveMaxPool1d"] },
    "nn.AdaptiveMaxPool2d": adaptive,
    "nn.AdaptiveMaxPool2d.forward": { ...forward, says: ["adaptiveMaxPool2d"] },
    "nn.AvgPool1d": pool1d({ countIncludePad: false }),
    "nn.AvgPool1d.forward": { ...signal, says: ["avgPool1d"] },
    "nn.AvgPool2d": pool({ countIncludePad: false, divisorOverride: 3 }),
    "nn.AvgPool2d.forward": { ...forward, says: ["avgPool2d"] },
    "nn.BCEWithLogitsLoss": {
      good: [
        () => [{ reduction: "sum", weight: tensor([1, 2]), posWeight: tensor([1, 2]) }],
        () => [{ weight: null, posWeight: null }],
      ],
    },
    "nn.BCEWithLogitsLoss.forward": {
      good: [
        () => [randn(3), ones(3)],
        () => [randn(2), [1, 0]],
        () => [randn(2), 1],
        () => [randn(2), new Float32Array(2)],
      ],
      says: ["binaryCrossEntropyWithLogits"],
    },
    "nn.BatchNorm1d": batchNorm,
    "nn.BatchNorm1d.forward": { good: [() => [randn(4, 3)]], says: ["BatchNorm1d", "batchNorm"] },
    "nn.BatchNorm2d": batchNorm,
    "nn.BatchNorm2d.forward": { ...forward, says: ["batchNorm"] },
    "nn.ChannelShuffle": two,
    "nn.ChannelShuffle.forward": { ...forward, says: ["channelShuffle"] },
    "nn.CircularPad1d": border1d,
    "nn.CircularPad1d.forward": signal,
    "nn.CircularPad2d": border,
    "nn.CircularPad2d.forward": forward,
    "nn.ConstantPad1d": { good: [() => [1, 2], () => [[1, -1], 0.5]] },
    "nn.ConstantPad1d.forward": { ...signal, says: ["pad"] },
    "nn.ConstantPad2d": { good: [() => [1, 2], () => [[1, -1, 0, 2], 0.5]] },
    "nn.ConstantPad2d.forward": { ...forward, says: ["pad"] },
    "nn.Conv1d": convolution([2]),
    "nn.Conv1d.forward": { ...signal, says: ["conv1d"] },
    "nn.Conv2d": convolution([2, 1]),
    "nn.Conv2d.forward": { ...forward, says: ["conv2d"] },
    "nn.ConvTranspose1d": convolutionTranspose([2]),
    "nn.ConvTranspose1d.forward": {
      good: [() => [randn(2, 3, 8), 10], () => [randn(2, 3, 8), [10]]],
      says: ["convTranspose1d"],
    },
    "nn.ConvTranspose2d": convolutionTranspose([2, 1]),
    "nn.ConvTranspose2d.forward": {
      good: [() => [randn(2, 3, 4, 4), 6], () => [randn(2, 3, 4, 4), [6, 6]]],
      says: ["convTranspose2d"],
    },
    "nn.CrossEntropyLoss": {
      good: [
        () => [{ reduction: "none", weight: classWeight(), ignoreIndex: -1, labelSmoothing: 0.1 }],
        () => [{ weight: null }],
      ],
    },
    "nn.CrossEntropyLoss.forward": {
      good: [
        () => [randn(2, 3), classes()],
        () => [randn(2, 3), [2, 1]],
        () => [randn(3), 2],
        () => [randn(3), new Float32Array(3)],
      ],
      says: ["crossEntropy"],
    },
    "nn.Dropout": { good: [() => [0.2]] },
    "nn.Dropout.forward": forward,
    "nn.Embedding": { good: [() => [3, 2, { paddingIdx: -1 }], () => [3, 2, { paddingIdx: null }]] },
    "nn.Embedding.forward": {
      good: [() => [classes()], () => [[[1, 0]]], () => [1], () => [new Int32Array(2)]],
      says: ["indexSelect", "embedding"],
    },
    "nn.Embedding.fromPretrained": {
      good: [
        () => [ones(3, 2), { freeze: false, paddingIdx: 1 }],
        () => [ones(3, 2), { paddingIdx: null }],
      ],
      on: () => nn.Embedding,
      says: ["Embedding"],
    },
    "nn.Dropout1d": p,
    "nn.Dropout1d.forward": { ...signal, says: ["dropout1d"] },
    "nn.Dropout2d": p,
    "nn.Dropout2d.forward": { ...forward, says: ["dropout2d"] },
    "nn.Flatten": { good: [() => [0, 1]] },
    "nn.Flatten.forward": { ...forward, says: ["flatten"] },
    "nn.GELU": { good: [() => [{ approximate: "tanh" }]] },
    "nn.Fold": {
      good: [
        () => [3, 2, { dilation: 1, padding: 0, stride: 1 }],
        () => [[3, 4], [2, 1], { dilation: [1, 2], padding: [1, 0], stride: [1, 2] }],
      ],
    },
    "nn.Fold.forward": { good: [() => [randn(1, 8, 4)]], says: ["fold"] },
    "nn.GELU.forward": { ...forward, says: ["gelu"] },
    "nn.Identity": alone,
    "nn.Identity.forward": forward,
    "nn.GRU": recurrent,
    "nn.GRU.forward": reading(() => randn(4, 2, 3), hidden),
    "nn.GRUCell": { good: [() => [3, 2, { bias: false }]] },
    "nn.GRUCell.forward": reading(() => randn(2, 3), () => randn(2, 2)),
    "nn.LSTM": recurrent,
    "nn.LSTM.forward": reading(() => randn(4, 2, 3), () => [hidden(), hidden()]),
    "nn.LSTMCell": { good: [() => [3, 2, { bias: false }]] },
    "nn.LSTMCell.forward": reading(() => randn(2, 3), state),
    "nn.RNN": {
      good: [...recurrent.good, () => [3, 2, { nonlinearity: "relu" }]],
    },
    "nn.RNN.forward": reading(() => randn(4, 2, 3), hidden),
    "nn.RNNCell": { good: [() => [3, 2, { bias: false, nonlinearity: "relu" }]] },
    "nn.RNNCell.forward": reading(() => randn(2, 3), () => randn(2, 2)),
    "nn.GroupNorm": { good: [() => [2, 4, { eps: 1e-3, affine: false }]] },
    "nn.GroupNorm.forward": { ...forward, says: ["groupNorm"] },
    "nn.InstanceNorm1d": instanceNorm,
    "nn.InstanceNorm1d.forward": { good: [() => [randn(4, 3, 2)]], says: ["InstanceNorm1d", "instanceNorm"] },
    "nn.InstanceNorm2d": instanceNorm,
    "nn.InstanceNorm2d.forward": { ...forward, says: ["instanceNorm"] },
    "nn.LayerNorm": {
      good: [() => [3, { eps: 1e-3, elementwiseAffine: true, bias: false }], () => [[2, 3]]],
    },
    "nn.LayerNorm.forward": { ...rows, says: ["layerNorm"] },
    "nn.LocalResponseNorm": { good: [() => [3, { alpha: 1, beta: 0.5, k: 2 }]] },
    "nn.LocalResponseNorm.forward": { ...forward, says: ["localResponseNorm"] },
    "nn.RMSNorm": {
      good: [() => [3, { eps: 1e-3, elementwiseAffine: false }], () => [[2, 3], { eps: null }]],
    },
    "nn.RMSNorm.forward": { ...rows, says: ["rmsNorm"] },
    "nn.LeakyReLU": { good: [() => [0.2]] },
    "nn.LeakyReLU.forward": { ...forward, says: ["leakyRelu"] },
    "nn.Linear": { good: [() => [3, 2, { bias: false }]] },
    "nn.Linear.forward": rows,
    "nn.MSELoss": { good: [() => [{ reduction: "sum" }]] },
    "nn.MSELoss.forward": {
      good: [
        () => [randn(3), ones(3)],
        () => [randn(2), [1, 0]],
        () => [randn(2), 1],
        () => [randn(2), new Float32Array(2)],
      ],
      says: ["mseLoss"],
    },
    "nn.MaxUnpool1d": {
      good: [() => [2, { stride: 1, padding: 1 }], () => [[2], { stride: [1], padding: [1] }]],
    },
    "nn.MaxUnpool1d.forward": {
      good: [
        () => [ones(1, 2), tensor([[0, 3]], { dtype: "int32" }), 5],
        () => [ones(1, 2), tensor([[0, 3]], { dtype: "int32" }), [5]],
      ],
      says: ["maxUnpool1d"],
    },
    "nn.MaxUnpool2d": {
      good: [() => [2, { stride: 1, padding: 1 }], () => [[2, 3], { stride: [1, 2], padding: [1, 0] }]],
    },
    "nn.MaxUnpool2d.forward": {
      good: [
        () => [ones(1, 1, 2), tensor([[[0, 3]]], { dtype: "int32" }), 3],
        () => [ones(1, 1, 2), tensor([[[0, 3]]], { dtype: "int32" }), [2, 4]],
      ],
      says: ["maxUnpool2d"],
    },
    "nn.MaxPool1d": pool1d({ dilation: 2, returnIndices: true }, { dilation: [2] }),
    "nn.MaxPool1d.forward": { ...signal, says: ["maxPool1d"] },
    "nn.MaxPool2d": pool({ dilation: 2, returnIndices: true }, { dilation: [1, 2] }),
    "nn.MaxPool2d.forward": { ...forward, says: ["maxPool2d"] },
    "nn.Module": alone,
    "nn.Module.namedChildren": alone,
    "nn.Module.children": alone,
    "nn.Module.namedModules": alone,
    "nn.Module.modules": alone,
    "nn.Module.namedParameters": alone,
    "nn.Module.parameters": alone,
    "nn.Module.namedBuffers": alone,
    "nn.Module.buffers": alone,
    "nn.Module.train": { good: [() => [false]] },
    "nn.Module.eval": alone,
    "nn.Module.zeroGrad": alone,
    "nn.Module.to": { good: [() => ["cpu"], () => [currentDevice()]] },
    "nn.Module.requiresGrad_": { good: [() => [false]] },
    "nn.Module.stateDict": alone,
    "nn.Module.loadStateDict": {
      good: [() => [module().stateDict(), { strict: true }]],
      records: [0],
    },
    "nn.Module.registerForwardPreHook": { good: [() => [(_: nn.Module, [x]: Tensor[]) => x.mul(2)]] },
    "nn.Module.registerForwardHook": { good: [() => [() => {}]] },
    "nn.Module.registerFullBackwardHook": { good: [() => [() => {}]] },
    "nn.Module.registerFullBackwardPreHook": { good: [() => [() => {}]] },
    "nn.Module.apply": { good: [() => [() => {}]] },
    "nn.Module.deepCopy": alone,
    "nn.Module.registerBuffer": {
      good: [() => ["mask", ones(2), { persistent: false }], () => ["later", null]],
    },
    "nn.Module.registerParameter": {
      good: [() => ["scale", new nn.Parameter(ones(2))], () => ["none", null]],
    },
    "nn.Module.registerModule": { good: [() => ["head", new nn.ReLU()], () => ["none", null]] },
    "nn.Module.toString": alone,
    "nn.MultiheadAttention": {
      good: [
        () => [4, 2, { dropout: 0.1, bias: false, kdim: 3, vdim: 2, batchFirst: true }],
        () => [4, 2, { kdim: null, vdim: null }],
      ],
    },
    "nn.MultiheadAttention.forward": {
      good: [
        () => [randn(2, 2, 4), randn(2, 2, 4), randn(2, 2, 4), {
          keyPaddingMask: unseen(),
          needWeights: true,
          attnMask: unseen(),
          averageAttnWeights: false,
          isCausal: true,
        }],
        () => [randn(2, 2, 4), randn(2, 2, 4), randn(2, 2, 4), { keyPaddingMask: null, attnMask: null }],
      ],
      says: ["MultiheadAttention"],
    },
    "nn.TransformerEncoder": {
      good: [
        () => [encoderLayer(), 2, { norm: new nn.LayerNorm(4) }],
        () => [encoderLayer(), 2, { norm: null }],
      ],
    },
    "nn.TransformerEncoder.forward": {
      good: [
        () => [randn(2, 2, 4), { mask: unseen(), srcKeyPaddingMask: unseen(), isCausal: true }],
        () => [randn(2, 2, 4), { mask: null, srcKeyPaddingMask: null }],
      ],
      says: ["MultiheadAttention", "MultiheadAttention.forward", "layerNorm"],
    },
    "nn.TransformerEncoderLayer": {
      good: [
        () => [4, 2, {
          dimFeedforward: 3,
          dropout: 0.2,
          activation: "gelu",
          layerNormEps: 1e-4,
          batchFirst: true,
          normFirst: true,
          bias: false,
        }],
      ],
    },
    "nn.TransformerEncoderLayer.forward": {
      good: [
        () => [randn(2, 2, 4), { srcMask: unseen(), srcKeyPaddingMask: unseen(), isCausal: true }],
        () => [randn(2, 2, 4), { srcMask: null, srcKeyPaddingMask: null }],
      ],
      says: ["MultiheadAttention", "MultiheadAttention.forward", "layerNorm"],
    },
    "nn.NLLLoss": {
      good: [
        () => [{ reduction: "none", weight: classWeight(), ignoreIndex: -1 }],
        () => [{ weight: null }],
      ],
    },
    "nn.NLLLoss.forward": {
      good: [() => [randn(2, 3), classes()], () => [randn(2, 3), [2, 1]], () => [randn(3), 2]],
      says: ["nllLoss"],
    },
    "nn.Parameter": { good: [() => [ones(2)]] },
    "nn.PixelShuffle": two,
    "nn.PixelShuffle.forward": { good: [() => [randn(2, 4, 3, 3)]], says: ["pixelShuffle"] },
    "nn.PixelUnshuffle": two,
    "nn.PixelUnshuffle.forward": { ...forward, says: ["pixelUnshuffle"] },
    "nn.ReLU": alone,
    "nn.ReLU.forward": { ...forward, says: ["relu"] },
    "nn.ReflectionPad1d": border1d,
    "nn.ReflectionPad1d.forward": signal,
    "nn.ReflectionPad2d": border,
    "nn.ReflectionPad2d.forward": forward,
    "nn.ReplicationPad1d": border1d,
    "nn.ReplicationPad1d.forward": signal,
    "nn.ReplicationPad2d": border,
    "nn.ReplicationPad2d.forward": forward,
    "nn.Sequential": {
      good: [() => [new nn.ReLU(), new nn.Tanh()], () => [{ one: new nn.ReLU(), two: new nn.Tanh() }]],
      variadic: true,
      records: [0],
    },
    "nn.Sequence.at": { good: [() => [-1]], says: ["Sequential", "at"] },
    "nn.Sequence.append": { good: [() => [new nn.ReLU()]], says: ["Sequential"] },
    "nn.Sequence.extend": { good: [() => [[new nn.ReLU()]]], says: ["Sequential"], anything: ["0"] },
    "nn.Sequence.insert": { good: [() => [1, new nn.ReLU()]], says: ["Sequential"] },
    "nn.Sequence.pop": { good: [() => [0]], says: ["Sequential"] },
    "nn.Sequential.slice": { good: [() => [0, 1]] },
    "nn.Sequential.addModule": { good: [() => ["third", new nn.ReLU()]] },
    "nn.Sequential.forward": rows,
    "nn.ModuleList": { good: [() => [[new nn.ReLU(), new nn.Tanh()]]], anything: ["0"] },
    "nn.ModuleList.slice": { good: [() => [0, 1]] },
    "nn.ModuleDict": {
      good: [() => [{ one: new nn.ReLU() }], () => [new Map([["a", new nn.ReLU()]])]],
      records: [0],
    },
    "nn.ParameterList": { good: [() => [[ones(1), new nn.Parameter(ones(2))]]], anything: ["0"] },
    "nn.ParameterList.slice": { good: [() => [0, 1]] },
    "nn.ParameterDict": { good: [() => [{ one: ones(1) }], () => [new Map([["a", ones(1)]])]], records: [0] },
    "nn.Dictionary.get": { good: [() => ["one"]] },
    "nn.Dictionary.has": { good: [() => ["one"]] },
    "nn.Dictionary.set": { good: [() => ["two", new nn.ReLU()]], says: ["ModuleDict"] },
    "nn.Dictionary.update": {
      good: [() => [{ two: new nn.ReLU() }], () => [new Map([["a", new nn.ReLU()]])]],
      records: [0],
      says: ["ModuleDict"],
    },
    "nn.Dictionary.delete": { good: [() => ["one"]] },
    "nn.Dictionary.keys": alone,
    "nn.Dictionary.values": alone,
    "nn.Sigmoid": alone,
    "nn.Sigmoid.forward": { ...forward, says: ["sigmoid"] },
    "nn.Softmax": { good: [() => [1]] },
    "nn.Softmax.forward": { ...forward, says: ["softmax"] },
    "nn.Tanh": alone,
    "nn.Tanh.forward": { ...forward, says: ["tanh"] },
    "nn.utils.clipGradNorm_": { good: [() => [[graded()], 0.5, { normType: 3 }], () => [graded(), 2]] },
    "nn.utils.clipGradValue_": { good: [() => [[graded()], 0.5], () => [graded(), 0.5]] },
    "nn.utils.parametersToVector": { good: [() => [[graded(), graded()]], () => [graded()]] },
    "nn.utils.vectorToParameters": {
      good: [() => [ones(4), [graded(), graded()]], () => [ones(2), graded()]],
    },
    "nn.Unflatten": { good: [() => [1, [3, -1]]] },
    "nn.Unflatten.forward": { good: [() => [randn(2, 3)]] },
    "nn.Unfold": {
      good: [
        () => [2, { dilation: 1, padding: 0, stride: 1 }],
        () => [[2, 1], { dilation: [1, 2], padding: [1, 0], stride: [1, 2] }],
      ],
    },
    "nn.Unfold.forward": { ...forward, says: ["unfold"] },
    "nn.Upsample": {
      good: [
        () => [{ size: 3, mode: "bilinear", alignCorners: true }],
        () => [{ size: [3, 5] }],
        () => [{ scaleFactor: 1.5, recomputeScaleFactor: true }],
        () => [{ scaleFactor: [1.5, 2] }],
      ],
    },
    "nn.Upsample.forward": { ...forward, says: ["interpolate"] },
    "nn.ZeroPad1d": border1d,
    "nn.ZeroPad1d.forward": signal,
    "nn.ZeroPad2d": border,
    "nn.ZeroPad2d.forward": forward,
    "nn.init.calculateGain": { good: [() => ["leaky_relu", 0.2]] },
    "nn.init.constant_": { good: [() => [ones(2), 3]], says: ["fill_"] },
    "nn.init.fanInAndFanOut": weights,
    "nn.init.kaimingNormal_": kaiming,
    "nn.init.kaimingUniform_": kaiming,
    "nn.init.normal_": { good: [() => [ones(2), { mean: 1, std: 2 }]] },
    "nn.init.ones_": weights,
    "nn.init.uniform_": { good: [() => [ones(2), { a: 1, b: 2 }]] },
    "nn.init.xavierNormal_": xavier,
    "nn.init.xavierUniform_": xavier,
    "nn.init.zeros_": weights,
    "activations": {
      good: [() => [...called(), { names: ["0"] }]],
      says: ["linear"],
    },
    "summary": {
      good: [() => [module(), [5, 3]], called],
      says: ["linear"],
    },
  },
  internal: [
    "nn.*.advance",
    "nn.*.read",
    "nn.Loss",
    "nn.Sequence",
    "nn.Dictionary",
    "nn.ModuleList.forward",
    "nn.ModuleDict.forward",
    "nn.ParameterList.forward",
    "nn.ParameterDict.forward",
    "nn.*.blank",
    "nn.*.copyInto",
    "nn.*.hold",
    "nn.*.named",
    "nn.*.put",
    "nn.*.reaching",
    "nn.*.around",
    "nn.*.back",
    "nn.*.convolve",
    "nn.*.describe",
    "nn.*.pooled",
    "nn.*.spread",
    "nn.*.text",
    "nn.*.members",
    "nn.*.refresh",
    "nn.*.takes",
  ],
};
