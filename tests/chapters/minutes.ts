/** How long a chapter takes whoever reads it. */
import type { Cell } from "../../lib/course/cells.ts";

const WORDS_A_MINUTE = 180, MINUTES_A_CODE_CELL = 0.5, MINUTES_A_PICTURE = 0.5, MINUTES_A_QUESTION = 1;

/** An estimate from what there is to read, in minutes; exercises and their answers are done another day. */
export function readingMinutes(cells: readonly Cell[]): number {
  let words = 0, minutes = 0;
  for (const { kind, source, tags } of cells) {
    if (tags.includes("folded")) continue;
    if (tags.includes("question")) minutes += MINUTES_A_QUESTION;
    if (kind === "code") {
      minutes += MINUTES_A_CODE_CELL + MINUTES_A_PICTURE * (source.match(/\bawait show\(/g) ?? []).length;
    } else words += source.replace(/```[^]*?```/g, "").split(/\s+/).length;
  }
  return minutes + words / WORDS_A_MINUTE;
}
