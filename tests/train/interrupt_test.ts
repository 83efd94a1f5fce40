/** Ctrl-C and `kill` end a training loop's program, whatever its step is at. Needs the permission to start programs. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const granted = Deno.permissions.querySync({ name: "run" }).state === "granted";
const ignore = !granted || Deno.build.os === "windows";
const skipped = granted ? "" : " (skipped: needs --allow-run)";

/** What a program came to that was sent signals, after so many milliseconds each, when it said that it begins. */
async function interrupted([program, ...args]: string[], ...signals: [Deno.Signal, number][]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", `tests/train/programs/${program}.ts`, ...args],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let stdout = "", begun = 0;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += part;
    if (begun !== 0 || !stdout.includes("it begins")) continue;
    begun = performance.now();
    for (const [signal, after] of signals) setTimeout(() => child.kill(signal), after);
  }
  const { code } = await child.status;
  return { code, stdout, stderr: await stderr, seconds: (performance.now() - begun) / 1000 };
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    name: `${signal} ends a loop with its last line, no stack trace and exit code ${code}${skipped}`,
    ignore,
    fn: async () => {
      const result = await interrupted(["endless", "wait"], [signal, 200]);
      assertEquals(result.code, code, result.stderr);
      assertStringIncludes(result.stdout, "stopped after 1 of 10 steps");
      assertEquals(result.stderr, "");
      assert(result.seconds < 2, `after ${result.seconds} s`);
    },
  });
}

Deno.test({
  name: `a second Ctrl-C ends a step that goes on computing, the first one does not${skipped}`,
  ignore,
  fn: async () => {
    const result = await interrupted(["endless", "compute"], ["SIGINT", 200], ["SIGINT", 1500]);
    assertEquals(result.code, 130, result.stderr);
    assertEquals(result.stderr, "");
    assert(result.seconds > 1.4 && result.seconds < 4, `after ${result.seconds} s`);
  },
});

Deno.test({
  name: `SIGTERM ends a step that goes on computing, a second after it came${skipped}`,
  ignore,
  fn: async () => {
    const result = await interrupted(["endless", "compute"], ["SIGTERM", 200]);
    assertEquals(result.code, 143, result.stderr);
    assertEquals(result.stderr, "");
    assert(result.seconds < 4, `after ${result.seconds} s`);
  },
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    name:
      `${signal} lets epochs() finish its step and save, and ends the program with exit code ${code}${skipped}`,
    ignore,
    fn: async () => {
      const result = await interrupted(["epochs_stopped"], [signal, 100]);
      assertEquals(result.code, code, result.stderr);
      assertEquals(result.stderr, "");
      const said = result.stdout.split("\n").filter((line) => line !== "" && !line.includes("batch 1/4"));
      assertEquals(said.slice(0, 5), [
        "it begins",
        "Stopping after this step; a second Ctrl-C ends it at once.",
        "step 3 is done",
        "saved at 3",
        "Saved; the run can go on from there.",
      ]);
      assertStringIncludes(said[5], "Stopped  stopped after 3 of 12 steps");
      assertEquals(said.length, 6);
    },
  });
}

Deno.test({
  name: `a second Ctrl-C ends a step of epochs() at once${skipped}`,
  ignore,
  fn: async () => {
    const result = await interrupted(["epochs_stopped"], ["SIGINT", 30], ["SIGINT", 150]);
    assertEquals(result.code, 130, result.stderr);
    assert(!result.stdout.includes("step 3 is done"), result.stdout);
  },
});

Deno.test({
  name: `Ctrl-C while an epoch is tested ends the program when its test is over and saved${skipped}`,
  ignore,
  fn: async () => {
    const result = await interrupted(["epochs_stopped", "slow-test"], ["SIGINT", 100]);
    assertEquals(result.code, 130, result.stderr);
    assertStringIncludes(result.stdout, "saved at 4");
    assert(!result.stdout.includes("saved at 8"), result.stdout);
  },
});
