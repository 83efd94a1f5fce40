/**
 * How matrix products and convolutions reach the WebAssembly kernels: one description serves both, since a matrix is
 * an image of one row seen through one tap. See kernels/convolution.ts for the loops.
 *
 * @module
 */
import type { CpuBackend } from "./backend.ts";

/** The left factor (gathered pixels) and the result of a product; addresses and strides are in bytes. */
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

const FIELDS = 24;
const UNIT_ROWS = 48;
const UNIT_TILES = 8;
const KC = 256;
/** With fewer channels to a tap the left factor is copied together first. */
const FEW_CHANNELS = 16;
/** Bytes of the packed right factor that are made at a time; the fast caches hold it. */
const PACKED_BYTES = 12 * 2 ** 20;

/** Runs `work` with memory for it that is given back afterwards. */
function withChunk(backend: CpuBackend, bytes: number, work: (pointer: number) => void): void {
  const chunk = backend.heap.allocate(bytes);
  try {
    work(chunk.pointer);
  } finally {
    backend.heap.release(chunk);
  }
}

/** Writes the description into the heap. */
function describe(
  backend: CpuBackend,
  pointer: number,
  p: Product,
  packed: number,
  gather: boolean,
): void {
  const taps = p.taps.length / 2;
  const words = new Int32Array(backend.heap.memory.buffer, pointer, FIELDS + p.taps.length);
  const runs = taps / p.adjoining;
  words.set([
    ...[p.input, p.height, p.width, p.pixelBytes, p.channels, p.images, p.rows, p.columns],
    ...[p.strideY, p.strideX, p.output, p.imageBytes, p.rowBytes, p.columnBytes, p.width8, taps],
    ...[pointer + FIELDS * 4, packed, p.bias, p.relu ? 1 : 0, backend.zeros(p.channels * 4)],
    ...[gather ? 1 : 0, runs, p.channels * p.adjoining],
  ]);
  words.set(p.taps, FIELDS);
}

/** Packs columns first … first + columns - 1 of a right factor. */
function pack(
  backend: CpuBackend,
  right: RightFactor,
  first: number,
  columns: number,
  list: number,
  packed: number,
): void {
  const step = first * (right.transposed ? right.stride : 4);
  const from = new Int32Array(backend.heap.memory.buffer, list, right.from.length);
  for (let i = 0; i < from.length; i++) from[i] = right.from[i] + step;
  backend.kernels.launch(
    right.transposed ? "packColumns" : "packRows",
    Math.ceil(columns / 8),
    right.from.length * right.rows * 1.5,
    ...[list, right.from.length, right.rows, columns, right.stride, packed],
  );
}

/** output[pixel, n] = Σ over taps and channels of left · right, plus bias, relu. */
export function product(backend: CpuBackend, p: Product, right: RightFactor): void {
  const total = p.images * p.rows * p.columns;
  if (total === 0 || p.width8 === 0) return;
  const taps = p.taps.length / 2, depth = taps * p.channels;
  const gather = taps > 1 && p.channels < FEW_CHANNELS;
  const blocks = Math.ceil(total / UNIT_ROWS);
  backend.kernels.reserveScratch(
    4 * UNIT_ROWS * (1 + (gather ? 1 : taps)) + 512 + (gather ? UNIT_ROWS * depth * 4 : 0),
  );
  const columns = Math.min(p.width8, Math.max(64, Math.floor(PACKED_BYTES / (depth * 4) / 64) * 64));
  const descriptionBytes = (FIELDS + p.taps.length + right.from.length) * 4;
  withChunk(backend, descriptionBytes, (description) => {
    withChunk(backend, Math.ceil(columns / 8) * depth * 32, (packed) => {
      for (let first = 0; first < p.width8; first += columns) {
        const width8 = Math.min(columns, p.width8 - first);
        const panels = Math.ceil(width8 / 8);
        pack(backend, right, first, width8, description + (FIELDS + p.taps.length) * 4, packed);
        const part = {
          ...p,
          width8,
          output: p.output + first * 4,
          bias: p.bias === 0 ? 0 : p.bias + first * 4,
        };
        describe(backend, description, part, packed, gather);
        // Sixteen panels of a cache-sized run of k's stay in the second-level cache.
        const groups = Math.ceil(panels / 16), groupPanels = Math.ceil(panels / groups);
        backend.kernels.launch(
          "product",
          blocks * groups,
          groupPanels * depth * 16,
          description,
          groups,
          groupPanels,
        );
      }
    });
  });
}

/** output[(tap, channel), n] = Σ over pixels of left · right; the result's rows lie `rowBytes` apart. */
export function productTransposed(backend: CpuBackend, p: Product, right: RightFactor): void {
  const total = p.images * p.rows * p.columns;
  const runs = p.taps.length / 2 / p.adjoining;
  if (p.width8 === 0 || runs * p.channels === 0) return;
  backend.kernels.reserveScratch(UNIT_TILES * KC * 24 + 512);
  const columns = Math.min(p.width8, Math.max(64, Math.floor(PACKED_BYTES / (total * 4) / 64) * 64));
  const tiles = runs * Math.ceil(p.channels * p.adjoining / 6);
  const descriptionBytes = (FIELDS + p.taps.length + right.from.length) * 4;
  withChunk(backend, descriptionBytes, (description) => {
    withChunk(backend, Math.ceil(columns / 8) * total * 32, (packed) => {
      for (let first = 0; first < p.width8; first += columns) {
        const width8 = Math.min(columns, p.width8 - first);
        pack(backend, right, first, width8, description + (FIELDS + p.taps.length) * 4, packed);
        describe(backend, description, { ...p, width8, output: p.output + first * 4 }, packed, false);
        const unitTiles = Math.min(UNIT_TILES, Math.max(1, Math.ceil(tiles / 16)));
        backend.kernels.launch(
          "productTransposed",
          Math.ceil(tiles / unitTiles),
          unitTiles * total * width8 / 4,
          ...[description, unitTiles],
        );
      }
    });
  });
}
