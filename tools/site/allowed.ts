/**
 * HTML that comes from elsewhere: prose, and what a cell showed.
 *
 * @module
 */
import { escapeMarkup } from "../../lib/text/escape.ts";

/** What folds text in the prose of a chapter. */
export const FOLDS = /^<\/?(details|summary)>$/;
/** What `show()` makes tables of. */
export const TABLES = /^<\/?(table|thead|tbody|tr|th|td|p|br)( style="text-align: (left|right)")?>$/;

/**
 * HTML with the marks that are allowed. All others are shown as the text that they are.
 *
 * @param html The HTML.
 * @param allowed Matches a whole tag.
 */
export function allowTags(html: string, allowed: RegExp): string {
  return html.split(/(<[^<>]*>)/).map((part, i) => {
    if (i % 2 === 1) return allowed.test(part) ? part : escapeMarkup(part);
    return part.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  }).join("");
}
