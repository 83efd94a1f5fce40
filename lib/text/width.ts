/**
 * How wide a text is on a terminal, and what of it fits.
 *
 * @module
 */

/** Letters that take two columns: Chinese, Japanese, Korean, full-width forms, most emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;
/** Code points that take none: accents that join the letter before them, and joiners. */
const NARROW = /[\p{Mark}\u200b-\u200d\ufe0f]/u;

/** What turns colours and bold letters on and off in a terminal. */
// deno-lint-ignore no-control-regex
const STYLES = /\x1b\[[\d;]*m/g;

/** How many columns of a terminal a text takes, with colours or without. */
export function textWidth(text: string): number {
  let width = 0;
  for (const letter of text.replaceAll(STYLES, "")) {
    width += NARROW.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  }
  return width;
}

/** The text if it fits in so many columns, else its beginning and "…". */
export function truncate(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = "";
  let width = 1;
  for (const letter of text) {
    width += textWidth(letter);
    if (width > columns) break;
    kept += letter;
  }
  return columns < 1 ? "" : kept + "…";
}

/** A part of a line, and how much the reader wants to see it. */
export interface Part {
  text: string;
  weight: number;
}

/** The parts that fit side by side in so many columns: the least wanted give way first; of two alike, the later. */
export function fit(parts: Part[], columns: number): Part[] {
  const kept = parts.filter(({ text }) => text !== "");
  while (kept.length > 1 && joinedWidth(kept) > columns) {
    const least = Math.min(...kept.map(({ weight }) => weight));
    kept.splice(kept.findLastIndex(({ weight }) => weight === least), 1);
  }
  return kept;
}

/** How wide parts are with two spaces between them. */
export function joinedWidth(parts: Part[]): number {
  return parts.reduce((width, { text }) => width + textWidth(text) + 2, -2);
}

/** Breaks a text into lines of at most so many columns, at spaces (U+00A0 is none); a longer word gets a line of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/[ \n]+/).filter((word) => word !== "")) {
    const line = lines.at(-1);
    if (line !== undefined && textWidth(line) + 1 + textWidth(word) <= columns) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
