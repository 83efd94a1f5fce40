// Starts programs and reads the chapters' sources, so it asks what permissions there are: see program.ts.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseCells, parseQuestion, withoutHeading } from "../../lib/course/cells.ts";
import { partOf, programOf } from "../../lib/course/parts.ts";
import { proseLines } from "../../lib/course/prose.ts";
import { output, programTest, runWith } from "./program.ts";

const folder = new URL("../../chapters/", import.meta.url);
const cellsOf = (name: string) => parseCells(Deno.readTextFileSync(new URL(name, folder)), name);
const chapters = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

programTest("on a terminal no command of LaTeX and no mark of Markdown is left in a chapter's prose", () => {
  for (const name of chapters()) {
    for (const { kind, source, tags } of cellsOf(name)) {
      if (kind === "code" || tags.includes("question")) continue;
      for (const line of proseLines(source, { columns: 80, color: "none" })) {
        if (line.startsWith("│")) continue;
        const text = line.replace(/`[^`]*`/g, "");
        assert(!/\\[A-Za-z%,;]|\*\*|\$[^$]*\$|[_^]\{/.test(text), `${name}: ${line}`);
      }
    }
  }
  return Promise.resolve();
});

programTest(
  "each chapter is a program that can be led through, and so are its answers and questions",
  async () => {
    for (const name of chapters()) {
      const walk = await programOf(cellsOf(name).map(partOf));
      assertEquals(typeof walk, "function", name);
    }
  },
);

/** Lines that a chapter printed, without the headings that --read takes from the prose. */
function printed(text: string): string[] {
  return text.split("\n").filter((line, i, all) =>
    line !== "" && !/^[═─]+$/.test(`${line}`) && !/^[═─]+$/.test(all[i + 1] ?? "")
  );
}

for (const chapter of ["01_extremum", "04_mlp"]) {
  programTest(
    `${chapter} --read prints prose, code and, where it belongs, what the chapter prints`,
    async () => {
      const { code, stdout, stderr } = await runWith("", chapter, "--read");
      assertEquals({ code, stderr: stderr.includes('"permission":') }, { code: 0, stderr: false }, stderr);
      const lines = stdout.split("\n");
      let at = -1;
      for (const line of printed(await output(chapter))) {
        at = lines.indexOf(line, at + 1);
        assert(at >= 0, `not there, or not behind what is printed before it: ${line}`);
      }
      let shown = -1;
      for (const { kind, source } of cellsOf(`${chapter}.ts`)) {
        if (kind !== "code") continue;
        const first = withoutHeading(source).split("\n")[0].slice(0, 30);
        shown = lines.findIndex((line, i) => i > shown && line.startsWith(`│ ${first}`));
        assert(shown >= 0, `no code: ${first}`);
      }
      assertStringIncludes(stdout, "Answer to 1");
    },
  );
}

programTest("--quiz asks, lets the code decide, counts, and says where to read again", async () => {
  const asked = cellsOf("01_extremum.ts").filter(({ tags }) => tags.includes("question"))
    .map((cell) => parseQuestion(cell, "01_extremum"));
  const letters = asked.map(({ right }) => "abcde"[right]);
  const wrong = letters[0] === "a" ? "b" : "a";
  const typed = [wrong, "?", "", ...letters.slice(2)];
  const { code, stdout } = await runWith(typed.join("\n"), "01_extremum", "--quiz");
  assertEquals(code, 0);
  assertStringIncludes(stdout, `${asked.length} questions.`);
  assertStringIncludes(stdout, `No, it is ${letters[0]}.`);
  assertMatch(stdout, /"\?" is no choice: type a, .* or .\.\n/);
  assertStringIncludes(stdout, `It is ${letters[1]}.`);
  assertEquals(stdout.match(/^Right\.$/gm)?.length, asked.length - 2);
  assertStringIncludes(stdout, `\n${asked.length - 2} of ${asked.length} right.\n`);
  assertMatch(stdout, /\nRead again: .* \(questions? 1.*\)\.\n/);
  const first = stdout.slice(0, stdout.indexOf("2 of"));
  assertStringIncludes(first, "y = 4.5, gradient = 3, then x = 3.8000", "the first question's code has run");
});

programTest("--quiz ends with the score so far where no more is typed", async () => {
  const { code, stdout } = await runWith("\n", "01_extremum", "--quiz");
  assertEquals(code, 0);
  assertMatch(stdout, /\n0 of 1 right\.\nRead again: [^\n]* \(question 1\)\.\n$/);
});

programTest("--read and --quiz of a program without cells say what they need", async () => {
  const { code, stderr } = await runWith(
    'import { chapterFlags } from "descent/course";\nchapterFlags({ title: "x" });',
    "-",
    "--read",
  );
  assertEquals(code, 1);
  assertMatch(stderr, /^.*: the first line must begin a cell: \/\/ %% or \/\/ %% \[markdown\]\n$/);
});
