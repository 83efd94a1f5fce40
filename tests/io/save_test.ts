// save() and load(), in memory. What touches a disk is in checkpoints_test.ts and crash_test.ts beside this.
import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { load, manualSeed, nn, optim, rand, randn, save, scope, type Tensor, tensor } from "descent";
import { imageOf } from "../../lib/io/checkpoint_file.ts";
import { crc32, plainCrc32 } from "../../lib/io/checksum.ts";
import { FileFormatError } from "../../lib/host/format_error.ts";
import { isStateful, type Parts, type Stateful } from "../../lib/io/parts.ts";
import { onDevice, onEachDevice } from "../devices.ts";
import { checkpointBytes, closed, described, opened, summed } from "./bytes.ts";
import { bitsOf, newRun, train } from "./run.ts";
import { settled } from "../memory.ts";

for (const Optimizer of [optim.Adam, optim.AdamW]) {
  Deno.test(`a run with ${Optimizer.name} that goes on from a checkpoint ends with the same bits as one that was not stopped`, async () => {
    const whole = newRun(7, Optimizer);
    let saved = new Uint8Array();
    await train(whole, 0, 16, async (step) => {
      if (step === 8) saved = await checkpointBytes({ ...whole, step });
    });
    const resumed = newRun(8, Optimizer);
    await train(resumed, 0, 3);
    assertEquals(await load(saved, resumed), { step: 8 });
    await train(resumed, 8, 16);
    assertEquals(await bitsOf(resumed), await bitsOf(whole));
  });
}

Deno.test("the tensors of a checkpoint are named by their paths, in a safetensors file", async () => {
  const run = newRun(1);
  await train(run, 0, 1);
  const { header } = opened(await checkpointBytes(run));
  assertEquals(
    Object.keys(header).filter((name) => name.endsWith(".5.weight") || name.includes(".state.0.")).sort(),
    [
      "model.5.weight",
      "optimizer.state.0.expAvg",
      "optimizer.state.0.expAvgSq",
      "optimizer.state.0.maxExpAvgSq",
    ],
  );
  assertEquals(header["model.0.weight"].shape, [4, 1, 3, 3]);
  assertEquals(header["model.0.weight"].dtype, "F32");
  assertEquals(JSON.parse(header.__metadata__["descent.checkpoint"]).version, 1);
});

Deno.test("values come back as they were: any number, any name, lists and objects, tensors", async () => {
  const values = {
    numbers: [0, -0, NaN, Infinity, -Infinity, 5e-324, 2 ** 53, 0.1],
    texts: ["", "ü\n", "\ud800", "$tensor"],
    nothing: null,
    yes: true,
    $tensor: "model.weight",
    nested: { $number: "NaN", "a.b": [[], {}, { c: [1] }], toString: 3 },
  };
  const unset = { unset: undefined, inside: { unset: undefined } };
  assertEquals(await load(await checkpointBytes({ ...values, ...unset }), {}), { ...values, inside: {} });
  const clashing = {
    "a.b": tensor([1]),
    a: { b: tensor([2]), "b#2": tensor([3]) },
    "descent.crc32": tensor([4]),
  };
  const read = await load<typeof clashing>(await checkpointBytes(clashing), {});
  const numbers = [read["a.b"], read.a.b, read.a["b#2"], read["descent.crc32"]].map((one) => one.item());
  assertEquals(await Promise.all(numbers), [1, 2, 3, 4]);
});

Deno.test("tensors come back in their dtypes, to the last bit", async () => {
  const bits = new Uint32Array([0x7fc00001, 0x80000000, 0x00000001, 0xff800000]);
  const given = {
    float32: tensor(new Float32Array(bits.buffer)),
    int32: tensor([[2 ** 31 - 1], [-(2 ** 31)]], { dtype: "int32" }),
    bool: tensor([true, false]),
    empty: tensor([], { shape: [0, 3] }),
    single: tensor(3),
  };
  const read = await load<typeof given>(await checkpointBytes(given), {});
  const { buffer } = await read.float32.data();
  assertEquals(new Uint32Array(buffer as ArrayBuffer), bits);
  assertEquals(await read.int32.array(), [[2 ** 31 - 1], [-(2 ** 31)]]);
  assertEquals([read.bool.dtype, await read.bool.array()], ["bool", [true, false]]);
  assertEquals([read.empty.shape, read.single.shape, await read.single.item()], [[0, 3], [], 3]);
});

Deno.test("a checkpoint is of the moment at which save() was called", async () => {
  const run = newRun(2), history = [1];
  await train(run, 0, 2);
  const before = await checkpointBytes({ ...run, history });
  const image = imageOf("save", { ...run, history });
  history.push(2);
  await train(run, 2, 4);
  manualSeed(5);
  const all: number[] = [];
  for await (const chunk of image.chunks()) all.push(...chunk);
  image.free();
  assertEquals(new Uint8Array(all), before);
});

Deno.test("what no file can hold is refused, with the place where it stands", () => {
  const circle: unknown[] = [];
  circle.push(circle);
  const model = new nn.Linear(2, 2);
  const wrong: [unknown, string][] = [
    [
      { when: new Date() },
      "save: when is a Date; a checkpoint holds what has stateDict() and loadStateDict()",
    ],
    [{ rows: [{ f: () => 1 }] }, "save: rows.0.f is a function"],
    [{ big: 1n }, "save: big is the bigint 1n"],
    [{ list: [undefined] }, "save: list.0 is undefined"],
    [{ curve: new Float32Array(3) }, "save: curve is Float32Array(3); tensor(…) makes a tensor of it"],
    [{ loss: Promise.resolve(1) }, "save: loss is a Promise; await it first"],
    [{ nets: [model] }, "save: nets.0 is a Linear"],
    [{ nets: [model] }, "stands by itself, not in a list or an object"],
    [{ circle }, "is nested more than 64 deep; does it hold itself?"],
    [{ a: JSON.parse('{ "__proto__": 1 }') }, "save: a has an entry named __proto__"],
    [JSON.parse('{ "__proto__": 1 }'), "save: a part cannot be named __proto__"],
    [model, "save: parts stand in one object such as { model, optimizer, step }, not"],
    [model, "write { model: … }"],
    [[model], "save: parts stand in one object"],
  ];
  for (const [parts, sentence] of wrong) {
    assertThrows(() => imageOf("save", parts as Parts), Error, sentence);
  }
});

/** What does not fit a run, and the sentence that says so. */
const MISFITS: Record<string, [change: (run: ReturnType<typeof newRun>) => Parts, sentence: string]> = {
  "another shape": [
    (run) => ({ ...run, model: new nn.Sequential(new nn.Linear(2, 2)) }),
    "load: model of the Uint8Array does not fit: loadStateDict: the state for Sequential",
  ],
  "another optimizer": [
    (run) => ({ ...run, optimizer: new optim.SGD(run.model.parameters(), { lr: 1, momentum: 0.9 }) }),
    "load: optimizer of the Uint8Array does not fit: loadStateDict: the state is of another optimizer",
  ],
  "another schedule": [
    (run) => ({ ...run, schedule: new optim.lr.ReduceLROnPlateau(run.optimizer) }),
    "load: schedule of the Uint8Array does not fit: loadStateDict: the state has no best",
  ],
  "a part that refuses": [
    (run) => ({
      ...run,
      loader: {
        stateDict: () => ({}),
        loadStateDict() {
          throw new RangeError("no");
        },
      },
    }),
    "load: loader of the Uint8Array does not fit: no",
  ],
  "a part that is missing": [
    (run) => ({ ...run, ema: new nn.Linear(2, 2) }),
    "load: the Uint8Array has no ema; it has model, optimizer, schedule, loader, step; nothing was changed",
  ],
  "a value that is missing": [(run) => ({ ...run, epoch: 0 }), "load: the Uint8Array has no epoch"],
  "a part too many": [
    ({ model, loader }) => ({ model, loader }),
    "load: the Uint8Array has optimizer, schedule, too; give all parts, or take some: load(path, { … }, { partial: true })",
  ],
  "a part where a value was": [
    (run) => ({ ...run, step: new nn.Linear(2, 2) }),
    "load: step is given as a Linear, and the Uint8Array has a value, not a state by that name",
  ],
  "a value where a part was": [
    (run) => ({ ...run, model: 3 }),
    "load: model is given as 3, and the Uint8Array has the state of something, not a value by that name",
  ],
};

for (const [what, [change, sentence]] of Object.entries(MISFITS)) {
  Deno.test(`where a checkpoint does not fit, nothing is changed: ${what}`, async () => {
    const run = newRun(3);
    await train(run, 0, 3);
    const saved = await checkpointBytes({ ...run, step: 3 });
    await train(run, 3, 5);
    const given = change(run);
    const all: [string, unknown][] = Object.entries({ ...run, ...given });
    const stateful = Object.fromEntries(
      all.filter((entry): entry is [string, Stateful] => isStateful(entry[1])),
    );
    const before = await bitsOf(stateful);
    await assertRejects(() => load(saved, given), Error, sentence);
    assertEquals(await bitsOf(stateful), before);
  });
}

Deno.test("a part that changes and then refuses is put back as it was, with those before it", async () => {
  const average = {
    weights: tensor([1, 2]),
    decay: 0.5,
    stateDict: () => ({ weights: average.weights, decay: average.decay }),
    loadStateDict({ weights, decay }: { weights: Tensor; decay: number }) {
      average.weights = weights;
      if (decay > 0.9) throw new RangeError("decay is too large");
      average.decay = decay;
    },
  };
  const model = new nn.Linear(2, 2), parts = { model, average };
  const good = await checkpointBytes(parts);
  average.decay = 0.99;
  const bad = await checkpointBytes(parts);
  average.decay = 0.5;
  const before = await bitsOf(parts);
  model.weight.detach().keep();
  await assertRejects(
    () => load(bad, parts),
    RangeError,
    "average of the Uint8Array does not fit: decay is too large",
  );
  assertEquals(await bitsOf(parts), before);
  average.weights = tensor([5, 6]);
  await load(good, parts);
  assertEquals(await average.weights.array(), [1, 2]);
});

Deno.test("a part of a file is taken where that is asked for, and the random numbers go on as they are", async () => {
  const run = newRun(4);
  await train(run, 0, 2);
  const saved = await checkpointBytes({ ...run, accuracy: 0.9 });
  const { model } = newRun(5), [a, b] = [rand(4), rand(4)];
  manualSeed(5);
  newRun(5);
  await a.data();
  assertEquals(await load(saved, { model }, { partial: true }), { accuracy: 0.9 });
  assertEquals([await rand(4).array(), await rand(4).array()], [await a.array(), await b.array()]);
  assertEquals(await bitsOf({ model }), await bitsOf({ model: run.model }));
});

Deno.test("a network that was saved within a loop's scope and one that is loaded there live on", async () => {
  const model = new nn.Linear(2, 2), saved = await checkpointBytes({ model, noise: tensor([1, 2]) });
  let noise: Tensor | undefined;
  await scope(async () => {
    ({ noise } = await load<{ noise: Tensor }>(saved, { model }));
  });
  assertEquals(await noise!.array(), [1, 2]);
  assertEquals(model.forward(randn(1, 2)).shape, [1, 2]);
});

onEachDevice("a checkpoint is loaded to the device on which a part is", async (device) => {
  const model = new nn.Linear(3, 2),
    optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  model.forward(randn(4, 3)).sum().backward();
  optimizer.step();
  const saved = await checkpointBytes({ model, optimizer });
  const before = await bitsOf({ model, optimizer });
  await onDevice("cpu", async () => {
    await load(saved, { model, optimizer });
    assertEquals(model.weight.device.name, device);
    assertEquals(await bitsOf({ model, optimizer }), before);
    const onCpu = new nn.Linear(3, 2);
    await load(saved, { model: onCpu }, { partial: true });
    assertEquals(await onCpu.weight.array(), await model.weight.array());
  });
});

Deno.test("what was saved and loaded is nobody's afterwards: the next step copies nothing", async () => {
  const run = newRun(6);
  await train(run, 0, 2);
  const saved = await checkpointBytes(run), { device } = run.model.parameters()[0];
  await load(saved, run);
  const { bytes } = await settled();
  await load(await checkpointBytes(run), run);
  assertEquals(device.memory().bytes, bytes);
  for (const [name, { value: { buffer } }] of run.model.namedParameters()) {
    assertEquals([name, buffer.device.isShared(buffer.storage)], [name, false]);
  }
});

Deno.test("a file that is no checkpoint, or one of a time to come, is told from a damaged one", async () => {
  const model = new nn.Linear(2, 2), saved = await checkpointBytes({ model });
  const { header, data } = opened(saved);
  const wrong: [Uint8Array, string][] = [
    [
      closed({ ...header, __metadata__: { format: "pt" } }, data),
      "is a safetensors file, but no checkpoint; readSafetensors()",
    ],
    [closed({}, new Uint8Array()), "is a safetensors file, but no checkpoint"],
    [
      described(saved, (content) => content.version = 2),
      "the Uint8Array was written by a newer version of this library",
    ],
    [saved.subarray(0, saved.length - 1), "is cut short"],
    [saved.subarray(0, 20), "is cut short"],
    [new Uint8Array(), "is no safetensors file"],
    [new TextEncoder().encode("PK\x03\x04 and the rest of a zip of PyTorch's"), "is no safetensors file"],
  ];
  for (const [bytes, sentence] of wrong) {
    await assertRejects(() => load(bytes, { model }), FileFormatError, sentence);
  }
});

Deno.test("one bit that is not as it was written is damage, wherever it is", async () => {
  const model = new nn.Linear(2, 2),
    saved = await checkpointBytes({ model, step: 3 }),
    before = await bitsOf({ model });
  for (let at = 0; at < saved.length; at++) {
    const damaged = saved.slice();
    damaged[at] ^= 1 << at % 8;
    await assertRejects(() => load(damaged, { model }), FileFormatError);
  }
  assertEquals(await bitsOf({ model }), before);
});

Deno.test("a checkpoint without a sum is taken: Python's safetensors cannot write it last", async () => {
  const model = new nn.Linear(2, 2), { header, data } = opened(await checkpointBytes({ model, step: 3 }));
  delete header["descent.crc32"];
  assertEquals(await load(closed(header, data.subarray(0, -4)), { model }), { step: 3 });
});

/** Descriptions that nobody's save() writes, under the right sum. */
// deno-lint-ignore no-explicit-any
const DESCRIPTIONS: Record<string, [change: (content: any) => unknown, sentence: string]> = {
  "no JSON": [() => "{", "has a description that is no JSON"],
  "no object": [() => "[1]", "has a description without a version"],
  "no version": [(content) => delete content.version, "has a description without a version"],
  "version 0": [(content) => content.version = 0, "has a description of version 0"],
  "no parts": [(content) => delete content.parts, "has undefined for parts"],
  "parts in a list": [(content) => content.parts = [], "for parts"],
  "__proto__ among the parts": [
    () => '{"version":1,"parts":{"__proto__":{"value":1}},"random":{"seed":[0,0],"offset":0}}',
    "for parts",
  ],
  "__proto__ in a value": [
    (content) => JSON.stringify(content).replace('"value":3', '"value":{"__proto__":{"polluted":1}}'),
    "has an entry __proto__ in step",
  ],
  "__proto__ in a state": [
    (content) => JSON.stringify(content).replace('"state":{', '"state":{"__proto__":{},'),
    "has an entry __proto__ in model",
  ],
  "a part of neither kind": [(content) => content.parts.step = { valu: 3 }, "neither a state nor a value"],
  "a part of both kinds": [(content) => content.parts.step.state = {}, "neither a state nor a value"],
  "a part that is null": [(content) => content.parts.step = null, "neither a state nor a value"],
  "a tensor that is not there": [
    (content) => content.parts.step.value = { $tensor: "x" },
    'has no tensor "x"',
  ],
  "a tensor by a name of objects": [
    (content) => content.parts.step.value = { $tensor: "constructor" },
    "has no tensor",
  ],
  "a tensor used twice": [
    (content) => content.parts.step.value = { $tensor: "model.bias" },
    "or uses it twice",
  ],
  "a tensor used by nobody": [
    (content) => content.parts.model.state.bias = 1,
    'has a tensor "model.bias", which belongs to nothing',
  ],
  "the sum as a tensor": [
    (content) => content.parts.step.value = { $tensor: "descent.crc32" },
    "has no tensor",
  ],
  "an unknown mark": [(content) => content.parts.step.value = { $date: 1 }, "which stands for nothing"],
  "two marks": [
    (content) => content.parts.step.value = { $number: "NaN", $tensor: "x" },
    "which stands for nothing",
  ],
  "an unknown number": [
    (content) => content.parts.step.value = { $number: "toString" },
    "which stands for nothing",
  ],
  "an object that is none": [
    (content) => content.parts.step.value = { $object: [] },
    "which stands for nothing",
  ],
  "a number too large": [
    (content) => JSON.stringify(content).replace('"value":3', '"value":1e999'),
    "has too large a number as step",
  ],
  "depths": [
    (content) => JSON.stringify(content).replace('"value":3', `"value":${"[".repeat(1e5)}${"]".repeat(1e5)}`),
    "",
  ],
  "no random numbers": [(content) => delete content.random, "has an unfit state of the random numbers"],
  "a seed of fractions": [
    (content) => content.random.seed = [0.5, 0],
    "has an unfit state of the random numbers",
  ],
  "a seed of one word": [(content) => content.random.seed = [0], "has an unfit state of the random numbers"],
  "an offset below 0": [(content) => content.random.offset = -1, "has an unfit state of the random numbers"],
  "an offset of text": [
    (content) => void (content.random.offset = "0"),
    "has an unfit state of the random numbers",
  ],
};

Deno.test("a description that nobody writes is refused, and changes nothing", async () => {
  const model = new nn.Linear(2, 2), saved = await checkpointBytes({ model, step: 3 });
  const before = await bitsOf({ model });
  for (const [what, [change, sentence]] of Object.entries(DESCRIPTIONS)) {
    const bad = described(saved, change);
    const error = await assertRejects(() => load(bad, { model }), FileFormatError, sentence, what);
    assert(error.message.length < 300 && error.message.startsWith("load: the Uint8Array"), error.message);
  }
  assertEquals(await bitsOf({ model }), before);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
  assertNotEquals(saved, described(saved, (content) => content.parts.step.value = 4));
  assertEquals(summed(saved), saved);
});

Deno.test("the sum is that of zip and PNG, with the host's function and without", () => {
  const bytes = new TextEncoder().encode("123456789");
  for (const sum of [crc32, plainCrc32]) {
    assertEquals(sum(bytes, 0), 0xcbf43926);
    assertEquals(sum(bytes.subarray(4), sum(bytes.subarray(0, 4), 0)), 0xcbf43926);
  }
});

Deno.test("save() asks for a path and for parts", async () => {
  await assertRejects(() => save("", {}), TypeError, "save: a path is a text such as");
  await assertRejects(() => save("https://example.org/run", {}), TypeError, "fetch() gets what is elsewhere");
});
