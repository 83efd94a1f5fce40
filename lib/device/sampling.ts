/**
 * The inverse of a discrete distribution's cumulative function, on the host: with the sums in an order that a GPU can take, too,
 * so that every device draws the same.
 *
 * @module
 */

/** A row of weights is added up in so many parts, and then the parts. */
export const PARTS = 64;

/**
 * For each row of weights and each of its points u: the first place where the running sum exceeds u · total. Its place has a
 * weight above 0, as the sum does not grow elsewhere. −1 where the total is no positive finite number.
 *
 * @param weights [rows, classes], ≥ 0.
 * @param points [rows, count], in [0, 1).
 * @param places [rows, count]: is written.
 */
export function inverseCdf(
  weights: ArrayLike<number>,
  points: ArrayLike<number>,
  places: Int32Array,
  rows: number,
  classes: number,
): void {
  const sums = new Float32Array(classes), count = places.length / rows, part = Math.ceil(classes / PARTS);
  for (let row = 0; row < rows; row++) {
    let before = 0;
    for (let start = 0; start < classes; start += part) {
      let sum = 0;
      for (let i = start; i < Math.min(start + part, classes); i++) {
        sum = Math.fround(sum + weights[row * classes + i]);
        sums[i] = before + sum;
      }
      before = Math.fround(before + sum);
    }
    const drawable = before > 0 && before < Infinity;
    for (let k = row * count; k < (row + 1) * count; k++) {
      places[k] = drawable ? firstAbove(sums, Math.fround(points[k] * before)) : -1;
    }
  }
}

/** The first place where an ascending array is larger than a number that is below its last. */
function firstAbove(sums: Float32Array, target: number): number {
  let low = 0, high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
