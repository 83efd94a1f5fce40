/** A chapter on a terminal: `script` (util-linux) makes one; skipped where it is missing. */
import { assert, assertEquals } from "@std/assert";
import { obstacle, ROOT, testUnless } from "../notebooks/tools.ts";

const reason = Deno.build.os === "linux"
  ? await obstacle("script", "stty")
  : "a terminal is made so on Linux only";

/** Runs a command on a terminal of so many columns and presses a key at each prompt. */
async function onTerminal(
  command: string,
  columns: number,
  keyAt: (prompt: string, count: number) => string,
) {
  const child = new Deno.Command("script", {
    args: ["-qec", `stty cols ${columns} rows 30; ${command}`, "/dev/null"],
    cwd: new URL(ROOT),
    env: { TERM: "xterm-256color" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const keys = child.stdin.getWriter(), decoder = new TextDecoder();
  let seen = "", from = 0, count = 0;
  for await (const bytes of child.stdout) {
    seen += decoder.decode(bytes, { stream: true });
    // deno-lint-ignore no-control-regex
    const fresh = seen.slice(from).replace(/\x1b\[[\d;]*m/g, "");
    const prompt = /── (\d+ of \d+ .* ends)\r$/.exec(fresh);
    if (prompt === null) continue;
    from = seen.length;
    await keys.write(new TextEncoder().encode(keyAt(prompt[1], count++)));
  }
  await keys.close().catch(() => {});
  return { code: (await child.status).code, seen, count };
}

testUnless(
  reason,
  "--read waits behind each cell; what is folded is closed until it is asked for",
  async () => {
    const read = `"${Deno.execPath()}" run --no-prompt chapters/01_extremum.ts --read`;
    const closed = await onTerminal(read, 60, () => "\r");
    assertEquals(closed.code, 0);
    assert(closed.count > 15, `${closed.count} prompts`);
    assert(!/\bRight\.|No, it is|Answer\./.test(closed.seen), "an answer that nobody asked for");
    // deno-lint-ignore no-control-regex
    const lines = closed.seen.replace(/\x1b\[[\d;]*[A-Za-z]/g, "").split(/[\r\n]+/);
    assertEquals(lines.filter((line) => line.includes("Answer to")).length, 3);
    const prose = lines.filter((line) => /^[A-Z][a-z ,]+$/.test(line));
    assertEquals(prose.filter((line) => line.length > 60), []);

    const asked = await onTerminal(
      read,
      60,
      (prompt) => /chooses/.test(prompt) ? "a" : /opens/.test(prompt) ? "o" : "n",
    );
    assertEquals(asked.code, 0);
    assert(/Right\.|No, it is/.test(asked.seen));
    assert(
      asked.seen.includes("y = 4.5, gradient = 3, then x = 3.8000"),
      "the first question's code has run",
    );
  },
);

testUnless(reason, "--read ends where the reader says so", async () => {
  const read = `"${Deno.execPath()}" run --no-prompt chapters/01_extremum.ts --read`;
  for (const key of ["q", "\x03"]) {
    const { code, count } = await onTerminal(read, 80, (_, at) => at === 2 ? key : " ");
    assertEquals({ code, count }, { code: 0, count: 3 });
  }
});
