// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Philox 4×32-10 (Salmon et al. 2011): four random words for every counter. Four counters go side by side, one to a
 * lane. Units are blocks of 16 numbers; the last one may run over into the array's padding.
 */

let r0: v128 = i32x4.splat(0), r1: v128 = i32x4.splat(0), r2: v128 = i32x4.splat(0), r3: v128 = i32x4.splat(0);

@inline
function lanes(a: i32, b: i32, c: i32, d: i32): v128 {
  return i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(a), 1, b), 2, c), 3, d);
}

/** Words of the counters low, low + 1, low + 2, low + 3 (the carry goes into the second word). */
function philox4(first: u64, key0: u32, key1: u32): void {
  const a = first, b = first + 1, c = first + 2, d = first + 3;
  let c0 = lanes(<i32>a, <i32>b, <i32>c, <i32>d);
  let c1 = lanes(<i32>(a >> 32), <i32>(b >> 32), <i32>(c >> 32), <i32>(d >> 32));
  let c2 = i32x4.splat(0), c3 = c2, k0 = i32x4.splat(key0), k1 = i32x4.splat(key1);
  const m0 = i32x4.splat(0xD2511F53), m1 = i32x4.splat(0xCD9E8D57);
  for (let round = 0; round < 10; round++) {
    const e0 = i64x2.extmul_low_i32x4_u(c0, m0), o0 = i64x2.extmul_high_i32x4_u(c0, m0);
    const e1 = i64x2.extmul_low_i32x4_u(c2, m1), o1 = i64x2.extmul_high_i32x4_u(c2, m1);
    const h0 = v128.shuffle<i32>(e0, o0, 1, 3, 5, 7), l0 = v128.shuffle<i32>(e0, o0, 0, 2, 4, 6);
    const h1 = v128.shuffle<i32>(e1, o1, 1, 3, 5, 7), l1 = v128.shuffle<i32>(e1, o1, 0, 2, 4, 6);
    c0 = v128.xor(v128.xor(h1, c1), k0);
    c1 = l1;
    c2 = v128.xor(v128.xor(h0, c3), k1);
    c3 = l0;
    k0 = i32x4.add(k0, i32x4.splat(0x9E3779B9));
    k1 = i32x4.add(k1, i32x4.splat(0xBB67AE85));
  }
  r0 = c0;
  r1 = c1;
  r2 = c2;
  r3 = c3;
}

/** w · 2⁻²⁴ for the upper 24 bits of each word. */
@inline
function unit4(w: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(w, 8)), f32x4.splat(5.9604644775390625e-8));
}

/** Lane by lane to rows: out[4·lane + word]. */
@inline
function storeAll(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), 16);
  v128.store(to, v128.shuffle<i64>(AB, CD, 0, 2), 32);
  v128.store(to, v128.shuffle<i64>(AB, CD, 1, 3), 48);
}

/** One pair of Box and Muller's, in float64. */
@inline
function pair(to: usize, w0: u32, w1: u32): void {
  const unit = 5.9604644775390625e-8;
  const radius = sqrt<f64>(-2 * NativeMath.log(<f64>((w0 >>> 8) + 1) * unit));
  const angle = 6.283185307179586 * (<f64>(w1 >>> 8) * unit);
  store<f32>(to, <f32>(radius * NativeMath.cos(angle)));
  store<f32>(to, <f32>(radius * NativeMath.sin(angle)), 4);
}

/** distribution: 0 uniform, 1 normal, 2 dropout (words >>> 8 below `threshold` become 0, the others `kept`). */
export function philox(
  distribution: i32, out: usize, key0: u32, key1: u32, offsetLow: u32, offsetHigh: u32, threshold: i32, kept: f32,
  begin: i32, end: i32,
): void {
  const offset = (<u64>offsetHigh << 32) | <u64>offsetLow;
  for (let unit = begin; unit < end; unit++) {
    philox4(offset + (<u64>unit << 2), key0, key1);
    const to = out + (<usize>unit << 6);
    if (distribution == 0) {
      storeAll(to, unit4(r0), unit4(r1), unit4(r2), unit4(r3));
    } else if (distribution == 2) {
      const t = i32x4.splat(threshold), v = f32x4.splat(kept);
      storeAll(
        to, v128.andnot(v, i32x4.lt_s(i32x4.shr_u(r0, 8), t)), v128.andnot(v, i32x4.lt_s(i32x4.shr_u(r1, 8), t)),
        v128.andnot(v, i32x4.lt_s(i32x4.shr_u(r2, 8), t)), v128.andnot(v, i32x4.lt_s(i32x4.shr_u(r3, 8), t)),
      );
    } else {
      storeAll(to, r0, r1, r2, r3);
      for (let i: usize = 0; i < 64; i += 8) pair(to + i, load<u32>(to + i), load<u32>(to + i, 4));
    }
  }
}
