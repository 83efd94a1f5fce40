// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals } from "@std/assert";
import { assertDigits, numbers, output, programTest } from "./program.ts";

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
