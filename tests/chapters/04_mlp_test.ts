// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { numbers, output, programTest } from "./program.ts";

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
