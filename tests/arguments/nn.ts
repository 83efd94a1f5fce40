/** Networks, and summary(): good calls, from which tests/arguments.ts makes wrong ones. */
import { currentDevice, nn, ones, randn, type Tensor, tensor, zeros } from "descent";
import type { Entry, Room } from "../arguments.ts";
import { lossModules, lossReceivers } from "./losses.ts";

const alone: Entry = { good: [() => []] };
const forward: Entry = { good: [() => [randn(2, 3, 4, 4)]] };
const rows: Entry = { good: [() => [randn(2, 3)]], says: ["linear"] };
const pool: Entry = {
  good: [
    () => [2],
    () => [[2, 3], { stride: [1, 2], padding: [1, 0] }],
    () => [2, { stride: 1, padding: 1 }],
  ],
};
const batchNorm: Entry = {
  good: [
    () => [3, { eps: 1e-3, momentum: 0.2, affine: false, trackRunningStats: false }],
    () => [3, { momentum: null }],
  ],
};
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

/** A parameter with a gradient. */
const graded = () => {
  const leaf = ones([2], { requiresGrad: true });
  leaf.sum().backward();
  return leaf;
};

export const nnRoom: Room = {
  receivers: {
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
    "nn.GroupNorm": () => new nn.GroupNorm(1, 3),
    "nn.Identity": () => new nn.Identity(),
    "nn.InstanceNorm1d": () => new nn.InstanceNorm1d(3),
    "nn.InstanceNorm2d": () => new nn.InstanceNorm2d(3),
    "nn.LayerNorm": () => new nn.LayerNorm(3),
    "nn.LeakyReLU": () => new nn.LeakyReLU(),
    "nn.Linear": () => new nn.Linear(3, 2),
    "nn.LocalResponseNorm": () => new nn.LocalResponseNorm(3),
    "nn.MSELoss": () => new nn.MSELoss(),
    "nn.MaxPool2d": () => new nn.MaxPool2d(2),
    "nn.Module": module,
    "nn.NLLLoss": () => new nn.NLLLoss(),
    "nn.RMSNorm": () => new nn.RMSNorm(3),
    "nn.ReLU": () => new nn.ReLU(),
    "nn.Sequential": module,
    "nn.Sigmoid": () => new nn.Sigmoid(),
    "nn.Softmax": () => new nn.Softmax(1),
    "nn.Tanh": () => new nn.Tanh(),
  },
  entries: {
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
    "nn.AdaptiveAvgPool2d": { good: [() => [2], () => [[2, 3]]] },
    "nn.AdaptiveAvgPool2d.forward": { ...forward, says: ["adaptiveAvgPool2d"] },
    "nn.AvgPool2d": pool,
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
    "nn.Conv2d": {
      good: [
        () => [4, 2, 3, { stride: 2, padding: 1, dilation: 1, groups: 2, bias: false }],
        () => [4, 2, [3, 2], { stride: [2, 1], padding: [1, 0], dilation: [1, 2] }],
      ],
    },
    "nn.Conv2d.forward": { ...forward, says: ["conv2d"] },
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
    "nn.Flatten": { good: [() => [0, 1]] },
    "nn.Flatten.forward": { ...forward, says: ["flatten"] },
    "nn.GELU": { good: [() => [{ approximate: "tanh" }]] },
    "nn.GELU.forward": { ...forward, says: ["gelu"] },
    "nn.Identity": alone,
    "nn.Identity.forward": forward,
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
    "nn.MaxPool2d": pool,
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
    "nn.Module.toString": alone,
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
    "nn.ReLU": alone,
    "nn.ReLU.forward": { ...forward, says: ["relu"] },
    "nn.Sequential": {
      good: [() => [new nn.ReLU(), new nn.Tanh()], () => [{ one: new nn.ReLU(), two: new nn.Tanh() }]],
      variadic: true,
      records: [0],
    },
    "nn.Sequential.at": { good: [() => [-1]] },
    "nn.Sequential.append": { good: [() => [new nn.ReLU()]], says: ["Sequential"] },
    "nn.Sequential.addModule": { good: [() => ["third", new nn.ReLU()]] },
    "nn.Sequential.forward": rows,
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
    "summary": {
      good: [() => [module(), [5, 3]], () => [module(), () => module().forward(randn(5, 3))]],
      says: ["linear"],
    },
  },
  internal: ["nn.Loss", "nn.*.describe", "nn.*.members", "nn.*.refresh", "nn.*.takes"],
};
