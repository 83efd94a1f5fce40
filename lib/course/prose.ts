/**
 * A chapter's text and code on a terminal: Markdown as lines of so many columns, with bold letters and colours where there are some.
 *
 * @module
 */
import { terminalColumns } from "../host/process.ts";
import { type Color, terminalColor } from "../show/terminal.ts";
import { formulaText } from "../text/formula.ts";
import { textWidth, wrap } from "../text/width.ts";

/** How wide, and with which colours. */
export interface Page {
  columns: number;
  color: Color;
}

/** How each kind of text is turned on and off. */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underlined: [4, 24],
  name: [36, 39],
  // These two stand in code, which is dim but for them.
  string: ["22;32", "39;2"],
  keyword: ["22;35", "39;2"],
} as const;

/** A formula that is wider may be broken at its spaces. */
const UNBROKEN = 24;

const NO_BREAK = "\u00a0";

/** Text is best read in lines of at most so many columns. */
const WIDEST = 100;

/** The terminal as it is now: windows change. */
export function pageNow(): Page {
  return { columns: Math.min(terminalColumns(), WIDEST), color: terminalColor() };
}

/** A text in a style, each of its words by itself, so that lines can be broken between them. */
export function paint(text: string, style: keyof typeof STYLES, color: Color): string {
  if (color === "none") return text;
  const [on, off] = STYLES[style];
  return text.replace(/[^ \n]+/g, (word) => `\x1b[${on}m${word}\x1b[${off}m`);
}

/**
 * Markdown as lines: headings, paragraphs, lists, tables, code, formulas.
 *
 * @param markdown The text of a cell.
 * @param page How wide, and with which colours.
 */
export function proseLines(markdown: string, page: Page): string[] {
  const rest = markdown.split("\n"), lines: string[] = [];
  while (rest.length > 0) {
    const line = rest[0];
    if (line.trim() === "") {
      rest.shift();
      if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
    } else if (line.startsWith("```")) {
      rest.shift();
      lines.push(...codeLines(taken(rest, (next) => !next.startsWith("```")).join("\n"), page));
      rest.shift();
    } else if (line.startsWith("$$")) {
      lines.push(...displayed(taken(rest, (_, i, before) => i === 0 || !before.endsWith("$$")), page));
    } else if (/^#+ /.test(line)) {
      lines.push(...headingLines(rest.shift()!, page));
    } else if (ITEM.test(line)) {
      const [, mark, first] = ITEM.exec(rest.shift()!)!;
      const text = [first, ...taken(rest, (next) => next.trim() !== "" && !BLOCK.test(next))].join("\n");
      lines.push(...hanging(inline(text, page.color), mark.replace(/[-*] $/, "• "), page.columns));
    } else if (line.startsWith("|")) {
      lines.push(...tableLines(taken(rest, (next) => next.startsWith("|")), page));
    } else {
      const text = taken(rest, (next, i) => next.trim() !== "" && (i === 0 || !BLOCK.test(next))).join("\n");
      lines.push(...hanging(inline(text, page.color), "", page.columns));
    }
  }
  return lines;
}

/** What begins an item of a list, and any block that needs no empty line in front of it. */
const ITEM = /^( *(?:[-*]|\d+\.) )(.*)$/, BLOCK = /^(?: *(?:[-*]|\d+\.) |#+ |```|\$\$|\|)/;

/** Takes lines from the front for as long as they belong together. */
function taken(rest: string[], belongs: (line: string, i: number, before: string) => boolean): string[] {
  let count = 0;
  while (count < rest.length && belongs(rest[count], count, rest[count - 1] ?? "")) count++;
  return rest.splice(0, count);
}

/** Text behind a mark, all of its lines indented alike. */
export function hanging(text: string, mark: string, columns: number): string[] {
  const width = textWidth(mark);
  return wrap(text, Math.max(1, columns - width)).map((line, i) =>
    (i === 0 ? mark : " ".repeat(width)) + line.replaceAll(NO_BREAK, " ")
  );
}

function headingLines(heading: string, { columns, color }: Page): string[] {
  const [, marks, title] = /^(#+) (.*)$/.exec(heading)!;
  const lines = hanging(paint(inline(title, color), "bold", color), "", columns);
  if (marks.length > 2) return lines;
  return [...lines, (marks.length === 1 ? "═" : "─").repeat(Math.max(...lines.map(textWidth)))];
}

/** A formula by itself: indented; what is too wide is parted where its author put wide spaces, and then anywhere. */
function displayed(source: readonly string[], { columns }: Page): string[] {
  const room = Math.max(1, columns - 4);
  const lines = formulaText(source.join("\n").replaceAll("$$", "")).split("\n");
  return lines.flatMap((line) => textWidth(line) <= room ? [line] : line.split("    "))
    .flatMap((line) => textWidth(line) <= room ? [line] : wrap(line, room))
    .map((line) => `    ${line}`);
}

function tableLines(rows: readonly string[], { color }: Page): string[] {
  const cells = rows.filter((row) => !/^[|\s:-]+$/.test(row))
    .map((row) => row.replace(/^\||\|\s*$/g, "").split("|").map((cell) => inline(cell.trim(), color)));
  const widths = cells[0].map((_, j) => Math.max(...cells.map((row) => textWidth(row[j] ?? ""))));
  const lines = cells.map((row) =>
    row.map((cell, j) => cell + " ".repeat(widths[j] - textWidth(cell))).join("  ").trimEnd()
  );
  lines.splice(1, 0, widths.map((width) => "─".repeat(width)).join("──"));
  return lines.map((line) => line.replaceAll(NO_BREAK, " "));
}

const INLINE =
  /`(?<code>[^`]+)`|\$(?<formula>[^$]+)\$|\*\*(?<bold>[^]+?)\*\*|\*(?<italic>[^*]+)\*|\[(?<link>[^\]]+)\]\((?<url>[^)]+)\)|\\(?<sign>[*_$`[\]|])/g;

/** The text between the marks of Markdown. Without colours code keeps its backticks. */
export function inline(text: string, color: Color): string {
  return text.replace(INLINE, (...match) => {
    const { code, formula, bold, italic, link, url, sign } = match.at(-1) as Record<
      string,
      string | undefined
    >;
    if (code !== undefined) return color === "none" ? `\`${code}\`` : paint(code, "name", color);
    if (formula !== undefined) {
      const line = formulaText(formula).replaceAll("\n", " ");
      return textWidth(line) <= UNBROKEN ? line.replaceAll(" ", NO_BREAK) : line;
    }
    if (bold !== undefined) return paint(inline(bold, color), "bold", color);
    if (italic !== undefined) return paint(inline(italic, color), "italic", color);
    if (link !== undefined) return `${paint(inline(link, color), "underlined", color)} (${url})`;
    return sign!;
  });
}

const TOKEN =
  /(?<comment>\/\/.*|\/\*[^]*?\*\/)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[^])*`)|\b(?<keyword>as|await|async|break|catch|class|const|continue|else|export|extends|false|for|from|function|if|import|in|let|new|null|of|override|return|super|switch|this|throw|true|try|type|typeof|undefined|while)\b/g;

/** TypeScript behind a rule, dimmed; lines that are too long go on below. */
export function codeLines(code: string, { columns, color }: Page): string[] {
  const painted = color === "none" ? code : code.replace(TOKEN, (token, ...match) => {
    const { comment, string } = match.at(-1) as Record<string, string | undefined>;
    return paint(
      token,
      comment !== undefined ? "italic" : string !== undefined ? "string" : "keyword",
      color,
    );
  });
  const [on, off] = color === "none" ? ["", ""] : ["\x1b[2m", "\x1b[22m"];
  return painted.split("\n").flatMap((line) => folded(line, columns - 2)).map((line) =>
    `${on}│ ${line}`.trimEnd() + off
  );
}

/** A line of code in lines of so many columns: broken at a space, the rest indented further. */
function folded(line: string, columns: number): string[] {
  if (textWidth(line) <= columns) return [line];
  const indent = /^ */.exec(line)![0].length;
  const lines = wrap(line.trimStart(), Math.max(1, columns - indent - 4));
  return lines.map((part, i) => " ".repeat(indent + (i === 0 ? 0 : 4)) + part);
}
