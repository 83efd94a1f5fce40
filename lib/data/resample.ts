/**
 * Images in other sizes, by bilinear interpolation.
 *
 * @module
 */

/** For each row (or column) of the result: the rows it is mixed of, which are neighbours, and with what weights. */
interface Taps {
  /** How many rows each is mixed of, at most; those that are missing weigh 0. */
  readonly count: number;
  /** The first of them, for each row of the result. */
  readonly first: Int32Array;
  /** `count` weights for each row of the result, 1 in sum. */
  readonly weights: Float64Array;
}

/**
 * Where the centres of `to` cells fall among the centres of `from` cells: PyTorch's `align_corners=False`,
 * x = (i + ½) · from / to − ½, kept from 0 to from − 1.
 */
function neighbours(from: number, to: number): Taps {
  const count = Math.min(2, from), first = new Int32Array(to), weights = new Float64Array(count * to).fill(1);
  for (let i = 0; i < to; i++) {
    const x = Math.min(Math.max(0, (i + 0.5) * from / to - 0.5), from - 1);
    first[i] = Math.min(Math.floor(x), from - count);
    if (count === 1) continue;
    weights[2 * i] = 1 - (x - first[i]);
    weights[2 * i + 1] = x - first[i];
  }
  return { count, first, weights };
}

/**
 * The same with a triangle as wide as the cells of the result, so that a smaller image is a mean of all pixels, and fine stripes
 * make no coarse ones: PyTorch's `antialias=True`.
 */
function triangles(from: number, to: number): Taps {
  const scale = from / to, support = Math.max(1, scale), count = Math.min(from, 2 * Math.ceil(support) + 1);
  const first = new Int32Array(to), weights = new Float64Array(count * to);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.floor(centre - support + 0.5));
    const high = Math.min(from, Math.floor(centre + support + 0.5));
    // All `count` taps must lie in the image; those before `low` and from `high` on weigh nothing.
    first[i] = Math.min(low, from - count);
    let sum = 0;
    for (let row = low; row < high; row++) {
      const weight = Math.max(0, 1 - Math.abs((row - centre + 0.5) / support));
      weights[count * i + row - first[i]] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < count; tap++) weights[count * i + tap] /= sum;
  }
  return { count, first, weights };
}

/**
 * Prepares the scaling of images of one size to another.
 *
 * @param height The height of the images.
 * @param width Their width.
 * @param toHeight The height wanted.
 * @param toWidth The width wanted.
 * @param antialias Whether an image that shrinks is smoothed; one that grows is the same either way.
 * @returns Scales one image of one channel. `source` holds it from place `start` on, row-major; `target` receives the result from
 * place `at` on; the values keep their scale, and an array of bytes rounds them as its kind does.
 */
export function resampler(
  height: number,
  width: number,
  toHeight: number,
  toWidth: number,
  antialias: boolean,
): (source: ArrayLike<number>, start: number, target: Float32Array | Uint8ClampedArray, at: number) => void {
  const taps = (from: number, to: number) => (antialias && to < from ? triangles : neighbours)(from, to);
  const rows = taps(height, toHeight), columns = taps(width, toWidth);
  // The image in its new width: what the rows of the result are mixed of.
  const wide = new Float64Array(height * toWidth), row = new Float64Array(toWidth);
  return (source, start, target, at) => {
    for (let i = 0; i < height; i++) across(source, start + i * width, columns, wide, i * toWidth, toWidth);
    for (let i = 0; i < toHeight; i++) {
      if (rows.count === 2) blend(wide, rows, i, target, at + i * toWidth, toWidth);
      else {
        mix(wide, rows, i, row, toWidth);
        target.set(row, at + i * toWidth);
      }
    }
  };
}

/** One row in a new width. */
function across(
  source: ArrayLike<number>,
  start: number,
  { count, first, weights }: Taps,
  wide: Float64Array,
  at: number,
  toWidth: number,
): void {
  if (count === 2) {
    for (let j = 0; j < toWidth; j++) {
      const from = start + first[j];
      wide[at + j] = source[from] * weights[2 * j] + source[from + 1] * weights[2 * j + 1];
    }
    return;
  }
  for (let j = 0; j < toWidth; j++) {
    let sum = 0;
    for (let tap = 0; tap < count; tap++) sum += source[start + first[j] + tap] * weights[count * j + tap];
    wide[at + j] = sum;
  }
}

/** A row of the result of the two rows it lies between. */
function blend(
  wide: Float64Array,
  { first, weights }: Taps,
  i: number,
  target: Float32Array | Uint8ClampedArray,
  at: number,
  toWidth: number,
): void {
  const upper = first[i] * toWidth,
    lower = upper + toWidth,
    above = weights[2 * i],
    below = weights[2 * i + 1];
  for (let j = 0; j < toWidth; j++) target[at + j] = wide[upper + j] * above + wide[lower + j] * below;
}

/** A row of the result of as many rows as there are. */
function mix(
  wide: Float64Array,
  { count, first, weights }: Taps,
  i: number,
  row: Float64Array,
  toWidth: number,
): void {
  row.fill(0);
  for (let tap = 0; tap < count; tap++) {
    const from = (first[i] + tap) * toWidth, weight = weights[count * i + tap];
    if (weight !== 0) { for (let j = 0; j < toWidth; j++) row[j] += wide[from + j] * weight; }
  }
}
