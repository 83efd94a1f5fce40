// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Reductions of the middle of [a, b, c]. Stage 1 reduces chunks of rows (b) into float64, stage 2 puts the chunks
 * together; the chunks depend on the sizes alone, so the order of the additions does, too.
 */

class Sum {
  @inline start(): f64 { return 0; }
  @inline v(a: v128, b: v128): v128 { return f32x4.add(a, b); }
  @inline d(a: f64, b: f64): f64 { return a + b; }
  @inline w(a: v128, b: v128): v128 { return f64x2.add(a, b); }
}
class Product {
  @inline start(): f64 { return 1; }
  @inline v(a: v128, b: v128): v128 { return f32x4.mul(a, b); }
  @inline d(a: f64, b: f64): f64 { return a * b; }
  @inline w(a: v128, b: v128): v128 { return f64x2.mul(a, b); }
}
class Max {
  @inline start(): f64 { return -Infinity; }
  @inline v(a: v128, b: v128): v128 { return f32x4.max(a, b); }
  @inline d(a: f64, b: f64): f64 { return max<f64>(a, b); }
  @inline w(a: v128, b: v128): v128 { return f64x2.max(a, b); }
}
class Min {
  @inline start(): f64 { return Infinity; }
  @inline v(a: v128, b: v128): v128 { return f32x4.min(a, b); }
  @inline d(a: f64, b: f64): f64 { return min<f64>(a, b); }
  @inline w(a: v128, b: v128): v128 { return f64x2.min(a, b); }
}

/** A contiguous run: four vectors at a time, float32 inside blocks of 128, float64 from block to block. */
@inline
function run<Op>(x: usize, n: i32): f64 {
  const op = changetype<Op>(0);
  let total = op.start();
  let i = 0;
  while (i + 16 <= n) {
    const stop = min(n & ~15, i + 128);
    let a = v128.load(x), b = v128.load(x, 16), c = v128.load(x, 32), d = v128.load(x, 48);
    x += 64;
    for (i += 16; i < stop; i += 16) {
      a = op.v(a, v128.load(x));
      b = op.v(b, v128.load(x, 16));
      c = op.v(c, v128.load(x, 32));
      d = op.v(d, v128.load(x, 48));
      x += 64;
    }
    const v = op.v(op.v(a, b), op.v(c, d));
    total = op.d(total, op.d(
      op.d(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)), op.d(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
    ));
  }
  for (; i < n; i++) {
    total = op.d(total, load<f32>(x));
    x += 4;
  }
  return total;
}

/** Columns of `rows` rows, c floats apart, into float64 at `to`: float32 inside 32 rows, float64 beyond. */
@inline
function columns<Op>(x: usize, rows: i32, c: i32, to: usize): void {
  const op = changetype<Op>(0), stride = <usize>c << 2;
  let j = 0;
  for (; j + 4 <= c; j += 4) {
    let low = f64x2.splat(op.start()), high = low;
    for (let r = 0; r < rows; r += 32) {
      const stop = min(rows, r + 32);
      let at = x + <usize>r * stride + (<usize>j << 2);
      let v = v128.load(at);
      for (let i = r + 1; i < stop; i++) {
        at += stride;
        v = op.v(v, v128.load(at));
      }
      low = op.w(low, f64x2.promote_low_f32x4(v));
      high = op.w(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1)));
    }
    v128.store(to + (<usize>j << 3), low);
    v128.store(to + (<usize>j << 3), high, 16);
  }
  for (; j < c; j++) {
    let total = op.start(), at = x + (<usize>j << 2);
    for (let r = 0; r < rows; r++) {
      total = op.d(total, load<f32>(at));
      at += stride;
    }
    store<f64>(to + (<usize>j << 3), total);
  }
}

@inline
function chunks<Op>(x: usize, partial: usize, b: i32, c: i32, rows: i32, count: i32, begin: i32, end: i32): void {
  for (let unit = begin; unit < end; unit++) {
    const a = unit / count, chunk = unit % count, first = chunk * rows, n = min(rows, b - first);
    const from = x + ((<usize>a * <usize>b + <usize>first) * <usize>c << 2), to = partial + (<usize>unit * <usize>c << 3);
    if (c == 1) store<f64>(to, run<Op>(from, n));
    else columns<Op>(from, n, c, to);
  }
}

/** Stage 1. Unit u is chunk u mod count of slab ⌊u / count⌋; `rows` rows to a chunk. op: 0 sum, 1 max, 2 min, 3 product. */
export function reduceChunks(
  op: i32, x: usize, partial: usize, b: i32, c: i32, rows: i32, count: i32, begin: i32, end: i32,
): void {
  switch (op) {
    case 0: chunks<Sum>(x, partial, b, c, rows, count, begin, end); break;
    case 1: chunks<Max>(x, partial, b, c, rows, count, begin, end); break;
    case 2: chunks<Min>(x, partial, b, c, rows, count, begin, end); break;
    case 3: chunks<Product>(x, partial, b, c, rows, count, begin, end); break;
  }
}

/** Stage 2: out = scale · (the chunks put together). Units are slabs. */
export function reduceTogether(
  op: i32, partial: usize, out: usize, c: i32, count: i32, scale: f64, begin: i32, end: i32,
): void {
  for (let a = begin; a < end; a++) {
    const from = partial + (<usize>a * <usize>count * <usize>c << 3), to = out + (<usize>a * <usize>c << 2);
    for (let j = 0; j < c; j++) {
      let at = from + (<usize>j << 3);
      let total = load<f64>(at);
      for (let i = 1; i < count; i++) {
        at += <usize>c << 3;
        const y = load<f64>(at);
        total = op == 0 ? total + y : op == 1 ? max<f64>(total, y) : op == 2 ? min<f64>(total, y) : total * y;
      }
      store<f32>(to + (<usize>j << 2), <f32>(total * scale));
    }
  }
}
