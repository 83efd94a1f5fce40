/**
 * Curves and points, with their numbers.
 *
 * @module
 */
import { Tensor } from "../../tensor/tensor.ts";
import { legible } from "../../text/escape.ts";
import type { AxesOptions, LineOptions, Series } from "./describe.ts";
import type { Axis, Curve, CurvesModel } from "./model.ts";
import { aired, extent, readList, round, thin } from "./numbers.ts";
import { colorOf } from "./palette.ts";

function isSeries(data: unknown): data is Series {
  return typeof data === "object" && data !== null && !(data instanceof Tensor) && "y" in data;
}

/** Reads one curve, without the points that cannot be drawn. */
export async function resolveSeries(
  what: string,
  name: string,
  { x, y, mode, dash }: Series,
  index: number,
  { xLog = false, yLog = false }: AxesOptions,
): Promise<Curve> {
  const ys = await readList(y, `${what}: y`);
  const xs = x === undefined ? ys.map((_, i) => i) : await readList(x, `${what}: x`);
  if (xs.length !== ys.length) {
    throw new RangeError(
      `${what}: ${
        name === "" ? "" : `"${legible(name)}" has `
      }${xs.length} x but ${ys.length} y; each point needs both`,
    );
  }
  const drawable = (value: number, log: boolean) => Number.isFinite(value) && (!log || value > 0);
  const kept = xs.map((_, i) => i).filter((i) => drawable(xs[i], xLog) && drawable(ys[i], yLog));
  const [thinX, thinY] = thin(kept.map((i) => xs[i]), kept.map((i) => ys[i]), xLog);
  return {
    name,
    x: thinX.map(round),
    y: thinY.map(round),
    mode: mode ?? "lines",
    dash: dash ?? "solid",
    color: colorOf(index),
  };
}

/** Reads the curves of a line or scatter chart. */
export async function resolveCurves(
  kind: "line" | "scatter",
  options: LineOptions,
): Promise<CurvesModel> {
  const named: [string, Series][] = [];
  const mode = options.mode ?? (kind === "scatter" ? "markers" : "lines");
  if (options.y !== undefined) named.push(["", { y: options.y }]);
  for (const [name, data] of Object.entries(options.series ?? {})) {
    named.push([name, isSeries(data) ? data : { y: data }]);
  }
  if (named.length === 0) throw new TypeError(`${kind}: give it y, or series by name`);
  const curves = await Promise.all(
    named.map(([name, series], i) =>
      resolveSeries(kind, name, { mode, ...series, x: series.x ?? options.x }, i, options)
    ),
  );
  const { xLog = false, yLog = false } = options;
  // A line may begin at the axis; half a point must not stand beyond it.
  const air = curves.every((curve) => curve.mode === "lines") ? 0 : 0.02;
  const extentX = extentOf(curves, "x", xLog);
  return {
    kind: "curves",
    ...frame(options, 360),
    x: axis(options.xTitle, xLog, options.xRange ?? aired(extentX, xLog, air)),
    y: axis(options.yTitle, yLog, options.yRange ?? aired(extentOf(curves, "y", yLog), yLog, 0.05)),
    curves,
  };
}

function extentOf(curves: Curve[], along: "x" | "y", log: boolean): [number, number] {
  if (curves.every((curve) => curve[along].length === 0)) return log ? [1, 10] : [0, 1];
  return extent(...curves.map((curve) => curve[along]));
}

/** An axis. */
export function axis(title = "", log: boolean, range: [number, number]): Axis {
  return { title, log, range };
}

/** What all models have. */
export function frame(options: AxesOptions, height: number) {
  return { title: options.title ?? "", width: options.width ?? 600, height: options.height ?? height };
}
