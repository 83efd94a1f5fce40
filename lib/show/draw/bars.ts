/** Bars, for Vega. @module */
import type { BarsModel } from "../chart/model.ts";
import { drawnWidth } from "./metrics.ts";
import { axisSpec, frameSpec, legendSpec, literal, scaleSpec, type Spec } from "./spec.ts";

/** The specification of a bar chart, or of a histogram. */
export function barsSpec(model: BarsModel): Spec {
  const { title, width, height, x, y, groups, edges } = model;
  const curves = groups.map(({ name, color }) => (
    { name, color, mode: "markers" as const, dash: "solid" as const, x: [], y: [] }
  ));
  const { scales, legends } = legendSpec(curves, width);
  for (const scale of scales) if (scale.name === "shape") scale.range = ["square"];
  return {
    ...frameSpec(title, width, height),
    ...edges === null ? named(model) : binned(model),
    scales: [
      edges === null
        ? { name: "x", type: "band", domain: model.names.map((_, i) => i), range: "width", padding: 0.2 }
        : scaleSpec("x", x),
      // Bars are told by their number: two may have the same name.
      { name: "names", type: "ordinal", domain: model.names.map((_, i) => i), range: model.names },
      scaleSpec("y", y),
      ...scales,
    ],
    axes: [
      edges === null ? nameAxis(model) : axisSpec("x", x, width, false),
      { ...axisSpec("y", y, height), zindex: 0 },
    ],
    legends,
  };
}

/** Names below bars: turned where they would touch. */
function nameAxis({ names, x, width }: BarsModel): Spec {
  const room = (width - 80) / names.length;
  const turned = Math.max(...names.map((name) => drawnWidth(name, 12))) + 6 > room;
  return {
    scale: "x",
    orient: "bottom",
    ticks: false,
    labelPadding: 6,
    // Turned ones are told apart where only the boxes around them touch.
    labelOverlap: turned && room < 14,
    encode: { labels: { update: { text: { signal: "scale('names', datum.value)" } } } },
    ...x.title === "" ? {} : { title: literal(x.title) },
    ...turned ? { labelAngle: -40, labelAlign: "right", labelBaseline: "middle" } : {},
  };
}

const base = { scale: "y", signal: "domain('y')[0] > 0 ? domain('y')[0] : 0" };

function named({ groups }: BarsModel): Spec {
  const values = groups.flatMap(({ values, color }, group) =>
    values.map((value, i) => ({ index: i, value, color, group }))
  );
  return {
    data: [{ name: "bars", values }],
    marks: [{
      type: "rect",
      clip: true,
      from: { data: "bars" },
      encode: {
        enter: {
          x: {
            scale: "x",
            field: "index",
            offset: { signal: `datum.group * bandwidth('x') / ${groups.length}` },
          },
          width: { signal: `max(1, bandwidth('x') / ${groups.length} - ${groups.length > 1 ? 1 : 0})` },
          y: { scale: "y", field: "value" },
          y2: base,
          fill: { field: "color" },
        },
      },
    }],
  };
}

function binned({ edges, groups }: BarsModel): Spec {
  const single = groups.length === 1;
  const data = groups.map(({ values, color }, group) => ({
    name: `bins${group}`,
    values: values.map((value, i) => ({ from: edges![i], to: edges![i + 1], value, color })),
  }));
  // Where sets overlap, outlines show both.
  const outlines = groups.map(({ values }, group) => ({
    name: `outline${group}`,
    values: [0, ...values, 0].flatMap((value, i) =>
      [edges![i - 1], edges![i]].filter((edge) => edge !== undefined).map((edge) => ({ edge, value }))
    ),
  }));
  return {
    data: [...data, ...outlines],
    marks: groups.flatMap(({ color }, group) => [
      {
        type: "rect",
        clip: true,
        from: { data: `bins${group}` },
        encode: {
          enter: {
            x: { scale: "x", field: "from", offset: single ? 0.5 : 0 },
            x2: { scale: "x", field: "to" },
            y: { scale: "y", field: "value" },
            y2: base,
            fill: { value: color },
            fillOpacity: { value: single ? 1 : 0.25 },
          },
        },
      },
      ...single ? [] : [{
        type: "line",
        clip: true,
        from: { data: `outline${group}` },
        encode: {
          enter: {
            x: { scale: "x", field: "edge" },
            y: { scale: "y", signal: "max(datum.value, domain('y')[0])" },
            stroke: { value: color },
            strokeWidth: { value: 1.8 },
          },
        },
      }],
    ]),
  };
}
