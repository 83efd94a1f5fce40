// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { numbers, output, programTest } from "./program.ts";

programTest(
  "chapter 7 runs as a reader runs it: identity, depth, shapes, parameters, five steps",
  async () => {
    const text = await output("07_resnet");
    assertStringIncludes(text, "Residual: largest |y - x| = 0.0000");
    assert(/^Plain: largest \|y - x\| = 0\.[1-9]/m.test(text), "a plain block of zeros is not the identity");
    assertStringIncludes(text, "Plain, with kernels that copy: largest |y - x| = 0\n");

    const deep = (kind: string) =>
      Number(text.match(new RegExp(`^${kind} +24 blocks: loss (\\S+)$`, "m"))?.[1]);
    assert(deep("Residual") < deep("Plain") / 2, `${deep("Residual")} against ${deep("Plain")}`);

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
