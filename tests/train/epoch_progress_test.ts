import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EpochProgress } from "../../lib/train/epoch_progress.ts";
import type { ProgressOptions } from "../../lib/train/screen.ts";
import { textWidth } from "../../lib/text/width.ts";

interface Run {
  label?: string;
  epochs: number;
  batches: number;
  done?: number;
}

/** A run of 20 ms a batch and 2 s a test, the loss falling; what is on the screen when `look` is reached, and in the end. */
function shown({ label = "LeNet", epochs, batches, done = 0 }: Run, options: ProgressOptions, look = -1) {
  let time = 0, output = "", seen: string[] = [];
  let means: Record<string, number> = {};
  const progress = new EpochProgress({
    label,
    epochs,
    batches,
    done,
    tests: true,
    means: () => means,
    summary: () => "best test loss 0.1000 in epoch 2",
  }, {
    isTerminal: false,
    color: false,
    columns: () => 80,
    now: () => time,
    write: (text) => output += text,
    ...options,
  });
  for (let step = done + 1; step <= epochs * batches; step++) {
    time += 20;
    means = { loss: 1 / step, accuracy: 1 - 1 / step };
    progress.log(step, means);
    progress.step(step);
    if (step === look) seen = screenOf(output);
    if (step % batches > 0) continue;
    progress.testing();
    if (look === -step) seen = screenOf(output);
    time += 2000;
    const epoch = step / batches;
    const row = { ...means, testLoss: 0.2 / epoch, testAccuracy: 0.95, seconds: batches * 0.02, epoch };
    means = {};
    progress.row(row);
  }
  progress.end();
  return { seen, lines: screenOf(output) };
}

/** What a terminal shows after a text: "\r" returns to the line's beginning, letters replace what stood there. */
function screenOf(output: string): string[] {
  const lines = output.split("\n").map((line) => {
    const letters: string[] = [];
    for (const part of line.split("\r")) [...part].forEach((letter, i) => letters[i] = letter);
    return letters.join("").trimEnd();
  });
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

Deno.test("a file gets a line an epoch, and a few while the first one runs", () => {
  const { lines } = shown({ epochs: 3, batches: 469 }, {});
  assertEquals(lines, [
    "LeNet  epoch 1/3  batch 1/469  loss 1  accuracy 0  20 ms/step  28 s left",
    "LeNet  epoch 1/3  batch 10/469  loss 0.1000  accuracy 0.9000  20 ms/step  28 s left",
    "LeNet  epoch 1/3  batch 100/469  loss 0.0100  accuracy 0.9900  20 ms/step  26 s left",
    "LeNet  epoch 1/3  loss 0.0021, test 0.2000  accuracy 0.9979, test 0.9500  9.4 s",
    "LeNet  epoch 2/3  loss 0.0011, test 0.1000  accuracy 0.9989, test 0.9500  9.4 s",
    "LeNet  epoch 3/3  loss 7.11e-4, test 0.0667  accuracy 0.9993, test 0.9500  9.4 s",
    "LeNet  3 epochs in 34 s  20 ms/step  best test loss 0.1000 in epoch 2",
  ]);
});

Deno.test("a file gets lines within any epoch that is very long", () => {
  const { lines } = shown({ epochs: 2, batches: 2500 }, {});
  const batches = lines.map((line) => /batch (\d+)/.exec(line)?.[1] ?? "row");
  assertEquals(batches, ["1", "10", "100", "1000", "2000", "row", "1000", "2000", "row", "row"]);
});

Deno.test("a terminal shows bar, epoch, means and the time left for all, tests included", () => {
  const plain = (line: string) => line.replace(/[━─]+/, (bar) => /━─|^━+$/.test(bar) ? "=" : "?");
  const { seen, lines } = shown({ epochs: 5, batches: 100 }, { isTerminal: true }, 240);
  assertEquals(seen.map(plain), [
    "LeNet  epoch 1/5  loss 0.0100, test 0.2000  accuracy 0.9900, test 0.9500  2.0 s",
    "LeNet  epoch 2/5  loss 0.0050, test 0.1000  accuracy 0.9950, test 0.9500  2.0 s",
    "LeNet  epoch 3/5  =  39/100  loss 0.0042  accuracy 0.9958  11 s left",
  ]);
  assert(seen.every((line) => textWidth(line) <= 79));
  assertEquals(lines.length, 6);
  assertEquals(lines[5], "LeNet  5 epochs in 20 s  20 ms/step  best test loss 0.1000 in epoch 2");
});

Deno.test("while a test runs the terminal says so", () => {
  const { seen } = shown({ epochs: 2, batches: 50 }, { isTerminal: true }, -50);
  assertStringIncludes(seen[0], "epoch 1/2");
  assertStringIncludes(seen[0], "testing");
});

Deno.test("no line is as wide as the terminal, and a narrow one keeps epoch, batch and loss", () => {
  for (const columns of [10, 25, 40, 60, 80, 120]) {
    const { seen, lines } = shown({ label: "残差网络", epochs: 12, batches: 60 }, {
      isTerminal: true,
      columns: () => columns,
    }, 700);
    for (const line of [...seen, ...lines]) assert(textWidth(line) < columns, `${columns}: ${line}`);
    if (columns !== 40) continue;
    assertEquals(seen.at(-1), "epoch 12/12  ━━━━──  39/60  loss 0.0014");
    assertEquals(lines[1], "epoch 2/12  loss 0.0083, test 0.1000");
  }
});

Deno.test("a run that goes on from another program counts the epochs of both and measures its own speed", () => {
  const { lines } = shown({ epochs: 3, batches: 100, done: 150 }, {});
  assertEquals(lines, [
    "LeNet  epoch 2/3  loss 0.0050, test 0.1000  accuracy 0.9950, test 0.9500  2.0 s",
    "LeNet  epoch 3/3  loss 0.0033, test 0.0667  accuracy 0.9967, test 0.9500  2.0 s",
    "LeNet  150 more steps in 7.0 s  20 ms/step  best test loss 0.1000 in epoch 2",
  ]);
});
