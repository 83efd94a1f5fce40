/**
 * More numbers than one thread, or one row of workgroups, takes: the contract's random cases are small, and their large ones
 * are sums and products. Here are the functions of elements, and what moves them.
 */
import { currentDevice } from "descent";
import { BINARY, type BinaryName, UNARY, type UnaryName } from "../../lib/device/elementwise.ts";
import { onEachDevice } from "../devices.ts";
import { inputOf, type Kind } from "./contract/arbitraries.ts";
import {
  type Call,
  type Case,
  EXACT,
  type Input,
  makeCase,
  ROUNDED,
  type Tolerance,
} from "./contract/case.ts";
import { runOne } from "./contract/run.ts";

/** Numbers where every function is smooth: how exact they are elsewhere, the contract's cases say. */
const SMOOTH: Tolerance = { relative: 2e-5, absolute: 1e-5 };

const float = (shape: number[], seed = 1, kind: Kind = "positive", order: number[] | null = null) =>
  inputOf(shape, order, seed, kind);
const bool = (shape: number[], seed: number) => inputOf(shape, null, seed, "integers", "bool");
const int = (shape: number[], seed: number) => inputOf(shape, null, seed, "reals", "int32");

const isUnary = (name: string): name is UnaryName => name in UNARY;
const isBinary = (name: string): name is BinaryName => name in BINARY;

/** A call of a function of one element. */
function unaryCall(name: UnaryName): Call {
  if (name === "leakyRelu") return (k, [x]) => [k.leakyRelu(x, 0.2)];
  if (name === "clamp") return (k, [x]) => [k.clamp(x, 0.2, 0.7)];
  if (name === "elu") return (k, [x]) => [k.elu(x, 1, 1)];
  return (k, [x]) => [k[name](x)];
}

/** A GPU has one program for them all, into which the formula is put. */
const SOME: readonly string[] = ["neg", "exp", "clamp", "isFinite", "gelu"];

/** These have no code of their own on any device, and need not be tried in every way. */
// deno-fmt-ignore
const PLAIN: readonly string[] = [
  "fmod", "remainder", "floorDivide", "atan2", "hypot", "siluGrad", "geluGrad", "geluTanhGrad",
];

/** Two arguments of a function, of the first dtype that it takes. */
function pairs(name: BinaryName): [Input, Input][] {
  if (name === "truncDivide") return [[int([70_001], 1), int([70_001], 2)]];
  if (name === "logicalAnd") return [[bool([70_001], 1), bool([70_001], 2)]];
  const same: [Input, Input] = [float([70_001]), float([70_001], 2)];
  if (PLAIN.includes(name)) return [same];
  const rows: [Input, Input] = [float([350, 201]), float([201], 2)];
  const channels: [Input, Input] = [float([3, 19, 35, 41]), float([19, 1, 1], 2)];
  const last: [Input, Input] = [float([3, 19, 35, 41], 1, "positive", [0, 3, 1, 2]), channels[1]];
  return [same, rows, channels, last];
}

onEachDevice("functions of one element are right for tens of thousands", async () => {
  const device = currentDevice();
  for (const name of Object.keys(UNARY).filter(isUnary)) {
    if (device.name === "webgpu" && !SOME.includes(name)) continue;
    await runOne(device, makeCase([float([70_001])], unaryCall(name), SMOOTH, { settings: name }));
  }
});

onEachDevice(
  "functions of two elements are right for tens of thousands, however they broadcast",
  async () => {
    const device = currentDevice();
    for (const name of Object.keys(BINARY).filter(isBinary)) {
      for (const inputs of pairs(name)) {
        const call: Call = (k, [a, b]) => [k[name](a, b)];
        await runOne(device, makeCase(inputs, call, SMOOTH, { settings: name }));
      }
    }
  },
);

const images = () => float([2, 24, 57, 59], 1, "reals", [0, 3, 1, 2]);
const part = { begin: [1, 2, 3], size: [40, 50, 33], step: [1, 1, 2] };
const window = { kernel: [3, 3], strides: [2, 2], padding: [1, 1] } as const;
const draw = { seed: [7, 2 ** 32 - 1], offset: 2 ** 32 - 5000 } as const;

const MOVES: Record<string, Case> = {
  fill: makeCase([], (k) => [k.fill([301, 333], 7), k.fill([301, 333], -3, "int32")]),
  random: makeCase([], (k) => [k.random("uniform", [301, 333], draw)]),
  dropout: makeCase([float([301, 333])], (k, [x]) => k.dropout(x, 0.3, draw), {
    relative: 2 ** -23,
  }),
  cast: makeCase([float([90_001], 1, "reals")], (k, [x]) => [k.cast(x, "int32"), k.cast(x, "bool")]),
  select: makeCase(
    [bool([300, 301], 1), int([300, 301], 2), int([301], 3)],
    (k, [c, a, b]) => [k.select(c, a, b), k.select(c, 1, b)],
  ),
  reshape: makeCase([images()], (k, [x]) => [k.reshape(x, [48, 57 * 59])]),
  expand: makeCase([float([60, 1, 80])], (k, [x]) => [k.expand(x, [2, 60, 30, 80])]),
  slice: makeCase(
    [float([60, 70, 80])],
    (k, [x]) => [k.slice(x, part), k.sliceGrad(k.slice(x, part), [60, 70, 80], part)],
  ),
  pad: makeCase([float([60, 70, 20])], (k, [x]) => [k.pad(x, [[1, 2], [3, 4], [5, 6]], -1)]),
  concat: makeCase(
    [images(), float([2, 24, 57, 59], 2)],
    (k, [a, b]) => [k.concat([a, b, a], 1), k.concat([a, b], 2)],
  ),
  oneHot: makeCase(
    [inputOf([9001], null, 1, "integers", "bool")],
    (k, [x]) => [k.oneHot(k.cast(x, "int32"), 11)],
  ),
  gather: makeCase(
    [float([80, 900]), bool([80, 900], 1)],
    (k, [x, index]) => [k.gather(x, k.cast(index, "int32"), 1)],
  ),
  maxPool2d: makeCase([images()], (k, [x]) => {
    const [y, places] = k.maxPool2d(x, window);
    return [y, places, k.maxPool2dGrad(y, places, x.shape, window), k.maxPool2dPick(x, places, window)];
  }, SMOOTH),
  avgPool2d: makeCase([images()], (k, [x]) => {
    const y = k.avgPool2d(x, window);
    return [y, k.avgPool2dGrad(y, [2, 24, 57, 59], window)];
  }, SMOOTH),
};

for (const [name, one] of Object.entries(MOVES)) {
  onEachDevice(`${name} is right for tens of thousands of elements`, () => runOne(currentDevice(), one));
}

onEachDevice("millions of elements are one array, too: a row of workgroups ends at 65,535", async () => {
  const device = currentDevice(), size = 65_535 * 64 + 257;
  const cases = [
    makeCase([float([size])], (k, [x]) => [k.neg(x)]),
    makeCase([float([size]), float([1], 2)], (k, [a, b]) => [k.mul(a, b)], ROUNDED),
    makeCase([float([size])], (k, [x]) => [k.slice(x, { begin: [3], size: [size - 5], step: [1] })], EXACT),
    makeCase([], (k) => [k.fill([size], 2)]),
  ];
  for (const one of cases) await runOne(device, one);
});

const SGD = {
  lr: 0.1,
  momentum: 0.9,
  dampening: 0.1,
  weightDecay: 0.1,
  nesterov: true,
  maximize: false,
  first: false,
};

onEachDevice("a step of an optimizer reaches the last of tens of thousands of parameters", async () => {
  const adam = {
    ...{ lr: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 },
    ...{ decoupled: true, maximize: false, step: 7 },
  };
  const arrays = [1, 2, 3, 4, 5].map((seed) => float([90_001], seed));
  const inPlace = { inPlace: true };
  await runOne(
    currentDevice(),
    makeCase(
      arrays,
      (k, [param, grad, m, v, vMax]) => {
        k.adamStep([{ param, grad, m, v, vMax }], adam);
        k.sgdStep([{ param: grad, grad: m, buffer: v }], SGD);
        const rms = { lr: 0.01, alpha: 0.9, epsilon: 1e-3, momentum: 0.5, weightDecay: 0.1, maximize: true };
        k.rmspropStep([{ param: m, grad: v, square: vMax, average: null, buffer: param }], rms);
        return [param, grad, m, v, vMax];
      },
      SMOOTH,
      inPlace,
    ),
  );
});
