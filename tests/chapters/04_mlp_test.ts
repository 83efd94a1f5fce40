// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { answers, numbers, output, programTest, questions } from "./program.ts";
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

/** The default seed, which draws the 300 points, too, and three others. */
const seeds = ["4", "0", "1", "2"];
const run = (seed: string) => seed === "4" ? output("04_mlp") : output("04_mlp", "--seed", seed);

/** The first group of a match, as a number. */
const firstNumber = ([, text]: RegExpMatchArray) => Number(text);

programTest(
  "chapter 4's gradients agree with differences, by hand and from parts, from every seed",
  async () => {
    for (const seed of seeds) {
      const errors = [...(await run(seed)).matchAll(/^largest error of a gradient: (\S+)$/gm)].map(
        firstNumber,
      );
      assertEquals(errors.length, 2);
      assert(errors.every((error) => error < 1e-4), `seed ${seed}: ${errors}`);
    }
  },
);

/** What the table says: by the number of neurons, the shares of three starts, of its own points and of unseen ones. */
function shares(text: string): Record<number, { own: number[]; unseen: number[] }> {
  const rows = [...text.matchAll(/^ +(\d+)((?: +[01]\.\d{3}){6})$/gm)].map(([, neurons, row]) => {
    const all = row.trim().split(/ +/).map(Number);
    return [Number(neurons), { own: all.slice(0, 3), unseen: all.slice(3) }] as const;
  });
  assertEquals(rows.map(([neurons]) => neurons), [2, 3, 4, 8, 16]);
  return Object.fromEntries(rows);
}

programTest(
  "chapter 4's neurons buy corners and luck, and nothing beyond the points, from every seed",
  async () => {
    for (const seed of seeds) {
      const { 2: two, 3: three, 4: four, 8: eight, 16: sixteen } = shares(await run(seed));
      const all = JSON.stringify({ seed, two, three, four, eight, sixteen });
      assert(Math.max(...two.own) < 0.81, all);
      assert(three.own[0] < 0.8 && three.own[1] > 0.9, all);
      assert(Math.min(...four.own) > 0.94, all);
      assert(Math.min(...eight.own) > 0.98, all);
      assertEquals(sixteen.own, [1, 1, 1], all);
      assert(sixteen.unseen.every((share) => share > 0.97 && share < 0.985), all);
    }
    const { 16: { unseen } } = shares(await run("4"));
    assertEquals(unseen.map((share) => Math.round(100 * (1 - share))), [2, 2, 2], "about two in a hundred");
  },
);

programTest("chapter 4's pictures of the disc show what is said of them", async () => {
  const text = await output("04_mlp");
  assertEquals(numbers(text, "open at points"), [[0, 143, 136, 114]]);
  const learning = text.split("Four neurons learn where the disc is\n")[1].split("open at points")[0];
  const panels = learning.split(/^After \d+ steps$/m).slice(1);
  assertEquals(panels.length, 4);
  const rows = (panel: string) => panel.split("\n").filter((line) => /[┤│]/.test(line)).join("\n");
  // The first neuron's line crosses the first panel, and none of the others.
  assertEquals(panels.map((panel) => rows(panel).includes("o")), [true, false, false, false]);
  for (const glyph of ["+", "▲", "#"]) assert(panels.every((panel) => rows(panel).includes(glyph)), glyph);
  const { 2: two, 8: eight } = shares(text);
  assertEquals([Math.max(...two.own), Math.min(...eight.own)], [0.763, 0.99]);
});

programTest("chapter 4's questions are answered by what they run", async () => {
  const [regions, equal, silent, nudge, count, rate, plane, beyond] = await questions("04_mlp");
  assertEquals(regions, "7 regions: 000, 001, 010, 011, 101, 110, 111\n");

  const [w1, w2] = equal.split("W2 = ").map((part) => part.match(/\d\.\d+/g)!);
  assertEquals([w1.length, w2.length], [6, 3]);
  for (const row of [w1.slice(0, 3), w1.slice(3), w2]) {
    assertEquals(new Set(row).size, 1, equal);
    assert(Number(row[0]) !== 0.1, equal);
  }

  const largest = [...silent.matchAll(/^(\w+): largest gradient (\S+)$/gm)];
  assertEquals(largest.map(([, name, size]) => `${name} ${size}`), ["w1 0.0", "b1 0.0", "w2 0.0", "b2 0.7"]);

  const [large, small] = nudge.trim().split("\n");
  assertMatch(large, /^0\.02 gradCheck: .* backward\(\) gives -0\.822\d*, differences give -0\.835/);
  assert(Number(/^0\.001 largest error (\S+)$/.exec(small)![1]) < 1e-4, small);

  assertEquals(count, "6 + 3 + 12 + 4 + 4 + 1 = 30\n");

  const errors = [...rate.matchAll(/error (\S+)$/gm)].map(firstNumber);
  assert(errors[0] > 0.6 && errors[1] < 0.001 && errors[2] < 0.001, rate);

  const right = numbers(plane, "right").map(([points]) => points);
  assertEquals(right.length, 3);
  assert(right.every((points) => points > 150 && points < 200), plane);

  const straight = numbers(beyond, "at 100, 200 and 300");
  assertEquals(straight.length, 3);
  for (const [first, second, third] of straight) {
    assertAlmostEquals(third - second, second - first, 1e-3);
    assert(first < -10, beyond);
  }
  for (const off of [...beyond.matchAll(/^off by (\S+) at most$/gm)].map(firstNumber)) {
    assert(off < 0.15, beyond);
  }
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
  const [first, second, third, fourth, fifth] = await answers("04_mlp");
  const errors = (seed: number) => numbers(first, `seed ${seed}`).map(([error]) => error);
  assertEquals(errors(3), [1.5343, 0.1373, 0.0131, 0.0009, 0.0001]);
  assertEquals(errors(0), [0.9931, 1.5205, 1.244, 0.59, 0.2919]);
  const [differ, agree] = numbers(first, "answers to three inputs");
  assertEquals(new Set(differ).size, 3);
  assertEquals(new Set(agree).size, 1);
  const moved = second.trim().split("\n").filter((row) => !row.endsWith(" 0.0000"));
  assertEquals(moved, ["4.bias 0.6781"]);
  assertEquals(third, "ReLU: off the mean by 0.250939\nIdentity: off the mean by 0.000000\n");
  const objectives = [...fourth.matchAll(/: (\S+) right, (\d+) points past the target$/gm)];
  assertEquals(objectives.map(([, right]) => right), ["0.983", "0.983", "0.983", "0.997", "0.997", "0.997"]);
  assert(objectives.slice(0, 3).every(([, , past]) => Number(past) > 90 && Number(past) < 120), fourth);
  const shares = [...fifth.matchAll(/^.*: (\S+) of the unseen$/gm)].map(firstNumber);
  assertEquals(shares, [0.978, 0.994]);
});

programTest("chapter 4 quotes no number that it does not show", async () => {
  const errors = (seed: number, step: number) => ({ answers: [first] }: Seen) =>
    numbers(first, `seed ${seed}`)[step][0];
  await assertProse("04_mlp", {
    "0.35": 0.7 / 2,
    "22": 2 * 3 + 3 * 4 + 4 * 1,
    "2.4": ({ text }) => 100 * (1 - shares(text)[16].unseen[1]),
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
