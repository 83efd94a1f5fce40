import { chart, randn, tensor } from "descent";
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { resolve } from "../../lib/show/chart/resolve.ts";
import type { BarsModel, CurvesModel, FieldModel, ImagesModel } from "../../lib/show/chart/model.ts";

Deno.test("a curve without x is counted from 0; tensors and arrays are read alike", async () => {
  const one = await resolve(chart.line({ y: tensor([3, 2, 1]) })) as CurvesModel;
  const other = await resolve(chart.line({ y: [3, 2, 1] })) as CurvesModel;
  assertEquals(one, other);
  assertEquals([one.curves[0].x, one.curves[0].y], [[0, 1, 2], [3, 2, 1]]);
});

Deno.test("what a logarithmic axis cannot show, and what is not finite, is left out", async () => {
  const model = await resolve(chart.line({ y: [1, 0, -1, NaN, 10, Infinity], yLog: true })) as CurvesModel;
  assertEquals(model.curves[0].y, [1, 10]);
  assertEquals(model.curves[0].x, [0, 4]);
});

Deno.test("a curve of 100,000 points is thinned out, its extremes stay", async () => {
  const y = Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 1000));
  y[31_415] = 7;
  y[62_831] = -7;
  const { curves: [curve], y: axis } = await resolve(chart.line({ y })) as CurvesModel;
  assert(curve.y.length < 2500, `${curve.y.length} points`);
  assert(curve.y.includes(7) && curve.y.includes(-7));
  assertEquals([curve.x[0], curve.x.at(-1)], [0, 99_999]);
  assert(axis.range[0] < -7 && axis.range[1] > 7);
});

Deno.test("a histogram counts every value once, on shared bins", async () => {
  const series = { narrow: randn(1000), wide: randn(500).mul(3) };
  const { groups, edges } = await resolve(chart.histogram({ series, bins: 20 })) as BarsModel;
  assertEquals(groups.map(({ values }) => values.reduce((a, b) => a + b)), [1000, 500]);
  assert(Math.abs(edges!.length - 21) <= 2, `${edges!.length} edges`);
  const shares = await resolve(chart.histogram({ series, normalize: true })) as BarsModel;
  for (const { values } of shares.groups) assertAlmostEquals(values.reduce((a, b) => a + b), 1, 1e-4);
});

Deno.test("a histogram of one value, and of none, is a histogram", async () => {
  const one = await resolve(chart.histogram({ x: [5, 5, 5] })) as BarsModel;
  assertEquals(one.groups[0].values.reduce((a, b) => a + b), 3);
  const none = await resolve(chart.histogram({ x: [] })) as BarsModel;
  assertEquals(none.groups[0].values.reduce((a, b) => a + b), 0);
});

Deno.test("contours of a function are computed between the ends that are given", async () => {
  const model = await resolve(
    chart.contour({ x: [-2, 2], y: [0, 1], z: (x, y) => 10 * x + y }),
  ) as FieldModel;
  assertEquals([model.xs[0], model.xs.at(-1), model.ys[0], model.ys.at(-1)], [-2, 2, 0, 1]);
  assertEquals([model.z[0][0], model.z.at(-1)!.at(-1)], [-20, 21]);
  assert(
    model.levels.every((level, i) => level > -20 && level < 21 && (i === 0 || level > model.levels[i - 1])),
  );
});

Deno.test("a matrix with both signs has white at zero", async () => {
  const both = await resolve(chart.heatmap({ z: [[-1, 3]] })) as FieldModel;
  assertEquals([both.diverging, both.zRange], [true, [-3, 3]]);
  const one = await resolve(chart.heatmap({ z: [[1, 3]] })) as FieldModel;
  assertEquals([one.diverging, one.zRange], [false, [1, 3]]);
});

Deno.test("images are told from feature maps by their channels", async () => {
  const tiles = async (...shape: number[]) =>
    (await resolve(chart.imageGrid({ images: randn(...shape) })) as ImagesModel).tiles.length;
  assertEquals(await tiles(4, 5), 1);
  assertEquals(await tiles(3, 4, 5), 1);
  assertEquals(await tiles(7, 4, 5), 7);
  assertEquals(await tiles(2, 3, 4, 5), 2);
  assertEquals(await tiles(2, 8, 4, 5), 16);
});

Deno.test("the smallest number of an image is black, the largest white", async () => {
  const { tiles: [tile] } = await resolve(chart.imageGrid({ images: [[0, 1], [2, 4]] })) as ImagesModel;
  assertEquals([...tile.pixels].filter((_, i) => i % 3 === 0), [0, 64, 128, 255]);
});

Deno.test("what does not fit is refused in a sentence", async () => {
  const cases: [Parameters<typeof resolve>[0], string][] = [
    [chart.line({}), "line: give it y, or series by name"],
    [chart.line({ x: [1, 2], y: [1, 2, 3] }), "line: 2 x but 3 y; each point needs both"],
    [chart.line({ series: { a: { x: [1], y: [1, 2] } } }), `line: "a" has 1 x but 2 y`],
    [chart.line({ y: [[1, 2], [3, 4]] }), "line: y must be a list of numbers, not of shape [2, 2]"],
    [chart.line({ y: ["1"] as unknown as number[] }), `line: y must hold numbers only; entry 0 is "1"`],
    [chart.heatmap({ z: [1, 2] }), "heatmap: z must be a grid of rows and columns, not of shape [2]"],
    [chart.heatmap({ z: [[1, 2], [3]] }), "heatmap: z is ragged: entry 0 has shape [2], entry 1 has [1]"],
    [chart.heatmap({ z: [[1, 2]], xLabels: ["a"] }), "heatmap: xLabels has 1 names for 2 columns"],
    [chart.contour({ z: (x) => x }), "contour: z is a function, so say from where to where: x: [from, to]"],
    [chart.contour({ z: [[1, 2], [3, 4]], x: [1, 2, 3] }), "but x has 3 numbers"],
    [chart.bar({ x: ["a"], y: [1, 2] }), "bar: there are 1 names but 2 numbers"],
    [chart.imageGrid({ images: [1, 2, 3] }), "images are [H, W], [C, H, W]"],
    [chart.panels([]), "panels: needs at least one chart"],
  ];
  for (const [wrong, sentence] of cases) await assertRejects(() => resolve(wrong), Error, sentence);
});
