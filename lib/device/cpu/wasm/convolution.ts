// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Products of a gathered left factor with a packed right one. Row r of the left factor is an output pixel (n, y, x);
 * its k's are, tap after tap, the channels of the input pixel (n, y·sy + dy, x·sx + dx), zeros outside. A plain
 * matrix is one image of one row with one tap.
 */
import { FIRST, RELU, BIAS, tilePanel, tileRows } from "./tile";
import { packColumns, packRows } from "./pack";
import { scratch } from "./simd";

/** The fields of a product's description, all 32 bits wide; lib/device/cpu/product.ts writes them. */
@unmanaged
class Product {
  input: u32; // address of the first channel used
  height: i32; width: i32; // of the input
  pixelBytes: u32; // from one input pixel to the next
  channels: i32; // k's to a tap
  images: i32; rows: i32; columns: i32; // output pixels
  sy: i32; sx: i32;
  output: u32; // address of the first output element
  imageBytes: u32; rowBytes: u32; columnBytes: u32; // steps between output pixels
  width8: i32; // output channels (the product's columns)
  taps: i32; // how many
  tapList: u32; // (dy, dx) pairs
  packed: u32; // the right factor in panels; 0: every unit packs what it needs, see the fields at the end
  bias: u32; // or 0
  relu: i32;
  zeros: u32; // as many zero bytes as a run has
  runs: i32; // into which the taps fall: those of a run adjoin in memory
  runElements: i32; // k's to a run
  unitRows: i32; // rows of a unit of work, a multiple of 6
  right: u32; // where the right factor's runs start (one for all k's, or one to a tap)
  rightRuns: i32;
  rightStride: u32;
  rightTransposed: i32;
}

const KC = 256;

/** A run of taps under an output pixel: where it lies, the zeros if it lies outside, or a copy in its slot if it reaches over the border. */
function runAt(p: Product, image: i32, y: i32, x: i32, tap: i32, bytes: usize, slot: usize): usize {
  const list = <usize>p.tapList + (<usize>tap << 3), line = p.width * <i32>p.pixelBytes;
  const iy = y + load<i32>(list), start = (x + load<i32>(list, 4)) * <i32>p.pixelBytes;
  const low = max(0, start), high = min(line, start + <i32>bytes);
  if (<u32>iy >= <u32>p.height || high <= low) return p.zeros;
  const source = <usize>p.input + <usize>((image * p.height + iy) * p.width) * <usize>p.pixelBytes;
  if (high - low == <i32>bytes) return source + start;
  // memory.fill and memory.copy leave WebAssembly, which takes longer than this.
  for (let at = start; at < start + <i32>bytes; at += 4) {
    store<f32>(slot + (at - start), at >= low && at < high ? load<f32>(source + at) : 0);
  }
  return slot;
}

/**
 * Units begin … end - 1 of a product; unit u is row block ⌊u / groups⌋ and column group u mod groups, a group being
 * `groupPanels` panels. Scratch: 6·⌈rows/6⌉·taps + … addresses, see product.ts.
 */
export function product(description: usize, groups: i32, groupPanels: i32, begin: i32, end: i32): void {
  const p = changetype<Product>(description);
  const total = p.images * p.rows * p.columns;
  const panels = (p.width8 + 7) >> 3;
  const taps = p.runs, channels = p.runElements, perRun = p.taps / p.runs;
  const depth = taps * channels;
  const unitRows = p.unitRows;
  const outs = scratch; // unitRows output addresses
  const temporaryOuts = outs + 4 * unitRows; // 6 addresses
  const temporary = temporaryOuts + 32; // 6 × 8 floats
  const table = temporary + 192; // unitRows × taps addresses, [tile][tap][6]
  const offsets = table + <usize>(4 * unitRows * taps + 63 & ~63); // from the pixel under a row to that of each tap
  const gathered = offsets + <usize>((taps << 2) + 63 & ~63); // runs that reach over the border
  const runs = gathered + (perRun > 1 ? <usize>(unitRows * depth) << 2 : 0); // the block's runs of the right factor
  const block8 = runs + <usize>((taps << 2) + 63 & ~63); // panels of the block
  for (let i = 0; i < 6; i++) store<u32>(temporaryOuts + (<usize>i << 2), <u32>(temporary + <usize>i * 32));
  let above = 0, below = 0, before = 0, behind = 0; // how far the taps reach
  for (let tap = 0; tap < taps; tap++) {
    const list = <usize>p.tapList + (<usize>(tap * perRun) << 3), dy = load<i32>(list), dx = load<i32>(list, 4);
    store<i32>(offsets + (<usize>tap << 2), (dy * p.width + dx) * <i32>p.pixelBytes);
    above = min(above, dy);
    below = max(below, dy);
    before = min(before, dx);
    behind = max(behind, dx + perRun - 1);
  }
  let block = -1;
  for (let unit = begin; unit < end; unit++) {
    const rowBlock = unit / groups, group = unit % groups;
    const firstRow = rowBlock * unitRows, rows = min(unitRows, total - firstRow);
    const tiles = (rows + 5) / 6;
    if (rowBlock != block) {
      block = rowBlock;
      let x = firstRow % p.columns, y = firstRow / p.columns, image = y / p.rows;
      y -= image * p.rows;
      for (let i = 0; i < tiles * 6; i++) {
        store<u32>(outs + (<usize>i << 2), p.output + <u32>image * p.imageBytes + <u32>y * p.rowBytes + <u32>x * p.columnBytes);
        const tile = i / 6, lane = i % 6;
        const entry = table + <usize>(tile * taps * 6 + lane) * 4;
        const iy = y * p.sy, ix = x * p.sx;
        if (iy + above >= 0 && iy + below < p.height && ix + before >= 0 && ix + behind < p.width) {
          const under = <i32>p.input + ((image * p.height + iy) * p.width + ix) * <i32>p.pixelBytes;
          for (let tap = 0; tap < taps; tap++) {
            store<i32>(entry + <usize>tap * 24, under + load<i32>(offsets + (<usize>tap << 2)));
          }
        } else {
          const slots = gathered + (<usize>(i * depth) << 2), bytes = <usize>channels << 2;
          for (let tap = 0; tap < taps; tap++) {
            store<u32>(entry + <usize>tap * 24, <u32>runAt(p, image, iy, ix, tap * perRun, bytes, slots + <usize>tap * bytes));
          }
        }
        // Rows past the end repeat the last one; their results are not stored.
        if (i + 1 < rows && ++x == p.columns) {
          x = 0;
          if (++y == p.rows) {
            y = 0;
            image++;
          }
        }
      }
    }
    const firstPanel = group * groupPanels, lastPanel = min(panels, firstPanel + groupPanels);
    // The k's go in blocks that fit the first-level cache: whole taps while they are short, parts of one when long.
    const stepTaps = channels >= KC ? 1 : max(1, KC / channels);
    for (let tap = 0; tap < taps; tap += stepTaps) {
      const count = min(stepTaps, taps - tap);
      for (let c = 0; c < channels; c += KC) {
        const length = channels < KC ? channels : min(KC, channels - c);
        const done = tap * channels + c; // k's before this block
        let flags = 0;
        if (done == 0) flags |= p.bias ? BIAS : FIRST;
        if (tap + count == taps && c + length == channels && p.relu) flags |= RELU;
        const rowsOfBlock = count * length;
        if (p.packed == 0) {
          packBlock(p, firstPanel, lastPanel, tap, count, c, length, done, runs, block8);
        }
        for (let panel = firstPanel; panel < lastPanel; panel++) {
          const b = p.packed == 0
            ? block8 + <usize>(panel - firstPanel) * <usize>rowsOfBlock * 32
            : <usize>p.packed + (<usize>panel * <usize>depth + <usize>done) * 32;
          const bias = <usize>p.bias + <usize>panel * 32;
          const width = min(8, p.width8 - panel * 8);
          for (let tile = 0; tile < tiles; tile++) {
            const addresses = table + <usize>(tile * taps + tap) * 24;
            const to = outs + <usize>tile * 24;
            const height = min(6, rows - tile * 6);
            if (width == 8 && height == 6) {
              tileRows(addresses, count, <usize>c << 2, length, b, to, <usize>panel * 32, flags, bias);
            } else {
              if (done != 0) copyTile(to, <usize>panel * 32, temporary, height, width, false);
              tileRows(addresses, count, <usize>c << 2, length, b, temporaryOuts, 0, flags, bias);
              copyTile(to, <usize>panel * 32, temporary, height, width, true);
            }
          }
        }
      }
    }
  }
}

/** Packs one block of k's of a unit's panels: for products of so few rows that every panel is met once. */
function packBlock(
  p: Product, firstPanel: i32, lastPanel: i32, tap: i32, count: i32, c: i32, length: i32, done: i32, runs: usize, to: usize,
): void {
  const column: usize = p.rightTransposed ? p.rightStride : 4, row: usize = p.rightTransposed ? 4 : p.rightStride;
  const shift = <usize>(firstPanel * 8) * column;
  const columns = min(p.width8, lastPanel * 8) - firstPanel * 8, panels = lastPanel - firstPanel;
  let n = count, rows = length;
  if (p.rightRuns == 1) {
    n = 1;
    rows = count * length;
    store<u32>(runs, load<u32>(p.right) + <u32>(shift + <usize>done * row));
  } else {
    for (let i = 0; i < count; i++) {
      store<u32>(runs + (<usize>i << 2), load<u32>(p.right + (<usize>(tap + i) << 2)) + <u32>(shift + <usize>c * row));
    }
  }
  if (p.rightTransposed) packColumns(runs, n, rows, columns, p.rightStride, to, 0, panels);
  else packRows(runs, n, rows, columns, p.rightStride, to, 0, panels);
}

/** Moves the valid part of an edge tile between the output and the 6 × 8 temporary. */
export function copyTile(outs: usize, column: usize, temporary: usize, height: i32, width: i32, store_: bool): void {
  for (let i = 0; i < height; i++) {
    const out = <usize>load<u32>(outs + (<usize>i << 2)) + column, row = temporary + <usize>i * 32;
    const from = store_ ? row : out, to = store_ ? out : row;
    // memory.copy leaves WebAssembly, which takes as long as the tile.
    let n = 0;
    for (; n + 4 <= width; n += 4) v128.store(to + (<usize>n << 2), v128.load(from + (<usize>n << 2)));
    for (; n < width; n++) store<f32>(to + (<usize>n << 2), load<f32>(from + (<usize>n << 2)));
  }
}

/**
 * The transposed product: out[m, n] = Σ over pixels of left[pixel, m] · right[pixel, n], where m runs over the
 * product's k's (tap, channel). Units begin … end - 1 are blocks of `unitTiles` tiles of 6 m's; a run of m's
 * is cut into ⌈run / 6⌉ tiles. `output` is row-major with rowBytes to a row; `packed` is right in panels.
 */
export function productTransposed(description: usize, unitTiles: i32, begin: i32, end: i32): void {
  const p = changetype<Product>(description);
  const total = p.images * p.rows * p.columns;
  const panels = (p.width8 + 7) >> 3;
  const runTiles = (p.runElements + 5) / 6, tiles = runTiles * p.runs, perRun = p.taps / p.runs;
  const outs = scratch, temporaryOuts = outs + 32, temporary = temporaryOuts + 32, left = temporary + 192;
  for (let i = 0; i < 6; i++) store<u32>(temporaryOuts + (<usize>i << 2), <u32>(temporary + <usize>i * 32));
  const line = p.width * <i32>p.pixelBytes;
  for (let unit = begin; unit < end; unit++) {
    const firstTile = unit * unitTiles, lastTile = min(tiles, firstTile + unitTiles);
    for (let k = 0; k < total; k += KC) {
      const length = min(KC, total - k);
      for (let tile = firstTile; tile < lastTile; tile++) {
        // Left factor, packed: six m's of each pixel.
        const run = tile / runTiles, element = (tile % runTiles) * 6;
        const height = min(6, p.runElements - element);
        const list = <usize>p.tapList + (<usize>(run * perRun) << 3);
        const dy = load<i32>(list), dx = load<i32>(list, 4);
        let x = k % p.columns, rest = k / p.columns, y = rest % p.rows, image = rest / p.rows;
        let to = left + <usize>(tile - firstTile) * (KC * 24);
        const step = p.sx * <i32>p.pixelBytes;
        for (let i = 0; i < length;) {
          // The rest of a row of pixels.
          const iy = y * p.sy + dy, end = i + min(p.columns - x, length - i);
          let start = (x * p.sx + dx) * <i32>p.pixelBytes + element * 4;
          const source = <usize>p.input + <usize>((image * p.height + iy) * p.width) * <usize>p.pixelBytes;
          x += end - i;
          for (; i < end; i++) {
            if (<u32>iy >= <u32>p.height || start + 24 <= 0 || start >= line) {
              v128.store(to, i64x2.splat(0));
              store<i64>(to, 0, 16);
            } else if (start >= 0 && start + 24 <= line) {
              v128.store(to, v128.load(source + start));
              store<i64>(to, load<i64>(source + start, 16), 16);
            } else {
              for (let j = 0; j < 24; j += 4) {
                const at = start + j;
                store<f32>(to + j, at >= 0 && at < line ? load<f32>(source + at) : 0);
              }
            }
            to += 24;
            start += step;
          }
          if (x == p.columns) {
            x = 0;
            if (++y == p.rows) {
              y = 0;
              image++;
            }
          }
        }
        // Times every panel of the right factor.
        const m = run * p.runElements + element;
        for (let i = 0; i < 6; i++) store<u32>(outs + (<usize>i << 2), p.output + <u32>(m + i) * p.rowBytes);
        const a = left + <usize>(tile - firstTile) * (KC * 24);
        const flags = k == 0 ? FIRST : 0;
        for (let panel = 0; panel < panels; panel++) {
          const b = <usize>p.packed + (<usize>panel * <usize>total + <usize>k) * 32;
          const width = min(8, p.width8 - panel * 8);
          if (width == 8 && height == 6) {
            tilePanel(a, 24, length, b, outs, <usize>panel * 32, flags, 0);
          } else {
            if (k != 0) copyTile(outs, <usize>panel * 32, temporary, height, width, false);
            tilePanel(a, 24, length, b, temporaryOuts, 0, flags, 0);
            copyTile(outs, <usize>panel * 32, temporary, height, width, true);
          }
        }
      }
    }
  }
}
