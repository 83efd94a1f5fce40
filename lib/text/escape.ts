/**
 * Text stays text at every border: what a reader calls a field, a curve or a label comes from anywhere, and each language that it
 * is written into has marks of its own. One function a border.
 *
 * @module
 */

/** What ends a line: in a terminal, in a script, in a web page. */
const LINE_ENDS = /\r\n|[\n\v\f\r\x85\u2028\u2029]/g;
/**
 * What no viewer shows and some obey: control characters (a terminal takes them for commands, XML refuses them), marks that turn
 * the direction of the text behind them, and two code points that are none.
 */
// deno-lint-ignore no-control-regex
const UNSEEN = /[\0-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** The picture of a control character, ␀ to ␟ and ␡; of what has none, �. */
function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "␡" : "\ufffd";
}

/** A text of one line, for terminals, pictures and sentences: control characters are seen and not obeyed. */
export function legible(text: string): string {
  return legibleLines(text).replaceAll(/[\n\t]/g, " ");
}

/** A text of several lines, each of them {@linkcode legible}; tabs stay. */
export function legibleLines(text: string): string {
  return text.toWellFormed().replaceAll(LINE_ENDS, "\n").replaceAll(UNSEEN, pictureOf);
}

/** Text as it stands in HTML and SVG, between marks and inside of quotes. */
export function escapeMarkup(text: string): string {
  return legibleLines(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/**
 * A value as JSON inside of an HTML page's script element: no "</script>" or "<!--" in a string ends or hides it, and no line
 * ends in the middle of a string.
 */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

/**
 * Text as Plotly shows it. It reads a few of HTML's marks and entities in every text, formulas between dollars where MathJax is at
 * hand, and numbers for `%{…}`.
 */
export function plotlyText(text: string): string {
  return legible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll("$", "&#36;").replaceAll("%{", "&#37;{");
}
