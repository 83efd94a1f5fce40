/** Ctrl-C and `kill` end a training loop's program, whatever its step is at. Needs the permission to start programs. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const granted = Deno.permissions.querySync({ name: "run" }).state === "granted";
const ignore = !granted || Deno.build.os === "windows";
const skipped = granted ? "" : " (skipped: needs --allow-run)";

/** What a program came to that was sent signals, after so many milliseconds each, when its endless step had begun. */
async function interrupted(step: "compute" | "wait", ...signals: [Deno.Signal, number][]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "tests/train/programs/endless.ts", step],
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
      const result = await interrupted("wait", [signal, 200]);
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
    const result = await interrupted("compute", ["SIGINT", 200], ["SIGINT", 1500]);
    assertEquals(result.code, 130, result.stderr);
    assertEquals(result.stderr, "");
    assert(result.seconds > 1.4 && result.seconds < 4, `after ${result.seconds} s`);
  },
});

Deno.test({
  name: `SIGTERM ends a step that goes on computing, a second after it came${skipped}`,
  ignore,
  fn: async () => {
    const result = await interrupted("compute", ["SIGTERM", 200]);
    assertEquals(result.code, 143, result.stderr);
    assertEquals(result.stderr, "");
    assert(result.seconds < 4, `after ${result.seconds} s`);
  },
});
