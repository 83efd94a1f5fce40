/** Class Tensor, the ways to make one, gradients and devices: good calls, from which tests/arguments.ts makes wrong ones. */
import { currentDevice, ones, type Tensor, tensor, useDevice } from "descent";
import type { Entry, Room } from "../arguments.ts";

const matrix = () => tensor([[1, 2], [3, 4]]);
const recorded = () => tensor([[1, 2], [3, 4]], { requiresGrad: true }).mul(1);

const nothing: Entry = { good: [() => []] };
/** Whatever is taken wherever a tensor is. */
const operand: Entry = {
  good: [() => [ones(2, 2)], () => [2], () => [true], () => [[[1, 2], [3, 4]]], () => [new Float32Array(2)]],
};
/** The same, save booleans, which are not subtracted. */
const subtrahend: Entry = {
  good: [() => [ones(2, 2)], () => [2], () => [[[1, 2], [3, 4]]], () => [new Float32Array(2)]],
};
/** Two of them. */
const blend: Entry = {
  good: [
    () => [ones(2, 2), 0.5],
    () => [2, ones(2)],
    () => [true, true],
    () => [[1, 2], [[0], [1]]],
    () => [new Float32Array(2), new Float32Array(2)],
  ],
};
const scaled: Entry = { good: blend.good.map((make) => () => [...make(), { value: 0.5 }]) };
const close: Entry = {
  good: operand.good.map((make) => () => [...make(), { rtol: 1e-3, atol: 0, equalNan: true }]),
};
const limits: Entry = {
  good: [
    () => [{ min: 0, max: ones(2) }],
    () => [{ min: ones(2), max: [2, 3] }],
    () => [{ min: [0, 1], max: 3 }],
    () => [{ min: new Float32Array(2), max: null }],
    () => [{ min: null, max: new Float32Array(2) }],
    () => [0, 1],
    () => [null, ones(2)],
    () => [[0, 1], null],
    () => [ones(2), [2, 3]],
    () => [new Float32Array(2), new Float32Array(2)],
  ],
};
const dims: Entry = {
  good: [() => [1, { keepdim: true }], () => [[0, 1], { keepdim: false }]],
};
const int32 = (numbers: number[]) => tensor(numbers, { dtype: "int32" });
const copied: Entry = { good: [() => [1, int32([0, 1]), ones(2, 2)], () => [-1, [0], [[1], [2]]]] };
const filled: Entry = {
  good: [
    () => [1, int32([0, 1]), 5],
    () => [-1, [0], tensor(5)],
    () => [0, Int32Array.of(-1), true],
    () => [0, 1, 2],
  ],
};
const masked: Entry = {
  good: [() => [tensor([true, false]), 5], () => [[true, false], tensor(5)], () => [true, false]],
};
const scattered: Entry = {
  good: [
    () => [1, int32([0, 1]).reshape(2, 1), ones(2, 2), { reduce: "add" }],
    () => [-1, [[0], [1]], [[1], [2]]],
    () => [0, [[0]], 5],
    () => [0, [[0]], true],
  ],
};
const scatterAdded: Entry = {
  good: [
    () => [1, int32([0, 1]).reshape(2, 1), ones(2, 2)],
    () => [-1, [[0], [1]], [[1], [2]]],
    () => [0, [[0]], 5],
    () => [0, [[0]], true],
  ],
};
const added: Entry = {
  good: [
    () => [1, int32([0, 1]), ones(2, 2), { alpha: 2 }],
    () => [-1, [0], [[1], [2]]],
  ],
};
/** The same, with indices along one of them. */
const chosen: Entry = {
  good: [() => [1, { keepdim: true, indices: true }], () => [[0, 1], { keepdim: false }]],
};
const spread: Entry = {
  good: [() => [1, { keepdim: true, unbiased: false }], () => [[0, 1], { correction: 0.5 }]],
};
const order: Entry = { good: [() => [1, { descending: true, stable: true }]] };
const counted = () => tensor([0, 2, 2], { dtype: "int32" });
const dimension: Entry = { good: [() => [-1]] };
const options = () => ({ dtype: "float32", requiresGrad: true, device: currentDevice() });
const sizes: Entry = {
  good: [
    () => [2, 3, 1],
    () => [[2, 3], options()],
    () => [2, 3, { device: "cpu" }],
    () => [[2], { device: "cpu" }],
  ],
  variadic: true,
};
const like: Entry = { good: [() => [ones(2), options()], () => [ones(2), { device: "cpu" }]] };
const place: Entry = { good: [() => [2, { device: currentDevice() }], () => [2, { device: "cpu" }]] };
/** Numbers as a tensor or not. */
const numbers: Entry = {
  good: [() => [ones(2)], () => [0.5], () => [true], () => [[1, 0]], () => [new Float32Array(2)]],
};
const proof: Entry = {
  good: [() => [(x: Tensor) => x.square().sum(), [tensor([1, 2])], { eps: 0.02, atol: 1e-2, rtol: 1e-2 }]],
  plain: true,
};

export const tensorRoom: Room = {
  receivers: {
    Tensor: matrix,
    Device: currentDevice,
    RemovableHandle: () => recorded().registerHook(() => {}),
  },
  entries: {
    "Tensor.requiresGrad=": { good: [() => [true]] },
    "Tensor.grad=": { good: [() => [null], () => [ones(2, 2)]] },
    "Tensor.data": nothing,
    "Tensor.array": nothing,
    "Tensor.toString": nothing,
    "Tensor.detach": nothing,
    "Tensor.clone": nothing,
    "Tensor.registerHook": { good: [() => [(grad: Tensor) => grad.mul(2)]], on: recorded },
    "RemovableHandle.remove": nothing,
    "Tensor.retainGrad": { ...nothing, on: recorded },
    "Tensor.zeroGrad": nothing,
    "Tensor.keep": nothing,
    "Tensor.zero_": nothing,
    "Tensor.neg": nothing,
    "Tensor.abs": nothing,
    "Tensor.square": nothing,
    "Tensor.exp": nothing,
    "Tensor.log": nothing,
    "Tensor.sqrt": nothing,
    "Tensor.sin": nothing,
    "Tensor.cos": nothing,
    "Tensor.relu": nothing,
    "Tensor.sigmoid": nothing,
    "Tensor.tanh": nothing,
    "Tensor.sign": nothing,
    "Tensor.floor": nothing,
    "Tensor.ceil": nothing,
    "Tensor.trunc": nothing,
    "Tensor.frac": nothing,
    "Tensor.rsqrt": nothing,
    "Tensor.reciprocal": nothing,
    "Tensor.exp2": nothing,
    "Tensor.expm1": nothing,
    "Tensor.log2": nothing,
    "Tensor.log10": nothing,
    "Tensor.log1p": nothing,
    "Tensor.tan": nothing,
    "Tensor.asin": nothing,
    "Tensor.acos": nothing,
    "Tensor.atan": nothing,
    "Tensor.sinh": nothing,
    "Tensor.cosh": nothing,
    "Tensor.asinh": nothing,
    "Tensor.acosh": nothing,
    "Tensor.atanh": nothing,
    "Tensor.erf": nothing,
    "Tensor.erfc": nothing,
    "Tensor.selu": nothing,
    "Tensor.relu6": nothing,
    "Tensor.hardsigmoid": nothing,
    "Tensor.logSigmoid": nothing,
    "Tensor.silu": nothing,
    "Tensor.hardswish": nothing,
    "Tensor.mish": nothing,
    "Tensor.softsign": nothing,
    "Tensor.isnan": nothing,
    "Tensor.isfinite": nothing,
    "Tensor.isinf": nothing,
    "Tensor.isposinf": nothing,
    "Tensor.isneginf": nothing,
    "Tensor.logicalNot": nothing,
    "Tensor.neg_": nothing,
    "Tensor.abs_": nothing,
    "Tensor.square_": nothing,
    "Tensor.sqrt_": nothing,
    "Tensor.exp_": nothing,
    "Tensor.log_": nothing,
    "Tensor.round_": nothing,
    "Tensor.relu_": nothing,
    "Tensor.sigmoid_": nothing,
    "Tensor.tanh_": nothing,
    "Tensor.round": { good: [() => [{ decimals: 1 }]] },
    "Tensor.gelu": { good: [() => [{ approximate: "tanh" }]] },
    "Tensor.softplus": { good: [() => [{ beta: 2, threshold: 10 }]] },
    "Tensor.elu": { good: [() => [0.5]] },
    "Tensor.celu": { good: [() => [0.5]] },
    "Tensor.hardtanh": { good: [() => [0, 1]] },
    "Tensor.clamp_": limits,
    "Tensor.pow_": operand,
    "Tensor.lerp_": blend,
    "Tensor.addcmul_": scaled,
    "Tensor.addcdiv_": scaled,
    "Tensor.t": nothing,
    "Tensor.item": { ...nothing, on: () => tensor(1) },
    "Tensor.format": { good: [() => [{ digits: 2, edge: 1 }]] },
    "Tensor.backward": {
      on: recorded,
      good: [() => [ones(2, 2), { retainGraph: true, createGraph: true }], () => [[[1, 1], [1, 1]]]],
    },
    "Tensor.add_": operand,
    "Tensor.sub_": subtrahend,
    "Tensor.mul_": operand,
    "Tensor.div_": operand,
    "Tensor.copy_": operand,
    "Tensor.set_": {
      good: [
        () => [[0, [0, 1]], ones(1)],
        () => [[null, 1], 9],
        () => [[], [[1, 2], [3, 4]]],
        () => [[0], true],
        () => [[int32([0, 0]), [[1, 0]]], [1, 2], { accumulate: true }],
        () => [[tensor([true, false])], 1],
      ],
    },
    "Tensor.fill_": { good: [() => [1], () => [true]] },
    "Tensor.leakyRelu": { good: [() => [0.1]] },
    "Tensor.clamp": limits,
    "Tensor.to": { good: [() => ["int32"], () => ["cpu"], () => [currentDevice()]] },
    "Tensor.add": operand,
    "Tensor.sub": subtrahend,
    "Tensor.mul": operand,
    "Tensor.div": {
      good: [
        () => [ones(2, 2), { rounding: "floor" }],
        () => [2, { rounding: "trunc" }],
        () => [true],
        () => [[[1, 2], [3, 4]]],
        () => [new Float32Array(2)],
      ],
    },
    "Tensor.remainder": operand,
    "Tensor.fmod": operand,
    "Tensor.atan2": operand,
    "Tensor.hypot": operand,
    "Tensor.lerp": blend,
    "Tensor.addcmul": scaled,
    "Tensor.addcdiv": scaled,
    "Tensor.logicalAnd": operand,
    "Tensor.logicalOr": operand,
    "Tensor.logicalXor": operand,
    "Tensor.isclose": close,
    "Tensor.allclose": close,
    "Tensor.equal": operand,
    "Tensor.pow": operand,
    "Tensor.maximum": operand,
    "Tensor.minimum": operand,
    "Tensor.eq": operand,
    "Tensor.ne": operand,
    "Tensor.gt": operand,
    "Tensor.lt": operand,
    "Tensor.ge": operand,
    "Tensor.le": operand,
    "Tensor.where": {
      good: [
        () => [tensor([true, false]), 1],
        () => [1, ones(2)],
        () => [true, [1, 2]],
        () => [[1, 0], true],
        () => [
          new Float32Array(2),
          new Float32Array(2),
        ],
      ],
    },
    "Tensor.sum": dims,
    "Tensor.mean": dims,
    "Tensor.prod": dims,
    "Tensor.any": dims,
    "Tensor.all": dims,
    "Tensor.max": chosen,
    "Tensor.min": chosen,
    "Tensor.median": { good: [() => [1, { keepdim: true, indices: true }]] },
    "Tensor.mode": { good: [() => [1, { keepdim: true }]] },
    "Tensor.kthvalue": { good: [() => [1, 1, { keepdim: true }]] },
    "Tensor.norm": {
      good: [() => [2, 1, { keepdim: true }], () => ["fro", [0, 1], { keepdim: false }]],
    },
    "Tensor.countNonzero": { good: [() => [1], () => [[0, 1]]] },
    "Tensor.sort": order,
    "Tensor.argsort": order,
    "Tensor.topk": { good: [() => [1, { dim: 0, largest: true, sorted: true }]] },
    "Tensor.searchsorted": {
      good: [() => [ones(2, 2), { right: true }], () => [[[1, 2], [3, 4]]]],
    },
    "Tensor.cumsum": dimension,
    "Tensor.cumprod": dimension,
    "Tensor.cummax": dimension,
    "Tensor.cummin": dimension,
    "Tensor.logcumsumexp": dimension,
    "Tensor.diff": {
      good: [
        () => [1, { dim: 0, prepend: ones(1, 2), append: ones(1, 2) }],
        () => [1, { dim: 0, prepend: [[1, 2]], append: [[1, 2]] }],
      ],
    },
    "Tensor.unique": { good: [() => [{ returnInverse: true, returnCounts: true, dim: 0 }]] },
    "Tensor.bincount": {
      on: counted,
      good: [
        () => [{ weights: ones(3), minlength: 2 }],
        () => [{ weights: [1, 2, 3] }],
        () => [{ weights: new Float32Array(3) }],
      ],
    },
    "Tensor.histc": { good: [() => [4, { min: 0, max: 1 }]] },
    "Tensor.logsumexp": dims,
    "Tensor.var": spread,
    "Tensor.std": spread,
    "Tensor.argmax": { good: [() => [1, { keepdim: true }]] },
    "Tensor.argmin": { good: [() => [1, { keepdim: true }]] },
    "Tensor.softmax": dimension,
    "Tensor.logSoftmax": dimension,
    "Tensor.unsqueeze": dimension,
    "Tensor.squeeze": { good: [() => [0], () => [[0, 1]]] },
    "Tensor.reshape": { good: [() => [4, 1], () => [[4, 1]]], variadic: true },
    "Tensor.permute": { good: [() => [1, 0], () => [[1, 0]]], variadic: true },
    "Tensor.expand": { good: [() => [2, -1], () => [[2, 2, 2]]], variadic: true },
    "Tensor.at": {
      good: [
        () => [0, [0, 2]],
        () => [null, [0, 2, 1]],
        () => [0, null],
        () => [[0, null], 1],
        () => [int32([0, 1]), [[1, 0]]],
        () => [tensor([true, false]), Int32Array.of(-1)],
        () => ["newaxis", [true, false], "..."],
        () => ["...", new Uint32Array(1)],
        () => ["newaxis", 0, 1],
        () => ["newaxis", 0, null],
        () => [Int32Array.of(0)],
      ],
      variadic: true,
    },
    "Tensor.flatten": { good: [() => [0, 1]] },
    "Tensor.transpose": { good: [() => [0, 1]] },
    "Tensor.pad": { good: [() => [[[0, 1], [1, 0]], 9], () => [[[0, 1], [1, 0]], true]] },
    "Tensor.movedim": { good: [() => [0, 1], () => [[0, 1], [1, 0]]] },
    "Tensor.expandAs": { good: [() => [ones(3, 2, 2)]], says: ["expand"] },
    "Tensor.repeat": { good: [() => [2, 1], () => [[1, 2]]], variadic: true },
    "Tensor.tile": { good: [() => [2, 1], () => [[2]]], variadic: true },
    "Tensor.repeatInterleave": { good: [() => [2, 1], () => [[1, 2], 0]] },
    "Tensor.flip": { good: [() => [0, 1], () => [[0]]], variadic: true },
    "Tensor.roll": { good: [() => [1, 0], () => [[1, 2], [0, 1]]] },
    "Tensor.tril": { good: [() => [1]] },
    "Tensor.triu": { good: [() => [1]] },
    "Tensor.diag": { good: [() => [1]] },
    "Tensor.diagonal": { good: [() => [1, { dim1: 0, dim2: 1 }]] },
    "Tensor.trace": nothing,
    "Tensor.split": { good: [() => [1, 0], () => [[1, 1], 1]] },
    "Tensor.chunk": { good: [() => [2, 1]] },
    "Tensor.unbind": { good: [() => [1]] },
    "Tensor.narrow": { good: [() => [0, 0, 1]] },
    "Tensor.unfold": { good: [() => [0, 2, 1]] },
    "Tensor.gather": { good: [() => [1, tensor([[0], [1]], { dtype: "int32" })], () => [1, [[0], [1]]]] },
    "Tensor.indexSelect": {
      good: [() => [1, int32([0, 1])], () => [-1, [0]], () => [0, Int32Array.of(0)], () => [0, 1]],
    },
    "Tensor.indexCopy": copied,
    "Tensor.indexCopy_": copied,
    "Tensor.indexFill": filled,
    "Tensor.indexFill_": filled,
    "Tensor.scatter": scattered,
    "Tensor.scatter_": scattered,
    "Tensor.scatterAdd": scatterAdded,
    "Tensor.scatterAdd_": scatterAdded,
    "Tensor.take": {
      good: [() => [int32([0, -1])], () => [[[0], [3]]], () => [Int32Array.of(0)], () => [0]],
    },
    "Tensor.takeAlongDim": {
      good: [
        () => [int32([0, 1]).reshape(1, 2), 0],
        () => [[[0], [-1]], 1],
        () => [Int32Array.of(0)],
        () => [0],
      ],
    },
    "Tensor.maskedFill": masked,
    "Tensor.maskedFill_": masked,
    "Tensor.maskedSelect": { good: [() => [tensor([true, false])], () => [[true, false]], () => [true]] },
    "Tensor.nonzero": { good: [() => [{ asTuple: true }], () => [{ asTuple: false }]] },
    "Tensor.indexAdd": added,
    "Tensor.indexAdd_": added,
    "Tensor.matmul": { good: [() => [ones(2, 2)], () => [[[1, 2], [3, 4]]]] },
    "Tensor.mm": { good: [() => [ones(2, 2)], () => [[[1, 2], [3, 4]]]] },
    "Tensor.bmm": { good: [() => [ones(1, 2, 2)], () => [[[[1, 2], [3, 4]]]]], on: () => ones(1, 2, 2) },
    "Tensor.mv": { good: [() => [ones(2)], () => [[1, 2]], () => [new Float32Array(2)]] },
    "Tensor.dot": { good: [() => [ones(2)], () => [[1, 2]], () => [new Float32Array(2)]], on: () => ones(2) },
    "Tensor.outer": {
      good: [() => [ones(2)], () => [[1, 2]], () => [new Float32Array(2)]],
      on: () => ones(2),
    },
    arange: {
      good: [
        () => [0, 4, 2, options()],
        () => [0, 4, 2, { device: "cpu" }],
        () => [0, 4, options()],
        () => [4, options()],
      ],
    },
    bernoulli: numbers,
    cat: { good: [() => [[ones(2), ones(3)], 0]] },
    currentDevice: nothing,
    "Device.memory": nothing,
    "Device.resetPeak": nothing,
    profile: {
      good: [
        () => [() => 1, { device: currentDevice(), shapes: true, programs: true }],
        () => [async () => await 1, { device: "cpu" }],
      ],
    },
    device: {
      good: [
        () => ["cpu"],
        () => ["cpu", { threads: 2 }],
        () => ["cpu", { tuning: { adapter: "", products: {} } }],
      ],
    },
    einsum: {
      good: [
        () => ["ij,jk", ones(2, 2), ones(2, 2)],
        () => ["i,ij->j", [1, 2], [[1, 2], [3, 4]]],
        () => [",", 2, true],
        () => ["ii", ones(2, 2)],
        () => [",i", true, new Float32Array(2)],
        () => ["i,", new Float32Array(2), 2],
      ],
      variadic: true,
    },
    broadcastTensors: { good: [() => [[ones(2), ones(3, 1)]]] },
    cartesianProd: { good: [() => [[ones(2), ones(3)]]] },
    hstack: { good: [() => [[ones(2), ones(3)]]] },
    meshgrid: { good: [() => [[ones(2), ones(3)], { indexing: "xy" }]] },
    tensordot: {
      good: [
        () => [ones(2, 3), ones(2, 3), { dims: [[0], [0]] }],
        () => [ones(2, 3), ones(3, 2), { dims: 1 }],
      ],
    },
    vstack: { good: [() => [[ones(2), ones(2)]]] },
    eye: { good: [() => [2, 3, options()], () => [2, 3, { device: "cpu" }]] },
    full: {
      good: [() => [[2, 3], 0.5, options()], () => [[2, 3], true], () => [[2], 1, { device: "cpu" }]],
    },
    fullLike: {
      good: [() => [ones(2), 1, options()], () => [ones(2), true], () => [ones(2), 1, { device: "cpu" }]],
    },
    gradCheck: proof,
    gradGradCheck: proof,
    linspace: { good: [() => [0, 1, 3, options()], () => [0, 1, 3, { device: "cpu" }]] },
    logspace: { good: [() => [0, 1, 3, { ...options(), base: 2 }], () => [0, 1, 3, { device: "cpu" }]] },
    manualSeed: { good: [() => [0]] },
    multinomial: {
      good: [
        () => [ones(3), 2, { replacement: true }],
        () => [[1, 2], 1],
        () => [new Float32Array(2).fill(1), 1],
      ],
    },
    normal: {
      good: [
        () => [ones(2), ones(2), [3, 2]],
        () => [0, 1, [2]],
        () => [[1, 2], [1, 2]],
        () => [true, true],
        () => [new Float32Array(2), new Float32Array(2)],
      ],
    },
    noGrad: { good: [() => [() => 1]] },
    scope: { good: [() => [() => 1]] },
    ones: sizes,
    onesLike: like,
    rand: sizes,
    randint: {
      good: [() => [0, 10, [2], { device: "cpu" }], () => [0, 10, [2], { device: currentDevice() }]],
    },
    randintLike: { good: [() => [ones(2), 0, 9, options()], () => [ones(2), 0, 9, { device: "cpu" }]] },
    randLike: like,
    randn: sizes,
    randnLike: like,
    randperm: place,
    stack: { good: [() => [[ones(2), ones(2)], 1]] },
    tensor: {
      good: [
        () => [[1, 2], { shape: [2, 1], ...options() }],
        () => [[1, 2], { device: "cpu" }],
        () => [new Float32Array(2)],
        () => [1],
        () => [true],
      ],
    },
    useDevice: {
      good: [
        () => ["cpu"],
        () => ["cpu", { threads: 2 }],
        () => ["cpu", { tuning: { adapter: "", products: {} } }],
      ],
      use: () => useDevice("cpu"),
    },
    where: {
      good: [
        () => [tensor([true, false]), ones(2), ones(2)],
        () => [1, 2, 3],
        () => [true, true, true],
        () => [[1, 0], [1, 2], [3, 4]],
        () => [new Float32Array(2), new Float32Array(2), new Float32Array(2)],
      ],
    },
    zeros: sizes,
    zerosLike: like,
  },
  internal: ["Device", "Device.check", "Tensor", "Tensor.*="],
};
