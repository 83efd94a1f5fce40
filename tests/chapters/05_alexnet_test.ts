// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { photo } from "descent/course";
import { answers, numbers, output, programTest } from "./program.ts";
import { assertProse, type Seen } from "./prose.ts";

programTest("chapter 5 shows convolution, padding, pooling and dropout in numbers", async () => {
  const text = await output("05_alexnet", "--steps", "1");
  assertStringIncludes(text, "edges =\n[[0., 3., 3., 0.],\n [0., 3., 3., 0.]]");
  assertStringIncludes(text, "padding 1: shape [1, 1, 4, 4], first row [4., 6., 6., 4.]");
  assertStringIncludes(text, "padding 3: shape [1, 1, 8, 8], first row [0., 0., 0., 0., 0., 0., 0., 0.]");
  assertStringIncludes(text, "upright =\n[[1., 0.],\n [1., 0.]]");
  assertStringIncludes(text, "lying =\n[[1., 1.],\n [0., 0.]]");
  const dropped = numbers(text, "training")[0];
  assert(dropped.every((x) => x === 0 || x === 2) && new Set(dropped).size === 2, `${dropped}`);
  assert(numbers(text, "eval")[0].every((x) => x === 1));
  const [missing] = numbers(text, "missing in three draws")[0];
  assert(missing > 40 && missing < 60, `${missing} %`);
});

programTest("chapter 5's receptive fields are those of its windows and strides", async () => {
  const text = await output("05_alexnet", "--steps", "1");
  assertEquals(numbers(text, "receptive fields")[0], [11, 19, 51, 67, 99, 131, 163, 195]);
  for (const line of ["stride 1, padding 1: 7 × 7 windows", "stride 2, padding 0: 3 × 3 windows"]) {
    assertStringIncludes(text, line);
  }
  assertStringIncludes(text, "conv2 [1, 256, 13, 18]");
  const [told] = numbers(text, "digits told apart")[0];
  assert(told > 95, `${told} %`);
  const [others] = numbers(text, "of a thousand others")[0];
  assertEquals(Math.round(100 / (100 - others)), 8, "one in eight is called by a wrong name");
});

programTest("chapter 5's answers: SGD needs a larger rate, a stride of 2 many more weights", async () => {
  const [, second, third] = await answers("05_alexnet");
  const [slow, fast] = second.trim().split("\n").map((line) => Number(line.split(" ")[1]));
  assert(slow > 0.4 && fast < 0.05, second);
  assertStringIncludes(third, "channels and points = [1, 256, 12, 12]");
});

/** The losses of a line of the first answer, from the first step on. */
function lossesAt(rate: string, { answers: [first] }: Seen): number[] {
  const line = first.split("\n").find((row) => row.startsWith(`${rate} `))!;
  return line.split(" ").slice(1).map(Number);
}

programTest("chapter 5 quotes no number that it does not show", async () => {
  const weights = 12 * 12 * 256 * 4096;
  const [height, width] = (await photo()).shape.slice(-2);
  const withHalf = (seen: Seen) => lossesAt("0.5", seen).slice(3);
  const endOf = (rate: string) => ({ answers: [, second] }: Seen) =>
    Number(second.split("\n").find((row) => row.startsWith(`${rate} `))!.split(" ")[1]);
  await assertProse("05_alexnet", {
    "50,176": 224 ** 2,
    "206": 224 ** 2 * 4096 / 1e6,
    "121": 11 ** 2,
    "300": "a picture for the sake of its shape",
    "200": "the same",
    "0.00006": 0.25 ** 7,
    "120": height,
    "160": width,
    "47": 46_764_746 / 1e6,
    "0.016": (seen) => lossesAt("0", seen)[2],
    "1.28": (seen) => lossesAt("0", seen)[3],
    "0.02": (seen) => Math.min(...withHalf(seen)),
    "0.26": (seen) => Math.max(...withHalf(seen)),
    "0.4": (seen) => lossesAt("0.9", seen).slice(-5).reduce((a, b) => a + b) / 5,
    "0.492": endOf("0.0001"),
    "0.006": endOf("0.01"),
    "0.003": endOf("0.1"),
    "151": weights / 1e6,
    "171,545,290": 46_764_746 - 6400 * 4096 + weights,
  });
});

programTest("chapter 5's shares, factors and rows are those that it names in words", async () => {
  const text = await output("05_alexnet");
  const size = (row: string) =>
    Number(new RegExp(`${row}.*\\] +([\\d,]+) `).exec(text)![1].replaceAll(",", ""));
  assertEquals(
    Math.round(10 * (size("1: Linear") + size("4: Linear")) / size("AlexNet ")),
    9,
    "nine tenths of the parameters",
  );
  const flops = (row: string) => Number(new RegExp(`${row}.* (\\S+) G\\n`).exec(text)![1]);
  assert(flops("features: Sequential") > 0.9 * flops("AlexNet "), "most of the arithmetic");

  const [relu, sigmoid] = ["ReLU", "Sigmoid"].map((name) =>
    Number(new RegExp(`^${name}: norm .* (\\S+)$`, "m").exec(text)![1])
  );
  assertEquals(Math.round(relu / sigmoid / 1000), 3, "three thousand times smaller");

  const pooled = text.split("Pooling\n")[1].split("upright")[0].match(/[01]\., +[01]\., +[01]\./g)!;
  assertEquals(pooled.length, 7);
  assertEquals([pooled[0], pooled[6]], [pooled[1], pooled[5]], "the first two and the last two rows");
  assertEquals(new Set(pooled.slice(1, 6)).size, 5, "the others changed");
});

programTest("chapter 5 tells ten digits apart after 50 steps", async () => {
  const text = await output("05_alexnet", "--data", "mnist", "--batch", "10");
  assertStringIncludes(text, "\nsays [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], is [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n");
});

programTest("chapter 5's AlexNet has the book's 46,764,746 parameters and begins to learn", async () => {
  const text = await output("05_alexnet", "--steps", "3", "--seed", "1");
  assertStringIncludes(text, "46,764,746 parameters");
  const [first, second, third] = numbers(text, "first losses")[0];
  // PyTorch, seeds 0, 1, 2: 0.51, then 0.43 to 0.47, then 0.38 to 0.40.
  assert(first > 0.4 && first < 0.6, `first loss ${first}`);
  assert(second < first && third < second, `losses ${first}, ${second}, ${third}`);
});

programTest("chapter 5 takes real digits, as many as asked for, each different", async () => {
  const text = await output("05_alexnet", "--data", "mnist", "--batch", "3", "--steps", "1");
  assertStringIncludes(text, "AlexNet                   [3, 10]");
  assert(/is \[0, 1, 2\]$/m.test(text), text);
});

programTest("the same seed gives chapter 5 the same losses, another seed others", async () => {
  const losses = async (seed: string) =>
    numbers(await output("05_alexnet", "--steps", "2", "--seed", seed), "first losses")[0];
  const first = await losses("7");
  assertEquals(await losses("7"), first);
  assert((await losses("8"))[0] !== first[0]);
});
