// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Batch normalization of [rows, c]. The statistics are summed by chunks of rows, like reduce.ts; the sums of squares
 * are of the distances to the channel's first value, so that a large mean does not eat the variance.
 */

/** Four floats from memory, or fewer and zeros. */
@inline
export function take(x: usize, width: i32): v128 {
  if (width >= 4) return v128.load(x);
  let v = f32x4.replace_lane(f32x4.splat(0), 0, load<f32>(x));
  if (width > 1) v = f32x4.replace_lane(v, 1, load<f32>(x, 4));
  if (width > 2) v = f32x4.replace_lane(v, 2, load<f32>(x, 8));
  return v;
}

@inline
export function give(to: usize, v: v128, width: i32): void {
  if (width >= 4) {
    v128.store(to, v);
    return;
  }
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (width > 1) store<f32>(to, f32x4.extract_lane(v, 1), 4);
  if (width > 2) store<f32>(to, f32x4.extract_lane(v, 2), 8);
}

/** The two halves of a float64 accumulator of four columns, at most `width` of them stored. */
@inline
function giveDouble(to: usize, low: v128, high: v128, width: i32): void {
  store<f64>(to, f64x2.extract_lane(low, 0));
  if (width > 1) store<f64>(to, f64x2.extract_lane(low, 1), 8);
  if (width > 2) store<f64>(to, f64x2.extract_lane(high, 0), 16);
  if (width > 3) store<f64>(to, f64x2.extract_lane(high, 1), 24);
}

/**
 * Sums over chunks of rows, into partial[chunk][2][c]: mode 0: Σ(x - x₀), Σ(x - x₀)² with x₀ the first row (0 where
 * that is not finite, so that a mean of ±∞ is found);
 * mode 1: Σ dy, Σ dy·(x - mean). Units are chunks.
 */
export function normChunks(
  mode: i32, x: usize, dy: usize, mean: usize, partial: usize, total: i32, c: i32, rows: i32, begin: i32, end: i32,
): void {
  const stride = <usize>c << 2, zero = f64x2.splat(0);
  for (let unit = begin; unit < end; unit++) {
    const first = unit * rows, n = min(rows, total - first);
    const sums = partial + (<usize>unit * <usize>c << 4), products = sums + (<usize>c << 3);
    for (let j = 0; j < c; j += 4) {
      const width = min(4, c - j), column = <usize>j << 2;
      const x0 = take((mode ? mean : x) + column, width);
      const shift = mode ? x0 : v128.and(x0, f32x4.eq(f32x4.sub(x0, x0), f32x4.splat(0)));
      let s0 = zero, s1 = zero, p0 = zero, p1 = zero;
      for (let r = 0; r < n; r += 32) {
        const stop = min(n, r + 32);
        let at = <usize>(first + r) * stride + column;
        let s = f32x4.splat(0), p = s;
        for (let i = r; i < stop; i++) {
          const d = f32x4.sub(take(x + at, width), shift);
          const g = mode ? take(dy + at, width) : d;
          s = f32x4.add(s, g);
          p = f32x4.add(p, f32x4.mul(g, d));
          at += stride;
        }
        s0 = f64x2.add(s0, f64x2.promote_low_f32x4(s));
        s1 = f64x2.add(s1, f64x2.promote_low_f32x4(v128.shuffle<i64>(s, s, 1, 1)));
        p0 = f64x2.add(p0, f64x2.promote_low_f32x4(p));
        p1 = f64x2.add(p1, f64x2.promote_low_f32x4(v128.shuffle<i64>(p, p, 1, 1)));
      }
      giveDouble(sums + (<usize>j << 3), s0, s1, width);
      giveDouble(products + (<usize>j << 3), p0, p1, width);
    }
  }
}

@inline
function gather(partial: usize, j: i32, c: i32, chunks: i32, which: i32): f64 {
  let at = partial + (<usize>(which * c + j) << 3), total: f64 = 0;
  for (let i = 0; i < chunks; i++) {
    total += load<f64>(at);
    at += <usize>c << 4;
  }
  return total;
}

/** Mean, variance and the factor of y = (x - mean)·factor + offset, from mode 0's sums. Units are channels. */
export function normStatistics(
  partial: usize, x: usize, scale: usize, mean: usize, variance: usize, factor: usize, total: i32, c: i32, chunks: i32,
  epsilon: f64, begin: i32, end: i32,
): void {
  for (let j = begin; j < end; j++) {
    const at = <usize>j << 2;
    const d = gather(partial, j, c, chunks, 0) / total;
    const v = max<f64>(gather(partial, j, c, chunks, 1) / total - d * d, 0);
    const x0 = load<f32>(x + at), shift = x0 - x0 == 0 ? <f64>x0 : 0;
    store<f32>(mean + at, <f32>(shift + d));
    store<f32>(variance + at, <f32>v);
    store<f32>(factor + at, <f32>(<f64>load<f32>(scale + at) / sqrt<f64>(v + epsilon)));
  }
}

/** y = (x - mean)·factor + offset. Units are rows. */
export function normApply(
  x: usize, mean: usize, factor: usize, offset: usize, y: usize, c: i32, begin: i32, end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const row = <usize>r * <usize>c << 2;
    for (let j = 0; j < c; j += 4) {
      const width = min(4, c - j), column = <usize>j << 2, at = row + column;
      const d = f32x4.mul(f32x4.sub(take(x + at, width), take(mean + column, width)), take(factor + column, width));
      give(y + at, f32x4.add(d, take(offset + column, width)), width);
    }
  }
}

/**
 * From mode 1's sums: dScale, dOffset, and three factors for normGradApply: dx = a·dy + b·(x - mean) + d.
 * Units are channels.
 */
export function normGradStatistics(
  partial: usize, variance: usize, scale: usize, dScale: usize, dOffset: usize, factors: usize, total: i32, c: i32,
  chunks: i32, epsilon: f64, begin: i32, end: i32,
): void {
  for (let j = begin; j < end; j++) {
    const at = <usize>j << 2;
    const sum = gather(partial, j, c, chunks, 0), product = gather(partial, j, c, chunks, 1);
    const inverse = 1 / sqrt<f64>(<f64>load<f32>(variance + at) + epsilon);
    const a = <f64>load<f32>(scale + at) * inverse;
    store<f32>(dScale + at, <f32>(product * inverse));
    store<f32>(dOffset + at, <f32>sum);
    store<f32>(factors + at, <f32>a);
    store<f32>(factors + (<usize>c << 2) + at, <f32>(-a * inverse * inverse * product / total));
    store<f32>(factors + (<usize>c << 3) + at, <f32>(-a * sum / total));
  }
}

/** dx = a·dy + b·(x - mean) + d. Units are rows. */
export function normGradApply(
  dy: usize, x: usize, mean: usize, factors: usize, dx: usize, c: i32, begin: i32, end: i32,
): void {
  const second = factors + (<usize>c << 2), third = factors + (<usize>c << 3);
  for (let r = begin; r < end; r++) {
    const row = <usize>r * <usize>c << 2;
    for (let j = 0; j < c; j += 4) {
      const width = min(4, c - j), column = <usize>j << 2, at = row + column;
      const d = f32x4.sub(take(x + at, width), take(mean + column, width));
      const u = f32x4.add(f32x4.mul(take(factors + column, width), take(dy + at, width)), take(third + column, width));
      give(dx + at, f32x4.add(u, f32x4.mul(take(second + column, width), d)), width);
    }
  }
}
