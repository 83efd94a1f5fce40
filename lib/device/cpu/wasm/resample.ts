// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** Sampling along a dimension of [outer, size, inner]: each place of the result is a sum of weighted places. */

/** The places from `first` to `last` of one line, where nothing lies behind the dimension. */
function sampleLine(
  from: usize, to: usize, starts: usize, places: usize, weights: usize, first: i32, last: i32,
): void {
  let tap = <usize>load<i32>(starts + (<usize>first << 2)) << 2;
  for (let i = <usize>first << 2, stop = <usize>last << 2; i < stop; i += 4) {
    const end = <usize>load<i32>(starts + i, 4) << 2;
    let sum: f32 = 0;
    if (tap < end) {
      sum = load<f32>(weights + tap) * load<f32>(from + (<usize>load<i32>(places + tap) << 2));
      for (tap += 4; tap < end; tap += 4) {
        sum += load<f32>(weights + tap) * load<f32>(from + (<usize>load<i32>(places + tap) << 2));
      }
    }
    store<f32>(to + i, sum);
  }
}

/**
 * out[o, i, k] = Σ weights[t] · x[o, places[t], k] over the taps t from starts[i] to starts[i + 1]; 0 without any. Units are bands
 * of `band` places of one o: unit u is band u mod bands of o = ⌊u / bands⌋.
 */
export function resample(
  x: usize, out: usize, starts: usize, places: usize, weights: usize,
  size: i32, count: i32, inner: i32, band: i32, bands: i32, begin: i32, end: i32,
): void {
  const row = <usize>inner << 2, vectors = row & ~15;
  for (let unit = begin; unit < end; unit++) {
    const o = unit / bands, first = (unit % bands) * band, last = min(count, first + band);
    const from = x + <usize>o * <usize>size * row, to = out + <usize>o * <usize>count * row;
    if (inner == 1) {
      sampleLine(from, to, starts, places, weights, first, last);
      continue;
    }
    for (let i = first; i < last; i++) {
      const target = to + <usize>i * row;
      const tap0 = load<i32>(starts + (<usize>i << 2)), tap1 = load<i32>(starts + (<usize>i << 2), 4);
      if (tap0 == tap1) {
        memory.fill(target, 0, row);
        continue;
      }
      for (let t = tap0; t < tap1; t++) {
        const w = load<f32>(weights + (<usize>t << 2)), ws = f32x4.splat(w);
        const source = from + <usize>load<i32>(places + (<usize>t << 2)) * row;
        let k: usize = 0;
        if (t == tap0) {
          for (; k < vectors; k += 16) v128.store(target + k, f32x4.mul(ws, v128.load(source + k)));
          for (; k < row; k += 4) store<f32>(target + k, w * load<f32>(source + k));
        } else {
          for (; k < vectors; k += 16) {
            v128.store(target + k, f32x4.add(v128.load(target + k), f32x4.mul(ws, v128.load(source + k))));
          }
          for (; k < row; k += 4) store<f32>(target + k, load<f32>(target + k) + w * load<f32>(source + k));
        }
      }
    }
  }
}
