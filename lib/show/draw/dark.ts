/**
 * Pictures on dark pages.
 *
 * @module
 */
import type { Svg } from "./spec.ts";

/** A CSS filter that turns white into nearly black and ink into nearly white, and leaves blue blue. */
const DARK = "invert(0.92) hue-rotate(180deg)";
/** What undoes it inside: photographs stay as they are. Vega makes a class of the name of what it draws. */
const UNDONE = "hue-rotate(180deg) invert(1) contrast(1.19)";

/** The rules that make a picture dark where the reader prefers dark pages. @param picture A CSS selector. */
export function darkStyle(picture: string): string {
  return `@media (prefers-color-scheme: dark) { ${picture} { filter: ${DARK}; } .photographs image { filter: ${UNDONE}; } }`;
}

/** A picture for a file of its own. */
export function withDark({ text, ...size }: Svg): Svg {
  return {
    ...size,
    text: text.replace(/^<svg [^>]*>/, (tag) => `${tag}<style>${darkStyle(":root")}</style>`),
  };
}
