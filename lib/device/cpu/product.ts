/**
 * How matrix products and convolutions reach the WebAssembly kernels: one description serves both, since a matrix is
 * an image of one row seen through one tap. See kernels/convolution.ts for the loops.
 *
 * @module
 */
import type { Engine } from "./engine.ts";

/** The left factor (pixels under taps) and the result of a product; addresses and strides are in bytes. */
export interface Product {
  /** Address of the first channel used of the first input pixel. */
  input: number;
  /** Input pixels. */
  height: number;
  width: number;
  /** From one input pixel to the next. */
  pixelBytes: number;
  /** Channels used of each pixel. */
  channels: number;
  images: number;
  /** Output pixels. */
  rows: number;
  columns: number;
  strideY: number;
  strideX: number;
  /** Where output pixel (0, 0, 0) starts, and the steps between them. */
  output: number;
  imageBytes: number;
  rowBytes: number;
  columnBytes: number;
  /** Output channels. */
  width8: number;
  /** (dy, dx) of each tap. */
  taps: Int32Array;
  /** Address of a bias for each output channel, or 0. */
  bias: number;
  relu: boolean;
  /** Taps that adjoin in memory (a kernel row of an undilated convolution), or 1. */
  adjoining: number;
}

/** The right factor: one run of `rows` k's for each tap, or one for all. */
export interface RightFactor {
  /** Where each run starts. */
  from: number[];
  /** k's to a run. */
  rows: number;
  /** From row to row (or, transposed, from column to column) in bytes. */
  stride: number;
  /** True when k runs along memory. */
  transposed: boolean;
}

const FIELDS = 28;
const UNIT_ROWS = 48;
/** Up to so many rows make one unit, which packs what it needs of the right factor itself. */
const FEW_ROWS = 96;
const UNIT_TILES = 8;
const KC = 256;
/** With fewer channels taps that adjoin in memory are read as one; what reaches over the border is copied together. */
const FEW_CHANNELS = 16;
/** Bytes of the packed right factor that are made at a time; the fast caches hold it. */
const PACKED_BYTES = 12 * 2 ** 20;

/** Runs `work` with memory for it that is given back afterwards. */
function withChunk(engine: Engine, bytes: number, work: (pointer: number) => void): void {
  const chunk = engine.heap.allocate(bytes);
  try {
    work(chunk.pointer);
  } finally {
    engine.heap.release(chunk);
  }
}

/** Writes the description into the heap. */
function describe(
  engine: Engine,
  pointer: number,
  p: Product,
  right: RightFactor,
  list: number,
  packed: number,
  unitRows: number,
): void {
  const taps = p.taps.length / 2;
  const words = new Int32Array(engine.heap.memory.buffer, pointer, FIELDS + p.taps.length);
  const runs = taps / p.adjoining;
  words.set([
    ...[p.input, p.height, p.width, p.pixelBytes, p.channels, p.images, p.rows, p.columns],
    ...[p.strideY, p.strideX, p.output, p.imageBytes, p.rowBytes, p.columnBytes, p.width8, taps],
    ...[pointer + FIELDS * 4, packed, p.bias, p.relu ? 1 : 0],
    ...[engine.zeros(p.channels * p.adjoining * 4), runs, p.channels * p.adjoining],
    ...[unitRows, list, right.from.length, right.stride, right.transposed ? 1 : 0],
  ]);
  words.set(p.taps, FIELDS);
}

/** Lists where the runs of columns `first` … start. */
function listRuns(engine: Engine, right: RightFactor, first: number, list: number): void {
  const step = first * (right.transposed ? right.stride : 4);
  const from = new Int32Array(engine.heap.memory.buffer, list, right.from.length);
  for (let i = 0; i < from.length; i++) from[i] = right.from[i] + step;
}

/** Packs columns of a right factor whose runs are listed. */
function pack(engine: Engine, right: RightFactor, columns: number, list: number, packed: number): void {
  engine.wasm.launch(
    right.transposed ? "packColumns" : "packRows",
    Math.ceil(columns / 8),
    right.from.length * right.rows * 1.5,
    ...[list, right.from.length, right.rows, columns, right.stride, packed],
  );
}

/** output[pixel, n] = Σ over taps and channels of left · right, plus bias, relu. */
export function product(engine: Engine, p: Product, right: RightFactor): void {
  const total = p.images * p.rows * p.columns;
  if (total === 0 || p.width8 === 0) return;
  const taps = p.taps.length / 2, depth = taps * p.channels, panels = Math.ceil(p.width8 / 8);
  const adjoining = p.channels < FEW_CHANNELS ? p.adjoining : 1, runs = taps / adjoining;
  const few = total <= FEW_ROWS;
  const unitRows = few ? Math.ceil(total / 6) * 6 : UNIT_ROWS;
  // Sixteen panels of a cache-sized run of k's stay in the second-level cache.
  const groupPanels = few ? Math.min(16, Math.ceil(panels / 32)) : Math.ceil(panels / Math.ceil(panels / 16));
  const groups = Math.ceil(panels / groupPanels), blocks = Math.ceil(total / unitRows);
  engine.wasm.reserveScratch(
    4 * unitRows * (1 + runs) + 8 * runs + 1024 + (adjoining > 1 ? unitRows * depth * 4 : 0) +
      (few ? groupPanels * KC * 32 : 0),
  );
  const descriptionBytes = (FIELDS + p.taps.length + right.from.length) * 4;
  const run = (description: number, part: Product, packed: number, list: number) => {
    describe(engine, description, { ...part, adjoining }, right, list, packed, unitRows);
    const parts = Math.ceil(Math.ceil(part.width8 / 8) / groupPanels);
    const cost = groupPanels * depth * unitRows / 3;
    engine.wasm.launch("product", blocks * parts, cost, description, parts, groupPanels);
  };
  withChunk(engine, descriptionBytes, (description) => {
    const list = description + (FIELDS + p.taps.length) * 4;
    if (few) {
      listRuns(engine, right, 0, list);
      run(description, p, 0, list);
      return;
    }
    const columns = Math.min(groups * groupPanels, Math.max(8, Math.floor(PACKED_BYTES / (depth * 32)))) * 8;
    withChunk(engine, columns * depth * 4, (packed) => {
      for (let first = 0; first < p.width8; first += columns) {
        const width8 = Math.min(columns, p.width8 - first);
        listRuns(engine, right, first, list);
        pack(engine, right, width8, list, packed);
        const bias = p.bias === 0 ? 0 : p.bias + first * 4;
        run(description, { ...p, width8, output: p.output + first * 4, bias }, packed, list);
      }
    });
  });
}

/** output[(tap, channel), n] = Σ over pixels of left · right; the result's rows lie `rowBytes` apart. */
export function productTransposed(engine: Engine, p: Product, right: RightFactor): void {
  const total = p.images * p.rows * p.columns;
  const runs = p.taps.length / 2 / p.adjoining;
  if (p.width8 === 0 || runs * p.channels === 0) return;
  engine.wasm.reserveScratch(UNIT_TILES * KC * 24 + 512);
  const columns = Math.min(p.width8, Math.max(64, Math.floor(PACKED_BYTES / (total * 4) / 64) * 64));
  const tiles = runs * Math.ceil(p.channels * p.adjoining / 6);
  const descriptionBytes = (FIELDS + p.taps.length + right.from.length) * 4;
  withChunk(engine, descriptionBytes, (description) => {
    const list = description + (FIELDS + p.taps.length) * 4;
    withChunk(engine, Math.ceil(columns / 8) * total * 32, (packed) => {
      for (let first = 0; first < p.width8; first += columns) {
        const width8 = Math.min(columns, p.width8 - first);
        listRuns(engine, right, first, list);
        pack(engine, right, width8, list, packed);
        const part = { ...p, width8, output: p.output + first * 4 };
        describe(engine, description, part, right, list, packed, 6);
        const unitTiles = Math.min(UNIT_TILES, Math.max(1, Math.ceil(tiles / 64)));
        engine.wasm.launch(
          "productTransposed",
          Math.ceil(tiles / unitTiles),
          unitTiles * total * width8 / 4,
          ...[description, unitTiles],
        );
      }
    });
  });
}
