/** A chart of every kind, for the tests of how charts are read and drawn. */
import { type Chart, chart, tensor } from "descent";

const steps = Array.from({ length: 50 }, (_, i) => i + 1);
const losses = steps.map((step) => 2 / step);
const grid = Array.from({ length: 5 }, (_, i) => Array.from({ length: 7 }, (_, j) => i * j - 6));

/** By name; every one has "title" in its title where it can have one, and axes "right" and "up". */
export const charts: Record<string, Chart> = {
  line: chart.line({
    title: "title",
    xTitle: "right",
    yTitle: "up",
    x: steps,
    y: tensor(losses),
    yLog: true,
  }),
  lines: chart.line({
    title: "title",
    xTitle: "right",
    yTitle: "up",
    series: { first: losses, second: { y: losses.map((x) => 2 * x), dash: "dash" } },
  }),
  scatter: chart.scatter({ title: "title", xTitle: "right", yTitle: "up", x: losses, y: losses, xLog: true }),
  contour: chart.contour({
    title: "title",
    xTitle: "right",
    yTitle: "up",
    x: [-1, 1],
    y: [-2, 2],
    z: (x, y) => x * x + y * y,
    path: { x: [1, 0.5, 0], y: [2, 0.3, 0] },
  }),
  map: chart.contour({
    title: "title",
    xTitle: "right",
    yTitle: "up",
    x: [-1, 1],
    y: [-2, 1],
    z: (x, y) => x + y,
    colors: "diverging",
    equal: true,
    over: { samples: { x: [0, 0.5], y: [0, 0.5] } },
  }),
  heatmap: chart.heatmap({ title: "title", xTitle: "right", yTitle: "up", z: tensor(grid) }),
  bigHeatmap: chart.heatmap({
    title: "title",
    xTitle: "right",
    yTitle: "up",
    z: Array.from({ length: 40 }, (_, i) => Array.from({ length: 60 }, (_, j) => i + j)),
  }),
  histogram: chart.histogram({ title: "title", xTitle: "right", yTitle: "up", x: losses }),
  histograms: chart.histogram({
    title: "title",
    xTitle: "right",
    yTitle: "up",
    series: { before: losses, after: losses.map((x) => x + 1) },
    normalize: true,
  }),
  bar: chart.bar({
    title: "title",
    xTitle: "right",
    yTitle: "up",
    x: ["a", "b", "c"],
    series: { plain: [1, 2, 3], residual: [3, 2, 1] },
  }),
  imageGrid: chart.imageGrid({ title: "title", images: tensor([grid, grid, grid]), labels: [7, 8, 9] }),
};
