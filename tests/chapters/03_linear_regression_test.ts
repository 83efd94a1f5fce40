// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { answers, assertDigits, numbers, output, programTest, questions } from "./program.ts";
import { assertProse } from "./prose.ts";

programTest("chapter 3 prints the book's numbers, first and last, to every digit", async () => {
  const text = await output("03_linear_regression");
  assertDigits(numbers(text, "targets")[0], "13.5700 38.7000 70.5100", 0);
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

programTest(
  "chapter 3's power iteration finds the eigenvalues, and from them the limit of the rate",
  async () => {
    const text = await output("03_linear_regression");
    const expected = curvatures(SAMPLES);
    assertDigits(numbers(text, "curvatures")[0], expected.map((value) => value.toPrecision(4)).join(" "), 1);
    assertStringIncludes(text, "\na constant rate must stay below 0.00823\n");
    assertDigits(numbers(text, "condition number")[0], `${Math.round(expected[0] / expected[2])}`, 20);
  },
);

programTest("chapter 3's other learning rates reach the book's loss in 731 steps and in 3", async () => {
  const text = await output("03_linear_regression");
  assertAlmostEquals(numbers(text, "error at (10, 0)")[0][0], 1.74, 0.005);
  assertStringIncludes(text, "\nconstant: 9.43e-5 after 731 steps, 7.6e-5 at the end\n");
  assertStringIncludes(text, "\nin turns: 9.43e-5 after 3 steps, ");
  assert(Number(text.match(/^in turns: .*, (\S+) at the end$/m)?.[1]) < 5e-6, "and go on from there");
});

programTest(
  "chapter 3 finds better ground by standardizing, and good ground with the difference",
  async () => {
    const text = await output("03_linear_regression");
    const conditions = [...text.matchAll(/; condition number ([\d,.]+)$/gm)].map(([, found]) =>
      Number(found.replaceAll(",", ""))
    );
    const apart = [SAMPLES[0], SAMPLES[1].map((second, i) => second - SAMPLES[0][i])];
    const grounds = [SAMPLES, standardized(SAMPLES), apart, standardized(apart)];
    grounds.forEach((samples, i) => {
      const [most, , least] = curvatures(samples);
      assert(Math.abs(conditions[i] / (most / least) - 1) < 0.005, `${conditions[i]}, not ${most / least}`);
    });
    assertStringIncludes(
      text,
      "\nafter ten steps, for the inputs as they were: [3.1000, 4.2000], [0.5000]\n",
    );
  },
);

programTest(
  "chapter 3's Adam is slower by the loss, faster by the unknowns, and at momentum's limit",
  async () => {
    const text = await output("03_linear_regression");
    const [, reached, arrived] = text.match(/^Adam: a loss of 9.43e-5 after (\d+) .* after (\d+) steps$/m)!
      .map(Number);
    // Read every ten steps; rounding moves them by some more.
    assertAlmostEquals(reached, 11_340, 20);
    assertAlmostEquals(arrived, 19_110, 200);
    const [[w0, w1, b, start]] = numbers(text, "its unknowns after ten steps");
    assert([w0, w1, b].every((unknown) => Math.abs(unknown - 1) < 0.02), "steps of 0.1 in each");
    assert(start > 4 * 0.277, `it enters the valley ${start} away, the constant rate 0.277`);
    const [, times] = numbers(text, "its rate for w₀ at the end")[0];
    assert(times > 17 && times < 22, `${times} times the limit`);
    const [[away, , needed]] = numbers(text, "constant rate");
    assertAlmostEquals(away, 0.277, 0.002);
    assertAlmostEquals(needed, 407_706, 3000);
  },
);

for (const seed of ["0", "1", "2"]) {
  programTest(`chapter 3 finds rules of any number of inputs, with seed ${seed}`, async () => {
    const text = await output(
      "03_linear_regression",
      ...seed === "0" ? [] : ["--seed", seed, "--steps", "100"],
    );
    const rows = [...text.matchAll(/^d = (\d+): .* largest error (\S+)$/gm)];
    assertEquals(rows.map(([, d]) => d), ["1", "2", "5", "50"]);
    for (const [row, , error] of rows) assert(Number(error) < 2e-6, row);
  });

  programTest(
    `chapter 3's schedule ends closer than any of three constant rates, with seed ${seed}`,
    async () => {
      const text = await output(
        "03_linear_regression",
        ...seed === "0" ? [] : ["--seed", seed, "--steps", "100"],
      );
      const away = [...text.matchAll(/^.*: (\S+) away from the rule/gm)].map(([, found]) => Number(found));
      const [large, middle, small, falling] = away;
      assertEquals(away.length, 4);
      assertAlmostEquals(large, 0.24, 0.02);
      assert(small > 2, `the small rate is ${small} away`);
      assert(large > 0.2 && middle > falling, `${away}`);
      assert(large / falling > 1.9 && large / falling < 3.4, `${large} against ${falling}`);
    },
  );
}

programTest("chapter 3's questions have the answers that they say", async () => {
  const [cancel, bias, units, near, round, noise, scale, longer] = await questions("03_linear_regression");
  const errors = numbers(cancel, "y")[0].map((y, i) => Math.abs(y - [13.57, 38.7, 70.51][i]));
  assert(errors.every((error) => error < 0.02), `${errors}`);
  const unknowns = numbers(cancel.replace(", b", "\nb"), "w")[0].concat(
    numbers(cancel.replace(", b", "\nb"), "b")[0],
  );
  const off = unknowns.map((unknown, i) => Math.abs(unknown - [3.1, 4.2, 0.5][i]));
  assert(off.every((distance) => distance > 0.15 && distance < 0.2), `${off}`);

  assertEquals(bias, "shape [1], [-122.6960]\n");

  const losses = [...units.matchAll(/loss (\S+)$/gm)].map(([, loss]) => Number(loss));
  assert(losses[0] < 0.2 && Number.isNaN(losses[1]) && losses[2] < 0.2, units);

  const gradients = [...near.matchAll(/w.grad = \[\[(\S+),/g)].map(([, gradient]) => Number(gradient));
  assertEquals(gradients.length, 4);
  assert(gradients[0] < 0.4 && gradients.every((g, i) => i === 0 || g > 100 * gradients[i - 1]), near);

  assertEquals(round, "after one step: w = [[3.1000, 4.2000]], b = [0.5000]\n");
  assertEquals(noise, "target 38.7: w = 3.10, 4.20\ntarget 38.8: w = 4.10, 3.20\n");

  const [plain, adam, blown, same] = scale.trimEnd().split("\n").map((row) => row.split("w = ")[1]);
  assertEquals([blown, same], ["[[nan, nan]]", adam]);
  assert(!plain.includes("nan"));

  const [early, late] = [...longer.matchAll(/: (\S+) away/g)].map(([, distance]) => Number(distance));
  assert(Math.abs(late / early - 1) < 0.15, longer);
});

programTest("chapter 3's answers see what they say", async () => {
  const [first, second, third, fourth] = await answers("03_linear_regression");
  const [stable, unstable] = first.split("\n").map((row) => row.replaceAll(/[\[\],]/g, "").split(/\s+/));
  assertEquals(stable, ["0.008", "3.1963", "4.1037", "0.6121", "-1"]);
  assertEquals(unstable.slice(0, 4), ["0.0083", "nan", "nan", "nan"]);
  assertAlmostEquals(Number(unstable[4]), 2278, 5);
  const rows = second.trimEnd().split("\n");
  assertEquals(rows[0], '[ "161.6", "6.495", "0.2663" ] 607');
  assert(rows[1].startsWith("[[3.1000, 4.2000]] [0.5000] "), rows[1]);
  assert(rows[2].endsWith(" 6.48"), rows[2]);
  assert([rows[1], rows[3]].every((row) => Number(row.split(" ").at(-1)) < 1e-8), second);
  assertEquals(third, "[[3.1000, 4.2000]] [0.5000]\n");
  const [w0, w1, b] = fourth.match(/[\d.]+/g)!.map(Number);
  [w0 - 3.1, w1 - 4.2, b - 0.5].forEach((error) => assert(Math.abs(error) < 0.0005, fourth));
});

const SAMPLES = [[1.1, 4.6, 8.9], [2.3, 5.7, 10.1]];

/** Each row with mean 0 and standard deviation 1. */
function standardized(rows: number[][]): number[][] {
  const mean = (row: number[]) => row.reduce((sum, x) => sum + x, 0) / row.length;
  return rows.map((row) => {
    const middle = mean(row), spread = Math.sqrt(mean(row.map((x) => (x - middle) ** 2)));
    return row.map((x) => (x - middle) / spread);
  });
}

/** Eigenvalues of the curvature X Xᵀ, largest first: by power iteration, each taken out when it is found; in 64 bits. */
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
  const [steep, middle, flat] = curvatures(SAMPLES);
  const gaps = [2.3 - 1.1, 5.7 - 4.6, 10.1 - 8.9];
  const [z0, z1] = standardized(SAMPLES);
  await assertProse("03_linear_regression", {
    "0.15": "the question's test",
    "0.4": "the question's test",
    "0.9": "Adam's first beta, PyTorch's default",
    "1.2": Math.max(...gaps),
    "7.3": 3.1 + 4.2,
    "0.994": (1 - 0.0001 * flat) ** 30_000,
    "0.0082": 2 / steep,
    "-1.066": 1 - 0.0085 * steep,
    "0.00411": 1 / steep,
    "0.03": "read off the chart: where the second flight of stairs begins",
    "-191": 1 - steep / middle,
    "191": steep / middle - 1,
    "123,000": Math.round(steep / flat / 1000) * 1000,
    "0.9999": z0.reduce((sum, z, i) => sum + z * z1[i] / 3, 0),
    "400,000": ({ text }) => Math.round(numbers(text, "constant rate")[0][2] / 100_000) * 100_000,
    "47": "millions of parameters in chapter 5's AlexNet, which counts them",
    "240": 0.008 * 30_000,
    "0.62": Math.exp(-flat * 240),
    "-1.018": 1 - 0.0083 * steep,
    "-637": 1 - middle / flat,
    "-122,800": Math.round((1 - steep / flat) / 100) * 100,
    "350": Math.sqrt(steep / flat),
    "0.989": ((350 - 1) / (350 + 1)) ** 2,
  });
});
