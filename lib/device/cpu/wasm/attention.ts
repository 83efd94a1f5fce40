// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Attention and its gradient, head by head: scores, their softmax and its product with the values, six queries at a time, so that no
 * matrix of scores is ever written to memory. Queries, keys and values are read where they lie; with a causal mask, no farther than a
 * query may look.
 */
import { exp4 } from "./exponential";
import { lanes } from "./layer_norm";
import { packColumns, packRows } from "./pack";
import { scratch } from "./simd";
import { FIRST, tilePanel, tileRows } from "./tile";

/** What lib/device/cpu/kernels/attention.ts writes: addresses, and steps in bytes per batch, head and row. */
@unmanaged
class Attention {
  heads: i32; length: i32; keys: i32; inner: i32; outer: i32; // H, L, S, E, D
  q: u32; qBatch: u32; qHead: u32; qRow: u32;
  k: u32; kBatch: u32; kHead: u32; kRow: u32;
  v: u32; vBatch: u32; vHead: u32; vRow: u32;
  y: u32; yBatch: u32; yHead: u32; yRow: u32; // of the gradient: dy
  dq: u32; dk: u32; dv: u32; // lie as q, k and v do
}

/** Queries of a unit (or, in the gradient, that are looked at together): a multiple of 6. */
const ROWS = 48;
/** Scratch before what depends on sizes: addresses, and six rows of eight results. */
const FIXED = 448;

/** Six addresses of rows from `first` on, the last one again where there are fewer. */
@inline
function sixRows(list: usize, base: usize, step: usize, first: i32, height: i32): void {
  for (let i = 0; i < 6; i++) {
    store<u32>(list + (<usize>i << 2), <u32>(base + <usize>(first + min(i, height - 1)) * step));
  }
}

/** What of a tile of 6 × 8 is inside of the result: written there, or added to what is there. */
function spill(tile: usize, base: usize, step: usize, first: i32, height: i32, column: i32, width: i32, add: bool): void {
  for (let i = 0; i < height; i++) {
    const to = base + <usize>(first + i) * step + (<usize>column << 2), from = tile + (<usize>i << 5);
    for (let j = 0; j < width; j++) {
      const at = <usize>j << 2;
      store<f32>(to + at, add ? load<f32>(to + at) + load<f32>(from + at) : load<f32>(from + at));
    }
  }
}

/** x · factor, in place. */
@inline
function scaled(x: usize, count: i32, factor: f32): void {
  const f = f32x4.splat(factor), body = count & ~3;
  for (let i = 0; i < body; i += 4) {
    const at = x + (<usize>i << 2);
    v128.store(at, f32x4.mul(v128.load(at), f));
  }
  for (let i = body; i < count; i++) {
    const at = x + (<usize>i << 2);
    store<f32>(at, load<f32>(at) * factor);
  }
}

/** e^(x − largest) of the first `m` of a row of scores, zeros behind up to n8; returns their sum. */
function powers(row: usize, m: i32, n8: i32): f32 {
  for (let j = m; j < n8; j++) store<f32>(row + (<usize>j << 2), -Infinity);
  let tops = f32x4.splat(-Infinity);
  for (let j = 0; j < n8; j += 4) tops = f32x4.max(tops, v128.load(row + (<usize>j << 2)));
  const top = f32x4.splat(max<f32>(
    max<f32>(f32x4.extract_lane(tops, 0), f32x4.extract_lane(tops, 1)),
    max<f32>(f32x4.extract_lane(tops, 2), f32x4.extract_lane(tops, 3)),
  ));
  let total: f64 = 0;
  for (let first = 0; first < n8; first += 128) {
    const stop = min(n8, first + 128);
    let sum = f32x4.splat(0);
    for (let j = first; j < stop; j += 4) {
      const at = row + (<usize>j << 2), e = exp4(f32x4.sub(v128.load(at), top));
      v128.store(at, e);
      sum = f32x4.add(sum, e);
    }
    total += lanes(sum);
  }
  return <f32>total;
}

/** Units are blocks of {@linkcode ROWS} queries of a head. */
export function attention(description: usize, scale: f32, causal: i32, begin: i32, end: i32): void {
  const p = changetype<Attention>(description);
  const keys = p.keys, inner = p.inner, outer = p.outer, keys8 = keys + 7 & ~7, panels = outer + 7 >> 3;
  const list = scratch, queries = scratch + 32, rows = scratch + 64, outs = scratch + 96, aside = scratch + 128;
  const sums = scratch + 160, tile = scratch + 192, scores = scratch + FIXED;
  const packedKeys = scores + (<usize>(6 * keys8) << 2), packedValues = packedKeys + (<usize>(keys8 * inner) << 2);
  sixRows(aside, tile, 32, 0, 6);
  sixRows(rows, scores, <usize>keys8 << 2, 0, 6);
  const blocks = (p.length + ROWS - 1) / ROWS;
  let current = -1;
  for (let unit = begin; unit < end; unit++) {
    const own = unit / blocks, first = unit % blocks * ROWS, last = min(p.length, first + ROWS);
    const b = <usize>(own / p.heads), h = <usize>(own % p.heads);
    if (own != current) {
      current = own;
      store<u32>(list, <u32>(p.k + b * p.kBatch + h * p.kHead));
      packColumns(list, 1, inner, keys, p.kRow, packedKeys, 0, keys8 >> 3);
      scaled(packedKeys, keys8 * inner, scale);
      store<u32>(list, <u32>(p.v + b * p.vBatch + h * p.vHead));
      packRows(list, 1, keys, outer, p.vRow, packedValues, 0, panels);
    }
    const q = p.q + b * p.qBatch + h * p.qHead, y = p.y + b * p.yBatch + h * p.yHead;
    for (let row = first; row < last; row += 6) {
      const height = min(6, last - row), n = causal ? min(keys, row + height) : keys, n8 = n + 7 & ~7;
      sixRows(queries, q, p.qRow, row, height);
      sixRows(outs, y, p.yRow, row, height);
      for (let j = 0; j < n8; j += 8) {
        tileRows(queries, 1, 0, inner, packedKeys + (<usize>(j * inner) << 2), rows, <usize>j << 2, FIRST, 0);
      }
      for (let i = 0; i < height; i++) {
        const sum = powers(load<u32>(rows + (<usize>i << 2)), causal ? min(keys, row + i + 1) : keys, n8);
        store<f32>(sums + (<usize>i << 2), 1 / sum);
      }
      for (let panel = 0; panel < panels; panel++) {
        const from = packedValues + (<usize>(panel * keys) << 5), width = min(8, outer - panel * 8);
        if (height == 6 && width == 8) tileRows(rows, 1, 0, n, from, outs, <usize>panel << 5, FIRST, 0);
        else {
          tileRows(rows, 1, 0, n, from, aside, 0, FIRST, 0);
          spill(tile, y, p.yRow, row, height, panel * 8, width, false);
        }
      }
      for (let i = 0; i < height; i++) {
        scaled(y + <usize>(row + i) * p.yRow, outer, load<f32>(sums + (<usize>i << 2)));
      }
    }
  }
}

/** From a row of scores' powers, their sum and dP, both up to n8: P, and dS = P (dP − Σ P dP). */
@inline
function softmaxGrad(row: usize, slopes: usize, sum: f32, m: i32, n8: i32): void {
  const factor = f32x4.splat(1 / sum);
  // Behind m the slopes are of other keys' values, or nothing; P is 0 there.
  for (let j = m; j < n8; j++) store<f32>(slopes + (<usize>j << 2), 0);
  let total: f64 = 0;
  for (let first = 0; first < n8; first += 128) {
    const stop = min(n8, first + 128);
    let s = f32x4.splat(0);
    for (let j = first; j < stop; j += 4) {
      const at = <usize>j << 2, one = f32x4.mul(v128.load(row + at), factor);
      v128.store(row + at, one);
      s = f32x4.add(s, f32x4.mul(one, v128.load(slopes + at)));
    }
    total += lanes(s);
  }
  const mean = f32x4.splat(<f32>total);
  for (let j = 0; j < n8; j += 4) {
    const at = <usize>j << 2;
    v128.store(slopes + at, f32x4.mul(v128.load(row + at), f32x4.sub(v128.load(slopes + at), mean)));
  }
}

/** result[key] += Σ over `rows` queries of factor[query, key] · right[query], for keys 0 … n − 1; right is packed. */
function gather(
  factor: usize, step: usize, rows: i32, right: usize, width: i32, n: i32, base: usize, baseStep: usize,
  outs: usize, aside: usize, tile: usize,
): void {
  const panels = width + 7 >> 3;
  for (let key = 0; key < n; key += 6) {
    const height = min(6, n - key), from = factor + (<usize>key << 2);
    sixRows(outs, base, baseStep, key, height);
    for (let panel = 0; panel < panels; panel++) {
      const b = right + (<usize>(panel * rows) << 5), own = min(8, width - panel * 8);
      if (height == 6 && own == 8) tilePanel(from, step, rows, b, outs, <usize>panel << 5, 0, 0);
      else {
        tilePanel(from, step, rows, b, aside, 0, FIRST, 0);
        spill(tile, base, baseStep, key, height, panel * 8, own, true);
      }
    }
  }
}

/** Units are heads. */
export function attentionGrad(description: usize, scale: f32, causal: i32, begin: i32, end: i32): void {
  const p = changetype<Attention>(description);
  const keys = p.keys, inner = p.inner, outer = p.outer, keys8 = keys + 7 & ~7;
  const innerPanels = inner + 7 >> 3, outerPanels = outer + 7 >> 3, line = <usize>keys8 << 2;
  const list = scratch, queries = scratch + 32, rows = scratch + 64, outs = scratch + 96, aside = scratch + 128;
  const slopes = scratch + 160, tile = scratch + 192, slopeRows = scratch + 384;
  const scores = scratch + FIXED, dScores = scores + ROWS * line;
  // Six neighbours are read together, beyond the last row's end, too.
  const acrossKeys = dScores + ROWS * line + 64, acrossValues = acrossKeys + <usize>inner * line;
  const alongKeys = acrossValues + <usize>outer * line;
  const packedQueries = alongKeys + (<usize>(innerPanels * keys) << 5);
  const packedSlopes = packedQueries + (<usize>(innerPanels * ROWS) << 5);
  sixRows(aside, tile, 32, 0, 6);
  for (let unit = begin; unit < end; unit++) {
    const b = <usize>(unit / p.heads), h = <usize>(unit % p.heads);
    const q = p.q + b * p.qBatch + h * p.qHead, dq = p.dq + b * p.qBatch + h * p.qHead;
    const dk = p.dk + b * p.kBatch + h * p.kHead, dv = p.dv + b * p.vBatch + h * p.vHead;
    const dy = p.y + b * p.yBatch + h * p.yHead;
    store<u32>(list, <u32>(p.k + b * p.kBatch + h * p.kHead));
    packColumns(list, 1, inner, keys, p.kRow, acrossKeys, 0, keys8 >> 3);
    packRows(list, 1, keys, inner, p.kRow, alongKeys, 0, innerPanels);
    scaled(acrossKeys, keys8 * inner, scale);
    scaled(alongKeys, innerPanels * keys << 3, scale);
    store<u32>(list, <u32>(p.v + b * p.vBatch + h * p.vHead));
    packColumns(list, 1, outer, keys, p.vRow, acrossValues, 0, keys8 >> 3);
    for (let key = 0; key < keys; key++) {
      for (let i = 0; i < inner; i++) store<f32>(dk + <usize>key * p.kRow + (<usize>i << 2), 0);
      for (let i = 0; i < outer; i++) store<f32>(dv + <usize>key * p.vRow + (<usize>i << 2), 0);
    }
    for (let first = 0; first < p.length; first += ROWS) {
      const count = min(ROWS, p.length - first), most = causal ? min(keys, first + count) : keys, most8 = most + 7 & ~7;
      store<u32>(list, <u32>(q + <usize>first * p.qRow));
      packRows(list, 1, count, inner, p.qRow, packedQueries, 0, innerPanels);
      store<u32>(list, <u32>(dy + <usize>first * p.yRow));
      packRows(list, 1, count, outer, p.yRow, packedSlopes, 0, outerPanels);
      for (let at = 0; at < count; at += 6) {
        const row = first + at, height = min(6, count - at), n = causal ? min(keys, row + height) : keys;
        const n8 = n + 7 & ~7;
        sixRows(queries, q, p.qRow, row, height);
        sixRows(slopes, dy, p.yRow, row, height);
        sixRows(rows, scores + <usize>at * line, line, 0, 6);
        sixRows(slopeRows, dScores + <usize>at * line, line, 0, 6);
        for (let j = 0; j < n8; j += 8) {
          const column = <usize>j << 2;
          tileRows(queries, 1, 0, inner, acrossKeys + <usize>inner * column, rows, column, FIRST, 0);
          tileRows(slopes, 1, 0, outer, acrossValues + <usize>outer * column, slopeRows, column, FIRST, 0);
        }
        for (let i = 0; i < height; i++) {
          const own = load<u32>(rows + (<usize>i << 2)), m = causal ? min(keys, row + i + 1) : keys;
          softmaxGrad(own, load<u32>(slopeRows + (<usize>i << 2)), powers(own, m, most8), m, most8);
        }
        sixRows(outs, dq, p.qRow, row, height);
        for (let panel = 0; panel < innerPanels; panel++) {
          const from = alongKeys + (<usize>(panel * keys) << 5), width = min(8, inner - panel * 8);
          if (height == 6 && width == 8) tileRows(slopeRows, 1, 0, n, from, outs, <usize>panel << 5, FIRST, 0);
          else {
            tileRows(slopeRows, 1, 0, n, from, aside, 0, FIRST, 0);
            spill(tile, dq, p.qRow, row, height, panel * 8, width, false);
          }
        }
      }
      gather(scores, line, count, packedSlopes, outer, most, dv, p.vRow, outs, aside, tile);
      gather(dScores, line, count, packedQueries, inner, most, dk, p.kRow, outs, aside, tile);
    }
    for (let key = 0; key < keys; key++) scaled(dk + <usize>key * p.kRow, inner, scale);
  }
}
