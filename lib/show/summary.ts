/**
 * The summary of a network as a table, with the memory that its numbers take.
 *
 * @module
 */
import { sizeOf, text } from "../device/shape.ts";
import type { Summary } from "../nn/summary.ts";
import { amount } from "../text/numbers.ts";
import { tableHtml, tableText } from "./table.ts";

/** Bytes of a float32. */
const FLOAT = 4;

/** A summary, row by row. Memory is that of the parameters, and of the outputs of the layers that hold no others. */
function rowsOf({ rows }: Summary): Record<string, unknown>[] {
  const isLayer = rows.map(({ depth }, i) => i + 1 === rows.length || rows[i + 1].depth <= depth);
  return rows.map((row, i) => {
    let end = i + 1;
    while (end < rows.length && rows[end].depth > row.depth) end++;
    let outputs = 0;
    for (let j = i; j < end; j++) {
      if (isLayer[j]) outputs += sizeOf(rows[j].outputShape ?? [0]);
    }
    const name = row.label === "" ? row.type : `${row.label}: ${row.type}`;
    return {
      // No-break spaces: HTML swallows others.
      layer: "\u00a0\u00a0".repeat(row.depth) + name,
      "output shape": row.outputShape === null ? "not called" : text(row.outputShape),
      parameters: row.parameters === 0 ? undefined : row.parameters,
      FLOPs: row.flops === 0 ? undefined : new Amount(row.flops, ""),
      memory: new Amount(FLOAT * (row.parameters + outputs), "B"),
    };
  });
}

/** A number that is read by its size: 2.27 G. */
class Amount {
  constructor(readonly value: number, readonly unit: string) {}

  toString(): string {
    return amount(this.value, this.unit);
  }

  valueOf(): number {
    return this.value;
  }
}

/** What stands below the table. */
function footer(summary: Summary): string {
  return String(summary).split("\n").at(-1)! +
    "; memory: parameters and layers' outputs, without gradients";
}

/** A summary as text. */
export function summaryText(summary: Summary, columns: number): string {
  return `${tableText(rowsOf(summary), columns).replaceAll("\u00a0", " ")}\n${footer(summary)}`;
}

/** A summary as HTML. */
export function summaryHtml(summary: Summary): string {
  return `${tableHtml(rowsOf(summary))}\n<p>${footer(summary)}</p>`;
}
