// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Element by element. Loops run over whole vectors and into the padding that every array in the heap has (64 bytes),
 * save in rows of a broadcast, which end exactly. Units are blocks of 4 elements, or rows.
 */
import {
  elu4, erf4, gelu4, geluSlope4, geluTanh4, geluTanhSlope4, silu4, siluSlope4, softplus4,
} from "./activation";
import { exp4, expm1x4, log1px4, log4, sigmoid4, tanh4 } from "./exponential";

class Add { @inline v(a: v128, b: v128): v128 { return f32x4.add(a, b); } @inline s(a: f32, b: f32): f32 { return a + b; } }
class Sub { @inline v(a: v128, b: v128): v128 { return f32x4.sub(a, b); } @inline s(a: f32, b: f32): f32 { return a - b; } }
class Mul { @inline v(a: v128, b: v128): v128 { return f32x4.mul(a, b); } @inline s(a: f32, b: f32): f32 { return a * b; } }
class Div { @inline v(a: v128, b: v128): v128 { return f32x4.div(a, b); } @inline s(a: f32, b: f32): f32 { return a / b; } }
class Max { @inline v(a: v128, b: v128): v128 { return f32x4.max(a, b); } @inline s(a: f32, b: f32): f32 { return max<f32>(a, b); } }
class Min { @inline v(a: v128, b: v128): v128 { return f32x4.min(a, b); } @inline s(a: f32, b: f32): f32 { return min<f32>(a, b); } }
class SquaredDifference {
  @inline v(a: v128, b: v128): v128 { const d = f32x4.sub(a, b); return f32x4.mul(d, d); }
  @inline s(a: f32, b: f32): f32 { const d = a - b; return d * d; }
}

class ReluGrad {
  @inline v(dy: v128, y: v128): v128 { return v128.andnot(dy, f32x4.le(y, f32x4.splat(0))); }
  @inline s(dy: f32, y: f32): f32 { return y <= 0 ? 0 : dy; }
}

class SiluGrad {
  @inline v(dy: v128, x: v128): v128 { return f32x4.mul(dy, siluSlope4(x)); }
  @inline s(dy: f32, x: f32): f32 { return f32x4.extract_lane(this.v(f32x4.splat(dy), f32x4.splat(x)), 0); }
}
class GeluGrad {
  @inline v(dy: v128, x: v128): v128 { return f32x4.mul(dy, geluSlope4(x)); }
  @inline s(dy: f32, x: f32): f32 { return f32x4.extract_lane(this.v(f32x4.splat(dy), f32x4.splat(x)), 0); }
}
class GeluTanhGrad {
  @inline v(dy: v128, x: v128): v128 { return f32x4.mul(dy, geluTanhSlope4(x)); }
  @inline s(dy: f32, x: f32): f32 { return f32x4.extract_lane(this.v(f32x4.splat(dy), f32x4.splat(x)), 0); }
}

@inline
function row<Op>(a: usize, b: usize, out: usize, n: i32, mode: i32): void {
  const op = changetype<Op>(0);
  let i: usize = 0;
  const body = <usize>(n & ~3) << 2, end = <usize>n << 2;
  if (mode == 0) {
    for (; i < body; i += 16) v128.store(out + i, op.v(v128.load(a + i), v128.load(b + i)));
    for (; i < end; i += 4) store<f32>(out + i, op.s(load<f32>(a + i), load<f32>(b + i)));
  } else if (mode == 1) {
    const y = load<f32>(b), v = f32x4.splat(y);
    for (; i < body; i += 16) v128.store(out + i, op.v(v128.load(a + i), v));
    for (; i < end; i += 4) store<f32>(out + i, op.s(load<f32>(a + i), y));
  } else {
    const x = load<f32>(a), v = f32x4.splat(x);
    for (; i < body; i += 16) v128.store(out + i, op.v(v, v128.load(b + i)));
    for (; i < end; i += 4) store<f32>(out + i, op.s(x, load<f32>(b + i)));
  }
}

@inline
function rows<Op>(
  a: usize, b: usize, out: usize, n: i32, mode: i32, d1: i32, d2: i32, a1: i32, a2: i32, a3: i32,
  b1: i32, b2: i32, b3: i32, begin: i32, end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const z = r % d1, rest = r / d1, y = rest % d2, x = rest / d2;
    row<Op>(
      a + (<usize>(x * a3 + y * a2 + z * a1) << 2), b + (<usize>(x * b3 + y * b2 + z * b1) << 2),
      out + (<usize>r * <usize>n << 2), n, mode,
    );
  }
}

/**
 * out = a op b over rows of n elements. mode: 0 both vary along a row, 1 b is constant there, 2 a is. Row r has the
 * outer indices z = r mod d1, y, x with strides (in elements) a1, a2, a3 and b1, b2, b3; 0 where broadcast.
 */
export function binary(
  op: i32, a: usize, b: usize, out: usize, n: i32, mode: i32, d1: i32, d2: i32, a1: i32, a2: i32, a3: i32,
  b1: i32, b2: i32, b3: i32, begin: i32, end: i32,
): void {
  switch (op) {
    case 0: rows<Add>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
    case 1: rows<Sub>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
    case 2: rows<Mul>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
    case 3: rows<Div>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
    case 4: rows<Max>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
    case 5: rows<Min>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
    case 6: rows<SquaredDifference>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
    case 7: rows<ReluGrad>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
    case 8: rows<SiluGrad>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
    case 9: rows<GeluGrad>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
    case 10: rows<GeluTanhGrad>(a, b, out, n, mode, d1, d2, a1, a2, a3, b1, b2, b3, begin, end); break;
  }
}

/** out[i] = a[i] op b[i] (mode 0), a[i] op b[0] (1) or a[0] op b[i] (2). Units are blocks of 64 elements. */
export function zip(op: i32, a: usize, b: usize, out: usize, n: i32, mode: i32, begin: i32, end: i32): void {
  const from = begin << 6, count = min(n, end << 6) - from, at = <usize>from << 2;
  const x = mode == 2 ? a : a + at, y = mode == 1 ? b : b + at;
  binary(op, x, y, out + at, count, mode, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1);
}

class Relu { @inline v(x: v128, alpha: v128): v128 { return f32x4.max(x, f32x4.splat(0)); } }
class LeakyRelu {
  @inline v(x: v128, alpha: v128): v128 {
    return v128.bitselect(f32x4.mul(x, alpha), x, f32x4.lt(x, f32x4.splat(0)));
  }
}
class Step {
  // NaN stays NaN, as in TensorFlow.js.
  @inline v(x: v128, alpha: v128): v128 {
    const step = v128.bitselect(f32x4.splat(1), alpha, f32x4.gt(x, f32x4.splat(0)));
    return v128.bitselect(step, x, f32x4.eq(x, x));
  }
}
class Neg { @inline v(x: v128, alpha: v128): v128 { return f32x4.neg(x); } }
class Abs { @inline v(x: v128, alpha: v128): v128 { return f32x4.abs(x); } }
class Square { @inline v(x: v128, alpha: v128): v128 { return f32x4.mul(x, x); } }
class Sqrt { @inline v(x: v128, alpha: v128): v128 { return f32x4.sqrt(x); } }
class Rsqrt { @inline v(x: v128, alpha: v128): v128 { return f32x4.div(f32x4.splat(1), f32x4.sqrt(x)); } }
class Reciprocal { @inline v(x: v128, alpha: v128): v128 { return f32x4.div(f32x4.splat(1), x); } }
class Exp { @inline v(x: v128, alpha: v128): v128 { return exp4(x); } }
class Log { @inline v(x: v128, alpha: v128): v128 { return log4(x); } }
class Sigmoid { @inline v(x: v128, alpha: v128): v128 { return sigmoid4(x); } }
class Tanh { @inline v(x: v128, alpha: v128): v128 { return tanh4(x); } }
class Erf { @inline v(x: v128, alpha: v128): v128 { return erf4(x); } }
class Silu { @inline v(x: v128, alpha: v128): v128 { return silu4(x); } }
class Gelu { @inline v(x: v128, alpha: v128): v128 { return gelu4(x); } }
class GeluTanh { @inline v(x: v128, alpha: v128): v128 { return geluTanh4(x); } }
class Softplus { @inline v(x: v128, alpha: v128): v128 { return softplus4(x); } }
class Elu { @inline v(x: v128, alpha: v128): v128 { return elu4(x, alpha); } }
class Expm1 { @inline v(x: v128, alpha: v128): v128 { return expm1x4(x); } }
class Log1p { @inline v(x: v128, alpha: v128): v128 { return log1px4(x); } }
class Floor { @inline v(x: v128, alpha: v128): v128 { return f32x4.floor(x); } }
class Ceil { @inline v(x: v128, alpha: v128): v128 { return f32x4.ceil(x); } }
class Round { @inline v(x: v128, alpha: v128): v128 { return f32x4.nearest(x); } }
class Trunc { @inline v(x: v128, alpha: v128): v128 { return f32x4.trunc(x); } }

@inline
function map<Op>(x: usize, out: usize, alpha: f32, begin: i32, end: i32): void {
  const op = changetype<Op>(0), v = f32x4.splat(alpha);
  for (let i = <usize>begin << 4, stop = <usize>end << 4; i < stop; i += 16) {
    v128.store(out + i, op.v(v128.load(x + i), v));
  }
}

/** out = op(x); alpha is the op's number, if it has one. Units are blocks of 4 elements. */
export function unary(op: i32, x: usize, out: usize, alpha: f32, begin: i32, end: i32): void {
  switch (op) {
    case 0: map<Relu>(x, out, alpha, begin, end); break;
    case 1: map<LeakyRelu>(x, out, alpha, begin, end); break;
    case 2: map<Step>(x, out, alpha, begin, end); break;
    case 3: map<Neg>(x, out, alpha, begin, end); break;
    case 4: map<Abs>(x, out, alpha, begin, end); break;
    case 5: map<Square>(x, out, alpha, begin, end); break;
    case 6: map<Sqrt>(x, out, alpha, begin, end); break;
    case 7: map<Rsqrt>(x, out, alpha, begin, end); break;
    case 8: map<Reciprocal>(x, out, alpha, begin, end); break;
    case 9: map<Exp>(x, out, alpha, begin, end); break;
    case 10: map<Log>(x, out, alpha, begin, end); break;
    case 11: map<Sigmoid>(x, out, alpha, begin, end); break;
    case 12: map<Tanh>(x, out, alpha, begin, end); break;
    case 13: map<Erf>(x, out, alpha, begin, end); break;
    case 14: map<Silu>(x, out, alpha, begin, end); break;
    case 15: map<Gelu>(x, out, alpha, begin, end); break;
    case 16: map<GeluTanh>(x, out, alpha, begin, end); break;
    case 17: map<Softplus>(x, out, alpha, begin, end); break;
    case 18: map<Elu>(x, out, alpha, begin, end); break;
    case 19: map<Expm1>(x, out, alpha, begin, end); break;
    case 20: map<Log1p>(x, out, alpha, begin, end); break;
    case 21: map<Floor>(x, out, alpha, begin, end); break;
    case 22: map<Ceil>(x, out, alpha, begin, end); break;
    case 23: map<Round>(x, out, alpha, begin, end); break;
    case 24: map<Trunc>(x, out, alpha, begin, end); break;
  }
}

/** out = value. Units are blocks of 4 elements. */
export function fill(out: usize, value: f32, begin: i32, end: i32): void {
  const v = f32x4.splat(value);
  for (let i = <usize>begin << 4, stop = <usize>end << 4; i < stop; i += 16) v128.store(out + i, v);
}
