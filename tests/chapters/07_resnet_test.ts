// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { numbers, output, programTest } from "./program.ts";
import { assertProse, type Seen } from "./prose.ts";

programTest(
  "chapter 7 runs as a reader runs it: identity, depth, gradients, shapes, parameters, five steps",
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

    const deep = (kind: string) =>
      Number(text.match(new RegExp(`^${kind} +24 blocks: loss (\\S+)$`, "m"))?.[1]);
    assert(deep("Residual") < deep("Plain") / 2, `${deep("Residual")} against ${deep("Plain")}`);
    assert(deep("Plain") > 2 && deep("Plain") < 5, `comes down to about 4, near 4.5: ${deep("Plain")}`);

    const gradients = [
      ...text.matchAll(/^(?:Plain|Residual) +56 layers: first kernel (\S+), last kernel (\S+): /gm),
    ]
      .map(([, first, last]) => Number(first) / Number(last));
    assertEquals(gradients.length, 4);
    const [plain, residual, plainNormalized, residualNormalized] = gradients;
    assert(plain < 1e-20, `without normalization a plain network's gradient vanishes: ${plain}`);
    assert(residual > 0.05 && residual < 2, `a residual network's does not: ${residual}`);
    assert(plainNormalized > 100 && plainNormalized < 200, `more than a hundred: ${plainNormalized}`);
    assertEquals(Math.round(residualNormalized), 4, "and less so here");

    const cosines = (name: string) => numbers(text.replaceAll(/^(\w+, \d+ blocks) +/gm, "$1: "), name)[0];
    assert(Math.max(...cosines("Plain, 24 blocks").slice(2).map(Math.abs)) < 0.2, "a millionth is enough");
    assert(cosines("Residual, 24 blocks")[4] > 0.6, "holds for 0.0001");
    assert(cosines("Residual, 24 blocks")[6] > 0.15, "holds roughly for 0.01");

    const ends = [...text.matchAll(/^(?:Plain|Residual), (?:not )?normalized: loss (\S+)$/gm)]
      .map(([, loss]) => Number(loss));
    assertEquals(ends.length, 4);
    assertEquals(ends[0], 4.5, "with neither remedy: the same answer to all");
    assert(ends[3] < Math.min(ends[1], ends[2]) && Math.max(ends[1], ends[2]) < 2, `${ends}`);

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

/** The number at the end of the line that begins like this. */
function ending(text: string, beginning: string): number {
  const line = text.split("\n").find((row) => row.replaceAll(/ +/g, " ").startsWith(beginning))!;
  return Number(/(\S+)$/.exec(line)![1]);
}

/** By what each of 55 layers multiplies the gradient, in the order in which it is printed. */
function perLayer(text: string): number[] {
  return [...text.matchAll(/ 56 layers: .*: (\S+) per layer$/gm)].map(([, factor]) => Number(factor));
}

programTest("chapter 7 quotes no number that it does not show", async () => {
  const answer = (i: number, beginning: string) => (seen: Seen) => ending(seen.answers[i], beginning);
  const kernel = (which: string) => ({ answers: [, , third] }: Seen) =>
    Number(new RegExp(`^Plain: .*${which} kernel ([^\\s,]+)`, "m").exec(third)![1]);
  await assertProse("07_resnet", {
    "2015": "the year in which the paper came out",
    "2017": "the year of Balduzzi's and of Goyal's papers",
    "2019": "the year of Yang's paper",
    "20": 2 * 9 + 2,
    "23": ({ text }) => {
      const [, first, last] = /^Plain +56 layers: first kernel (\S+), last kernel (\S+):/m.exec(text)!;
      return Math.log10(Number(last) / Number(first));
    },
    "50": 2 * 24 + 2,
    "0.4": ({ text }) => perLayer(text)[0],
    "0.41": Math.sqrt(1 / 6),
    "55": 2 * 27 + 1,
    "1.09": ({ text }) => perLayer(text)[2],
    "43": 43_040_778 / 1e6,
    "2.9": answer(0, "Half"),
    "3.7": ({ text }) => ending(text, "Plain 24 blocks"),
    "0.04": answer(0, "Open"),
    "0.33": ({ text }) => ending(text, "Residual 24 blocks"),
    "0.024": answer(1, "Quiet, 24 blocks"),
    "0.014": answer(1, "Quiet, 48 blocks"),
    "0.1": kernel("first"),
    "0.6": kernel("last"),
    "1.6": ({ answers: [, , third] }) => Number(/^Residual: loss (\S+),/m.exec(third)![1]) / 1e10,
  });
});

programTest("chapter 7 knows all eight digits in training mode, and fewer in eval mode", async () => {
  const text = await output("07_resnet", "--data", "mnist", "--batch", "8", "--steps", "20");
  const said = [...text.matchAll(/says \[([\d, ]+)\](?:, is .*)?$/gm)]
    .map(([, classes]) => classes.split(", ").map(Number));
  const known = said.map((classes) => classes.filter((name, i) => name === i).length);
  assertEquals(known, [8, 3]);
});
