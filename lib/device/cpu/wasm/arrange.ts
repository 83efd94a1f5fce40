// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Moving elements of four bytes: strided copies (slices, padding, concatenation, repetition), rows named by integers, and
 * permutations of dimensions. A description lists, for five outer dimensions (innermost first): length, source step, target step, in
 * elements.
 */

@inline
function sourceOf(d: usize, r: i32): usize {
  let at: usize = 0;
  for (let i: usize = 0; i < 60; i += 12) {
    const length = load<i32>(d + i);
    at += <usize>(r % length) * <usize>load<u32>(d + i, 4);
    r /= length;
  }
  return at << 2;
}

@inline
function targetOf(d: usize, r: i32): usize {
  let at: usize = 0;
  for (let i: usize = 0; i < 60; i += 12) {
    const length = load<i32>(d + i);
    at += <usize>(r % length) * <usize>load<u32>(d + i, 8);
    r /= length;
  }
  return at << 2;
}

/** Rows of n; `step` (0, 1 or more elements) goes from element to element of the source. Units are rows. */
export function copyRows(description: usize, x: usize, out: usize, n: i32, step: i32, begin: i32, end: i32): void {
  for (let r = begin; r < end; r++) {
    const from = x + sourceOf(description, r), to = out + targetOf(description, r);
    if (step == 1) {
      if (n >= 32) {
        memory.copy(to, from, <usize>n << 2);
      } else {
        for (let i: usize = 0, stop = <usize>n << 2; i < stop; i += 4) store<u32>(to + i, load<u32>(from + i));
      }
    } else {
      let at = from;
      const stride = <usize>step << 2;
      for (let i: usize = 0, stop = <usize>n << 2; i < stop; i += 4) {
        store<u32>(to + i, load<u32>(at));
        at += stride;
      }
    }
  }
}

/** Row k of block o is row index[k] of the same block of x; rows of n. Units are rows of the result. */
export function selectRows(
  x: usize, index: usize, out: usize, size: i32, picks: i32, n: i32, begin: i32, end: i32,
): void {
  const bytes = <usize>n << 2;
  for (let r = begin; r < end; r++) {
    const block = r / picks, pick = load<i32>(index + (<usize>(r - block * picks) << 2));
    const from = x + <usize>(block * size + pick) * bytes, to = out + <usize>r * bytes;
    if (n >= 32) {
      memory.copy(to, from, bytes);
    } else {
      for (let i: usize = 0; i < bytes; i += 4) store<u32>(to + i, load<u32>(from + i));
    }
  }
}

@inline
function addRow<T>(from: usize, to: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const sum = v128.add<T>(v128.load(to + i), v128.load(from + i));
    v128.store(to + i, sum);
  }
  for (; i < bytes; i += 4) store<T>(to + i, load<T>(to + i) + load<T>(from + i));
}

/**
 * Adds row k of block o of dy to row index[k] of the same block of out, k ascending. A unit is `width` columns of a block: so
 * each sum has one order, whoever computes it.
 */
export function addRows(
  dy: usize, index: usize, out: usize, size: i32, picks: i32, n: i32, width: i32, parts: i32, integers: i32,
  begin: i32, end: i32,
): void {
  for (let u = begin; u < end; u++) {
    const block = u / parts, first = (u - block * parts) * width;
    const bytes = <usize>min(width, n - first) << 2, stride = <usize>n << 2;
    const from = dy + <usize>(block * picks) * stride + (<usize>first << 2);
    const to = out + <usize>(block * size) * stride + (<usize>first << 2);
    for (let k = 0; k < picks; k++) {
      const source = from + <usize>k * stride, target = to + <usize>load<i32>(index + (<usize>k << 2)) * stride;
      if (integers) addRow<i32>(source, target, bytes);
      else addRow<f32>(source, target, bytes);
    }
  }
}

/**
 * Transposes planes of height × width: out[x·down + y] = in[y·across + x] at each outer index. Units are bands of 16
 * y's: unit u is band u mod bands of plane ⌊u / bands⌋.
 */
export function transposePlanes(
  description: usize, x: usize, out: usize, height: i32, width: i32, across: i32, down: i32, bands: i32,
  begin: i32, end: i32,
): void {
  const rowBytes = <usize>across << 2, columnBytes = <usize>down << 2;
  for (let unit = begin; unit < end; unit++) {
    const plane = unit / bands, y0 = (unit % bands) << 4, y1 = min(height, y0 + 16);
    const from = x + sourceOf(description, plane), to = out + targetOf(description, plane);
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      let y = y0;
      for (; y + 4 <= y1; y += 4) {
        const source = from + <usize>y * rowBytes + (<usize>i << 2), target = to + <usize>i * columnBytes + (<usize>y << 2);
        const a = v128.load(source), b = v128.load(source + rowBytes);
        const c = v128.load(source + 2 * rowBytes), d = v128.load(source + 3 * rowBytes);
        const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
        const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
        v128.store(target, v128.shuffle<i64>(ab, cd, 0, 2));
        v128.store(target + columnBytes, v128.shuffle<i64>(ab, cd, 1, 3));
        v128.store(target + 2 * columnBytes, v128.shuffle<i64>(AB, CD, 0, 2));
        v128.store(target + 3 * columnBytes, v128.shuffle<i64>(AB, CD, 1, 3));
      }
      for (; y < y1; y++) {
        const source = from + <usize>y * rowBytes + (<usize>i << 2), target = to + <usize>i * columnBytes + (<usize>y << 2);
        for (let j: usize = 0; j < 4; j++) store<u32>(target + j * columnBytes, load<u32>(source + (j << 2)));
      }
    }
    for (; i < width; i++) {
      for (let y = y0; y < y1; y++) {
        store<u32>(to + <usize>i * columnBytes + (<usize>y << 2), load<u32>(from + <usize>y * rowBytes + (<usize>i << 2)));
      }
    }
  }
}
