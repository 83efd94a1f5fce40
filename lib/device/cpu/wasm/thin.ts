// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Products with a thin left factor (few rows, as at batch 1): the right factor is read once, in the order in which it
 * lies, at the speed of the memory; and the rank-few update, which writes its result once.
 */
import { madd, relu4, sum4 } from "./simd";

const COLUMNS = 512;

/** out[m, n] = bias[n] + Σ a[m, k]·b[k, n], relu; units are blocks of 512 columns. */
export function thinRows(
  a: usize, b: usize, bias: usize, out: usize, m: i32, k: i32, n: i32, relu: i32, begin: i32, end: i32,
): void {
  for (let unit = begin; unit < end; unit++) {
    const first = unit * COLUMNS, width = min(COLUMNS, n - first), body = width & ~3;
    const at = <usize>first << 2, stride = <usize>n << 2;
    for (let row = 0; row < m; row++) {
      const to = out + <usize>row * stride + at;
      if (bias) memory.copy(to, bias + at, <usize>width << 2);
      else memory.fill(to, 0, <usize>width << 2);
    }
    for (let i = 0; i < k; i += 8) {
      const deep = min(8, k - i);
      const b0 = b + <usize>i * stride + at;
      for (let row = 0; row < m; row++) {
        const x = a + (<usize>(row * k + i) << 2), to = out + <usize>row * stride + at;
        if (deep == 8) {
          const x0 = v128.load32_splat(x), x1 = v128.load32_splat(x, 4), x2 = v128.load32_splat(x, 8);
          const x3 = v128.load32_splat(x, 12), x4 = v128.load32_splat(x, 16), x5 = v128.load32_splat(x, 20);
          const x6 = v128.load32_splat(x, 24), x7 = v128.load32_splat(x, 28);
          let b1 = b0, b2 = b0 + 2 * stride, b4 = b0 + 4 * stride, b6 = b0 + 6 * stride;
          for (let o = to, stop = to + (<usize>body << 2); o != stop; o += 16) {
            let s = madd(x0, v128.load(b1), v128.load(o));
            let t = f32x4.mul(x1, v128.load(b1 + stride));
            s = madd(x2, v128.load(b2), s);
            t = madd(x3, v128.load(b2 + stride), t);
            s = madd(x4, v128.load(b4), s);
            t = madd(x5, v128.load(b4 + stride), t);
            s = madd(x6, v128.load(b6), s);
            t = madd(x7, v128.load(b6 + stride), t);
            v128.store(o, f32x4.add(s, t));
            b1 += 16;
            b2 += 16;
            b4 += 16;
            b6 += 16;
          }
          for (let j = body; j < width; j++) {
            const o = to + (<usize>j << 2);
            let s = load<f32>(o);
            for (let d = 0; d < 8; d++) s += load<f32>(x + (<usize>d << 2)) * load<f32>(b0 + <usize>d * stride + (<usize>j << 2));
            store<f32>(o, s);
          }
        } else {
          for (let d = 0; d < deep; d++) {
            const xs = load<f32>(x + (<usize>d << 2)), v = f32x4.splat(xs), source = b0 + <usize>d * stride;
            let j = 0;
            for (; j < body; j += 4) {
              const o = to + (<usize>j << 2);
              v128.store(o, madd(v, v128.load(source + (<usize>j << 2)), v128.load(o)));
            }
            for (; j < width; j++) {
              const o = to + (<usize>j << 2);
              store<f32>(o, load<f32>(o) + xs * load<f32>(source + (<usize>j << 2)));
            }
          }
        }
      }
    }
    if (relu) {
      for (let row = 0; row < m; row++) {
        const to = out + <usize>row * stride + at;
        let j = 0;
        for (; j < body; j += 4) v128.store(to + (<usize>j << 2), relu4(v128.load(to + (<usize>j << 2))));
        for (; j < width; j++) store<f32>(to + (<usize>j << 2), max<f32>(load<f32>(to + (<usize>j << 2)), 0));
      }
    }
  }
}

/** out[m, n] = bias[n] + Σ a[m, k]·b[n, k], relu; units are groups of 4 columns. */
export function thinColumns(
  a: usize, b: usize, bias: usize, out: usize, m: i32, k: i32, n: i32, relu: i32, begin: i32, end: i32,
): void {
  const stride = <usize>k << 2, body = k & ~7;
  for (let unit = begin; unit < end; unit++) {
    const first = unit * 4, width = min(4, n - first);
    const b0 = b + <usize>first * stride;
    const b1 = width > 1 ? b0 + stride : b0, b2 = width > 2 ? b0 + 2 * stride : b0, b3 = width > 3 ? b0 + 3 * stride : b0;
    for (let row = 0; row < m; row++) {
      const x = a + <usize>row * stride;
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
      const stop = <usize>body << 2;
      for (let i: usize = 0; i < stop; i += 32) {
        const u = v128.load(x + i), v = v128.load(x + i, 16);
        s0 = madd(u, v128.load(b0 + i), s0);
        t0 = madd(v, v128.load(b0 + i, 16), t0);
        s1 = madd(u, v128.load(b1 + i), s1);
        t1 = madd(v, v128.load(b1 + i, 16), t1);
        s2 = madd(u, v128.load(b2 + i), s2);
        t2 = madd(v, v128.load(b2 + i, 16), t2);
        s3 = madd(u, v128.load(b3 + i), s3);
        t3 = madd(v, v128.load(b3 + i, 16), t3);
      }
      let r0 = sum4(f32x4.add(s0, t0)), r1 = sum4(f32x4.add(s1, t1)), r2 = sum4(f32x4.add(s2, t2)), r3 = sum4(f32x4.add(s3, t3));
      for (let i = stop; i < stride; i += 4) {
        const u = load<f32>(x + i);
        r0 += u * load<f32>(b0 + i);
        r1 += u * load<f32>(b1 + i);
        r2 += u * load<f32>(b2 + i);
        r3 += u * load<f32>(b3 + i);
      }
      const to = out + (<usize>(row * n + first) << 2);
      finish(to, r0, bias, first, relu);
      if (width > 1) finish(to + 4, r1, bias, first + 1, relu);
      if (width > 2) finish(to + 8, r2, bias, first + 2, relu);
      if (width > 3) finish(to + 12, r3, bias, first + 3, relu);
    }
  }
}

@inline
function finish(to: usize, value: f32, bias: usize, column: i32, relu: i32): void {
  if (bias) value += load<f32>(bias + (<usize>column << 2));
  store<f32>(to, relu ? max<f32>(value, 0) : value);
}

/** out[m, n] = Σ a[k, m]·b[k, n] with few k's; units are rows m. */
export function thinUpdate(a: usize, b: usize, out: usize, m: i32, k: i32, n: i32, begin: i32, end: i32): void {
  const body = n & ~3, stride = <usize>n << 2;
  for (let row = begin; row < end; row++) {
    const to = out + <usize>row * stride;
    for (let d = 0; d < k; d++) {
      const x = load<f32>(a + (<usize>(d * m + row) << 2)), v = f32x4.splat(x), source = b + <usize>d * stride;
      let j = 0;
      if (d == 0) {
        for (; j < body; j += 4) v128.store(to + (<usize>j << 2), f32x4.mul(v, v128.load(source + (<usize>j << 2))));
        for (; j < n; j++) store<f32>(to + (<usize>j << 2), x * load<f32>(source + (<usize>j << 2)));
      } else {
        for (; j < body; j += 4) {
          const o = to + (<usize>j << 2);
          v128.store(o, madd(v, v128.load(source + (<usize>j << 2)), v128.load(o)));
        }
        for (; j < n; j++) {
          const o = to + (<usize>j << 2);
          store<f32>(o, load<f32>(o) + x * load<f32>(source + (<usize>j << 2)));
        }
      }
    }
  }
}
