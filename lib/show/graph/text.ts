/**
 * A graph as text: a tree from the result down to what it was computed from.
 *
 * @module
 */
import { textWidth, truncate } from "../../text/width.ts";
import { behind, type Box } from "./collapse.ts";
import { headlines } from "./headlines.ts";
import type { Read } from "./values.ts";

/** The fewest columns in which cut numbers still say something. */
const LEAST = 8;

/**
 * A tree as lines: what a line is computed from stands below it. The main way goes straight down, however long it is; what else comes
 * in branches off. What is read twice is written once, with a number that stands for it elsewhere.
 */
export function graphText(root: Box, read: Map<Box, Read>, columns: number): string {
  const boxes = behind(root);
  const readers = new Map<Box, number>();
  for (const { inputs } of boxes) {
    for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  const depths = new Map<Box, number>();
  for (const box of boxes) {
    depths.set(box, box.inputs.reduce((most, input) => Math.max(most, 1 + depths.get(input)!), 0));
  }
  const mainInput = (box: Box) => deepest(box.inputs, depths);
  // What stands on the main way is written there; branches that lead to it before only say its number.
  const trunk = new Set<Box>();
  for (let box: Box | undefined = root; box !== undefined; box = mainInput(box)) trunk.add(box);
  const numbers = new Map<Box, number>();
  const numberOf = (box: Box) => {
    if (!numbers.has(box)) numbers.set(box, numbers.size + 1);
    return numbers.get(box)!;
  };
  const written = new Set<Box>();
  const lines: string[] = [];
  // A stack of its own: graphs are deeper than calls may be.
  const stack: { box: Box; lead: string; branch: string }[] = [{ box: root, lead: "", branch: "" }];
  while (stack.length > 0) {
    const { box, lead, branch } = stack.pop()!;
    const isShared = (readers.get(box) ?? 0) > 1 && box.inputs.length > 0;
    if (isShared && (written.has(box) || (lead + branch !== "" && trunk.has(box)))) {
      lines.push(truncate(`${lead}${branch}→ (${numberOf(box)}) ${headlines(box)[0]}`, columns));
      continue;
    }
    written.add(box);
    const { value, gradient } = read.get(box)!;
    const mark = isShared ? `(${numberOf(box)}) ` : "";
    const head = `${lead}${branch}${mark}${headlines(box).join("  ")}`;
    const parts = fitted([...flat(value), ...flat(gradient, "∂ ")], columns - textWidth(head));
    lines.push(truncate([head, ...parts].join("  "), columns));
    const below = lead + (branch === "" ? "" : branch === "└─ " ? "   " : "│  ");
    const main = mainInput(box);
    if (main !== undefined) stack.push({ box: main, lead: below, branch: "" });
    const beside = [...new Set(box.inputs)].filter((input) => input !== main).reverse();
    beside.forEach((input, i) =>
      stack.push({ box: input, lead: below, branch: i === 0 && main === undefined ? "└─ " : "├─ " })
    );
  }
  return lines.join("\n");
}

/** The input with the longest way behind it, if any was computed. */
function deepest(inputs: Box[], depths: Map<Box, number>): Box | undefined {
  const computed = inputs.filter((input) => input.inputs.length > 0);
  return computed.length === 0
    ? undefined
    : computed.reduce((a, b) => depths.get(b)! > depths.get(a)! ? b : a);
}

function flat(rows: string[][], mark = ""): string[] {
  return rows.length === 0 ? [] : [mark + rows.map((row) => row.join(" ")).join("; ")];
}

/** Numbers and gradient in so many columns, two of them before each: where both are long, each gets half. */
function fitted(parts: string[], columns: number): string[] {
  const room = columns - 2 * parts.length, widths = parts.map(textWidth);
  const whole = widths.reduce((sum, width) => sum + width, 0);
  if (parts.length < 2 || whole <= room || room < 2 * LEAST) return parts;
  const half = Math.floor(room / 2);
  return parts.map((part, i) => truncate(part, Math.max(half, room - widths[1 - i])));
}
