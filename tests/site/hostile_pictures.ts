/**
 * Makes pictures of every kind, full of hostile names, as `--out` keeps them, and writes down what a notebook would hold of them.
 * Argument: a folder.
 *
 * @module
 */
import { chart, graph, nn, show, summary, type Tensor, tensor } from "descent";
import { pictureOf } from "../../lib/show/picture.ts";
import type { Output } from "../../tools/notebooks/nbformat.ts";
import { CONTROLS, HOSTILE } from "../show/hostile.ts";

/** What was made. */
export interface Made {
  /** The pages, and the names that each must show. */
  pages: { page: string; names: string[] }[];
  /** The outputs of a notebook that shows the same. */
  outputs: Output[];
}

/** __proto__ is a name that JavaScript keeps for itself in an object literal, and in `{ [name]: … }` does not. */
const NAMES = [...HOSTILE, CONTROLS];

const [folder] = Deno.args;
const made: Made = { pages: [], outputs: [] };
/** Everything that is shown below, for the notebook. */
const shown: unknown[] = [];

async function keep(page: string, x: unknown, names: readonly string[]): Promise<void> {
  shown.push(x);
  await show(x, { out: `${folder}/out`, name: page });
  made.pages.push({ page: `out/${page}.html`, names: [...names] });
}

for (const [i, title] of NAMES.entries()) {
  const [xTitle, yTitle, zTitle] = [1, 2, 3].map((k) => NAMES[(i + k) % NAMES.length]);
  const axes = { title, xTitle, yTitle };
  const series = Object.fromEntries(NAMES.map((name, k) => [name, [k, k + 1, k + 2]]));
  const square = NAMES.map((_, row) => NAMES.map((_, column) => row - column));
  const points = Object.fromEntries(NAMES.map((name, k) => [name, { x: [k], y: [k] }]));
  switch (i % 8) {
    case 0:
      await keep(`line-${i}`, chart.line({ ...axes, series }), [xTitle, yTitle, ...NAMES]);
      break;
    case 1:
      await keep(`scatter-${i}`, chart.scatter({ ...axes, series }), [xTitle, yTitle, ...NAMES]);
      break;
    case 2:
      await keep(`histogram-${i}`, chart.histogram({ ...axes, series }), [xTitle, yTitle, ...NAMES]);
      break;
    case 3: {
      const bars = { [title]: NAMES.map((_, k) => k), [xTitle]: NAMES.map(() => 1) };
      await keep(`bar-${i}`, chart.bar({ ...axes, x: NAMES, series: bars }), [xTitle, yTitle, ...NAMES]);
      break;
    }
    case 4: {
      const cells = chart.heatmap({ ...axes, zTitle, z: square, xLabels: NAMES, yLabels: NAMES });
      await keep(`heatmap-${i}`, cells, [xTitle, yTitle, zTitle, ...NAMES]);
      break;
    }
    case 5: {
      const lines = chart.contour({ ...axes, zTitle, z: square, over: points });
      await keep(`contour-${i}`, lines, [xTitle, yTitle, zTitle, ...NAMES]);
      break;
    }
    case 6: {
      const one = chart.line({ ...axes, series });
      await keep(`panels-${i}`, chart.panels([one, { ...one, title: zTitle }], { title }), [
        zTitle,
        ...NAMES,
      ]);
      break;
    }
    case 7: {
      const images = chart.imageGrid({
        title,
        images: [square, square],
        labels: NAMES.slice(0, 2),
        width: 1600,
      });
      await keep(`images-${i}`, images, [title, ...NAMES.slice(0, 2)]);
      break;
    }
  }
}

/** A network whose class, and whose fields, are called so. A dot would part a path. */
function networkCalled(names: readonly string[]): nn.Module {
  class Odd extends nn.Module {
    override forward(x: Tensor): Tensor {
      return this.children().reduce((x, child) => (child as nn.Linear).forward(x), x);
    }
  }
  Object.defineProperty(Odd, "name", { value: names[0] });
  return Object.assign(new Odd(), Object.fromEntries(names.map((name) => [name, new nn.Linear(1, 1)])));
}
const fields = NAMES.filter((name) => !/^(__proto__|toString)$/.test(name) && !name.includes("."));
const net = networkCalled(fields), x = tensor([[1]], { requiresGrad: true });
for (const depth of [0, 1, 9]) {
  const title = HOSTILE[depth % HOSTILE.length];
  const picture = graph(net.forward(x), { names: { [HOSTILE[0]]: x }, module: net, depth, title });
  await keep(`graph-${depth}`, picture, depth === 1 ? fields : [HOSTILE[0]]);
}
const rows = [Object.fromEntries(NAMES.map((name, i) => [name, NAMES[(i + 1) % NAMES.length]]))];
shown.push(rows, net, summary(net, [1, 1]), CONTROLS);

for (const x of shown) {
  const { bundle, metadata } = await (await pictureOf(x)).bundle();
  made.outputs.push({ output_type: "display_data", data: bundle, metadata });
}
await Deno.writeTextFile(`${folder}/made.json`, JSON.stringify(made));
