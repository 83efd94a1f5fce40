/**
 * What all Vega specifications share: fonts, colours, axes, titles, legends.
 *
 * @module
 */
import { wrap } from "../../text/width.ts";
import type { Axis, Curve } from "../chart/model.ts";
import { ticks } from "../chart/numbers.ts";
import { FAINT, GRID, INK } from "../chart/palette.ts";
import { nearPoints } from "../chart/visible.ts";
import { drawnWidth } from "./metrics.ts";

/** A Vega specification, or a part of one. */
// deno-lint-ignore no-explicit-any
export type Spec = Record<string, any>;

/** A picture, and its size in pixels. */
export interface Svg {
  text: string;
  width: number;
  height: number;
}

/** DejaVu draws the PNG; whoever opens the SVG and has it not sees the next. */
export const FONT = "DejaVu Sans, Verdana, sans-serif";

/**
 * The ground of every picture. It is white, whatever surrounds it: what is legible on white stays so on a dark page, and a
 * picture cannot know the page.
 */
export function frameSpec(title: string, width: number, height: number): Spec {
  const lines = titleLines(title, width);
  return {
    width,
    height,
    padding: 10,
    background: "white",
    autosize: { type: "fit", contains: "padding" },
    config: {
      axis: {
        labelFont: FONT,
        labelFontSize: 12,
        labelColor: INK,
        titleFont: FONT,
        titleFontSize: 13,
        titleFontWeight: "normal",
        titleColor: INK,
        titlePadding: 10,
        gridColor: GRID,
        domainColor: FAINT,
        tickColor: FAINT,
        labelOverlap: true,
      },
      legend: {
        labelFont: FONT,
        labelFontSize: 12,
        labelColor: INK,
        labelLimit: 260,
        titleFont: FONT,
        titleFontSize: 12,
        titleFontWeight: "normal",
        titleColor: INK,
      },
    },
    ...lines.length === 0 ? {} : {
      title: {
        text: literal(lines),
        anchor: "start",
        font: FONT,
        fontSize: 15,
        fontWeight: "bold",
        color: INK,
        offset: 10,
        frame: "bounds",
      },
    },
  };
}

/**
 * A text, or lines of it, as Vega takes it for no more than that. What is written into an encoding becomes part of an expression, and
 * Vega's parser takes the strings "if", "toString" and a few others for names; with a letter in front, cut off again, none is one.
 */
export function literal(text: string | string[]): Spec {
  const written = (line: string) => `slice(${JSON.stringify(`·${line}`)}, 1)`;
  return { signal: Array.isArray(text) ? `[${text.map(written).join(", ")}]` : written(text) };
}

/** A title broken so that it fits above a picture; DejaVu's bold letters are about 9.5 pixels wide at this size. */
export function titleLines(title: string, width: number): string[] {
  return title === "" ? [] : wrap(title, Math.floor(width / 9.5));
}

/** The scale that puts numbers on an axis. */
export function scaleSpec(name: "x" | "y", axis: Axis): Spec {
  const range = name === "x" ? "width" : "height";
  return { name, type: axis.log ? "log" : "linear", domain: axis.range, range, zero: false, nice: false };
}

/** A labelled axis with grid lines. */
export function axisSpec(name: "x" | "y", axis: Axis, length: number, grid = true): Spec {
  const count = Math.max(3, Math.round(length / (name === "x" ? 80 : 50)));
  const spec: Spec = { scale: name, orient: name === "x" ? "bottom" : "left", grid, tickCount: count };
  if (axis.title !== "") spec.title = literal(axis.title);
  if (axis.log) {
    // Beside a number of ticks, Vega would leave out some of the values.
    delete spec.tickCount;
    spec.values = logTicks(axis.range, count);
    spec.format = spec.values.some((value: number) => value < 1e-4 || value >= 1e6) ? "~e" : "~g";
  }
  return spec;
}

/** Powers of ten, as many as there is room for; between them 2 and 5 where the axis spans little. */
function logTicks([low, high]: [number, number], count: number): number[] {
  const from = Math.ceil(Math.log10(low) - 1e-9), to = Math.floor(Math.log10(high) + 1e-9);
  if (to - from < 1) {
    const fine = [1, 2, 3, 5, 7].flatMap((n) => [from - 1, from, to + 1].map((power) => n * 10 ** power));
    const inside = [...new Set(fine)].filter((value) => value >= low && value <= high).sort((a, b) => a - b);
    return inside.length > 2 ? inside : ticks(low, high, count);
  }
  const every = Math.ceil((to - from + 1) / (count + 2));
  const powers = Array.from(
    { length: Math.floor((to - from) / every) + 1 },
    (_, i) => 10 ** (from + i * every),
  );
  if (powers.length > 3) return powers;
  return [1, 2, 5].flatMap((n) =>
    [from - 1, ...powers.map(Math.log10)].map((power) => n * 10 ** Math.round(power))
  )
    .filter((value) => value >= low && value <= high).sort((a, b) => a - b).map((v) =>
      Number(v.toPrecision(1))
    );
}

/** Shapes that tell clouds of points apart without colour. */
const SHAPES: readonly string[] = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "cross",
  "triangle-down",
];
/** How the nth curve's sample in a legend looks. */
function shapeOf({ mode }: Curve, index: number): string {
  return mode === "markers" ? SHAPES[index % SHAPES.length] : "stroke";
}

const DASHES = { solid: [1, 0], dash: [6, 4], dot: [2, 3] };

/** Scales and a legend that name curves; nothing when there is nothing to tell apart. */
export function legendSpec(curves: Curve[], width: number): { scales: Spec[]; legends: Spec[] } {
  const named = curves.filter(({ name }) => name !== "");
  if (named.length === 0 || curves.length < 2) return { scales: [], legends: [] };
  const domain = named.map(({ name }) => name);
  const ordinal = (name: string, range: unknown[]) => ({ name, type: "ordinal", domain, range });
  // The sample beside a name takes 40 pixels.
  const widest = 40 + Math.max(...domain.map((name) => drawnWidth(name, 12)));
  return {
    scales: [
      ordinal("color", named.map(({ color }) => color)),
      ordinal("shape", curves.map(shapeOf).filter((_, i) => curves[i].name !== "")),
      ordinal("dash", named.map(({ dash }) => DASHES[dash])),
    ],
    legends: [{
      stroke: "color",
      fill: "color",
      shape: "shape",
      strokeDash: "dash",
      orient: "top",
      direction: "horizontal",
      columns: Math.max(1, Math.min(domain.length, Math.floor((width - 70) / widest))),
      symbolStrokeWidth: 2.5,
      encode: {
        symbols: { update: { size: { signal: "scale('shape', datum.value) === 'stroke' ? 200 : 70" } } },
      },
      columnPadding: 18,
      offset: 8,
    }],
  };
}

/** How much room a point takes, in square pixels: many make a cloud, a few must not drown in the curves beside them. */
export function pointSize(mode: Curve["mode"], points: number): number {
  if (points > 200) return 20;
  return mode === "markers" && points <= 12 ? 100 : 44;
}

/** Data and marks of curves and points. */
export function curveMarks(
  curves: Curve[],
  { x, y, halo = false }: { x: Axis; y: Axis; halo?: boolean },
): { data: Spec[]; marks: Spec[] } {
  const data = curves.flatMap((curve, i) => {
    const { line, marks } = nearPoints(curve, x, y);
    return [{ name: `curve${i}`, values: line }, { name: `points${i}`, values: marks }];
  });
  const marks = curves.flatMap(({ mode, dash, color, x }, i) => {
    const place = { x: { scale: "x", field: "x" }, y: { scale: "y", field: "y" } };
    const line = (stroke: string, strokeWidth: number) => ({
      type: "line",
      clip: true,
      from: { data: `curve${i}` },
      encode: {
        enter: {
          ...place,
          defined: { signal: "!datum.isGap" },
          stroke: { value: stroke },
          strokeWidth: { value: strokeWidth },
          strokeDash: { value: DASHES[dash] },
          strokeJoin: { value: "round" },
        },
      },
    });
    const size = pointSize(mode, x.length);
    const points = {
      type: "symbol",
      clip: true,
      from: { data: `points${i}` },
      encode: {
        enter: {
          ...place,
          shape: { value: mode === "markers" ? SHAPES[i % SHAPES.length] : "circle" },
          size: { value: size },
          fill: { value: color },
          fillOpacity: { value: size < 44 ? 0.6 : 0.9 },
          stroke: { value: "white" },
          strokeWidth: { value: halo ? 1 : 0.6 },
        },
      },
    };
    return [
      ...mode !== "markers" && halo ? [line("white", 4)] : [],
      ...mode !== "markers" ? [line(color, 2)] : [],
      ...mode !== "lines" ? [points] : [],
    ];
  });
  return { data, marks };
}
