/**
 * Bytes of a file as tensors: read by ranges into the device's memory, whatever lies between them left out.
 *
 * @module
 */
import { currentDevice, type Device } from "../device/mod.ts";
import { sizeOf, stepsOf } from "../device/shape.ts";
import type { Values } from "../device/storage.ts";
import { made } from "../tensor/values.ts";
import { Tensor } from "../tensor/tensor.ts";
import { describe } from "../text/arguments.ts";
import { elementAt, type Kind, KINDS, swapBytes } from "./kinds.ts";
import type { Source } from "./source.ts";

/** Where the numbers of a tensor stand in a file. */
export interface Layout {
  /** What the file calls it. */
  name: string;
  kind: Kind;
  shape: readonly number[];
  /** How many elements neighbours along each dimension are apart; null: row-major, without gaps. */
  strides: readonly number[] | null;
  /** Where its first element is, in bytes. */
  offset: number;
  /** Whether the elements' bytes stand in big-endian order. */
  bigEndian: boolean;
}

/** So many bytes are read at once where they cannot be read to where they belong. */
const CHUNK = 2 ** 20;
/** What lies between neighbours is read with them, and left out, unless it is more than so many bytes. */
const FAR = 2 ** 12;
/** More dimensions than NumPy's and PyTorch's tensors have. */
export const MOST_DIMS = 64;

/**
 * How many elements a shape out of a file holds.
 *
 * @returns Null if they cannot be counted, or there are too many dimensions: no file holds so much.
 */
export function countOf(shape: readonly number[]): number | null {
  if (shape.length > MOST_DIMS) return null;
  let count = 1;
  for (const size of shape) {
    count *= size;
    // Asked at every step: a zero at the end would hide what came before.
    if (!Number.isSafeInteger(8 * count)) return null;
  }
  return count;
}

/**
 * The tensors of a file. Either all are read, or none is left behind.
 *
 * @throws {FileFormatError} if a number does not fit the dtype that its kind becomes.
 * @throws {RangeError} if the device has no room.
 */
export function loadAll(source: Source, layouts: readonly Layout[], device = currentDevice()): Tensor[] {
  const tensors: Tensor[] = [];
  try {
    for (const layout of layouts) tensors.push(loadTensor(source, layout, device));
    return tensors;
  } catch (error) {
    for (const { value } of tensors) value.buffer.free(`as ${source.caller}() failed`);
    throw error;
  }
}

/** Reads one tensor. Its layout was checked: all of it is inside the file. */
function loadTensor(source: Source, layout: Layout, device: Device): Tensor {
  const { shape, kind } = layout;
  const { order, strides } = memoryOrder(layout);
  const sizes = order.map((d) => shape[d]);
  const make = () =>
    device.make(sizes, KINDS[kind].dtype, (values) => {
      if (values.length === 0) return;
      const steps = stepsOf(sizes);
      if (strides.every((stride, i) => stride === steps[i])) readDense(source, layout, values);
      else readStrided(source, layout, sizes, strides, values);
    });
  const tensor = new Tensor(made(source.caller, device, make));
  if (order.every((d, i) => d === i)) return tensor;
  const logical = tensor.permute(...order.map((_, d) => order.indexOf(d)));
  tensor.value.buffer.free("when its dimensions were put in order");
  return logical;
}

/**
 * The dimensions as they lie in the file, that of the largest stride first: read in this order, a transposed matrix is
 * read from front to back. Devices know of transposed arrays, so that nothing has to be moved.
 */
function memoryOrder({ shape, strides }: Layout): { order: number[]; strides: number[] } {
  const dims = shape.map((_, d) => d);
  if (strides === null || sizeOf(shape) === 0) return { order: dims, strides: stepsOf(shape) };
  const steps = [...strides];
  // One element has no neighbour, and its stride no meaning: it stays where it is.
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] === 1) steps[d] = d === shape.length - 1 ? 1 : steps[d + 1] * shape[d + 1];
  }
  const order = dims.sort((a, b) => steps[b] - steps[a]);
  return { order, strides: order.map((d) => steps[d]) };
}

/** Reads elements that lie one after the other. */
function readDense(source: Source, layout: Layout, values: Values): void {
  const { kind, offset, bigEndian } = layout, { bytes } = KINDS[kind];
  if ((kind === "F32" || kind === "I32") && !bigEndian) {
    source.read(new Uint8Array(values.buffer, values.byteOffset, 4 * values.length), offset);
    return;
  }
  const chunk = new Uint8Array(Math.min(CHUNK, bytes * values.length));
  for (let at = 0; at < values.length; at += CHUNK / bytes) {
    const part = chunk.subarray(0, Math.min(CHUNK, bytes * (values.length - at)));
    source.read(part, offset + bytes * at);
    decode(source, layout, part, values.subarray(at, at + part.length / bytes));
  }
}

/** Reads elements with gaps between them, or elements that stand for several. A window moves over the file. */
function readStrided(
  source: Source,
  layout: Layout,
  sizes: readonly number[],
  strides: readonly number[],
  values: Values,
): void {
  const { bytes } = KINDS[layout.kind], inner = sizes.length - 1;
  const reach = (far: number) =>
    bytes *
    sizes.reduce((last, size, d) => bytes * strides[d] > far ? last : last + (size - 1) * strides[d], 1);
  const end = layout.offset + reach(Infinity), wide = Math.min(CHUNK, reach(FAR));
  const window = new Uint8Array(wide), chunk = new Uint8Array(Math.min(CHUNK, bytes * values.length));
  const place = sizes.map(() => 0);
  let from = Infinity, position = layout.offset, filled = 0, done = 0;
  for (let i = 0; i < values.length; i++) {
    if (position < from || position + bytes > from + wide) {
      // Near the end the window looks back, so that it is always full.
      from = Math.min(position, end - wide);
      source.read(window, from);
    }
    for (let b = 0; b < bytes; b++) chunk[filled++] = window[position - from + b];
    if (filled === chunk.length || i === values.length - 1) {
      decode(source, layout, chunk.subarray(0, filled), values.subarray(done, i + 1));
      done = i + 1;
      filled = 0;
    }
    for (let d = inner; d >= 0; d--) {
      position += bytes * strides[d];
      if (++place[d] < sizes[d]) break;
      position -= bytes * strides[d] * sizes[d];
      place[d] = 0;
    }
  }
}

function decode(
  source: Source,
  { name, kind, bigEndian }: Layout,
  from: Uint8Array<ArrayBuffer>,
  into: Values,
): void {
  const { bytes, dtype, decode } = KINDS[kind];
  if (bigEndian) swapBytes(from, bytes);
  const unfit = decode(from, into);
  if (unfit < 0) return;
  throw source.fault(
    `holds ${elementAt(kind, from, unfit)} in ${describe(name)}, which no ${dtype} can hold`,
  );
}
