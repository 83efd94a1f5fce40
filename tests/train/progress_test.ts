import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { Progress } from "../../lib/train/progress.ts";
import type { ProgressOptions } from "../../lib/train/screen.ts";
import { textWidth } from "../../lib/text/width.ts";

/** A progress whose clock stands still until told, and what it has written. */
function recorded(total: number, options: ProgressOptions = {}) {
  let time = 0;
  let output = "";
  const progress = new Progress(total, {
    label: "AlexNet",
    isTerminal: false,
    color: false,
    columns: () => 80,
    now: () => time,
    write: (text) => output += text,
    ...options,
  });
  return {
    progress,
    pass: (milliseconds: number) => void (time += milliseconds),
    output: () => output,
    lines: () => output.split("\n").slice(0, -1),
    screen: () => screenOf(output),
  };
}

/** What a terminal shows after a text: "\r" returns to the line's beginning, letters replace what stood there. */
function screenOf(output: string): string[] {
  return output.split("\n").map((line) => {
    const shown: string[] = [];
    for (const part of line.split("\r")) [...part].forEach((letter, i) => shown[i] = letter);
    return shown.join("").trimEnd();
  });
}

Deno.test("a file gets ten lines, some more of the first tenth, then how long it took", () => {
  const { progress, pass, lines } = recorded(1000);
  for (let step = 1; step <= 1000; step++) {
    pass(20);
    progress.log(step, { loss: 1 / step });
    progress.step(step);
  }
  progress.end();
  assertEquals(
    lines().slice(0, -1).map((line) => Number(/(\d+)\/1000/.exec(line)![1])),
    [1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000],
  );
  assertEquals(lines()[6], "AlexNet  step  100/1000  loss 0.0100  20 ms/step  18 s left");
  assertEquals(lines().at(-2), "AlexNet  step 1000/1000  loss 0.0010  20 ms/step");
  assertEquals(lines().at(-1), "AlexNet  1000 steps in 20 s  20 ms/step  loss 0.0010");
});

Deno.test("a file gets early lines and few of a run that is very long", () => {
  const total = 1e9;
  const { progress, lines } = recorded(total);
  for (let step = 1; step <= 100; step++) progress.step(step);
  assertEquals(lines().length, 7);
  for (let step = 100; step < total; step *= 10) {
    for (const n of [1, 2, 3, 5, 7]) progress.step(n * step);
  }
  progress.step(total);
  assert(lines().length < 40, `${lines().length} lines`);
});

Deno.test("a short run gets a line for each step", () => {
  const { progress, pass, lines } = recorded(5);
  for (let step = 1; step <= 5; step++) {
    pass(1500);
    progress.step(step);
  }
  progress.end();
  assertEquals(lines().length, 6);
  assertEquals(lines()[1], "AlexNet  step 2/5  1.50 s/step  4.5 s left");
  assertEquals(lines()[5], "AlexNet  5 steps in 7.5 s  1.50 s/step");
});

Deno.test("a line waits for values that were announced, and shows its own step's", () => {
  const { progress, lines } = recorded(3, { now: () => 0 });
  progress.expect(1);
  progress.step(1);
  progress.expect(2);
  progress.step(2);
  assertEquals(lines(), []);
  progress.log(1, { loss: 0.5 });
  assertEquals(lines(), ["AlexNet  step 1/3  loss 0.5000  0.0 s left"]);
  progress.log(2, { loss: 0.25 });
  progress.step(3);
  progress.end();
  assertStringIncludes(lines()[1], "step 2/3  loss 0.2500");
  // Step 3 logged nothing: it does not show step 2's.
  assertMatch(lines()[2], /^AlexNet {2}step 3\/3$/);
});

Deno.test("a line whose announced values never came is printed at the end", () => {
  const { progress, lines } = recorded(2, { now: () => 0 });
  progress.expect(1);
  progress.step(1);
  progress.end({ error: new Error("lost") });
  assertEquals(lines(), ["AlexNet  step 1/2  0.0 s left", "AlexNet  stopped after 1 of 2 steps, 0.0 s"]);
});

Deno.test("two logs of one step are shown together", () => {
  const { progress, lines } = recorded(1, { now: () => 0 });
  progress.log(1, { loss: 0.5 });
  progress.log(1, { accuracy: 0.75 });
  progress.step(1);
  assertStringIncludes(lines()[0], "loss 0.5000  accuracy 0.7500");
});

Deno.test("speed is measured without the first step, which compiles and allocates", () => {
  const { progress, pass, lines } = recorded(3);
  for (const [i, took] of [9000, 2000, 2000].entries()) {
    pass(took);
    progress.step(i + 1);
  }
  progress.end();
  assertStringIncludes(lines()[0], "9.00 s/step");
  assertStringIncludes(lines()[2], "2.00 s/step");
  assertEquals(lines()[3], "AlexNet  3 steps in 13 s  2.00 s/step");
});

Deno.test("a fast run is counted in steps a second", () => {
  const { progress, pass, lines } = recorded(2);
  pass(0.5);
  progress.step(1);
  pass(0.5);
  progress.step(2);
  assertStringIncludes(lines()[1], "2000 steps/s");
});

Deno.test("a terminal's line shows bar, count, values, speed and time left, and is redrawn in place", () => {
  const { progress, pass, screen, output } = recorded(50, { isTerminal: true });
  assertEquals(screen(), ["AlexNet  ──────────────────────────────  0/50  0.0 s so far"]);
  for (let step = 1; step <= 25; step++) {
    pass(1200);
    progress.log(step, { loss: 0.0123 });
    progress.step(step);
  }
  assertEquals(screen().length, 1);
  assertEquals(
    screen()[0].replace(/[━─]+/, (bar) => bar.includes("━─") ? "=" : "?"),
    "AlexNet  =  25/50  loss 0.0123  1.20 s/step  30 s left  30 s so far",
  );
  assertEquals(screen()[0].length, 79);
  progress.end();
  assertEquals(screen(), ["AlexNet  stopped after 25 of 50 steps, 30 s  1.20 s/step  loss 0.0123", ""]);
  assert(!output().includes("\x1b"));
});

Deno.test("the last line of a terminal says how long it took, and nothing of the bar is left", () => {
  const { progress, pass, screen } = recorded(2, { isTerminal: true });
  for (const step of [1, 2]) {
    pass(100);
    progress.step(step);
  }
  progress.end();
  progress.end();
  progress.step(3);
  progress.log(3, { loss: 1 });
  assertEquals(screen(), ["AlexNet  2 steps in 0.2 s  100 ms/step", ""]);
});

Deno.test("no line is ever as wide as the terminal, however narrow", () => {
  for (const columns of [1, 2, 10, 20, 33, 40, 60, 80, 200]) {
    const { progress, pass, screen } = recorded(10_000, {
      label: "残差网络 ResNet-18",
      isTerminal: true,
      columns: () => columns,
    });
    for (let step = 1; step <= 5000; step += 999) {
      pass(60_000);
      progress.log(step, { loss: -123456.789, accuracy: 0.5 });
      progress.step(step);
      assertEquals(screen().length, 1);
      assert(textWidth(screen()[0]) <= Math.max(1, columns - 1), `${columns}: ${screen()[0]}`);
    }
    progress.end();
    assert(textWidth(screen()[0]) <= Math.max(1, columns - 1), `${columns}: ${screen()[0]}`);
  }
});

Deno.test("a narrow terminal keeps the count, the first value and the time left", () => {
  const { progress, pass, screen } = recorded(50, { isTerminal: true, columns: () => 36 });
  for (const step of [1, 2]) {
    pass(1000);
    progress.log(step, { loss: 0.5, accuracy: 0.25 });
    progress.step(step);
  }
  assertEquals(screen()[0], "2/50  loss 0.5000  48 s left");
});

Deno.test("a window that shrinks is not overdrawn", () => {
  let columns = 80;
  const { progress, pass, output } = recorded(50, { isTerminal: true, columns: () => columns });
  columns = 30;
  pass(100);
  const before = output().length;
  progress.step(1);
  const drawn = output().slice(before).replaceAll("\r", "");
  assert(drawn.length <= 29, drawn);
});

Deno.test("a terminal is redrawn at most twenty times a second by steps", () => {
  const { progress, pass, output } = recorded(10_000, { isTerminal: true });
  for (let step = 1; step <= 10_000; step++) {
    pass(0.1);
    progress.step(step);
  }
  assert(
    output().split("\r").length / 2 <= 1 + 20 + 2,
    `${output().split("\r").length / 2} drawings in a second`,
  );
});

Deno.test("print() puts a line above the bar", () => {
  const { progress, pass, screen } = recorded(2, { isTerminal: true });
  pass(100);
  progress.step(1);
  progress.print("validation 0.97");
  assertEquals(screen()[0], "validation 0.97");
  assertStringIncludes(screen()[1], "1/2");
});

Deno.test("colours are used where they are wanted only", () => {
  const { output } = recorded(2, { isTerminal: true, color: true });
  assertStringIncludes(output(), "\x1b[36m");
  assert(!recorded(2, { isTerminal: true, color: false }).output().includes("\x1b"));
});

Deno.test("a run of no steps shows nothing, one of half a step is refused", () => {
  for (const isTerminal of [true, false]) {
    const { progress, output } = recorded(0, { isTerminal });
    progress.end();
    assertEquals(output(), "");
  }
  assertThrows(() => new Progress(0.5), RangeError, "whole number ≥ 0, not 0.5");
  assertThrows(() => new Progress(-1), RangeError);
});
