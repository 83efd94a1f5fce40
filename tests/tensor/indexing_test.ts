/** at() and set_() against a plain model of PyTorch's brackets, and what else indices promise. */
import fc from "fast-check";
import {
  arange,
  currentDevice,
  type Index,
  manualSeed,
  noGrad,
  rand,
  randint,
  randn,
  scope,
  Tensor,
  tensor,
  zeros,
} from "descent";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { noGpu, onDevice, onEachDevice } from "../devices.ts";
import { type Grid, type Part, places, sizeOf } from "./numpy_index.ts";

const int = (numbers: number[], shape = [numbers.length]) => tensor(numbers, { dtype: "int32", shape });

/** Nested arrays of a grid. */
function nested({ shape, data }: Grid, make: (n: number) => unknown): unknown {
  if (shape.length === 0) return make(data[0]);
  const step = sizeOf(shape.slice(1));
  return Array.from(
    { length: shape[0] },
    (_, i) => nested({ shape: shape.slice(1), data: data.slice(i * step, (i + 1) * step) }, make),
  );
}

/** An index as a program writes it: as a tensor, as a list or as a typed array, whatever `how` says. */
function written(part: Part, how: number): Index {
  switch (part.kind) {
    case "number":
      return part.at;
    case "range": {
      const { start, end, step } = part;
      const open = how % 2 === 0 ? null : Infinity;
      return step === 1 && how % 3 === 0 ? [start, end ?? open] : [start, end ?? open, step];
    }
    case "all":
      return null;
    case "ellipsis":
      return "...";
    case "newaxis":
      return "newaxis";
    case "index": {
      const { shape, data } = part.grid;
      if (shape.length === 1 && how % 3 === 0) return Int32Array.from(data);
      if (shape.length > 0 && how % 3 === 1) return [nested(part.grid, (n) => n) as number[]];
      return int([...data], [...shape]);
    }
    case "mask": {
      const { shape, data } = part.grid;
      if (shape.length > 0 && sizeOf(shape) > 0 && (how % 2 === 0 || currentDevice().name === "webgpu")) {
        return nested(part.grid, (n) => n !== 0) as boolean[];
      }
      return tensor([...data], { dtype: "bool", shape: [...shape] });
    }
  }
}

/** An index into `size` elements, or a little outside; of none there is none. */
const within = (size: number, wrong: number) =>
  fc.integer({ min: -size - wrong, max: Math.max(-size - wrong, size - 1 + wrong) });

const integers = (size: number, shape: number[], wrong: number) =>
  fc.array(within(size, wrong), {
    minLength: sizeOf(shape),
    maxLength: sizeOf(shape),
  }).map((data): Grid => ({ shape, data }));

/** A part for the dimensions from d on, and how many of them it takes. */
function partFor(
  shape: readonly number[],
  d: number,
  wide: readonly number[],
  wrong: number,
  masks: boolean,
) {
  const size = shape[d] ?? 1;
  const end = fc.option(fc.integer({ min: -size - 1, max: size + 1 }));
  const cut = fc.constantFrom(wide, wide.slice(1), wide.map(() => 1), wide.slice(0, -1).concat(1));
  const deep = shape.length - d;
  return fc.oneof(
    within(size, wrong).map((at): Part => ({ kind: "number", at })),
    fc.tuple(end, end, fc.integer({ min: 1, max: 3 })).map(([start, end, step]): Part => ({
      ...{ kind: "range", start, end, step },
    })),
    fc.constantFrom<Part>({ kind: "all" }, { kind: "newaxis" }, { kind: "ellipsis" }),
    {
      weight: 4,
      arbitrary: cut.chain((one) => integers(size, [...one], wrong))
        .map((grid): Part => ({ kind: "index", grid })),
    },
    ...(masks
      ? [
        fc.integer({ min: 0, max: Math.min(2, deep) }).chain((rank) => {
          const over = shape.slice(d, d + rank);
          return fc.array(fc.boolean(), { minLength: sizeOf(over), maxLength: sizeOf(over) }).map((
            list,
          ): Part => ({
            kind: "mask",
            grid: { shape: over, data: list.map(Number) },
          }));
        }),
      ]
      : []),
  );
}

/** A shape, and an index for it; seldom one that is refused. */
const cases = fc.tuple(
  fc.array(fc.constantFrom(2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 4, 1, 1, 1, 1, 0), { maxLength: 4, size: "max" }),
  fc.constantFrom([2], [3], [2, 2], [1, 3], [2, 1], []),
  fc.nat(30),
).chain(([shape, wide, odd]) =>
  fc.nat(shape.length + 1).chain((count) => {
    const wrong = odd === 0 ? 1 : 0;
    // One part after the other: where one begins depends on what those before it take.
    const grow = (parts: Part[], d: number): fc.Arbitrary<Part[]> =>
      parts.length === count
        ? fc.constant(parts)
        : partFor(shape, d, wide, wrong, d < shape.length).chain((part) => {
          const dims = part.kind === "mask"
            ? part.grid.shape.length
            : part.kind === "newaxis"
            ? 0
            : part.kind === "ellipsis"
            ? Math.max(0, shape.length - d - 1)
            : 1;
          return grow([...parts, part], d + dims);
        });
    return fc.tuple(grow([], 0), fc.nat(11), fc.nat(11)).map(([parts, how, more]) => ({
      shape,
      parts,
      how,
      more,
    }));
  })
);

type Case = { shape: number[]; parts: Part[]; how: number; more: number };

/** The same numbers, often in another order of memory. */
function laid(shape: readonly number[], how: number) {
  const x = arange(sizeOf(shape));
  if (how % 2 === 0 || shape.length < 2) return x.reshape([...shape]);
  const order = shape.map((_, d) => (d + how) % shape.length);
  const inverse = order.map((_, d) => order.indexOf(d));
  // clone() keeps the numbers where they lie.
  return x.reshape([...shape]).permute(order).add(0).permute(inverse);
}

async function agree({ shape, parts, how, more }: Case): Promise<void> {
  const x = laid(shape, more), index = () => parts.map((part, i) => written(part, how + i));
  let expected: ReturnType<typeof places> | null = null;
  const once = parts.filter(({ kind }) => kind === "ellipsis").length <= 1;
  try {
    if (once) expected = places(shape, parts);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  if (expected === null) {
    await assertRejects(async () => void await x.at(...index()).data(), RangeError, "at: ");
    await assertRejects(async () => void await x.clone().set_(index(), 1).data(), RangeError);
    // Of two faults a GPU may have met the other one, too.
    await x.data().catch(() => null);
    return;
  }
  const y = x.at(...index());
  assertEquals([y.shape, [...await y.data()]], [expected.shape, expected.places]);
  // Written in the same order, the last value for a place stays, and a sum has all.
  const values = expected.places.map((_, i) => 1000 + i);
  const v = tensor(Float32Array.from(values), { shape: expected.shape });
  const last = Array.from({ length: sizeOf(shape) }, (_, i) => i), sum = [...last];
  expected.places.forEach((place, i) => [last[place], sum[place]] = [values[i], sum[place] + values[i]]);
  assertEquals([...await x.clone().set_(index(), v).data()], last);
  assertEquals([...await x.clone().set_(index(), v, { accumulate: true }).data()], sum);
  const ones = last.map((n) => n >= 1000 ? -1 : n);
  assertEquals([...await x.clone().set_(index(), -1).data()], ones);
}

/** A mask of no dimensions is always a tensor, whose answer is not known on a GPU. */
const knownOnGpu = ({ parts }: Case) =>
  parts.every((part) => part.kind !== "mask" || part.grid.shape.length > 0);

onEachDevice(
  "at() and set_() take what PyTorch's brackets take, and refuse what they refuse",
  async (device) => {
    const [given, numRuns] = device === "cpu" ? [cases, 400] : [cases.filter(knownOnGpu), 12];
    await fc.assert(fc.asyncProperty(given, agree), { numRuns, seed: 11, unbiased: true });
  },
);

onEachDevice(
  "indices that stand several times have gradients that add up, the same bits each time",
  async () => {
    manualSeed(5);
    const weight = rand(9, 40), index = randint(0, 9, [3000]), factor = randn(3000, 40);
    weight.requiresGrad = true;
    const once = async (pick: () => typeof weight) => {
      weight.grad = null;
      pick().mul(factor).sum().backward();
      return [...await weight.grad!.data()];
    };
    const first = await once(() => weight.indexSelect(0, index));
    for (const pick of [() => weight.indexSelect(0, index), () => weight.at(index)]) {
      assertEquals(await once(pick), first);
    }
    // Σ of the factors at each row, in double precision.
    const [places, factors] = [await index.data(), await factor.data()], sums = new Float64Array(9 * 40);
    factors.forEach((one, i) => sums[places[Math.floor(i / 40)] * 40 + i % 40] += one);
    first.forEach((value, i) => assert(Math.abs(value - sums[i]) < 2e-4, `${value} is not ${sums[i]}`));
  },
);

onEachDevice("a lookup in a large table costs what it looks up, and its gradient one table", async () => {
  const device = currentDevice(), table = rand(20_000, 16), index = randint(0, 20_000, [64]);
  table.requiresGrad = true;
  await index.data();
  device.resetPeak();
  const before = device.memory().bytes;
  const rows = table.indexSelect(0, index);
  assert(device.memory().peakBytes - before < 4 * 64 * 16 * 4, `${device.memory().peakBytes - before} bytes`);
  rows.sum().backward();
  // An index for each element of the table's gradient would be as much again.
  const most = 4 * 20_000 * 16 + 4 * 20_000 * 4 + 1e5;
  assert(
    device.memory().peakBytes - before < most,
    `${device.memory().peakBytes - before} bytes, not ${most}`,
  );
});

onEachDevice("of several values for one place the last stays, and only that one has a gradient", async () => {
  const v = tensor([1, 2, 3], { requiresGrad: true }), x = tensor([7, 8, 9], { requiresGrad: true });
  for (
    const y of [
      x.mul(1).set_([[[1, 1, 0]]], v),
      x.indexCopy(0, [1, 1, 0], v),
      x.scatter(0, [1, 1, 0], v),
    ]
  ) {
    assertEquals(await y.array(), [3, 2, 9]);
    x.grad = v.grad = null;
    y.mul([1, 10, 100]).sum().backward();
    assertEquals([await v.grad!.array(), await x.grad!.array()], [[0, 10, 1], [0, 0, 100]]);
  }
});

onEachDevice("a gradient through indices has a gradient", async () => {
  const x = tensor([1, 2, 3], { requiresGrad: true }), v = tensor([2, 3], { requiresGrad: true });
  // y = (x₂, x₂)³ and then v³ written over x₀ and x₁.
  const y = x.at([[2, 2]]).pow(3).sum().add(x.mul(1).set_([[[0, 1]]], v).pow(3).sum());
  y.backward(undefined, { createGraph: true });
  const [gx, gv] = [x.grad!, v.grad!];
  assertEquals([await gx.array(), await gv.array()], [[0, 0, 81], [12, 27]]);
  x.grad = v.grad = null;
  gx.sum().add(gv.sum()).backward();
  assertEquals([await x.grad!.array(), await v.grad!.array()], [[0, 0, 54], [12, 18]]);
});

onEachDevice("a mask writes on every device where one value is for all that it picks", async () => {
  const x = arange(6).reshape(2, 3), mask = x.gt(3), rows = tensor([false, true]);
  assertEquals(await x.clone().set_([mask], 0).array(), [[0, 1, 2], [3, 0, 0]]);
  assertEquals(await x.clone().set_([rows], [7, 8, 9]).array(), [[0, 1, 2], [7, 8, 9]]);
  assertEquals(await x.clone().set_([mask], 10, { accumulate: true }).array(), [[0, 1, 2], [3, 14, 15]]);
  assertEquals(await x.clone().set_([null, tensor([true, false, true])], [[8], [9]]).array(), [[8, 1, 8], [
    9,
    4,
    9,
  ]]);
  const v = tensor(5, { requiresGrad: true });
  x.clone().set_([mask], v).sum().backward();
  assertEquals(await v.grad!.item(), 2);
});

onEachDevice(
  "maskedSelect() is what x was when it was asked for, and gradients flow through it",
  async () => {
    const x = tensor([1, -2, 3], { requiresGrad: true });
    const picked = x.maskedSelect(x.gt(0));
    noGrad(() => x.mul_(100));
    assertEquals(await (await picked).array(), [1, 3]);
    (await picked).square().sum().backward();
    assertEquals(await x.grad!.array(), [2, 0, 6]);
  },
);

onEachDevice("indices of integers and booleans pick, and are picked", async () => {
  const whole = int([16777217, -3, 5]), mask = tensor([true, false, true]);
  assertEquals(await whole.at([[0, -1]]).array(), [16777217, 5]);
  assertEquals([await mask.at([[0, 1]]).array(), mask.at([[0]]).dtype], [[true, false], "bool"]);
  assertEquals(await whole.indexAdd(0, [0, 0], int([1, 2])).array(), [16777220, -3, 5]);
  assertEquals(await mask.indexAdd(0, [1], [true]).array(), [true, true, true]);
});

onEachDevice(
  "an index out of range is a RangeError: of plain numbers at once, of a tensor on a GPU with the next read",
  async (device) => {
    const x = arange(6).reshape(2, 3), rows = [[1, 1, 1], [1, 1, 1]];
    const calls: [string, (two: number[] | Tensor, three: number[][] | Tensor) => Tensor][] = [
      ["at: index 2", (two) => x.at(two instanceof Tensor ? two : [two])],
      ["at: index 3", (_, three) => x.at(null, three instanceof Tensor ? three : [three])],
      ["indexSelect: index 2", (two) => x.indexSelect(0, two)],
      ["indexAdd: index 2", (two) => x.indexAdd(0, two, rows)],
      ["indexCopy: index 2", (two) => x.indexCopy(0, two, rows)],
      ["gather: index 3", (_, three) => x.gather(1, three)],
      ["scatter: index 3", (_, three) => x.scatter(1, three, 1)],
      ["scatterAdd: index 3", (_, three) => x.scatterAdd(1, three, 1)],
      ["takeAlongDim: index 3", (_, three) => x.takeAlongDim(three, 1)],
      ["indexFill: index 2", (two) => x.indexFill(0, two, 1)],
      ["set_: index 2", (two) => x.clone().set_([two instanceof Tensor ? two : [two]], 1)],
    ];
    for (const [says, call] of calls) {
      assertThrows(() => call([0, 2], [[0], [3]]), RangeError, says);
      const late = () => call(int([0, 2]), int([0, 3], [2, 1]));
      if (device === "cpu") assertThrows(late, RangeError, says);
      // A GPU calls all places that may be counted from the end those of at().
      else {await assertRejects(
          () => late().data(),
          RangeError,
          says.replace(/^(takeAlongDim|indexFill|set_)/, "at"),
        );}
    }
  },
);

onEachDevice("nothing of what indices make on the way outlives a scope", async () => {
  const device = currentDevice();
  const weight = rand(40, 30, 10), rows = randint(0, 40, [300]), columns = randint(-30, 30, [300]);
  weight.requiresGrad = true;
  const once = () =>
    scope(() => {
      const y = weight.mul(1), mask = y.gt(0.5);
      y.set_([mask], 0).set_([rows, columns], 1).set_([rows], 2, { accumulate: true });
      const flat = y.scatter(1, rows.reshape(10, 30, 1).mul(0), 1);
      const picked = y.at(rows, null, [[0]]).sum().add(y.take(columns).sum()).add(flat.sum());
      picked.add(y.indexFill(0, rows, 1).maskedFill(mask, 0).indexAdd(0, rows, y.indexSelect(0, rows)).sum())
        .backward();
    });
  once();
  const before = device.memory().tensors;
  once();
  assertEquals(device.memory().tensors, before);
  const [some] = await weight.nonzero({ asTuple: true });
  assertEquals(some.size, (await weight.maskedSelect(weight.ne(0))).size);
});

onEachDevice("no change in place of a part reaches the whole", async () => {
  const x = arange(4);
  for (const index of [[null], [[0, null]], [[[0, 1, 2, 3]]], ["..."], ["newaxis"]] as Index[][]) {
    x.at(...index).add_(10);
  }
  assertEquals(await x.array(), [0, 1, 2, 3]);
});

Deno.test("what an index cannot be is said in a sentence, with the way out", () => {
  const x = zeros(2, 3);
  // deno-lint-ignore no-explicit-any
  const wrong: [any[], string][] = [
    [
      [[0, 1, 0, 1]],
      "at: [0, 1, 0, 1] is no range [start, end, step?]; a list of indices stands in brackets of its own",
    ],
    [[[1]], "at: [1] is no range"],
    [[[]], "[[]] picks nothing"],
    [[[[0, 1], [1, 0]]], "at: a list of indices stands in brackets of its own: [[0, 2]] is Python's [0, 2]"],
    [[new Uint8Array(2)], "at: bytes may be a mask or indices"],
    [[new Float32Array(2)], "at: the index must be whole numbers, not Float32Array(2)"],
    [[tensor([0, 1])], 'at: the index must be int32, not float32; to("int32") makes it so'],
    [[":"], "null takes all of a dimension"],
    [["None"], '"newaxis" is Python\'s None'],
    [[true], "a mask is a bool tensor, or a list of booleans"],
    [[Promise.resolve(1)], "await it first"],
    [[[tensor([0]), tensor([1])]], "several tensors are several indices: x.at(...list)"],
  ];
  for (const [index, says] of wrong) assertThrows(() => x.at(...index), TypeError, says);
  assertThrows(() => x.at([2, 0, -1]), RangeError, "flip() turns a dimension round");
  assertThrows(() => x.at("...", "..."), RangeError, 'at: "..." stands for all that is left, and only once');
  assertThrows(() => x.at([true]), RangeError, "at: a mask of shape [1] does not fit dimensions 0 of [2, 3]");
  assertThrows(() => x.at([[0, 1]], [[0, 1, 2]]), RangeError, "at: shapes [2] and [3] do not broadcast");
});

Deno.test("words that are no index do not compile", () => {
  const x = zeros(2, 3);
  // @ts-expect-error a list of indices stands in brackets of its own
  assertThrows(() => x.at([0, 1, 0, 1]));
  // @ts-expect-error null is all of a dimension
  assertThrows(() => x.at(":"));
  // @ts-expect-error bytes may be a mask
  assertThrows(() => x.at(new Uint8Array(2)));
  // @ts-expect-error a mask is a list
  assertThrows(() => x.at(true));
  // @ts-expect-error set_ takes a list
  assertThrows(() => x.set_(0, 1));
});

Deno.test({
  name: "a mask on a GPU is refused where its count is asked for, with what to write instead",
  ignore: noGpu !== undefined,
  fn: () =>
    onDevice("webgpu", async () => {
      const x = arange(4), mask = x.gt(1);
      assertThrows(() => x.at(mask), TypeError, "await x.maskedSelect(mask)");
      assertThrows(() => x.set_([mask], [1, 2]), TypeError, "await mask.nonzero({ asTuple: true })");
      const [places] = await mask.nonzero({ asTuple: true });
      assertEquals(await x.set_([places], [8, 9]).array(), [0, 1, 8, 9]);
      assertEquals(await (await x.maskedSelect(mask)).array(), [8, 9]);
    }),
});
