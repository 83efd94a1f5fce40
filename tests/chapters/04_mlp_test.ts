// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { answers, numbers, output, programTest } from "./program.ts";
import { assertProse, type Seen } from "./prose.ts";

for (const seed of ["0", "1", "2"]) {
  programTest(`chapter 4's error halves with every step, from seed ${seed}`, async () => {
    const text = await output("04_mlp", "--seed", seed);
    const [byHand, fromParts] = [/^step \d+: y = (\S+), loss = (\S+)$/gm, /^y = (\S+), loss = (\S+)$/gm]
      .map((row) => [...text.matchAll(row)].map(([, y, loss]) => [Number(y), Number(loss)]));

    assertEquals(byHand.length, 6);
    assert(byHand.every(([, loss], i) => i === 0 || loss < byHand[i - 1][1]), "the loss falls by hand");

    const book = [[0.0003, 0.2448], [0.3502, 0.0612], [0.525, 0.0153], [0.6125, 0.0038], [0.6563, 0.001]];
    assertEquals(fromParts.length, 5);
    book.forEach(([y, loss], i) => {
      // The third decimal depends on the start; weights of 0.01 can put the first answer a few hundredths off.
      assertAlmostEquals(fromParts[i][0], y, 0.04);
      assertAlmostEquals(fromParts[i][1], loss, 0.02);
      if (i > 0) assertAlmostEquals((0.7 - fromParts[i][0]) / (0.7 - fromParts[i - 1][0]), 0.5, 0.01);
    });

    const [answers] = numbers(text, "answers to three inputs");
    assert(Math.max(...answers) - Math.min(...answers) < 0.01, "it has learned one number");
  });
}

programTest("chapter 4's gradients agree with differences", async () => {
  const error = Number(
    (await output("04_mlp", "--steps", "1")).match(/^largest error of a gradient: (\S+)$/m)?.[1],
  );
  assert(error < 1e-4, `largest error ${error}`);
});

programTest("chapter 4 folds a plane into 15 regions, and draws its network both ways", async () => {
  const text = await output("04_mlp");
  assertStringIncludes(text, "15 regions\n");
  const [forward, back] = text.split("The network, forward\n")[1].split("… and back from its loss\n");
  const line = (graph: string, name: string) => graph.split("\n").find((row) => row.startsWith(name));
  assertEquals(line(forward, "relu"), "relu  [1, 3]  0 0 0.008674");
  assertEquals(line(back, "relu"), "relu  [1, 3]  0 0 0.008674  ∂ -0.002856 0.002811 0.009376");
  assertMatch(line(back, "├─ b2")!, /∂ -0\.7001$/);
});

programTest("chapter 4's answers see what they say", async () => {
  const [first, second, third] = await answers("04_mlp");
  const errors = (seed: number) => numbers(first, `seed ${seed}`).map(([error]) => error);
  assertEquals(errors(3), [1.5343, 0.1373, 0.0131, 0.0009, 0.0001]);
  assertEquals(errors(0), [0.9931, 1.5205, 1.244, 0.59, 0.2919]);
  const [differ, agree] = numbers(first, "answers to three inputs");
  assertEquals(new Set(differ).size, 3);
  assertEquals(new Set(agree).size, 1);
  const moved = second.trim().split("\n").filter((row) => !row.endsWith(" 0.0000"));
  assertEquals(moved, ["4.bias 0.6781"]);
  assertEquals(third, "ReLU: off the mean by 0.250939\nIdentity: off the mean by 0.000000\n");
});

programTest("chapter 4 quotes no number that it does not show", async () => {
  const errors = (seed: number, step: number) => ({ answers: [first] }: Seen) =>
    numbers(first, `seed ${seed}`)[step][0];
  await assertProse("04_mlp", {
    "0.35": 0.7 / 2,
    "0.175": 0.7 / 4,
    "1.53": errors(3, 0),
    "0.14": errors(3, 1),
    "0.013": errors(3, 2),
    "0.0009": errors(3, 3),
    "0.0001": errors(3, 4),
    "0.99": errors(0, 0),
    "1.52": errors(0, 1),
    "1.24": errors(0, 2),
    "0.59": errors(0, 3),
    "0.29": errors(0, 4),
    "0.25": ({ answers: [, , third] }) => Number(/ReLU: off the mean by (\S+)/.exec(third)![1]),
  });
});

programTest("chapter 4's other seeds do what is said of them", async () => {
  const gradients = [...(await output("04_mlp", "--seed", "5")).matchAll(/largest gradient (\S+)$/gm)];
  assertEquals(gradients.slice(0, -1).map(([, size]) => Number(size)), [0, 0, 0, 0, 0]);
});
