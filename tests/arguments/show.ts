/** Pictures: good calls, from which tests/arguments.ts makes wrong ones. A chart's data are read when it is shown. */
import { type Chart, chart, nn, ones, show, tensor } from "descent";
import type { Entry, Room } from "../arguments.ts";

const shown: Pick<Entry, "use" | "says"> = {
  use: (described: Chart) => show(described),
  says: ["line", "scatter", "contour", "heatmap", "histogram", "bar", "imageGrid", "panels"],
};
const axes = () => ({
  title: "x",
  xTitle: "x",
  yTitle: "y",
  xLog: false,
  yLog: false,
  xRange: [0, 2],
  yRange: [0, 2],
  width: 300,
  height: 200,
});
const grid = () => [[1, 2], [3, 4]];
const typed = () => new Float32Array([1, 2, 3]);
const curves: Entry = {
  ...shown,
  good: [
    () => [{ ...axes(), x: [1, 2, 3], y: [1, 2, 3], mode: "lines+markers" }],
    () => [{ x: tensor([1, 2, 3]), y: tensor([1, 2, 3]) }],
    () => [{ x: typed(), y: typed() }],
    () => [{ series: { a: [1, 2], b: { x: [1, 2], y: tensor([1, 2]), mode: "markers", dash: "dot" } } }],
  ],
};
const field = () => ({ ...axes(), zTitle: "z", zRange: [0, 5], over: { a: { x: [1], y: [1] } } });
const loss = () => tensor([1, 2], { requiresGrad: true }).square().sum();

/** A number of a program's own engine. */
class Own {
  data = 1;
  grad = 1;
  op = "relu";
  constructor(readonly inputs: Own[] = []) {}
}

export const showRoom: Room = {
  entries: {
    "chart.line": curves,
    "chart.scatter": curves,
    "chart.contour": {
      ...shown,
      good: [
        () => [{
          ...field(),
          x: [0, 1],
          y: [0, 1],
          z: grid(),
          path: { x: [0, 1], y: [1, 0] },
          zLog: true,
          levels: 4,
          colors: "diverging",
          equal: true,
        }],
        () => [{ x: tensor([0, 1]), y: tensor([0, 1]), z: tensor(grid()) }],
        () => [{
          x: new Float32Array([0, 1]),
          y: new Float32Array([0, 1]),
          z: (x: number, y: number) => x * y,
        }],
        () => [{ z: [typed(), typed(), typed()], x: typed(), y: typed() }],
      ],
    },
    "chart.heatmap": {
      ...shown,
      good: [
        () => [{
          ...field(),
          x: [0, 1],
          y: [0, 1],
          z: grid(),
          colors: "sequential",
          values: true,
          xLabels: ["a", "b"],
          yLabels: ["c", "d"],
          rowsDown: false,
        }],
        () => [{ x: tensor([0, 1]), y: tensor([0, 1]), z: tensor(grid()) }],
        () => [{ x: new Float32Array([0, 1]), y: new Float32Array([0, 1]), z: tensor(grid()) }],
      ],
    },
    "chart.histogram": {
      ...shown,
      good: [
        () => [{ ...axes(), x: [1, 2, 3], bins: 4, normalize: true }],
        () => [{ x: tensor([1, 2, 3]) }],
        () => [{ x: typed() }],
        () => [{ series: { a: [1, 2], b: typed() } }],
      ],
    },
    "chart.bar": {
      ...shown,
      good: [
        () => [{ ...axes(), x: ["a", "b", "c"], y: [1, 2, 3] }],
        () => [{ x: ["a", "b", "c"], y: tensor([1, 2, 3]) }],
        () => [{ x: ["a", "b", "c"], y: typed() }],
        () => [{ x: ["a", "b"], series: { a: [1, 2], b: tensor([2, 3]) } }],
      ],
    },
    "chart.imageGrid": {
      ...shown,
      good: [
        () => [{
          images: [ones(2, 2), ones(2, 2)],
          labels: ["a", 2],
          title: "x",
          columns: 2,
          range: [0, 1],
          colors: "diverging",
          width: 300,
        }],
        () => [{ images: ones(2, 2), range: "each" }],
      ],
    },
    "chart.panels": {
      ...shown,
      good: [() => [[chart.line({ y: [1, 2] })], { title: "x", columns: 2, width: 400 }]],
    },
    "graph": {
      good: [
        () => [loss(), { names: { a: ones(1) }, module: new nn.Linear(1, 1), depth: 1, title: "x" }],
        () => [new Own([new Own()])],
      ],
      use: (picture) => show(picture),
      // Of a tensor without a history.
      plain: true,
    },
    "show": { good: [() => [ones(2), { name: "x", out: "y" }]], anything: ["0"] },
  },
  internal: ["Graph"],
};
