// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { answers, numbers, output, programTest, questions } from "./program.ts";
import { assertProse, type Seen } from "./prose.ts";

/** The numbers behind a name at the beginning of a line. */
function row(text: string, name: string): number[] {
  return numbers(text.replaceAll(/^((?:Plain|Residual), [\w ]+?) +(?=-?\d+\.)/gm, "$1: "), name)[0];
}

programTest(
  "chapter 7b: depth hurts plain networks, on noise and on digits, and residual ones far less",
  async () => {
    const text = await output("07b_depth");
    for (const kind of ["noise", "digits"]) {
      const [, three, six, twelve, plain] = row(text, `Plain, ${kind}`);
      assert(six < twelve && twelve < plain, "each doubling makes it worse");
      assert(plain > 2.9 && plain < 4.5 && plain > 80 * three, `near 4.5, and a hundred times: ${plain}`);
      const residual = row(text, `Residual, ${kind}`);
      assert(residual[4] < plain / 2, `${residual[4]} against ${plain}`);
      assert(residual[4] > residual[1], "but 3 blocks are better yet");
    }
  },
);

programTest(
  "chapter 7b: gradients vanish without normalization and grow with it, but for the sum",
  async () => {
    const text = await output("07b_depth");
    const gradients = [
      ...text.matchAll(/^(?:Plain|Residual) +56 layers: first kernel (\S+), last kernel (\S+): /gm),
    ]
      .map(([, first, last]) => Number(first) / Number(last));
    assertEquals(gradients.length, 4);
    const [plain, residual, plainNormalized, residualNormalized] = gradients;
    assert(plain < 1e-20, `without normalization a plain network's gradient vanishes: ${plain}`);
    assert(residual > 0.05 && residual < 2, `a residual network's does not: ${residual}`);
    assert(plainNormalized > 100 && plainNormalized < 500, `more than a hundred: ${plainNormalized}`);
    assert(residualNormalized > 1.5 && residualNormalized < 4.5, `two to four: ${residualNormalized}`);
  },
);

programTest("chapter 7b: a deep plain network's gradient holds nowhere, and is shattered", async () => {
  const text = await output("07b_depth");
  const found = (name: string) =>
    text.split("\n").filter((line) => new RegExp(`^${name} +-?[01]\\.`).test(line))
      .map((line) => (line.slice(name.length).match(/-?\d\.\d+/g) ?? []).map(Number));
  const [plain, plainApart] = found("Plain, 24 blocks");
  assert(Math.max(...plain.slice(2).map(Math.abs)) < 0.2, "a millionth is enough");
  assert(Math.max(...plainApart.map(Math.abs)) < 0.1, `not even neighbours agree: ${plainApart}`);
  const [residual, residualApart] = found("Residual, 24 blocks");
  assert(residual[4] > 0.7, "most of it after 0.0001");
  assert(Math.abs(residual[5] - 0.5) < 0.1, "half of it after 0.001");
  assert(residualApart[0] > 0.7 && residualApart[3] > 0.2, `a band: ${residualApart}`);
  const shallow = ["Plain, 3 blocks", "Residual, 3 blocks"].map((name) => found(name)[1]);
  for (const apart of shallow) assert(apart[0] > 0.9 && apart[3] > 0.5, `a broad band: ${apart}`);
  assert(residualApart[3] < shallow[1][3], "narrower than with 3 blocks");
});

programTest(
  "chapter 7b: the sum buys steps ten times as long, and no more; it takes normalization, too",
  async () => {
    const text = await output("07b_depth");
    const [slow, middle, fast] = row(text, "Plain, normalized");
    assert(slow < 1.6 && middle > 2.9 && fast > 4, `0.001 and not 0.01: ${[slow, middle, fast]}`);
    const residual = row(text, "Residual, normalized");
    assert(residual[0] < 0.5 && residual[1] < 0.5 && residual[2] > 4, `0.01 and not 0.1: ${residual}`);
    const bare = row(text, "Plain, not normalized");
    assert(Math.min(...bare) >= 4.5 && Math.max(...bare) < 4.9, `with neither remedy nothing: ${bare}`);
    const sum = row(text, "Residual, not normalized");
    assert(sum[0] < 1.3 && sum[1] > 4.4, `the sum alone takes 0.001 and not 0.01: ${sum}`);

    const ends = [...text.matchAll(/^(?:sum, then ReLU|pre-activation), \d+ blocks: loss \d+ → (\S+)$/gm)]
      .map(([, loss]) => Number(loss));
    assertEquals(ends.length, 4);
    assert(ends[1] < ends[0] && ends[3] < ends[2], `pre-activation is better: ${ends}`);
  },
);

programTest(
  "chapter 7b builds 152 and 1,001 layers as their papers count them, and trains them",
  async () => {
    const text = await output("07b_depth");
    assertStringIncludes(
      text,
      "152 layers: 60,192,808 parameters, 22.6 G operations, 11.3 G multiply-adds\n",
    );
    assertStringIncludes(
      text,
      "1,001 layers: 10,327,706 parameters, 3.0 G operations, 1.5 G multiply-adds\n",
    );
    assertStringIncludes(text, "without those of normalization: 10,178,480\n");
    assert(/^one step: \d+\.\d s$/m.test(text), "timed");
    const loss = Number(/^loss (\S+)$/m.exec(text)![1]);
    assert(Math.abs(loss - Math.log(1000)) < 0.5, `near ln 1000: ${loss}`);

    assert(/^plain: first kernel (?:NaN|Infinity), /m.test(text), "the plain network's gradient overflows");
    const lost = Number(/^plain: .* (\d+) of 1000 kernels without a gradient$/m.exec(text)![1]);
    assert(lost > 400 && lost < 600, `half of the layers: ${lost}`);
    const [, first, last] = /^residual: first kernel (\S+), last kernel (\S+), 0 of 1003 /m.exec(text)!;
    assert((Number(first) / Number(last)) ** (1 / 1002) < 1.01, "less than one per cent per layer");

    const right = [...text.matchAll(/^1,001 layers +step \d\/8 .* right (\d+) /gm)].map(([, count]) =>
      Number(count)
    );
    assertEquals(right.slice(3), [10, 10, 10, 10, 10], "after four steps all ten");
  },
);

programTest("chapter 7b: what decides its questions", async () => {
  const [same, vanished, apart, bottleneck, flops, grown] = await questions("07b_depth");
  assertEquals(same, "says 0 to all: 5.0\nsays 0.1 to all: 4.5\nsays 0.5 to all: 12.5\n");
  const layers = Number(/^0 after (\d+) layers\n$/.exec(vanished)![1]);
  assert(layers > 90 && layers < 130, `about a hundred: ${layers}`);
  assertEquals(apart, "standard deviation 0.010\n");
  assertEquals(bottleneck, "1179648 and 69632 weights: 16.9 times as many\n");
  assertEquals(flops, "18 products in the one output: 36 operations\n");
  assertEquals(grown, "as numbers of 32 bits: Infinity; of 64: 2.5e+41\n");
});

programTest("chapter 7b: what its exercises come to", async () => {
  const [half, quiet, larger] = await answers("07b_depth");
  const ends = (text: string) => [...text.matchAll(/ (\S+)$/gm)].map(([, loss]) => Number(loss));
  assert(ends(half)[0] > 2, `half an identity is not enough: ${half}`);
  assert(Math.max(...ends(quiet)) < 0.1, `blocks that begin by doing nothing learn: ${quiet}`);
  assert(/^Residual: loss \d\.\de\+1\d,/m.test(larger), larger);
});

programTest("chapter 7b quotes no number that it does not show", async () => {
  const kernel = (which: string) => ({ answers: [, , third] }: Seen) =>
    Number(new RegExp(`^Plain: .*${which} kernel ([^\\s,]+)`, "m").exec(third)![1]);
  const perLayer = (i: number) => ({ text }: Seen) =>
    Number([...text.matchAll(/ 56 layers: .*: (\S+) per layer$/gm)][i][1]);
  const loss = (of: "text" | "answers", line: string) => (seen: Seen) =>
    Number(new RegExp(`^${line}: loss .*?(\\S+)$`, "m").exec([seen[of]].flat().join("\n"))![1]);
  const cosine = (i: number) => ({ text }: Seen) => {
    const [, row] = /^Residual, 24 blocks (.*)$/m.exec(text.slice(text.indexOf("cosine, delta")))!;
    return Number(row.trim().split(/ +/)[i]);
  };
  const other = "measured with the seeds 1 and 2";
  await assertProse("07b_depth", {
    "2015": "the year of the competition",
    "2019": "the year of Yang's paper",
    "20": 2 * 9 + 2,
    "50": 2 * 24 + 2,
    "55": 2 * 27 + 1,
    "56": 2 * 27 + 2,
    "120": 3 * 40,
    "127": 128 - 1,
    "0.9": 1 - 0.1,
    "0.45": (0.9 ** 2 + 9 * 0.1 ** 2) / 2,
    "2.9": ({ text }) => Math.min(2.926, row(text, "Plain, noise")[4], row(text, "Plain, digits")[4]),
    "4.3": ({ text }) => Math.max(4.299, row(text, "Plain, noise")[4], row(text, "Plain, digits")[4]),
    "0.4": perLayer(0),
    "0.41": Math.sqrt(1 / 6),
    "1.11": perLayer(2),
    "23": ({ text }) => {
      const [, first, last] = /^Plain +56 layers: first kernel (\S+), last kernel (\S+):/m.exec(text)!;
      return Math.log10(Number(last) / Number(first));
    },
    // The exponent of the smallest normal number of 32 bits, and a convolution's million weights: both must round to it.
    "38": Math.round(-Math.log10(2 ** -126)) === 38 ? 2048 ** 2 * 9 / 1e6 : NaN,
    "45": Math.log10(2 ** -149),
    "39": -Math.log10(0.41) * 100,
    "0.79": cosine(4),
    "0.40": cosine(6),
    "0.25": other,
    "0.04": other,
    "0.064": loss("text", "pre-activation, 24 blocks"),
    "0.245": loss("text", "pre-activation, 48 blocks"),
    "0.898": loss("text", "sum, then ReLU, 48 blocks"),
    "241": 60_192_808 * 4 / 1e6,
    "6.9": Math.log(1000),
    "2.5": 1.1 ** 1000 / 1e41,
    "3.4": (2 - 2 ** -23) * 2 ** 127 / 1e38,
    "10.2": 10_178_480 / 1e6,
    "2.980": loss("answers", "Half, 24 blocks"),
    "0.017": loss("answers", "Quiet, 24 blocks"),
    "0.013": loss("answers", "Quiet, 48 blocks"),
    "0.1": kernel("first"),
    "0.6": kernel("last"),
    "1.5": ({ answers: [, , third] }) => Number(/^Residual: loss (\S+),/m.exec(third)![1]) / 1e10,
  });
});
