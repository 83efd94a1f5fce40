/** The layers: how they start, what they refuse, that gradients flow through them as differences say. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  currentDevice,
  gradCheck,
  manualSeed,
  nn,
  noGrad,
  ones,
  optim,
  rand,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "descent";
import { onEachDevice } from "../devices.ts";

async function spread(t: Tensor): Promise<{ mean: number; std: number; largest: number }> {
  const values = [...await t.data()];
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
  return { mean, std, largest: values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) };
}

/** A uniform distribution in ±bound, by its mean, its standard deviation bound / √3, and its ends. */
async function assertUniform(t: Tensor, bound: number): Promise<void> {
  const { mean, std, largest } = await spread(t);
  const error = 5 * bound / Math.sqrt(t.size);
  assertAlmostEquals(mean, 0, error);
  assertAlmostEquals(std, bound / Math.sqrt(3), error);
  assert(largest <= bound * (1 + 1e-6) && largest > bound * (1 - 20 / t.size), `${largest} of ${bound}`);
}

onEachDevice("Linear starts with weights and biases in ±1/√in", async () => {
  manualSeed(3);
  const layer = new nn.Linear(100, 400);
  await assertUniform(layer.weight, 0.1);
  await assertUniform(layer.bias!, 0.1);
});

onEachDevice("Conv2d starts with weights in ±1/√(in / groups · kH · kW)", async () => {
  manualSeed(4);
  const layer = new nn.Conv2d(8, 64, [3, 5], { groups: 2 });
  assertEquals(layer.weight.shape, [64, 4, 3, 5]);
  await assertUniform(layer.weight, 1 / Math.sqrt(60));
  await assertUniform(layer.bias!, 1 / Math.sqrt(60));
});

Deno.test("Conv2d draws its weights in the reader's order, whatever the layout", async () => {
  manualSeed(5);
  const layer = new nn.Conv2d(2, 3, 2);
  manualSeed(5);
  const drawn = nn.init.kaimingUniform_(zeros(3, 2, 2, 2), { a: Math.sqrt(5) });
  const [a, b] = [await layer.weight.data(), await drawn.data()];
  a.forEach((value, i) => assertAlmostEquals(value, b[i], 1e-6));
});

Deno.test("a large layer takes little more than its own room to be made, of the numbers that rand() draws", async () => {
  manualSeed(7);
  const shape = [4096, 2048], size = 4096 * 2048, bound = 1 / Math.sqrt(2048);
  const drawn = await rand(shape).mul(2 * bound).add(-bound).data();
  const device = currentDevice(), before = device.memory().bytes;
  device.resetPeak();
  manualSeed(7);
  const layer = new nn.Linear(2048, 4096, { bias: false });
  const { peakBytes } = device.memory();
  assert(peakBytes - before < 4 * size + 16e6, `${peakBytes - before} bytes`);
  assertEquals(await layer.weight.data(), drawn);
  manualSeed(8);
  const normal = await randn(shape).mul(0.25).add(3).data();
  manualSeed(8);
  assertEquals(await nn.init.normal_(layer.weight, { mean: 3, std: 0.25 }).data(), normal);
});

Deno.test("initializations have the deviation that their papers ask for", async () => {
  manualSeed(6);
  const weight = () => zeros(200, 50, 2, 2);
  const fanIn = 200, fanOut = 800;
  const cases: [Tensor, number][] = [
    [nn.init.xavierUniform_(weight(), { gain: 2 }), 2 * Math.sqrt(2 / (fanIn + fanOut))],
    [nn.init.xavierNormal_(weight()), Math.sqrt(2 / (fanIn + fanOut))],
    [nn.init.kaimingUniform_(weight(), { nonlinearity: "relu" }), Math.sqrt(2 / fanIn)],
    [nn.init.kaimingNormal_(weight(), { mode: "fan_out" }), Math.sqrt(2 / fanOut)],
    [nn.init.kaimingNormal_(weight(), { a: 1, nonlinearity: "leaky_relu" }), Math.sqrt(1 / fanIn)],
    [nn.init.uniform_(weight(), { a: -1, b: 3 }).sub(1), 4 / Math.sqrt(12)],
    [nn.init.normal_(weight(), { mean: 1, std: 0.5 }).sub(1), 0.5],
  ];
  for (const [filled, std] of cases) {
    const found = await spread(filled);
    assertAlmostEquals(found.mean, 0, 5 * std / Math.sqrt(filled.size));
    assertAlmostEquals(found.std, std, 5 * std / Math.sqrt(filled.size));
  }
  assertEquals(await nn.init.constant_(zeros(2), 3).array(), [3, 3]);
  assertEquals(await nn.init.zeros_(ones(2)).array(), [0, 0]);
  assertEquals(await nn.init.ones_(zeros(2)).array(), [1, 1]);
});

Deno.test("initializations fill parameters in place, in their layout, without recording", async () => {
  const { weight } = new nn.Conv2d(2, 4, 3);
  const { order } = weight.value.buffer.storage;
  manualSeed(8);
  nn.init.normal_(weight);
  assert(weight.isLeaf && weight.requiresGrad && weight.value.buffer.storage.order === order);
  manualSeed(8);
  assertEquals(await weight.data(), await randn(4, 2, 3, 3).data());
});

Deno.test("initializations refuse what has no fan, no gain or no sense", () => {
  assertThrows(() => nn.init.xavierUniform_(zeros(3)), RangeError, "at least two dimensions");
  assertThrows(() => nn.init.uniform_(zeros(3), { a: 1, b: 0 }), RangeError, "they are 1 and 0");
  assertThrows(
    () => nn.init.normal_(zeros(3), { std: NaN }),
    RangeError,
    "std must be a finite number ≥ 0, not NaN",
  );
  assertThrows(() => nn.init.normal_(tensor([1], { dtype: "int32" })), TypeError, "int32");
  // deno-lint-ignore no-explicit-any
  assertThrows(() => nn.init.calculateGain("swish" as any), RangeError, '"swish"');
  // deno-lint-ignore no-explicit-any
  assertThrows(() => nn.init.kaimingNormal_(zeros(2, 2), { mode: "in" as any }), RangeError, '"fan_in"');
});

Deno.test("layers refuse arguments that make no sense, in a sentence that names them", () => {
  const cases: [() => unknown, string][] = [
    [() => new nn.Linear(0, 3), "Linear: inFeatures must be a whole number ≥ 1, not 0"],
    [() => new nn.Linear(3, 2.5), "Linear: outFeatures must be a whole number ≥ 1, not 2.5"],
    [() => new nn.Conv2d(-1, 3, 3), "Conv2d: inChannels must be a whole number ≥ 1, not -1"],
    [() => new nn.Conv2d(1, 3, 0), "Conv2d: kernel size must be one whole number ≥ 1, or two, not 0"],
    [() => new nn.Conv2d(1, 3, 3, { stride: 0 }), "Conv2d: stride"],
    [() => new nn.Conv2d(1, 3, 3, { padding: -1 }), "Conv2d: padding"],
    [() => new nn.Conv2d(1, 3, 3, { dilation: 1.5 }), "Conv2d: dilation"],
    [
      () => new nn.Conv2d(4, 6, 3, { groups: 4 }),
      "Conv2d: groups must divide the channels [4, 6]; 4 does not",
    ],
    [() => new nn.BatchNorm2d(3, { eps: NaN }), "BatchNorm2d: eps must be a finite number ≥ 0, not NaN"],
    [
      () => new nn.BatchNorm1d(3, { momentum: 2 }),
      "BatchNorm1d: momentum must be a number from 0 to 1, not 2",
    ],
    [
      () => new nn.MaxPool2d(2, { padding: 2 }),
      "MaxPool2d: padding must be at most half of the window 2, not 2",
    ],
    [() => new nn.AvgPool2d([2, -1]), "AvgPool2d: kernel size"],
    [() => new nn.AdaptiveAvgPool2d(0), "AdaptiveAvgPool2d: output size"],
    [() => new nn.Dropout(1.5), "Dropout: p must be a number from 0 to 1, not 1.5"],
    [() => new nn.LeakyReLU(NaN), "LeakyReLU: slope must be a finite number, not NaN"],
    [() => new nn.Flatten(0.5), "Flatten: start must be a whole number, not 0.5"],
  ];
  for (const [make, message] of cases) assertThrows(make, RangeError, message);
  // deno-lint-ignore no-explicit-any
  const loose = nn as any;
  assertThrows(() => new loose.Linear("3", 2), TypeError, 'inFeatures must be a number, not "3"');
  assertThrows(() => new loose.Linear(3, { bias: false }), TypeError, "options in one object behind");
  assertThrows(() => new loose.Softmax(), TypeError, "new nn.Softmax(1)");
  assertThrows(() => new loose.MSELoss({ reduction: "average" }), RangeError, '"average"');
});

Deno.test("layers refuse inputs of other shapes", () => {
  assertThrows(() => new nn.Linear(3, 2).forward(zeros(4, 2)), RangeError, "[4, 2]");
  assertThrows(() => new nn.Conv2d(3, 2, 3).forward(zeros(1, 1, 8, 8)), RangeError, "expects 3");
  assertThrows(() => new nn.BatchNorm2d(3).forward(zeros(2, 3)), RangeError, "[N, C, H, W] with C = 3");
  assertThrows(
    () => new nn.BatchNorm1d(3).forward(zeros(2, 4)),
    RangeError,
    "with C = 3 is needed, not [2, 4]",
  );
  assertThrows(() => new nn.BatchNorm1d(3).forward(zeros(1, 3)), RangeError, "larger batch");
});

/** A layer and the shape of its input; all run in gradCheck with their parameters. */
const LAYERS: [string, () => nn.Module, number[]][] = [
  ["Linear", () => new nn.Linear(3, 2), [4, 3]],
  ["Linear without bias", () => new nn.Linear(3, 2, { bias: false }), [2, 2, 3]],
  ["Conv2d", () => new nn.Conv2d(2, 3, 3, { stride: 2, padding: 1 }), [2, 2, 5, 4]],
  ["Conv2d in groups", () => new nn.Conv2d(4, 2, 2, { groups: 2, dilation: 2, bias: false }), [1, 4, 4, 4]],
  ["BatchNorm1d", () => new nn.BatchNorm1d(3), [5, 3]],
  ["BatchNorm2d", () => new nn.BatchNorm2d(2), [2, 2, 3, 3]],
  ["BatchNorm2d in evaluation", () => new nn.BatchNorm2d(2).eval(), [2, 2, 2, 2]],
  ["AvgPool2d", () => new nn.AvgPool2d(2, { padding: 1 }), [1, 2, 4, 4]],
  ["AdaptiveAvgPool2d", () => new nn.AdaptiveAvgPool2d([2, 3]), [1, 2, 5, 5]],
  ["Dropout", () => new nn.Dropout(0.4), [3, 4]],
  ["Flatten", () => new nn.Flatten(), [2, 2, 3]],
  ["Identity", () => new nn.Identity(), [3]],
  ["Sigmoid", () => new nn.Sigmoid(), [5]],
  ["Tanh", () => new nn.Tanh(), [5]],
  ["GELU", () => new nn.GELU(), [5]],
  ["Softmax", () => new nn.Softmax(1), [2, 4]],
];

for (const [name, make, shape] of LAYERS) {
  Deno.test(`the gradients of ${name} are those that differences show`, async () => {
    manualSeed(11);
    const layer = make();
    const fields = layer as unknown as Record<string, Tensor>;
    const names = layer.namedParameters().map(([name]) => name);
    // gradCheck makes leaves of its own from the parameters; they take those's places in the layer's fields.
    const run = (x: Tensor, ...values: Tensor[]) => {
      names.forEach((name, i) => fields[name] = values[i]);
      return layer.forward(x);
    };
    await gradCheck(run, [randn(shape), ...layer.parameters().map((parameter) => parameter.detach())]);
  });
}

Deno.test("the gradients of layers with kinks are those that differences show, away from the kinks", async () => {
  const x = tensor([[[[-1, 0.5, 2, -3], [4, -0.25, 1, 3], [0.7, 6, -2, 5], [-4, 8, -0.6, 0.3]]]]);
  for (
    const layer of [
      new nn.ReLU(),
      new nn.LeakyReLU(0.2),
      new nn.MaxPool2d(2),
      new nn.MaxPool2d(3, { stride: 1 }),
    ]
  ) {
    await gradCheck((x) => layer.forward(x), [x]);
  }
});

onEachDevice("BatchNorm with momentum null averages over all batches alike", async () => {
  // torch.nn.BatchNorm1d(2, momentum=None) over the same three batches.
  const layer = new nn.BatchNorm1d(2, { momentum: null });
  for (const batch of [[[1, 2], [3, 5]], [[0, 1], [4, 4]], [[2, 2], [-1, 0]]]) layer.forward(tensor(batch));
  const close = async (found: Tensor, expected: number[]) => {
    (await found.data()).forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-5));
  };
  await close(layer.runningMean!, [1.5, 2.3333333]);
  await close(layer.runningVar!, [4.8333333, 3.6666667]);
  assertEquals(await layer.numBatchesTracked!.item(), 3);
});

Deno.test("BatchNorm counts batches also after a state was loaded, and not in evaluation", async () => {
  const layer = new nn.BatchNorm2d(1), other = new nn.BatchNorm2d(1);
  const x = randn(2, 1, 2, 2);
  for (let i = 0; i < 3; i++) layer.forward(x);
  other.forward(x);
  other.loadStateDict(layer.stateDict());
  other.forward(x);
  other.eval().forward(x);
  assertEquals(await other.stateDict().num_batches_tracked.item(), 4);
  assertEquals(await layer.numBatchesTracked!.item(), 3);
});

Deno.test("BatchNorm without running statistics normalizes with the batch's, also in evaluation", async () => {
  const layer = new nn.BatchNorm1d(1, { trackRunningStats: false, affine: false, eps: 0 }).eval();
  assertEquals(await layer.forward(tensor([[1], [3]])).array(), [[-1], [1]]);
  assertEquals(Object.keys(layer.stateDict()), []);
});

onEachDevice(
  "Dropout drops a share p in training, keeps the mean, and does nothing in evaluation",
  async () => {
    manualSeed(2);
    const layer = new nn.Dropout(0.25), x = ones(4000);
    const values = [...await layer.forward(x).data()];
    const zeros = values.filter((value) => value === 0).length;
    assertAlmostEquals(zeros / 4000, 0.25, 0.04);
    assert(values.every((value) => value === 0 || Math.abs(value - 4 / 3) < 1e-6));
    const same = layer.eval().forward(x);
    assertEquals(await same.array(), await x.array());
    same.zero_();
    assertEquals(await x.sum().item(), 4000);
  },
);

Deno.test("loss modules are the functions with their settings, and hold their weights as buffers", async () => {
  const logits = tensor([[1, 2, 4], [0, 1, 0]]);
  const criterion = new nn.CrossEntropyLoss({ weight: tensor([1, 2, 3]), reduction: "sum" });
  assertEquals(Object.keys(criterion.stateDict()), ["weight"]);
  assertEquals(String(criterion), 'CrossEntropyLoss({ reduction: "sum" })');
  assertEquals((await criterion.forward(logits, [2, 1]).data()).length, 1);
  assertEquals(Object.keys(new nn.BCEWithLogitsLoss({ posWeight: ones(1) }).stateDict()), ["pos_weight"]);
  assertEquals(await new nn.MSELoss({ reduction: "none" }).forward(tensor([1, 2]), [0, 4]).array(), [1, 4]);
});

onEachDevice("a perceptron learns XOR", async () => {
  manualSeed(1);
  const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), y = tensor([[0], [1], [1], [0]]);
  const net = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
  const criterion = new nn.BCEWithLogitsLoss();
  for (let step = 0; step < 80; step++) {
    optimizer.zeroGrad();
    criterion.forward(net.forward(x), y).backward();
    optimizer.step();
  }
  const learned = noGrad(() => net.forward(x).sigmoid());
  const values = await learned.data();
  assertEquals([...values].map(Math.round), [0, 1, 1, 0]);
});
