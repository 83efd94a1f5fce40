// Checkpoints in a folder. What touches a disk needs permissions, and runs in CI: `deno test --allow-all`.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Checkpoints,
  type CheckpointsOptions,
  epochs,
  F,
  load,
  nn,
  optim,
  type SavedValues,
  tensor,
} from "descent";
import { described } from "./bytes.ts";
import { folderTest } from "../folder.ts";
import { bitsOf, newRun, train } from "./run.ts";

/** A test with a folder that does not exist yet, and what is said on the console meanwhile. */
function runTest(name: string, fn: (folder: string, said: string[]) => Promise<void>): void {
  folderTest(name, async (folder) => {
    const said: string[] = [], { warn } = console;
    console.warn = (line: string) => said.push(line.replaceAll(folder, ""));
    try {
      await fn(`${folder}/run`, said);
    } finally {
      console.warn = warn;
    }
  });
}

const fileOf = (step: number) => `step-${String(step).padStart(8, "0")}.safetensors`;
const stepsIn = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).sort().map((name) => Number(name.slice(5, 13)));

/** Saves a checkpoint for each value, steps counted from 1. */
async function saveAll(folder: string, options: CheckpointsOptions, name: string, values: number[]) {
  const checkpoints = new Checkpoints(folder, options);
  for (const [i, value] of values.entries()) await checkpoints.save({}, { step: i + 1, [name]: value });
  return checkpoints;
}

runTest(
  "the last three are kept, and resume() goes on from the newest in another program",
  async (folder) => {
    const run = newRun(1), checkpoints = new Checkpoints(folder);
    assertEquals([await checkpoints.latest(), await checkpoints.resume(run)], [undefined, undefined]);
    let bits = "";
    await train(run, 0, 5, async (step) => {
      const path = await checkpoints.save(run, { step, note: `after ${step}` });
      assertEquals(path, `${folder}/${fileOf(step)}`);
      bits = await bitsOf(run);
    });
    assertEquals(stepsIn(folder), [3, 4, 5]);
    const other = newRun(2);
    assertEquals(await new Checkpoints(folder).resume(other), { step: 5, note: "after 5" });
    assertEquals(await bitsOf(other), bits);
  },
);

runTest(
  "the best is kept beside the last: an accuracy should rise, a loss should fall, of equals the first counts",
  async (folder) => {
    const rows: [CheckpointsOptions, string, number[], kept: number[], best: number][] = [
      [{ keep: 2, best: "testAccuracy" }, "testAccuracy", [0.5, 0.9, 0.7, 0.9, 0.8], [2, 4, 5], 2],
      [{ keep: 2, best: "testLoss" }, "testLoss", [0.5, 0.1, 0.7, 0.9, 0.8], [2, 4, 5], 2],
      [{ keep: 1, best: { name: "f1", mode: "max" } }, "f1", [NaN, 1, 2, 0, NaN], [3, 5], 3],
      [{ keep: 2, best: "loss" }, "loss", [5, 4, 3, 2, 1], [4, 5], 5],
      [{ keep: 2, best: "loss" }, "loss", [NaN, NaN, NaN], [2, 3], -1],
    ];
    for (const [i, [options, name, values, kept, best]] of rows.entries()) {
      const checkpoints = await saveAll(`${folder}/${i}`, options, name, values);
      assertEquals(stepsIn(`${folder}/${i}`), kept);
      const path = best < 0 ? undefined : `${folder}/${i}/${fileOf(best)}`;
      // Another program knows it from the files.
      for (const one of [checkpoints, new Checkpoints(`${folder}/${i}`, options)]) {
        assertEquals(await one.best(), path);
      }
    }
  },
);

runTest("the best of a run that goes on in another program is kept", async (folder) => {
  const options = { keep: 1, best: "loss" };
  await saveAll(folder, options, "loss", [3, 1, 2]);
  const checkpoints = new Checkpoints(folder, options);
  await checkpoints.resume({});
  for (const step of [4, 5]) await checkpoints.save({}, { step, loss: 2 });
  assertEquals(stepsIn(folder), [2, 5]);
});

runTest(
  "a damaged file is passed over with a word, and nothing that is whole is removed for it",
  async (folder, said) => {
    const checkpoints = await saveAll(folder, { keep: 3 }, "loss", [1, 2, 3]);
    const path = `${folder}/${fileOf(3)}`, bytes = await Deno.readFile(path);
    bytes[bytes.length - 1] ^= 1;
    await Deno.writeFile(path, bytes);
    await Deno.writeFile(`${folder}/${fileOf(2)}`, new Uint8Array(3));
    assertEquals(await checkpoints.latest(), `${folder}/${fileOf(1)}`);
    assertEquals(said, [
      "Checkpoints.latest: /run/step-00000003.safetensors is damaged: its bytes are not those that were written; it is passed over",
      "Checkpoints.latest: /run/step-00000002.safetensors is no safetensors file: it has 3 bytes, and should begin with 8 of a length; it is passed over",
    ]);
    const resumed = new Checkpoints(folder, { keep: 1 });
    assertEquals(await resumed.resume({}), { step: 1, loss: 1 });
    // Between the one that was whole and those that were not: the new one stays.
    await resumed.save({}, { step: 2 });
    assertEquals([stepsIn(folder), await resumed.latest()], [[2, 3], `${folder}/${fileOf(2)}`]);
  },
);

runTest("where all files are damaged, a run begins anew in the folder", async (folder, said) => {
  await saveAll(folder, {}, "loss", [1, 2]);
  for (const step of [1, 2]) await Deno.writeFile(`${folder}/${fileOf(step)}`, new Uint8Array(3));
  const checkpoints = new Checkpoints(folder);
  assertEquals([await checkpoints.resume({}), said.length], [undefined, 2]);
  await checkpoints.save({}, { step: 1 });
  assertEquals(await checkpoints.latest(), `${folder}/${fileOf(1)}`);
});

runTest("a checkpoint of a newer version is not passed over for an older one", async (folder) => {
  const checkpoints = await saveAll(folder, {}, "loss", [1, 2]), path = `${folder}/${fileOf(2)}`;
  await Deno.writeFile(path, described(await Deno.readFile(path), (content) => void (content.version = 2)));
  await assertRejects(() => checkpoints.resume({}), Error, "was written by a newer version of this library");
});

runTest(
  "a checkpoint that does not fit is not passed over for an older one, and nothing is changed",
  async (folder) => {
    const model = new nn.Linear(2, 2), other = new nn.Linear(3, 2), checkpoints = new Checkpoints(folder);
    await checkpoints.save({ model }, { step: 1 });
    const before = await bitsOf({ other });
    await assertRejects(
      () => checkpoints.resume({ model: other }),
      RangeError,
      "Checkpoints.resume: model of",
    );
    assertEquals(await bitsOf({ other }), before);
  },
);

runTest("a run that was not resumed does not write over another's", async (folder) => {
  await saveAll(folder, {}, "loss", [1, 2, 3]);
  const other = new Checkpoints(folder);
  await assertRejects(
    () => other.save({}, { step: 3 }),
    RangeError,
    `${fileOf(3)} is there already; resume(…) goes on from it, another folder keeps two runs apart`,
  );
  await other.latest();
  await other.save({}, { step: 3 });
  assertEquals(stepsIn(folder), [1, 2, 3]);
});

runTest(
  "what a killed program left half written goes with the next one; other files stay",
  async (folder) => {
    await saveAll(folder, {}, "loss", [1]);
    const left = `${folder}/${fileOf(2)}.${crypto.randomUUID()}.tmp`,
      before = new Date(performance.timeOrigin - 1000);
    for (const path of [left, `${folder}/notes.txt`, `${folder}/${fileOf(0)}.bak`]) {
      await Deno.writeFile(path, new Uint8Array(3));
      await Deno.utime(path, before, before);
    }
    const checkpoints = new Checkpoints(folder, { keep: 1 });
    await checkpoints.resume({});
    await checkpoints.save({}, { step: 3 });
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(names, ["notes.txt", `${fileOf(0)}.bak`, fileOf(3)]);
  },
);

runTest("one that could not be written leaves those before it", async (folder) => {
  const checkpoints = await saveAll(folder, { keep: 1 }, "loss", [1]);
  const freed = tensor([1, 2]);
  freed.value.buffer.free("by a test");
  await assertRejects(() => checkpoints.save({ freed }, { step: 2 }), Error, "was freed by a test");
  assertEquals([stepsIn(folder), await checkpoints.resume({})], [[1], { step: 1, loss: 1 }]);
});

runTest(
  "a checkpoint in the middle of an epoch, of which nothing was measured, is never the best",
  async (folder) => {
    const checkpoints = new Checkpoints(folder, { keep: 1, best: "testLoss" });
    let step = 1;
    for (const values of [{ testLoss: 2 }, {}, { testLoss: 3 }, {}]) {
      await checkpoints.save({}, { step: step++, ...values });
    }
    assertEquals([stepsIn(folder), await checkpoints.best()], [[1, 4], `${folder}/${fileOf(1)}`]);
  },
);

runTest(
  "epochs() keeps checkpoints, and a run that was stopped ends with the bits of one that was not",
  async (folder) => {
    /** A run through three epochs, stopped behind a step. */
    const go = async (name: string, stopAt: number, resume: boolean) => {
      const { model, optimizer, schedule, loader } = newRun(resume ? 8 : 7);
      const checkpoints = new Checkpoints(`${folder}/${name}`, { keep: 1, best: "loss" });
      const parts = { model, optimizer, schedule };
      const run = epochs(3, loader, { checkpoints, parts, resume, checkpointEvery: 4, progress: false });
      for await (const step of run) {
        if (step.index === stopAt) break;
        const [images, labels] = step.batch;
        const loss = F.crossEntropy(model.forward(images), labels);
        loss.backward();
        optimizer.step();
        optimizer.zeroGrad();
        schedule.step();
        step.log({ loss });
      }
      return [await bitsOf(parts), JSON.stringify(run.history.map(({ epoch, loss }) => [epoch, loss]))];
    };
    const whole = await go("whole", Infinity, false);
    await go("stopped", 10, false);
    assertEquals(await go("stopped", Infinity, true), whole);
    await assertRejects(
      () => go("stopped", Infinity, false),
      RangeError,
      "is there already; resume(…) goes on from it",
    );
  },
);

runTest("load() takes a checkpoint of a folder", async (folder) => {
  const model = new nn.Linear(2, 2), optimizer = new optim.Adam(model.parameters());
  const checkpoints = new Checkpoints(new URL(`file://${folder}/`), { best: "testAccuracy" });
  await checkpoints.save({ model, optimizer }, { step: 1, testAccuracy: 0.5 });
  const best = await checkpoints.best();
  assertEquals(await load(best!, { model }, { partial: true }), { step: 1, testAccuracy: 0.5 });
});

Deno.test("Checkpoints look at what they are told before anything is read or written", async () => {
  assertThrows(
    () => new Checkpoints("runs", { keep: 0 }),
    RangeError,
    "Checkpoints: keep must be a whole number ≥ 1",
  );
  assertThrows(
    () => new Checkpoints("runs", { best: { name: "loss", mode: "low" as "min" } }),
    RangeError,
    '"min", "max"',
  );
  assertThrows(
    () => new Checkpoints("runs", { best: 3 as unknown as string }),
    TypeError,
    "best is a value's name",
  );
  const plain = new Checkpoints("runs"), best = new Checkpoints("runs", { best: "testLoss" });
  await assertRejects(() => plain.best(), RangeError, "Checkpoints.best: say what is best");
  await assertRejects(
    () => plain.save({}, {} as SavedValues),
    TypeError,
    "Checkpoints.save: step must be a number",
  );
  await assertRejects(() => plain.save({}, { step: 0.5 }), RangeError, "step must be a whole number ≥ 0");
  await assertRejects(
    () => best.save({}, { step: 1, testLos: 2 }),
    TypeError,
    'the best is told by "testLoss", which must be a number among the values, not undefined; did you mean testLos?',
  );
  const model = new nn.Linear(2, 2);
  await assertRejects(
    () => plain.save({ model }, { step: 1, model: 3 }),
    TypeError,
    '"model" is a part and a value',
  );
});
