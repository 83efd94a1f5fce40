/**
 * Makes a static site from the executed notebooks: contents, chapters, API reference. It loads nothing from elsewhere.
 *
 * ```sh
 * deno task site               # into site/
 * deno task site --out DIR   # Deno asks whether it may write there, and read what was written
 * ```
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { BESIDE } from "../lib/show/draw/beside.ts";
import { darkStyle } from "../lib/show/draw/dark.ts";
import { duration } from "../lib/text/numbers.ts";
import type { Notebook } from "./notebooks/nbformat.ts";
import { loadBytes } from "./packages.ts";
import { type Chapter, chapterOf } from "./site/chapter.ts";
import { glossaryHtml, parseGlossary } from "./site/glossary.ts";
import { renderer } from "./site/markdown.ts";
import { chapterPage, contentsPage, document, fileOf } from "./site/page.ts";
import { writeReference } from "./site/reference.ts";

const { out } = parseArgs(Deno.args, { string: ["out"], default: { out: "site" } });
const start = performance.now();
await Deno.remove(out, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
await Deno.mkdir(`${out}/assets`, { recursive: true });

const rendering = await renderer();
const chapters = readChapters();
for (const [i, chapter] of chapters.entries()) {
  await write(fileOf(chapter), document(chapterPage(chapter, chapters[i - 1], chapters[i + 1])));
}
await write("index.html", document(contentsPage(chapters)));
const terms = parseGlossary(await Deno.readTextFile("docs/glossary.md"));
await write(
  "glossary.html",
  document({
    title: "Glossary · Descent",
    description: "The words of the course, in a sentence each",
    html: glossaryHtml(terms, rendering),
  }),
);
for (const file of ["reference.css", "icon.svg", "questions.js"]) {
  await Deno.copyFile(new URL(`site/${file}`, import.meta.url), `${out}/assets/${file}`);
}
const style = await Deno.readTextFile(new URL("site/style.css", import.meta.url));
await write("assets/style.css", `${style}\n${darkStyle("figure.drawn img, figure.drawn .chart")}\n`);
await writeFormulaFonts();
if (chapters.some(({ isInteractive }) => isInteractive)) {
  for (const [file, text] of Object.entries(BESIDE)) await write(`assets/${file}`, await text());
}
await writeReference(`${out}/api`);
console.log(
  `${out}/index.html and ${chapters.length} chapters, in ${duration(performance.now() - start)}`,
);

function readChapters(): Chapter[] {
  const names = [...Deno.readDirSync("notebooks")].map(({ name }) => name).filter((name) =>
    name.endsWith(".ipynb")
  );
  if (names.length === 0) {
    console.error("deno task site: there are no notebooks yet. deno task notebooks makes them.");
    Deno.exit(1);
  }
  return names.sort().map((file) => {
    const notebook: Notebook = JSON.parse(Deno.readTextFileSync(`notebooks/${file}`));
    return chapterOf(file.replace(/\.ipynb$/, ""), notebook, rendering);
  });
}

/** KaTeX' style sheet, and the fonts that it names, in the one format that every browser reads. */
async function writeFormulaFonts(): Promise<void> {
  const css = new TextDecoder().decode(await loadBytes("katex", "dist/katex.min.css"));
  const woff2 = css.replace(/(url\(fonts\/[^)]*\.woff2\) format\("woff2"\))[^}]*?(?=[;}])/g, "$1");
  await write("assets/katex.css", woff2);
  await Deno.mkdir(`${out}/assets/fonts`);
  for (const [, font] of woff2.matchAll(/url\((fonts\/[^)]*)\)/g)) {
    await Deno.writeFile(`${out}/assets/${font}`, await loadBytes("katex", `dist/${font}`));
  }
}

async function write(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${out}/${path}`, text);
}
