// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { answers, numbers, output, programTest, questions } from "./program.ts";
import { assertProse } from "./prose.ts";

programTest(
  "chapter 7 runs as a reader runs it: identity, shapes, parameters, five steps",
  async () => {
    const text = await output("07_resnet");
    assertStringIncludes(text, "Residual: largest |y - x| = 0.0000");
    assert(/^Plain: largest \|y - x\| = 0\.[1-9]/m.test(text), "a plain block of zeros is not the identity");
    assertStringIncludes(text, "Plain, with kernels that copy: largest |y - x| = 0\n");

    assertStringIncludes(text, "input not negative: |y - x| up to 0.0000, |y - relu(x)| up to 0.0000\n");
    assert(
      /^input of both signs: \|y - x\| up to 0\.4\d+, \|y - relu\(x\)\| up to 0\.0000$/m.test(text),
      text,
    );

    const shapes = [...text.matchAll(/^(picture|stem|stage\d|head) +(\[.*\])$/gm)].map(([, , shape]) =>
      shape
    );
    assertEquals(shapes, [
      "[1, 1, 224, 224]",
      "[1, 64, 56, 56]",
      "[1, 64, 56, 56]",
      "[1, 128, 28, 28]",
      "[1, 256, 14, 14]",
      "[1, 512, 7, 7]",
      "[1, 10]",
    ]);
    assertStringIncludes(text, "11,178,378 parameters");
    assertStringIncludes(text, "11,178,378 parameters; 3.47 G FLOPs forward");
    assertEquals(text.match(/^ {4}[01]: Residual .* 462 M /gm)?.length, 5);
    assertEquals(text.match(/^stage\d\.[01]: Residual +\[/gm)?.length, 8, "the graph has each block closed");

    const [losses] = numbers(text, "losses");
    assertEquals(losses.length, 5);
    assert(losses[4] < losses[0] / 2, `losses ${losses}`);
    assertStringIncludes(text, "says [0], is [0]");
  },
);

programTest("chapter 7 learns from real digits", async () => {
  const text = await output("07_resnet", "--data", "mnist", "--batch", "2", "--steps", "8");
  const [losses] = numbers(text, "losses");
  assertEquals(losses.length, 8);
  assert(Math.min(...losses) < losses[0] / 2, `losses ${losses}`);
  assert(/^says .*, is \[0, 1\]$/m.test(text), text);
});

programTest(
  "chapter 7: zeros are the identity, and five steps help, with two other seeds as well",
  async () => {
    for (const seed of ["1", "2"]) {
      const text = await output("07_resnet", "--seed", seed);
      assertStringIncludes(text, "Residual: largest |y - x| = 0.0000");
      assert(
        /^Plain: largest \|y - x\| = 0\.[1-9]/m.test(text),
        "a plain block of zeros is not the identity",
      );
      const [losses] = numbers(text, "losses");
      assert(losses[4] < losses[0] / 2, `losses ${losses}`);
      assertStringIncludes(text, "says [0], is [0]");
    }
  },
);

programTest("chapter 7: what decides its questions", async () => {
  const [derivative, zeros, layers, bias, cost, adam, running] = await questions("07_resnet");
  assertEquals(derivative, "plain: 1.27e-20\nresidual: 2.02e+7\n");
  assertEquals(zeros, "out: [0., 2.]\n");
  assertEquals(layers, "conv1: zero\nbn1: zero\nconv2: zero\nbn2: not zero\n");
  assertEquals(bias, "changed by 0.000\n");
  assertEquals(
    cost,
    "64 channels: 36928 parameters, 231 million operations\n128 channels: 147584 parameters, 231 million operations\n",
  );
  const moved = adam.match(/\d\.\d+e-\d+/g)!.map(Number);
  assertEquals(moved.map((distance) => distance.toFixed(4)), ["0.0010", "0.0010"]);
  assertEquals(running, "running mean [0.41]\n");
});

programTest("chapter 7: what its exercises come to", async () => {
  const [bold, plain, large] = await answers("07_resnet");
  const [bolder] = numbers(bold, "ten times as large");
  assert(bolder[1] > 100 && bolder[4] > 2 * bolder[0], `the learning rate is too large: ${bolder}`);
  const [losses] = numbers(plain, "plain");
  const [residual] = numbers(await output("07_resnet"), "losses");
  assert(losses[4] < residual[4], `eighteen plain layers learn as fast: ${losses}`);
  assertEquals(large, "21290250 parameters, 7.17 G operations\n34 layers on the longest way\n");
});

programTest("chapter 7 quotes no number that it does not show", async () => {
  const fifth = (losses: number[]) => losses[4];
  await assertProse("07_resnet", {
    "2015": "the year in which the paper came out",
    "24": "what chapter 7b compares, and its test holds",
    "34": "the layers of He's larger plain network",
    "43": 43_040_778 / 1e6,
    "1.8": "what the paper says",
    "0.9": 1 - 0.1,
    "0.59": 0.9 ** 5,
    "1.4": 0.4 + 1,
    "0.41": 1 - 0.9 ** 5,
    "0.04": ({ answers: [, plain] }) => fifth(numbers(plain, "plain")[0]),
    "0.15": ({ text }) => fifth(numbers(text, "losses")[0]),
  });
});

programTest("chapter 7 knows all eight digits in training mode, and fewer in eval mode", async () => {
  const text = await output("07_resnet", "--data", "mnist", "--batch", "8", "--steps", "20");
  const said = [...text.matchAll(/says \[([\d, ]+)\](?:, is .*)?$/gm)]
    .map(([, classes]) => classes.split(", ").map(Number));
  const known = said.map((classes) => classes.filter((name, i) => name === i).length);
  assertEquals(known, [8, 3]);
});
