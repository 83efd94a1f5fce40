/** What `deno task accuracy` concludes, and that it runs: that starts programs and needs permission. */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { costOf } from "../../bench/cases/network.ts";
import { RECIPES } from "../../bench/cases/recipes.ts";
import { type Accuracy, accuracyTable, judge, type Training } from "../../bench/report/accuracy.ts";

const permissions = [{ name: "run" }, { name: "read" }, { name: "write" }] as const;
const states = await Promise.all(permissions.map((permission) => Deno.permissions.query(permission)));
const granted = states.every(({ state }) => state === "granted");
const reason = granted ? "" : " (skipped: needs --allow-run, --allow-read and --allow-write)";

const [lenet] = RECIPES;

/** A training of one epoch. */
function training(who: string, seed: number, accuracy: number, seconds: number): Training {
  return {
    recipe: "lenet",
    seed,
    who,
    epochs: [{ epoch: 1, loss: 0.1, accuracy, seconds }],
    seconds: seconds + 1,
  };
}

Deno.test("the networks of the recipes have the parameters that they should", () => {
  const counts = RECIPES.map(({ name, layers }) => [name, costOf(layers, [1, 28, 28]).parameters]);
  assertEquals(counts, [["lenet", 61_706], ["resnet8", 77_898]]);
});

Deno.test("judge() wants every seed to know enough in time, and compares means with PyTorch's", () => {
  const trainings = [
    ...[training("ours", 0, 99, 30), training("torch", 0, 99.4, 20)],
    ...[training("ours", 1, 98.8, 34), training("torch", 1, 99.2, 20)],
  ];
  const { known, difference, ratio, by } = judge(lenet, trainings);
  assertEquals(known, true);
  assertAlmostEquals(difference!, -0.4);
  assertAlmostEquals(ratio!, 1.6);
  assertEquals([by.ours.lowest, by.ours.longest], [98.8, 35]);
  assertEquals(judge(lenet, [...trainings, training("ours", 2, 98.79, 30)]).known, false);
  assertEquals(judge(lenet, [...trainings, training("ours", 2, 99, 180)]).known, false);
  assertEquals(judge(lenet, [training("ours", 0, 99, 30)]).ratio, undefined);
});

Deno.test("the report says what was wanted, and whether it was reached", () => {
  const machine = { processor: "P", cores: 2, memoryBytes: 2 ** 33, system: "s", load: 0 };
  const comparison: Accuracy = {
    ...{ date: "2026-01-01T00:00:00Z", machine, threads: 2, recipes: [lenet] },
    versions: { ours: "Descent on Deno 2", torch: "PyTorch 2.13" },
    trainings: [training("ours", 0, 98.2, 30), training("torch", 0, 99.4, 20)],
  };
  const text = accuracyTable(comparison);
  assertStringIncludes(text, "| 0 | 98.20 %, 31 s | 99.40 %, 21 s |");
  assertStringIncludes(text, "Wanted ≥ 98.8 % for each seed in ≤ 3 min: missed");
  assertStringIncludes(text, "wanted within 0.5 points: missed");
  assertStringIncludes(text, "×1.50 (aim ×1.3: not reached)");
});

Deno.test({
  name: `deno task accuracy trains a network from first weights to its test${reason}`,
  ignore: !granted,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "task",
          "--quiet",
          "accuracy",
          "lenet",
          "--seeds=1",
          "--epochs=1",
          "--no-torch",
          `--out=${folder}`,
        ],
        cwd: new URL("../../", import.meta.url),
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      const { trainings }: Accuracy = JSON.parse(await Deno.readTextFile(`${folder}/accuracy.json`));
      assertEquals(trainings.map(({ recipe, seed, who }) => [recipe, seed, who]), [["lenet", 0, "ours"]]);
      const [{ accuracy, seconds }] = trainings[0].epochs;
      assert(accuracy > 97 && seconds < trainings[0].seconds, `${accuracy} %, ${seconds} s`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
