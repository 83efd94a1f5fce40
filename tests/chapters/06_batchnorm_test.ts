// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { nn } from "descent";
import { answers, numbers, output, programTest, run } from "./program.ts";
import { assertProse, type Seen } from "./prose.ts";

programTest(
  "chapter 6 shows normalization by hand and in AlexNet, and what a batch of one does",
  async () => {
    const text = await output("06_batchnorm", "--steps", "4");
    assert(numbers(text, "largest difference")[0][0] < 1e-5, "by hand as by the layer");

    const spreads = (name: string) =>
      [...text.matchAll(new RegExp(`^${name} ((?: +\\d+\\.\\d+){8})$`, "gm"))]
        .map(([, row]) => row.trim().split(/ +/).map(Number));
    const [[plain], [normalized]] = [spreads("plain"), spreads("normalized")];
    assert(plain.at(-1)! < 0.05, `the signal fades: ${plain}`);
    assert(normalized.at(-1)! > 0.2, `normalization keeps it up: ${normalized}`);

    const rows = [...text.matchAll(/^ +(\d+)((?: +\d+\.\d{4}){4})$/gm)];
    assertEquals(rows.map(([, step]) => Number(step)), [0, 1, 2, 3]);
    const first = rows[0][2].trim().split(/ +/).map(Number);
    // PyTorch's plain networks begin near 1, its normalized ones between 1 and 4.
    assert(first[0] < 1.5 && first[2] < 1.5 && first[1] < 6 && first[3] < 6, `${first}`);

    assertStringIncludes(
      text,
      "in training more than one value per channel is needed, and shape [1, 4096] has 1",
    );
    assertStringIncludes(text, "one picture in eval mode: shape [1, 10]");
  },
);

programTest("chapter 6: the running mean follows the batch's from below, and its answers hold", async () => {
  const text = await output("06_batchnorm");
  const [batch, running] = numbers(text, "mean at the end")[0];
  assert(running > 0.5 * batch && running < batch, `batch ${batch}, running ${running}`);
  const evaluated = (what: string) => Number(text.match(new RegExp(`${what} (\\d+\\.\\d+)`))![1]);
  const left = [30, 60, 90].map((passes) => evaluated(`loss in eval mode after ${passes} passes`));
  const halved = evaluated("loss in eval mode, variance halved");
  assert(left[0] > 0.3 && left[1] < left[0] / 2 && left[2] < left[1], `the statistics settle: ${left}`);
  assert(halved < 0.03 && halved < left[2] / 3, `then m - 1 is what is left: ${halved}`);
  const [first, second, third] = await answers("06_batchnorm");
  assert(Number(first.trim().split(" ").at(-1)) < 0.1, first);
  const [plain, normed] = second.trim().split("\n").map((line) => line.trim().split(/ +/).map(Number));
  assert(plain.at(-1)! > 20 && Math.max(...normed) < 15, second);
  assert(/more than one value per channel[^]*\[ 1, 10 \]/.test(third), third);
});

/** The four columns of losses. */
function columns(text: string): number[][] {
  const rows = [...text.matchAll(/^ +\d+((?: +\d+\.\d{4}){4})$/gm)]
    .map(([, row]) => row.trim().split(/ +/).map(Number));
  return [0, 1, 2, 3].map((column) => rows.map((row) => row[column]));
}

/** The spreads behind the stages, before the training and after it. */
function spreadsOf(name: string, text: string): number[][] {
  return [...text.matchAll(new RegExp(`^${name} +((?: *\\d+\\.\\d{3}){8})$`, "gm"))]
    .map(([, row]) => row.trim().split(/ +/).map(Number));
}

/** The loss of saying 1 / count for each of as many classes, whatever the picture. */
const ignorance = (count: number) => count / 2 * ((1 - 1 / count) ** 2 + (count - 1) / count ** 2);

programTest("chapter 6 quotes no number that it does not show", async () => {
  const before = ({ answers: [first] }: Seen) => first.trim().split("\n").at(-1)!.split(" ").map(Number);
  const loud = (row: number) => ({ answers: [, second] }: Seen) =>
    second.trim().split("\n")[row].trim().split(/ +/).map(Number);
  await assertProse("06_batchnorm", {
    "255": 4 * 8 * 8 - 1,
    "0.9": 1 - new nn.BatchNorm1d(1).momentum!,
    "47": 46_764_746 / 1e6,
    "187": 46_764_746 * 4 / 1e6,
    "0.016": ({ text }) => spreadsOf("plain", text)[0][7],
    "0.5": ignorance(2),
    "3.5": ignorance(8),
    "0.79": ({ text }) => numbers(text, "mean at the end")[0][1],
    "0.7": 1 / Math.sqrt(2),
    "3.18": (seen) => Math.max(...before(seen)),
    "3.90": ({ text }) => Math.max(...columns(text)[3]),
    "69": (seen) => loud(0)(seen)[7],
    "2.6": (seen) => Math.min(...loud(1)(seen)),
    "10.5": (seen) => Math.max(...loud(1)(seen)),
    "32": "a usual size of a batch",
  });
});

programTest("chapter 6's shares, factors and courses are those that it names in words", async () => {
  const text = await output("06_batchnorm");
  const [[plain], [normalized]] = [spreadsOf("plain", text), spreadsOf("normalized", text)];
  assertEquals(Math.round(normalized[0] / plain[0]), 3, "a factor of three behind the first stage");
  const share = (of: string) => Number(new RegExp(`^${of} (\\d+) %`, "m").exec(text)![1]);
  assertEquals(Math.round(share("plain, behind stage 5:") / 10), 9, "nine tenths");
  assertEquals(Math.round(share("normalized, behind stage 7:") / 25), 3, "three quarters");
  const apart = Number(/differ by up to (\S+)$/m.exec(text)![1]);
  assert(apart > 0.001 && apart < 0.002, `little more than a thousandth: ${apart}`);

  const [hard, hardNormed, calm, calmNormed] = columns(text);
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
  const [first] = await answers("06_batchnorm");
  const before = first.trim().split("\n").at(-1)!.split(" ").map(Number);
  assert([before, calmNormed].every((losses) => losses.slice(11).every((loss) => loss < 0.1)));
});

programTest("chapter 6 with eight pictures comes down from 13 to about 5, and with one stops", async () => {
  const [, noisy] = columns(await output("06_batchnorm", "--batch", "8"));
  const last = noisy.slice(-5).reduce((a, b) => a + b) / 5;
  assertEquals([Math.round(noisy[0]), Math.round(last)], [13, 5]);
  const { code, stderr } = await run("06_batchnorm", "--batch", "1");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "in training more than one value per channel is needed, and shape [1, 4096]");
});
