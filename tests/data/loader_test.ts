// DataLoader: which samples come when, what a batch is made of, and how a loader goes on where it was.
import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  currentDevice,
  DataLoader,
  type Dataset,
  type Image,
  ImageDataset,
  manualSeed,
  rand,
  randomSplit,
  steps,
  subset,
  type Tensor,
  tensor,
  tensorDataset,
  type Transform,
  transforms,
} from "descent";
import { onEachDevice } from "../devices.ts";
import { assertNoMore, settled } from "../memory.ts";

/** The numbers from 0 on. */
const numbers = (length: number): Dataset<number> => ({ length, get: (index) => index });

/** Grey images of 2 × 2 pixels, whose first is the number of the image. */
const pictures = (count: number) =>
  new ImageDataset({
    images: Uint8Array.from({ length: 4 * count }, (_, i) => i % 4 === 0 ? i / 4 : 255),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
    classes: ["a", "b", "c"],
    shape: [1, 2, 2],
  });

async function all<Batch>(batches: AsyncIterable<Batch>): Promise<number[][]> {
  const found: number[][] = [];
  for await (const batch of batches) found.push([...await (batch as Tensor).data()]);
  return found;
}

Deno.test("every index comes exactly once an epoch, in batches of the size that was asked for", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 70 }),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      fc.nat(),
      async (length, batchSize, shuffle, dropLast, slow, seed) => {
        fc.pre(!dropLast || batchSize <= length);
        manualSeed(seed);
        const dataset = {
          length,
          get: (index: number) => slow && index % 3 === 0 ? Promise.resolve(index) : index,
        };
        const loader = new DataLoader(dataset, { batchSize, shuffle, dropLast });
        for (let epoch = 0; epoch < 2; epoch++) {
          const batches = await all(loader), seen = batches.flat();
          assertEquals(batches.length, loader.length);
          assertEquals(batches.length, Math[dropLast ? "floor" : "ceil"](length / batchSize));
          for (const batch of batches.slice(0, -1)) assertEquals(batch.length, batchSize);
          assertEquals(new Set(seen).size, seen.length);
          assertEquals(seen.length, dropLast ? batches.length * batchSize : length);
          if (!shuffle) assertEquals(seen, Array.from(seen, (_, i) => i));
          assert(seen.every((index) => index >= 0 && index < length));
        }
      },
    ),
    { numRuns: 60 },
  );
});

onEachDevice("a seed makes the order, another epoch another order", async () => {
  const order = async () => (await all(new DataLoader(numbers(16), { batchSize: 16, shuffle: true })))[0];
  manualSeed(7);
  const first = await order(), second = await order();
  assertNotEquals(first, second);
  manualSeed(7);
  assertEquals(await order(), first);
  // Written down, so that it is the same on every device and in every version.
  assertEquals(first, [10, 4, 0, 1, 2, 9, 13, 5, 8, 11, 6, 14, 3, 15, 7, 12]);
});

Deno.test("a random order prefers no place and no pair of neighbours", async () => {
  manualSeed(1);
  const loader = new DataLoader(numbers(4), { batchSize: 4, shuffle: true });
  const counts = new Map<string, number>(), rounds = 2400;
  for (let i = 0; i < rounds; i++) {
    const [order] = await all(loader);
    counts.set(String(order), (counts.get(String(order)) ?? 0) + 1);
  }
  // All 24 orders, each about 100 times; χ² of 23 degrees of freedom lies above 50 once in a thousand.
  assertEquals(counts.size, 24);
  const chi = [...counts.values()].reduce((sum, n) => sum + (n - rounds / 24) ** 2 / (rounds / 24), 0);
  assert(chi < 50, `χ² = ${chi}`);
});

Deno.test("images become floats from 0 to 1 and their labels integers", async () => {
  const loader = new DataLoader(pictures(5), { batchSize: 2 });
  const [[images, labels]] = await Array.fromAsync(loader);
  assertEquals([images.shape, images.dtype], [[2, 1, 2, 2], "float32"]);
  assertEquals(await images.array(), [[[[0, 1], [1, 1]]], [[[Math.fround(1 / 255), 1], [1, 1]]]]);
  assertEquals([labels.dtype, await labels.array()], ["int32", [0, 1]]);
});

Deno.test("what stands at one place of every sample becomes one tensor, whatever holds it", async () => {
  const dataset = {
    length: 3,
    get: (i: number) => ({
      place: i,
      share: i / 2,
      odd: i % 2 === 1,
      name: `sample ${i}`,
      row: new Float32Array([i, -i]),
      pair: [tensor([i, i, i]), [new Uint8Array([i])]] as [Tensor, [Uint8Array]],
      image: { data: new Float32Array([i, 2]), shape: [1, 1, 2] } as Image,
    }),
  };
  const [batch] = await Array.fromAsync(new DataLoader(dataset, { batchSize: 3 }));
  assertEquals([batch.place.dtype, await batch.place.array()], ["int32", [0, 1, 2]]);
  assertEquals([batch.share.dtype, await batch.share.array()], ["float32", [0, 0.5, 1]]);
  assertEquals([batch.odd.dtype, await batch.odd.array()], ["bool", [false, true, false]]);
  assertEquals(batch.name, ["sample 0", "sample 1", "sample 2"]);
  assertEquals(await batch.row.array(), [[0, -0], [1, -1], [2, -2]]);
  assertEquals(await batch.pair[0].array(), [[0, 0, 0], [1, 1, 1], [2, 2, 2]]);
  assertEquals([batch.pair[1][0].dtype, await batch.pair[1][0].array()], ["int32", [[0], [1], [2]]]);
  assertEquals(await batch.image.array(), [[[[0, 2]]], [[[1, 2]]], [[[2, 2]]]]);
});

onEachDevice("rows of tensors are picked where the tensors are", async (device) => {
  const x = rand(5, 2, 3), y = tensor(new Int32Array([0, 1, 2, 3, 4])), flags = y.gt(2);
  const loader = new DataLoader(subset(tensorDataset(x, y, flags), [4, 0, 4, 2]), { batchSize: 3 });
  const [[a, b, c], [rest]] = await Array.fromAsync(loader);
  assertEquals(await b.array(), [4, 0, 4]);
  assertEquals([b.dtype, c.dtype, await c.array()], ["int32", "bool", [true, false, true]]);
  const whole = await x.array() as number[][][];
  assertEquals(await a.array(), [whole[4], whole[0], whole[4]]);
  assertEquals([await rest.array(), rest.device.name], [[whole[2]], device]);
});

Deno.test("a collate of one's own is given the samples and makes the batch", async () => {
  const loader = new DataLoader(pictures(3), {
    batchSize: 2,
    transform: (image) => ({ ...image, data: Float32Array.from(image.data, (byte) => byte / 2) }),
    collate: (samples) => samples.map(([image, label]) => [image.data[0], label] as const),
  });
  assertEquals(await Array.fromAsync(loader), [[[0, 0], [0.5, 1]], [[1, 2]]]);
});

Deno.test("a subset and the parts of a random split have each sample where they say", async () => {
  manualSeed(3);
  const parts = randomSplit(numbers(10), [0.75, 0.25]);
  assertEquals(parts.map(({ length }) => length), [8, 2]);
  const seen = (await Promise.all(parts.map((part) => all(new DataLoader(part))))).flat(2);
  assertEquals(seen.toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertNotEquals(seen, seen.toSorted((a, b) => a - b));
  // torch.utils.data.random_split: 10 · 0.33 is rounded down, and the first parts get one more each.
  assertEquals(randomSplit(numbers(10), [0.33, 0.33, 0.34]).map(({ length }) => length), [4, 3, 3]);
  assertEquals(randomSplit(numbers(10), [10, 0]).map(({ length }) => length), [10, 0]);
  assertEquals(await subset(subset(numbers(9), [8, 7, 6]), [2, 0]).get(1), 8);
});

/** Adds a random number to each pixel. */
const noise: Transform = ({ data, shape }, random) => ({
  data: Float32Array.from(data, (value) => value + random()),
  shape,
});

onEachDevice(
  "a sample's random numbers follow from the epoch and the place, and from nothing else",
  async () => {
    const pixels = async (batchSize: number, slow: boolean) => {
      manualSeed(5);
      const bytes = pictures(9);
      const dataset = { length: 9, get: (i: number) => slow ? Promise.resolve(bytes.get(i)) : bytes.get(i) };
      const loader = new DataLoader(dataset, { batchSize, shuffle: true, transform: noise });
      const images: number[] = [];
      for await (const [image] of loader) {
        rand(10);
        images.push(...await image.data());
      }
      return images;
    };
    const first = await pixels(4, false);
    assertEquals(await pixels(9, false), first);
    assertEquals(await pixels(2, true), first);
    const added = first.map((value) => value % 1);
    assertEquals(new Set(added).size, added.length);
  },
);

Deno.test("an epoch of which nothing is random takes nothing from the sequence, and any other the same", async () => {
  const after = async (options: ConstructorParameters<typeof DataLoader<[Image, number], unknown>>[1]) => {
    manualSeed(11);
    for await (const _ of new DataLoader(pictures(50), options)) { /* nothing */ }
    return await rand(1).item();
  };
  const untouched = await after({});
  assertEquals(await after({ transform: transforms.toTensor() }), untouched);
  assertEquals(await after({ transform: (image) => image }), untouched);
  const taken = await after({ shuffle: true });
  assertNotEquals(taken, untouched);
  assertEquals(await after({ transform: noise, batchSize: 9 }), taken);
  assertEquals(await after({ transform: transforms.compose([transforms.toTensor(), noise]) }), taken);
});

Deno.test("a loader resumed after any batch goes on exactly, random transforms included", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      fc.boolean(),
      fc.nat(),
      fc.nat(),
      async (count, batchSize, shuffle, own, seed, moment) => {
        const transform = own ? noise : transforms.compose([transforms.toTensor(), noise]);
        const make = () => new DataLoader(pictures(count), { batchSize, shuffle, transform });
        const read = async (
          [images, labels]: [Tensor, Tensor],
        ) => [await images.array(), await labels.array()];
        manualSeed(seed);
        const loader = make(), whole: unknown[] = [], states: string[] = [];
        for (let epoch = 0; epoch < 2; epoch++) {
          for await (const batch of loader) {
            whole.push(await read(batch));
            states.push(JSON.stringify(loader.stateDict()));
          }
        }
        const at = moment % states.length, resumed = make();
        resumed.loadStateDict(JSON.parse(states[at]));
        assertEquals(JSON.stringify(resumed.stateDict()), states[at]);
        const rest = Math.floor(at / loader.length) * loader.length + loader.length;
        const seen: unknown[] = [];
        for await (const batch of resumed) seen.push(await read(batch));
        assertEquals(seen, whole.slice(at + 1, rest));
        const { epoch, position } = resumed.stateDict();
        assertEquals([epoch, position], [rest / loader.length, 0]);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("a position that was loaded serves once; the loop after it begins the next epoch", async () => {
  manualSeed(2);
  const make = () => new DataLoader(numbers(6), { batchSize: 2, shuffle: true });
  const loader = make();
  for await (const _ of loader) break;
  const state = loader.stateDict(), resumed = make();
  assertEquals([state.epoch, state.position], [0, 1]);
  resumed.loadStateDict(state);
  assertEquals((await all(resumed)).length, 2);
  assertEquals((await all(resumed)).length, 3);
  assertEquals([resumed.stateDict().epoch, resumed.stateDict().key], [2, null]);
  // A state from the last body of an epoch: nothing of it is left.
  resumed.loadStateDict({ ...state, position: 3 });
  assertEquals((await all(resumed)).length, 0);
  assertEquals(resumed.stateDict().epoch, 1);
});

Deno.test("an order that is not random is resumed, too", async () => {
  const make = () => new DataLoader(numbers(7), { batchSize: 2 });
  const loader = make(), resumed = make();
  for await (const _ of loader) if (loader.stateDict().position === 2) break;
  assertEquals(loader.stateDict().key, null);
  resumed.loadStateDict(loader.stateDict());
  assertEquals(await all(resumed), [[4, 5], [6]]);
  assertEquals((await all(resumed)).length, 4);
});

Deno.test("who leaves a loop keeps its position, and the next loop begins a new epoch", async () => {
  manualSeed(4);
  const loader = new DataLoader(numbers(8), { batchSize: 2, shuffle: true });
  let first: number[] = [];
  for await (const batch of loader) {
    first = [...await batch.data()];
    break;
  }
  const { epoch, position, key } = loader.stateDict();
  assertEquals([epoch, position], [0, 1]);
  const next = await all(loader);
  assertEquals(next.length, 4);
  assertEquals(loader.stateDict().epoch, 2);
  assertNotEquals(next[0], first);
  assert(key !== null);
  const caught = await all(loader).then(() => loader.stateDict());
  assertEquals([caught.epoch, caught.position], [3, 0]);
});

Deno.test("two loops at once each run through an epoch of their own; the state is of the last begun", async () => {
  manualSeed(4);
  const loader = new DataLoader(numbers(5), { batchSize: 2, shuffle: true });
  const [a, b] = await Promise.all([all(loader), all(loader)]);
  assertEquals([a.flat().sort(), b.flat().sort()], [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]);
  assertNotEquals(a, b);
  assertEquals([loader.stateDict().epoch, loader.stateDict().position], [2, 0]);
  for await (const _ of loader) {
    for await (const _ of loader) break;
    assertEquals([loader.stateDict().epoch, loader.stateDict().position], [3, 1]);
    break;
  }
});

Deno.test("a state that does not fit is refused whole, in a sentence", () => {
  const make = (length = 10) => new DataLoader(numbers(length), { batchSize: 2, shuffle: true });
  const loader = make(), before = loader.stateDict();
  const state = { ...before, key: [1, 2] as [number, number], position: 2 };
  const wrong = (change: object, kind: ErrorConstructor, says: string) => {
    const given = { ...state, ...change } as typeof state;
    const error = assertThrows(() => loader.loadStateDict(given), kind, says);
    assert(error.message.endsWith("; nothing was changed"));
    assertEquals(loader.stateDict(), before);
  };
  wrong({ position: 6 }, RangeError, "the position is 6, and an epoch of this loader has 5 batches");
  wrong({ position: 1.5 }, RangeError, "position must be a whole number ≥ 0, not 1.5");
  wrong({ position: "2" }, TypeError, 'position must be a number, not "2"');
  wrong({ epoch: -1 }, RangeError, "epoch must be a whole number ≥ 0, not -1");
  wrong({ key: [1, 2 ** 32] }, TypeError, "the key must be two whole numbers below 2³², or null");
  wrong({ key: null }, RangeError, "the order is random, and the key is null");
  wrong({ samples: 11 }, RangeError, "with samples 11, and this loader's is 10");
  wrong({ batchSize: 3 }, RangeError, "with batchSize 3, and this loader's is 2");
  wrong({ shuffle: false }, RangeError, "with shuffle false, and this loader's is true");
  wrong({ more: 1 }, TypeError, "more is not in both");
  const { key: _, ...rest } = state;
  assertThrows(() => loader.loadStateDict(rest as typeof state), TypeError, "key is not in both");
  assertThrows(() => loader.loadStateDict([] as unknown as typeof state), TypeError, "not []");
  // Between two epochs another loader may take over.
  loader.loadStateDict({ ...state, position: 0, samples: 5, batchSize: 1 });
  assertEquals(loader.stateDict().key, [1, 2]);
});

Deno.test("data sets of which there is no batch are refused when the loader is made", () => {
  const loose = DataLoader as unknown as new (...args: unknown[]) => unknown;
  assertThrows(() => new DataLoader(numbers(0)), RangeError, "DataLoader: the dataset is empty");
  assertThrows(
    () => new DataLoader(numbers(3), { batchSize: 4, dropLast: true }),
    RangeError,
    "the dataset's 3 samples do not fill",
  );
  assertEquals(new DataLoader(numbers(3), { batchSize: 4 }).length, 1);
  assertThrows(() => new loose([1, 2]), TypeError, "a list is one as { length: list.length, get:");
  assertThrows(() => new loose(tensor([1])), TypeError, "tensorDataset(…) makes one of tensors");
  assertThrows(() => new loose(Promise.resolve(numbers(3))), TypeError, "await it first");
  assertThrows(
    () => new loose(numbers(1.5)),
    RangeError,
    "the dataset's length must be a whole number ≥ 0, not 1.5",
  );
  assertThrows(() => new loose(numbers(3), { batchsize: 2 }), TypeError, "did you mean batchSize?");
  assertThrows(
    () => [...new DataLoader(numbers(3)) as unknown as number[]],
    TypeError,
    "for await (const batch of loader)",
  );
});

Deno.test("a sample that fails is named by its index, and what came before it was handed out", async () => {
  for (const slow of [false, true]) {
    const get = (index: number) => {
      if (index === 5) throw new RangeError("no such file");
      return slow ? Promise.resolve(index) : index;
    };
    const seen: number[][] = [];
    const error = await assertRejects(
      async () => {
        for await (const batch of new DataLoader({ length: 8, get }, { batchSize: 2 })) {
          seen.push(await batch.array() as number[]);
        }
      },
      RangeError,
      "DataLoader: the dataset's get(5) failed: no such file",
    );
    assert(error.cause instanceof RangeError);
    assertEquals(seen, [[0, 1], [2, 3]]);
  }
});

Deno.test("samples that differ make no batch, and the sentence says which do", async () => {
  const from = (samples: unknown[]) => ({ length: samples.length, get: (i: number) => samples[i] });
  const refuse = (samples: unknown[], kind: ErrorConstructor, says: string) =>
    assertRejects(() => Array.fromAsync(new DataLoader(from(samples), { batchSize: 9 })), kind, says);
  const image = (...shape: [number, number, number]) => ({
    data: new Uint8Array(shape[0] * shape[1] * shape[2]),
    shape,
  });
  await refuse(
    [[image(1, 2, 2), 0], [image(1, 2, 3), 1]],
    RangeError,
    "get(0)[0] is [1, 2, 2] of floats, get(1)[0] [1, 2, 3] of floats",
  );
  await refuse([[image(1, 2, 2), 0], [5, 1]], TypeError, "get(1)[0] 5");
  await refuse([1, "x"], TypeError, 'get(0) is 1, get(1) "x"');
  await refuse([[1], [1, 2]], RangeError, "get(0) is a list of 1, get(1) a list of 2");
  await refuse([{ a: 1 }, { b: 1 }], RangeError, "get(0) is { a }, get(1) { b }");
  await refuse([new Float32Array(2), new Float32Array(3)], RangeError, "get(1) a Float32Array(3)");
  await refuse([tensor([1]), tensor([1, 2])], RangeError, "get(0) is a tensor [1] of float32");
  await refuse(
    [{ data: new Float64Array(2), shape: [1, 1, 2] }],
    TypeError,
    "its data are a Uint8Array or a Float32Array",
  );
  await refuse([undefined], TypeError, "get(0) is undefined, of which no tensor is made");
  await refuse([new Map()], TypeError, "get(0) is a Map, of which no tensor is made");
  await refuse(
    [{ data: new Uint8Array(3), shape: [1, 2, 2] }],
    RangeError,
    "get(0) has 3 pixels, but its shape [1, 2, 2] holds 4",
  );
});

Deno.test("a transform that returns nonsense, or has no image to take, is refused", async () => {
  const run = (dataset: Dataset<unknown>, transform: unknown) =>
    Array.fromAsync(new DataLoader(dataset, { transform: transform as Transform }));
  await assertRejects(
    () => run(pictures(1), () => 5),
    TypeError,
    "what transform made of get(0)[0] must be an image { data, shape }, not 5",
  );
  await assertRejects(
    () => run(pictures(1), () => Promise.reject(new Error("too late"))),
    TypeError,
    "await it first",
  );
  await assertRejects(
    () =>
      run(pictures(1), () => {
        throw new RangeError("too dark");
      }),
    RangeError,
    "DataLoader: transform of get(0)[0] failed: too dark",
  );
  await assertRejects(
    () => run(pictures(1), ({ data }: Image) => ({ data, shape: [1, 1, 3] })),
    RangeError,
    "what transform made of get(0)[0] has 4 pixels",
  );
  await assertRejects(() => run(numbers(1), (image: Image) => image), TypeError, "get(0) is 0");
  await assertRejects(
    () => run(pictures(1), transforms.normalize(0.5, 0.5)),
    TypeError,
    "DataLoader: transform of get(0)[0] failed: normalize: the image is of bytes",
  );
  const slow = new DataLoader(numbers(2), { collate: (samples) => Promise.resolve(samples) });
  await assertRejects(() => Array.fromAsync(slow), TypeError, "collate must not be asynchronous");
});

Deno.test("samples of one batch are on their way at once, no more than 32, and the next batch's meanwhile", async () => {
  let under = 0, most = 0, begun = 0;
  const get = async (index: number) => {
    begun++;
    most = Math.max(most, ++under);
    await new Promise((resolve) => setTimeout(resolve, index % 3));
    under--;
    return index;
  };
  const loader = new DataLoader({ length: 200, get }, { batchSize: 100 });
  const seen: number[][] = [];
  for await (const batch of loader) {
    assert(begun > 100, "the second batch is on its way while the first is computed with");
    seen.push(await batch.array() as number[]);
  }
  assertEquals(most, 32);
  assertEquals(seen.flat(), Array.from({ length: 200 }, (_, i) => i));
});

Deno.test("the next batch is got while the program waits, and not before the current one is handed out", async () => {
  const asked: number[] = [];
  const loader = new DataLoader({ length: 3, get: (index: number) => (asked.push(index), index) });
  for await (const _ of loader) {
    assertEquals(asked.length, loader.stateDict().position);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(asked.length, Math.min(3, loader.stateDict().position + 1));
  }
  assertEquals(asked, [0, 1, 2]);
});

onEachDevice(
  "batches that were prepared ahead outlive the scopes of steps(), which free what they hand out",
  async () => {
    const sum = tensor(0);
    // Made by whichever get() comes first, and used by all.
    let ones: Tensor | undefined;
    const dataset = {
      length: 40,
      get: (i: number) => {
        ones ??= tensor([1, 1]);
        return [ones.mul(i), { data: new Float32Array([i]), shape: [1, 1, 1] } as Image] as const;
      },
    };
    const batches = new DataLoader(dataset, { batchSize: 2 })[Symbol.asyncIterator]();
    let first: Tensor | undefined;
    for await (const _ of steps(20, { progress: false })) {
      const { value } = await batches.next();
      const [row, image] = value!;
      sum.add_(row.sum().add(image.sum()));
      first ??= image;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assertEquals(await sum.item(), 3 * 39 * 20);
    await assertRejects(
      () => first!.data(),
      Error,
      "made by DataLoader() was freed after iteration 0 of steps()",
    );
  },
);

Deno.test("1,000 batches leave nothing behind, inside steps() and outside", async () => {
  const loader = new DataLoader(pictures(250), { batchSize: 1, transform: noise, shuffle: true });
  const run = async () => {
    for (let epoch = 0; epoch < 2; epoch++) {
      for await (const [images, labels] of loader) images.mul(labels.reshape(-1, 1, 1, 1));
    }
    let batches = loader[Symbol.asyncIterator]();
    for await (const _ of steps(500, { progress: false })) {
      let next = await batches.next();
      if (next.done) next = await (batches = loader[Symbol.asyncIterator]()).next();
      next.value![0].square().sum();
    }
  };
  await run();
  const before = await settled();
  await run();
  await assertNoMore(before);
});

Deno.test("a large batch outside of any scope goes as JavaScript forgets it", async () => {
  const size = 512 * 512;
  const dataset = { length: 400, get: (): Image => ({ data: new Uint8Array(size), shape: [1, 512, 512] }) };
  await settled();
  currentDevice().resetPeak();
  for await (const _ of new DataLoader(dataset, { batchSize: 8 })) { /* 8 MB each, 400 MB in all */ }
  const { peakBytes } = currentDevice().memory();
  assert(peakBytes < 350e6, `${peakBytes} bytes`);
});
