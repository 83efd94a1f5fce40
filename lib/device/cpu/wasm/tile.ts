// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * The two innermost loops of every product: a tile of 6 rows and 8 columns stays in twelve registers while the sum
 * runs. `tileRows` reads six rows of A where they lie, through a table of row addresses for every tap, so that a
 * convolution needs no im2col matrix; `tilePanel` reads six neighbours of A, `stride` bytes from one k
 * to the next. B is packed as [k][8] in both.
 *
 * flags: 1 start from zero (or the bias) instead of the output's value, 2 end with relu, 4 start from the bias.
 */
import { madd, relu4 } from "./simd";

export const FIRST = 1;
export const RELU = 2;
export const BIAS = 4;

export function tileRows(table: usize, taps: i32, start: usize, length: i32, b: usize, outs: usize, column: usize, flags: i32, bias: usize): void {
  const o0: usize = <usize>load<u32>(outs, 0) + column;
  const o1: usize = <usize>load<u32>(outs, 4) + column;
  const o2: usize = <usize>load<u32>(outs, 8) + column;
  const o3: usize = <usize>load<u32>(outs, 12) + column;
  const o4: usize = <usize>load<u32>(outs, 16) + column;
  const o5: usize = <usize>load<u32>(outs, 20) + column;
  let x0: v128 = f32x4.splat(0), y0: v128 = f32x4.splat(0);
  let x1: v128 = f32x4.splat(0), y1: v128 = f32x4.splat(0);
  let x2: v128 = f32x4.splat(0), y2: v128 = f32x4.splat(0);
  let x3: v128 = f32x4.splat(0), y3: v128 = f32x4.splat(0);
  let x4: v128 = f32x4.splat(0), y4: v128 = f32x4.splat(0);
  let x5: v128 = f32x4.splat(0), y5: v128 = f32x4.splat(0);
  if (flags & BIAS) {
    const u = v128.load(bias), v = v128.load(bias, 16);
    x0 = u; y0 = v;
    x1 = u; y1 = v;
    x2 = u; y2 = v;
    x3 = u; y3 = v;
    x4 = u; y4 = v;
    x5 = u; y5 = v;
  } else if (!(flags & FIRST)) {
    x0 = v128.load(o0); y0 = v128.load(o0, 16);
    x1 = v128.load(o1); y1 = v128.load(o1, 16);
    x2 = v128.load(o2); y2 = v128.load(o2, 16);
    x3 = v128.load(o3); y3 = v128.load(o3, 16);
    x4 = v128.load(o4); y4 = v128.load(o4, 16);
    x5 = v128.load(o5); y5 = v128.load(o5, 16);
  }
  let p: v128, q: v128, s: v128;
  for (let tap = 0; tap < taps; tap++) {
    let a0: usize = <usize>load<u32>(table, 0) + start;
    let a1: usize = <usize>load<u32>(table, 4) + start;
    let a2: usize = <usize>load<u32>(table, 8) + start;
    let a3: usize = <usize>load<u32>(table, 12) + start;
    let a4: usize = <usize>load<u32>(table, 16) + start;
    let a5: usize = <usize>load<u32>(table, 20) + start;
    table += 24;
    const end = a0 + (<usize>length << 2), body = a0 + (<usize>(length & ~3) << 2);
    while (a0 != body) {
      p = v128.load(b, 0); q = v128.load(b, 16);
      s = v128.load32_splat(a0, 0); x0 = madd(s, p, x0); y0 = madd(s, q, y0);
      s = v128.load32_splat(a1, 0); x1 = madd(s, p, x1); y1 = madd(s, q, y1);
      s = v128.load32_splat(a2, 0); x2 = madd(s, p, x2); y2 = madd(s, q, y2);
      s = v128.load32_splat(a3, 0); x3 = madd(s, p, x3); y3 = madd(s, q, y3);
      s = v128.load32_splat(a4, 0); x4 = madd(s, p, x4); y4 = madd(s, q, y4);
      s = v128.load32_splat(a5, 0); x5 = madd(s, p, x5); y5 = madd(s, q, y5);
      p = v128.load(b, 32); q = v128.load(b, 48);
      s = v128.load32_splat(a0, 4); x0 = madd(s, p, x0); y0 = madd(s, q, y0);
      s = v128.load32_splat(a1, 4); x1 = madd(s, p, x1); y1 = madd(s, q, y1);
      s = v128.load32_splat(a2, 4); x2 = madd(s, p, x2); y2 = madd(s, q, y2);
      s = v128.load32_splat(a3, 4); x3 = madd(s, p, x3); y3 = madd(s, q, y3);
      s = v128.load32_splat(a4, 4); x4 = madd(s, p, x4); y4 = madd(s, q, y4);
      s = v128.load32_splat(a5, 4); x5 = madd(s, p, x5); y5 = madd(s, q, y5);
      p = v128.load(b, 64); q = v128.load(b, 80);
      s = v128.load32_splat(a0, 8); x0 = madd(s, p, x0); y0 = madd(s, q, y0);
      s = v128.load32_splat(a1, 8); x1 = madd(s, p, x1); y1 = madd(s, q, y1);
      s = v128.load32_splat(a2, 8); x2 = madd(s, p, x2); y2 = madd(s, q, y2);
      s = v128.load32_splat(a3, 8); x3 = madd(s, p, x3); y3 = madd(s, q, y3);
      s = v128.load32_splat(a4, 8); x4 = madd(s, p, x4); y4 = madd(s, q, y4);
      s = v128.load32_splat(a5, 8); x5 = madd(s, p, x5); y5 = madd(s, q, y5);
      p = v128.load(b, 96); q = v128.load(b, 112);
      s = v128.load32_splat(a0, 12); x0 = madd(s, p, x0); y0 = madd(s, q, y0);
      s = v128.load32_splat(a1, 12); x1 = madd(s, p, x1); y1 = madd(s, q, y1);
      s = v128.load32_splat(a2, 12); x2 = madd(s, p, x2); y2 = madd(s, q, y2);
      s = v128.load32_splat(a3, 12); x3 = madd(s, p, x3); y3 = madd(s, q, y3);
      s = v128.load32_splat(a4, 12); x4 = madd(s, p, x4); y4 = madd(s, q, y4);
      s = v128.load32_splat(a5, 12); x5 = madd(s, p, x5); y5 = madd(s, q, y5);
      a0 += 16; a1 += 16; a2 += 16; a3 += 16; a4 += 16; a5 += 16; b += 128;
    }
    while (a0 != end) {
      p = v128.load(b, 0); q = v128.load(b, 16);
      s = v128.load32_splat(a0); x0 = madd(s, p, x0); y0 = madd(s, q, y0);
      s = v128.load32_splat(a1); x1 = madd(s, p, x1); y1 = madd(s, q, y1);
      s = v128.load32_splat(a2); x2 = madd(s, p, x2); y2 = madd(s, q, y2);
      s = v128.load32_splat(a3); x3 = madd(s, p, x3); y3 = madd(s, q, y3);
      s = v128.load32_splat(a4); x4 = madd(s, p, x4); y4 = madd(s, q, y4);
      s = v128.load32_splat(a5); x5 = madd(s, p, x5); y5 = madd(s, q, y5);
      a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4; b += 32;
    }
  }
  if (flags & RELU) {
    x0 = relu4(x0); y0 = relu4(y0);
    x1 = relu4(x1); y1 = relu4(y1);
    x2 = relu4(x2); y2 = relu4(y2);
    x3 = relu4(x3); y3 = relu4(y3);
    x4 = relu4(x4); y4 = relu4(y4);
    x5 = relu4(x5); y5 = relu4(y5);
  }
  v128.store(o0, x0); v128.store(o0, y0, 16);
  v128.store(o1, x1); v128.store(o1, y1, 16);
  v128.store(o2, x2); v128.store(o2, y2, 16);
  v128.store(o3, x3); v128.store(o3, y3, 16);
  v128.store(o4, x4); v128.store(o4, y4, 16);
  v128.store(o5, x5); v128.store(o5, y5, 16);
}

export function tilePanel(a: usize, stride: usize, length: i32, b: usize, outs: usize, column: usize, flags: i32, bias: usize): void {
  const o0: usize = <usize>load<u32>(outs, 0) + column;
  const o1: usize = <usize>load<u32>(outs, 4) + column;
  const o2: usize = <usize>load<u32>(outs, 8) + column;
  const o3: usize = <usize>load<u32>(outs, 12) + column;
  const o4: usize = <usize>load<u32>(outs, 16) + column;
  const o5: usize = <usize>load<u32>(outs, 20) + column;
  let x0: v128 = f32x4.splat(0), y0: v128 = f32x4.splat(0);
  let x1: v128 = f32x4.splat(0), y1: v128 = f32x4.splat(0);
  let x2: v128 = f32x4.splat(0), y2: v128 = f32x4.splat(0);
  let x3: v128 = f32x4.splat(0), y3: v128 = f32x4.splat(0);
  let x4: v128 = f32x4.splat(0), y4: v128 = f32x4.splat(0);
  let x5: v128 = f32x4.splat(0), y5: v128 = f32x4.splat(0);
  if (flags & BIAS) {
    const u = v128.load(bias), v = v128.load(bias, 16);
    x0 = u; y0 = v;
    x1 = u; y1 = v;
    x2 = u; y2 = v;
    x3 = u; y3 = v;
    x4 = u; y4 = v;
    x5 = u; y5 = v;
  } else if (!(flags & FIRST)) {
    x0 = v128.load(o0); y0 = v128.load(o0, 16);
    x1 = v128.load(o1); y1 = v128.load(o1, 16);
    x2 = v128.load(o2); y2 = v128.load(o2, 16);
    x3 = v128.load(o3); y3 = v128.load(o3, 16);
    x4 = v128.load(o4); y4 = v128.load(o4, 16);
    x5 = v128.load(o5); y5 = v128.load(o5, 16);
  }
  let p: v128, q: v128, s: v128;
  const end = b + (<usize>length << 5), body = b + (<usize>(length & ~3) << 5);
  while (b != body) {
    p = v128.load(b, 0); q = v128.load(b, 16);
    s = v128.load32_splat(a, 0); x0 = madd(s, p, x0); y0 = madd(s, q, y0);
    s = v128.load32_splat(a, 4); x1 = madd(s, p, x1); y1 = madd(s, q, y1);
    s = v128.load32_splat(a, 8); x2 = madd(s, p, x2); y2 = madd(s, q, y2);
    s = v128.load32_splat(a, 12); x3 = madd(s, p, x3); y3 = madd(s, q, y3);
    s = v128.load32_splat(a, 16); x4 = madd(s, p, x4); y4 = madd(s, q, y4);
    s = v128.load32_splat(a, 20); x5 = madd(s, p, x5); y5 = madd(s, q, y5);
    a += stride;
    p = v128.load(b, 32); q = v128.load(b, 48);
    s = v128.load32_splat(a, 0); x0 = madd(s, p, x0); y0 = madd(s, q, y0);
    s = v128.load32_splat(a, 4); x1 = madd(s, p, x1); y1 = madd(s, q, y1);
    s = v128.load32_splat(a, 8); x2 = madd(s, p, x2); y2 = madd(s, q, y2);
    s = v128.load32_splat(a, 12); x3 = madd(s, p, x3); y3 = madd(s, q, y3);
    s = v128.load32_splat(a, 16); x4 = madd(s, p, x4); y4 = madd(s, q, y4);
    s = v128.load32_splat(a, 20); x5 = madd(s, p, x5); y5 = madd(s, q, y5);
    a += stride;
    p = v128.load(b, 64); q = v128.load(b, 80);
    s = v128.load32_splat(a, 0); x0 = madd(s, p, x0); y0 = madd(s, q, y0);
    s = v128.load32_splat(a, 4); x1 = madd(s, p, x1); y1 = madd(s, q, y1);
    s = v128.load32_splat(a, 8); x2 = madd(s, p, x2); y2 = madd(s, q, y2);
    s = v128.load32_splat(a, 12); x3 = madd(s, p, x3); y3 = madd(s, q, y3);
    s = v128.load32_splat(a, 16); x4 = madd(s, p, x4); y4 = madd(s, q, y4);
    s = v128.load32_splat(a, 20); x5 = madd(s, p, x5); y5 = madd(s, q, y5);
    a += stride;
    p = v128.load(b, 96); q = v128.load(b, 112);
    s = v128.load32_splat(a, 0); x0 = madd(s, p, x0); y0 = madd(s, q, y0);
    s = v128.load32_splat(a, 4); x1 = madd(s, p, x1); y1 = madd(s, q, y1);
    s = v128.load32_splat(a, 8); x2 = madd(s, p, x2); y2 = madd(s, q, y2);
    s = v128.load32_splat(a, 12); x3 = madd(s, p, x3); y3 = madd(s, q, y3);
    s = v128.load32_splat(a, 16); x4 = madd(s, p, x4); y4 = madd(s, q, y4);
    s = v128.load32_splat(a, 20); x5 = madd(s, p, x5); y5 = madd(s, q, y5);
    a += stride;
    b += 128;
  }
  while (b != end) {
    p = v128.load(b, 0); q = v128.load(b, 16);
    s = v128.load32_splat(a, 0); x0 = madd(s, p, x0); y0 = madd(s, q, y0);
    s = v128.load32_splat(a, 4); x1 = madd(s, p, x1); y1 = madd(s, q, y1);
    s = v128.load32_splat(a, 8); x2 = madd(s, p, x2); y2 = madd(s, q, y2);
    s = v128.load32_splat(a, 12); x3 = madd(s, p, x3); y3 = madd(s, q, y3);
    s = v128.load32_splat(a, 16); x4 = madd(s, p, x4); y4 = madd(s, q, y4);
    s = v128.load32_splat(a, 20); x5 = madd(s, p, x5); y5 = madd(s, q, y5);
    a += stride;
    b += 32;
  }
  if (flags & RELU) {
    x0 = relu4(x0); y0 = relu4(y0);
    x1 = relu4(x1); y1 = relu4(y1);
    x2 = relu4(x2); y2 = relu4(y2);
    x3 = relu4(x3); y3 = relu4(y3);
    x4 = relu4(x4); y4 = relu4(y4);
    x5 = relu4(x5); y5 = relu4(y5);
  }
  v128.store(o0, x0); v128.store(o0, y0, 16);
  v128.store(o1, x1); v128.store(o1, y1, 16);
  v128.store(o2, x2); v128.store(o2, y2, 16);
  v128.store(o3, x3); v128.store(o3, y3, 16);
  v128.store(o4, x4); v128.store(o4, y4, 16);
  v128.store(o5, x5); v128.store(o5, y5, 16);
}
