/**
 * How much memory programs take from the system. Each is a process of its own, and takes half a minute, so these tests are for
 * where starting programs is permitted.
 */
import { assert, assertEquals } from "@std/assert";

const granted = (await Promise.all([
  Deno.permissions.query({ name: "run" }),
  Deno.permissions.query({ name: "read" }),
])).every(({ state }) => state === "granted");

const root = new URL("../", import.meta.url);
const MB = 1e6;

function start(args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What a loop of programs/loops.ts takes at most beyond what is there when it begins. */
async function most(loop: string): Promise<number> {
  const { code, stdout, stderr } = await start(["tests/programs/loops.ts", loop]).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(code, 0, text(stderr));
  return Number(text(stdout));
}

/** What each loop may take: what is alive at a time, and so much garbage. */
const GARBAGE = 600;
const loops: Record<string, number> = {
  "one tensor after the other": GARBAGE,
  "gradient descent": GARBAGE,
  "the forward of a network": GARBAGE,
  // Weights, gradients and two moments of 42 million parameters: 670 MB.
  "large networks, made and forgotten": 2 * 670 + GARBAGE,
  // 30,000 of the 50,000, of 16 kB and more each: what V8's own heap swings by.
  "steps()": 150,
};
for (const [loop, megabytes] of Object.entries(loops)) {
  Deno.test({
    name: `a long loop takes at most ${megabytes} MB: ${loop}`,
    ignore: !granted,
    async fn() {
      const bytes = await most(loop);
      assert(bytes < megabytes * MB, `${(bytes / MB).toFixed(0)} MB`);
    },
  });
}
/** Linux keeps the high-water mark of a process; elsewhere there is no such file. */
const marks = granted && Deno.build.os === "linux";

Deno.test({
  name: "chapter 6, which trains four AlexNets, takes at most 1.2 GB",
  ignore: !marks,
  async fn() {
    const child = start(["chapters/06_batchnorm.ts"]);
    let most = 0;
    const timer = setInterval(() => {
      try {
        const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
        most = Math.max(most, 1024 * Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0));
      } catch {
        // Between its end and ours.
      }
    }, 50);
    const { code } = await child.output();
    clearInterval(timer);
    assertEquals(code, 0);
    assert(most > 100 * MB);
    assert(most < 1200 * MB, `${(most / MB).toFixed(0)} MB`);
  },
});
