/**
 * Mistakes end with a sentence that names the operation, the values and the way out; and nothing is half-changed.
 */
import {
  arange,
  cat,
  eye,
  F,
  full,
  gradCheck,
  linspace,
  manualSeed,
  nn,
  noGrad,
  ones,
  rand,
  randint,
  randn,
  stack,
  steps,
  type Tensor,
  tensor,
  useDevice,
  where,
  zeros,
} from "descent";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { devices } from "./devices.ts";

type Mistake = readonly [
  what: string,
  make: () => unknown,
  kind: typeof RangeError | typeof TypeError,
  text: string,
];

const int = (data: number[]) => tensor(data, { dtype: "int32" });
const image = (...shape: number[]) => zeros(...shape);

/** What the compiler would refuse, and a script or a notebook does not show to it. */
// deno-lint-ignore no-explicit-any
const unchecked = (value: unknown): any => value;

const mistakes: Record<string, Mistake[]> = {
  "words": [
    [
      "an option in Python's spelling",
      () => zeros([2], unchecked({ requires_grad: true })),
      TypeError,
      'zeros: there is no option "requires_grad"; did you mean requiresGrad?',
    ],
    [
      "an option misspelt",
      () => ones(2, 2).sum(1, unchecked({ keepDim: true })),
      TypeError,
      'sum: there is no option "keepDim"; did you mean keepdim?',
    ],
    [
      "an option without its name",
      () => ones(2, 2).sum(1, unchecked(true)),
      TypeError,
      "sum: options stand in one object such as { keepdim: … }, not true",
    ],
    [
      "two dimensions one after the other",
      () => ones(2, 2).mean(0, unchecked(1)),
      TypeError,
      "mean: several dimensions are one list, as in mean([0, 1])",
    ],
    [
      "a factor of add()",
      () => (ones(2).add as (...args: unknown[]) => Tensor).call(ones(2), ones(2), { alpha: 2 }),
      TypeError,
      "add: takes one argument, and was given an object { alpha } beyond; a factor is multiplied first: x.add(y.mul(2))",
    ],
    ["Python's colon", () => ones(2, 2).at(unchecked(":"), 1), TypeError, "null takes all of a dimension"],
    [
      "a tensor of plain numbers as an index",
      () => ones(2, 2).at(tensor([0])),
      TypeError,
      'at: the index must be int32, not float32; to("int32") makes it so',
    ],
    [
      "a border as torch has it",
      () => ones(2, 2).pad(unchecked([1, 1])),
      TypeError,
      "pad: a border is a list with [before, after] for every dimension, not [1, 1]",
    ],
    [
      "tensors that are no list",
      () => cat(unchecked(ones(2)), unchecked(ones(2))),
      TypeError,
      "cat: the tensors are one list, as in cat([a, b]), not Tensor [2] float32 cpu",
    ],
    [
      "a dimension by name",
      () => cat([ones(2), ones(2)], unchecked({ dim: 0 })),
      TypeError,
      "cat: a dimension is a number, not an object { dim }; it stands by itself, without a name",
    ],
    [
      "a list of numbers among tensors",
      () => stack([ones(2), unchecked([1, 2])]),
      TypeError,
      "stack: entry 1 of the list must be a tensor, not [1, 2]; tensor(…) makes one",
    ],
    [
      "a device that there is not",
      () => ones(2).to(unchecked("cuda")),
      TypeError,
      'to: there is no dtype "cuda"; use "float32", "int32" or "bool"; await x.to("webgpu") copies a tensor to a device',
    ],
    [
      "a promise",
      () => ones(2).add(unchecked(Promise.resolve(1))),
      TypeError,
      "not a Promise; await it first",
    ],
    [
      "a list of tensors as numbers",
      () => tensor(unchecked([ones(2), ones(2)])),
      TypeError,
      "tensor: a number or a boolean is expected at data[0], not Tensor [2] float32 cpu; stack() and cat() join tensors",
    ],
    [
      "backward() with options first",
      () => tensor(1, { requiresGrad: true }).mul(2).backward(unchecked({ retainGraph: true })),
      TypeError,
      "backward: options come second",
    ],
    [
      "what a function returned",
      () => noGrad(unchecked(ones(2))),
      TypeError,
      "noGrad: the body must be a function such as () => net.forward(x), not Tensor [2] float32 cpu",
    ],
    [
      "a stride without its name",
      () => F.conv2d(image(1, 1, 4, 4), image(1, 1, 1, 1), unchecked(1)),
      TypeError,
      "conv2d: options stand in one object such as { bias: … }, not 1",
    ],
    [
      "Python's label_smoothing",
      () => F.crossEntropy(ones(2, 3), [0, 1], unchecked({ label_smoothing: 0.1 })),
      TypeError,
      'crossEntropy: there is no option "label_smoothing"; did you mean labelSmoothing?',
    ],
    [
      "a weight of plain numbers",
      () => F.crossEntropy(ones(2, 3), [0, 1], { weight: unchecked([1, 2, 3]) }),
      TypeError,
      "crossEntropy: weight must be a tensor, not [1, 2, 3]; tensor(…) makes one",
    ],
    [
      "dropout()'s training without its name",
      () => F.dropout(ones(2), 0.5, unchecked(false)),
      TypeError,
      "dropout: options stand in one object such as { training: … }, not false",
    ],
    ["a probability of 2", () => F.dropout(ones(2), 2), RangeError, "a probability from 0 to 1, not 2"],
  ],
  "creation": [
    ["ragged rows", () => tensor([[1, 2], [3]]), RangeError, "ragged: data[1] has 1 entries, its siblings 2"],
    ["a number among rows", () => tensor([[1, 2], 3]), RangeError, "ragged: data[1] has a single value"],
    ["a row among numbers", () => tensor([1, [2]]), TypeError, "expected at data[1], not [2]"],
    [
      "no list of sizes",
      () => full(2 as unknown as number[], 1),
      TypeError,
      "full: a shape is a list of sizes",
    ],
    [
      "full() of too much",
      () => full([1], 2 ** 40, { dtype: "int32" }),
      RangeError,
      "is not an int32",
    ],
    [
      "to() of what there is not",
      () => ones(1).to("int64" as "int32"),
      TypeError,
      'to: there is no dtype "int64"',
    ],
    [
      "a sum with text",
      () => ones(2).add("1" as unknown as number),
      TypeError,
      'add: numbers are needed, as a tensor, a number, nested or typed arrays, not "1"',
    ],
    [
      "text",
      () => tensor(["7"] as unknown as number[]),
      TypeError,
      'tensor: a number or a boolean is expected at data[0], not "7"',
    ],
    ["nothing", () => tensor([null] as unknown as number[]), TypeError, "expected at data[0], not"],
    ["undefined", () => tensor(undefined as unknown as number[]), TypeError, "tensor: "],
    [
      "too few values",
      () => tensor([1, 2, 3], { shape: [2, 2] }),
      RangeError,
      "3 values do not fill shape [2, 2]",
    ],
    ["a negative size", () => tensor([1], { shape: [-1] }), RangeError, "whole numbers ≥ 0, not -1 in [-1]"],
    [
      "a fractional size",
      () => zeros(2.5),
      RangeError,
      "zeros: sizes must be whole numbers ≥ 0, not 2.5 in [2.5]",
    ],
    ["a size of NaN", () => rand(NaN), RangeError, "rand: sizes must be whole numbers ≥ 0, not NaN"],
    [
      "a negative size of randn",
      () => randn(2, -3),
      RangeError,
      "randn: sizes must be whole numbers ≥ 0, not -3",
    ],
    ["an int32 too large", () => int([2 ** 31]), RangeError, "tensor: 2147483648 is not an int32; round it"],
    ["an int32 with a fraction", () => int([0.5]), RangeError, "0.5 is not an int32"],
    ["an int32 of NaN", () => int([NaN]), RangeError, "NaN is not an int32"],
    [
      "full() of a fraction",
      () => full([2], 0.5, { dtype: "int32" }),
      RangeError,
      "full: 0.5 is not an int32",
    ],
    [
      "int32 with a gradient",
      () => tensor([1], { dtype: "int32", requiresGrad: true }),
      TypeError,
      "only float32",
    ],
    ["an unknown dtype", () => tensor([1], { dtype: "float64" as "float32" }), TypeError, "float64"],
    ["a step of 0", () => arange(0, 5, 0), RangeError, "arange: a step of 0 does not lead from 0 to 5"],
    ["a step away", () => arange(5, 0), RangeError, "arange: a step of 1 does not lead from 5 to 0"],
    ["no steps", () => linspace(0, 1, 0), RangeError, "linspace: steps must be a whole number ≥ 1, not 0"],
    ["a negative eye", () => eye(-2), RangeError, "eye: sizes must be whole numbers ≥ 0, not -2"],
    ["an empty range", () => randint(3, 3, [1]), RangeError, "randint: [low, high) must be a range"],
    ["a fractional range", () => randint(0, 2.5, [1]), RangeError, "not [0, 2.5)"],
    ["a negative seed", () => manualSeed(-1), RangeError, "manualSeed: a seed is a whole number from 0"],
    ["a fractional seed", () => manualSeed(0.5), RangeError, "not 0.5"],
  ],
  "shapes": [
    [
      "no broadcast",
      () => ones(2, 3).add(ones(2, 4)),
      RangeError,
      "add: shapes [2, 3] and [2, 4] do not broadcast",
    ],
    ["no broadcast in where", () => where(ones(2), ones(3), 0), RangeError, "where: shapes [2] and [3]"],
    [
      "inner sizes",
      () => ones(2, 3).matmul(ones(4, 2)),
      RangeError,
      "[2, 3] × [4, 2]: the inner sizes 3 and 4 differ",
    ],
    [
      "matmul of numbers",
      () => tensor(2).matmul(ones(2)),
      RangeError,
      "at least one dimension on both sides, not [] and [2]",
    ],
    [
      "batches",
      () => ones(2, 1, 3).matmul(ones(3, 3, 1)),
      RangeError,
      "matmul: shapes [2] and [3] do not broadcast",
    ],
    [
      "reshape",
      () => ones(2, 3).reshape(4, 2),
      RangeError,
      "6 numbers of shape [2, 3] do not fit into [4, 2]",
    ],
    ["reshape of −1 twice", () => ones(4).reshape(-1, -1), RangeError, "do not fit into [-1, -1]"],
    ["reshape without a quotient", () => ones(4).reshape(3, -1), RangeError, "do not fit into [3, -1]"],
    ["flatten backwards", () => ones(2, 3, 4).flatten(2, 1), RangeError, "start 2 lies behind end 1"],
    ["permute", () => ones(2, 3).permute(0), RangeError, "all 2 dimensions must be named once, not [0]"],
    [
      "permute twice",
      () => ones(2, 3).permute(1, 1),
      RangeError,
      "permute: dimensions [1, 1] name one twice",
    ],
    ["t of three", () => ones(2, 3, 4).t(), RangeError, "at most 2 dimensions is needed, not [2, 3, 4]"],
    ["expand", () => ones(2, 3).expand(2, 6), RangeError, "expand: shape"],
    ["expand to fewer", () => ones(2, 3).expand(3), RangeError, "shape [2, 3] does not repeat to [3]"],
    [
      "a bad dimension",
      () => ones(2, 3).sum(2),
      RangeError,
      "sum: dimension 2 does not exist in a tensor of 2 dimensions; use -2 to 1",
    ],
    [
      "options first",
      () => ones(2, 2).sum({ keepdim: true } as unknown as number),
      TypeError,
      "sum: a dimension is a number, or a list of them, not an object { keepdim }; options such as { keepdim: true } come second",
    ],
    [
      "a slope of NaN",
      () => ones(1).leakyRelu(NaN),
      RangeError,
      "the slope must be a finite number, not NaN",
    ],
    ["a fractional dimension", () => ones(2, 3).mean(0.5), RangeError, "mean: dimension 0.5 does not exist"],
    [
      "a dimension twice",
      () => ones(2, 3).sum([0, -2]),
      RangeError,
      "sum: dimensions [0, -2] name one twice",
    ],
    [
      "a dimension of a number",
      () => tensor(1).softmax(1),
      RangeError,
      "softmax: dimension 1 does not exist",
    ],
    ["unsqueeze", () => ones(2).unsqueeze(3), RangeError, "unsqueeze: dimension 3 does not exist"],
    ["max of nothing", () => zeros(0).max(), RangeError, "max: there is nothing to choose from in shape [0]"],
    [
      "argmax of nothing",
      () => zeros(2, 0).argmax(1),
      RangeError,
      "argmax: there is nothing to choose from in shape [2, 0]",
    ],
    ["cat of nothing", () => cat([]), RangeError, "cat: at least one tensor is needed"],
    [
      "cat",
      () => cat([ones(2, 3), ones(2, 4)]),
      RangeError,
      "cat: shapes [2, 3] and [2, 4] differ outside of dimension 0",
    ],
    ["stack", () => stack([ones(2), ones(3)]), RangeError, "stack: shapes [2] and [3] differ"],
    [
      "an index outside",
      () => ones(2, 3).at(2),
      RangeError,
      "at: index 2 is outside of dimension 0 of size 2 in [2, 3]",
    ],
    [
      "too many indices",
      () => ones(2).at(0, 0),
      RangeError,
      "at: 2 indices for a tensor of 1 dimensions, [2]",
    ],
    ["a step backwards", () => ones(4).at([3, 0, -1]), RangeError, "a step ≥ 1, not [3, 0, -1]"],
    [
      "pad",
      () => ones(2, 2).pad([[1, 1]]),
      RangeError,
      "one [before, after] for each of the 2 dimensions is needed, not 1",
    ],
    [
      "negative pad",
      () => ones(2).pad([[-1, 0]]),
      RangeError,
      "pad: sizes must be whole numbers ≥ 0, not -1",
    ],
    [
      "gather",
      () => ones(2, 3).gather(1, [[0], [0], [0]]),
      RangeError,
      "gather: index [3, 1] does not fit into [2, 3] along dimension 1",
    ],
    [
      "gather by fractions",
      () => ones(2).gather(0, tensor([0.5])),
      TypeError,
      "the index must be int32, not float32",
    ],
    ["clamp", () => ones(2).clamp({ min: 2, max: 1 }), RangeError, "with min ≤ max, not min 2, max 1"],
    ["clamp to nothing", () => ones(2).clamp({}), RangeError, "clamp: needs a min, a max or both"],
    ["clamp to NaN", () => ones(2).clamp({ min: NaN }), RangeError, "not min NaN"],
  ],
  "networks": [
    [
      "channels",
      () => F.conv2d(image(1, 3, 20, 20), image(96, 1, 11, 11)),
      RangeError,
      "conv2d: input has 3 channels but weight [96, 1, 11, 11] expects 1",
    ],
    [
      "an image without channels",
      () => F.conv2d(image(8, 8), image(4, 3, 3, 3)),
      RangeError,
      "images [N, C, H, W] or [C, H, W] are needed, not shape [8, 8]",
    ],
    [
      "filters",
      () => F.conv2d(image(1, 3, 8, 8), image(4, 3, 3)),
      RangeError,
      "filters [out, in, kH, kW] are needed",
    ],
    [
      "a kernel too large",
      () => F.conv2d(image(1, 1, 4, 4), image(1, 1, 5, 5)),
      RangeError,
      "does not fit into an input of 4 with its padding",
    ],
    [
      "groups",
      () => F.conv2d(image(1, 3, 4, 4), image(4, 3, 1, 1), { groups: 2 }),
      RangeError,
      "groups must divide 3 input and 4 output channels; 2 does not",
    ],
    [
      "a conv bias",
      () => F.conv2d(image(1, 1, 4, 4), image(2, 1, 1, 1), { bias: ones(3) }),
      RangeError,
      "bias must have shape [2], one number per output channel, not [3]",
    ],
    [
      "no channels",
      () => F.conv2d(image(1, 0, 4, 4), image(1, 0, 1, 1)),
      RangeError,
      "not shape [1, 0, 4, 4]",
    ],
    ["an ε of NaN", () => F.batchNorm(ones(2, 1), { training: true, eps: NaN }), RangeError, "≥ 0, not NaN"],
    ["a momentum of 2", () => F.batchNorm(ones(2, 1), { training: true, momentum: 2 }), RangeError, "not 2"],
    [
      "an int32 mean",
      () => F.batchNorm(ones(2, 1), { training: true, runningMean: int([0]) }),
      TypeError,
      "batchNorm: runningMean must be float32, not int32",
    ],
    [
      "a stride of 0",
      () => F.conv2d(image(1, 1, 4, 4), image(1, 1, 1, 1), { stride: 0 }),
      RangeError,
      "stride must be one whole number ≥ 1, or two, not 0",
    ],
    [
      "a fractional padding",
      () => F.conv2d(image(1, 1, 4, 4), image(1, 1, 1, 1), { padding: 0.5 }),
      RangeError,
      "padding must be one whole number ≥ 0, or two, not 0.5",
    ],
    [
      "three dilations",
      () => F.conv2d(image(1, 1, 4, 4), image(1, 1, 1, 1), { dilation: [1, 1, 1] }),
      RangeError,
      "dilation must be one whole number ≥ 1, or two, not [1, 1, 1]",
    ],
    [
      "a window too large",
      () => F.maxPool2d(image(1, 1, 2, 2), 3),
      RangeError,
      "a window [3, 3] does not fit into an image of [2, 2]",
    ],
    [
      "a padding too large",
      () => F.avgPool2d(image(1, 1, 8, 8), 2, { padding: 2 }),
      RangeError,
      "padding 2 is more than half of the window [2, 2]",
    ],
    [
      "a window of NaN",
      () => F.maxPool2d(image(1, 1, 2, 2), NaN),
      RangeError,
      "kernel size must be one whole number ≥ 1, or two, not NaN",
    ],
    [
      "no image",
      () => F.adaptiveAvgPool2d(image(1, 1, 0, 2), 1),
      RangeError,
      "adaptiveAvgPool2d: the image is empty",
    ],
    [
      "a pool to 0",
      () => F.adaptiveAvgPool2d(image(1, 1, 2, 2), 0),
      RangeError,
      "output size must be one whole number ≥ 1",
    ],
    [
      "linear",
      () => F.linear(ones(2, 3), ones(4, 5)),
      RangeError,
      "linear: input [2, 3] does not fit weight [4, 5]",
    ],
    [
      "a linear bias",
      () => F.linear(ones(2, 3), ones(4, 3), ones(3)),
      RangeError,
      "bias must have shape [4], not [3]",
    ],
    [
      "one number a channel",
      () => F.batchNorm(ones(1, 3), { training: true }),
      RangeError,
      "more than one value per channel is needed",
    ],
    [
      "no statistics",
      () => F.batchNorm(ones(2, 3)),
      TypeError,
      "evaluation needs runningMean and runningVar",
    ],
    [
      "statistics of another size",
      () => F.batchNorm(ones(2, 3), { training: true, runningMean: ones(2) }),
      RangeError,
      "runningMean must have shape [3], one number per channel, not [2]",
    ],
    [
      "a probability",
      () => F.dropout(ones(2), 1.5),
      RangeError,
      "dropout: p must be a probability from 0 to 1, not 1.5",
    ],
    ["a probability of NaN", () => F.dropout(ones(2), NaN), RangeError, "not NaN"],
    [
      "classes of float32",
      () => F.oneHot(ones(2), 3),
      TypeError,
      "oneHot: classes must be int32, not float32",
    ],
    [
      "no classes",
      () => F.oneHot(int([0]), 0),
      RangeError,
      "the number of classes must be a whole number ≥ 1, not 0",
    ],
    [
      "so many iterations",
      () => steps(-1).next(),
      RangeError,
      "steps: the number of iterations must be a whole number ≥ 0, not -1",
    ],
    ["an iteration and a half", () => steps(1.5).next(), RangeError, "not 1.5"],
  ],
};

for (const [topic, list] of Object.entries(mistakes)) {
  Deno.test(`mistakes in ${topic} are said in a sentence`, async () => {
    const failures: string[] = [];
    for (const [what, make, kind, text] of list) {
      let error: Error | null = null;
      try {
        await make();
      } catch (caught) {
        error = caught as Error;
      }
      if (error === null) failures.push(`${what}: no error`);
      else if (!(error instanceof kind)) failures.push(`${what}: ${error.name}: ${error.message}`);
      else if (!error.message.includes(text)) {
        failures.push(`${what}: says "${error.message}", not "${text}"`);
      }
    }
    assertEquals(failures, []);
  });
}

Deno.test("mistakes that only a promise can tell are said in a sentence", async () => {
  await assertRejects(
    () => ones(2).item(),
    RangeError,
    "item: a tensor of one element is needed, not one of shape [2]",
  );
  await assertRejects(() => zeros(0).item(), RangeError, "not one of shape [0]");
  await assertRejects(() => gradCheck((x) => x, [int([1])]), TypeError, "at least one float32 input");
  await assertRejects(() => useDevice("tpu" as "cpu"), RangeError, 'there is no device "tpu"');
});

Deno.test({
  name: "tensors of two devices do not mix",
  ignore: !devices.includes("webgpu"),
  fn: async () => {
    const here = ones([2], { requiresGrad: true });
    await useDevice("webgpu");
    try {
      const there = ones(2);
      assertThrows(
        () => here.add(there),
        TypeError,
        "add: one tensor lives on the cpu device, another on webgpu",
      );
      assertThrows(
        () => cat([there, here]),
        TypeError,
        "concat: one tensor lives on the webgpu device, another on cpu",
      );
      assertThrows(() => noGrad(() => here.copy_(there)), TypeError, "copy_: one tensor lives on");
      assertThrows(() => here.mul(2).backward(there), TypeError, "backward: one tensor lives on");
      assertEquals(here.grad, null);
      assertEquals(await here.mul(2).add([1, 1]).array(), [3, 3]);
    } finally {
      await useDevice("cpu");
    }
  },
});

Deno.test("a tensor of a past iteration says which one it is, and what to do", async () => {
  const kept: Tensor[] = [];
  for await (const { index } of steps(3, { progress: false })) {
    kept.push(ones(2, 3).mul(index));
  }
  for (const read of [() => kept[1].data(), () => kept[1].array(), async () => await kept[1].t().data()]) {
    await assertRejects(
      read,
      Error,
      "This tensor [2, 3] made by mul() was freed after iteration 1 of steps(). Read it before that, or call keep()",
    );
  }
  assertThrows(() => kept[0].add(1), Error, "was freed after iteration 0");
  assertEquals(kept[1].shape, [2, 3]);
  assert(Deno.inspect(kept[1]).includes("freed"));
  assertEquals(await kept[2].at(0, 0).item(), 2, "no iteration follows the last");
});

Deno.test("a tensor that a module made inside says which module, and what freed it", async () => {
  const inside: Tensor[] = [];
  class Net extends nn.Module {
    layer = new nn.Linear(2, 2);
    override forward(x: Tensor): Tensor {
      inside.push(this.layer.forward(x).exp());
      return inside.at(-1)!.mul(inside.at(-1)!);
    }
  }
  const net = new Net();
  const loss = net.forward(ones(1, 2)).sum();
  assertEquals((await inside[0].data()).length, 2);
  loss.backward();
  const end = "Read it before that, or call keep() on it when it is made.";
  await assertRejects(
    () => inside[0].data(),
    Error,
    `This tensor [1, 2] made by exp() inside Net was freed by backward(), with the rest of what the module made inside. ${end}`,
  );
  const evaluated = noGrad(() => net.forward(ones(1, 2)));
  await assertRejects(
    () => inside[1].data(),
    Error,
    `inside Net was freed when the forward of Net returned without it. ${end}`,
  );
  assertEquals((await evaluated.data()).length, 2);
  assert(await loss.item() > 0);
});

Deno.test("a gradient read after zeroGrad() says so", async () => {
  const x = tensor([1, 2], { requiresGrad: true });
  x.square().sum().backward();
  const { grad } = x;
  x.zeroGrad();
  assertEquals(x.grad, null);
  await assertRejects(
    () => grad!.data(),
    Error,
    "This tensor [2] made by backward() was freed by zeroGrad()",
  );
});

Deno.test("a sum of gradients that would mix shapes is refused before it begins", async () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const y = x.mul(2);
  assertThrows(() => y.backward(ones(3)), RangeError, "the gradient has shape [3], the tensor [2]");
  y.backward(ones(2));
  assertEquals(await x.grad!.array(), [2, 2]);
});
