/** A run that leaves for PyTorch and comes home: docs/past_one_machine.md. Starting Python needs permission. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { rand, writeSafetensors } from "descent";
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
