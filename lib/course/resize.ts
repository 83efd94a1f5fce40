/**
 * Images in other sizes.
 *
 * @module
 */

/** For each row (or column) of the result: the two rows it lies between, and how far it is towards the second. */
interface Taps {
  low: Int32Array;
  high: Int32Array;
  weight: Float64Array;
}

/**
 * Where the centres of `to` cells fall among the centres of `from` cells: PyTorch's `align_corners=False`,
 * x = (i + ½) · from / to − ½, kept at or above 0.
 */
function taps(from: number, to: number): Taps {
  const low = new Int32Array(to), high = new Int32Array(to), weight = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const x = Math.max(0, (i + 0.5) * from / to - 0.5);
    low[i] = Math.floor(x);
    high[i] = Math.min(low[i] + 1, from - 1);
    weight[i] = x - low[i];
  }
  return { low, high, weight };
}

/**
 * Scales one image of one channel by bilinear interpolation, as PyTorch's
 * `interpolate(mode="bilinear", align_corners=False)`: no smoothing when it shrinks.
 *
 * @param source The image [height, width], row-major.
 * @param height Its height.
 * @param width Its width.
 * @param result Receives the image [toHeight, toWidth], row-major; the values keep their scale.
 * @param toHeight The height wanted.
 * @param toWidth The width wanted.
 */
export function bilinear(
  source: ArrayLike<number>,
  height: number,
  width: number,
  result: Float32Array,
  toHeight: number,
  toWidth: number,
): void {
  const rows = taps(height, toHeight);
  const columns = taps(width, toWidth);
  for (let i = 0; i < toHeight; i++) {
    const upper = rows.low[i] * width, lower = rows.high[i] * width, down = rows.weight[i];
    for (let j = 0; j < toWidth; j++) {
      const left = columns.low[j], right = columns.high[j], across = columns.weight[j];
      const above = source[upper + left] * (1 - across) + source[upper + right] * across;
      const below = source[lower + left] * (1 - across) + source[lower + right] * across;
      result[i * toWidth + j] = above * (1 - down) + below * down;
    }
  }
}
