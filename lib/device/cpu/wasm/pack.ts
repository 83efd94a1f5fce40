// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Packs the right factor of a product into panels of 8 columns, [panel][k][8], the last one filled with zeros.
 * The k's come in `taps` runs of `rows` (the taps of a convolution); `from` lists where each run starts.
 */

/** Element (k, n) of a run is at run + k·rowStride + n (strides in bytes). Makes panels begin … end - 1. */
export function packRows(
  from: usize, taps: i32, rows: i32, columns: i32, rowStride: usize, out: usize, begin: i32, end: i32,
): void {
  for (let panel = begin; panel < end; panel++) {
    let to = out + <usize>panel * <usize>(taps * rows) * 32;
    const width = min(8, columns - panel * 8);
    for (let tap = 0; tap < taps; tap++) {
      let source = <usize>load<u32>(from + (<usize>tap << 2)) + <usize>panel * 32;
      if (width == 8) {
        for (let k = 0; k < rows; k++) {
          v128.store(to, v128.load(source));
          v128.store(to, v128.load(source, 16), 16);
          source += rowStride;
          to += 32;
        }
      } else {
        for (let k = 0; k < rows; k++) {
          for (let n = 0; n < 8; n++) {
            store<f32>(to + (<usize>n << 2), n < width ? load<f32>(source + (<usize>n << 2)) : 0);
          }
          source += rowStride;
          to += 32;
        }
      }
    }
  }
}

/** Element (k, n) of a run is at run + n·columnStride + k: the transpose. */
export function packColumns(
  from: usize, taps: i32, rows: i32, columns: i32, columnStride: usize, out: usize, begin: i32, end: i32,
): void {
  for (let panel = begin; panel < end; panel++) {
    let to = out + <usize>panel * <usize>(taps * rows) * 32;
    const width = min(8, columns - panel * 8);
    for (let tap = 0; tap < taps; tap++) {
      let source = <usize>load<u32>(from + (<usize>tap << 2)) + <usize>(panel * 8) * columnStride;
      let k = 0;
      if (width == 8) {
        for (; k + 4 <= rows; k += 4) {
          transpose4(source, columnStride, to);
          transpose4(source + 4 * columnStride, columnStride, to + 16);
          source += 16;
          to += 128;
        }
      }
      for (; k < rows; k++) {
        for (let n = 0; n < 8; n++) {
          store<f32>(to + (<usize>n << 2), n < width ? load<f32>(source + <usize>n * columnStride) : 0);
        }
        source += 4;
        to += 32;
      }
    }
  }
}

/** Four rows of four become four columns, 32 bytes apart. */
@inline
export function transpose4(source: usize, stride: usize, to: usize): void {
  const a = v128.load(source), b = v128.load(source + stride);
  const c = v128.load(source + 2 * stride), d = v128.load(source + 3 * stride);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), 32);
  v128.store(to, v128.shuffle<i64>(AB, CD, 0, 2), 64);
  v128.store(to, v128.shuffle<i64>(AB, CD, 1, 3), 96);
}
