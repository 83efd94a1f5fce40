import { assertEquals } from "@std/assert";
import { amount, duration, grouped, shortNumber } from "../../lib/text/numbers.ts";

Deno.test("numbers are shown with four decimals, or by their powers of ten", () => {
  assertEquals(
    [0.25, 2482.71484, 3, -0.00012, 1234567.8, NaN, -Infinity, 0.001, 482714.8].map((x) => shortNumber(x)),
    ["0.2500", "2482.7148", "3", "-1.20e-4", "1.23e+6", "NaN", "-Infinity", "0.0010", "4.83e+5"],
  );
});

Deno.test("where room is scarce numbers have a few digits, none of them a zero at the end", () => {
  assertEquals(
    [0.5, 7.38906, 1234.5, -0.0312, 12345.6, 100000.5, 1.2e-4, 2e-9].map((x) =>
      shortNumber(x, { digits: 3 })
    ),
    ["0.5", "7.39", "1235", "-0.0312", "12346", "1e5", "1.2e-4", "2e-9"],
  );
  assertEquals([1e5, -3e5, 20_000].map((x) => shortNumber(x, { digits: 3 })), ["1e5", "-3e5", "20000"]);
  assertEquals([7.38906, 1.234567e-4].map((x) => shortNumber(x, { digits: 4 })), ["7.389", "1.23e-4"]);
});

Deno.test("whole numbers stand as they are, up to a million", () => {
  for (const digits of [undefined, 3]) {
    assertEquals([0, -0, 12345, -999999].map((x) => shortNumber(x, { digits })), [
      "0",
      "0",
      "12345",
      "-999999",
    ]);
  }
  assertEquals([shortNumber(3e20), shortNumber(3e20, { digits: 3 })], ["3.00e+20", "3e20"]);
});

Deno.test("counts are shown in groups of three digits, or by their size", () => {
  assertEquals([0, 999, 46764746].map(grouped), ["0", "999", "46,764,746"]);
  assertEquals([0, 999, 1000, 1234, 999_400, 999_999, 1.88e9].map((count) => amount(count)), [
    ...["0", "999", "1.00 k", "1.23 k", "999 k", "1.00 M", "1.88 G"],
  ]);
  assertEquals([amount(96, "B"), amount(20_600, "B")], ["96 B", "20.6 kB"]);
});

Deno.test("times are shown as people say them", () => {
  assertEquals(
    [0, 3210, 9949, 9960, 59_400, 59_600, 65_000, 7_384_000].map(duration),
    ["0.0 s", "3.2 s", "9.9 s", "10 s", "59 s", "1:00", "1:05", "2:03:04"],
  );
});
