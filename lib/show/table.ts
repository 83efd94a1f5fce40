/**
 * Tables: a list of objects, a row each.
 *
 * @module
 */
import { escapeMarkup, legible } from "../text/escape.ts";
import { grouped, shortNumber } from "../text/numbers.ts";
import { isList, isPlain } from "../text/arguments.ts";
import { textWidth, truncate } from "../text/width.ts";

/** Rows of named cells. */
type Rows = Record<string, unknown>[];

/** Whether something is a table: objects in a list. */
export function isTable(x: unknown): x is Rows {
  return isList(x, isPlain) && (x as unknown[]).length > 0;
}

function columnsOf(rows: Rows): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") {
    return Number.isInteger(value) ? grouped(value) : shortNumber(value);
  }
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  return String(value);
}

/** A number that is written out, with its unit or without. */
const NUMBER = /^[-−+]?\d[\d.,]*(?:e[-+]?\d+)?(?: ?(?:s|ms|%|kB|MB|GB))?$/;

/** Names to the left, numbers to the right, as the eye compares them. */
function isNumeric(rows: Rows, column: string): boolean {
  return rows.every((row) => {
    const value = row[column];
    if (typeof value === "string") return NUMBER.test(value);
    return value === undefined || typeof (value as object | number)?.valueOf() === "number";
  });
}

/** A table as text; what does not fit into so many columns is cut. */
export function tableText(rows: Rows, columns: number): string {
  const names = columnsOf(rows);
  const right = names.map((name) => isNumeric(rows, name));
  const cells = [names, ...rows.map((row) => names.map((name) => cell(row[name])))]
    .map((line) => line.map(legible));
  const widths = names.map((_, j) => Math.max(...cells.map((line) => textWidth(line[j]))));
  const lines = cells.map((line) =>
    line.map((text, j) => {
      const space = " ".repeat(widths[j] - textWidth(text));
      return right[j] ? space + text : text + space;
    }).join("  ").trimEnd()
  );
  lines.splice(1, 0, widths.map((width) => "─".repeat(width)).join("──"));
  return lines.map((line) => truncate(line, columns)).join("\n");
}

/** A table as HTML. */
export function tableHtml(rows: Rows): string {
  const names = columnsOf(rows);
  const style = names.map((name) =>
    isNumeric(rows, name) ? ' style="text-align: right"' : ' style="text-align: left"'
  );
  const line = (tag: string, texts: string[]) =>
    `<tr>${texts.map((text, j) => `<${tag}${style[j]}>${escapeMarkup(text)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((row) => line("td", names.map((name) => cell(row[name])))).join("\n");
  return `<table>\n<thead>${line("th", names)}</thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}
