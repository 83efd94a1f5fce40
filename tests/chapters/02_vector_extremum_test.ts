// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { answers, assertDigits, numbers, output, programTest, questions } from "./program.ts";
import { assertProse } from "./prose.ts";

programTest("chapter 2 prints the book's rows and ends at (-2, -2.5)", async () => {
  const text = await output("02_vector_extremum");
  const rows = numbers(text, "x");
  assertEquals(rows.length, 10);
  const book = [
    "-0.0040 0.0005",
    "-1.6008 -1.9999",
    "-1.9202 -2.4000",
    "-1.9840 -2.4800",
    "-1.9968 -2.4960",
    "-1.9994 -2.4992",
  ];
  book.forEach((row, i) => assertDigits(rows[i], row, 0));
  assertDigits(rows[9], "-2.0000 -2.5000", 0);
  assertDigits(numbers(text, "gradient")[0], "3.9920 5.0010", 0);
});

programTest("chapter 2's walk through the valley ends where the text says", async () => {
  const text = await output("02_vector_extremum");
  assertEquals(numbers(text, "in the valley, after 14 steps"), [[-0.1252, -2.2825]]);
});

programTest(
  "chapter 2's three errors add up, their gradients too, and the walk ends between them",
  async () => {
    const text = await output("02_vector_extremum");
    const alone = [0, 1, 2].map((i) => numbers(text, `gradient of error ${i} alone`)[0]);
    assertEquals(alone, [[-4, 0], [0, -1], [-11, -11]]);
    const sums = [0, 1].map((column) => alone.reduce((sum, gradient) => sum + gradient[column], 0));
    assertEquals(numbers(text, "gradient of their sum"), [sums]);
    assertEquals(numbers(text, "at rest"), [[2, 2, 2, 2, 4]]);
  },
);

programTest("chapter 2's questions are answered as they say", async () => {
  const [shape, element, curved, saddle, rest, mean] = await questions("02_vector_extremum");
  assertEquals([shape, element], ["[2,2]\n", "[[4., 0.]]\n"]);
  const rows = numbers(curved, "η");
  assertEquals(rows[0].slice(1, 3), rows[0].slice(5, 7));
  assertEquals(rows[1].slice(3), [-2, -2.5, -2, -2.5, -2, -2.5]);
  assertMatch(
    saddle,
    /^from \(1, 0\): \(0\.0000, 0\.0000\)\nfrom \(1, 0\.000001\): \(0\.0000, \d{5}\.\d+\)\n$/,
  );
  assertEquals([...rest.matchAll(/objective (\S+), gradient (.*)/g)].map(([, ...found]) => found), [
    ["9", "[[-6., -6.]]"],
    ["4.5", "[[3., 3.]]"],
    ["3", "[[0., 0.]]"],
  ]);
  const [sum, slower, faster] = mean.trim().split("\n").map((line) => line.split(/ = [\d.]+: /)[1]);
  assertEquals(faster, sum);
  assertEquals(sum.endsWith("[[2.0000, 2.0000]]"), true);
  assertMatch(slower, /\[\[1\.99\d\d, 2\.00\d\d\]\]$/);
});

programTest("chapter 2's answers see what they say", async () => {
  const [first, second, third, fourth] = await answers("02_vector_extremum");
  const rows = numbers(await output("02_vector_extremum"), "x");
  assertEquals(numbers(first, "x"), rows);
  assertEquals(second.trim().split("\n").map((row) => row.split(" ").map(Number)), [
    [0.05, 0, 0.8007],
    [0.09, 0.0748, 0.2175],
    [0.0909, 0.1024, 0.2108],
    [0.11, 21.8266, 0.108],
  ]);
  assertStringIncludes(third, "a gradient flows from a single number, not from shape [1, 3]");
  assertStringIncludes(third, "[[2., 2.]]");
  const [[far], rest] = numbers(fourth, "η").map(([, x0, x1]) => [x0, x1]);
  assert(Math.abs(far) > 1e6, fourth);
  assertEquals(rest, [2.4286, 1.1429]);
});

programTest("chapter 2 quotes no number that it does not show", async () => {
  // Along x₀ the valley's ground is x₀² + 9 x₀², which is curved with 20, along x₁ with 2.
  await assertProse("02_vector_extremum", {
    "0.6": 1 - 0.4,
    "20": 2 * (1 + 9),
    "0.1": 2 / 20,
    "0.9": 1 - 2 * 0.05,
    "-1.2": 1 - 20 * 0.11,
    "0.82": 9 / 11,
    // The objective's curvatures in answer 4: the eigenvalues of 2 A W Aᵀ, W = diag(1, 10, 1).
    "22": 13 + Math.sqrt(85),
  });
});
