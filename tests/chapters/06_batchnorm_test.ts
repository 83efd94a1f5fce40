// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { nn } from "descent";
import { answers, numbers, output, programTest, questions, run } from "./program.ts";
import { assertProse, type Seen } from "./prose.ts";

const CHAPTER = "06_batchnorm";

/** Rows of eight numbers, one for each stage, by the name in front: spreads, cosines, gradients. */
function rows(name: string, text: string): number[][] {
  return [...text.matchAll(new RegExp(`^${name} ((?: +-?\\d\\S*){8})$`, "gm"))]
    .map(([, row]) => row.trim().split(/ +/).map(Number));
}

/** The four columns of losses. */
function columns(text: string): number[][] {
  const lines = [...text.matchAll(/^ +\d+((?: +\d+\.\d{4}){4})$/gm)]
    .map(([, row]) => row.trim().split(/ +/).map(Number));
  return [0, 1, 2, 3].map((column) => lines.map((row) => row[column]));
}

/** The losses in evaluation: before anything was done, after the passes, after each variance was set right. */
function evaluations(text: string): { training: number; first: number; passes: number[]; undone: number[] } {
  const all = (what: RegExp) => [...text.matchAll(what)].map(([, loss]) => Number(loss));
  return {
    training: numbers(text, "normalized, loss in training mode")[0][0],
    first: numbers(text, "normalized, loss in eval mode")[0][0],
    passes: all(/^loss in eval mode after \d+ passes (\S+)$/gm),
    undone: all(/^normalization \d, .*, loss in eval mode (\S+)$/gm),
  };
}

programTest(
  "chapter 6 shows normalization by hand and in AlexNet, and what a batch of one does",
  async () => {
    const text = await output(CHAPTER, "--steps", "4");
    assert(numbers(text, "largest difference")[0][0] < 1e-5, "by hand as by the layer");
    const first = columns(text).map(([loss]) => loss);
    // PyTorch's plain networks begin near 1, its normalized ones between 1 and 4.
    assert(first[0] < 1.5 && first[2] < 1.5 && first[1] < 6 && first[3] < 6, `${first}`);
    assertStringIncludes(
      text,
      "in training more than one value per channel is needed, and shape [1, 4096] has 1",
    );
    assertStringIncludes(text, "one picture in eval mode: shape [1, 10]");
  },
);

programTest(
  "chapter 6: plain signals fade and become alike, plain gradients vanish, normalized ones do not",
  async () => {
    const text = await output(CHAPTER);
    const [spread, cosine, gradient] = rows("plain", text);
    const [normedSpread, normedCosine, normedGradient] = rows("normalized", text);
    assert(spread[7] < 0.02 && Math.min(...normedSpread) > 0.1, `${spread} and ${normedSpread}`);
    assertEquals(Math.round(normedSpread[0] / spread[0]), 3, "a factor of three behind the first stage");
    assertEquals(Math.round(numbers(text, "plain, behind stage 5")[0][0] / 10), 9, "nine tenths below 0.1");

    assertAlmostEquals(numbers(text, "cosine of the pictures themselves")[0][0], 0, 0.02);
    assert(
      cosine.every((value, i) => i === 0 || value >= cosine[i - 1]),
      `more alike with every stage: ${cosine}`,
    );
    assertEquals([normedCosine[5], normedCosine[6]], [-1, 0]);
    assert(Math.max(...normedCosine) < 0.95 && normedCosine[7] < 0.5, `${normedCosine}`);
    const [apart] = numbers(text, "plain, largest difference of two answers")[0];
    assert(apart > 0.001 && apart < 0.002, `little more than a thousandth: ${apart}`);

    assertEquals(Math.round(gradient[7] / gradient[6] / 10), 3, "the last layer leaves a thirtieth");
    const shrinking = gradient.slice(0, 7).map((size, i) => size / gradient[i + 1]);
    assert(shrinking.every((ratio) => ratio < 0.8), `it vanishes, stage by stage: ${gradient}`);
    const level = normedGradient.slice(0, 5);
    assert(Math.min(...level) >= 0.01 && Math.max(...level) < 0.1, `a few hundredths: ${level}`);
    assert(normedGradient[0] / gradient[0] > 1000, `thousands of times: ${normedGradient[0]}`);
  },
);

/** The loss of saying 1 / count for each of as many classes, whatever the picture. */
const ignorance = (count: number) => count / 2 * ((1 - 1 / count) ** 2 + (count - 1) / count ** 2);

programTest("chapter 6's four runs go as it says", async () => {
  const [hard, hardNormed, calm, calmNormed] = columns(await output(CHAPTER));
  const between = hardNormed.filter((loss) => loss > 1 && loss < 2).length;
  assert(between > hardNormed.length / 2, `mostly between one and two: ${hardNormed}`);
  const late = hard.slice(5);
  assert(Math.min(...late) > 0.4 && Math.max(...late) < 0.7, `above 0.5: ${hard}`);
  assert(Math.max(...calmNormed.slice(0, 3)) > calmNormed[0] && calmNormed[11] < 0.1, `${calmNormed}`);
  assert(
    calm.slice(2, 11).every((loss) => loss > 0.4 && loss < 0.55),
    `near 0.5 for half of the run: ${calm}`,
  );
  assert(calm.at(-1)! < 0.1, "and down in the end");
});

programTest(
  "chapter 6: a large share trembles, a small one comes late, a tenth lags behind a network that learns",
  async () => {
    const text = await output(CHAPTER);
    const second = (world: string, share: string) => numbers(text, `${world}, momentum ${share}`)[0];
    const [still, learns] = ["a world that stands still", "a network that learns"];
    const width = (share: string) => second(still, share)[1] - second(still, share)[0];
    assert(width("0.5") > 2 * width("0.1"), "0.5 trembles");
    const usual = second(still, "0.1");
    assert(usual[0] > 0.75 && usual[1] < 1.25, `0.1 is near 1: ${usual}`);
    assert(second(still, "0.01")[2] < 0.6, "0.01 has not arrived");
    const [last] = numbers(text, `${learns}, the last batch`)[0];
    const ends = ["0.5", "0.1", "0.01"].map((share) => second(learns, share)[2]);
    assert(
      last > ends[0] && ends[0] > 0.95 * last && ends[1] < 0.85 * last && ends[2] < 0.2 * last,
      `${ends}`,
    );
  },
);

programTest("chapter 6: passes settle the statistics, and m - 1 is all that is left then", async () => {
  const { training, first, passes, undone } = evaluations(await output(CHAPTER));
  assert(first > 50 * training, `evaluation remembers old networks: ${first} and ${training}`);
  const [settled, before] = passes.toReversed();
  assert(Math.abs(settled - before) <= 0.01 * settled && settled < first / 5, `settled: ${passes}`);
  assert(settled > 4 * training, "several times what training mode has");
  assert(undone[0] - training < 0.1 * (settled - training), `nearly all of it: ${undone}`);
  assertEquals(undone.length, 4);
  assertAlmostEquals(undone[3], training, 2e-4);
});

programTest("chapter 6's answers hold", async () => {
  const [first, second, third] = await answers(CHAPTER);
  const before = first.trim().split("\n").at(-1)!.split(" ").map(Number);
  const [, , , calmNormed] = columns(await output(CHAPTER));
  assert([before, calmNormed].every((losses) => losses.slice(11).every((loss) => loss < 0.1)));
  const [plain, normed] = second.trim().split("\n").map((line) => line.trim().split(/ +/).map(Number));
  assert(plain.every((spread, i) => i === 0 || spread > plain[i - 1]) && Math.max(...normed) < 10, second);
  assert(/more than one value per channel[^]*\[ 1, 10 \]/.test(third), third);
});

programTest("chapter 6's questions are answered as they say", async () => {
  const [scale, bias, two, chain, ten, fresh, halved, single] = await questions(CHAPTER);
  assert(numbers(scale, "largest difference")[0][0] < 1e-3, scale);
  assert(numbers(bias, "largest difference")[0][0] < 1e-3, bias);
  assertEquals(two.match(/-?\d\.\d+/g)!.map((number) => Math.round(Number(number))), [-1, 1, -1, 1, -1, 1]);
  const [spread] = numbers(chain, "spread")[0];
  assert(spread > 0.005 && spread < 0.02, "about a hundredth");
  assertEquals(numbers(ten, "running mean"), [[0.65]]);
  assert(numbers(fresh, "largest difference")[0][0] < 1e-3, fresh);
  assertEquals(numbers(halved, "training").concat(numbers(halved, "eval")), [[-1, 1], [-0.71, 0.71]]);
  assert(/^BatchNorm2d: shape .*\nBatchNorm1d: .* more than one value per channel/.test(single), single);
});

programTest("chapter 6 quotes no number that it does not show", async () => {
  const before = ({ answers: [first] }: Seen) => first.trim().split("\n").at(-1)!.split(" ").map(Number);
  const loud = (row: number) => ({ answers: [, second] }: Seen) =>
    second.trim().split("\n")[row].trim().split(/ +/).map(Number);
  await assertProse(CHAPTER, {
    "255": 4 * 8 * 8 - 1,
    "81": Math.sqrt(3) ** 8,
    "0.011": ({ text }) => rows("plain", text)[0][7],
    "0.3": ({ text }) => rows("plain", text)[2][7],
    "0.9": 1 - new nn.BatchNorm1d(1).momentum!,
    "0.35": 0.9 ** 10,
    "0.65": ({ questions: [, , , , ten] }) => numbers(ten, "running mean")[0][0],
    "0.79": ({ text }) => numbers(text, "a network that learns, momentum 0.1")[0][2],
    "0.71": ({ questions: [, , , , , , halved] }) => numbers(halved, "eval")[0][1],
    "−0.71": ({ questions: [, , , , , , halved] }) => numbers(halved, "eval")[0][0],
    "47": 46_764_746 / 1e6,
    "187": 46_764_746 * 4 / 1e6,
    "0.5": ignorance(2),
    "3.5": ignorance(8),
    "3.18": (seen) => Math.max(...before(seen)),
    "3.90": ({ text }) => Math.max(...columns(text)[3]),
    "36": (seen) => loud(0)(seen)[7],
    "2.4": (seen) => Math.min(...loud(1)(seen)),
    "8.3": (seen) => Math.max(...loud(1)(seen)),
    "32": "a usual size of a batch",
  });
});

programTest("chapter 6 with eight pictures comes down from 13 to about 5, and with one stops", async () => {
  const [, noisy] = columns(await output(CHAPTER, "--batch", "8"));
  const last = noisy.slice(-5).reduce((a, b) => a + b) / 5;
  assertEquals([Math.round(noisy[0]), Math.round(last)], [13, 5]);
  const { code, stderr } = await run(CHAPTER, "--batch", "1");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "in training more than one value per channel is needed, and shape [1, 4096]");
});
