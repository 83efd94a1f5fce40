/**
 * A profile as a table of a notebook.
 *
 * @module
 */
import type { Profile } from "../device/profile/mod.ts";
import { escapeMarkup } from "../text/escape.ts";
import { tableHtml } from "./table.ts";

/** A number as the profile writes it, which stands on the right. */
class Cell {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }

  valueOf(): number {
    return Number.parseFloat(this.text);
  }
}

/** Calls, times, rates: between the kernel's name and what is told apart within it. */
const NUMBERS = { from: 1, to: 6 };

/** A profile as HTML. */
export function profileHtml(profile: Profile): string {
  const [head, ...lines] = profile.cells();
  const rows = lines.map((line) =>
    Object.fromEntries(line.map((text, j) => {
      const isNumber = j >= NUMBERS.from && j <= NUMBERS.to;
      return [head[j], isNumber ? new Cell(text) : text];
    }))
  );
  const notes = profile.notes().map(escapeMarkup).join("<br>\n");
  const table = rows.length === 0 ? "" : `${tableHtml(rows)}\n`;
  return `<p>${escapeMarkup(profile.title)}</p>\n${table}<p>${notes}</p>`;
}
