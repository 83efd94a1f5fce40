/**
 * Colours of a terminal.
 *
 * @module
 */
import { rgb } from "../chart/palette.ts";
import type { Color } from "../terminal.ts";

/** Ends all colours. */
export const PLAIN = "\x1b[0m";

/**
 * The code that colours what follows.
 *
 * @param hex "#0072B2".
 * @param color What the terminal can do; "" comes back if it is nothing.
 * @param what The letters themselves, or the ground behind them.
 */
export function paint(hex: string, color: Color, what: "letters" | "ground" = "letters"): string {
  if (color === "none") return "";
  const layer = what === "letters" ? 38 : 48;
  return color === "full" ? `\x1b[${layer};2;${rgb(hex).join(";")}m` : `\x1b[${layer};5;${nearest256(hex)}m`;
}

/** The levels of red, green and blue that a terminal's 6 × 6 × 6 colours are made of; 24 grays follow on them. */
const LEVELS = [0, 95, 135, 175, 215, 255], GRAYS = 24;
/** How much more it disturbs if a colour is paler, or of another hue, than if it is lighter: blue should not become lavender. */
const CHROMA = 2, HUE = 3;

interface Entry {
  code: number;
  lab: Lab;
}
type Lab = readonly [lightness: number, a: number, b: number];

/** The first 16 are whatever the reader's theme makes of them, so they are left alone. Made when first asked for. */
let entries: Entry[] | undefined;
const known = new Map<string, number>();

function table(): Entry[] {
  const cube = LEVELS.flatMap((r) => LEVELS.flatMap((g) => LEVELS.map((b) => [r, g, b])));
  const grays = Array.from({ length: GRAYS }, (_, i) => new Array(3).fill(8 + 10 * i));
  return [...cube, ...grays].map((color, i) => ({ code: 16 + i, lab: labOf(color) }));
}

/** The number of the colour that looks most like this one, of those that every terminal has. */
export function nearest256(hex: string): number {
  const before = known.get(hex);
  if (before !== undefined) return before;
  const [lightness, a, b] = labOf(rgb(hex));
  const chroma = Math.hypot(a, b);
  let nearest = 0, least = Infinity;
  for (const { code, lab } of entries ??= table()) {
    const farther = (lab[0] - lightness) ** 2;
    const paler = (Math.hypot(lab[1], lab[2]) - chroma) ** 2;
    const turned = (lab[1] - a) ** 2 + (lab[2] - b) ** 2 - paler;
    const distance = farther + CHROMA * paler + HUE * turned;
    if (distance < least) [nearest, least] = [code, distance];
  }
  known.set(hex, nearest);
  return nearest;
}

/** OKLab (Björn Ottosson 2020): equal distances look about equally different. */
function labOf(color: readonly number[]): Lab {
  const [r, g, b] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
