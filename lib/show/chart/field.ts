/**
 * Numbers on a grid: contours and heat maps.
 *
 * @module
 */
import { axis, frame, resolveSeries } from "./curves.ts";
import type { ContourOptions, FieldOptions, HeatmapOptions } from "./describe.ts";
import type { Curve, FieldModel } from "./model.ts";
import { extent, readGrid, readList, round, ticks } from "./numbers.ts";

/** A function is looked at in so many columns and rows. */
const SAMPLES = 81;

/** Reads a landscape, or computes it where it is a function, and chooses the heights of its lines. */
export async function resolveContour(options: ContourOptions): Promise<FieldModel> {
  const { zLog = false, levels = 12 } = options;
  let xs: number[], ys: number[], z: number[][];
  if (typeof options.z === "function") {
    const height = options.z;
    xs = await samples("x", options.x, options.xRange);
    ys = await samples("y", options.y, options.yRange);
    z = ys.map((y) => xs.map((x) => Number(height(x, y))));
  } else {
    z = await readGrid(options.z, "contour: z");
    [xs, ys] = await positions("contour", options, z);
  }
  if (z.length < 2 || z[0].length < 2) {
    throw new RangeError("contour: z needs at least two rows and two columns");
  }
  const over = await overlay("contour", options, options.path === undefined ? 1 : 2);
  if (options.path !== undefined) {
    const path = { ...options.path, mode: "lines+markers" as const };
    over.unshift(await resolveSeries("contour: path", "path", path, 1, options));
  }
  const [low, high] = options.zRange ?? extent(...z);
  return {
    ...field("contour", options, xs, ys, z, over, 420),
    style: "contour",
    levels: zLog
      ? factors(low, high, z, levels)
      : ticks(low, high, levels).filter((at) => at > low && at < high),
    zLog,
    equal: options.equal ?? false,
    diverging: options.colors === "diverging",
  };
}

/** Reads a matrix. */
export async function resolveHeatmap(options: HeatmapOptions): Promise<FieldModel> {
  const z = await readGrid(options.z, "heatmap: z");
  const [xs, ys] = await positions("heatmap", options, z);
  for (
    const [labels, count, what] of [[options.xLabels, xs.length, "xLabels"], [
      options.yLabels,
      ys.length,
      "yLabels",
    ]] as const
  ) {
    if (labels === undefined || labels.length === count) continue;
    throw new RangeError(
      `heatmap: ${what} has ${labels.length} names for ${count} ${what === "xLabels" ? "columns" : "rows"}`,
    );
  }
  const [low, high] = extent(...z);
  const diverging = options.colors === undefined ? low < 0 && high > 0 : options.colors === "diverging";
  const reach = Math.max(-low, high);
  const model = field("heatmap", options, xs, ys, z, await overlay("heatmap", options), 0);
  return {
    ...model,
    style: "cells",
    zRange: options.zRange ?? (diverging ? [-reach, reach] : low === high ? [low - 1, high] : [low, high]),
    diverging,
    values: options.values ?? (xs.length <= 12 && ys.length <= 12),
    xLabels: options.xLabels ?? null,
    yLabels: options.yLabels ?? null,
    rowsDown: options.rowsDown ?? true,
    x: { ...model.x, range: options.xRange ?? outline(xs) },
    y: { ...model.y, range: options.yRange ?? outline(ys) },
  };
}

/**
 * Values with as many digits as tell. Of a large field nobody reads single values, so a thousandth of its range is enough; where
 * steps are factors, digits are counted from the first one on.
 */
function shortened(z: number[][], zLog: boolean): number[][] {
  const [low, high] = extent(...z), isLarge = z.length * (z[0]?.length ?? 0) > 1000;
  if (zLog || !isLarge || !(high > low) || !Number.isFinite(high - low)) {
    return z.map((row) => row.map(round));
  }
  const decimals = Math.min(100, Math.max(0, 3 - Math.floor(Math.log10(high - low))));
  return z.map((row) => row.map((value) => Number.isFinite(value) ? Number(value.toFixed(decimals)) : value));
}

/** From the outer edge of the first cell to that of the last. */
function outline(centres: number[]): [number, number] {
  const half = centres.length > 1 ? (centres.at(-1)! - centres[0]) / (centres.length - 1) / 2 : 0.5;
  return [centres[0] - half, centres.at(-1)! + half];
}

function field(
  what: string,
  options: Omit<FieldOptions, "z">,
  xs: number[],
  ys: number[],
  z: number[][],
  over: Curve[],
  height: number,
): FieldModel {
  if (options.xLog || options.yLog) {
    throw new TypeError(
      `${what}: its grid is even, so its axes cannot be logarithmic; give z over log x instead`,
    );
  }
  return {
    kind: "field",
    style: "contour",
    ...frame(options, height),
    x: axis(options.xTitle, false, options.xRange ?? extent(xs)),
    y: axis(options.yTitle, false, options.yRange ?? extent(ys)),
    xs: xs.map(round),
    ys: ys.map(round),
    z: shortened(z, "zLog" in options && options.zLog === true),
    zTitle: options.zTitle ?? "",
    zRange: options.zRange ?? extent(...z),
    levels: [],
    zLog: false,
    equal: false,
    diverging: false,
    values: false,
    xLabels: null,
    yLabels: null,
    rowsDown: false,
    over,
  };
}

async function overlay(what: string, options: Omit<FieldOptions, "z">, first = 1): Promise<Curve[]> {
  return await Promise.all(
    Object.entries(options.over ?? {}).map(([name, series], i) =>
      resolveSeries(`${what}: over`, name, { mode: "markers", ...series }, i + first, options)
    ),
  );
}

/** Where rows and columns are: as told, else counted. */
async function positions(
  what: string,
  options: Omit<FieldOptions, "z">,
  z: number[][],
): Promise<[number[], number[]]> {
  const place = async (name: "x" | "y", count: number) => {
    const given = options[name];
    if (given === undefined) return Array.from({ length: count }, (_, i) => i);
    const list = await readList(given, `${what}: ${name}`);
    if (list.length === 2 && count !== 2) return spread(list[0], list[1], count);
    if (list.length !== count) {
      throw new RangeError(
        `${what}: z has ${z.length} rows and ${z[0].length} columns, but ${name} has ${list.length} numbers`,
      );
    }
    return list;
  };
  return [await place("x", z[0].length), await place("y", z.length)];
}

/** Where a function is looked at. */
async function samples(name: string, given: FieldOptions["x"], range?: [number, number]): Promise<number[]> {
  const list = given === undefined ? range : await readList(given, `contour: ${name}`);
  if (list === undefined || list.length < 2) {
    throw new TypeError(`contour: z is a function, so say from where to where: ${name}: [from, to]`);
  }
  return list.length === 2 ? spread(list[0], list[1], SAMPLES) : [...list];
}

function spread(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + (to - from) * i / (count - 1));
}

/** Heights that grow by a factor, from the smallest positive one. */
function factors(low: number, high: number, z: number[][], count: number): number[] {
  const positive = extent(...z.map((row) => row.filter((value) => value > 0)));
  const from = Math.max(low, positive[0], high * 1e-6);
  return Array.from(
    { length: count },
    (_, i) => Number((from * (high / from) ** (i / count)).toPrecision(2)),
  );
}
