/**
 * Builders of charts: they look at what they are given; `show()` reads the data and draws.
 *
 * @module
 */
import { describe, isPlain, surplus } from "../../text/arguments.ts";
import type {
  AxesOptions,
  BarOptions,
  Chart,
  Charts,
  ContourOptions,
  FieldOptions,
  HeatmapOptions,
  HistogramOptions,
  ImageGridOptions,
  LineOptions,
  PanelsOptions,
  Series,
} from "./describe.ts";
import {
  byName,
  checkSettings,
  count,
  data,
  either,
  flag,
  group,
  names,
  pixels,
  range,
  type Setting,
  type Settings,
  text,
  word,
} from "./settings.ts";

const AXES: Settings<AxesOptions> = {
  title: text,
  xTitle: text,
  yTitle: text,
  xLog: flag,
  yLog: flag,
  xRange: range,
  yRange: range,
  width: pixels,
  height: pixels,
};

const mode = word("lines", "markers", "lines+markers");
const SERIES: Settings<Series> = { x: data, y: data, mode, dash: word("dash", "dot") };
const series = group(SERIES);

const LINE: Settings<LineOptions> = {
  ...AXES,
  x: data,
  y: data,
  series: byName(either(isPlain, series, data)),
  mode,
};

const FIELD: Settings<FieldOptions> = {
  ...AXES,
  z: data,
  x: data,
  y: data,
  zTitle: text,
  zRange: range,
  over: byName(series),
};

const isFunction = (value: unknown) => typeof value === "function";
const CONTOUR: Settings<ContourOptions> = {
  ...FIELD,
  z: either(isFunction, () => {}, data),
  path: group({ x: data, y: data }),
  zLog: flag,
  levels: count,
  colors: word("sequential", "diverging"),
  equal: flag,
};

const HEATMAP: Settings<HeatmapOptions> = {
  ...FIELD,
  colors: word("sequential", "diverging"),
  values: flag,
  xLabels: names(),
  yLabels: names(),
  rowsDown: flag,
};

const HISTOGRAM: Settings<HistogramOptions> = {
  ...AXES,
  x: data,
  series: byName(data),
  bins: count,
  normalize: flag,
};

const BAR: Settings<BarOptions> = { ...AXES, x: names(), y: data, series: byName(data) };

const IMAGE_GRID: Settings<ImageGridOptions> = {
  images: data,
  labels: names({ numbers: true }),
  title: text,
  columns: count,
  range: either(Array.isArray, range, word("all", "each")),
  colors: word("gray", "diverging"),
  width: pixels,
};

const charts: Setting = (chart, name, value) => {
  if (!Array.isArray(value)) {
    throw new TypeError(`${chart}: ${name} must be a list of charts, not ${describe(value)}`);
  }
  for (const [i, one] of value.entries()) {
    if (!isChart(one)) throw new TypeError(`${chart}: ${name}[${i}] must be a chart, not ${describe(one)}`);
    checkChart(one);
  }
};
const PANELS: Settings<PanelsOptions & { charts: unknown }> = {
  charts,
  title: text,
  columns: count,
  width: pixels,
};

/** The settings of each kind of chart, and those that must be given. */
const KINDS: Record<Chart["kind"], { settings: Settings<Record<string, unknown>>; needed?: string[] }> = {
  line: { settings: LINE },
  scatter: { settings: LINE },
  contour: { settings: CONTOUR, needed: ["z"] },
  heatmap: { settings: HEATMAP, needed: ["z"] },
  histogram: { settings: HISTOGRAM },
  bar: { settings: BAR, needed: ["x"] },
  imageGrid: { settings: IMAGE_GRID, needed: ["images"] },
  panels: { settings: PANELS, needed: ["charts"] },
};

/** Whether something is the description of a chart. */
export function isChart(x: unknown): x is Chart {
  return isPlain(x) && typeof x.kind === "string" && Object.hasOwn(KINDS, x.kind);
}

/**
 * Checks a description, which may have been written or changed by hand.
 *
 * @throws {TypeError} if a setting is missing, or of another kind or name.
 * @throws {RangeError} if one makes no sense.
 */
export function checkChart({ kind, ...options }: Chart): void {
  check(kind, options);
}

function check(kind: Chart["kind"], options: AxesOptions): void {
  const { settings, needed } = KINDS[kind];
  checkSettings(kind, options, settings, needed);
  for (const [log, range] of [["xLog", "xRange"], ["yLog", "yRange"]] as const) {
    if (!options[log] || options[range] === undefined || options[range].every((end) => end > 0)) continue;
    throw new RangeError(
      `${kind}: ${range} [${options[range].join(", ")}] must be above 0 where ${log} is set: ` +
        `a logarithmic axis has no 0`,
    );
  }
}

/** The builder of a kind. */
function builder<Options extends object>(
  kind: Exclude<Chart["kind"], "panels">,
): (options: Options) => Chart {
  return function (options: Options): Chart {
    if (arguments.length > 1) surplus(kind, arguments, 1, "all settings stand in one object");
    check(kind, options);
    return { kind, ...options } as unknown as Chart;
  };
}

/**
 * Describes a chart; `await show(…)` draws it. A description is a plain object: it can be kept, changed and shown again.
 * Data are tensors, arrays or typed arrays.
 *
 * @example A curve
 * ```ts
 * import { chart, show } from "descent";
 * await show(chart.line({ y: [4, 2, 1, 0.5], title: "Sliding down", xTitle: "step", yTitle: "loss", yLog: true }));
 * ```
 * @example A landscape, and a walk on it
 * ```ts
 * import { chart, show } from "descent";
 * const path = { x: [3, 1, 0.2, 0], y: [2, 1, 0.6, 0.3] };
 * await show(chart.contour({ x: [-4, 4], y: [-3, 3], z: (x, y) => x * x + 4 * y * y, path }));
 * ```
 * @example Two distributions
 * ```ts
 * import { chart, randn, show } from "descent";
 * const series = { narrow: randn(500), wide: randn(500).mul(3) };
 * await show(chart.histogram({ series, xTitle: "activation" }));
 * ```
 */
export const chart: Charts = {
  line: builder("line"),
  scatter: builder("scatter"),
  contour: builder("contour"),
  heatmap: builder("heatmap"),
  histogram: builder("histogram"),
  bar: builder("bar"),
  imageGrid: builder("imageGrid"),
  panels(list, options = {}) {
    if (arguments.length > 2) surplus("panels", arguments, 2, "charts stand in one list");
    const { charts: _, ...settings } = PANELS;
    checkSettings("panels", options, settings);
    charts("panels", "charts", list);
    return { kind: "panels", charts: list, ...options };
  },
};
