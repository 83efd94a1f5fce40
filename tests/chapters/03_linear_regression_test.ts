// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { answers, assertDigits, numbers, output, programTest } from "./program.ts";
import { assertProse } from "./prose.ts";

programTest("chapter 3 prints the book's numbers, first and last, to every digit", async () => {
  const text = await output("03_linear_regression");
  assertDigits(numbers(text, "made with")[0], "13.5700 38.7000 70.5100", 0);
  const [w, b, y] = ["w", "b", "y"].map((name) => numbers(text, name));
  const [loss, sum, gradient] = ["loss", "sum", "w.grad"].map((name) => numbers(text, name));
  assertDigits(w[0], "0.0010 0.0030", 0);
  assertDigits(b[0], "0.0050", 0);
  assertDigits(y[0], "0.0130 0.0267 0.0442", 0);
  // Four decimals of 3,000 are more digits than a 32-bit number has: its neighbours are 0.00024 apart.
  assertDigits(loss[0], "91.8961 747.8121 2482.7148", 2);
  assertDigits(sum[0], "3322.4231", 2);
  assertDigits(gradient[0], "-819.9555 -963.3235", 1);
  assertDigits(w[1], "0.0830 0.0993", 0);
  assertDigits(b[1], "0.0173", 0);
  assertDigits(y[1], "0.3370 0.9652 1.7592", 0);
  assertDigits(loss[1], "87.5557 711.9559 2363.3374", 2);
  assertDigits(sum[1], "3162.8491", 2);
  assertDigits(gradient[1], "-800.0184 -939.9072", 1);
  assertDigits(w[2], "0.1630 0.1933", 0);
  assertDigits(b[2], "0.0292", 0);
  assertDigits(sum[2], "3010.9395", 3);
  assertDigits(w.at(-1)!, "3.2567 4.0443", 0);
  assertDigits(b.at(-1)!, "0.6755", 0);
  assertDigits(y.at(-1)!, "13.5597 38.7087 70.5072", 1);
  assertDigits(sum.at(-1)!, "9.42e-05", 1);
});

programTest("chapter 3 prints every step with --verbose", async () => {
  const text = await output("03_linear_regression", "--steps", "50", "--verbose");
  assertEquals(numbers(text, "sum").length, 50);
  const sums = numbers(text, "sum").map(([sum]) => sum);
  assert(sums.every((sum, i) => i === 0 || sum < sums[i - 1]), "the loss falls at every step");
});

programTest("chapter 3's other learning rates reach the book's loss in 752 steps and in 3", async () => {
  const text = await output("03_linear_regression");
  assertAlmostEquals(numbers(text, "error at (10, 0)")[0][0], 1.74, 0.005);
  assertStringIncludes(text, "\nconstant: 0.0000943 after 752 steps, 7.6e-5 at the end\n");
  assertStringIncludes(text, "\nin turns: 0.0000943 after 3 steps, ");
  assert(Number(text.match(/^in turns: .*, (\S+) at the end$/m)?.[1]) < 5e-6, "and go on from there");
});

programTest("chapter 3's answers see what they say", async () => {
  const [first, second, third] = await answers("03_linear_regression");
  const [stable, unstable] = first.split("\n").map((row) => row.replaceAll(/[\[\],]/g, "").split(/\s+/));
  assertEquals(stable, ["0.008", "3.1963", "4.1037", "0.6121", "-1"]);
  assertEquals(unstable.slice(0, 4), ["0.0083", "nan", "nan", "nan"]);
  assertAlmostEquals(Number(unstable[4]), 2278, 5);
  assertEquals(second, "[[3.1000, 4.2000]] [0.5001]\n");
  assertEquals(third, "[[3.1000, 4.2000]] [0.5000]\n");
});

/** Eigenvalues of the curvature X Xᵀ, largest first: by power iteration, each taken out when it is found. */
function curvatures(samples: number[][]): number[] {
  const rows = [...samples, samples[0].map(() => 1)];
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const matrix = rows.map((a) => rows.map((b) => dot(a, b)));
  return rows.map(() => {
    let v = rows.map((_, i) => 1 + 0.1 * i);
    for (let turn = 0; turn < 1000; turn++) {
      const next = matrix.map((row) => dot(row, v)), length = Math.sqrt(dot(next, next));
      v = next.map((x) => x / length);
    }
    const value = dot(matrix.map((row) => dot(row, v)), v);
    matrix.forEach((row, i) => row.forEach((_, j) => row[j] -= value * v[i] * v[j]));
    return value;
  });
}

programTest("chapter 3 quotes no number that it does not show", async () => {
  const [steep, middle, flat] = curvatures([[1.1, 4.6, 8.9], [2.3, 5.7, 10.1]]);
  const [otherSteep, otherMiddle, otherFlat] = curvatures([[1.1, 4.6, 8.9], [2.3, 5.7, 5.1]]);
  const gaps = [2.3 - 1.1, 5.7 - 4.6, 10.1 - 8.9];
  await assertProse("03_linear_regression", {
    "1.1": Math.min(...gaps),
    "1.2": Math.max(...gaps),
    "243": steep,
    "1.26": middle,
    "1.264": middle,
    "0.00198": flat,
    "0.994": (1 - 0.0001 * flat) ** 30_000,
    "0.0082": 2 / steep,
    "123,000": Math.round(steep / flat / 1000) * 1000,
    "0.03": "read off the chart: where the second flight of stairs begins",
    "-191": 1 - 243 / 1.264,
    "191": 243 / 1.264 - 1,
    "47": "millions of parameters in chapter 5's AlexNet, which counts them",
    "240": 0.008 * 30_000,
    "0.62": Math.exp(-flat * 240),
    "243.1": steep,
    "-1.018": 1 - 0.0083 * steep,
    "162": otherSteep,
    "6.5": otherMiddle,
    "0.27": otherFlat,
    "607": otherSteep / otherFlat,
    "-637": 1 - middle / flat,
    "-122,800": Math.round((1 - steep / flat) / 100) * 100,
  });
});
