/**
 * Makes notebooks/*.ipynb from chapters/*.ts, and runs them; and notebooks/pictures/, what README.md shows of them.
 *
 * ```sh
 * deno task notebooks            # all
 * deno task notebooks 3 5 5b     # chapters 3 and 5, and the interlude behind 5
 * deno task notebooks --check    # fails if a notebook is not what its chapter says; writes nothing
 * deno task notebooks --no-run   # without running: a cell that did not change keeps its outputs
 * ```
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { parseCells } from "../lib/course/cells.ts";
import { duration } from "../lib/text/numbers.ts";
import { execute } from "./notebooks/execute.ts";
import { CellError } from "./notebooks/kernel.ts";
import { type Notebook, serialize, staleCell, toNotebook } from "./notebooks/nbformat.ts";
import { pictureOf, type Wanted, wantedPictures } from "./notebooks/pictures.ts";

/** The page whose pictures are taken from notebooks. */
const FRONT_PAGE = "README.md";

/** A notebook is at most so large: one reads it in a browser. */
const LARGEST = 1_000_000;

const args = parseArgs(Deno.args, {
  boolean: ["check", "run", "help"],
  string: ["_", "chapters", "notebooks"],
  default: { run: true, chapters: "chapters", notebooks: "notebooks" },
  negatable: ["run"],
  unknown: (arg) => {
    if (arg.startsWith("-")) fail(`deno task notebooks: there is no ${arg}; there are --check and --no-run.`);
  },
});
// "5" and "05" are chapter 5 alone, and not the interludes behind it.
const names = (args._ as string[]).map((name) =>
  name.replace(/^\d[a-z]?$/, "0$&").replace(/^\d\d[a-z]?$/, "$&_")
);
const chapters = [...Deno.readDirSync(args.chapters)]
  .map(({ name }) => name)
  .filter((name) => /^\d\d[a-z]?_.*\.ts$/.test(name))
  .map((name) => name.replace(/\.ts$/, ""))
  .sort();
const unknown = names.find((name) => !chapters.some((chapter) => chapter.startsWith(name)));
if (unknown !== undefined) {
  fail(`deno task notebooks: no chapter begins with ${unknown}. There are: ${chapters.join(", ")}.`);
}
const chosen = chapters.filter((chapter) => {
  return names.length === 0 || names.some((name) => chapter.startsWith(name));
});

if (args.help) {
  console.log("deno task notebooks [CHAPTERS…] [--check] [--no-run]: makes notebooks/ from chapters/.");
} else if (args.check) {
  await check();
} else {
  for (const chapter of chosen) await make(chapter);
  await forEachPicture(async (path, picture) => {
    if (picture === null) fail(`${FRONT_PAGE} shows ${path}, and the notebook has no such picture.`);
    await Deno.mkdir(`${args.notebooks}/pictures`, { recursive: true });
    await Deno.writeFile(path, picture);
  });
}

async function make(chapter: string): Promise<void> {
  const start = performance.now();
  const notebook = read(chapter);
  const path = pathOf(chapter);
  if (args.run) {
    try {
      await execute(notebook, args.notebooks);
    } catch (error) {
      if (error instanceof CellError) fail(`${path}: ${error.message}`);
      throw error;
    }
  } else keepOutputs(notebook, await written(chapter));
  const text = serialize(notebook);
  if (text.length > LARGEST) {
    fail(`${path} would have ${text.length} characters, more than ${LARGEST}: show less.`);
  }
  await Deno.writeTextFile(path, text);
  const took = duration(performance.now() - start);
  console.log(`${path}: ${notebook.cells.length} cells, ${(text.length / 1000).toFixed(0)} kB, ${took}`);
}

/** Says what is wrong with the notebooks as they are. */
async function check(): Promise<void> {
  const complaints: string[] = [];
  for (const chapter of chosen) {
    const path = pathOf(chapter);
    const again = `run: deno task notebooks ${chapter}`;
    const notebook = await written(chapter);
    if (notebook === null) {
      complaints.push(`${path} is missing; ${again}`);
      continue;
    }
    const stale = staleCell(notebook, read(chapter));
    const idle = notebook.cells.findIndex((cell) =>
      cell.cell_type === "code" && cell.execution_count === null
    );
    const size = (await Deno.stat(path)).size;
    if (stale !== null) {
      complaints.push(`${path}, cell ${stale}, is not what ${args.chapters}/${chapter}.ts says; ${again}`);
    } else if (idle >= 0) complaints.push(`${path}, cell ${idle + 1}, was not run; ${again}`);
    if (size > LARGEST) complaints.push(`${path} has ${size} bytes, more than ${LARGEST}: show less.`);
  }
  for (const { name } of names.length === 0 ? Deno.readDirSync(args.notebooks) : []) {
    if (name.endsWith(".ipynb") && !chapters.includes(name.replace(/\.ipynb$/, ""))) {
      complaints.push(`${args.notebooks}/${name} has no chapter that it was made from; delete it.`);
    }
  }
  await forEachPicture(async (path, picture, { chapter }) => {
    const there = await Deno.readFile(path).catch(() => null);
    if (picture === null || there === null || !equal(picture, there)) {
      complaints.push(`${path} is not what its notebook shows; run: deno task notebooks ${chapter} --no-run`);
    }
  });
  // What breaks in a kernel is a matter of syntax, which deno lint reads, with our rules of tools/notebooks/lint.ts.
  const lint = new Deno.Command(Deno.execPath(), {
    args: ["lint", "--config=deno.json", ...chosen.map((chapter) => `${args.chapters}/${chapter}.ts`)],
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stderr } = await lint.output();
  if (!success) complaints.push(new TextDecoder().decode(stderr).trim());
  if (complaints.length > 0) fail(complaints.join("\n"));
  console.log(`${chosen.length} notebooks say what their chapters say.`);
}

/** Looks at each picture of the chosen chapters on the front page: where it should lie, and what the notebook has. */
async function forEachPicture(
  look: (path: string, picture: Uint8Array | null, wanted: Wanted) => Promise<void>,
): Promise<void> {
  const folder = `${args.notebooks}/pictures`;
  for (const wanted of wantedPictures(await Deno.readTextFile(FRONT_PAGE), folder)) {
    if (!chosen.includes(wanted.chapter)) continue;
    const notebook = await written(wanted.chapter);
    await look(`${folder}/${wanted.name}`, notebook && pictureOf(notebook, wanted.number), wanted);
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function read(chapter: string): Notebook {
  const path = `${args.chapters}/${chapter}.ts`;
  try {
    return toNotebook(parseCells(Deno.readTextFileSync(path), path));
  } catch (error) {
    if (error instanceof SyntaxError) fail(error.message);
    throw error;
  }
}

/** The notebook as it lies there, if it does. */
async function written(chapter: string): Promise<Notebook | null> {
  try {
    return JSON.parse(await Deno.readTextFile(pathOf(chapter)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function keepOutputs(notebook: Notebook, before: Notebook | null): void {
  const known = new Map(before?.cells.map((cell) => [cell.id, cell]));
  for (const cell of notebook.cells) {
    const { execution_count, outputs } = known.get(cell.id) ?? {};
    if (cell.cell_type === "code" && outputs !== undefined) Object.assign(cell, { execution_count, outputs });
  }
}

function pathOf(chapter: string): string {
  return `${args.notebooks}/${chapter}.ipynb`;
}

function fail(sentence: string): never {
  console.error(sentence);
  Deno.exit(1);
}
