/**
 * Functions of single numbers, whole quotients, questions and activations have the numbers of PyTorch 2.13, which
 * tools/fixtures/functions.py wrote down: where they are smooth, at every edge, and of integers and booleans.
 */
import { F, type Tensor, tensor, zeros } from "descent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fixture from "./fixtures/functions.json" with { type: "json" };
import { onCpu, onEachDevice } from "./devices.ts";
import { checkAll } from "./parity/check_all.ts";
import { compareTensor } from "./parity/compare.ts";
import { checkFunction, cotangent, type FunctionCase, operations } from "./parity/functions.ts";
import { makeTensor } from "./parity/text.ts";

const cases = fixture.cases as unknown as FunctionCase[];

onEachDevice(
  `the ${cases.length} cases of functions have PyTorch's values, gradients and gradients of gradients`,
  async (device) => {
    // Side by side, as a device's answers take their time; where a kernel is costly to compile, in one order of memory each.
    const orders = cases.flatMap((one, i) =>
      device === "cpu" ? [[one, false], [one, true]] as const : [[one, i % 2 === 1] as const]
    );
    const errors = await Promise.all(
      orders.map(([one, turned]) => checkFunction(one, turned).catch((error: Error) => error)),
    );
    const named = orders.map(([one, turned], i) => ({
      name: `${one.name}${turned ? ", turned" : ""}`,
      error: errors[i],
    }));
    await checkAll(named, ({ error }) => error === undefined ? Promise.resolve() : Promise.reject(error));
    assertEquals(named.length, orders.length);
  },
);

/** Where PyTorch refuses integers or booleans: in which dtype they are taken here. */
const TAKEN: Record<string, "float32" | "int32"> = {
  // deno-fmt-ignore
  ...Object.fromEntries(["frac", "silu", "elu", "celu", "selu", "hardswish", "hardsigmoid", "mish", "logSigmoid", "gelu",
    "softplus", "softsign", "hardshrink", "softshrink", "tanhshrink", "hypot", "isclose", "lerpNumber", "addcdiv",
  ].map((op) => [op, "float32"])),
  // deno-fmt-ignore
  ...Object.fromEntries(["floor", "ceil", "round", "trunc", "hardtanh", "relu6", "fmod", "remainder", "divFloor", "divTrunc",
  ].map((op) => [op, "int32"])),
};

const LEFT = {
  int32: () => tensor([-2, 0, 1, 3], { dtype: "int32" }),
  bool: () => tensor([false, true, true, false]),
};
const RIGHT: Record<string, () => Tensor | number> = {
  float32: () => tensor([2, -0.5, 1, 3]),
  int32: () => tensor([3, 1, 2, -1], { dtype: "int32" }),
  bool: () => tensor([true, true, true, true]),
  whole: () => 2,
  fraction: () => 0.5,
};
/** How many operands are the first one again. */
const AGAIN: Record<string, number> = { addcmul: 2, addcdiv: 2, lerpNumber: 1 };

onCpu(
  "what functions make of integers and booleans is PyTorch's, or what they make of their numbers",
  async () => {
    const rows = Object.entries(fixture.types as Record<string, Record<string, string>>).flatMap((
      [op, table],
    ) => Object.entries(table).map(([names, answer]) => ({ name: `${op} of ${names}`, op, names, answer })));
    await checkAll(rows, async ({ op, names, answer }) => {
      const [first, second] = names.split(", ") as ["int32" | "bool", string | undefined];
      const run = (to?: "float32" | "int32") => {
        const bring = (x: Tensor | number) => typeof x === "number" || to === undefined ? x : x.to(to);
        const x = bring(LEFT[first]()) as Tensor;
        const others = second === undefined ? Array(AGAIN[op] ?? 0).fill(x) : [bring(RIGHT[second]())];
        return operations[op]([x, ...others as Tensor[]], {});
      };
      if (!answer.startsWith("refused")) return await compareTensor("the result", run(), answer);
      const [ours, meant] = [run(), run(TAKEN[op])];
      assertEquals([ours.dtype, await ours.array()], [meant.dtype, await meant.array()]);
    });
  },
);

onCpu("changes in place have PyTorch's results, and its gradients flow through them", async () => {
  const changes: Record<string, (x: Tensor) => Tensor> = {
    clamp_: (x) => x.clamp_(-0.5, 1),
    lerp_: (x) => x.lerp_(2, 0.25),
    addcmul_: (x) => x.addcmul_(2, 3, { value: 0.5 }),
    addcdiv_: (x) => x.addcdiv_(2, 4, { value: 0.5 }),
    pow_: (x) => x.pow_(3),
    neg_: (x) => x.neg_(),
    abs_: (x) => x.abs_(),
    square_: (x) => x.square_(),
    exp_: (x) => x.exp_(),
    round_: (x) => x.round_(),
    relu_: (x) => x.relu_(),
    sigmoid_: (x) => x.sigmoid_(),
    tanh_: (x) => x.tanh_(),
    sqrt_: (x) => x.sqrt_(),
    log_: (x) => x.log_(),
  };
  const rows = Object.entries(fixture.changes).map(([name, row]) => ({ name, ...row }));
  assertEquals(rows.map(({ name }) => name).sort(), Object.keys(changes).sort());
  await checkAll(rows, async ({ name, x, output, grad }) => {
    const leaf = makeTensor(x, true), changed = leaf.mul(1), same = changes[name](changed);
    assert(same === changed);
    await compareTensor("the result", changed, output);
    changed.backward(cotangent(changed.shape));
    await compareTensor("the gradient", leaf.grad, grad);
    assertThrows(() => changes[name](leaf), Error, `${name}: a leaf that requires a gradient`);
  });
});

onEachDevice("equal() and allclose() compare whole tensors", async () => {
  const x = tensor([[1, 2], [3, 4]]);
  assertEquals(
    await Promise.all([
      x.equal([[1, 2], [3, 4]]),
      x.equal(tensor([[1, 3], [2, 4]]).t()),
      x.equal(x.to("int32")),
      x.equal([1, 2]),
      x.equal(x.add(1e-6)),
      tensor([NaN]).equal([NaN]),
      zeros(0, 3).equal(zeros(0, 3)),
      zeros(0, 3).equal(zeros(3, 0)),
    ]),
    [true, true, true, false, false, false, true, false],
  );
  assertEquals(
    await Promise.all([
      x.allclose(x.mul(1.000001)),
      x.allclose(x.mul(1.1)),
      x.allclose(x.mul(1.1), { rtol: 0.2 }),
      tensor([NaN, 1]).allclose([NaN, 1]),
      tensor([NaN, 1]).allclose([NaN, 1], { equalNan: true }),
      tensor([Infinity]).allclose([Infinity]),
      zeros(0).allclose(1),
    ]),
    [true, false, true, false, true, true, true],
  );
});

Deno.test("what has no meaning is refused in a sentence that names the way out", () => {
  const x = tensor([1, 2]), ints = x.to("int32");
  const refused: [() => unknown, string][] = [
    [() => ints.remainder(0), 'remainder: integers are not divided by 0; use to("float32") first'],
    [() => ints.div(0, { rounding: "floor" }), "div: integers are not divided by 0"],
    [() => x.div(tensor([1, 2, 3]), { rounding: "trunc" }), "div: shapes [2] and [3] do not broadcast"],
    [() => x.round({ decimals: 0.5 }), "round: decimals must be a whole number, not 0.5"],
    [() => x.clamp(), "clamp: needs a min, a max or both"],
    [() => x.clamp(2, 1), "clamp: needs a min, a max or both, with min ≤ max, not min 2, max 1"],
    [() => x.clamp(tensor([1, 2, 3])), "clamp: shapes [2] and [3] do not broadcast"],
    [() => x.hardtanh(1, 1), "hardtanh: min must be below max, not 1 and 1"],
    [() => x.celu(0), "celu: alpha must not be 0"],
    [() => F.glu(tensor([1, 2, 3])), "glu: dimension -1 must have an even size, not 3"],
    [
      () => F.prelu(zeros(2, 3), zeros(2)),
      "prelu: weight must have one number, or one for each of 3 channels, not shape [2]",
    ],
    [() => x.lerp(tensor([1, 2, 3]), 0.5), "lerp: shapes [2] and [3] do not broadcast"],
    [() => x.isclose(x, { rtol: -1 }), "isclose: rtol must be a number ≥ 0, not -1"],
    [() => ints.exp_(), "exp_: the result is float32, which does not fit into this int32 tensor"],
    [
      () => x.lerp_(zeros(3, 2), 0.5),
      "lerp_: a result of shape [3, 2] does not fit into this tensor of shape [2]",
    ],
  ];
  for (const [call, sentence] of refused) assertThrows(call, Error, sentence);
});

Deno.test("an integer over an array's 0 is 0 when it is rounded, and so is what is left", async () => {
  const ints = tensor([7, -7, 0], { dtype: "int32" }), none = tensor([0, 0, 0], { dtype: "int32" });
  for (const rounding of ["floor", "trunc"] as const) {
    assertEquals(await ints.div(none, { rounding }).array(), [0, 0, 0]);
  }
  assertEquals(await ints.remainder(none).array(), [0, 0, 0]);
});
