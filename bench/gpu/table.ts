/**
 * Lines of figures as a table in Markdown, a row for each name and a column for each that was measured.
 *
 * @module
 */
import type { Line, Who } from "./line.ts";

/** The columns, and how they are called. */
const COLUMNS: [who: Who, title: string][] = [
  ["descent", "Descent"],
  ["descent captured", "captured"],
  ["stock", "TensorFlow.js"],
  ["torch", "PyTorch"],
  ["torch tf32", "PyTorch, TF32"],
];

/** The lines of files; other lines, as libraries print them, are passed over. */
export async function readLines(files: readonly string[]): Promise<Line[]> {
  if (files.length === 0) throw new RangeError("--table takes the files whose lines it shows.");
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  return texts.flatMap((text) => text.split("\n")).flatMap(parsed);
}

function parsed(text: string): Line[] {
  if (!text.startsWith("{")) return [];
  try {
    const line = JSON.parse(text);
    return typeof line.who === "string" && typeof line.name === "string" ? [line] : [];
  } catch {
    // Cut off where a process was ended.
    return [];
  }
}

/** The table, under what it was measured on; where nobody has a figure, an empty cell. */
export function tableOf(lines: readonly Line[]): string {
  const cells = new Map<string, Map<Who, Line>>(), whole = new Map<Who, Line>();
  for (const line of lines) {
    if (line.name === "adapter") whole.set(line.who, line);
    else if (shown(line)) {
      if (!cells.has(line.name)) cells.set(line.name, new Map());
      cells.get(line.name)!.set(line.who, line);
    }
  }
  const columns = COLUMNS.filter(([who]) => [...cells.values()].some((row) => row.has(who)));
  const peak = [...cells.values()].flatMap((row) => row.get("descent") ?? [])
    .find(({ name }) => name === "peak, multiply-add")?.tflops;
  const rows = [...cells].map((
    [name, row],
  ) => [name, ...columns.map(([who]) => cell(row.get(who), row, peak))]);
  return [
    ...[...whole.values()].map(({ description, date }) => `${description}, ${String(date).slice(0, 10)}  `),
    "",
    row(["", ...columns.map(([, title]) => title)]),
    `|${[" --- ", ...columns.map(() => " ---: ")].join("|")}|`,
    ...rows.map(row),
    "",
    "Medians; in parentheses the share of what multiplications and additions alone reach on this device; × is a time divided by " +
    "Descent's (eager).",
  ].join("\n");
}

function row(texts: string[]): string {
  return `| ${texts.join(" | ")} |`;
}

function shown({ ms, error, ratio }: Line): boolean {
  return ms !== undefined || error !== undefined || ratio !== undefined;
}

function cell(line: Line | undefined, row: Map<Who, Line>, peak: number | undefined): string {
  if (line === undefined) return "";
  if (line.error !== undefined) return `– (${line.error.split(/[.;:]/)[0]})`;
  if (line.ms === undefined) return String(line.ratio);
  const { ms, tflops, gbs } = line;
  const rate = tflops !== undefined
    ? `, ${rateText(tflops)}`
    : gbs !== undefined
    ? `, ${Math.round(gbs)} GB/s`
    : "";
  const share = tflops !== undefined && peak !== undefined && line.name.startsWith("product")
    ? ` (${Math.round(100 * tflops / peak)} %)`
    : "";
  const own = row.get("descent")?.ms;
  const ratio = own === undefined || line.who === "descent" ? "" : `, ×${(ms / own).toPrecision(2)}`;
  return `${
    ms >= 1000 ? `${(ms / 1000).toPrecision(3)} s` : `${ms.toPrecision(3)} ms`
  }${rate}${share}${ratio}`;
}

function rateText(tflops: number): string {
  return tflops >= 1 ? `${tflops.toPrecision(3)} TFLOP/s` : `${(1000 * tflops).toPrecision(3)} GFLOP/s`;
}
