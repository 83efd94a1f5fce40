// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Winograd's method: the gradient of the filter. Tiles of the input as in the forward pass, tiles of dy as A dy Aᵀ, sixteen
 * products summed over the tiles, Gᵀ s G at the end. See winograd.ts.
 */
import { copyTile } from "./convolution";
import { scratch } from "./simd";
import { FIRST, tilePanel } from "./tile";
import { largest, LIMIT, RANGE } from "./uneven";
import { apart, inputTile, isUnevenTile, KC, tilePixels, Winograd } from "./winograd";

/** So many channels lie so close together that a product reads them where they lie. */
const DIRECT = 32;

/**
 * Counts the tiles whose x is uneven, or whose dy has a number beyond the limit. Of the others, adds the largest |x| times the
 * largest |dy| up, in one sum where the four dy are even, in another where they are not: there a tap may miss the largest, or
 * meet the padding with it. Units are `unitTiles` tiles, with two sums each, [unit][uneven, even].
 */
export function winogradWeights(description: usize, dySizes: usize, unitTiles: i32, sums: usize, begin: i32, end: i32): void {
  const p = changetype<Winograd>(description);
  const perImage = p.tileRows * p.tileColumns, total = p.images * perImage;
  for (let unit = begin; unit < end; unit++) {
    let uneven: f64 = 0, even: f64 = 0;
    for (let tile = unit * unitTiles; tile < min(total, (unit + 1) * unitTiles); tile++) {
      const image = tile / perImage, rest = tile % perImage;
      const y = rest / p.tileColumns * 2, x = rest % p.tileColumns * 2;
      const from = dySizes + (<usize>(image * p.outHeight * p.outWidth) << 2);
      const dy = largest(from, p.outHeight, p.outWidth, y, x, 2);
      if (dy >= LIMIT || isUnevenTile(p, tile)) {
        atomic.add<i32>(<usize>p.count, 1);
        continue;
      }
      const pixels = <usize>p.sizes + (<usize>(image * p.height * p.width) << 2);
      const most = largest(pixels, p.height, p.width, y - p.top, x - p.left, 4);
      const product = <f64>reinterpret<f32>(most) * <f64>reinterpret<f32>(dy);
      if (isFull(from, p.outHeight, p.outWidth, y, x, dy)) even += product;
      else uneven += product;
    }
    store<f64>(sums + (<usize>unit << 4), uneven);
    store<f64>(sums + (<usize>unit << 4), even, 8);
  }
}

/** Whether all four dy of a tile are there and none is much smaller than the largest. */
function isFull(sizes: usize, height: i32, width: i32, y: i32, x: i32, most: i32): bool {
  if (y + 2 > height || x + 2 > width) return false;
  for (let i = 0; i < 4; i++) {
    if (most - load<i32>(sizes + (<usize>((y + (i >> 1)) * width + x + (i & 1)) << 2)) > RANGE) return false;
  }
  return true;
}

/** The input's tiles first … of a chunk, [16][tile][channel]. Units are tiles of the chunk. */
export function winogradTiles(description: usize, first: i32, chunk: i32, to: usize, begin: i32, end: i32): void {
  inputTiles(changetype<Winograd>(description), first, chunk, to, scratch, begin, end);
}

function inputTiles(p: Winograd, first: i32, chunk: i32, to: usize, table: usize, begin: i32, end: i32): void {
  const depth = p.channels, step = apart(chunk * depth);
  for (let t = begin; t < end; t++) {
    tilePixels(p, first + t, table);
    const out = to + (<usize>(t * depth) << 2);
    for (let c: usize = 0; c < <usize>depth << 2; c += 16) inputTile(table, c, out + c, step);
  }
}

/** A dy Aᵀ of the output's 2 × 2 tiles, in panels [16][panel][tile][8]. Units are tiles of the chunk. */
export function winogradOutputTiles(description: usize, first: i32, chunk: i32, to: usize, begin: i32, end: i32): void {
  outputTiles(changetype<Winograd>(description), first, chunk, to, begin, end);
}

function outputTiles(p: Winograd, first: i32, chunk: i32, to: usize, begin: i32, end: i32): void {
  const perImage = p.tileRows * p.tileColumns, pixel = <usize>p.outChannels << 2, line = <usize>p.outWidth * pixel;
  const step = apart(p.outChannels * chunk);
  for (let t = begin; t < end; t++) {
    const tile = first + t, image = tile / perImage, rest = tile % perImage;
    const y = (rest / p.tileColumns) * 2, x = (rest % p.tileColumns) * 2;
    const from = <usize>p.output + <usize>((image * p.outHeight + y) * p.outWidth + x) * pixel;
    const zeros = <usize>p.zeros, right = x + 1 < p.outWidth, below = y + 1 < p.outHeight;
    const f01 = right ? from + pixel : zeros, f10 = below ? from + line : zeros, f11 = right && below ? from + line + pixel : zeros;
    for (let c: usize = 0; c < pixel; c += 16) {
      const d00 = v128.load(from + c), d01 = v128.load(f01 + c), d10 = v128.load(f10 + c), d11 = v128.load(f11 + c);
      let out = to + (<usize>((<i32>c >> 5) * chunk + t) << 5) + (c & 16);
      const t00 = d00, t10 = f32x4.add(d00, d10), t20 = f32x4.sub(d00, d10), t30 = f32x4.neg(d10);
      const t01 = d01, t11 = f32x4.add(d01, d11), t21 = f32x4.sub(d01, d11), t31 = f32x4.neg(d11);
      v128.store(out, t00);
      v128.store(out + step, f32x4.add(t00, t01));
      v128.store(out + 2 * step, f32x4.sub(t00, t01));
      v128.store(out + 3 * step, f32x4.neg(t01));
      out += 4 * step;
      v128.store(out, t10);
      v128.store(out + step, f32x4.add(t10, t11));
      v128.store(out + 2 * step, f32x4.sub(t10, t11));
      v128.store(out + 3 * step, f32x4.neg(t11));
      out += 4 * step;
      v128.store(out, t20);
      v128.store(out + step, f32x4.add(t20, t21));
      v128.store(out + 2 * step, f32x4.sub(t20, t21));
      v128.store(out + 3 * step, f32x4.neg(t21));
      out += 4 * step;
      v128.store(out, t30);
      v128.store(out + step, f32x4.add(t30, t31));
      v128.store(out + 2 * step, f32x4.sub(t30, t31));
      v128.store(out + 3 * step, f32x4.neg(t31));
    }
  }
}

/**
 * sums[16][channel][output] (+)= tiles ᵀ · output tiles. Unit u is tile group u mod groups (of `unitTiles` times six
 * channels) of matrix ⌊u / groups⌋.
 */
export function winogradSums(
  description: usize, left: usize, right: usize, sums: usize, chunk: i32, groups: i32, unitTiles: i32, later: i32,
  begin: i32, end: i32,
): void {
  const p = changetype<Winograd>(description), tiles = (p.channels + 5) / 6;
  for (let unit = begin; unit < end; unit++) {
    const firstTile = (unit % groups) * unitTiles;
    sumTiles(p, left, right, sums, unit / groups, chunk, chunk, later, firstTile, min(tiles, firstTile + unitTiles), scratch);
  }
}

/** The products of one of the sixteen matrices: `count` tiles of a chunk, six channels each of firstTile … lastTile - 1. */
function sumTiles(
  p: Winograd, left: usize, right: usize, sums: usize, matrix: i32, chunk: i32, count: i32, later: i32,
  firstTile: i32, lastTile: i32, room: usize,
): void {
  const depth = p.channels, width = p.outChannels, panels = width >> 3, row = <usize>depth << 2;
  const outs = room, temporaryOuts = outs + 32, temporary = outs + 64, packed = outs + 256;
  for (let i = 0; i < 6; i++) store<u32>(temporaryOuts + (<usize>i << 2), <u32>(temporary + <usize>i * 32));
  const a = left + <usize>matrix * apart(chunk * depth), output = right + <usize>matrix * apart(chunk * width);
  const s = sums + <usize>(matrix * depth) * (<usize>width << 2);
  // What lies close together is read where it lies, the rest packed before it meets many panels.
  const direct = depth <= DIRECT, stride: usize = direct ? row : 24;
  for (let k = 0; k < count; k += KC) {
    const length = min(KC, count - k), flags = k == 0 && !later ? FIRST : 0;
    for (let tile = firstTile; tile < lastTile; tile++) {
      let from = a + <usize>k * row + <usize>tile * 24;
      if (!direct) {
        for (let i = 0, to = packed; i < length; i++) {
          v128.store(to, v128.load(from));
          store<i64>(to, load<i64>(from, 16), 16);
          from += row;
          to += 24;
        }
        from = packed;
      }
      const height = min(6, depth - tile * 6);
      for (let i = 0; i < 6; i++) {
        store<u32>(outs + (<usize>i << 2), <u32>(s + (<usize>((tile * 6 + i) * width) << 2)));
      }
      for (let panel = 0; panel < panels; panel++) {
        const b = output + (<usize>(panel * chunk + k) << 5), column = <usize>panel << 5;
        if (height == 6) {
          tilePanel(from, stride, length, b, outs, column, flags, 0);
        } else {
          if (!(flags & FIRST)) copyTile(outs, column, temporary, height, 8, false);
          tilePanel(from, stride, length, b, temporaryOuts, 0, flags, 0);
          copyTile(outs, column, temporary, height, 8, true);
        }
      }
    }
  }
}

/**
 * All of it for few channels, where the sums are small: unit u takes `partTiles` tiles from u · partTiles on, `blockTiles` at a time,
 * which stay in the second-level cache, and leaves sums of its own at sums[u].
 */
export function winogradPartSums(
  description: usize, partTiles: i32, blockTiles: i32, sums: usize, begin: i32, end: i32,
): void {
  const p = changetype<Winograd>(description), depth = p.channels, width = p.outChannels;
  const total = p.images * p.tileRows * p.tileColumns, rows = (depth + 5) / 6;
  const table = scratch, room = scratch + 64, left = scratch + 8192, right = left + 16 * apart(blockTiles * depth);
  for (let unit = begin; unit < end; unit++) {
    const last = min(total, (unit + 1) * partTiles), own = sums + <usize>unit * (<usize>(16 * depth * width) << 2);
    for (let first = unit * partTiles; first < last; first += blockTiles) {
      const count = min(blockTiles, last - first), later = first > unit * partTiles ? 1 : 0;
      inputTiles(p, first, blockTiles, left, table, 0, count);
      outputTiles(p, first, blockTiles, right, 0, count);
      for (let matrix = 0; matrix < 16; matrix++) {
        sumTiles(p, left, right, own, matrix, blockTiles, count, later, 0, rows, room);
      }
    }
  }
}

/** Adds the sums of parts 1 … up at those of part 0, in their order. Units are four numbers. */
export function winogradJoin(sums: usize, numbers: i32, parts: i32, begin: i32, end: i32): void {
  const step = <usize>numbers << 2;
  for (let unit = begin; unit < end; unit++) {
    const at = sums + (<usize>unit << 4);
    let sum = v128.load(at);
    for (let part = 1; part < parts; part++) sum = f32x4.add(sum, v128.load(at + <usize>part * step));
    v128.store(at, sum);
  }
}

/** The filter's gradient, Gᵀ s G. Units are channels. */
export function winogradFilterGrad(description: usize, sums: usize, out: usize, begin: i32, end: i32): void {
  const p = changetype<Winograd>(description), row = <usize>p.outChannels << 2, step = <usize>p.channels * row;
  const half = f32x4.splat(0.5);
  for (let channel = begin; channel < end; channel++) {
    for (let c: usize = 0; c < row; c += 16) {
      const from = sums + <usize>channel * row + c, to = out + <usize>channel * row + c;
      const s00 = v128.load(from + 0 * step);
      const s10 = v128.load(from + 4 * step);
      const s20 = v128.load(from + 8 * step);
      const s30 = v128.load(from + 12 * step);
      const p0 = f32x4.mul(half, f32x4.add(s10, s20));
      const t00 = f32x4.add(s00, p0), t10 = f32x4.mul(half, f32x4.sub(s10, s20)), t20 = f32x4.add(p0, s30);
      const s01 = v128.load(from + 1 * step);
      const s11 = v128.load(from + 5 * step);
      const s21 = v128.load(from + 9 * step);
      const s31 = v128.load(from + 13 * step);
      const p1 = f32x4.mul(half, f32x4.add(s11, s21));
      const t01 = f32x4.add(s01, p1), t11 = f32x4.mul(half, f32x4.sub(s11, s21)), t21 = f32x4.add(p1, s31);
      const s02 = v128.load(from + 2 * step);
      const s12 = v128.load(from + 6 * step);
      const s22 = v128.load(from + 10 * step);
      const s32 = v128.load(from + 14 * step);
      const p2 = f32x4.mul(half, f32x4.add(s12, s22));
      const t02 = f32x4.add(s02, p2), t12 = f32x4.mul(half, f32x4.sub(s12, s22)), t22 = f32x4.add(p2, s32);
      const s03 = v128.load(from + 3 * step);
      const s13 = v128.load(from + 7 * step);
      const s23 = v128.load(from + 11 * step);
      const s33 = v128.load(from + 15 * step);
      const p3 = f32x4.mul(half, f32x4.add(s13, s23));
      const t03 = f32x4.add(s03, p3), t13 = f32x4.mul(half, f32x4.sub(s13, s23)), t23 = f32x4.add(p3, s33);
      const q0 = f32x4.mul(half, f32x4.add(t01, t02));
      v128.store(to + 0 * step, f32x4.add(t00, q0));
      v128.store(to + 1 * step, f32x4.mul(half, f32x4.sub(t01, t02)));
      v128.store(to + 2 * step, f32x4.add(q0, t03));
      const q1 = f32x4.mul(half, f32x4.add(t11, t12));
      v128.store(to + 3 * step, f32x4.add(t10, q1));
      v128.store(to + 4 * step, f32x4.mul(half, f32x4.sub(t11, t12)));
      v128.store(to + 5 * step, f32x4.add(q1, t13));
      const q2 = f32x4.mul(half, f32x4.add(t21, t22));
      v128.store(to + 6 * step, f32x4.add(t20, q2));
      v128.store(to + 7 * step, f32x4.mul(half, f32x4.sub(t21, t22)));
      v128.store(to + 8 * step, f32x4.add(q2, t23));
    }
  }
}
