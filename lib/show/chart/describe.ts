/**
 * What a chart is: a plain description, in Plotly's words where they fit.
 *
 * @module
 */
import type { Tensor } from "../../tensor/tensor.ts";
import type { NestedArray } from "../../tensor/data.ts";

/** Numbers for a chart: a tensor, or an array, nested for a grid. */
export type ChartData = Tensor | ArrayLike<number> | ArrayLike<number>[] | NestedArray<number>[];

/** What charts with axes have in common. */
export interface AxesOptions {
  /** Above the picture. */
  title?: string;
  /** What runs to the right, with its unit: "step", "time (ms)". */
  xTitle?: string;
  /** What runs up, with its unit. */
  yTitle?: string;
  /** Whether the horizontal axis is logarithmic; values ≤ 0 are left out then. */
  xLog?: boolean;
  /** Whether the vertical axis is logarithmic; values ≤ 0 are left out then. */
  yLog?: boolean;
  /** From where to where the horizontal axis goes; unless told, as far as the data. */
  xRange?: [number, number];
  /** From where to where the vertical axis goes; unless told, as far as the data. */
  yRange?: [number, number];
  /** Pixels from left to right, 600 by default. */
  width?: number;
  /** Pixels from top to bottom. */
  height?: number;
}

/** How points are drawn, in Plotly's words. */
export type Mode = "lines" | "markers" | "lines+markers";

/** One curve, or one cloud of points. */
export interface Series {
  /** Where the points are, horizontally; 0, 1, 2, … by default. */
  x?: ChartData;
  /** Where they are, vertically. */
  y: ChartData;
  /** Lines, points or both. */
  mode?: Mode;
  /** A dashed or dotted line, beside others. */
  dash?: "dash" | "dot";
}

/** A curve, or several: `y` with `x`, or `series` by name. */
export interface LineOptions extends AxesOptions {
  /** Horizontal positions of `y`, and of every series that has none of its own; 0, 1, 2, … by default. */
  x?: ChartData;
  /** The one curve. */
  y?: ChartData;
  /** Several curves, by name. */
  series?: Record<string, ChartData | Series>;
  /** Lines, points or both, for curves that do not say it. */
  mode?: Mode;
}

/** Data on a grid, seen from above. */
export interface FieldOptions extends AxesOptions {
  /** The numbers, row by row: `z[i][j]` belongs to `y[i]` and `x[j]`. */
  z: ChartData;
  /** Where the columns are; 0, 1, 2, … by default. */
  x?: ChartData;
  /** Where the rows are. */
  y?: ChartData;
  /** What `z` is, beside the scale of colours. */
  zTitle?: string;
  /** From where to where the colours go; unless told, as far as the data. */
  zRange?: [number, number];
  /** Curves and points drawn over it, by name. */
  over?: Record<string, Series>;
}

/** Lines of equal height. */
export interface ContourOptions extends Omit<FieldOptions, "z"> {
  /** The heights, row by row, or a function of x and y. With a function, `x` and `y` may be `[from, to]`. */
  z: ChartData | ((x: number, y: number) => number);
  /** A walk over the landscape: points that are joined by a line. */
  path?: { x: ChartData; y: ChartData };
  /** Whether the levels grow by factors instead of by steps. */
  zLog?: boolean;
  /** How many levels, about; 12 by default. */
  levels?: number;
  /** "sequential" from light to dark, as it is by default, "diverging" with blue below 0 and orange above. */
  colors?: "sequential" | "diverging";
  /**
   * Whether one unit is as long upwards as to the right, as on a map: circles are round then, and right angles right. The height
   * follows from the width.
   */
  equal?: boolean;
}

/** A grid of coloured cells. */
export interface HeatmapOptions extends FieldOptions {
  /** "sequential" from light to dark, "diverging" with white at 0; unless told, diverging if `z` has both signs. */
  colors?: "sequential" | "diverging";
  /** Whether to write the numbers into the cells; unless told, if there are at most 12 × 12. */
  values?: boolean;
  /** What each column is called, instead of a number. */
  xLabels?: string[];
  /** What each row is called. */
  yLabels?: string[];
  /** Whether the first row is on top, as in a matrix or an image: true by default. */
  rowsDown?: boolean;
}

/** How often values fall where. */
export interface HistogramOptions extends AxesOptions {
  /** The values. */
  x?: ChartData;
  /** Several sets of values, by name. */
  series?: Record<string, ChartData>;
  /** How many bins, about; 40 by default. */
  bins?: number;
  /** Whether to show shares that sum to 1 instead of counts. */
  normalize?: boolean;
}

/** A bar for each name. */
export interface BarOptions extends AxesOptions {
  /** The names. */
  x: string[];
  /** One number per name. */
  y?: ChartData;
  /** Several numbers per name: bars beside each other. */
  series?: Record<string, ChartData>;
}

/** Images side by side. */
export interface ImageGridOptions {
  /**
   * [H, W] or [C, H, W] is one image, [N, H, W] and [N, C, H, W] are many; C = 3 is colour. With any other C every channel is an
   * image of its own, as feature maps are. A list holds an image per entry.
   */
  images: ChartData | Tensor[];
  /** Below each image. */
  labels?: (string | number)[];
  /** Above all. */
  title?: string;
  /** How many images a row has. */
  columns?: number;
  /** Which values are black and white: one range for "all" images, or for "each" its own; `[low, high]` fixes it. */
  range?: "all" | "each" | [number, number];
  /** "gray", or "diverging" with white at 0 (weights, gradients). */
  colors?: "gray" | "diverging";
  /** Pixels from left to right, 600 by default. */
  width?: number;
}

/** Charts side by side, in rows. */
export interface PanelsOptions {
  /** Above all. */
  title?: string;
  /** How many charts a row has, 2 by default. */
  columns?: number;
  /** Pixels from left to right, 720 by default. */
  width?: number;
}

/** The description of a chart, for `show()`. */
export type Chart =
  | ({ kind: "line" | "scatter" } & LineOptions)
  | ({ kind: "contour" } & ContourOptions)
  | ({ kind: "heatmap" } & HeatmapOptions)
  | ({ kind: "histogram" } & HistogramOptions)
  | ({ kind: "bar" } & BarOptions)
  | ({ kind: "imageGrid" } & ImageGridOptions)
  | ({ kind: "panels"; charts: Chart[] } & PanelsOptions);

/**
 * The builders of {@linkcode chart}. Each refuses settings of another name (TypeError), kind (TypeError) or sense (RangeError).
 */
export interface Charts {
  /** Curves. */
  line(options: LineOptions): Chart;
  /** Points. */
  scatter(options: LineOptions): Chart;
  /** A landscape from above, with a walk on it. */
  contour(options: ContourOptions): Chart;
  /** A grid of coloured cells: a matrix, a kernel, a confusion table. */
  heatmap(options: HeatmapOptions): Chart;
  /** How often values fall where. */
  histogram(options: HistogramOptions): Chart;
  /** A bar for each name. */
  bar(options: BarOptions): Chart;
  /** Images, feature maps, kernels side by side. */
  imageGrid(options: ImageGridOptions): Chart;
  /** Charts side by side. */
  panels(charts: Chart[], options?: PanelsOptions): Chart;
}
