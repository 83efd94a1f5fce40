/** What a person sees: the training loop's progress, the flags of a chapter. @module */
export {
  type ChapterFlags,
  chapterFlags,
  type ChapterSpec,
  type DataName,
  type FlagValues,
} from "./flags.ts";
export { Progress, type ProgressOptions } from "./progress.ts";
export { type Loggable, type Step, steps, type StepsOptions } from "./steps.ts";
export { Graph, graph, type GraphOptions } from "./graph/graph.ts";
export { show, type ShowOptions } from "./show.ts";
export {
  type AxesOptions,
  type BarOptions,
  type Chart,
  chart,
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
