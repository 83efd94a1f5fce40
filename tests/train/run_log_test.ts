/** Logs of runs. Needs the permissions to write into a folder for temporary files and to read there. */
import { epochs, steps, tensor } from "descent";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { folderTest } from "../folder.ts";
import { pythonTest, pythonWith } from "../python.ts";

const quiet = { progress: false };

// deno-lint-ignore no-explicit-any
const linesOf = (path: string): any[] =>
  Deno.readTextFileSync(path).split("\n").slice(0, -1).map((line) => JSON.parse(line));

async function train(log: string | string[], count = 2, logEvery?: number) {
  const test = () => ({ loss: 0.5, accuracy: 0.75 });
  for await (const step of epochs(count, [1, 2, 3], { ...quiet, label: "Net", log, logEvery, test })) {
    step.log({ loss: tensor([step.index]), lr: 0.1 });
  }
}

folderTest(
  "a log of JSON lines has a line for the run, each step, each epoch, and the end",
  async (folder) => {
    const path = `${folder}/deep/run.jsonl`;
    await train(path);
    const lines = linesOf(path);
    assertEquals(lines.map(({ kind, step, epoch }) => [kind, step, epoch]), [
      ["run", undefined, undefined],
      ["step", 1, 1],
      ["step", 2, 1],
      ["step", 3, 1],
      ["epoch", 3, 1],
      ["step", 4, 2],
      ["step", 5, 2],
      ["step", 6, 2],
      ["epoch", 6, 2],
      ["end", 6, undefined],
    ]);
    const { time, ...run } = lines[0];
    assert(Math.abs(Date.parse(time) - Date.now()) < 60_000);
    assertEquals([run.label, run.steps, run.epochs, run.batches, run.device], ["Net", 6, 2, 3, "cpu"]);
    assertEquals([lines[2].loss, lines[2].lr, lines[8].loss, lines[8].testAccuracy], [1, 0.1, 4, 0.75]);
    assertEquals(lines[9].stopped, "");
    await train(path, 1, 2);
    assertEquals(linesOf(path).slice(10).map(({ kind }) => kind), ["run", "step", "epoch", "end"]);
  },
);

folderTest("steps() logs, too, and numbers that JSON does not know are words", async (folder) => {
  const path = `${folder}/run.jsonl`;
  for await (const step of steps(5, { ...quiet, watch: false, log: path })) {
    step.log({ loss: step.index === 1 ? -Infinity : 1, step: 7 });
    if (step.index === 1) break;
  }
  assertEquals(linesOf(path).map(({ kind, step, loss }) => [kind, step, loss]), [
    ["run", undefined, undefined],
    ["step", 1, 1],
    ["step", 2, "-Infinity"],
    ["end", 1, undefined],
  ]);
});

folderTest("a run that adds to a log whose last line was cut begins a line of its own", async (folder) => {
  const path = `${folder}/run.jsonl`;
  Deno.writeTextFileSync(path, '{"kind":"run"}\n{"kind":"st');
  await train(path, 1);
  const lines = Deno.readTextFileSync(path).split("\n");
  assertEquals(lines[1], '{"kind":"st');
  assertEquals(JSON.parse(lines[2]).kind, "run");
});

folderTest("what cannot be written ends in a sentence before the first step", async (folder) => {
  Deno.writeTextFileSync(`${folder}/file`, "");
  await assertRejects(() => train(`${folder}/file/run.jsonl`), Error, "epochs: ");
  await assertRejects(() => train(`${folder}/file`), Error, "epochs: ");
});

Deno.test("a log that is neither JSON lines nor a folder is refused", () => {
  for (const log of ["run.txt", "run.json", "a/run.LOG"]) {
    assertThrows(() => epochs(1, [0], { log }), RangeError, 'a log is a file of JSON lines, "run.jsonl"');
  }
  assertThrows(
    () => steps(1, { log: ["run.jsonl", ""] }),
    TypeError,
    'steps: log must be a path such as "run.jsonl"',
  );
  assertThrows(
    () => epochs(1, [0], { logEvery: 0 }),
    RangeError,
    "epochs: logEvery must be a whole number ≥ 1",
  );
});

/** Reads a folder as TensorBoard does. */
const READ = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(sys.argv[1]); run.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in run.Scalars(tag)] for tag in run.Tags()["scalars"]}))`;

const python = await pythonWith("tensorboard");

pythonTest(
  "TensorBoard reads what a run wrote into a folder",
  python,
  async (folder) => {
    await train([`${folder}/run`, `${folder}/run.jsonl`]);
    const scalars = JSON.parse(await python("-c", READ, `${folder}/run`));
    const { "seconds/epoch": seconds, "lr/train": rates, "lr/epoch": means, ...rest } = scalars;
    assertEquals([seconds.length, rates.length, means.length], [2, 6, 2]);
    assertEquals(rest, {
      "loss/train": [[1, 0], [2, 1], [3, 2], [4, 3], [5, 4], [6, 5]],
      "loss/epoch": [[3, 1], [6, 4]],
      "loss/test": [[3, 0.5], [6, 0.5]],
      "accuracy/test": [[3, 0.75], [6, 0.75]],
    });
  },
);
