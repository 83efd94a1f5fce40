// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** Comparisons and choices: where float32 meets bool (a byte, 0 or 1). Units are blocks of 16 elements. */

class Equal { @inline v(a: v128, b: v128): v128 { return f32x4.eq(a, b); } }
class NotEqual { @inline v(a: v128, b: v128): v128 { return f32x4.ne(a, b); } }
class Less { @inline v(a: v128, b: v128): v128 { return f32x4.lt(a, b); } }
class LessEqual { @inline v(a: v128, b: v128): v128 { return f32x4.le(a, b); } }
class Greater { @inline v(a: v128, b: v128): v128 { return f32x4.gt(a, b); } }
class GreaterEqual { @inline v(a: v128, b: v128): v128 { return f32x4.ge(a, b); } }

@inline
function bytes(a: v128, b: v128, c: v128, d: v128): v128 {
  const mask = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
  return v128.and(mask, i8x16.splat(1));
}

@inline
function compareAll<Op>(a: usize, b: usize, out: usize, mode: i32, begin: i32, end: i32): void {
  const op = changetype<Op>(0);
  const x = v128.load32_splat(a), y = v128.load32_splat(b);
  for (let i = begin; i < end; i++) {
    const at = <usize>i << 6, to = out + (<usize>i << 4);
    if (mode == 0) {
      v128.store(to, bytes(
        op.v(v128.load(a + at), v128.load(b + at)), op.v(v128.load(a + at, 16), v128.load(b + at, 16)),
        op.v(v128.load(a + at, 32), v128.load(b + at, 32)), op.v(v128.load(a + at, 48), v128.load(b + at, 48)),
      ));
    } else if (mode == 1) {
      v128.store(to, bytes(
        op.v(v128.load(a + at), y), op.v(v128.load(a + at, 16), y),
        op.v(v128.load(a + at, 32), y), op.v(v128.load(a + at, 48), y),
      ));
    } else {
      v128.store(to, bytes(
        op.v(x, v128.load(b + at)), op.v(x, v128.load(b + at, 16)),
        op.v(x, v128.load(b + at, 32)), op.v(x, v128.load(b + at, 48)),
      ));
    }
  }
}

/** out = a op b as bytes. mode: 0 of one shape, 1 b is one number, 2 a is. */
export function compare(op: i32, a: usize, b: usize, out: usize, mode: i32, begin: i32, end: i32): void {
  switch (op) {
    case 0: compareAll<Equal>(a, b, out, mode, begin, end); break;
    case 1: compareAll<NotEqual>(a, b, out, mode, begin, end); break;
    case 2: compareAll<Less>(a, b, out, mode, begin, end); break;
    case 3: compareAll<LessEqual>(a, b, out, mode, begin, end); break;
    case 4: compareAll<Greater>(a, b, out, mode, begin, end); break;
    case 5: compareAll<GreaterEqual>(a, b, out, mode, begin, end); break;
  }
}

/** Four bytes as four masks. */
@inline
function masks(from: usize): v128 {
  const wide = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)));
  return i32x4.ne(wide, i32x4.splat(0));
}

/** out = condition ? a : b, elements of four bytes. */
export function select(condition: usize, a: usize, b: usize, out: usize, begin: i32, end: i32): void {
  for (let i = <usize>begin << 4, stop = <usize>end << 4; i < stop; i += 4) {
    const at = i << 2;
    v128.store(out + at, v128.bitselect(v128.load(a + at), v128.load(b + at), masks(condition + i)));
  }
}
