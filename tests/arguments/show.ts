/** Pictures: good calls, from which tests/arguments.ts makes wrong ones. */
import type { Room } from "../arguments.ts";

export const showRoom: Room = {
  entries: {},
  pending: [
    "Graph",
    "chart.line",
    "chart.scatter",
    "chart.contour",
    "chart.heatmap",
    "chart.histogram",
    "chart.bar",
    "chart.imageGrid",
    "chart.panels",
    "graph",
    "show",
  ],
};
