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
      margin: { l: 60, r: 20, t: model.title === "" ? 30 : 70, b: 50 },
      ...layout,
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
    title: { text: plotlyText(title) },
    type: log ? "log" : "linear",
    range: log ? range.map(Math.log10) : range,
    gridcolor: GRID,
    zeroline: false,
    automargin: true,
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
  const at = edges === null ? names.map(plotlyText) : edges.slice(1).map((edge, i) => (edge + edges[i]) / 2);
  const data = groups.map(({ name, values, color }) => ({
    type: "bar",
    name: plotlyText(name),
    showlegend: name !== "",
    x: at,
    y: values,
    marker: { color, opacity: edges !== null && groups.length > 1 ? 0.6 : 1 },
    ...edges === null ? {} : {
      width: edges.slice(1).map((edge, i) => edge - edges[i]),
      customdata: names,
      hovertemplate: "%{customdata}: %{y}",
    },
  }));
  const xaxis = edges === null
    ? { title: { text: plotlyText(x.title) }, type: "category", automargin: true }
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

/** Equally spaced colours, as Plotly writes them. */
function colorscale(colors: readonly string[]): [number, string][] {
  return colors.map((color, i) => [i / (colors.length - 1), color]);
}

function fieldFigure(model: FieldModel) {
  const { x, y, xs, ys, z, zRange, levels, zLog, over, style } = model;
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
  const named = (labels: string[] | null, at: number[]) =>
    labels === null ? {} : { tickvals: at, ticktext: labels.map(plotlyText) };
  // Not the ranges give way to equal scales, but the room.
  const constrain = model.equal ? { constrain: "domain" } : {};
  const yRange = model.rowsDown ? [y.range[1], y.range[0]] : y.range;
  return {
    data: [{ ...trace, x: xs, y: ys, colorbar }, ...over.map(traceOf)],
    layout: {
      xaxis: { ...axisOf(x), showgrid: false, ...named(model.xLabels, xs), ...constrain },
      yaxis: {
        ...axisOf({ ...y, range: yRange as [number, number] }),
        showgrid: false,
        ...named(model.yLabels, ys),
        ...constrain,
        ...model.equal ? { scaleanchor: "x" } : {},
      },
      ...model.equal ? { height: Math.min(760, 130 + mapSize(model).height) } : {},
      ...style === "cells" ? { height: Math.min(640, 130 + 460 * z.length / z[0].length) } : {},
    },
  };
}

/** Several charts in one figure: each gets axes of its own, in a cell of the grid. */
function panelParts({ panels, columns }: PanelsModel): { data: Json[]; layout: Json } | null {
  const rows = Math.ceil(panels.length / columns);
  const data: Json[] = [], annotations: Json[] = [];
  const layout: Json = { height: 300 * rows + 60, annotations };
  const named = new Set<unknown>();
  for (const [i, panel] of panels.entries()) {
    const part = partOf(panel);
    if (part === null) return null;
    const suffix = i === 0 ? "" : String(i + 1);
    const left = (i % columns) / columns, top = 1 - Math.floor(i / columns) / rows;
    const domainX = [left + 0.14 / columns, left + 0.98 / columns];
    const domainY = [top - 0.78 / rows, top - 0.12 / rows];
    const { xaxis, yaxis, ...rest } = part.layout as { xaxis: Json; yaxis: Json } & Json;
    delete rest.height;
    Object.assign(layout, rest, {
      [`xaxis${suffix}`]: { ...xaxis, domain: domainX, anchor: `y${suffix}` },
      [`yaxis${suffix}`]: {
        ...yaxis,
        domain: domainY,
        anchor: `x${suffix}`,
        ...yaxis.scaleanchor === undefined ? {} : { scaleanchor: `x${suffix}` },
      },
    });
    for (const trace of part.data) {
      const placed: Json = { ...trace, xaxis: `x${suffix}`, yaxis: `y${suffix}` };
      if (trace.colorbar !== undefined) placed.showscale = false;
      // A name stands in the legend once, and rules all its curves.
      if (trace.name) Object.assign(placed, { legendgroup: trace.name, showlegend: !named.has(trace.name) });
      named.add(trace.name);
      data.push(placed);
    }
    if (panel.title !== "") {
      annotations.push({
        text: plotlyText(panel.title),
        x: domainX[0],
        y: domainY[1],
        xref: "paper",
        yref: "paper",
        xanchor: "left",
        yanchor: "bottom",
        showarrow: false,
        font: { size: 13 },
      });
    }
  }
  return { data, layout };
}
