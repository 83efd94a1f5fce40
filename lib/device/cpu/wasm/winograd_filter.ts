// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** Winograd's method: the filters' transform, G g Gᵀ. See winograd.ts. */
import { transpose4 } from "./pack";
import { scratch } from "./simd";
import { LIMIT, RANGE, sizes4 } from "./uneven";
import { Winograd } from "./winograd";

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

/** The largest sizes of four vectors, 32 bytes apart. */
@inline
function largestOf(from: usize): v128 {
  return i32x4.max_s(
    i32x4.max_s(sizes4(v128.load(from)), sizes4(v128.load(from, 32))),
    i32x4.max_s(sizes4(v128.load(from, 64)), sizes4(v128.load(from, 96))),
  );
}

/** Whether a tap of one of eight filters is beyond the limit, or the sizes of its taps differ too much; [9][8] at `sizes`. */
function areUneven(sizes: usize): bool {
  let uneven = i32x4.splat(0);
  for (let half: usize = 0; half < 32; half += 16) {
    let most = i32x4.splat(0), least = i32x4.splat(-1);
    for (let tap: usize = 0; tap < 288; tap += 32) {
      const size = v128.load(sizes + half + tap);
      most = i32x4.max_s(most, size);
      // A zero becomes the largest of all.
      least = i32x4.min_u(least, i32x4.sub(size, i32x4.splat(1)));
    }
    const range = i32x4.sub(most, i32x4.add(least, i32x4.splat(1)));
    uneven = v128.or(uneven, v128.or(i32x4.ge_s(most, i32x4.splat(LIMIT)), i32x4.gt_s(range, i32x4.splat(RANGE))));
  }
  return v128.any_true(uneven);
}

/** The filters in panels, [16][panel][k][8], four k's at a time; uneven ones are counted. Units are panels of eight output channels. */
export function winogradFilter(description: usize, begin: i32, end: i32): void {
  const p = changetype<Winograd>(description);
  // k runs over the channels that are summed, n over those that result.
  const depth = p.channels, width = p.outChannels, panels = (width + 7) >> 3;
  const out = <usize>panels * <usize>depth * 32;
  const temporary = scratch; // [tap][4 k's][8 n's]
  const sizes = scratch + 1152; // [tap][8 n's]
  for (let panel = begin; panel < end; panel++) {
    let to = <usize>p.packed + <usize>panel * <usize>depth * 32;
    const n = panel * 8, valid = min(8, width - n);
    for (let i: usize = 0; i < 288; i += 16) v128.store(sizes + i, i32x4.splat(0));
    for (let k = 0; k < depth; k += 4) {
      for (let tap = 0; tap < 9; tap++) {
        const target = temporary + <usize>tap * 128;
        // The flipped filter's tap is the opposite one, its k the output channel of the filter as it lies.
        const at = <usize>p.filter +
          (<usize>(p.flipped ? ((8 - tap) * width + n) * depth + k : (tap * depth + k) * width + n) << 2);
        if (valid == 8) {
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
        } else {
          const down = p.flipped ? 1 : width, across = p.flipped ? depth : 1;
          for (let r = 0; r < 4; r++) {
            for (let c = 0; c < 8; c++) {
              const value = c < valid ? load<f32>(at + (<usize>(r * down + c * across) << 2)) : 0;
              store<f32>(target + <usize>(r * 8 + c) * 4, value);
            }
          }
        }
        const size = sizes + <usize>tap * 32;
        v128.store(size, i32x4.max_s(v128.load(size), largestOf(target)));
        v128.store(size, i32x4.max_s(v128.load(size, 16), largestOf(target + 16)), 16);
      }
      for (let r = 0; r < 4; r++) {
        filterTile(temporary + <usize>r * 32, 128, to, out);
        filterTile(temporary + <usize>r * 32 + 16, 128, to + 16, out);
        to += 32;
      }
    }
    if (areUneven(sizes)) atomic.add<i32>(<usize>p.count, 1);
  }
}
