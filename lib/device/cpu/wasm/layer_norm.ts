// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** Normalization of the rows of [rows, c]; a row is read again and again while the first-level cache has it. */
import { give, take } from "./normalization";

/** The four lanes, added in float64. */
@inline
export function lanes(v: v128): f64 {
  const both = f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1)));
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/** y = (x - mean) / √(variance + ε) · scale + offset; scale and offset may be 0 for none. Units are rows. */
export function layerNorm(
  x: usize, scale: usize, offset: usize, y: usize, means: usize, variances: usize, c: i32, epsilon: f64,
  begin: i32, end: i32,
): void {
  const ones = f32x4.splat(1), zeros = f32x4.splat(0);
  for (let row = begin; row < end; row++) {
    const start = <usize>row * <usize>c << 2, from = x + start, to = y + start;
    let sum: f64 = 0;
    for (let first = 0; first < c; first += 128) {
      const stop = min(c, first + 128);
      let s = zeros;
      for (let i = first; i < stop; i += 4) s = f32x4.add(s, take(from + (<usize>i << 2), c - i));
      sum += lanes(s);
    }
    const mean = sum / c, m = f32x4.splat(<f32>mean);
    // The distances to the rounded mean: Σ (x − m)² / n − (mean − m)² is the variance.
    let squares: f64 = 0;
    for (let first = 0; first < c; first += 128) {
      const stop = min(c, first + 128);
      let s = zeros;
      for (let i = first; i < stop; i += 4) {
        // What is beyond the row counts as the mean.
        const width = c - i, at = from + (<usize>i << 2);
        const d = f32x4.sub(take(at, width), m);
        s = f32x4.add(s, f32x4.mul(d, width >= 4 ? d : masked(d, width)));
      }
      squares += lanes(s);
    }
    const off = mean - <f64><f32>mean;
    const variance = max<f64>(squares / c - off * off, 0);
    const inverse = f32x4.splat(<f32>(1 / sqrt<f64>(variance + epsilon)));
    store<f32>(means + (<usize>row << 2), <f32>mean);
    store<f32>(variances + (<usize>row << 2), <f32>variance);
    for (let i = 0; i < c; i += 4) {
      const at = <usize>i << 2, width = c - i;
      let v = f32x4.mul(f32x4.sub(take(from + at, width), m), inverse);
      if (scale) v = f32x4.mul(v, take(scale + at, width));
      if (offset) v = f32x4.add(v, take(offset + at, width));
      give(to + at, v, width);
    }
  }
}

/** The first `width` lanes, zeros behind. */
@inline
function masked(v: v128, width: i32): v128 {
  return v128.and(v, i32x4.gt_s(i32x4.splat(width), i32x4(0, 1, 2, 3)));
}

/**
 * dx, and the sums over `rows` rows of dy·x̂ and of dy, into partial[chunk][2][c]; scale may be 0 for none. Units are chunks.
 */
export function layerNormGrad(
  dy: usize, x: usize, means: usize, variances: usize, scale: usize, dx: usize, partial: usize, total: i32, c: i32,
  rows: i32, epsilon: f64, begin: i32, end: i32,
): void {
  const zero = f32x4.splat(0);
  for (let unit = begin; unit < end; unit++) {
    const first = unit * rows, stop = min(total, first + rows);
    const products = partial + (<usize>unit * <usize>c << 3), sums = products + (<usize>c << 2);
    for (let row = first; row < stop; row++) {
      const start = <usize>row * <usize>c << 2, from = x + start, slope = dy + start, to = dx + start;
      const m = f32x4.splat(load<f32>(means + (<usize>row << 2)));
      const inverse: f64 = 1 / sqrt<f64>(<f64>load<f32>(variances + (<usize>row << 2)) + epsilon);
      const r = f32x4.splat(<f32>inverse), fresh = row == first;
      let sum: f64 = 0, product: f64 = 0;
      for (let begin = 0; begin < c; begin += 128) {
        const stop = min(c, begin + 128);
        let s = zero, p = zero;
        for (let i = begin; i < stop; i += 4) {
          const at = <usize>i << 2, width = c - i;
          const g = take(slope + at, width), n = f32x4.mul(f32x4.sub(take(from + at, width), m), r);
          const gn = f32x4.mul(g, n);
          give(products + at, fresh ? gn : f32x4.add(take(products + at, width), gn), width);
          give(sums + at, fresh ? g : f32x4.add(take(sums + at, width), g), width);
          // Behind the row g is 0, and so are both.
          const h = scale ? f32x4.mul(g, take(scale + at, width)) : g;
          s = f32x4.add(s, h);
          p = f32x4.add(p, width >= 4 ? f32x4.mul(h, n) : masked(f32x4.mul(h, n), width));
        }
        sum += lanes(s);
        product += lanes(p);
      }
      const a = f32x4.splat(<f32>(sum / c)), b = f32x4.splat(<f32>(product / c));
      for (let i = 0; i < c; i += 4) {
        const at = <usize>i << 2, width = c - i;
        const n = f32x4.mul(f32x4.sub(take(from + at, width), m), r);
        const g = take(slope + at, width), h = scale ? f32x4.mul(g, take(scale + at, width)) : g;
        give(to + at, f32x4.mul(f32x4.sub(f32x4.sub(h, a), f32x4.mul(n, b)), r), width);
      }
    }
  }
}

/** The chunks' sums together. Units are columns. */
export function layerNormSums(
  partial: usize, dScale: usize, dOffset: usize, c: i32, chunks: i32, begin: i32, end: i32,
): void {
  for (let j = begin; j < end; j++) {
    const column = <usize>j << 2, row = <usize>c << 2;
    let product: f64 = 0, sum: f64 = 0, at = partial + column;
    for (let i = 0; i < chunks; i++) {
      product += load<f32>(at);
      sum += load<f32>(at + row);
      at += row << 1;
    }
    store<f32>(dScale + column, <f32>product);
    store<f32>(dOffset + column, <f32>sum);
  }
}
