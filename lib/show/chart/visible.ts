/**
 * What of a curve can be seen.
 *
 * @module
 */
import type { Axis, Curve } from "./model.ts";

/** A point of a picture, from 0 to 1 to the right and down; or the place where it is drawn. */
export type Point = [number, number];

/**
 * The part of a straight line that lies in the picture, if there is any (Liang and Barsky 1984).
 *
 * @param beyond How much there is around the picture, as a share of its size.
 */
export function visible([x0, y0]: Point, [x1, y1]: Point, beyond = 0): [Point, Point] | null {
  let from = 0, to = 1;
  const least = -beyond, most = 1 + beyond;
  for (const [at, way] of [[x0, x1 - x0], [y0, y1 - y0]]) {
    if (way === 0) {
      if (at < least || at > most) return null;
      continue;
    }
    const [enters, leaves] = [(least - at) / way, (most - at) / way].sort((a, b) => a - b);
    [from, to] = [Math.max(from, enters), Math.min(to, leaves)];
  }
  if (from > to) return null;
  const after = (share: number): Point => [x0 + share * (x1 - x0), y0 + share * (y1 - y0)];
  return [from > 0 ? after(from) : [x0, y0], to < 1 ? after(to) : [x1, y1]];
}

/** A point that is drawn; behind a gap a new line begins. */
export interface Drawn {
  x: number;
  y: number;
  isGap?: true;
}

/** A curve may go on for as much around the picture as the picture is wide and high. */
const BEYOND = 1;

/**
 * The points of a curve's line and those of its marks, without what is far outside of the picture: the renderer of notebooks ends with
 * an error over lines that leave it a hundred times as far as it is high.
 */
export function nearPoints({ x: xs, y: ys }: Curve, x: Axis, y: Axis): { line: Drawn[]; marks: Drawn[] } {
  const points = xs.map((value, i) => ({ x: value, y: ys[i] }));
  const [left, right] = x.range, [low, high] = y.range;
  const shares = points.map((point): Point => [
    (point.x - left) / (right - left),
    (point.y - low) / (high - low),
  ]);
  const isNear = (value: number) => value >= -BEYOND && value <= 1 + BEYOND;
  if (x.log || y.log || shares.flat().every(isNear)) return { line: points, marks: points };
  const line: Drawn[] = [];
  const back = ([across, up]: Point) => ({ x: left + across * (right - left), y: low + up * (high - low) });
  for (let i = 1; i < points.length; i++) {
    const part = visible(shares[i - 1], shares[i], BEYOND);
    if (part !== null) line.push(back(part[0]), back(part[1]), { ...back(part[1]), isGap: true });
  }
  return { line, marks: points.filter((_, i) => shares[i].every(isNear)) };
}
