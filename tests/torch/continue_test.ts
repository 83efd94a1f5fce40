/** A run that leaves for PyTorch and comes home: docs/past_one_machine.md. Starting Python needs permission. */
import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { Checkpoints, rand, writeSafetensors } from "descent";
import { python, pythonTest, ROOT } from "./python.ts";
import { pictures, Run, TRAININGS } from "./small_net.ts";

/** The losses that the tool prints, as "step 6: loss 1.2345". */
function lossesIn(output: string): number[] {
  return [...output.matchAll(/^step \d+: loss (.+)$/gm)].map(([, loss]) => Number(loss));
}

/** Steps at home, then there, then at home again. The second and the third begin in the middle of an epoch. */
const HERE = 5, THERE = 7, BACK = 3;

/**
 * Float32 rounding: sums in another order are off by some 1e-7 of themselves, and steps carry that on. Adam divides by the root of
 * a mean square, so that where a gradient is all rounding a weight may move otherwise; none does here.
 */
const ROUNDING = 2e-5;

/**
 * Trains at home, then there from the checkpoint, then at home from what came back; beside it a run that never leaves. The two are
 * compared at both ends.
 */
async function travel(
  folder: string,
  training: keyof typeof TRAININGS,
  { processes = 1, normalize = false }: { processes?: number; normalize?: boolean } = {},
): Promise<void> {
  const data = pictures();
  await writeSafetensors(`${folder}/data.safetensors`, data);
  const home = new Run(training, data, normalize), losses = await home.train(HERE);
  await home.save(`${folder}/leaving.safetensors`);
  const wanted = await home.train(THERE), there = await home.memory();
  const wantedBack = await home.train(BACK), draws = await rand(4).array(), back = await home.memory();

  const launch = processes === 1 ? [] : ["-m", "torch.distributed.run", "--nproc_per_node", `${processes}`];
  const output = await python(
    ...[...launch, "tools/torch", "continue", `${folder}/leaving.safetensors`],
    ...["--model", `tests/torch/small_net.py:${normalize ? "NormalizedNet" : "Net"}`],
    ...["--data", `${folder}/data.safetensors`, "--steps", `${THERE}`, ...TRAININGS[training].flags],
    ...["--out", `${folder}/home.safetensors`],
  );
  const found = lossesIn(output);
  assertEquals(found.length, THERE);
  found.forEach((loss, i) => assertAlmostEquals(loss, wanted[i], ROUNDING));

  const resumed = new Run(training, data, normalize);
  assertEquals(await resumed.load(`${folder}/home.safetensors`), { note: "kept" });
  compare(await resumed.memory(), there);
  const last = await resumed.train(BACK);
  last.forEach((loss, i) => assertAlmostEquals(loss, wantedBack[i], ROUNDING));
  assertEquals(await rand(4).array(), draws);
  compare(await resumed.memory(), back);
  // It learns, so that one which began anew would show.
  assert(last.at(-1)! < losses[0] - 0.2, `${losses}; ${found}; ${last}`);
}

type Memory = Awaited<ReturnType<Run["memory"]>>;

function compare(actual: Memory, expected: Memory): void {
  assertEquals(actual.rest, expected.rest);
  assertEquals(Object.keys(actual.tensors), Object.keys(expected.tensors));
  for (const [name, values] of Object.entries(expected.tensors)) {
    const largest = Math.max(...values.map(Math.abs));
    const error = Math.max(...values.map((value, i) => Math.abs(value - actual.tensors[name][i])));
    assert(error <= ROUNDING * largest, `${name} is off by ${error}; its largest number is ${largest}`);
  }
}

for (const training of Object.keys(TRAININGS)) {
  pythonTest(
    `a run of ${training} goes on in PyTorch with the same batches to the same weights, and comes home`,
    (folder) => travel(folder, training),
  );
}

pythonTest(
  "a run whose batches are normalized takes its running statistics to PyTorch and back",
  (folder) => travel(folder, "SGD under OneCycleLR", { normalize: true }),
);

pythonTest(
  "two processes under torchrun compute what one does, and bring it home",
  (folder) => travel(folder, "AdamW under StepLR", { processes: 2 }),
);

pythonTest(
  "a run of epochs() leaves in the middle of an epoch, and its history goes on there",
  async (folder) => {
    const training = "SGD under OneCycleLR", data = pictures();
    await writeSafetensors(`${folder}/data.safetensors`, data);
    const stayed = new Run(training, data), wanted = await stayed.epochs(4, {});
    // An epoch has 7 batches: it leaves behind the 3rd of the 2nd, and comes back behind the 4th of the 3rd.
    const left = new Run(training, data), checkpoints = new Checkpoints(`${folder}/here`);
    await left.epochs(4, { checkpoints, checkpointEvery: 10 }, 10);
    await Deno.mkdir(`${folder}/there`);
    const output = await python(
      ...[
        "tools/torch",
        "continue",
        (await checkpoints.latest())!,
        "--model",
        "tests/torch/small_net.py:Net",
      ],
      ...["--data", `${folder}/data.safetensors`, "--test", `${folder}/data.safetensors`, "--steps", "8"],
      ...[...TRAININGS[training].flags, "--out", `${folder}/there/step-00000018.safetensors`],
    );
    assertEquals(lossesIn(output).length, 8);
    assertMatch(output, /^test: loss [\d.]+, accuracy [\d.]+ %$/m);
    const back = new Run(training, data);
    const rows = await back.epochs(4, { checkpoints: new Checkpoints(`${folder}/there`), resume: true });
    assertEquals(rows.length, 4);
    for (const [i, { seconds: _, ...row }] of wanted.entries()) {
      const { seconds, ...found } = rows[i];
      assert(seconds > 0);
      assertEquals(Object.keys(found), Object.keys(row));
      for (const name of Object.keys(row)) {
        assertAlmostEquals(
          found[name],
          row[name],
          ROUNDING,
          `${name} of ${i}`,
        );
      }
    }
    const [expected, actual] = [await stayed.memory(), await back.memory()];
    compare(actual, expected);
  },
);

pythonTest("the tool says in a sentence what it needs to know, and what does not fit", async (folder) => {
  const data = pictures(), run = new Run("AdamW under StepLR", data);
  await writeSafetensors(`${folder}/data.safetensors`, data);
  await run.train(1);
  await run.save(`${folder}/run.safetensors`);
  const fails = async (...args: string[]) => {
    const { message } = await python(
      ...["tools/torch", "continue", `${folder}/run.safetensors`, "--data", `${folder}/data.safetensors`],
      ...["--steps", "1", "--out", `${folder}/out.safetensors`, ...args],
    ).then(() => new Error("it did not fail"), (error: Error) => error);
    return message;
  };
  const model = ["--model", "tests/torch/small_net.py:Net"], schedule = ["--schedule", "StepLR(step_size=3)"];
  const [optimizer, which, network, other] = await Promise.all([
    fails(...model, ...schedule),
    fails(...model, "--optimizer", "AdamW"),
    fails("--model", "small", "--optimizer", "AdamW", ...schedule),
    fails("--model", "lenet", "--optimizer", "AdamW", ...schedule),
  ]);
  assert(optimizer.includes("say --optimizer Adam or --optimizer AdamW"), optimizer);
  assert(which.includes("The run has a schedule: say which"), which);
  assert(network.includes("There is no network small: there are lenet"), network);
  assert(other.includes("The checkpoint's model is no lenet"), other);
  assertEquals(await Deno.stat(new URL(`${folder}/out.safetensors`, ROOT)).catch(() => null), null);
});
