// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** Softmax, its logarithm and cross-entropy over rows of n; units are rows. */
import { exp4 } from "./exponential";

/** Four floats, of which the first `left` are taken from memory and the rest are -∞. */
@inline
function part(x: usize, left: i32): v128 {
  let v = f32x4.splat(-Infinity);
  v = f32x4.replace_lane(v, 0, load<f32>(x));
  if (left > 1) v = f32x4.replace_lane(v, 1, load<f32>(x, 4));
  if (left > 2) v = f32x4.replace_lane(v, 2, load<f32>(x, 8));
  return v;
}

export function softmax(x: usize, out: usize, n: i32, log: i32, begin: i32, end: i32): void {
  const body = n & ~3, left = n & 3;
  for (let row = begin; row < end; row++) {
    const from = x + (<usize>row * <usize>n << 2), to = out + (<usize>row * <usize>n << 2);
    let tops = f32x4.splat(-Infinity);
    for (let i = 0; i < body; i += 4) tops = f32x4.max(tops, v128.load(from + (<usize>i << 2)));
    if (left) tops = f32x4.max(tops, part(from + (<usize>body << 2), left));
    const top = max<f32>(
      max<f32>(f32x4.extract_lane(tops, 0), f32x4.extract_lane(tops, 1)),
      max<f32>(f32x4.extract_lane(tops, 2), f32x4.extract_lane(tops, 3)),
    );
    const t = f32x4.splat(top);
    let low = f64x2.splat(0), high = low;
    for (let i = 0; i < body; i += 4) {
      const e = exp4(f32x4.sub(v128.load(from + (<usize>i << 2)), t));
      if (!log) v128.store(to + (<usize>i << 2), e);
      low = f64x2.add(low, f64x2.promote_low_f32x4(e));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(e, e, 1, 1)));
    }
    let last = f32x4.splat(0);
    if (left) {
      last = exp4(f32x4.sub(part(from + (<usize>body << 2), left), t));
      low = f64x2.add(low, f64x2.promote_low_f32x4(last));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(last, last, 1, 1)));
    }
    const both = f64x2.add(low, high), sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
    if (log) {
      const shift = <f32>(<f64>NativeMath.log(sum)), s = f32x4.splat(shift);
      let i = 0;
      for (; i < body; i += 4) {
        const at = <usize>i << 2;
        v128.store(to + at, f32x4.sub(f32x4.sub(v128.load(from + at), t), s));
      }
      for (; i < n; i++) {
        const at = <usize>i << 2;
        store<f32>(to + at, (load<f32>(from + at) - top) - shift);
      }
    } else {
      const s = f32x4.splat(<f32>(1 / sum));
      for (let i = 0; i < body; i += 4) {
        const at = to + (<usize>i << 2);
        v128.store(at, f32x4.mul(v128.load(at), s));
      }
      if (left) {
        const v = f32x4.mul(last, s), at = to + (<usize>body << 2);
        store<f32>(at, f32x4.extract_lane(v, 0));
        if (left > 1) store<f32>(at, f32x4.extract_lane(v, 1), 4);
        if (left > 2) store<f32>(at, f32x4.extract_lane(v, 2), 8);
      }
    }
  }
}

/** logs = log-softmax of x, losses[row] = −logs[row, its class], NaN where there is no such class. */
export function crossEntropy(x: usize, classes: usize, logs: usize, losses: usize, n: i32, begin: i32, end: i32): void {
  softmax(x, logs, n, 1, begin, end);
  for (let row = begin; row < end; row++) {
    const at = load<i32>(classes + (<usize>row << 2));
    const picked = <u32>at < <u32>n ? -load<f32>(logs + (<usize>(row * n + at) << 2)) : NaN;
    store<f32>(losses + (<usize>row << 2), <f32>picked);
  }
}

/** dx[row, c] = dy[row] · (e^logs[row, c] − [c is the row's class]). */
export function crossEntropyGrad(dy: usize, logs: usize, classes: usize, dx: usize, n: i32, begin: i32, end: i32): void {
  const body = n & ~3, left = n & 3;
  for (let row = begin; row < end; row++) {
    const start = <usize>row * <usize>n << 2, from = logs + start, to = dx + start;
    const g = load<f32>(dy + (<usize>row << 2)), gs = f32x4.splat(g);
    for (let i = 0; i < body; i += 4) {
      const at = <usize>i << 2;
      v128.store(to + at, f32x4.mul(gs, exp4(v128.load(from + at))));
    }
    if (left) {
      const v = f32x4.mul(gs, exp4(part(from + (<usize>body << 2), left))), at = to + (<usize>body << 2);
      store<f32>(at, f32x4.extract_lane(v, 0));
      if (left > 1) store<f32>(at, f32x4.extract_lane(v, 1), 4);
      if (left > 2) store<f32>(at, f32x4.extract_lane(v, 2), 8);
    }
    const c = load<i32>(classes + (<usize>row << 2));
    if (<u32>c < <u32>n) {
      const at = <usize>c << 2;
      store<f32>(to + at, g * (f32x4.extract_lane(exp4(v128.load32_splat(from + at)), 0) - 1));
    }
  }
}
