// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** Pooling of [n, h, w, c]; windows are cut at the border of the image. */

/** Sizes of a pooling; ../kernels/pooling.ts writes them. */
@unmanaged
class Pooling {
  height: i32; width: i32; channels: i32;
  outHeight: i32; outWidth: i32;
  kernelHeight: i32; kernelWidth: i32;
  strideY: i32; strideX: i32;
  dilationY: i32; dilationX: i32;
  top: i32; left: i32;
}

/** How many pixels of the padded image a window covers, which begins at y0, x0; it may hang over the far border. */
@inline
function covered(p: Pooling, y0: i32, x0: i32): i32 {
  return min(p.kernelHeight, p.height + p.top - y0) * min(p.kernelWidth, p.width + p.left - x0);
}

@inline
function take(x: usize, width: i32): v128 {
  if (width >= 4) return v128.load(x);
  let v = f32x4.replace_lane(f32x4.splat(0), 0, load<f32>(x));
  if (width > 1) v = f32x4.replace_lane(v, 1, load<f32>(x, 4));
  if (width > 2) v = f32x4.replace_lane(v, 2, load<f32>(x, 8));
  return v;
}

@inline
function give(to: usize, v: v128, width: i32): void {
  if (width >= 4) {
    v128.store(to, v);
    return;
  }
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (width > 1) store<f32>(to, f32x4.extract_lane(v, 1), 4);
  if (width > 2) store<f32>(to, f32x4.extract_lane(v, 2), 8);
}

/**
 * mode 0: the largest (NaN wins), 1: the mean of what lies inside, 2: the mean with the border's zeros, 3: the sum divided by
 * `divisor`. places: where the first largest stands in its channel, −1 where a window sees nothing; 0: nobody asks. Units are
 * output rows (of all images).
 */
export function pool(
  mode: i32, divisor: f32, description: usize, x: usize, out: usize, places: usize, begin: i32, end: i32,
): void {
  const p = changetype<Pooling>(description), pixel = <usize>p.channels << 2;
  // Each field of the description is an access to memory; the loops below have a few nanoseconds.
  const height = p.height, wide = p.width, kernelHeight = p.kernelHeight, kernelWidth = p.kernelWidth;
  const channels = p.channels, outWidth = p.outWidth, dilationY = p.dilationY, dilationX = p.dilationX;
  for (let unit = begin; unit < end; unit++) {
    const image = unit / p.outHeight, y0 = (unit % p.outHeight) * p.strideY - p.top;
    const from = x + <usize>(image * height * wide) * pixel;
    for (let ox = 0; ox < outWidth; ox++) {
      const x0 = ox * p.strideX - p.left, to = <usize>(unit * outWidth + ox) * pixel;
      for (let c = 0; c < channels; c += 4) {
        const width = min(4, channels - c);
        let v = f32x4.splat(mode ? 0 : -Infinity), place = i32x4.splat(-1), count = 0;
        for (let ky = 0; ky < kernelHeight; ky++) {
          const iy = y0 + ky * dilationY;
          if (<u32>iy >= <u32>height) continue;
          for (let kx = 0; kx < kernelWidth; kx++) {
            const ix = x0 + kx * dilationX;
            if (<u32>ix >= <u32>wide) continue;
            const at = take(from + <usize>(iy * wide + ix) * pixel + (<usize>c << 2), width);
            if (places) {
              // The first is better than nothing, a number than a smaller one, NaN than all numbers, and nothing than NaN.
              const more = v128.and(f32x4.eq(v, v), v128.or(f32x4.gt(at, v), f32x4.ne(at, at)));
              const better = v128.or(more, i32x4.lt_s(place, i32x4.splat(0)));
              v = v128.bitselect(at, v, better);
              place = v128.bitselect(i32x4.splat(iy * wide + ix), place, better);
            } else {
              v = mode ? f32x4.add(v, at) : f32x4.max(v, at);
            }
            count++;
          }
        }
        if (mode == 2) count = covered(p, y0, x0);
        if (mode) v = f32x4.div(v, f32x4.splat(mode == 3 ? divisor : <f32>count));
        give(out + to + (<usize>c << 2), v, width);
        if (places) give(places + to + (<usize>c << 2), place, width);
      }
    }
  }
}

/**
 * dx (cleared before) += the gradient. mode 1: dy goes to all of a window that lie inside, in equal parts, 2: the same with the
 * border taking its parts, 3: dy / divisor to all that lie inside. Windows overlap, so units are (image, 16 channels).
 */
export function poolGrad(
  mode: i32, divisor: f32, description: usize, dy: usize, dx: usize, begin: i32, end: i32,
): void {
  const p = changetype<Pooling>(description), pixel = <usize>p.channels << 2;
  // Each field of the description is an access to memory; the loops below have a few nanoseconds.
  const height = p.height, wide = p.width, kernelHeight = p.kernelHeight, kernelWidth = p.kernelWidth;
  const channels = p.channels, outWidth = p.outWidth, dilationY = p.dilationY, dilationX = p.dilationX;
  const groups = (channels + 15) >> 4;
  for (let unit = begin; unit < end; unit++) {
    const image = unit / groups, c0 = (unit % groups) << 4, c1 = min(channels, c0 + 16);
    const base = <usize>(image * height * wide) * pixel;
    for (let oy = 0; oy < p.outHeight; oy++) {
      const y0 = oy * p.strideY - p.top;
      for (let ox = 0; ox < outWidth; ox++) {
        const x0 = ox * p.strideX - p.left;
        const out = <usize>((image * p.outHeight + oy) * outWidth + ox) * pixel;
        let count = 0;
        if (mode == 2) count = covered(p, y0, x0);
        else if (mode == 1) {
          for (let ky = 0; ky < kernelHeight; ky++) {
            if (<u32>(y0 + ky) >= <u32>height) continue;
            for (let kx = 0; kx < kernelWidth; kx++) if (<u32>(x0 + kx) < <u32>wide) count++;
          }
        }
        for (let c = c0; c < c1; c += 4) {
          const width = min(4, c1 - c), column = <usize>c << 2;
          const g = f32x4.div(take(dy + out + column, width), f32x4.splat(mode == 3 ? divisor : <f32>count));
          for (let ky = 0; ky < kernelHeight; ky++) {
            const iy = y0 + ky * dilationY;
            if (<u32>iy >= <u32>height) continue;
            for (let kx = 0; kx < kernelWidth; kx++) {
              const ix = x0 + kx * dilationX;
              if (<u32>ix >= <u32>wide) continue;
              const at = base + <usize>(iy * wide + ix) * pixel + column;
              give(dx + at, f32x4.add(take(dx + at, width), g), width);
            }
          }
        }
      }
    }
  }
}

/** dx (cleared before) += dy at the windows' places. Units are (image, 16 channels), as windows may share a place. */
export function poolPlace(
  description: usize, dy: usize, places: usize, dx: usize, begin: i32, end: i32,
): void {
  const p = changetype<Pooling>(description), channels = p.channels, windows = p.outHeight * p.outWidth;
  const groups = (channels + 15) >> 4;
  for (let unit = begin; unit < end; unit++) {
    const image = unit / groups, c0 = (unit % groups) << 4, c1 = min(channels, c0 + 16);
    const base = image * p.height * p.width;
    for (let w = 0; w < windows; w++) {
      const from = <usize>((image * windows + w) * channels) << 2;
      for (let c = c0; c < c1; c++) {
        const column = <usize>c << 2, place = load<i32>(places + from + column);
        if (place < 0) continue;
        const at = dx + (<usize>((base + place) * channels) << 2) + column;
        store<f32>(at, load<f32>(at) + load<f32>(dy + from + column));
      }
    }
  }
}

/** out = u at the windows' places, 0 where there is none. Units are output rows (of all images). */
export function poolPick(
  description: usize, u: usize, places: usize, out: usize, begin: i32, end: i32,
): void {
  const p = changetype<Pooling>(description), channels = p.channels;
  for (let unit = begin; unit < end; unit++) {
    const base = unit / p.outHeight * p.height * p.width;
    for (let w = unit * p.outWidth; w < (unit + 1) * p.outWidth; w++) {
      const to = <usize>(w * channels) << 2;
      for (let c = 0; c < channels; c++) {
        const column = <usize>c << 2, place = load<i32>(places + to + column);
        const at = u + (<usize>((base + place) * channels) << 2) + column;
        store<f32>(out + to + column, place < 0 ? 0 : load<f32>(at));
      }
    }
  }
}
