// Starts programs, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { answers, numbers, output, programTest } from "./program.ts";

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
