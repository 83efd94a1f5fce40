/**
 * The API reference: the pages of `deno doc --html`, with a contents page and a search of their own.
 *
 * @module
 */
import { escapeMarkup } from "../../lib/text/escape.ts";
import { contents } from "./contents.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { POLICY } from "./page.ts";
import { readTopics, type Topics } from "./topics.ts";

/** As much of what `deno doc --json` writes as is read here. */
interface Documentation {
  nodes: Record<string, { symbols: { name: string; declarations: { location: { filename: string } }[] }[] }>;
}

/**
 * Writes it.
 *
 * @param out A folder, which is made.
 */
export async function writeReference(out: string): Promise<void> {
  const copy = await Deno.makeTempDir({ dir: out.replace(/\/?[^/]*$/, "") || "." });
  try {
    await copyPublic("lib", `${copy}/lib`);
    // The other entry points, so that contents and search have their names, too.
    const [bridge] = /^\/\*\*.*?\*\//s.exec(await Deno.readTextFile("lib/tfjs.ts"))!;
    await Deno.writeTextFile(
      `${copy}/lib/mod.ts`,
      `export * from "./course/mod.ts";\n${
        bridge.replace(" * @module\n", "")
      }\nexport * as tfjs from "./tfjs.ts";\n`,
      { append: true },
    );
    await deno(["doc", "--html", "--name=Descent", `--output=${out}`, `${copy}/lib/mod.ts`]);
    const entries = entriesOf(await Deno.readTextFile(`${out}/search_index.js`));
    const urls = new Set(entries.map(({ url }) => url)), files = await filesOf(`${copy}/lib`);
    for (const path of htmlFiles(out)) {
      const url = path.slice(out.length + 1);
      const html = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, finished(html, url, urls, files));
    }
    await writeContents(out, entries, files, await readTopics(`${copy}/lib`));
    await writeSearch(out, entries);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

/** What a program imports a page's name from. */
function specifierOf(url: string, files: ReadonlyMap<string, string>): string {
  const name = /~\/([^.]*)/.exec(url)?.[1] ?? "";
  return name === "tfjs"
    ? "descent/tfjs"
    : files.get(name)?.startsWith("course/")
    ? "descent/course"
    : "descent";
}

/**
 * Copies the library for `deno doc` alone: it shows what is marked @internal, and leaves out what is marked @ignore; and
 * it calls options that are taken apart in the signature "arg_2", and does not find what is said of them.
 */
async function copyPublic(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) await copyPublic(`${from}/${name}`, `${to}/${name}`);
    else if (!name.endsWith(".ts")) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
    else {
      const text = await Deno.readTextFile(`${from}/${name}`);
      const seen = text.replaceAll("@internal", "@ignore").replace(
        /(?<!\$)\{(?!@)[^{}]*\}(?=: [\w{])/g,
        "options",
      );
      await Deno.writeTextFile(`${to}/${name}`, seen);
    }
  }
}

async function deno(args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`deno ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Where the names of the module itself are declared: "tensor/tensor.ts" of "Tensor". */
async function filesOf(library: string): Promise<Map<string, string>> {
  const { nodes }: Documentation = JSON.parse(await deno(["doc", "--json", `${library}/mod.ts`]));
  return new Map(
    Object.values(nodes).flatMap(({ symbols }) =>
      symbols.map((
        { name, declarations: [{ location: { filename } }] },
      ) => [name, filename.split("/lib/").at(-1)!])
    ),
  );
}

/** A page with what `deno doc` leaves to be wished for. */
function finished(
  html: string,
  url: string,
  urls: ReadonlySet<string>,
  files: ReadonlyMap<string, string>,
): string {
  const up = "../".repeat(url.split("/").length - 1);
  return html
    .replace("<html>", '<html lang="en">')
    .replace("<head>", `<head>${POLICY}`)
    .replace(/<title>(.*?) - \. - Descent documentation/, "<title>$1 · Descent")
    .replace(
      "</head>",
      `<link rel="icon" href="${up}../assets/icon.svg"><link rel="stylesheet" href="${up}../assets/reference.css"></head>`,
    )
    .replace("<body>", `<body><a class="to-course" href="${up}../index.html">← The course</a>`)
    .replace(/<ul class="breadcrumbs">.*?(?=<\/div>)/s, crumbs(url, urls))
    // They would lead to the machine that the site is made on.
    .replace(/<a\s+class="sourceButton".*?<\/a>/gs, "")
    .replaceAll("{ tfjs } from &quot;.&quot;", "* as tfjs from &quot;.&quot;")
    .replaceAll("from &quot;.&quot;", `from &quot;${specifierOf(url, files)}&quot;`)
    .replace(/<script src="[^"]*fuse\.js" defer><\/script>/, "")
    .replace(
      'type="text"\n          id="searchbar"',
      'type="search"\n          id="searchbar" aria-label="Search"',
    )
    .replaceAll('class="copyButton', 'aria-label="Copy" class="copyButton')
    .replaceAll("<pre>", '<pre tabindex="0">');
}

/** The way from the contents to a page. */
function crumbs(url: string, urls: ReadonlySet<string>): string {
  const up = "../".repeat(url.split("/").length - 1);
  const path = /~\/(.*)\.html$/.exec(url)?.[1].split(/\.(?![^[]*\])/) ?? [];
  const names = path.map((name, i) => ({ name, url: `~/${path.slice(0, i + 1).join(".")}.html` }))
    .filter(({ name }) => name !== "prototype");
  const items = names.map(({ name, url: own }) =>
    own !== url && urls.has(own)
      ? `<a href="${up}${encodeURI(own)}">${escapeMarkup(name)}</a>`
      : `<span>${escapeMarkup(name)}</span>`
  );
  return `<nav class="crumbs" aria-label="Where this is">${
    [`<a href="${up}index.html">Descent</a>`, ...items].join(" › ")
  }</nav>`;
}

async function writeContents(
  out: string,
  entries: readonly Entry[],
  files: ReadonlyMap<string, string>,
  topics: Topics,
): Promise<void> {
  const html = await Deno.readTextFile(`${out}/index.html`);
  const main = contents(entries, (name) => files.get(name) ?? "", topics);
  const [before, after] = html.split(/<main>.*<\/div>\s*(?=<\/div>\s*<\/div>\s*<\/div>\s*<\/body>)/s);
  if (after === undefined) throw new Error("deno doc --html: index.html is not what it was");
  await Deno.writeTextFile(`${out}/index.html`, before + main + after);
  // The contents name everything already.
  await Deno.remove(`${out}/all_symbols.html`);
}

/** Deno's search compares letters only: to it, every method of a class is as near to the class's name as the class. */
async function writeSearch(out: string, entries: readonly Entry[]): Promise<void> {
  await Deno.writeTextFile(`${out}/search_index.js`, `const ENTRIES = ${JSON.stringify(entries)};\n`);
  await Deno.copyFile(new URL("search.js", import.meta.url), `${out}/search.js`);
  await Deno.remove(`${out}/fuse.js`);
}

function htmlFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return htmlFiles(`${folder}/${name}`);
    return name.endsWith(".html") ? [`${folder}/${name}`] : [];
  });
}
