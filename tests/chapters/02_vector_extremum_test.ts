// Starts programs, so it asks what permissions there are: see program.ts.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { answers, assertDigits, numbers, output, programTest } from "./program.ts";
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

programTest("chapter 2's answers see what they say", async () => {
  const [first, second, third] = await answers("02_vector_extremum");
  const rows = numbers(await output("02_vector_extremum"), "x");
  assertEquals(numbers(first, "x"), rows);
  assertEquals(second.trim().split("\n").map((row) => row.split(" ").map(Number)), [
    [0.05, 0, 0.8007],
    [0.09, 0.0748, 0.2175],
    [0.0909, 0.1024, 0.2108],
    [0.11, 21.8266, 0.108],
  ]);
  assertStringIncludes(third, "a gradient flows from a single number, not from shape [1, 2]");
  assertStringIncludes(third, "[[2., 2.]]");
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
  });
});
