/**
 * Text and data inside of languages made of marks.
 *
 * @module
 */

/** Text as it stands in HTML, in SVG, and in Graphviz' labels, between marks and inside of quotes. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A value as JSON inside of an HTML page's script, where a "</script>" in a string would end it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
