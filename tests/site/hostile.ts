/**
 * Opens what hostile_pictures.ts made, as `--out` keeps it and as the site shows it, with the pages' policy and without it, and
 * prints what became of it, as JSON. A program of its own, for the packages that it needs are in tools/deno.lock. Argument: the folder.
 *
 * @module
 */
import { BESIDE } from "../../lib/show/draw/beside.ts";
import { legible } from "../../lib/text/escape.ts";
import type { Notebook, NotebookCell } from "../../tools/notebooks/nbformat.ts";
import { type BrowserPage, launch, serve, until, watch } from "../../tools/site/browser.ts";
import { chapterOf } from "../../tools/site/chapter.ts";
import { renderer } from "../../tools/site/markdown.ts";
import { chapterPage, contentsPage, document } from "../../tools/site/page.ts";
import { CONTROLS, HOSTILE } from "../show/hostile.ts";
import type { Made } from "./hostile_pictures.ts";

/** What became of a page. */
export interface Found {
  page: string;
  /** Complaints of the browser: errors, refused scripts, requests that leave this machine. */
  complaints: string[];
  /** What a script of a name has left behind; null: none ran. */
  hacked: unknown;
  /** Elements that no picture has: links to scripts, handlers, foreign scripts and frames. */
  strange: string[];
  /** Names that the page shows in another way than they are, or not at all. */
  lost: string[];
}

const NAMES = [...HOSTILE, CONTROLS];

const [folder] = Deno.args;
const { pages, outputs }: Made = JSON.parse(await Deno.readTextFile(`${folder}/made.json`));

await writeSite();
const server = serve(folder), browser = await launch();
const found: Found[] = [];
try {
  for (const bypassCSP of [false, true]) {
    for (
      const { page, names } of [...pages, { page: "chapter.html", names: NAMES }, {
        page: "index.html",
        names: [],
      }]
    ) {
      const where = bypassCSP ? `${server.url}/${page}` : new URL(`file://${folder}/${page}`).href;
      found.push(await look(page, where, names, bypassCSP));
    }
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(JSON.stringify(found));

/** A chapter whose cells show all of that, and what somebody might put into a notebook besides. */
async function writeSite(): Promise<void> {
  const hostile = HOSTILE.join("\n");
  const show = (data: Record<string, unknown>, metadata = {}) =>
    outputs.push({ output_type: "display_data", data, metadata });
  outputs.push({ output_type: "stream", name: "stdout", text: [hostile] });
  show({ "text/html": hostile });
  show({
    "text/html":
      `<table onclick="window.__hacked=9"><tr><td><script>window.__hacked=10</script></td></tr></table>`,
  });
  show({ "text/markdown": hostile });
  show({ "text/plain": hostile });
  show({
    "image/svg+xml":
      `<svg xmlns="http://www.w3.org/2000/svg" onload="window.__hacked=11"><script>window.__hacked=12</script></svg>`,
  });
  show(
    { "image/png": "iVBORw0KGgo=" },
    {
      "image/png": {
        width: `1" onerror="window.__hacked=13`,
        height: 1,
        alt: `" onerror="window.__hacked=14`,
      },
    },
  );
  const code: NotebookCell = { cell_type: "code", id: "c", metadata: {}, source: [`// ${hostile}`], outputs };
  const prose = ["# A title\n\nA question?\n\n", ...HOSTILE.flatMap((name) => [name, "\n\n"])];
  const notebook = { cells: [{ cell_type: "markdown", id: "m", metadata: {}, source: prose }, code] };
  const chapter = chapterOf("chapter", notebook as unknown as Notebook, await renderer());
  const titled = { ...chapter, title: `9. ${HOSTILE[1]}`, name: "chapter" };
  await Deno.writeTextFile(`${folder}/chapter.html`, document(chapterPage(titled, titled, titled)));
  await Deno.writeTextFile(`${folder}/index.html`, document(contentsPage([titled])));
  await Deno.mkdir(`${folder}/assets`);
  for (const file of ["katex.css", "style.css", "icon.svg"]) {
    await Deno.writeTextFile(`${folder}/assets/${file}`, "");
  }
  for (const [file, text] of Object.entries(BESIDE)) {
    await Deno.writeTextFile(`${folder}/assets/${file}`, await text());
  }
}

async function look(page: string, url: string, names: readonly string[], bypassCSP: boolean): Promise<Found> {
  const complaints: string[] = [];
  const opened = await browser.newPage({ viewport: { width: 1600, height: 900 }, bypassCSP });
  watch(opened, (sentence) => complaints.push(sentence));
  await opened.goto(url);
  const buttons = opened.locator("figure[data-plotly] button");
  for (let i = await buttons.count(); i > 0; i--) await buttons.first().click();
  const live = `document.querySelectorAll("figure[data-plotly]").length`;
  await until(
    opened,
    `document.querySelectorAll(".js-plotly-plot .legend, .js-plotly-plot .xtick").length >= ${live}`,
  );
  const texts = await textsOf(opened);
  const [hacked, strange] = await opened.evaluate<[unknown, string[]]>(`[window.__hacked ?? null,
    [...document.querySelectorAll("*")].filter((element) =>
      [...element.attributes].some(({ name, value }) => /^on/.test(name) || /^\\s*javascript:/i.test(value)) ||
      /^(iframe|object|embed|base|form)$/i.test(element.tagName) ||
      element.tagName === "SCRIPT" && !/json/.test(element.type) && !element.src
    ).map((element) => element.outerHTML.slice(0, 200))]`);
  await opened.close();
  const lost = names.map(plain).filter((name) => !texts.includes(name));
  return { page: bypassCSP ? `${page} without its policy` : page, complaints, hacked, strange, lost };
}

/** All texts of a page: of each element with text in it, and of all together, where lines were broken. */
async function textsOf(page: BrowserPage): Promise<string> {
  return plain(
    await page.evaluate<string>(
      `[...document.querySelectorAll("main text, main td, main th, main pre, main p, figcaption")]
    .map((element) => element.textContent).join(" ")`,
    ),
  );
}

function plain(text: string): string {
  return legible(text).replaceAll(/\s+/g, " ").trim();
}
