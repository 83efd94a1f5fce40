// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fences, parseCells } from "../../lib/course/cells.ts";
import { answers, numbers, output, programTest, questions } from "./program.ts";
import { assertProse, type Seen } from "./prose.ts";

const CHAPTER = "01b_backward", SEEDS = ["0", "1", "2"];
const root = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, root));
const cells = () => parseCells(read(`chapters/${CHAPTER}.ts`), CHAPTER);

programTest("chapter 1b's engine has fewer than sixty lines", () => {
  const code = cells().filter(({ kind }) => kind === "code").map(({ source }) => source).join("\n");
  const parts = [/^let made[^]*?^}$/m, /^function valueOf[^]*?^}$/m, /^function latestFirst[^]*?^}$/m];
  const lines = parts.flatMap((part) => part.exec(code)![0].split("\n")).filter((line) => line.trim() !== "");
  assert(lines.length > 30 && lines.length < 60, `${lines.length} lines`);
  assertStringIncludes(lines.join("\n"), "backward(order = latestFirst)");
  return Promise.resolve();
});

programTest("chapter 1b quotes the library as it is", () => {
  const quoted = cells().filter(({ kind, tags }) => kind === "markdown" && tags.length === 0)
    .flatMap(({ source }) => fences(source));
  assertEquals(quoted.length, 2);
  assertStringIncludes(read("lib/autograd/rules/arithmetic.ts"), `${quoted[0]}\n`);
  assertStringIncludes(read("lib/autograd/rules/convolution.ts"), `${quoted[1]}\n`);
  assertStringIncludes(read("lib/autograd/walk.ts"), "creation order is a topological order");
  return Promise.resolve();
});

programTest("chapter 1b's engine finds the slope of chapter 1's parabola", async () => {
  const text = await output(CHAPTER);
  assertEquals(numbers(text, "y")[0], [1.9848522256307608, 3.9697044512615216, 0.5]);
  assertEquals(numbers(text, "dy/dx"), [[0.007588282693177462 - 2]]);
  assertEquals(numbers(text, "slope of x · x at 3, with =").flat(), [3, 6]);
});

programTest("on chapter 1b's diamond depth-first goes wrong, and latest first does not", async () => {
  const text = await output(CHAPTER);
  assertMatch(text, /^depth-first \(y, left, s, x, right\): 4$/m);
  assertMatch(text, /^latest first \(y, right, left, s, x\): 36$/m);
  assertEquals(numbers(text, "by nudging x"), [[36]]);
  assertEquals(numbers(text, "path by path"), [[36]]);
  assertEquals(numbers(text, "path by path through 20 doublings"), [[2 ** 20, 2 ** 21 - 1]]);
  assertEquals(numbers(text, "latest first through 20 doublings"), [[2 ** 20, 21]]);
  // Wrong or right: what has arrived at s is drawn, and what has got to x.
  assertMatch(text, /depth-first\n[^]*?\(1\) s = pow {2}4 {2}∂ 9\n└─ x {2}2 {2}∂ 4\n/);
  assertMatch(text, /latest first\n[^]*?\(1\) s = pow {2}4 {2}∂ 9\n└─ x {2}2 {2}∂ 36\n/);
});

programTest("chapter 1b's recursion ends at a hundred thousand steps, its engine does not", async () => {
  const text = await output(CHAPTER);
  assertMatch(text, /^inputs first, the diamond: 36$/m);
  assertMatch(text, /^inputs first, 100,000 additions: Maximum call stack size exceeded$/m);
  assertMatch(text, /^latest first, 100,000 additions: 1$/m);
});

programTest("chapter 1b's leaves add up what they are not zeroed of", async () => {
  const text = await output(CHAPTER);
  assertMatch(text, /^three rounds, nothing zeroed: -1\.9924, -3\.9848, -5\.9772$/m);
  assertMatch(text, /^two more, zeroed before each: -1\.9924, -1\.9924$/m);
});

for (const seed of SEEDS) {
  programTest(
    `chapter 1b's engine and the library agree on a network and on its training, seed ${seed}`,
    async () => {
      const text = await output(CHAPTER, ...seed === "0" ? [] : ["--seed", seed]);
      assert(numbers(text, "largest difference from nudging")[0][0] < 1e-9);
      const [[ours, values], [theirs, tensors]] = numbers(text, "loss").filter(({ length }) => length === 2);
      assertAlmostEquals(ours, theirs, 1e-6 * ours);
      assertEquals([values, tensors], [119, 15]);
      const gradients = [...text.matchAll(/^(?:[wbv][₁₂₃]|c) +(\S+) +(\S+)$/gm)];
      assertEquals(gradients.length, 10);
      for (const [, one, other] of gradients) assertAlmostEquals(Number(one), Number(other), 5e-6);
      const steps = [...text.matchAll(/^step (\d+): loss = (\S+) and (\S+)$/gm)]
        .map((found) => found.slice(1).map(Number));
      assertEquals(steps.map(([step]) => step), [0, 20, 40, 60, 80, 99]);
      assert(steps.every(([, one, other]) => Math.abs(one - other) <= 1.01e-5), text);
      assert(numbers(text, "largest distance of the losses")[0][0] < 1e-5);
      // From two of the seeds the network learns |x|; from the other it ends as a constant, the mean of the samples.
      const last = steps.at(-1)![1];
      if (seed === "1") assertEquals(last, 2.8);
      else assert(last < 0.06, `${last}`);
    },
  );
}

programTest("with seed 1 two neurons of chapter 1b are silent from the start", async () => {
  const text = await output(CHAPTER, "--seed", "1");
  for (const i of ["₁", "₃"]) {
    for (const name of "wbv") assertMatch(text, new RegExp(`^${name}${i} +0\\.000000 +0\\.000000$`, "m"));
  }
});

programTest("chapter 1b's broadcasting and convolution add up what a tensor's weights get", async () => {
  const text = await output(CHAPTER);
  assertMatch(text, /copies:\n\[\[ {2}1\., {3}5\.\],\n \[ 10\., {2}50\.\],\n \[100\., 500\.\]\]\n/);
  assertMatch(text, /shared weights: \[111\., 555\.\]/);
  const [ours, theirs] = ["our engine", "the library"].map((label) => numbers(text, label)[0]);
  assertEquals(ours, [-126, -252, -504, -6, -12, -18, 12, 24]);
  assertEquals(theirs, ours);
  // Of gradients up to 504, in 32 bits.
  assert(numbers(text, "gradCheck")[0][0] < 5e-3);
});

programTest("chapter 1b's questions are answered as they say", async () => {
  const [used, order, again, silent, nudge, tensors, constant] = await questions(CHAPTER);
  assertEquals(used, "x.grad = 7\n");
  assertEquals(order.trim().split("\n").map((line) => line.split(": ")[1]), [
    "s is too early",
    "s is too early",
    "x is too early",
    "nobody is early",
  ]);
  assertEquals(again, "after the first call: x.grad = 12\nafter the second call: x.grad = 36\n");
  const errors = nudge.trim().split("\n").map((line) => Number(line.split("off by ")[1]));
  assertEquals(errors.indexOf(Math.min(...errors)), 1);
  assertEquals(tensors, "5 samples: 15 tensors, 119 values\n1000 samples: 15 tensors, 22009 values\n");
  assertEquals(constant, "c.grad = 1000.\n");
  assertEquals(silent, "∂w = 0\n");
});

programTest("chapter 1b's answers see what they say", async () => {
  const [sigmoid, twice, two] = await answers(CHAPTER);
  assertEquals(sigmoid, "slope = 0.23500371, by nudging = 0.23500371\n");
  assertStringIncludes(
    twice,
    "after the first: 12\nafter the second: 36\nzeroed in between: 24\nbackward: the graph",
  );
  assertStringIncludes(twice, "was freed by an earlier backward()");
  assertStringIncludes(two, "loss = 0, largest gradient = 0\n");
  const steps = [...two.matchAll(/^step \d+: loss = (\S+)$/gm)].map(([, loss]) => Number(loss));
  assert(steps[0] > 0.8 && steps[2] < steps[1] && steps[2] < 1e-4, two);
  const third = /parameters = (.*)/.exec(two)![1].split(", ").map(Number);
  assert(third[2] > 0.05 && third[8] > 0.05, "the third neuron keeps a part");
});

programTest("chapter 1b quotes no number that it does not show", async () => {
  await assertProse(CHAPTER, {
    "36": ({ text }: Seen) => numbers(text, "path by path")[0][0],
    "60": "doublings that nobody sees the end of: 2 ** 61 calls",
    "64": "bits of a JavaScript number",
    "32": "bits of a float32",
    "30": 15 + 15,
    "1.2": (2 + 1 + 0 + 1 + 2) / 5,
    "21": ({ text }: Seen) => numbers(text, "latest first through 20 doublings")[0][1],
    "24": ({ answers: [, twice] }: Seen) =>
      numbers(twice, "after the second")[0][0] - numbers(twice, "after the first")[0][0],
    "0.81": ({ answers: [, , two] }: Seen) => Number(/^step 0: loss = (\S+)$/m.exec(two)![1]),
    "119": ({ text }: Seen) => numbers(text, "loss")[0][1],
  });
});
