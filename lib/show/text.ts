/**
 * Text for a terminal: how wide it is, what of it fits, how numbers and times are written, which word was meant.
 *
 * @module
 */

/** Letters that take two columns: Chinese, Japanese, Korean, full-width forms, most emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;
/** Code points that take none: accents that join the letter before them, and joiners. */
const NARROW = /[\p{Mark}\u200b-\u200d\ufe0f]/u;

/** How many columns of a terminal a text takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += NARROW.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
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

/** Breaks a text into lines of at most so many columns, at spaces; a longer word gets a line of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((word) => word !== "")) {
    const line = lines.at(-1);
    if (line !== undefined && textWidth(line) + 1 + textWidth(word) <= columns) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** A number in few letters: four decimals, as the chapters print; very small and very large numbers by their powers of ten. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size < 0.001 || size >= 1e6 ? value.toExponential(2) : value.toFixed(4);
}

/** A time in milliseconds as people say it: 3.2 s, 42 s, 1:05, 2:03:04. */
export function duration(milliseconds: number): string {
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/**
 * The word that was probably meant: one that contains the text ("gpu": webgpu), else the one with the fewest typing
 * errors, if there are few enough.
 *
 * @param text What was written.
 * @param words What there is.
 * @returns One of `words`, or undefined when none is near.
 */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const written = text.toLowerCase();
  const whole = written.length > 1 ? words.find((word) => word.includes(written)) : undefined;
  if (whole !== undefined) return whole;
  let best: string | undefined;
  let fewest = Infinity;
  for (const word of words) {
    const errors = distance(written, word);
    // A third of the letters wrong is still a typing error; more is another word.
    if (errors < fewest && errors <= Math.max(1, Math.floor(word.length / 3))) {
      best = word;
      fewest = errors;
    }
  }
  return best;
}

/**
 * Letters to insert, delete, replace, or swap with a neighbour to make `b` of `a`: the optimal string alignment
 * distance (Damerau 1964), by dynamic programming over prefixes.
 */
function distance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array(b.length).fill(0)]);
  for (let j = 1; j <= b.length; j++) table[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i][j] = Math.min(
        table[i - 1][j] + 1,
        table[i][j - 1] + 1,
        table[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.length][b.length];
}
