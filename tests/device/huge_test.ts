/** What is too large for a device ends at once, in a sentence that names the function and the size; what fits is made without waste. */
import {
  arange,
  cat,
  currentDevice,
  eye,
  F,
  full,
  linspace,
  ones,
  rand,
  randint,
  randn,
  stack,
  tensor,
  where,
  zeros,
} from "descent";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { OutOfMemoryError } from "../../lib/device/memory.ts";
import { onEachDevice } from "../devices.ts";

const int32 = { dtype: "int32" } as const, bool = { dtype: "bool" } as const;
/** Small, and too large once they are broadcast against each other. */
const column = () => zeros(2 ** 17, 1), row = () => zeros(1, 2 ** 17);
const image = () => zeros(1, 1, 2, 3);

/** By the function that the error must name. */
const huge: Record<string, (() => unknown)[]> = {
  zeros: [() => zeros(2 ** 31), () => zeros([2 ** 33], bool), () => zeros([2 ** 31], int32)],
  ones: [() => ones(2 ** 40), () => ones([2 ** 40], bool)],
  full: [() => full([2 ** 20, 2 ** 20], 7), () => full([2 ** 31], 7, int32)],
  eye: [() => eye(2 ** 17), () => eye(2 ** 17, 2 ** 17, bool)],
  arange: [() => arange(2 ** 33), () => arange(0, 2 ** 31 - 1, 1, int32)],
  linspace: [() => linspace(0, 1, 2 ** 33)],
  rand: [() => rand(2 ** 31)],
  randn: [() => randn(2 ** 31)],
  randint: [() => randint(0, 9, [2 ** 31])],
  expand: [() => zeros(1).expand(2 ** 31), () => zeros([1], bool).expand(2 ** 33)],
  pad: [() => zeros(1).pad([[0, 2 ** 31]]), () => zeros([1], bool).pad([[2 ** 33, 0]])],
  cat: [() => cat(Array(2 ** 12).fill(zeros(2 ** 20)))],
  stack: [() => stack(Array(2 ** 12).fill(zeros(2 ** 20)))],
  matmul: [
    () => column().matmul(row()),
    () => zeros(2 ** 16, 1, 1, 1).matmul(zeros(1, 2 ** 16, 1, 1)),
    () => zeros([2 ** 17, 1], int32).matmul(zeros([1, 2 ** 17], int32)),
  ],
  linear: [() => F.linear(column(), column(), zeros(2 ** 17))],
  add: [() => column().add(row()), () => zeros([2 ** 17, 1], int32).add(zeros([1, 2 ** 17], int32))],
  gt: [() => column().gt(row())],
  where: [() => where(column(), row(), 1)],
  oneHot: [() => F.oneHot(tensor([0], int32), 2 ** 31)],
  conv2d: [() => F.conv2d(image(), zeros(1, 1, 1, 1), { padding: 2 ** 16 })],
  adaptiveAvgPool2d: [() => F.adaptiveAvgPool2d(image(), 2 ** 17)],
};

onEachDevice("what is too large for the device ends at once, in a sentence that names the size", async () => {
  const device = currentDevice();
  for (const [name, makes] of Object.entries(huge)) {
    for (const make of makes) {
      const start = performance.now();
      const { message } = assertThrows(make, OutOfMemoryError, `${name}: an array of shape [`);
      assert(/ cannot be made\. .* [\d.]+ GB/.test(message), message);
      assert(message.includes("Take a smaller batch or a smaller model"), message);
      assert(performance.now() - start < 5000, `${name} takes ${performance.now() - start} ms`);
    }
  }
  // And the next operation works.
  assertEquals([device.name, await ones(1000).sum().item()], [device.name, 1000]);
});

Deno.test("an image grows by pooling as large as it is asked to, and its gradient comes back whole", async () => {
  const x = randn([1, 2, 7, 5], { requiresGrad: true });
  const start = performance.now(), y = F.adaptiveAvgPool2d(x, [600, 900]);
  y.sum().backward();
  assert(performance.now() - start < 5000);
  assertEquals(y.shape, [1, 2, 600, 900]);
  // A window in the middle of a large pixel sees nothing else, one on the border of two sees both.
  const values = await x.array() as number[][][][], grown = await y.array() as number[][][][];
  assertEquals(grown[0][1][300][450], values[0][1][3][2]);
  assertAlmostEquals(grown[0][0][85][10], (values[0][0][0][0] + values[0][0][1][0]) / 2, 1e-6);
  assertAlmostEquals(await x.grad!.sum().item(), y.size, 10);
});

onEachDevice("an array too large for nested arrays says how its numbers are had", async () => {
  const { message } = await zeros([2 ** 24 + 1], bool).array().then(
    () => assert(false),
    (error) => error,
  );
  assertEquals(
    message,
    "array: 16777217 numbers of shape [16777217] are too many for nested arrays; " +
      "data() gives them flat, at() a part of them",
  );
});

const granted = Deno.permissions.querySync({ name: "run" }).state === "granted";

Deno.test({
  name: "half a gigabyte of floats, integers or booleans takes no more memory than that" +
    (granted ? "" : " (skipped: needs --allow-run)"),
  ignore: !granted,
  fn: async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--quiet", "tests/device/programs/large.ts"],
      cwd: new URL("../../", import.meta.url),
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals(code, 0, text(stderr));
    const grown: Record<string, { bytes: number; expected: number }> = JSON.parse(text(stdout));
    for (const [what, { bytes, expected }] of Object.entries(grown)) {
      assert(bytes < expected + 150e6, `${what} takes ${(bytes / 1e6).toFixed(0)} MB`);
    }
  },
});
