/**
 * The picture of a graph: laid out by Graphviz.
 *
 * @module
 */
import { text as shapeText } from "../../device/shape.ts";
import { escapeMarkup } from "../../text/escape.ts";
import { grouped } from "../../text/numbers.ts";
import { textWidth } from "../../text/width.ts";
import { FAINT, INK } from "../chart/palette.ts";
import { FONT, type Svg } from "../draw/spec.ts";
import { behind, type Box } from "./collapse.ts";
import type { Read } from "./values.ts";

/** Where data flow, and where gradients do. */
const FORWARD = "#57606a", BACKWARD = "#D55E00";
const FILL = { operation: "#ffffff", module: "#eef3f8", leaf: "#d6e8f5", constant: "#f0f0f0" };

/** A graph in Graphviz' language. */
function dotOf(root: Box, read: Map<Box, Read>, title: string): string {
  const boxes = behind(root);
  const ids = new Map(boxes.map((box, i) => [box, `n${i}`]));
  const lines = [
    "digraph {",
    `bgcolor="white"; pad=0.15; nodesep=0.3; ranksep=0.3; fontname="Courier"; fontsize=12; fontcolor="${INK}";`,
    'node [shape=plain fontname="Courier" fontsize=12]; edge [arrowsize=0.7];',
    `label=<${legend(title)}>; labelloc=t; labeljust=l;`,
  ];
  lines.push(...framed(boxes, 0, (box) => `${ids.get(box)} [label=<${label(box, read.get(box)!)}>]`));
  for (const box of boxes) {
    for (const input of box.inputs) {
      const both = flows(input);
      const style = both ? `dir=both color="${FORWARD}:${BACKWARD}" arrowtail=normal` : `color="${FORWARD}"`;
      lines.push(`${ids.get(input)} -> ${ids.get(box)} [${style}]`);
    }
  }
  return [...lines, "}"].join("\n");
}

/** Whether a gradient comes back to it. */
function flows(box: Box): boolean {
  return box.kind !== "constant";
}

/** Boxes inside of their frames. */
function framed(boxes: Box[], depth: number, write: (box: Box) => string): string[] {
  const lines: string[] = [];
  const inside = new Map<number, Box[]>();
  for (const box of boxes) {
    const frame = box.around[depth];
    if (frame === undefined) lines.push(write(box));
    else inside.set(frame.id, [...inside.get(frame.id) ?? [], box]);
  }
  for (const [id, list] of inside) {
    const { label, name } = list[0].around[depth];
    lines.push(
      `subgraph cluster_${id} { label=<${
        escapeMarkup(name === "" ? label : `${name}: ${label}`)
      }>; labeljust=l; labelloc=t; fontsize=11; ` +
        `fontcolor="${FAINT}"; style="rounded,dashed"; color="#b6bec6"; margin=10;`,
      ...framed(list, depth + 1, write),
      "}",
    );
  }
  return lines;
}

function legend(title: string): string {
  const head = title === "" ? "" : `<tr><td align="left"><b>${escapeMarkup(title)}</b></td></tr>`;
  const key =
    `<font color="${FORWARD}">↓ forward: values</font>   <font color="${BACKWARD}">↑ backward: gradients</font>`;
  return `<table border="0" cellborder="0" cellspacing="0" cellpadding="2">${head}<tr><td align="left"><font point-size="11">${key}</font></td></tr></table>`;
}

/** A box: what it is, its shape, its numbers, its gradient. */
function label(box: Box, { value, gradient }: Read): string {
  const [head, ...rest] = headlines(box);
  const rows = [
    cell(`<b>${escapeMarkup(head)}</b>`, head, 8.8),
    ...rest.map((line) =>
      cell(`<font color="${FAINT}" point-size="11">${escapeMarkup(line)}</font>`, line, 7)
    ),
  ];
  if (box.shape.length === 0) {
    // A single number stands in the middle.
    for (const [text] of value) rows.push(cell(escapeMarkup(text), text, 8));
    for (const [text] of gradient) {
      rows.push(cell(`<font color="${BACKWARD}">∂ ${escapeMarkup(text)}</font>`, `∂ ${text}`, 8));
    }
  } else {
    if (value.length > 0) {
      rows.push(`<tr><td>${grid(value, INK, gradient.length > 0 ? " " : null)}</td></tr>`);
    }
    if (gradient.length > 0) rows.push(`<tr><td>${grid(gradient, BACKWARD, "∂")}</td></tr>`);
  }
  return `<table border="1" color="${FAINT}" style="rounded" bgcolor="${
    FILL[box.kind]
  }" cellborder="0" cellspacing="0" ` +
    `cellpadding="1"><tr><td height="4"></td></tr>${rows.join("")}<tr><td height="4"></td></tr></table>`;
}

/** A line in a box, with the room that DejaVu takes. */
function cell(html: string, text: string, perLetter: number): string {
  return `<tr><td width="${Math.round(textWidth(text) * perLetter + 10)}">${html}</td></tr>`;
}

/** Numbers in columns, with a mark before the first row. */
function grid(rows: string[][], color: string, mark: string | null): string {
  const widths = rows[0].map((_, j) => 7.8 * Math.max(...rows.map((row) => (row[j] ?? "").length)) + 4);
  const write = (text: string, width: number) =>
    `<td align="right" width="${Math.round(width)}"><font color="${color}">${escapeMarkup(text)}</font></td>`;
  const lines = rows.map((row, i) => {
    const first = mark === null ? "" : write(i === 0 ? mark : " ", 12);
    return `<tr>${first}${row.map((text, j) => write(text, widths[j])).join("")}</tr>`;
  });
  return `<table border="0" cellborder="0" cellspacing="0" cellpadding="1">${lines.join("")}</table>`;
}

/** What a box is called, and the fine print. */
export function headlines({ kind, label, name, shape, parameters, value }: Box): string[] {
  const size = shape.length === 0 ? "" : shapeText(shape);
  if (kind === "module") {
    const learned = parameters === 0 ? "" : `${grouped(parameters)} parameters`;
    const below = [size, learned].filter((part) => part !== "").join(" · ");
    return [name === "" ? label : `${name}: ${label}`, below].filter((line) => line !== "");
  }
  if (kind === "operation") {
    return [name === "" ? label : `${name} = ${label}`, size].filter((line) => line !== "");
  }
  // A number without a name says enough by itself.
  if (name === "" && value !== null && shape.length === 0) return [kind === "leaf" ? "leaf" : "constant"];
  return [name === "" ? kind : name, size].filter((line) => line !== "");
}

/** Draws a graph. Graphviz is loaded with the first one. */
export async function drawGraph(root: Box, read: Map<Box, Read>, title: string): Promise<Svg> {
  const { instance } = await import("@viz-js/viz");
  const viz = await instance();
  // Graphviz knows how wide Courier is, which is about as wide as DejaVu Sans.
  const drawn = viz.renderString(dotOf(root, read, title), { format: "svg" });
  const text = drawn.slice(drawn.indexOf("<svg"))
    .replaceAll(/font-family="Courier[^"]*"/g, `font-family="${FONT}"`);
  const [, width, height] = /<svg width="([\d.]+)pt" height="([\d.]+)pt"/.exec(text)!.map(Number);
  return {
    text: text.replace(/<svg width="[\d.]+pt" height="[\d.]+pt"/, `<svg width="${width}" height="${height}"`),
    width,
    height,
  };
}
