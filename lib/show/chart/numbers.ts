/**
 * Reads the numbers of a chart, wherever they are, and thins out what is finer than a picture.
 *
 * @module
 */
import { sameShape, text } from "../../device/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { describe } from "../../text/arguments.ts";
import type { ChartData } from "./describe.ts";

/** Numbers in row-major order. */
export interface Read {
  values: ArrayLike<number>;
  shape: number[];
}

/**
 * Reads a tensor or a nested array.
 *
 * @param data What to read.
 * @param what Its name in an error: "line: y".
 * @throws {TypeError} if it is neither, or ragged.
 */
export async function read(data: ChartData, what: string): Promise<Read> {
  if (data instanceof Tensor) return { values: await data.data(), shape: data.shape };
  if (data === null || typeof data !== "object" || typeof data.length !== "number") {
    throw new TypeError(`${what} must be a tensor or an array of numbers, not ${describe(data)}`);
  }
  const list = data as ArrayLike<unknown>;
  const first = list[0];
  if (typeof first !== "object" || first === null) {
    for (let i = 0; i < list.length; i++) {
      if (typeof list[i] === "number" || typeof list[i] === "boolean") continue;
      throw new TypeError(`${what} must hold numbers only; entry ${i} is ${describe(list[i])}`);
    }
    return { values: list as ArrayLike<number>, shape: [list.length] };
  }
  const rows = await Promise.all(Array.from(list, (row, i) => read(row as ChartData, `${what}[${i}]`)));
  const { shape } = rows[0];
  const odd = rows.findIndex((row) => !sameShape(row.shape, shape));
  if (odd >= 0) {
    throw new RangeError(
      `${what} is ragged: entry 0 has shape ${text(shape)}, entry ${odd} has ${text(rows[odd].shape)}`,
    );
  }
  return { values: rows.flatMap(({ values }) => Array.from(values)), shape: [rows.length, ...shape] };
}

/** As {@linkcode read}, of what is a list of numbers; dimensions of size 1 do not count. */
export async function readList(data: ChartData, what: string): Promise<number[]> {
  const { values, shape } = await read(data, what);
  if (shape.filter((size) => size !== 1).length > 1) {
    throw new RangeError(`${what} must be a list of numbers, not of shape ${text(shape)}`);
  }
  return Array.from(values, Number);
}

/** As {@linkcode read}, of what is a grid: rows of numbers. Leading dimensions of size 1 do not count. */
export async function readGrid(data: ChartData, what: string): Promise<number[][]> {
  const { values, shape } = await read(data, what);
  const size = shape.slice();
  while (size.length > 2 && size[0] === 1) size.shift();
  if (size.length !== 2 || size[0] * size[1] === 0) {
    throw new RangeError(`${what} must be a grid of rows and columns, not of shape ${text(shape)}`);
  }
  const [rows, columns] = size;
  return Array.from(
    { length: rows },
    (_, i) => Array.from({ length: columns }, (_, j) => Number(values[i * columns + j])),
  );
}

/** So many buckets from left to right keep their extremes; a picture of 600 pixels shows no more. */
const BUCKETS = 500;

/**
 * Thins out a curve that has more points than a picture can show: of each bucket along x stay the first, the lowest, the highest and the
 * last point. What is drawn looks the same. Walks that turn back in x stay as they are.
 */
export function thin(x: number[], y: number[], log: boolean): [number[], number[]] {
  if (x.length <= 4 * BUCKETS || x.some((value, i) => i > 0 && !(value >= x[i - 1]))) return [x, y];
  const place = log ? Math.log : (value: number) => value;
  const from = place(x[0]), per = BUCKETS / (place(x.at(-1)!) - from || 1);
  const kept: number[] = [];
  for (let start = 0, end; start < x.length; start = end) {
    const bucket = Math.floor((place(x[start]) - from) * per);
    let low = start, high = start;
    for (end = start; end < x.length && Math.floor((place(x[end]) - from) * per) === bucket; end++) {
      if (y[end] < y[low]) low = end;
      if (y[end] > y[high]) high = end;
    }
    kept.push(...[...new Set([start, low, high, end - 1])].sort((a, b) => a - b));
  }
  return [kept.map((i) => x[i]), kept.map((i) => y[i])];
}

/** Smallest and largest of the finite numbers; [0, 1] if there is none. */
export function extent(...lists: ArrayLike<number>[]): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** A range with some air at both ends, and wider than a point. */
export function aired([low, high]: [number, number], log: boolean, air = 0.03): [number, number] {
  if (log) {
    const factor = low === high ? 2 : (high / low) ** air;
    return [low / factor, high * factor];
  }
  const margin = low === high ? Math.max(Math.abs(low) * 0.1, 0.5) : (high - low) * air;
  return [low - margin, high + margin];
}

/** About so many round numbers between two others. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough * 0.75)!;
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => round((first + i) * step));
}

/** Without the last digits, which are noise of float32 and make files long. */
export function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : value;
}
