/**
 * Markdown to HTML, with formulas set by KaTeX and code coloured by Shiki: all of it here, nothing in the browser.
 *
 * @module
 */
import { load } from "../packages.ts";
import { allowTags, FOLDS } from "./allowed.ts";

/** As much of markdown-it as is used here. */
interface MarkdownIt {
  render(text: string): string;
  use(plugin: unknown, options: unknown): MarkdownIt;
  renderer: { rules: Record<string, unknown> };
}

/** Renders Markdown, and code by itself. */
export interface Renderer {
  /** A Markdown text as HTML. */
  markdown(text: string): string;
  /** TypeScript as a coloured block. */
  code(text: string): string;
}

const THEMES = { light: "github-light-high-contrast", dark: "github-dark-high-contrast" };

/** Loads what it takes. */
export async function renderer(): Promise<Renderer> {
  const { default: markdownIt } = await load<{ default: new (options: unknown) => MarkdownIt }>(
    "markdown-it",
  );
  const { default: { default: katex } } = await load<{ default: { default: unknown } }>("markdown-it-katex");
  const { createHighlighter } = await load<{
    createHighlighter(options: unknown): Promise<{ codeToHtml(code: string, options: unknown): string }>;
  }>("shiki");
  const highlighter = await createHighlighter({ themes: Object.values(THEMES), langs: ["ts", "sh", "json"] });
  const highlight = (code: string, lang: string) => {
    const known = ["ts", "sh", "json"].includes(lang) ? lang : "text";
    return highlighter.codeToHtml(code.trimEnd(), { lang: known, themes: THEMES, defaultColor: false });
  };
  const markdown = new markdownIt({ html: true, typographer: true, highlight });
  // Of HTML, prose has what folds text; a paragraph that begins with another mark is text.
  const folds = (tokens: { content: string }[], i: number) => allowTags(tokens[i].content, FOLDS);
  Object.assign(markdown.renderer.rules, { html_block: folds, html_inline: folds });
  markdown.use(katex, { throwOnError: true, strict: "error" });
  keepWhole(markdown.renderer.rules as Record<string, Rule>);
  return {
    markdown: (text) => scrollable(markdown.render(text)),
    code: (text) => highlight(text, "ts"),
  };
}

/** What writes a token. */
export type Rule = (tokens: { content: string }[], index: number, ...rest: unknown[]) => string;

/** How many signs of source a formula may have that no line ends in: more may be wider than a phone. */
const SHORT = 24;

/** No line ends in a short formula, in a flag, between a flag and its value, or between a number and its per cent sign. */
export function keepWhole(rules: Record<string, Rule>): void {
  const { math_inline: formula, code_inline: code, text } = rules;
  const whole = (html: string) => `<span class="whole">${html}</span>`;
  rules.math_inline = (tokens, i, ...rest) => {
    const html = formula(tokens, i, ...rest);
    return tokens[i].content.length <= SHORT ? whole(html) : html;
  };
  rules.code_inline = (...token) => code(...token).replace(/(?<![\w-])--[a-z][\w-]*(?: [\w.]+)?/g, whole);
  rules.text = (...token) => text(...token).replace(/(?<=\d) %/g, "\u00a0%");
}

/** Formulas and tables that may be wider than a phone scroll by themselves, also by keyboard. */
function scrollable(html: string): string {
  return html
    .replaceAll(
      '<p class="katex-block">',
      '<p class="katex-block" tabindex="0" role="region" aria-label="formula">',
    )
    .replaceAll("<table>", '<div class="wide" tabindex="0" role="region" aria-label="table"><table>')
    .replaceAll("</table>", "</table></div>");
}
