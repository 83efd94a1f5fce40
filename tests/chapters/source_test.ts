// Reads the chapters' sources, which needs a permission.
import { assert, assertEquals } from "@std/assert";
import { parseCells, parseQuestion } from "../../lib/course/cells.ts";
import { readingMinutes } from "./minutes.ts";
import { chapterNumber } from "./program.ts";

const granted = (await Deno.permissions.query({ name: "read" })).state === "granted";
const folder = new URL("../../chapters/", import.meta.url);
const names = granted ? [...Deno.readDirSync(folder)].map(({ name }) => name).sort() : [];
const reason = granted ? "" : " (skipped: needs --allow-read)";

const CODE = "// %%",
  PROSE = "// %% [markdown]",
  FOLDED = '// %% [markdown] tags=["folded"]',
  QUESTION = '// %% [markdown] tags=["question"]';

/** A chapter's cells: what kind, and its lines. */
function cells(name: string): { prose: boolean; folded: boolean; lines: string[] }[] {
  const text = Deno.readTextFileSync(new URL(name, folder));
  return text.split(/^(?=\/\/ %%)/m).map((cell) => {
    const [mark, ...lines] = cell.trimEnd().split("\n");
    assert([CODE, PROSE, FOLDED, QUESTION].includes(mark), `${name}: a cell begins with "${mark}"`);
    return { prose: mark !== CODE, folded: mark === FOLDED, lines };
  });
}

Deno.test({
  name: "the chapters and their interludes are there, and nothing else" + reason,
  ignore: !granted,
  fn() {
    assertEquals(names, [
      "01_extremum.ts",
      "01b_backward.ts",
      "02_vector_extremum.ts",
      "03_linear_regression.ts",
      "04_mlp.ts",
      "05_alexnet.ts",
      "05b_digits.ts",
      "06_batchnorm.ts",
      "07_resnet.ts",
      "07b_depth.ts",
      "08_training.ts",
      "09_densenet.ts",
    ]);
  },
});

Deno.test({
  name: "a chapter's prose cells hold comments only, and its code cells none" + reason,
  ignore: !granted,
  fn() {
    for (const name of names) {
      for (const { prose, lines } of cells(name)) {
        for (const line of lines) {
          if (line !== "") assertEquals(line.startsWith("//"), prose, `${name}: ${line}`);
        }
      }
    }
  },
});

Deno.test({
  name: "a chapter opens with its number and a question, and closes with exercises" + reason,
  ignore: !granted,
  fn() {
    for (const name of names) {
      const all = cells(name);
      assert(all[0].prose && all[0].lines[0].startsWith(`// # ${chapterNumber(name)}. `), name);
      assert(all[0].lines.some((line) => line.includes("**The question.**")), name);
      const closing = all.findLast(({ folded }) => !folded)!;
      const exercises = closing.lines.join("\n").split("// ## Exercises")[1] ?? "";
      assert(/^\/\/ 1\. [^]*^\/\/ 2\. /m.test(exercises), `${name}: two exercises`);
    }
  },
});

/** What a chapter says below its title: how long it takes, and what stands before it. */
function minutesOf(name: string): number {
  const [title, empty, takes] = cells(name)[0].lines;
  const said = /^\/\/ \*About (\d+) minutes\. Before it: .+\.\*$/.exec(takes);
  assert(
    title.startsWith("// # ") && empty === "//" && said !== null,
    `${name} does not say what it takes: ${takes}`,
  );
  return Number(said[1]);
}

Deno.test({
  name:
    "a chapter says below its title how long it takes, which is what there is to read, and what stands before it" +
    reason,
  ignore: !granted,
  fn() {
    for (const name of names) {
      const said = minutesOf(name);
      const counted = readingMinutes(parseCells(Deno.readTextFileSync(new URL(name, folder)), name));
      assert(
        Math.abs(said - counted) <= counted / 3,
        `${name}: about ${said} minutes, counted ${counted.toFixed(0)}`,
      );
    }
  },
});

Deno.test({
  name: "README.md has a row for each chapter, with its minutes" + reason,
  ignore: !granted,
  fn() {
    const readme = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));
    const rows = [...readme.matchAll(/^\| \[.*\]\(chapters\/(\w+\.ts)\) *\| *(\d+) *\|/gm)];
    assertEquals(
      rows.map(([, name, minutes]) => [name, Number(minutes)]),
      names.map((name) => [name, minutesOf(name)]),
    );
  },
});

Deno.test({
  name: "each exercise has its answer behind it, folded, with code that is all TypeScript" + reason,
  ignore: !granted,
  fn() {
    for (const name of names) {
      const all = cells(name);
      const closing = all.findLastIndex(({ folded }) => !folded);
      const exercises = all[closing].lines.filter((line) => /^\/\/ \d+\. /.test(line));
      const answers = all.slice(closing + 1);
      assert(all.slice(0, closing).every(({ folded }) => !folded), `${name}: an answer before its exercise`);
      assertEquals(
        answers.map(({ lines }) => lines[0]),
        exercises.map((_, i) => `// **Answer to ${i + 1}**`),
        name,
      );
      for (const { lines } of answers) {
        const fences = lines.filter((line) => line.startsWith("// ```"));
        assert(fences.length >= 2, `${name}: ${lines[0]} has no code`);
        fences.forEach((fence, i) => assertEquals(fence, i % 2 === 0 ? "// ```ts" : "// ```", name));
      }
    }
  },
});

Deno.test({
  name: "a chapter's questions stand between its first code and its exercises, and are read as questions" +
    reason,
  ignore: !granted,
  fn() {
    for (const name of names) {
      const all = parseCells(Deno.readTextFileSync(new URL(name, folder)), name);
      const first = all.findIndex(({ kind }) => kind === "code");
      const closing = all.findLastIndex(({ tags }) => !tags.includes("folded"));
      for (const [i, cell] of all.entries()) {
        if (!cell.tags.includes("question")) continue;
        assert(
          i > first && i < closing,
          `${name}:${cell.line}: a question in front of all code, or behind the exercises`,
        );
        parseQuestion(cell, name);
      }
    }
  },
});

Deno.test({
  name: "the first code below a heading prints it, so that a script's output can be followed" + reason,
  ignore: !granted,
  fn() {
    for (const name of names) {
      const expected: string[] = [];
      let heading: string | undefined;
      for (const { prose, folded, lines } of cells(name)) {
        if (folded) continue;
        if (prose) heading = lines.findLast((line) => line.startsWith("// ## "))?.slice(6) ?? heading;
        else if (heading !== undefined) {
          assertEquals(lines[0], `section(${JSON.stringify(heading)});`, name);
          expected.push(heading);
          heading = undefined;
        }
      }
      const text = Deno.readTextFileSync(new URL(name, folder));
      assertEquals([...text.matchAll(/^ *section\("(.*)"\);$/gm)].map(([, title]) => title), expected, name);
      assert(expected.length >= 3, `${name}: ${expected}`);
    }
  },
});

Deno.test({
  name: "a chapter has nothing that a notebook's kernel refuses" + reason,
  ignore: !granted,
  fn() {
    for (const name of names) {
      const code = cells(name).filter(({ prose }) => !prose).flatMap(({ lines }) => lines);
      const text = code.join("\n");
      assert(!/import\.meta|Deno\.args/.test(text), name);
      assert(!/^(await )?using /m.test(text), name);
      const declared = [
        ...text.matchAll(/^(?:export |async )*(?:const|let|var|function\*?|class) ([\w$]+)/gm),
      ].map(([, found]) => found);
      assertEquals(new Set(declared).size, declared.length, `${name}: a name is declared twice`);
      const imports = [...text.matchAll(/^(?:import .*)?from "(.*)";$/gm)].map(([, from]) => from);
      assert(
        imports.length > 0 && imports.every((from) => /^descent(\/course)?$/.test(from)),
        `${name}: ${imports}`,
      );
    }
  },
});
