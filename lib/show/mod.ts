/** What a person sees: pictures, charts, graphs, tables. @module */
import "./bare.ts";
export { Graph, graph, type GraphOptions } from "./graph/graph.ts";
export type { GraphNode } from "./graph/own.ts";
export { show, type ShowOptions } from "./show.ts";
export { chart } from "./chart/build.ts";
export {
  type AxesOptions,
  type BarOptions,
  type Chart,
  type ChartData,
  type Charts,
  type ContourOptions,
  type FieldOptions,
  type HeatmapOptions,
  type HistogramOptions,
  type ImageGridOptions,
  type LineOptions,
  type Mode,
  type PanelsOptions,
  type Series,
} from "./chart/describe.ts";
