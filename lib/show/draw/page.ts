/**
 * A chart as a web page of its own: it answers to the mouse, and needs no network.
 *
 * @module
 */
import { escapeMarkup, scriptJson } from "../../text/escape.ts";
import type { Figure } from "./plotly.ts";
import { FONT } from "./spec.ts";

/** What a page shows. */
interface Page {
  title: string;
  /** What a screen reader says, and what stands there without JavaScript. */
  alt: string;
  /** The chart, if it can answer to the mouse. */
  figure: Figure | null;
  /** The picture, or what else there is to see. */
  html: string;
}

const STYLE = `body { margin: 0; padding: 1rem; background: #fff; color: #24292f; font-family: ${FONT}; }
main { max-width: 60rem; margin: 0 auto; } svg, img { max-width: 100%; height: auto; }
@media (prefers-color-scheme: dark) { body { background: #1b1f24; color: #e6edf3; } main > * { border-radius: 6px; } }`;

/** The text of an HTML file. Plotly is loaded with the first page that needs it. */
export async function pageOf({ title, alt, figure, html }: Page): Promise<string> {
  const head = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>`;
  if (figure === null) {
    return `${head}
</head>
<body><main>${html}</main></body>
</html>
`;
  }
  const { default: plotly } = await import("plotly.js-dist/plotly.js", { with: { type: "text" } });
  return `${head}
<script>${plotly.replaceAll("</script", "<\\/script")}</script>
</head>
<body><main>
<div id="chart" role="img" aria-label="${escapeMarkup(alt)}"></div>
<noscript>${html}</noscript>
</main>
<script>
const figure = ${scriptJson(figure)};
delete figure.layout.width;
Plotly.newPlot("chart", figure.data, figure.layout, figure.config);
</script>
</body>
</html>
`;
}
