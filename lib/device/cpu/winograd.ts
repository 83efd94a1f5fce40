/**
 * 3 × 3 convolutions at stride 1 by Winograd's method, where it wins; see wasm/winograd.ts.
 *
 * What it promises: infinities and NaN where the plain sum has them, and no others. An output does not depend on numbers outside of
 * its window. Its errors are those of the plain sum, if each |x| were the largest of its tile of 4 × 4 pixels in all channels, and
 * each |w| the largest of its filter's 3 × 3 (each |dy| the largest of its tile). That is much the same where numbers are of
 * like size. Where they are not (infinite, NaN, from 2⁵⁰ on, pixels or taps that differ by more than 2⁸, in dy 2¹², or tiles of
 * uneven dy that outweigh the others in the filter's gradient), the plain sum is taken, so that a large number under a small
 * weight costs no digits of the rest.
 *
 * @module
 */
import type { Engine } from "./engine.ts";

/** One convolution; addresses of channels-last images and of the filter [3, 3, C, O]. */
export interface WinogradConvolution {
  input: number;
  output: number;
  filter: number;
  /** Address of a bias for each output channel, or 0. */
  bias: number;
  relu: boolean;
  images: number;
  height: number;
  width: number;
  channels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  /** Padding before the first row and column. */
  top: number;
  left: number;
  /** Take the filter [3, 3, outChannels, channels] turned around: the gradient of the input. */
  flipped: boolean;
}

/** The bits of 2⁵⁰, and of a factor 2⁸ between sizes, as in wasm/uneven.ts. */
const LIMIT = (127 + 50) << 23, RANGE = 8 << 23;
/** Gradients do differ more, and their last digits matter less. */
const GRADIENT_RANGE = 12 << 23;

/** How far the sizes in a tile may be apart. */
const rangeOf = (c: WinogradConvolution) => c.flipped ? GRADIENT_RANGE : RANGE;

/** Bytes of a unit's tiles; they stay in the second-level cache with some room for the filters. */
const UNIT_BYTES = 640 * 1024;

/** Whether Winograd's method is the faster one: enough tiles to earn back the transformed filters, whole vectors. */
export function winogradWins(channels: number, outChannels: number, outPixels: number): boolean {
  return channels >= 16 && outChannels >= 16 && channels % 4 === 0 && outChannels % 4 === 0 &&
    outPixels >= 144;
}

/** A rectangle of output pixels, of so many images. */
export interface Part {
  image: number;
  images: number;
  row: number;
  rows: number;
  column: number;
  columns: number;
}

/** The description as the kernels read it. */
function describe(engine: Engine, c: WinogradConvolution, unitTiles: number, at: Room | null): number {
  return engine.describe([
    ...[c.input, c.output, c.filter, at?.packed ?? 0, c.bias, c.relu ? 1 : 0],
    ...[c.images, c.height, c.width, c.channels, c.outHeight, c.outWidth, c.outChannels, c.top, c.left],
    ...[Math.ceil(c.outHeight / 2), Math.ceil(c.outWidth / 2), unitTiles, c.flipped ? 1 : 0],
    engine.zeros(Math.max(c.channels, c.outChannels) * 4),
    ...[at?.sizes ?? 0, rangeOf(c), at?.uneven ?? 0, at?.count ?? 0],
  ]);
}

/** Addresses of what a convolution notes on its way. */
interface Room {
  /** The filters, transformed. */
  packed: number;
  /** The size of each pixel. */
  sizes: number;
  /** A byte for each tile. */
  uneven: number;
  /** How many are uneven. */
  count: number;
}

/** How many numbers are counted: the uneven, then the extremes of two images. */
const COUNTS = 5;

/** Counts in the heap, from 0 on. */
function countsAt(engine: Engine, pointer: number): Int32Array {
  return new Int32Array(engine.heap.memory.buffer, pointer, COUNTS).fill(0);
}

/** Pixels of images, and where to note their sizes. */
interface Pixels {
  at: number;
  pixels: number;
  channels: number;
  sizes: number;
}

/**
 * Writes the size of every pixel.
 *
 * @param extremes Zeros, for the largest and the smallest.
 * @returns Whether all are so near to one another that no tile can be uneven.
 */
function measure(
  engine: Engine,
  { at, pixels, channels, sizes }: Pixels,
  extremes: Int32Array,
  range: number,
): boolean {
  const units = Math.ceil(pixels / 4);
  engine.wasm.launch("pixelSizes", units, channels * 0.4, at, channels, pixels, sizes, extremes.byteOffset);
  const [most, least] = [extremes[0], 2 ** 31 - 1 - extremes[1]];
  return most < LIMIT && most - least <= range;
}

/**
 * How many tiles make a unit: a multiple of six. Each unit reads all filters, so it should be large; but of three equal
 * ones two threads would do two and one. Whatever is chosen, the results are the same.
 *
 * @param fit As many as the cache takes.
 */
function chooseUnit(tiles: number, fit: number): number {
  let best = 12, least = Infinity;
  for (let unit = 12; unit <= Math.max(12, Math.min(48, fit)); unit += 6) {
    const units = Math.ceil(tiles / unit), last = Math.ceil((tiles - (units - 1) * unit) / 6) * 6;
    const longest = units % 2 === 1 ? (units - 1) / 2 * unit + last : units / 2 * unit;
    const cost = longest * (1 + 1.5 / unit);
    if (cost <= least) [best, least] = [unit, cost];
  }
  return best;
}

/**
 * output = input ∗ filter, plus bias, relu.
 *
 * @returns Where the output is left to the plain sum.
 */
export function winograd(engine: Engine, c: WinogradConvolution): Part[] {
  const { heap, wasm } = engine;
  const tileRows = Math.ceil(c.outHeight / 2), tileColumns = Math.ceil(c.outWidth / 2);
  const tiles = c.images * tileRows * tileColumns, panels = Math.ceil(c.outChannels / 8);
  const pixels = c.images * c.height * c.width;
  const unitTiles = chooseUnit(tiles, Math.floor(UNIT_BYTES / (64 * (c.channels + panels * 8))));
  wasm.reserveScratch(
    256 + 8 * unitTiles + 16 * (apart(unitTiles * c.channels) + apart(unitTiles * panels * 8)),
  );
  const packedBytes = 16 * panels * c.channels * 32;
  const chunk = heap.allocate(packedBytes + 4 * (COUNTS + pixels + 3) + tiles);
  try {
    const packed = chunk.pointer, count = packed + packedBytes, sizes = count + 4 * COUNTS;
    const room = { packed, count, sizes, uneven: sizes + 4 * (pixels + 3) };
    const counts = countsAt(engine, count);
    const input = { at: c.input, pixels, channels: c.channels, sizes };
    if (measure(engine, input, counts.subarray(1), rangeOf(c))) room.sizes = 0;
    const description = describe(engine, c, unitTiles, room);
    wasm.launch("winogradFilter", panels, c.channels * 60, description);
    if (counts[0] > 0) return [whole(c)];
    const cost = unitTiles * (c.channels * c.outChannels * 0.7 + 20 * (c.channels + c.outChannels));
    wasm.launch("winograd", Math.ceil(tiles / unitTiles), cost, description);
    if (counts[0] === 0) return [];
    // A run of tiles takes a product of its own, which costs as much as many tiles do here.
    if (counts[0] > tiles / 64 + 8) return [whole(c)];
    return runsOf(new Uint8Array(heap.memory.buffer, room.uneven, tiles), c, tileRows, tileColumns);
  } finally {
    heap.release(chunk);
  }
}

/** Bytes from one of a tile's sixteen matrices to the next, as in wasm/winograd.ts. */
function apart(numbers: number): number {
  return 64 * (Math.ceil(numbers / 16) | 1);
}

/** All of the output. */
export function whole(c: { images: number; outHeight: number; outWidth: number }): Part {
  return { image: 0, images: c.images, row: 0, rows: c.outHeight, column: 0, columns: c.outWidth };
}

/** The output pixels of marked tiles, neighbours of a row together. */
function runsOf(marks: Uint8Array, c: WinogradConvolution, tileRows: number, tileColumns: number): Part[] {
  const parts: Part[] = [];
  for (let first = marks.indexOf(1); first >= 0;) {
    const tileRow = Math.floor(first / tileColumns), end = (tileRow + 1) * tileColumns;
    let last = first + 1;
    while (last < end && marks[last] === 1) last++;
    const row = tileRow % tileRows * 2, column = first % tileColumns * 2;
    const rows = Math.min(2, c.outHeight - row), columns = Math.min(2 * (last - first), c.outWidth - column);
    parts.push({ image: Math.floor(tileRow / tileRows), images: 1, row, rows, column, columns });
    first = marks.indexOf(1, last);
  }
  return parts;
}

/** Tiles whose transforms are made at a time; they stay in the last-level cache. */
const CHUNK_TILES = 1024;

/** Where the sums of a part take no more than this, each part is summed from end to end by whoever takes it. */
const PART_BYTES = 64 * 64 * 64;
/** So many parts, if each has this many tiles: enough for many threads. */
const PARTS = 16, PART_TILES = 96;
/** Bytes of the tiles that a part transforms at a time, at most KC of them; they stay in the second-level cache. */
const BLOCK_BYTES = 256 * 1024, KC = 256;

/** The gradient of few channels. */
function sumParts(engine: Engine, c: WinogradConvolution, tiles: number): void {
  const { heap, wasm } = engine, { channels, outChannels } = c, numbers = 16 * channels * outChannels;
  const partTiles = Math.max(PART_TILES, Math.ceil(tiles / PARTS)), parts = Math.ceil(tiles / partTiles);
  const blockTiles = Math.max(32, Math.min(KC, Math.floor(BLOCK_BYTES / (64 * (channels + outChannels)))));
  wasm.reserveScratch(8192 + 16 * (apart(blockTiles * channels) + apart(blockTiles * outChannels)));
  const chunk = heap.allocate(4 * numbers * parts);
  try {
    const sums = chunk.pointer, description = describe(engine, c, 0, null);
    const cost = partTiles * (channels * outChannels * 0.7 + 20 * (channels + outChannels));
    wasm.launch("winogradPartSums", parts, cost, description, partTiles, blockTiles, sums);
    wasm.launch("winogradJoin", numbers / 4, parts, sums, numbers, parts);
    wasm.launch("winogradFilterGrad", channels, outChannels * 5, description, sums, c.filter);
  } finally {
    heap.release(chunk);
  }
}

/** Tiles whose weights are added up at a time. */
const WEIGHED_TILES = 256;
/** The uneven ones may weigh so many times what the even ones do; in training networks it was less than 5. */
const MOST_UNEVEN = 16;

/** Whether x and dy of all tiles are even enough for the filter's gradient; see wasm/winograd_gradient.ts. */
function areEven(engine: Engine, c: WinogradConvolution, tiles: number): boolean {
  const { heap, wasm } = engine, units = Math.ceil(tiles / WEIGHED_TILES);
  const pixels = c.images * c.height * c.width, outPixels = c.images * c.outHeight * c.outWidth;
  const chunk = heap.allocate(16 * units + 4 * (COUNTS + pixels + 3 + outPixels + 3));
  try {
    const sums = chunk.pointer, count = sums + 16 * units, sizes = count + 4 * COUNTS;
    const dySizes = sizes + 4 * (pixels + 3), counts = countsAt(engine, count);
    const x = { at: c.input, pixels, channels: c.channels, sizes };
    const dy = { at: c.output, pixels: outPixels, channels: c.outChannels, sizes: dySizes };
    const even = [
      measure(engine, x, counts.subarray(1), RANGE),
      measure(engine, dy, counts.subarray(3), RANGE),
    ];
    if (even.every(Boolean)) return true;
    const description = describe(engine, c, 0, { packed: 0, sizes, uneven: 0, count });
    wasm.launch("winogradWeights", units, WEIGHED_TILES * 40, description, dySizes, WEIGHED_TILES, sums);
    if (counts[0] > 0) return false;
    const weights: Float64Array = new Float64Array(heap.memory.buffer, sums, 2 * units);
    const [uneven, full] = [0, 1].map((which) =>
      weights.reduce((sum, x, i) => i % 2 === which ? sum + x : sum, 0)
    );
    return uneven <= full * MOST_UNEVEN;
  } finally {
    heap.release(chunk);
  }
}

/**
 * filter = the gradient, with `output` holding dy. The output channels are a multiple of eight.
 *
 * @returns Whether it was made; uneven images are left to the plain sum.
 */
export function winogradFilterGradient(engine: Engine, c: WinogradConvolution): boolean {
  const { heap, wasm } = engine, { channels, outChannels } = c;
  const tiles = c.images * Math.ceil(c.outHeight / 2) * Math.ceil(c.outWidth / 2);
  if (!areEven(engine, c, tiles)) return false;
  if (64 * channels * outChannels <= PART_BYTES) {
    sumParts(engine, c, tiles);
    return true;
  }
  const most = Math.min(tiles, CHUNK_TILES);
  wasm.reserveScratch(8192);
  const leftBytes = 16 * apart(most * channels), rightBytes = 16 * apart(most * outChannels);
  const chunk = heap.allocate(leftBytes + rightBytes + 64 * channels * outChannels);
  try {
    const left = chunk.pointer, right = left + leftBytes, sums = right + rightBytes;
    const description = describe(engine, c, 0, null);
    const groups = Math.ceil(Math.ceil(channels / 6) / 4);
    for (let first = 0; first < tiles; first += most) {
      const count = Math.min(most, tiles - first), later = first > 0 ? 1 : 0;
      wasm.launch("winogradTiles", count, channels * 6, description, first, count, left);
      wasm.launch("winogradOutputTiles", count, outChannels * 5, description, first, count, right);
      const cost = count * outChannels;
      wasm.launch(
        "winogradSums",
        16 * groups,
        cost,
        description,
        left,
        right,
        sums,
        count,
        groups,
        4,
        later,
      );
    }
    wasm.launch("winogradFilterGrad", channels, outChannels * 5, description, sums, c.filter);
    return true;
  } finally {
    heap.release(chunk);
  }
}
