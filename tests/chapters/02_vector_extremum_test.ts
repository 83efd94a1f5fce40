// Starts programs, so it asks what permissions there are: see program.ts.
import { assertEquals } from "@std/assert";
import { assertDigits, numbers, output, programTest } from "./program.ts";

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
