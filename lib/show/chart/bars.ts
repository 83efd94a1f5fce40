/**
 * Bars: of named things, or of values sorted into bins.
 *
 * @module
 */
import { axis, frame } from "./curves.ts";
import type { AxesOptions, BarOptions, HistogramOptions } from "./describe.ts";
import type { BarsModel } from "./model.ts";
import { aired, extent, read, readList, round, ticks } from "./numbers.ts";
import { colorOf } from "./palette.ts";

/** Reads the bars of named things. */
export async function resolveBars(options: BarOptions): Promise<BarsModel> {
  const named = Object.entries(options.series ?? {});
  if (options.y !== undefined) named.unshift(["", options.y]);
  if (named.length === 0) throw new TypeError("bar: give it y, or series by name");
  const names = options.x.map(String);
  const groups = await Promise.all(named.map(async ([name, data], i) => {
    const values = await readList(data, "bar: y");
    if (values.length !== names.length) {
      throw new RangeError(`bar: there are ${names.length} names but ${values.length} numbers`);
    }
    return { name, values: values.map(round), color: colorOf(i) };
  }));
  return bars("bar", options, names, null, groups);
}

/** Sorts values into bins. */
export async function resolveHistogram(options: HistogramOptions): Promise<BarsModel> {
  const named = Object.entries(options.series ?? {});
  if (options.x !== undefined) named.unshift(["", options.x]);
  if (named.length === 0) throw new TypeError("histogram: give it x, or series by name");
  const lists = await Promise.all(
    named.map(async ([, data]) => Array.from((await read(data, "histogram: x")).values)),
  );
  const { xLog = false, bins = 40 } = options;
  const inside = lists.map((list) => list.filter((value) => Number.isFinite(value) && (!xLog || value > 0)));
  let [low, high] = options.xRange ?? extent(...inside);
  if (low === high) [low, high] = aired([low, high], xLog);
  const [from, to] = xLog ? [Math.log10(low), Math.log10(high)] : [low, high];
  const step = Number(((to - from) / bins).toPrecision(2)) || (to - from) / bins;
  const first = Math.floor(from / step + 1e-9), last = Math.ceil(to / step - 1e-9);
  const edges = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
    .map((edge) => round(xLog ? 10 ** edge : edge));
  const groups = inside.map((list, i) => {
    const values = new Array<number>(edges.length - 1).fill(0);
    for (const value of list) {
      if (value < low || value > high) continue;
      const at = Math.floor((xLog ? Math.log10(value) : value) / step - first);
      values[Math.min(values.length - 1, Math.max(0, at))]++;
    }
    if (options.normalize) values.forEach((count, j) => values[j] = round(count / (list.length || 1)));
    return { name: named[i][0], values, color: colorOf(i) };
  });
  const names = edges.slice(1).map((edge, i) => `${edges[i]} … ${edge}`);
  const yTitle = options.yTitle ?? (options.normalize ? "share" : "count");
  return bars("histogram", { ...options, yTitle, xRange: [edges[0], edges.at(-1)!] }, names, edges, groups);
}

function bars(
  what: string,
  options: AxesOptions,
  names: string[],
  edges: number[] | null,
  groups: BarsModel["groups"],
): BarsModel {
  if (names.length === 0) throw new RangeError(`${what}: there is nothing to draw`);
  const { yLog = false } = options;
  const heights = groups.flatMap(({ values }) => values);
  const positive = heights.filter((value) => value > 0);
  let range = options.yRange;
  if (range === undefined && yLog) {
    const [low, high] = extent(positive.length > 0 ? positive : [1]);
    range = [low / 10, high * 2];
  } else if (range === undefined) {
    const [low, high] = extent([0, ...heights]);
    range = low === high ? [0, 1] : aired([low, high], false, 0.05);
    if (low === 0) range[0] = 0;
    if (high === 0) range[1] = 0;
    // A round number on top, if one is near, ends the axis well.
    const top = ticks(range[0], range[1], 5).at(-1)!;
    if (high > 0 && top >= high) range[1] = top;
  }
  return {
    kind: "bars",
    ...frame(options, 320),
    x: axis(options.xTitle, (options.xLog ?? false) && edges !== null, options.xRange ?? [0, names.length]),
    y: axis(options.yTitle, yLog, range),
    edges,
    names,
    groups,
  };
}
