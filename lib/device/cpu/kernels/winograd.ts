// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Convolution of 3 × 3 at stride 1 by Winograd's F(2 × 2, 3 × 3) (Lavin and Gray 2015): 16 products where the plain sum
 * has 36. Input tiles of 4 × 4 become Bᵀ d B, filters G g Gᵀ; sixteen matrix products over the channels; Aᵀ m A gives the 2 × 2
 * outputs. The small matrices hold 0, ±1 and ±½ alone, so the rounding errors are those of the plain sum.
 */
import { transpose4 } from "./pack";
import { copyTile } from "./convolution";
import { FIRST, tilePanel, tileRows } from "./tile";
import { relu4, scratch } from "./simd";

/** lib/device/cpu/winograd.ts writes this. */
@unmanaged
class Winograd {
  input: u32; output: u32; filter: u32; packed: u32; bias: u32; relu: i32;
  images: i32; height: i32; width: i32; channels: i32; // input
  outHeight: i32; outWidth: i32; outChannels: i32;
  top: i32; left: i32; // padding
  tileRows: i32; tileColumns: i32; // tiles of an image
  unitTiles: i32; // tiles of a unit of work, a multiple of 6
  flipped: i32; // the filter is taken as for the input's gradient: turned around, its channels swapped
  zeros: u32;
}

const KC = 256;

/** Nine vectors at `from` (a tap every `step` bytes) become sixteen at `to` (every `out` bytes): G g Gᵀ. */
@inline
function filterTile(from: usize, step: usize, to: usize, out: usize): void {
  const half = f32x4.splat(0.5);
  const g00 = v128.load(from + 0 * step);
  const g01 = v128.load(from + 1 * step);
  const g02 = v128.load(from + 2 * step);
  const g10 = v128.load(from + 3 * step);
  const g11 = v128.load(from + 4 * step);
  const g12 = v128.load(from + 5 * step);
  const g20 = v128.load(from + 6 * step);
  const g21 = v128.load(from + 7 * step);
  const g22 = v128.load(from + 8 * step);
  const s0 = f32x4.add(g00, g20);
  const t00 = g00, t10 = f32x4.mul(half, f32x4.add(s0, g10)), t20 = f32x4.mul(half, f32x4.sub(s0, g10)), t30 = g20;
  const s1 = f32x4.add(g01, g21);
  const t01 = g01, t11 = f32x4.mul(half, f32x4.add(s1, g11)), t21 = f32x4.mul(half, f32x4.sub(s1, g11)), t31 = g21;
  const s2 = f32x4.add(g02, g22);
  const t02 = g02, t12 = f32x4.mul(half, f32x4.add(s2, g12)), t22 = f32x4.mul(half, f32x4.sub(s2, g12)), t32 = g22;
  const r0 = f32x4.add(t00, t02);
  v128.store(to + 0 * out, t00);
  v128.store(to + 1 * out, f32x4.mul(half, f32x4.add(r0, t01)));
  v128.store(to + 2 * out, f32x4.mul(half, f32x4.sub(r0, t01)));
  v128.store(to + 3 * out, t02);
  const r1 = f32x4.add(t10, t12);
  v128.store(to + 4 * out, t10);
  v128.store(to + 5 * out, f32x4.mul(half, f32x4.add(r1, t11)));
  v128.store(to + 6 * out, f32x4.mul(half, f32x4.sub(r1, t11)));
  v128.store(to + 7 * out, t12);
  const r2 = f32x4.add(t20, t22);
  v128.store(to + 8 * out, t20);
  v128.store(to + 9 * out, f32x4.mul(half, f32x4.add(r2, t21)));
  v128.store(to + 10 * out, f32x4.mul(half, f32x4.sub(r2, t21)));
  v128.store(to + 11 * out, t22);
  const r3 = f32x4.add(t30, t32);
  v128.store(to + 12 * out, t30);
  v128.store(to + 13 * out, f32x4.mul(half, f32x4.add(r3, t31)));
  v128.store(to + 14 * out, f32x4.mul(half, f32x4.sub(r3, t31)));
  v128.store(to + 15 * out, t32);
}

/** The filters in panels, [16][panel][k][8]. Units are panels of eight output channels. */
export function winogradFilter(description: usize, begin: i32, end: i32): void {
  const p = changetype<Winograd>(description);
  // k runs over the channels that are summed, n over those that result.
  const depth = p.channels, width = p.outChannels, panels = (width + 7) >> 3;
  const out = <usize>panels * <usize>depth * 32;
  const temporary = scratch; // [tap][4 k's][8 n's]
  for (let panel = begin; panel < end; panel++) {
    let to = <usize>p.packed + <usize>panel * <usize>depth * 32;
    const n = panel * 8, valid = min(8, width - n);
    for (let k = 0; k < depth; k += 4) {
      const rows = min(4, depth - k);
      for (let tap = 0; tap < 9; tap++) {
        const target = temporary + <usize>tap * 128;
        // The flipped filter's tap is the opposite one, its k the output channel of the filter as it lies.
        const at = <usize>p.filter +
          (<usize>(p.flipped ? ((8 - tap) * width + n) * depth + k : (tap * depth + k) * width + n) << 2);
        if (rows == 4 && valid == 8) {
          if (p.flipped) {
            transpose4(at, <usize>depth << 2, target);
            transpose4(at + (<usize>depth << 4), <usize>depth << 2, target + 16);
          } else {
            for (let r: usize = 0; r < 4; r++) {
              const row = at + r * (<usize>width << 2);
              v128.store(target + r * 32, v128.load(row));
              v128.store(target + r * 32, v128.load(row, 16), 16);
            }
          }
          continue;
        }
        const down = p.flipped ? 1 : width, across = p.flipped ? depth : 1;
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < 8; c++) {
            const value = c < valid ? load<f32>(at + (<usize>(r * down + c * across) << 2)) : 0;
            store<f32>(target + <usize>(r * 8 + c) * 4, value);
          }
        }
      }
      for (let r = 0; r < rows; r++) {
        filterTile(temporary + <usize>r * 32, 128, to, out);
        filterTile(temporary + <usize>r * 32 + 16, 128, to + 16, out);
        to += 32;
      }
    }
  }
}

/** Sixteen vectors of a 4 × 4 tile, from sixteen addresses, become Bᵀ d B at `to`, `step` bytes apart. */
@inline
function inputTile(table: usize, column: usize, to: usize, step: usize): void {
  const d00 = v128.load(<usize>load<u32>(table, 0) + column);
  const d10 = v128.load(<usize>load<u32>(table, 16) + column);
  const d20 = v128.load(<usize>load<u32>(table, 32) + column);
  const d30 = v128.load(<usize>load<u32>(table, 48) + column);
  const t00 = f32x4.sub(d00, d20), t10 = f32x4.add(d10, d20), t20 = f32x4.sub(d20, d10), t30 = f32x4.sub(d10, d30);
  const d01 = v128.load(<usize>load<u32>(table, 4) + column);
  const d11 = v128.load(<usize>load<u32>(table, 20) + column);
  const d21 = v128.load(<usize>load<u32>(table, 36) + column);
  const d31 = v128.load(<usize>load<u32>(table, 52) + column);
  const t01 = f32x4.sub(d01, d21), t11 = f32x4.add(d11, d21), t21 = f32x4.sub(d21, d11), t31 = f32x4.sub(d11, d31);
  const d02 = v128.load(<usize>load<u32>(table, 8) + column);
  const d12 = v128.load(<usize>load<u32>(table, 24) + column);
  const d22 = v128.load(<usize>load<u32>(table, 40) + column);
  const d32 = v128.load(<usize>load<u32>(table, 56) + column);
  const t02 = f32x4.sub(d02, d22), t12 = f32x4.add(d12, d22), t22 = f32x4.sub(d22, d12), t32 = f32x4.sub(d12, d32);
  const d03 = v128.load(<usize>load<u32>(table, 12) + column);
  const d13 = v128.load(<usize>load<u32>(table, 28) + column);
  const d23 = v128.load(<usize>load<u32>(table, 44) + column);
  const d33 = v128.load(<usize>load<u32>(table, 60) + column);
  const t03 = f32x4.sub(d03, d23), t13 = f32x4.add(d13, d23), t23 = f32x4.sub(d23, d13), t33 = f32x4.sub(d13, d33);
  v128.store(to, f32x4.sub(t00, t02));
  v128.store(to + step, f32x4.add(t01, t02));
  v128.store(to + 2 * step, f32x4.sub(t02, t01));
  v128.store(to + 3 * step, f32x4.sub(t01, t03));
  to += 4 * step;
  v128.store(to, f32x4.sub(t10, t12));
  v128.store(to + step, f32x4.add(t11, t12));
  v128.store(to + 2 * step, f32x4.sub(t12, t11));
  v128.store(to + 3 * step, f32x4.sub(t11, t13));
  to += 4 * step;
  v128.store(to, f32x4.sub(t20, t22));
  v128.store(to + step, f32x4.add(t21, t22));
  v128.store(to + 2 * step, f32x4.sub(t22, t21));
  v128.store(to + 3 * step, f32x4.sub(t21, t23));
  to += 4 * step;
  v128.store(to, f32x4.sub(t30, t32));
  v128.store(to + step, f32x4.add(t31, t32));
  v128.store(to + 2 * step, f32x4.sub(t32, t31));
  v128.store(to + 3 * step, f32x4.sub(t31, t33));
}

/** Addresses of the sixteen pixels of a tile, the zeros outside the image. */
@inline
function tilePixels(p: Winograd, tile: i32, table: usize): void {
  const perImage = p.tileRows * p.tileColumns, image = tile / perImage, rest = tile % perImage;
  const y0 = (rest / p.tileColumns) * 2 - p.top, x0 = (rest % p.tileColumns) * 2 - p.left;
  const height = p.height, width = p.width, pixel = <usize>p.channels << 2;
  for (let i = 0; i < 4; i++) {
    const y = y0 + i;
    for (let j = 0; j < 4; j++) {
      const x = x0 + j;
      const inside = <u32>y < <u32>height && <u32>x < <u32>width;
      store<u32>(
        table + <usize>(i * 4 + j) * 4,
        inside ? p.input + <u32>(<usize>((image * height + y) * width + x) * pixel) : p.zeros,
      );
    }
  }
}

/** Units are blocks of tiles. Scratch: addresses, then [16][tiles][channels], then [16][tiles][outputs], see winograd.ts. */
export function winograd(description: usize, begin: i32, end: i32): void {
  const p = changetype<Winograd>(description);
  const total = p.images * p.tileRows * p.tileColumns, unitTiles = p.unitTiles;
  const depth = p.channels, width = (p.outChannels + 7) & ~7, panels = width >> 3;
  const table = scratch, rows = table + 64, outs = rows + <usize>(unitTiles << 2);
  const left = scratch + (64 + <usize>(unitTiles << 3) + 63 & ~63);
  const leftStep = <usize>(unitTiles * depth) << 2, product = left + 16 * leftStep, outStep = <usize>(unitTiles * width) << 2;
  for (let unit = begin; unit < end; unit++) {
    const first = unit * unitTiles, count = min(unitTiles, total - first), tiles = (count + 5) / 6;
    for (let t = 0; t < count; t++) {
      tilePixels(p, first + t, table);
      const to = left + (<usize>(t * depth) << 2);
      for (let c: usize = 0; c < <usize>depth << 2; c += 16) inputTile(table, c, to + c, leftStep);
    }
    for (let i = 0; i < 16; i++) {
      const a = left + <usize>i * leftStep, out = product + <usize>i * outStep;
      for (let t = 0; t < tiles * 6; t++) {
        // Rows past the end repeat the last one; their results are not looked at.
        store<u32>(rows + (<usize>t << 2), <u32>(a + (<usize>(min(t, count - 1) * depth) << 2)));
        store<u32>(outs + (<usize>t << 2), <u32>(out + (<usize>(t * width) << 2)));
      }
      for (let k = 0; k < depth; k += KC) {
        const length = min(KC, depth - k);
        for (let panel = 0; panel < panels; panel++) {
          const b = <usize>p.packed + (<usize>(i * panels + panel) * <usize>depth + <usize>k) * 32;
          for (let tile = 0; tile < tiles; tile++) {
            const at = <usize>tile * 24;
            tileRows(rows + at, 1, <usize>k << 2, length, b, outs + at, <usize>panel * 32, k == 0 ? FIRST : 0, 0);
          }
        }
      }
    }
    for (let t = 0; t < count; t++) outputTile(p, first + t, product + (<usize>(t * width) << 2), outStep);
  }
}

/** Aᵀ m A, bias, relu, and out with what lies inside the image. */
function outputTile(p: Winograd, tile: i32, from: usize, step: usize): void {
  const perImage = p.tileRows * p.tileColumns, image = tile / perImage, rest = tile % perImage;
  const y = (rest / p.tileColumns) * 2, x = (rest % p.tileColumns) * 2;
  const pixel = <usize>p.outChannels << 2, line = <usize>p.outWidth * pixel, relu = p.relu;
  const out = <usize>p.output + <usize>((image * p.outHeight + y) * p.outWidth + x) * pixel;
  const right = x + 1 < p.outWidth, below = y + 1 < p.outHeight, bias = <usize>p.bias;
  for (let c: usize = 0; c < pixel; c += 16) {
    const m = from + c;
    const m00 = v128.load(m + 0 * step);
    const m01 = v128.load(m + 1 * step);
    const m02 = v128.load(m + 2 * step);
    const m03 = v128.load(m + 3 * step);
    const m10 = v128.load(m + 4 * step);
    const m11 = v128.load(m + 5 * step);
    const m12 = v128.load(m + 6 * step);
    const m13 = v128.load(m + 7 * step);
    const m20 = v128.load(m + 8 * step);
    const m21 = v128.load(m + 9 * step);
    const m22 = v128.load(m + 10 * step);
    const m23 = v128.load(m + 11 * step);
    const m30 = v128.load(m + 12 * step);
    const m31 = v128.load(m + 13 * step);
    const m32 = v128.load(m + 14 * step);
    const m33 = v128.load(m + 15 * step);
    const t00 = f32x4.add(f32x4.add(m00, m10), m20), t10 = f32x4.sub(f32x4.sub(m10, m20), m30);
    const t01 = f32x4.add(f32x4.add(m01, m11), m21), t11 = f32x4.sub(f32x4.sub(m11, m21), m31);
    const t02 = f32x4.add(f32x4.add(m02, m12), m22), t12 = f32x4.sub(f32x4.sub(m12, m22), m32);
    const t03 = f32x4.add(f32x4.add(m03, m13), m23), t13 = f32x4.sub(f32x4.sub(m13, m23), m33);
    const b = bias ? v128.load(bias + c) : f32x4.splat(0);
    let y00 = f32x4.add(f32x4.add(f32x4.add(t00, t01), t02), b), y01 = f32x4.add(f32x4.sub(f32x4.sub(t01, t02), t03), b);
    let y10 = f32x4.add(f32x4.add(f32x4.add(t10, t11), t12), b), y11 = f32x4.add(f32x4.sub(f32x4.sub(t11, t12), t13), b);
    if (relu) {
      y00 = relu4(y00);
      y01 = relu4(y01);
      y10 = relu4(y10);
      y11 = relu4(y11);
    }
    v128.store(out + c, y00);
    if (right) v128.store(out + pixel + c, y01);
    if (below) {
      v128.store(out + line + c, y10);
      if (right) v128.store(out + line + pixel + c, y11);
    }
  }
}

/** The input's tiles first … of a chunk, [16][tile][channel]. Units are tiles of the chunk. */
export function winogradTiles(description: usize, first: i32, chunk: i32, to: usize, begin: i32, end: i32): void {
  const p = changetype<Winograd>(description), depth = p.channels, table = scratch;
  const step = <usize>(chunk * depth) << 2;
  for (let t = begin; t < end; t++) {
    tilePixels(p, first + t, table);
    const out = to + (<usize>(t * depth) << 2);
    for (let c: usize = 0; c < <usize>depth << 2; c += 16) inputTile(table, c, out + c, step);
  }
}

/** A dy Aᵀ of the output's 2 × 2 tiles, in panels [16][panel][tile][8]. Units are tiles of the chunk. */
export function winogradOutputTiles(description: usize, first: i32, chunk: i32, to: usize, begin: i32, end: i32): void {
  const p = changetype<Winograd>(description);
  const perImage = p.tileRows * p.tileColumns, pixel = <usize>p.outChannels << 2, line = <usize>p.outWidth * pixel;
  const step = <usize>((p.outChannels >> 3) * chunk) << 5;
  for (let t = begin; t < end; t++) {
    const tile = first + t, image = tile / perImage, rest = tile % perImage;
    const y = (rest / p.tileColumns) * 2, x = (rest % p.tileColumns) * 2;
    const from = <usize>p.output + <usize>((image * p.outHeight + y) * p.outWidth + x) * pixel;
    const zeros = <usize>p.zeros, right = x + 1 < p.outWidth, below = y + 1 < p.outHeight;
    const f01 = right ? from + pixel : zeros, f10 = below ? from + line : zeros, f11 = right && below ? from + line + pixel : zeros;
    for (let c: usize = 0; c < pixel; c += 16) {
      const d00 = v128.load(from + c), d01 = v128.load(f01 + c), d10 = v128.load(f10 + c), d11 = v128.load(f11 + c);
      let out = to + (<usize>((<i32>c >> 5) * chunk + t) << 5) + (c & 16);
      const t00 = d00, t10 = f32x4.add(d00, d10), t20 = f32x4.sub(d00, d10), t30 = f32x4.neg(d10);
      const t01 = d01, t11 = f32x4.add(d01, d11), t21 = f32x4.sub(d01, d11), t31 = f32x4.neg(d11);
      v128.store(out, t00);
      v128.store(out + step, f32x4.add(t00, t01));
      v128.store(out + 2 * step, f32x4.sub(t00, t01));
      v128.store(out + 3 * step, f32x4.neg(t01));
      out += 4 * step;
      v128.store(out, t10);
      v128.store(out + step, f32x4.add(t10, t11));
      v128.store(out + 2 * step, f32x4.sub(t10, t11));
      v128.store(out + 3 * step, f32x4.neg(t11));
      out += 4 * step;
      v128.store(out, t20);
      v128.store(out + step, f32x4.add(t20, t21));
      v128.store(out + 2 * step, f32x4.sub(t20, t21));
      v128.store(out + 3 * step, f32x4.neg(t21));
      out += 4 * step;
      v128.store(out, t30);
      v128.store(out + step, f32x4.add(t30, t31));
      v128.store(out + 2 * step, f32x4.sub(t30, t31));
      v128.store(out + 3 * step, f32x4.neg(t31));
    }
  }
}

/**
 * sums[16][channel][output] (+)= tiles ᵀ · output tiles. Unit u is tile group u mod groups (of `unitTiles` times six
 * channels) of matrix ⌊u / groups⌋.
 */
export function winogradSums(
  description: usize, left: usize, right: usize, sums: usize, chunk: i32, groups: i32, unitTiles: i32, later: i32,
  begin: i32, end: i32,
): void {
  const p = changetype<Winograd>(description), depth = p.channels, width = p.outChannels, panels = width >> 3;
  const tiles = (depth + 5) / 6, row = <usize>depth << 2;
  const outs = scratch, temporaryOuts = outs + 32, temporary = outs + 64, packed = outs + 256;
  for (let i = 0; i < 6; i++) store<u32>(temporaryOuts + (<usize>i << 2), <u32>(temporary + <usize>i * 32));
  for (let unit = begin; unit < end; unit++) {
    const matrix = unit / groups, firstTile = (unit % groups) * unitTiles, lastTile = min(tiles, firstTile + unitTiles);
    const a = left + <usize>(matrix * chunk) * row, s = sums + <usize>(matrix * depth) * (<usize>width << 2);
    for (let k = 0; k < chunk; k += KC) {
      const length = min(KC, chunk - k), flags = k == 0 && !later ? FIRST : 0;
      for (let tile = firstTile; tile < lastTile; tile++) {
        let from = a + <usize>k * row + <usize>tile * 24, to = packed;
        for (let i = 0; i < length; i++) {
          v128.store(to, v128.load(from));
          store<i64>(to, load<i64>(from, 16), 16);
          from += row;
          to += 24;
        }
        const height = min(6, depth - tile * 6);
        for (let i = 0; i < 6; i++) {
          store<u32>(outs + (<usize>i << 2), <u32>(s + (<usize>((tile * 6 + i) * width) << 2)));
        }
        for (let panel = 0; panel < panels; panel++) {
          const b = right + (<usize>((matrix * panels + panel) * chunk + k) << 5), column = <usize>panel << 5;
          if (height == 6) {
            tilePanel(packed, length, b, outs, column, flags, 0);
          } else {
            if (!(flags & FIRST)) copyTile(outs, column, temporary, height, 8, false);
            tilePanel(packed, length, b, temporaryOuts, 0, flags, 0);
            copyTile(outs, column, temporary, height, 8, true);
          }
        }
      }
    }
  }
}

/** The filter's gradient, Gᵀ s G. Units are channels. */
export function winogradFilterGrad(description: usize, sums: usize, out: usize, begin: i32, end: i32): void {
  const p = changetype<Winograd>(description), row = <usize>p.outChannels << 2, step = <usize>p.channels * row;
  const half = f32x4.splat(0.5);
  for (let channel = begin; channel < end; channel++) {
    for (let c: usize = 0; c < row; c += 16) {
      const from = sums + <usize>channel * row + c, to = out + <usize>channel * row + c;
      const s00 = v128.load(from + 0 * step);
      const s10 = v128.load(from + 4 * step);
      const s20 = v128.load(from + 8 * step);
      const s30 = v128.load(from + 12 * step);
      const p0 = f32x4.mul(half, f32x4.add(s10, s20));
      const t00 = f32x4.add(s00, p0), t10 = f32x4.mul(half, f32x4.sub(s10, s20)), t20 = f32x4.add(p0, s30);
      const s01 = v128.load(from + 1 * step);
      const s11 = v128.load(from + 5 * step);
      const s21 = v128.load(from + 9 * step);
      const s31 = v128.load(from + 13 * step);
      const p1 = f32x4.mul(half, f32x4.add(s11, s21));
      const t01 = f32x4.add(s01, p1), t11 = f32x4.mul(half, f32x4.sub(s11, s21)), t21 = f32x4.add(p1, s31);
      const s02 = v128.load(from + 2 * step);
      const s12 = v128.load(from + 6 * step);
      const s22 = v128.load(from + 10 * step);
      const s32 = v128.load(from + 14 * step);
      const p2 = f32x4.mul(half, f32x4.add(s12, s22));
      const t02 = f32x4.add(s02, p2), t12 = f32x4.mul(half, f32x4.sub(s12, s22)), t22 = f32x4.add(p2, s32);
      const s03 = v128.load(from + 3 * step);
      const s13 = v128.load(from + 7 * step);
      const s23 = v128.load(from + 11 * step);
      const s33 = v128.load(from + 15 * step);
      const p3 = f32x4.mul(half, f32x4.add(s13, s23));
      const t03 = f32x4.add(s03, p3), t13 = f32x4.mul(half, f32x4.sub(s13, s23)), t23 = f32x4.add(p3, s33);
      const q0 = f32x4.mul(half, f32x4.add(t01, t02));
      v128.store(to + 0 * step, f32x4.add(t00, q0));
      v128.store(to + 1 * step, f32x4.mul(half, f32x4.sub(t01, t02)));
      v128.store(to + 2 * step, f32x4.add(q0, t03));
      const q1 = f32x4.mul(half, f32x4.add(t11, t12));
      v128.store(to + 3 * step, f32x4.add(t10, q1));
      v128.store(to + 4 * step, f32x4.mul(half, f32x4.sub(t11, t12)));
      v128.store(to + 5 * step, f32x4.add(q1, t13));
      const q2 = f32x4.mul(half, f32x4.add(t21, t22));
      v128.store(to + 6 * step, f32x4.add(t20, q2));
      v128.store(to + 7 * step, f32x4.mul(half, f32x4.sub(t21, t22)));
      v128.store(to + 8 * step, f32x4.add(q2, t23));
    }
  }
}
