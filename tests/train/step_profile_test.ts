// A loop shows its profile when it was asked for, once and for all: a file of its own, since each is a process' own.
import { currentDevice, epochs, F, nn, optim, randn, steps, tensor } from "descent";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { profileLoops } from "../../lib/train/step_profile.ts";

const net = new nn.Linear(4, 3), optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
const classes = tensor([0, 1, 2, 0], { dtype: "int32" });

function train(): void {
  F.crossEntropy(net.forward(randn(4, 4)), classes).backward();
  optimizer.step();
  optimizer.zeroGrad();
}

/** What a body prints. */
async function printed(body: () => Promise<void>): Promise<string> {
  const { log } = console, lines: string[] = [];
  console.log = (...words: unknown[]) => void lines.push(words.join(" "));
  try {
    await body();
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

async function loop(count: number, label = "", body: (index: number) => void = train): Promise<void> {
  for await (const { index } of steps(count, { label })) body(index);
}

const { kernels } = currentDevice();
const callsOf = (text: string, kernel: string) =>
  Number(new RegExp(`^${kernel} +(\\d+) `, "m").exec(text)?.[1]);

Deno.test("a loop shows no profile that nobody asked for", async () => {
  assertEquals((await printed(() => loop(5))).includes("on CPU"), false);
});

Deno.test("a loop shows a profile of the steps behind its first two", async () => {
  profileLoops();
  const text = await printed(() => loop(5, "Linear"));
  assertMatch(text, /^Steps 3 to 5 of Linear on CPU/m);
  assertEquals([callsOf(text, "linear"), callsOf(text, "crossEntropyGrad"), callsOf(text, "sgdStep")], [
    3,
    3,
    3,
  ]);
  assertStringIncludes(await printed(() => loop(3)), "Step 3 on CPU");
  assertEquals((await printed(() => loop(2))).includes("on CPU"), false);
  assert(currentDevice().kernels === kernels);
});

Deno.test("twenty steps are enough, and a loop inside of another belongs to it", async () => {
  const text = await printed(() => loop(100));
  assertMatch(text, /^Steps 3 to 22 on CPU/m);
  assertEquals(callsOf(text, "linear"), 20);
  const nested = await printed(async () => {
    for await (const _ of steps(4, { label: "outer" })) await loop(4, "inner");
  });
  // The inner loops of the first two steps are measured by themselves.
  assertEquals(nested.match(/^Steps? .* on CPU/gm)?.map((line) => line.replace(/ on .*/, "")), [
    "Steps 3 to 4 of inner",
    "Steps 3 to 4 of inner",
    "Steps 3 to 4 of outer",
  ]);
  assert(currentDevice().kernels === kernels);
});

Deno.test("a loop that shows no progress leaves the place to those that do", async () => {
  const text = await printed(async () => {
    for await (const _ of steps(9, { progress: false })) train();
  });
  assertEquals(text, "");
  assert(currentDevice().kernels === kernels);
});

Deno.test("a loop that is left, or fails, shows what it did", async () => {
  const failing = () =>
    loop(9, "", (index) => {
      train();
      if (index === 5) throw new Error("in the sixth step");
    });
  const left = async () => {
    for await (const { index } of steps(9)) {
      train();
      if (index === 5) break;
    }
  };
  for (const body of [left, () => assertRejects(failing, Error, "in the sixth step")]) {
    const text = await printed(async () => void await body());
    assertMatch(text, /^Steps 3 to 6 on CPU/m);
    assertEquals(callsOf(text, "linear"), 4);
    assert(currentDevice().kernels === kernels);
  }
});

Deno.test("of epochs() the steps of training are measured, not the tests between them", async () => {
  const batches = Array.from({ length: 6 }, () => [randn(4, 4), classes] as const);
  const test = () => ({ loss: F.crossEntropy(net.forward(randn(9, 4)).tanh(), [0, 1, 2, 0, 1, 2, 0, 1, 2]) });
  const text = await printed(async () => {
    for await (const _ of epochs(2, batches, { label: "run", test })) train();
  });
  assertMatch(text, /^Steps 3 to 6 of run on CPU/m);
  assertEquals([callsOf(text, "linear"), callsOf(text, "tanh")], [4, NaN]);
});
