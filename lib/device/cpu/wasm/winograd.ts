// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Convolution of 3 × 3 at stride 1 by Winograd's F(2 × 2, 3 × 3) (Lavin and Gray 2015): 16 products where the plain sum
 * has 36. Input tiles of 4 × 4 become Bᵀ d B, filters G g Gᵀ; sixteen matrix products over the channels; Aᵀ m A gives the 2 × 2
 * outputs. The filters' part is winograd_filter.ts, the filter's gradient winograd_gradient.ts. The small matrices hold 0, ±1 and ±½ alone, so
 * numbers of like size are rounded as in the plain sum; uneven.ts finds the tiles that hold others.
 */
import { FIRST, tileRows } from "./tile";
import { isUneven } from "./uneven";
import { relu4, scratch } from "./simd";

/** lib/device/cpu/winograd.ts writes this. */
@unmanaged
export class Winograd {
  input: u32; output: u32; filter: u32; packed: u32; bias: u32; relu: i32;
  images: i32; height: i32; width: i32; channels: i32; // input
  outHeight: i32; outWidth: i32; outChannels: i32;
  top: i32; left: i32; // padding
  tileRows: i32; tileColumns: i32; // tiles of an image
  unitTiles: i32; // tiles of a unit of work, a multiple of 6
  flipped: i32; // the filter is taken as for the input's gradient: turned around, its channels swapped
  zeros: u32;
  sizes: u32; // of each pixel, see uneven.ts; 0: there are no uneven tiles
  range: i32; // by which they may differ
  uneven: u32; // a byte for each tile: 1 where it is
  count: u32; // where to count them
}

/** Channels that are summed at a time. */
export const KC = 256;

/**
 * Bytes from one of sixteen matrices of so many numbers to the next: an odd number of cache lines, so that what lies at the same place
 * of all sixteen is not in the same set of the first-level cache. lib/device/cpu/winograd.ts counts as much.
 */
@inline
export function apart(numbers: i32): usize {
  return (<usize>numbers << 2) + 63 & ~63 | 64;
}

/** Sixteen vectors of a 4 × 4 tile, from sixteen addresses, become Bᵀ d B at `to`, `step` bytes apart. */
@inline
export function inputTile(table: usize, column: usize, to: usize, step: usize): void {
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
export function tilePixels(p: Winograd, tile: i32, table: usize): void {
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

/** Whether the pixels of a tile are uneven. */
export function isUnevenTile(p: Winograd, tile: i32): bool {
  const perImage = p.tileRows * p.tileColumns, image = tile / perImage, rest = tile % perImage;
  const y0 = (rest / p.tileColumns) * 2 - p.top, x0 = (rest % p.tileColumns) * 2 - p.left;
  return isUneven(<usize>p.sizes + (<usize>(image * p.height * p.width) << 2), p.height, p.width, y0, x0, p.range);
}

/** Units are blocks of tiles; uneven ones are computed, too, and marked. Scratch: addresses, then [16][tiles][channels], then [16][tiles][outputs], the sixteen apart(). */
export function winograd(description: usize, begin: i32, end: i32): void {
  const p = changetype<Winograd>(description);
  const total = p.images * p.tileRows * p.tileColumns, unitTiles = p.unitTiles;
  const depth = p.channels, width = (p.outChannels + 7) & ~7, panels = width >> 3;
  const table = scratch, rows = table + 64, outs = rows + <usize>(unitTiles << 2);
  const left = scratch + (64 + <usize>(unitTiles << 3) + 63 & ~63);
  const leftStep = apart(unitTiles * depth), product = left + 16 * leftStep, outStep = apart(unitTiles * width);
  for (let unit = begin; unit < end; unit++) {
    const first = unit * unitTiles, count = min(unitTiles, total - first), tiles = (count + 5) / 6;
    for (let t = 0; t < count; t++) {
      if (p.sizes) {
        const uneven = isUnevenTile(p, first + t);
        store<u8>(<usize>p.uneven + (first + t), uneven ? 1 : 0);
        if (uneven) atomic.add<i32>(<usize>p.count, 1);
      }
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
