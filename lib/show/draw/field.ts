/** Contours and heat maps, for Vega. @module */
import { shortNumber } from "../../text/numbers.ts";
import type { FieldModel } from "../chart/model.ts";
import { bandColors, DIVERGING, INK, SEQUENTIAL, shade } from "../chart/palette.ts";
import { encodeImage } from "./pixels.ts";
import { axisSpec, curveMarks, FONT, frameSpec, legendSpec, literal, scaleSpec, type Spec } from "./spec.ts";

/** The specification of a landscape with lines of equal height. */
export function contourSpec(model: FieldModel): Spec {
  const { title, x, y, xs, ys, z, levels, over } = model;
  const { width, height } = model.equal ? mapSize(model) : model;
  const range = bandColors(model);
  const { data, marks } = curveMarks(over, { x, y, halo: true });
  const named = legendSpec(over, model.width);
  const cell = { x: `range('x')[1] / ${xs.length - 1}`, y: `range('y')[0] / ${ys.length - 1}` };
  const span = (list: number[], axis: [number, number]) =>
    list.at(-1)! - list[0] === 0 ? axis : [list[0], list.at(-1)!];
  return {
    ...frameSpec(title, width, height),
    ...model.equal ? { autosize: "pad" } : {},
    data: [{
      name: "levels",
      values: [{ width: xs.length, height: ys.length, values: z.flat() }],
      transform: [{ type: "isocontour", thresholds: levels }],
    }, ...data],
    scales: [
      { ...scaleSpec("x", x), domain: span(xs, x.range) },
      { ...scaleSpec("y", y), domain: span(ys, y.range) },
      // Bands are told by their number: however unlike the heights, the legend gives each the same room.
      { name: "band", type: "threshold", domain: levels.map((_, i) => i + 1), range },
      ...named.scales,
    ],
    axes: [
      { ...axisSpec("x", x, width, false), zindex: 1 },
      { ...axisSpec("y", y, height, false), zindex: 1 },
    ],
    legends: [...named.legends, {
      fill: "band",
      type: "gradient",
      gradientLength: { signal: "min(height - 30, 260)" },
      encode: {
        labels: { update: { text: { signal: `${JSON.stringify(levels.map(String))}[datum.value - 1]` } } },
      },
      ...model.zTitle === "" ? {} : { title: literal(model.zTitle) },
    }],
    marks: [
      {
        type: "group",
        clip: true,
        encode: {
          enter: { width: { signal: "width" }, height: { signal: "height" }, fill: { value: range[0] } },
        },
        marks: [{
          type: "path",
          from: { data: "levels" },
          encode: {
            enter: {
              // A grid's numbers stand in the middle of its cells: half a cell lies beyond the first and the last.
              x: { signal: `-0.5 * ${cell.x}` },
              y: { signal: `height + 0.5 * ${cell.y}` },
              scaleX: { signal: cell.x },
              scaleY: { signal: `-${cell.y}` },
              fill: { signal: `scale('band', indexof(${JSON.stringify(levels)}, datum.contour.value) + 1)` },
              stroke: { value: "white" },
              strokeWidth: { signal: `0.8 / sqrt(${cell.x} * ${cell.y})` },
            },
          },
          transform: [{ type: "geopath", field: "datum.contour" }],
        }],
      },
      ...marks,
    ],
  };
}

/** The room between the axes where a unit is as long along both. */
export function mapSize({ width, xs, ys }: FieldModel): { width: number; height: number } {
  const across = Math.max(120, width - 140);
  return { width: across, height: Math.round(across * (ys.at(-1)! - ys[0]) / (xs.at(-1)! - xs[0])) };
}

/** The specification of a matrix of coloured cells. */
export async function cellsSpec(model: FieldModel): Promise<Spec> {
  const { title, x, y, z, zRange, rowsDown, over } = model;
  const ramp = model.diverging ? DIVERGING : SEQUENTIAL;
  const size = cellsSize(model);
  const colorOf = (value: number) => shade(ramp, (value - zRange[0]) / (zRange[1] - zRange[0] || 1));
  const rows = z.length, columns = z[0].length;
  const pixels = new Uint8Array(3 * rows * columns);
  z.forEach((row, i) =>
    row.forEach((value, j) => {
      const at = (rowsDown ? i : rows - 1 - i) * columns + j;
      pixels.set(Number.isFinite(value) ? colorOf(value) : [255, 255, 255], 3 * at);
    })
  );
  const url = await encodeImage({ pixels, width: columns, height: rows }, size.width);
  const { data, marks } = curveMarks(over, { x, y, halo: true });
  const named = legendSpec(over, size.width + 70);
  const texts = !model.values ? [] : z.flatMap((row, i) =>
    row.map((value, j) => {
      const [r, g, b] = colorOf(value);
      const ink = 0.299 * r + 0.587 * g + 0.114 * b > 128 ? INK : "white";
      return { x: model.xs[j], y: model.ys[i], text: shortNumber(value, { digits: 3 }), ink };
    })
  );
  const fontSize = Math.max(8, Math.min(13, size.width / columns / 4));
  const yAxis = { ...scaleSpec("y", y), domain: rowsDown ? [y.range[1], y.range[0]] : y.range };
  // Names come from a scale: data, and never a part of an expression.
  const names = (axis: "x" | "y", labels: string[] | null, at: number[]) =>
    labels === null ? {} : {
      values: at,
      encode: { labels: { update: { text: { signal: `scale('${axis}Names', datum.value)` } } } },
    };
  const nameScale = (axis: "x" | "y", labels: string[] | null, domain: number[]) =>
    labels === null ? [] : [{ name: `${axis}Names`, type: "ordinal", domain, range: labels }];
  return {
    ...frameSpec(title, size.width, size.height),
    autosize: "pad",
    data: [{ name: "texts", values: texts }, ...data],
    scales: [
      scaleSpec("x", x),
      yAxis,
      {
        name: "ramp",
        type: "linear",
        domain: ends(zRange, ramp.length),
        range: ramp,
      },
      ...nameScale("x", model.xLabels, model.xs),
      ...nameScale("y", model.yLabels, model.ys),
      ...named.scales,
    ],
    axes: [
      {
        ...axisSpec("x", x, size.width, false),
        ...whole(model.xs, size.width / 40),
        ...names("x", model.xLabels, model.xs),
      },
      {
        ...axisSpec("y", y, size.height, false),
        ...whole(model.ys, size.height / 25),
        ...names("y", model.yLabels, model.ys),
      },
    ],
    legends: [...named.legends, {
      fill: "ramp",
      type: "gradient",
      gradientLength: { signal: "max(60, min(height - 30, 220))" },
      tickCount: 4,
      ...model.zTitle === "" ? {} : { title: literal(model.zTitle) },
    }],
    marks: [
      {
        type: "image",
        encode: {
          enter: {
            url: { value: url },
            width: { signal: "width" },
            height: { signal: "height" },
            aspect: { value: false },
            smooth: { value: false },
          },
        },
      },
      {
        type: "text",
        from: { data: "texts" },
        encode: {
          enter: {
            x: { scale: "x", field: "x" },
            y: { scale: "y", field: "y" },
            text: { field: "text" },
            fill: { field: "ink" },
            align: { value: "center" },
            baseline: { value: "middle" },
            font: { value: FONT },
            fontSize: { value: fontSize },
          },
        },
      },
      ...marks,
    ],
  };
}

/** Square cells, as large as the width allows; a height that was asked for counts. */
function cellsSize({ z, width, height }: FieldModel): { width: number; height: number } {
  const room = Math.max(120, width - 140);
  if (height > 0) return { width: room, height: Math.max(60, height - 90) };
  const cell = Math.min(room / z[0].length, 520 / z.length, 60);
  // Half a pixel is a whole one of the PNG: edges of cells stay sharp.
  const even = cell > 2 ? Math.floor(cell * 2) / 2 : cell;
  return { width: even * z[0].length, height: Math.max(8, even * z.length) };
}

/** Cells that are only counted get whole numbers. */
function whole(at: number[], room: number): Spec {
  if (!at.every(Number.isInteger)) return {};
  const every = Math.max(1, Math.ceil(at.length / room));
  return { tickCount: undefined, values: at.filter((_, i) => i % every === 0), format: "d" };
}

/** Where each colour of a ramp belongs. */
function ends([low, high]: [number, number], count: number): number[] {
  return Array.from({ length: count }, (_, i) => low + (high - low) * i / (count - 1));
}
