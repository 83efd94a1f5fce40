/**
 * A notebook as a page.
 *
 * @module
 */
import { escapeMarkup, scriptJson } from "../../lib/text/escape.ts";
import type { MimeBundle, Notebook, NotebookCell, Output } from "../notebooks/nbformat.ts";
import { allowTags, TABLES } from "./allowed.ts";
import type { Renderer } from "./markdown.ts";

/** A chapter, ready to be put in a page. */
export interface Chapter {
  /** The name of its file: "01_extremum". */
  name: string;
  /** "1. The lowest point of a parabola". */
  title: string;
  /** The first paragraph, as HTML. */
  question: string;
  /** How long it takes, and what stands before it, as HTML: "About 25 minutes. Before it: chapter 3." */
  takes: string;
  html: string;
  /** Whether it has charts that Plotly can bring to life. */
  isInteractive: boolean;
  /** Whether it asks questions that can be answered. */
  asks: boolean;
}

/** What stands below a chapter's title. */
const TAKES = /^\*(About \d+ minutes\. Before it: .*)\*$/;

const PLOTLY = "application/vnd.plotly.v1+json";

/**
 * Makes a chapter of a notebook.
 *
 * @param name The file's name.
 * @param notebook An executed one.
 * @param renderer Of Markdown and code.
 */
export function chapterOf(name: string, notebook: Notebook, renderer: Renderer): Chapter {
  const shown = notebook.cells.filter(({ metadata }) => !metadata.tags?.includes("setup"));
  const first = shown[0].source.join("");
  const title = /^# (.*)/.exec(first)?.[1];
  if (title === undefined) throw new Error(`notebooks/${name}.ipynb: its first cell has no title "# …"`);
  const paragraphs = first.split(/\n\n+/).slice(1);
  const takes = TAKES.exec(paragraphs[0])?.[1];
  const question = opening(takes === undefined ? paragraphs : paragraphs.slice(1));
  const html = shown.map((cell) => cellHtml(cell, renderer)).join("\n");
  return {
    name,
    title,
    question: renderer.markdown(question),
    takes: takes === undefined ? "" : renderer.markdown(takes),
    html,
    isInteractive: html.includes("data-plotly"),
    asks: html.includes("data-right"),
  };
}

/** The first paragraph; if a formula interrupts its sentence, up to where that ends. */
function opening(paragraphs: readonly string[]): string {
  const taken = [paragraphs[0] ?? ""];
  for (const paragraph of paragraphs.slice(1)) {
    if (/[.?!]\**$/.test(taken.at(-1)!)) break;
    taken.push(
      paragraph.startsWith("$$") ? paragraph : /^[^]*?[.?!](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph,
    );
  }
  return taken.join("\n\n");
}

function cellHtml(cell: NotebookCell, renderer: Renderer): string {
  const source = cell.source.join("");
  if (cell.metadata.tags?.includes("question")) return questionHtml(source, renderer);
  if (cell.cell_type === "markdown") return `<section class="prose">\n${renderer.markdown(source)}</section>`;
  const code = focusable(renderer.code(source));
  const isFolded = cell.metadata.jupyter?.source_hidden === true;
  const shown = isFolded ? `<details><summary>Code</summary>\n${code}</details>` : code;
  const outputs = (cell.outputs ?? []).map((output) => outputHtml(output, renderer)).join("\n");
  return `<section class="code">\n${shown}\n${outputs}</section>`;
}

/** A question says which choice is right, for the script that makes buttons of the choices; without it the answer unfolds. */
function questionHtml(source: string, renderer: Renderer): string {
  const right = /<\/summary>\s*\*\*([a-e])\.\*\*/.exec(source)?.[1];
  if (right === undefined) {
    throw new Error(`a notebook's question does not say which choice is right:\n${source}`);
  }
  const html = renderer.markdown(source).replace("<ul>", '<ul class="choices">');
  return `<section class="prose question" data-right="${right}">\n${html}</section>`;
}

/** A block that scrolls sideways can be reached by keyboard, and has a name. */
function focusable(code: string): string {
  return code.replace(/<pre ([^>]*?)tabindex="0"/, '<pre $1tabindex="0" role="region" aria-label="code"');
}

function outputHtml(output: Output, renderer: Renderer): string {
  if (output.output_type === "stream") {
    const isError = output.name === "stderr";
    return text(output.text.join(""), isError ? "output stderr" : "output");
  }
  return bundleHtml(output.data, output.metadata, renderer);
}

/** The richest of a bundle's formats that needs no script; a chart keeps its figure for Plotly beside it. */
function bundleHtml(data: MimeBundle, metadata: Record<string, unknown>, renderer: Renderer): string {
  const plain = joined(data["text/plain"]);
  const of = (type: string) => joined(data[type]);
  if ("image/png" in data) {
    const { width, height, alt, drawn } = (metadata["image/png"] ?? {}) as Record<string, unknown>;
    const size = width && height ? ` width="${Number(width)}" height="${Number(height)}"` : "";
    const words = escapeMarkup(String(alt ?? metadata.alt ?? plain));
    const image = `<img src="data:image/png;base64,${base64(of("image/png"))}"${size} alt="${words}">`;
    return figure(image, data, drawn === true || PLOTLY in data);
  }
  if ("image/svg+xml" in data) {
    const drawing = new TextEncoder().encode(of("image/svg+xml")).toBase64();
    const words = escapeMarkup(String(metadata.alt ?? plain));
    return figure(`<img src="data:image/svg+xml;base64,${drawing}" alt="${words}">`, data, true);
  }
  if ("text/html" in data) {
    return `<div class="output wide" tabindex="0" role="region" aria-label="output">${
      allowTags(of("text/html"), TABLES)
    }</div>`;
  }
  if ("text/markdown" in data) return `<div class="output">${renderer.markdown(of("text/markdown"))}</div>`;
  return text(plain, "output");
}

/** The same bytes; an error if they are none. */
function base64(text: string): string {
  try {
    return Uint8Array.fromBase64(text).toBase64();
  } catch (cause) {
    throw new Error("a notebook's picture is no base64: make the notebook anew", { cause });
  }
}

/** A picture; what was drawn, and not photographed, is dark on a dark page. */
function figure(image: string, data: MimeBundle, isDrawn: boolean): string {
  const broad = isBroad(image);
  const classes = [isDrawn ? "drawn" : "", broad ? "broad" : ""].filter((name) => name !== "");
  const style = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
  // What scrolls can be reached by keyboard; a chart has a button.
  const scrolls = broad ? ' tabindex="0" role="region" aria-label="picture"' : "";
  if (!(PLOTLY in data)) return `<figure${style}${scrolls}>${image}</figure>`;
  return `<figure${style} data-plotly>${image}<script type="application/json">${
    scriptJson(data[PLOTLY])
  }</script></figure>`;
}

/** Whether a phone would make its letters too small to be read. */
function isBroad(image: string): boolean {
  return Number(/ width="(\d+)"/.exec(image)?.[1] ?? 0) > 600;
}

function text(content: string, style: string): string {
  return `<pre class="${style}" tabindex="0" role="region" aria-label="output">${
    escapeMarkup(content.trimEnd())
  }</pre>`;
}

function joined(value: unknown): string {
  return Array.isArray(value) ? value.join("") : String(value ?? "");
}
