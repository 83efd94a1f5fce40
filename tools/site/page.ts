/**
 * What all pages have around them.
 *
 * @module
 */
import { escapeMarkup } from "../../lib/text/escape.ts";
import type { Chapter } from "./chapter.ts";

/** A page: its title, and what is in it. */
interface Page {
  title: string;
  description: string;
  html: string;
  /** The scripts of the site that it loads, by their names in assets/. */
  scripts?: readonly string[];
}

/**
 * What a page may load: what lies in the site, and pictures that stand in the page. No script in a page runs, no style sheet but
 * KaTeX' and Plotly's needs to stand there.
 */
export const POLICY: string =
  `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; ` +
  `img-src 'self' data: blob:; font-src 'self'; base-uri 'none'; form-action 'none'">`;

/** A complete HTML document. */
export function document({ title, description, html, scripts = [] }: Page): string {
  const loaded = scripts.map((file) => `\n<script src="assets/${file}" defer></script>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${POLICY}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escapeMarkup(description)}">
<title>${escapeMarkup(title)}</title>
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="assets/katex.css">
<link rel="stylesheet" href="assets/style.css">${loaded}
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<header>
<nav aria-label="Site"><a class="home" href="index.html">Descent</a> <a href="index.html#chapters">Chapters</a> <a href="glossary.html">Glossary</a> <a href="api/index.html">API</a></nav>
</header>
<main id="main">
${html}
</main>
<footer><p>Made from the executed notebooks of the course: what you read is what ran.</p></footer>
</body>
</html>
`;
}

/** The page of a chapter, with the ways to its neighbours. */
export function chapterPage(chapter: Chapter, before: Chapter | undefined, after: Chapter | undefined): Page {
  const link = (to: Chapter | undefined, relation: string, word: string) =>
    to === undefined
      ? ""
      : `<a rel="${relation}" href="${fileOf(to)}"><small>${word}</small> ${escapeMarkup(to.title)}</a>`;
  return {
    title: `${chapter.title} · Descent`,
    description: `Descent, chapter ${chapter.title}`,
    scripts: [
      ...(chapter.isInteractive ? ["charts.js"] : []),
      ...(chapter.asks ? ["questions.js"] : []),
    ],
    html: `<article>
${chapter.html}
</article>
<nav class="neighbours" aria-label="Chapters">${link(before, "prev", "Before")}${
      link(after, "next", "Next")
    }</nav>`,
  };
}

/** The page that one sees first. */
export function contentsPage(chapters: readonly Chapter[]): Page {
  const items = chapters.map((chapter) => {
    const [number, name] = chapter.title.split(/\. (.*)/);
    return `<li><span class="number" aria-hidden="true">${escapeMarkup(number)}</span>
<div><h3><a href="${fileOf(chapter)}"><span class="hidden">Chapter ${escapeMarkup(number)}: </span>${
      escapeMarkup(name)
    }</a></h3>
${chapter.question}
<div class="takes">${chapter.takes}</div></div></li>`;
  });
  const description =
    "Deep learning by building it: from a parabola to a residual network, in TypeScript, on Deno.";
  return {
    title: "Descent: deep learning by building it",
    description,
    html: `<div class="front">
<h1>Descent</h1>
<p class="lead">${description}</p>
<p>Every chapter asks a question, builds the answer with what the chapters before it made, and runs.
The course follows the Chinese book <span lang="zh">《深度学习框架与卷积网络结构设计》</span> (<span lang="zh">荣耀学院</span>, 2022), and from chapter 8 on
goes beyond it. To run the chapters yourself:</p>
<pre tabindex="0" role="region" aria-label="commands"><code>deno run chapters/01_extremum.ts
jupyter lab notebooks/</code></pre>
<h2 id="chapters">Chapters</h2>
<ol class="chapters">
${items.join("\n")}
</ol>
<h2>Reference</h2>
<p><a href="glossary.html">The words of the course</a>, with PyTorch's and the book's beside them.</p>
<p><a href="api/index.html">Everything that <code>import … from "descent"</code> offers</a>, with shapes, errors and examples.</p>
</div>`,
  };
}

/** The file of a chapter's page. */
export function fileOf({ name }: Chapter): string {
  return `${name}.html`;
}
