/**
 * The same charts as figures for Plotly, which answer to the mouse.
 *
 * @module
 */
import { plotlyText } from "../../text/escape.ts";
import type { Axis, BarsModel, Curve, CurvesModel, FieldModel, Model, PanelsModel } from "../chart/model.ts";
import { bandColors, DIVERGING, GRID, INK, PALETTE, SEQUENTIAL } from "../chart/palette.ts";
import { mapSize } from "./field.ts";
import { countsSteps } from "./curves.ts";
import { pointSize } from "./spec.ts";

type Json = Record<string, unknown>;

/** What Plotly draws: traces, and how they are laid out. */
export interface Figure {
  data: Json[];
  layout: Json;
  config?: Json;
}

/** A chart as a figure; null for images, which have nothing to answer with. */
export function figureOf(model: Model): Figure | null {
  const parts = model.kind === "panels" ? panelParts(model) : partOf(model);
  if (parts === null) return null;
  const { data, layout } = parts;
  return {
    data,
    layout: {
      ...titleOf(model.title),
      width: model.width,
      height: (model.height || Number(layout.height) || 420) + (model.title === "" ? 0 : 30),
      font: { family: "DejaVu Sans, Verdana, sans-serif", size: 12, color: INK },
      paper_bgcolor: "white",
      plot_bgcolor: "white",
      colorway: PALETTE,
      legend: { orientation: "h", yanchor: "bottom", y: 1.0, x: 0 },
      ...layout,
      margin: { l: 60, r: 20, t: model.title === "" ? 30 : 70, b: 50, ...layout.margin as Json },
      meta: { title: model.title, ...layout.meta as Json },
    },
    config: { displaylogo: false, responsive: true },
  };
}

function titleOf(title: string): Json {
  return title === ""
    ? {}
    : { title: { text: plotlyText(title), x: 0.01, xanchor: "left", font: { size: 15 } } };
}

function partOf(model: Exclude<Model, PanelsModel>): { data: Json[]; layout: Json } | null {
  switch (model.kind) {
    case "curves":
      return curvesFigure(model);
    case "bars":
      return barsFigure(model);
    case "field":
      return fieldFigure(model);
    case "images":
      return null;
  }
}

function axisOf({ title, log, range }: Axis): Json {
  return {
    title: { text: plotlyText(title), standoff: 8 },
    type: log ? "log" : "linear",
    range: log ? range.map(Math.log10) : range,
    gridcolor: GRID,
    zeroline: false,
    automargin: true,
    ticklabelstandoff: 4,
    ...log ? { exponentformat: "power" } : {},
  };
}

function traceOf({ name, x, y, mode, dash, color }: Curve): Json {
  return {
    type: "scatter",
    name: plotlyText(name),
    showlegend: name !== "",
    x,
    y,
    mode,
    line: { color, dash, width: 2 },
    marker: {
      color,
      size: Math.round(Math.sqrt(pointSize(mode, x.length))),
      line: { color: "white", width: 1 },
    },
  };
}

function curvesFigure({ x, y, curves }: CurvesModel) {
  const [low, high] = x.range;
  // Plotly finds whole numbers by itself where there are many.
  const whole = !x.log && high - low < 10 && countsSteps(curves) ? { dtick: 1 } : {};
  return { data: curves.map(traceOf), layout: { xaxis: { ...axisOf(x), ...whole }, yaxis: axisOf(y) } };
}

function barsFigure({ x, y, edges, names, groups }: BarsModel) {
  const at = edges === null ? names.map((_, i) => i) : edges.slice(1).map((edge, i) => (edge + edges[i]) / 2);
  const data = groups.map(({ name, values, color }) => ({
    type: "bar",
    name: plotlyText(name),
    showlegend: name !== "",
    x: at,
    y: values,
    marker: { color, opacity: edges !== null && groups.length > 1 ? 0.6 : 1 },
    customdata: names.map(plotlyText),
    hovertemplate: "%{customdata}: %{y}",
    ...edges === null ? {} : { width: edges.slice(1).map((edge, i) => edge - edges[i]) },
  }));
  const xaxis = edges === null
    ? { ...axisOf({ ...x, range: [-0.5, names.length - 0.5] }), ...ticksOf(names, at), showgrid: false }
    : { ...axisOf(x), showgrid: false };
  return {
    data,
    layout: {
      xaxis,
      yaxis: axisOf(y),
      barmode: edges === null ? "group" : "overlay",
      bargap: edges === null ? 0.2 : 0,
    },
  };
}

/** Names along an axis, instead of numbers. */
function ticksOf(labels: string[] | null, at: number[]): Json {
  return labels === null ? {} : { tickvals: at, ticktext: labels.map(plotlyText) };
}

/** Equally spaced colours, as Plotly writes them. */
function colorscale(colors: readonly string[]): [number, string][] {
  return colors.map((color, i) => [i / (colors.length - 1), color]);
}

function fieldFigure(model: FieldModel) {
  const { x, y, xs, ys, z, zRange, levels, zLog, over, style } = model;
  const map = mapSize(model);
  const colorbar: Json = { title: { text: plotlyText(model.zTitle) }, thickness: 14 };
  let trace: Json;
  if (style === "contour") {
    // Plotly's levels are evenly spaced: where ours grow by a factor, it draws the logarithm.
    const place = (value: number) => zLog ? Math.log10(Math.max(value, levels[0] / 10)) : value;
    const ticks = levels.map(place);
    const colors = colorscale(bandColors(model));
    if (zLog) Object.assign(colorbar, { tickvals: ticks, ticktext: levels.map(String) });
    trace = {
      type: "contour",
      z: zLog ? z.map((row) => row.map((value) => Number(place(value).toPrecision(6)))) : z,
      colorscale: colors,
      autocontour: false,
      contours: {
        start: ticks[0],
        end: ticks.at(-1),
        size: ticks.length > 1 ? (ticks.at(-1)! - ticks[0]) / (ticks.length - 1) : 1,
      },
      line: { color: "white", width: 0.7, smoothing: 1 },
      ...zLog ? { customdata: z, hovertemplate: "x %{x}, y %{y}: %{customdata}<extra></extra>" } : {},
    };
  } else {
    trace = {
      type: "heatmap",
      z,
      zmin: zRange[0],
      zmax: zRange[1],
      colorscale: colorscale(model.diverging ? DIVERGING : SEQUENTIAL),
    };
    if (model.values) {
      Object.assign(trace, { text: z.map((row) => row.map(String)), texttemplate: "%{text}" });
    }
  }
  // Cells are squares unless a height was asked for.
  const equal = model.equal || style === "cells" && model.height === 0;
  const aspect = style === "cells" ? z.length / z[0].length : map.height / map.width;
  const cell = (axis: Axis, count: number) => (axis.range[1] - axis.range[0]) / count;
  const scaleratio = style === "cells" ? cell(x, xs.length) / cell(y, ys.length) : 1;
  // Not the ranges give way to equal scales, but the room.
  const constrain = equal ? { constrain: "domain" } : {};
  const yRange = model.rowsDown ? [y.range[1], y.range[0]] : y.range;
  return {
    data: [{ ...trace, x: xs, y: ys, colorbar }, ...over.map(traceOf)],
    layout: {
      xaxis: { ...axisOf(x), showgrid: false, ...ticksOf(model.xLabels, xs), ...constrain },
      yaxis: {
        ...axisOf({ ...y, range: yRange as [number, number] }),
        showgrid: false,
        ...ticksOf(model.yLabels, ys),
        ...constrain,
        ...equal ? { scaleanchor: "x", scaleratio } : {},
      },
      ...equal ? { height: Math.round(Math.min(760, 130 + 460 * aspect)), meta: { aspect } } : {},
    },
  };
}

/** Several charts in one figure: each gets axes of its own, in a cell of the grid. A page that is narrow puts them below each other. */
function panelParts({ panels, columns }: PanelsModel): { data: Json[]; layout: Json } | null {
  const parts = panels.map(partOf);
  if (!parts.every((part) => part !== null)) return null;
  const [wide, narrow] = [columns, 1].map((columns) => grid(parts, columns));
  const data: Json[] = [], annotations: Json[] = [], bars: (Json | null)[] = [];
  const layout: Json = {
    // The cells of the grid have room for names of axes.
    margin: { l: 10, r: 10, b: 10 },
    annotations,
    meta: { narrow: { height: narrow.height, domains: narrow.domains, colorbars: bars } },
  };
  const named = new Set<unknown>();
  for (const [i, part] of parts.entries()) {
    const suffix = suffixOf(i);
    const { xaxis, yaxis, height: _height, meta: _meta, ...rest } = part.layout as
      & Record<"xaxis" | "yaxis", Json>
      & Json;
    Object.assign(layout, rest, {
      height: wide.height,
      [`xaxis${suffix}`]: { ...xaxis, domain: wide.domains[`xaxis${suffix}`], anchor: `y${suffix}` },
      [`yaxis${suffix}`]: {
        ...yaxis,
        domain: wide.domains[`yaxis${suffix}`],
        anchor: `x${suffix}`,
        ...yaxis.scaleanchor === undefined ? {} : { scaleanchor: `x${suffix}` },
      },
    });
    for (const trace of part.data) {
      const placed: Json = { ...trace, xaxis: `x${suffix}`, yaxis: `y${suffix}` };
      const hasBar = trace.colorbar !== undefined;
      if (hasBar) placed.colorbar = { ...trace.colorbar as Json, thickness: 10, ...wide.bars[i] };
      bars.push(hasBar ? narrow.bars[i] : null);
      // A name stands in the legend once, and rules all its curves; with a space behind it, it is nothing that JavaScript knows.
      if (trace.name) {
        Object.assign(placed, { legendgroup: `${trace.name} `, showlegend: !named.has(trace.name) });
      }
      named.add(trace.name);
      data.push(placed);
    }
    annotations.push(...headingOf(panels[i].title, suffix));
  }
  return { data, layout };
}

/** Plotly's axes are called x, x2, x3, … */
function suffixOf(index: number): string {
  return index === 0 ? "" : String(index + 1);
}

/** Where panels stand: the axes' parts of the picture, and a scale of colours to the right of each that has one. */
function grid(parts: { data: Json[] }[], columns: number) {
  const rows = Math.ceil(parts.length / columns);
  const domains: Record<string, [number, number]> = {};
  const bars: Json[] = [];
  for (const [i, { data }] of parts.entries()) {
    const left = (i % columns) / columns, top = 1 - Math.floor(i / columns) / rows;
    const right = data.some(({ colorbar }) => colorbar !== undefined) ? 0.8 : 0.98;
    const [x0, x1] = [left + 0.12 / columns, left + right / columns];
    const [y0, y1] = [top - 0.78 / rows, top - 0.12 / rows];
    domains[`xaxis${suffixOf(i)}`] = [x0, x1];
    domains[`yaxis${suffixOf(i)}`] = [y0, y1];
    bars.push({ x: x1 + 0.01 / columns, xanchor: "left", y: (y0 + y1) / 2, len: y1 - y0 });
  }
  return { height: 300 * rows + 40, domains, bars };
}

/** A panel's title, above its left corner, wherever its axes are. */
function headingOf(title: string, suffix: string): Json[] {
  if (title === "") return [];
  return [{
    text: plotlyText(title),
    x: 0,
    y: 1,
    xref: `x${suffix} domain`,
    yref: `y${suffix} domain`,
    xanchor: "left",
    yanchor: "bottom",
    showarrow: false,
    font: { size: 13 },
  }];
}
