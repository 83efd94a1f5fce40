// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Where Winograd's method would be wrong. It adds the numbers of a tile before it multiplies, and takes them off again from an output
 * whose weight for them is small: two infinities become NaN, and a number much larger than the others takes their digits. So the
 * tiles that hold such numbers are found, to be summed plainly.
 *
 * The size of a pixel (of a filter's tap) is its largest |x| over the channels. Sizes are the bits of float32 numbers
 * as integers, which compare in the same order, with infinity and NaN above all.
 */

/** The method's sums of numbers below 2⁵⁰ stay far from overflow. */
export const LIMIT: i32 = (127 + 50) << 23;
/** Sizes that differ by more than 2⁸. */
export const RANGE: i32 = 8 << 23;

/** |x| of four numbers, as sizes. */
@inline
export function sizes4(x: v128): v128 {
  return v128.and(x, i32x4.splat(0x7fffffff));
}

/** The largest size of each lane over a pixel's channels. */
@inline
function lanes(from: usize, bytes: usize): v128 {
  let a = sizes4(v128.load(from));
  for (let c: usize = 16; c < bytes; c += 16) a = i32x4.max_s(a, sizes4(v128.load(from + c)));
  return a;
}

/**
 * The size of every pixel, with room for four at the end; and at `extremes`, zeros before, the largest of all, and 2³¹ − 1 less the
 * smallest. Units are four pixels.
 */
export function pixelSizes(
  input: usize, channels: i32, pixels: i32, to: usize, extremes: usize, begin: i32, end: i32,
): void {
  const bytes = <usize>channels << 2;
  let most = i32x4.splat(0), least = i32x4.splat(i32.MAX_VALUE);
  for (let unit = begin; unit < end; unit++) {
    const pixel = unit << 2, rest = <usize>(pixels - pixel - 1);
    const from = input + <usize>pixel * bytes;
    // Past the end the last pixel is read again.
    const a = lanes(from, bytes), b = lanes(from + min(rest, 1) * bytes, bytes);
    const c = lanes(from + min(rest, 2) * bytes, bytes), d = lanes(from + min(rest, 3) * bytes, bytes);
    const ab = i32x4.max_s(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
    const cd = i32x4.max_s(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
    const size = i32x4.max_s(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
    v128.store(to + (<usize>pixel << 2), size);
    most = i32x4.max_s(most, size);
    least = i32x4.min_s(least, size);
  }
  raise(extremes, most);
  raise(extremes + 4, i32x4.sub(i32x4.splat(i32.MAX_VALUE), least));
}

/** Makes a number as large as the largest of four; several threads may do so at a time. */
function raise(at: usize, values: v128): void {
  const value = max(
    max(i32x4.extract_lane(values, 0), i32x4.extract_lane(values, 1)),
    max(i32x4.extract_lane(values, 2), i32x4.extract_lane(values, 3)),
  );
  let there = atomic.load<i32>(at);
  while (there < value) {
    const seen = atomic.cmpxchg<i32>(at, there, value);
    if (seen == there) return;
    there = seen;
  }
}

/**
 * Whether the 4 × 4 pixels from (y0, x0) on are uneven: a number is beyond the limit; sizes other than 0 differ by more than
 * the range; or one of the four windows of 3 × 3 holds only zeros, and another does not: what sums that one alone is to be exactly 0.
 */
export function isUneven(sizes: usize, height: i32, width: i32, y0: i32, x0: i32, range: i32): bool {
  const bottom = min(y0 + 4, height), right = min(x0 + 4, width);
  let most: i32 = 0, least: u32 = u32.MAX_VALUE, zeros = false;
  for (let y = max(y0, 0); y < bottom; y++) {
    const row = sizes + (<usize>(y * width) << 2);
    for (let x = max(x0, 0); x < right; x++) {
      const size = load<i32>(row + (<usize>x << 2));
      most = max(most, size);
      // A zero becomes the largest of all.
      least = min(least, <u32>size - 1);
      if (size == 0) zeros = true;
    }
  }
  if (most == 0) return false;
  if (most >= LIMIT || most - <i32>(least + 1) > range) return true;
  if (!zeros) return false;
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      if (largest(sizes, height, width, y0 + i, x0 + j, 3) == 0) return true;
    }
  }
  return false;
}

/** The largest size of a square of pixels, as far as they lie inside. */
export function largest(sizes: usize, height: i32, width: i32, y0: i32, x0: i32, side: i32): i32 {
  let most: i32 = 0;
  for (let y = max(y0, 0); y < min(y0 + side, height); y++) {
    for (let x = max(x0, 0); x < min(x0 + side, width); x++) {
      most = max(most, load<i32>(sizes + (<usize>(y * width + x) << 2)));
    }
  }
  return most;
}
