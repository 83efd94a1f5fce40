/** Programs that show something, run as a reader runs them. Needs the permission to start programs and to read what they write. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const needed = [{ name: "run" }, { name: "read" }, { name: "write" }] as const;
const missing = needed.filter((one) => Deno.permissions.querySync(one).state !== "granted")
  .map(({ name }) => `--allow-${name}`);
const root = new URL("../../", import.meta.url);

function programTest(name: string, fn: () => Promise<void>): void {
  const ignore = missing.length > 0;
  Deno.test({ name: ignore ? `${name} (skipped: needs ${missing.join(" and ")})` : name, ignore, fn });
}

function command(program: string, permissions: string[], ...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", ...permissions, `tests/show/programs/${program}.ts`, ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** What a cell displayed. */
interface Shown {
  update: boolean;
  data: Record<string, string>;
  metadata: { "image/png": { width: number; alt: string } };
  transient: { display_id?: string };
}

async function run(permissions: string[], ...args: string[]) {
  const { code, stdout, stderr } = await command("pictures", permissions, ...args).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(code, 0, text(stderr));
  return text(stdout);
}

programTest(
  "without --out a program shows its pictures as text, and says once where they could go",
  async () => {
    const text = await run([]);
    assertEquals(text.split("\n").filter((line) => line.includes("--out DIR")).length, 1);
    for (const words of ["Sliding down", "square  9", "the end"]) assertStringIncludes(text, words);
    // deno-lint-ignore no-control-regex
    assert(!/\x1b/.test(text), "a pipe gets no colours");
  },
);

/** Whether util-linux' `script`, which gives a program a terminal of its own, is here. */
const hasTerminal = Deno.build.os === "linux" && missing.length === 0 &&
  await Deno.stat("/usr/bin/script").then(() => true, () => false);

/** What a program writes to a terminal; no variable of ours reaches it. */
async function onTerminal(
  env: Record<string, string>,
  permission = "--allow-env=COLORTERM,TERM",
): Promise<string> {
  const line = `${Deno.execPath()} run --no-prompt --quiet ${permission} tests/show/programs/pictures.ts`;
  const { HOME = "", DENO_DIR = "" } = Deno.env.toObject();
  const { stdout } = await new Deno.Command("/usr/bin/script", {
    args: ["-qec", line, "/dev/null"],
    cwd: root,
    clearEnv: true,
    env: { HOME, ...DENO_DIR === "" ? {} : { DENO_DIR }, ...env },
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

programTest("a terminal gets the colours that it has, and nobody is asked for a permission", async () => {
  if (!hasTerminal) return;
  const TERM = "xterm-256color";
  const [some, all, blind, none, dumb] = await Promise.all([
    onTerminal({ TERM }),
    onTerminal({ TERM, COLORTERM: "truecolor" }),
    onTerminal({ TERM, COLORTERM: "truecolor" }, ""),
    onTerminal({ TERM, COLORTERM: "truecolor", NO_COLOR: "1" }),
    onTerminal({ TERM: "dumb" }),
  ]);
  assert(some.includes("\x1b[38;5;") && !some.includes("[38;2;"), some);
  assert(all.includes("\x1b[38;2;") && !all.includes("[38;5;"), all);
  assertEquals(blind, some);
  for (const text of [none, dumb]) {
    assertStringIncludes(text, "the end");
    // deno-lint-ignore no-control-regex
    assert(!/\x1b\[[34]8/.test(text), text);
  }
});

programTest("with --out and the permission there is a page and an SVG of each picture", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const text = await run([`--allow-write=${folder}`], "--out", folder);
    assertStringIncludes(text, `→ ${folder}/sliding-down.html, .svg`);
    assertEquals(
      (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort(),
      [
        ...["a-square.html", "a-square.svg", "charts.js", "checks.html", "checks.svg", "plotly.min.js"],
        ...["sliding-down.html", "sliding-down.svg"],
      ],
    );
    const page = await Deno.readTextFile(`${folder}/sliding-down.html`);
    assertStringIncludes(page, 'src="charts.js"');
    assert(page.length < 50_000, `a page of ${page.length} characters`);
    const svg = await Deno.readTextFile(`${folder}/a-square.svg`);
    assert(svg.startsWith("<svg") && svg.includes("square"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

programTest("without the permission to write a sentence says so once, and the program goes on", async () => {
  const text = await run([], "--out", "pictures");
  assertEquals(text.match(/not allowed to write/g)?.length, 1);
  assertStringIncludes(text, "--allow-write=pictures");
  assertStringIncludes(text, "the end");
});

programTest("a folder that cannot be made is missed in a sentence", async () => {
  const text = await run(["--allow-write"], "--out", "deno.json/pictures");
  assertEquals(text.match(/Pictures are not kept/g)?.length, 1);
  assertStringIncludes(text, "the end");
});

programTest("Ctrl-C ends a training loop with a line of its own and exit code 130", async () => {
  if (Deno.build.os === "windows") return;
  const child = command("loop", []).spawn();
  let text = "";
  const stderr = new Response(child.stderr).text();
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (!text.includes("ten steps") && (text + part).includes("ten steps")) {
      setTimeout(() => child.kill("SIGINT"), 300);
    }
    text += part;
  }
  const { code } = await child.status;
  assertEquals(code, 130, text + await stderr);
  assertMatch(text, /Long {2}stopped after \d+ of 1000000000 steps/);
  assertStringIncludes(text, "ten steps\n");
  assert(!text.includes("never reached"));
});

programTest(
  "in a notebook charts are PNGs, text and figures; Stop ends a loop, and the next cell runs",
  async () => {
    const { CellError, Kernel } = await import("../../tools/notebooks/kernel.ts");
    const kernel = await Kernel.start(new URL("notebooks", root).pathname);
    const shown = async (code: string) =>
      (await kernel.run(code, { timeout: 60_000 })).messages
        .filter(({ header }) => header.msg_type.endsWith("display_data"))
        .map(({ header, content }): Shown => ({
          ...content as Shown,
          update: header.msg_type.startsWith("update"),
        }));
    try {
      const [line] = await shown(
        `import { chart, graph, show, steps, tensor } from "descent";
      await show(chart.line({ title: "T", y: [4, 2, 1] }));`,
      );
      assertEquals(Object.keys(line.data).sort(), [
        "application/vnd.plotly.v1+json",
        "image/png",
        "text/plain",
      ]);
      assertEquals(line.metadata["image/png"].width, 600);
      assertStringIncludes(line.metadata["image/png"].alt, "T");
      assert(line.data["image/png"].startsWith("iVBOR"));

      const training = await shown(
        `for await (const step of steps(20)) {
        step.log({ loss: 1 / (step.index + 1) });
        await new Promise((resolve) => setTimeout(resolve, 40));
      }`,
      );
      assert(training.length >= 3, `${training.length} drawings`);
      assertEquals(training.map(({ update }) => update), [false, ...training.slice(1).map(() => true)]);
      assertEquals(new Set(training.map(({ transient }) => transient.display_id)).size, 1);
      assertStringIncludes(training[0].data["text/html"], "<progress");
      assertStringIncludes(training.at(-1)!.data["text/plain"], "20 steps in");
      assert("image/png" in training.at(-1)!.data);

      let error: unknown;
      try {
        await shown(
          `const kept = tensor([1, 2]);
        setTimeout(() => Deno.kill(Deno.pid, "SIGINT"), 500);
        for await (const step of steps(1e6)) kept.add_(1);`,
        );
      } catch (caught) {
        error = caught;
      }
      assert(error instanceof CellError);
      assertMatch(
        error.message,
        /^Stopped: Stopped after step \d+ of 1000000; the network keeps what it has learned\.$/,
      );
      const [after] = await shown("await show(kept);");
      assertStringIncludes(after.data["text/plain"], "Tensor [2]");
    } finally {
      await kernel.close();
    }
  },
);
