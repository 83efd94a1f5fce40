/**
 * Colours that most colour-blind people can tell apart, and that stand out on white.
 *
 * @module
 */

/**
 * Okabe and Ito, "Color Universal Design" (2008), in an order in which neighbours differ most; its yellow, which white swallows,
 * is left out, and a grey stands for its black.
 */
export const PALETTE: readonly string[] = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#E69F00",
  "#56B4E9",
  "#595959",
];

/** The colour of the nth series. */
export function colorOf(index: number): string {
  return PALETTE[index % PALETTE.length];
}

/** From light to dark: ColorBrewer's Blues. */
export const SEQUENTIAL: readonly string[] = [
  "#f7fbff",
  "#deebf7",
  "#c6dbef",
  "#9ecae1",
  "#6baed6",
  "#4292c6",
  "#2171b5",
  "#08519c",
  "#08306b",
];

/** Blue below 0, white at 0, vermilion above: safe for the common kinds of colour blindness. */
export const DIVERGING: readonly string[] = [
  "#0b3c6b",
  "#2f78b7",
  "#85b8dc",
  "#d5e6f2",
  "#ffffff",
  "#fbdcc6",
  "#f0a06a",
  "#d55e00",
  "#7f3500",
];

/** Ink on the white of a picture. */
export const INK = "#24292f", FAINT = "#57606a", GRID = "#e4e8ec";

/** Red, green and blue, 0 to 255, of a share from 0 to 1 along a ramp of colours. */
export function shade(ramp: readonly string[], share: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * (ramp.length - 1);
  const low = Math.min(ramp.length - 2, Math.floor(at));
  const [a, b] = [rgb(ramp[low]), rgb(ramp[low + 1])];
  return a.map((from, i) => Math.round(from + (b[i] - from) * (at - low))) as [number, number, number];
}

/** "#0072B2" as three numbers. */
export function rgb(hex: string): [number, number, number] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
}

/** Three numbers as "#0072b2". */
export function hex(color: readonly number[]): string {
  return "#" + color.map((part) => part.toString(16).padStart(2, "0")).join("");
}

/**
 * A colour for each band between levels: light at the bottom and darker with height, never so dark that a path is lost, and lighter
 * where a few bands differ enough; or diverging, nearly white on both sides of 0.
 */
export function bandColors({ levels, diverging }: { levels: number[]; diverging: boolean }): string[] {
  const count = levels.length + 1;
  if (!diverging) {
    const reach = 0.78 * Math.min(1, count / 5);
    return Array.from(
      { length: count },
      (_, i) => hex(shade(SEQUENTIAL, 0.04 + reach * i / Math.max(1, count - 1))),
    );
  }
  const middles = Array.from({ length: count }, (_, i) => {
    const [below, above] = [levels[i - 1], levels[i]];
    if (below === undefined) return (above ?? 0) * 1.2;
    return above === undefined ? below * 1.2 : (below + above) / 2;
  });
  const reach = Math.max(...middles.map(Math.abs)) || 1;
  return middles.map((middle) => hex(shade(DIVERGING, 0.5 + 0.4 * middle / reach)));
}
