// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * What becomes of a row from element to element: sums, products and their like, float32 in float64. Units are rows of n;
 * `back`: from the end.
 */


/** Part sums of rows, in parts: [row, part]. */
export function scanTotals(x: usize, totals: usize, n: i32, part: i32, parts: i32, begin: i32, end: i32): void {
  for (let unit = begin; unit < end; unit++) {
    const first = unit % parts * part, count = min(part, n - first);
    let at = x + ((<usize>(unit / parts) * <usize>n + <usize>first) << 2);
    const stop = at + (<usize>(count & ~7) << 2), last = at + (<usize>count << 2);
    let a = f64x2.splat(0), b = a, c = a, d = a;
    for (; at < stop; at += 32) {
      const low = v128.load(at), high = v128.load(at, 16);
      a = f64x2.add(a, f64x2.promote_low_f32x4(low));
      b = f64x2.add(b, f64x2.promote_low_f32x4(v128.shuffle<i64>(low, low, 1, 1)));
      c = f64x2.add(c, f64x2.promote_low_f32x4(high));
      d = f64x2.add(d, f64x2.promote_low_f32x4(v128.shuffle<i64>(high, high, 1, 1)));
    }
    const sums = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
    let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    for (; at < last; at += 4) sum += <f64>load<f32>(at);
    store<f64>(totals + (<usize>unit << 3), sum);
  }
}

/** Running sums of float32 in parts, each on top of the `totals` of those before it (after it, from the end). */
export function scanSum(
  x: usize, totals: usize, out: usize, n: i32, part: i32, parts: i32, back: i32, begin: i32, end: i32,
): void {
  for (let unit = begin; unit < end; unit++) {
    const row = unit / parts, own = unit % parts, first = own * part, count = min(part, n - first);
    const sums = totals + (<usize>row * <usize>parts << 3);
    let sum: f64 = 0;
    if (back) for (let i = parts - 1; i > own; i--) sum += load<f64>(sums + (<usize>i << 3));
    else for (let i = 0; i < own; i++) sum += load<f64>(sums + (<usize>i << 3));
    const start = (<usize>row * <usize>n + <usize>(back ? first + count - 1 : first)) << 2;
    const step = back ? -4 : 4;
    let from = x + start, to = out + start;
    for (let i = 0; i < count; i++, from += <usize>step, to += <usize>step) {
      sum += <f64>load<f32>(from);
      store<f32>(to, <f32>sum);
    }
  }
}

/** Where a row begins, from the front or from the end. */
@inline
function startOf(row: i32, n: i32, back: i32): usize {
  return (<usize>row * <usize>n + <usize>(back ? n - 1 : 0)) << 2;
}

/** Running sums (0) and products (1) of int32, which wrap. */
export function scanIntegers(product: i32, x: usize, out: usize, n: i32, back: i32, begin: i32, end: i32): void {
  const step = back ? -4 : 4;
  for (let row = begin; row < end; row++) {
    let at = startOf(row, n, back), y = product;
    for (let i = 0; i < n; i++, at += <usize>step) {
      const value = load<i32>(x + at);
      y = product ? y * value : y + value;
      store<i32>(out + at, y);
    }
  }
}

/** Running products. */
export function scanProduct(x: usize, out: usize, n: i32, back: i32, begin: i32, end: i32): void {
  const step = back ? -4 : 4;
  for (let row = begin; row < end; row++) {
    let at = startOf(row, n, back), y: f64 = 1;
    for (let i = 0; i < n; i++, at += <usize>step) {
      y *= <f64>load<f32>(x + at);
      store<f32>(out + at, <f32>y);
    }
  }
}

/** y[i] = a[i] · y[i − 1] + b[i]; the first y is the first b. */
export function scanLinear(a: usize, b: usize, out: usize, n: i32, back: i32, begin: i32, end: i32): void {
  const step = back ? -4 : 4;
  for (let row = begin; row < end; row++) {
    let at = startOf(row, n, back), y = <f64>load<f32>(b + at);
    store<f32>(out + at, <f32>y);
    for (let i = 1; i < n; i++) {
      at += <usize>step;
      y = <f64>load<f32>(a + at) * y + <f64>load<f32>(b + at);
      store<f32>(out + at, <f32>y);
    }
  }
}

/** ln Σ eˣ of what there was so far. */
export function scanLogSum(x: usize, out: usize, n: i32, begin: i32, end: i32): void {
  for (let row = begin; row < end; row++) {
    let at = startOf(row, n, 0), y = -Infinity;
    for (let i = 0; i < n; i++, at += 4) {
      const value = <f64>load<f32>(x + at), top = max<f64>(y, value), low = min<f64>(y, value);
      // Equal infinities have no difference; NaN stays.
      y = top == low || top == Infinity ? top + (top == low && top - top == 0 ? 0.6931471805599453 : 0)
        : top + NativeMath.log1p(NativeMath.exp(low - top));
      store<f32>(out + at, <f32>y);
    }
  }
}

/** Where the largest so far is: the last of equals, and of NaN, which is larger than all. */
export function scanLargest(x: usize, out: usize, n: i32, float: i32, begin: i32, end: i32): void {
  for (let row = begin; row < end; row++) {
    const from = x + startOf(row, n, 0), to = out + startOf(row, n, 0);
    let place = 0;
    if (float) {
      let best: f32 = -Infinity;
      for (let i = 0; i < n; i++) {
        const value = load<f32>(from + (<usize>i << 2));
        if (!(value < best) && (best == best || value != value)) {
          best = value;
          place = i;
        }
        store<i32>(to + (<usize>i << 2), place);
      }
    } else {
      let best = i32.MIN_VALUE;
      for (let i = 0; i < n; i++) {
        const value = load<i32>(from + (<usize>i << 2));
        if (value >= best) {
          best = value;
          place = i;
        }
        store<i32>(to + (<usize>i << 2), place);
      }
    }
  }
}
