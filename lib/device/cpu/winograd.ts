/**
 * 3 × 3 convolutions at stride 1 by Winograd's method, where it wins; see kernels/winograd.ts.
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

/** Bytes of a unit's tiles; they stay in the second-level cache with some room for the filters. */
const UNIT_BYTES = 640 * 1024;

/** Whether Winograd's method is the faster one: enough tiles to earn back the transformed filters, whole vectors. */
export function winogradWins(channels: number, outChannels: number, outPixels: number): boolean {
  return channels >= 16 && outChannels >= 16 && channels % 4 === 0 && outChannels % 4 === 0 &&
    outPixels >= 144;
}

/** The description as the kernels read it. */
function describe(engine: Engine, c: WinogradConvolution, packed: number, unitTiles: number): number {
  return engine.describe([
    ...[c.input, c.output, c.filter, packed, c.bias, c.relu ? 1 : 0],
    ...[c.images, c.height, c.width, c.channels, c.outHeight, c.outWidth, c.outChannels, c.top, c.left],
    ...[Math.ceil(c.outHeight / 2), Math.ceil(c.outWidth / 2), unitTiles, c.flipped ? 1 : 0],
    engine.zeros(Math.max(c.channels, c.outChannels) * 4),
  ]);
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

/** output = input ∗ filter, plus bias, relu. */
export function winograd(engine: Engine, c: WinogradConvolution): void {
  const { heap, wasm } = engine;
  const tileRows = Math.ceil(c.outHeight / 2), tileColumns = Math.ceil(c.outWidth / 2);
  const tiles = c.images * tileRows * tileColumns, panels = Math.ceil(c.outChannels / 8);
  const unitTiles = chooseUnit(tiles, Math.floor(UNIT_BYTES / (64 * (c.channels + panels * 8))));
  wasm.reserveScratch(2048 + 8 * unitTiles + 64 * unitTiles * (c.channels + panels * 8));
  const packed = heap.allocate(16 * panels * c.channels * 32);
  try {
    const description = describe(engine, c, packed.pointer, unitTiles);
    wasm.launch("winogradFilter", panels, c.channels * 60, description);
    const cost = unitTiles * (c.channels * c.outChannels * 0.7 + 20 * (c.channels + c.outChannels));
    wasm.launch("winograd", Math.ceil(tiles / unitTiles), cost, description);
  } finally {
    heap.release(packed);
  }
}

/** Tiles whose transforms are made at a time; they stay in the last-level cache. */
const CHUNK_TILES = 1024;

/** filter = the gradient, with `output` holding dy. The output channels are a multiple of eight. */
export function winogradFilterGradient(engine: Engine, c: WinogradConvolution): void {
  const { heap, wasm } = engine, { channels, outChannels } = c;
  const tiles = c.images * Math.ceil(c.outHeight / 2) * Math.ceil(c.outWidth / 2);
  const most = Math.min(tiles, CHUNK_TILES);
  wasm.reserveScratch(8192);
  const chunk = heap.allocate(64 * (most * (channels + outChannels) + channels * outChannels));
  try {
    const left = chunk.pointer, right = left + 64 * most * channels, sums = right + 64 * most * outChannels;
    const description = describe(engine, c, 0, 0);
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
  } finally {
    heap.release(chunk);
  }
}
