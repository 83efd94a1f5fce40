/**
 * The picture of a graph: boxes with their numbers, and arrows along the data and back.
 *
 * @module
 */
import { escapeMarkup } from "../../text/escape.ts";
import { FAINT, INK } from "../chart/palette.ts";
import { drawnWidth } from "../draw/metrics.ts";
import { FONT, type Svg, titleLines } from "../draw/spec.ts";
import { behind, type Box } from "./collapse.ts";
import { headlines } from "./headlines.ts";
import { FRAME_NAME, layOut, type Place, type Stroke } from "./layout.ts";
import type { Read } from "./values.ts";

/** Where data flow, and where gradients do. */
const FORWARD = "#57606a", BACKWARD = "#d55e00";
const FILL = { operation: "#ffffff", module: "#eef3f8", leaf: "#d6e8f5", constant: "#f0f0f0" };
const FRAME = "#b6bec6";

/** Pixels: around the picture, inside of a box beside and above its text, from line to line, between columns of numbers. */
const AROUND = 11, BESIDE = 9, ABOVE = 6, LINE = 16, BETWEEN = 9;
/** Sizes of letters: what a box is called and its numbers; the fine print. */
const LARGE = 12, SMALL = 11;

/** A text in a box: where it stands, and which point of it stands there. */
interface Word {
  x: number;
  line: number;
  anchor: "start" | "middle" | "end";
  text: string;
  color: string;
  size?: number;
  bold?: boolean;
}

/** A box that knows how large it is. */
interface Drawn {
  width: number;
  height: number;
  words: Word[];
}

/** Draws a graph. Graphviz is loaded with the first one. */
export async function drawGraph(root: Box, read: Map<Box, Read>, title: string): Promise<Svg> {
  const boxes = behind(root);
  const drawn = new Map(boxes.map((box) => [box, write(box, read.get(box)!)]));
  const layout = await layOut({
    boxes,
    sizeOf: (box) => drawn.get(box)!,
    nameWidth: (frame) => drawnWidth(frameName(frame), SMALL) + 4,
    flowsBack: (box) => box.kind !== "constant",
  });
  const head = heading(title, layout.width);
  const width = Math.ceil(Math.max(layout.width, head.width) + 2 * AROUND);
  const height = Math.ceil(layout.height + head.height + 2 * AROUND);
  const left = (width - layout.width) / 2, top = AROUND + head.height;
  const frames = new Map(boxes.flatMap(({ around }) => around.map((frame) => [frame.id, frame] as const)));
  const content = [
    ...[...layout.frames].map(([id, place]) => drawFrame(frameName(frames.get(id)!), place)),
    ...layout.strokes.map(drawStroke),
    ...boxes.map((box) => drawBox(FILL[box.kind], drawn.get(box)!, layout.boxes.get(box)!)),
  ];
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="${FONT}">` +
    `<rect class="ground" width="${width}" height="${height}" fill="white"/>${head.svg}` +
    `<g transform="translate(${short(left)} ${short(top)})">${content.join("\n")}</g></svg>`;
  return { text, width, height };
}

/** The title, and what the arrows mean. */
function heading(title: string, room: number): { svg: string; width: number; height: number } {
  const lines = titleLines(title, Math.max(room, 360));
  const words: Word[] = lines.map((text, line) => (
    { x: AROUND, line, anchor: "start", text, color: INK, size: 15, bold: true }
  ));
  const line = lines.length + (lines.length > 0 ? 0.2 : 0);
  const keys = [["↓ forward: values", FORWARD], ["↑ backward: gradients", BACKWARD]] as const;
  let x = AROUND;
  for (const [text, color] of keys) {
    words.push({ x, line, anchor: "start", text, color, size: SMALL });
    x += drawnWidth(text, SMALL) + 14;
  }
  const widths = lines.map((text) => drawnWidth(text, 15, true));
  return {
    svg: words.map((word) => drawWord(word, { left: 0, top: AROUND - 4 })).join(""),
    width: Math.max(x - 14 - AROUND, ...widths),
    height: LINE * (line + 1) + 8,
  };
}

/** A box: what it is, its shape, its numbers, its gradient, each in the middle. */
function write(box: Box, { value, gradient }: Read): Drawn {
  const [head, ...rest] = headlines(box);
  const centred: Omit<Word, "x" | "line" | "anchor">[] = [
    { text: head, color: INK, bold: true },
    ...rest.map((text) => ({ text, color: FAINT, size: SMALL })),
  ];
  const isNumber = box.shape.length === 0;
  if (isNumber) {
    for (const [text] of value) centred.push({ text, color: INK });
    for (const [text] of gradient) centred.push({ text: `∂ ${text}`, color: BACKWARD });
  }
  const rows = isNumber ? [] : [
    ...value.map((texts) => ({ mark: "", texts, color: INK })),
    ...gradient.map((texts, i) => ({ mark: i === 0 ? "∂" : "", texts, color: BACKWARD })),
  ];
  const mark = rows.some(({ mark }) => mark !== "") ? drawnWidth("∂", LARGE) + BETWEEN : 0;
  const columns = (rows[0]?.texts ?? []).map((_, j) =>
    Math.max(...rows.map(({ texts }) => drawnWidth(texts[j] ?? "", LARGE)))
  );
  const table = columns.reduce((sum, column) => sum + column + BETWEEN, mark - BETWEEN);
  const widths = centred.map(({ text, size = LARGE, bold }) => drawnWidth(text, size, bold));
  const width = Math.ceil(Math.max(30, table, ...widths) + 2 * BESIDE);
  const words: Word[] = centred.map((word, line) => ({ ...word, x: width / 2, line, anchor: "middle" }));
  for (const [i, { mark: sign, texts, color }] of rows.entries()) {
    const line = centred.length + i;
    let x = (width - table) / 2;
    if (sign !== "") words.push({ x, line, anchor: "start", text: sign, color });
    x += mark;
    for (const [j, text] of texts.entries()) {
      words.push({ x: x + columns[j], line, anchor: "end", text, color });
      x += columns[j] + BETWEEN;
    }
  }
  return { width, height: LINE * (centred.length + rows.length) + 2 * ABOVE, words };
}

function drawBox(fill: string, { words }: Drawn, place: Place): string {
  return `<g class="node">${rectangle(place, `fill="${fill}" stroke="${FAINT}" rx="4"`)}${
    words.map((word) => drawWord(word, { left: place.left, top: place.top + ABOVE })).join("")
  }</g>`;
}

function drawFrame(name: string, place: Place): string {
  const word: Word = { x: 8, line: 0, anchor: "start", text: name, color: FAINT, size: SMALL };
  return rectangle(place, `fill="none" stroke="${FRAME}" stroke-dasharray="5 3" rx="6"`) +
    drawWord(word, { left: place.left, top: place.top + FRAME_NAME / 6 });
}

function frameName({ name, label }: Box["around"][number]): string {
  return headlines({ kind: "module", name, label, shape: [], parameters: 0, value: null })[0];
}

function rectangle({ left, top, width, height }: Place, style: string): string {
  return `<rect x="${short(left)}" y="${short(top)}" width="${short(width)}" height="${
    short(height)
  }" ${style}/>`;
}

/** Letters stand on a line at about three quarters of its height. */
function drawWord(
  { x, line, anchor, text, color, size = LARGE, bold = false }: Word,
  { left, top }: { left: number; top: number },
): string {
  const weight = bold ? ' font-weight="bold"' : "";
  return `<text x="${short(left + x)}" y="${
    short(top + LINE * (line + 0.76))
  }" text-anchor="${anchor}" font-size="${size}"${weight} fill="${color}">${escapeMarkup(text)}</text>`;
}

function drawStroke({ kind, points, backward }: Stroke): string {
  const color = backward ? BACKWARD : FORWARD;
  const [first, ...others] = points.map(([x, y]) => `${short(x)} ${short(y)}`);
  return kind === "curve"
    ? `<path d="M${first}C${others.join(" ")}" fill="none" stroke="${color}"/>`
    : `<path d="M${first}L${others.join(" ")}Z" fill="${color}"/>`;
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}
