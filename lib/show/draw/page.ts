/**
 * A picture as a web page of its own. A chart answers to the mouse, by a library that all pages of a folder share; nothing is
 * fetched from elsewhere, and no script runs but the folder's own.
 *
 * @module
 */
import { escapeMarkup, scriptJson } from "../../text/escape.ts";
import { darkStyle } from "./dark.ts";
import type { Figure } from "./plotly.ts";
import { FONT, type Svg } from "./spec.ts";

/** What a page shows. */
interface Page {
  title: string;
  /** What a screen reader says. */
  alt: string;
  /** The chart, if it can answer to the mouse. */
  figure: Figure | null;
  /** What there is to see until it does, and without JavaScript. */
  svg: Svg;
}

const STYLE = `:root { color-scheme: light dark; }
body { margin: 0; padding: 1rem; background: #fff; color: #24292f; font-family: ${FONT}; }
main { max-width: 60rem; margin: 0 auto; } svg { max-width: 100%; height: auto; }
figure { margin: 0; } figcaption { padding: 0.3rem 0.6rem; background: #fff; font-weight: bold; }
@media (prefers-color-scheme: dark) { body { background: #141414; } }
${darkStyle("figure")}`;

/** The text of an HTML file. */
export function pageOf({ title, alt, figure, svg }: Page): string {
  const label = `<svg role="img" aria-label="${escapeMarkup(alt)}" `;
  const picture = svg.text.replace(/^<svg /, () => label);
  const [live, data, script] = figure === null ? ["", "", ""] : [
    ' data-plotly="now"',
    `<script type="application/json">${scriptJson(figure)}</script>`,
    '\n<script src="charts.js" defer></script>',
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(figure !== null)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>${script}
</head>
<body><main><figure${live}>${picture}${data}</figure></main></body>
</html>
`;
}

/** What the page may load: scripts of its own folder if it has any, and pictures that stand in it. */
function policy(hasScripts: boolean): string {
  const scripts = hasScripts ? " script-src 'self';" : "";
  return `default-src 'none';${scripts} style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'`;
}
