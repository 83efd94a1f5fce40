import { chart } from "descent";
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { decode } from "fast-png";
import { resolve } from "../../lib/show/chart/resolve.ts";
import type { Drawn } from "../../lib/show/chart/visible.ts";
import { bandColors, PALETTE, rgb } from "../../lib/show/chart/palette.ts";
import { BESIDE } from "../../lib/show/draw/beside.ts";
import { pageOf } from "../../lib/show/draw/page.ts";
import { drawPng } from "../../lib/show/draw/pixels.ts";
import { curvesSpec } from "../../lib/show/draw/curves.ts";
import { pointSize } from "../../lib/show/draw/spec.ts";
import { figureOf } from "../../lib/show/draw/plotly.ts";
import { drawSvg } from "../../lib/show/draw/vega.ts";
import { pictureOf } from "../../lib/show/picture.ts";
import { charts } from "./charts.ts";

for (const [name, description] of Object.entries(charts)) {
  Deno.test(`${name}: an SVG with its title and axes, and nothing that could not be computed`, async () => {
    const { text, width, height } = await drawSvg(await resolve(description));
    assert(text.startsWith("<svg") && text.endsWith("</svg>"));
    assert(width >= 100 && width <= 620 && height >= 100, `${width} × ${height}`);
    assertStringIncludes(text, ">title</text>");
    if (name !== "imageGrid") {
      for (const axis of ["right", "up"]) assertStringIncludes(text, `>${axis}</text>`);
    }
    assert(!/NaN|undefined|Infinity/.test(text.replace(/base64,[^"]*/g, "")), text.slice(0, 2000));
  });
}

Deno.test("a PNG of lines is short: its ground is white, and nothing is transparent", async () => {
  const ring = '<circle cx="50" cy="50" r="40" fill="none" stroke="#0072B2"/>';
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">${ring}</svg>`;
  const png = await drawPng({ text, width: 100, height: 100 });
  const { channels, data, width } = decode(png);
  assertEquals([channels, width], [3, 200]);
  assertEquals([...data.slice(0, 3)], [255, 255, 255]);
  assert(png.length < 4000, `${png.length} bytes`);
});

Deno.test("a PNG has two pixels for one, and its text is drawn", async () => {
  const size = (png: Uint8Array) => {
    const view = new DataView(png.buffer, png.byteOffset);
    return [view.getUint32(16), view.getUint32(20)];
  };
  const svg = (label: string) => ({
    text:
      `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30" fill="white"/>` +
      `<text x="5" y="20" font-family="DejaVu Sans, Verdana, sans-serif" font-size="14">${label}</text></svg>`,
    width: 90,
    height: 30,
  });
  const [empty, greek, letters] = await Promise.all(["", "∂ηλ", "abc"].map((text) => drawPng(svg(text))));
  assertEquals([...greek.slice(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
  assertEquals(size(greek), [180, 60]);
  assert(greek.length > empty.length + 200 && letters.length > empty.length + 200);
});

Deno.test("panels keep their clipping shapes apart", async () => {
  const { text, width } = await drawSvg(
    await resolve(chart.panels([charts.line, charts.scatter], { columns: 2, title: "side by side" })),
  );
  const ids = [...text.matchAll(/ id="(\w+)"/g)].map(([, id]) => id);
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(width, 720);
  assertStringIncludes(text, "side by side");
});

/** What Vega writes where it draws a clipped group: the room between the axes. */
function room(svg: string): [number, number] {
  const [, width, height] = /<clipPath[^>]*><rect x="0" y="0" width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  return [Number(width), Number(height)];
}

Deno.test("a map has one scale for both directions, in the picture and in Plotly's figure, alone and among others", async () => {
  const [width, height] = room((await drawSvg(await resolve(charts.map))).text);
  assert(Math.abs(height / width - 3 / 2) < 0.01, `${width} × ${height}`);
  const { layout } = figureOf(await resolve(chart.panels([charts.line, charts.map])))!;
  assertEquals((layout.yaxis2 as { scaleanchor: string }).scaleanchor, "x2");
  assert(!("scaleanchor" in (figureOf(await resolve(charts.contour))!.layout.yaxis as object)));
});

Deno.test("diverging bands are blue below 0 and orange above, the stronger the farther", () => {
  const colors = bandColors({ levels: [-2, -1, 0, 1, 2], diverging: true }).map(rgb);
  assertEquals(colors.map(([r, , b]) => Math.sign(r - b)), [-1, -1, -1, 1, 1, 1]);
  const strength = colors.map((color) => Math.max(...color) - Math.min(...color));
  assert(strength[0] > strength[1] && strength[1] > strength[2], `${strength}`);
  assert(strength[5] > strength[4] && strength[4] > strength[3], `${strength}`);
});

Deno.test("bands grow darker with height; two of them differ enough without being dark", () => {
  const light = (levels: number[]) =>
    bandColors({ levels, diverging: false }).map((color) => rgb(color).reduce((a, b) => a + b) / 765);
  for (const levels of [[0.5], [1, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8]]) {
    const found = light(levels);
    assertEquals(found, [...found].sort((a, b) => b - a));
    assert(found[0] - found.at(-1)! > 0.15, `${found}`);
  }
  assert(light([0.5])[1] > 0.7, `${light([0.5])}`);
  assert(light([1, 2, 3, 4, 5, 6, 7, 8]).at(-1)! < 0.5);
});

Deno.test("a few points are larger than those of a walk, those of a cloud smaller", () => {
  const sizes = [pointSize("markers", 3), pointSize("lines+markers", 3), pointSize("markers", 1000)];
  assert(sizes[0] > sizes[1] && sizes[1] > sizes[2], `${sizes}`);
});

Deno.test("between whole steps stand no ticks", async () => {
  const ticks = async (y: number[], x?: number[]) => {
    const { text } = await drawSvg(await resolve(chart.line({ x, y })));
    return [...text.matchAll(/>\d\.\d<\/text>/g)].length;
  };
  assertEquals(await ticks([100, 50, 25]), 0);
  assert(await ticks([100, 50, 25], [0, 0.9, 2]) > 0);
});

Deno.test("Plotly's figure has the data of the picture", async () => {
  const model = await resolve(charts.lines);
  const { data, layout } = figureOf(model)!;
  assert(model.kind === "curves");
  assertEquals(data.map(({ name }) => name), ["first", "second"]);
  assertEquals(data.map(({ x, y }) => ({ x, y })), model.curves.map(({ x, y }) => ({ x, y })));
  assertEquals((layout.title as { text: string }).text, "title");
  const log = figureOf(await resolve(charts.line))!.layout.yaxis as { type: string; range: number[] };
  assertEquals(log.type, "log");
  assert(log.range[0] < Math.log10(2 / 50) && log.range[1] > Math.log10(2));
});

Deno.test("every chart is a figure, save images", async () => {
  for (const [name, description] of Object.entries(charts)) {
    const figure = figureOf(await resolve(description));
    assertEquals(figure === null, name === "imageGrid", name);
    if (figure !== null) assert(!JSON.stringify(figure).includes("null"), name);
  }
});

Deno.test("a page has its picture, and loads nothing but the scripts that lie beside it", async () => {
  const figure = figureOf(await resolve(charts.line));
  const svg = { text: '<svg width="1"></svg>', width: 1, height: 1 };
  const page = pageOf({ title: "a < b", alt: "a curve", figure, svg });
  assertStringIncludes(page, "<title>a &lt; b</title>");
  assertStringIncludes(page, `<svg role="img" aria-label="a curve" width="1">`);
  assertEquals([...page.matchAll(/(?:src|href)="([^"]*)/g)].map(([, url]) => url), ["data:,", "charts.js"]);
  assertStringIncludes(page, "default-src 'none'; script-src 'self'");
  const plain = pageOf({ title: "images", alt: "", figure: null, svg });
  assert(!plain.includes("script"));
});

Deno.test("the library beside pages is one that was minified, and has the charts that there are", async () => {
  const plotly = await BESIDE["plotly.min.js"]();
  assert(plotly.length < 2e6, `${plotly.length} characters`);
  assertStringIncludes(await BESIDE["charts.js"](), "plotly.min.js");
});

Deno.test("panels keep their scales of colours and their equal scales, side by side and below each other", async () => {
  const panels = [charts.line, charts.map, charts.heatmap].map((panel) => ({ ...panel, title: "a < b" }));
  const { data, layout } = figureOf(await resolve(chart.panels(panels, { columns: 3 })))!;
  const bars = data.flatMap(({ colorbar }) => colorbar === undefined ? [] : [colorbar as { x: number }]);
  assertEquals(bars.length, 2);
  assert(bars[0].x > 1 / 3 && bars[0].x < 2 / 3 && bars[1].x > 2 / 3);
  for (const { showscale = true } of data) assert(showscale);
  const axes = layout as Record<string, { scaleanchor?: string; domain: number[] }>;
  assertEquals([2, 3].map((i) => axes[`yaxis${i}`].scaleanchor), ["x2", "x3"]);
  const { narrow } = layout.meta as { narrow: { domains: Record<string, number[]>; colorbars: unknown[] } };
  const tops = ["yaxis", "yaxis2", "yaxis3"].map((axis) => narrow.domains[axis]);
  assert(tops[0][0] > tops[1][1] && tops[1][0] > tops[2][1], `${tops}`);
  assertEquals(narrow.colorbars.length, data.length);
  assertEquals((layout.annotations as { text: string }[])[1].text, "a &lt; b");
});

Deno.test("colours stand out from white by a contrast of 1.9 or more, and from each other", () => {
  const luminance = (hex: string) => {
    const [r, g, b] = rgb(hex).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const color of PALETTE) assert(1.05 / (luminance(color) + 0.05) > 1.9, color);
  assert(1.05 / (luminance(PALETTE[0]) + 0.05) > 4.5);
  assertEquals(new Set(PALETTE).size, PALETTE.length);
});

Deno.test("a line that leaves the picture far behind is drawn as far as it is near, with its slope", async () => {
  const series = Object.fromEntries(
    Array.from({ length: 16 }, (_, i) => [`${i}`, { x: [-2, 2], y: [-80 * i, 95 * i + 1] }]),
  );
  const model = await resolve(chart.line({ series, title: "steep" }));
  assert(model.kind === "curves");
  const frame = (axis: typeof model.x) => ({ ...axis, range: [-2, 2] as [number, number] });
  const near = { ...model, x: frame(model.x), y: frame(model.y) };
  const { data } = curvesSpec(near) as unknown as { data: { name: string; values: Drawn[] }[] };
  const lines = data.filter(({ name }) => name.startsWith("curve")).map(({ values }) => values);
  assert(
    lines.flat().every(({ x, y }) => Math.abs(x) <= 6.001 && Math.abs(y) <= 6.001),
    "farther than a picture beside it",
  );
  for (const [i, line] of lines.entries()) {
    const slope = (175 * i + 1) / 4;
    assert(line.length >= 2);
    for (const { x, y } of line) assertAlmostEquals(y, -80 * i + slope * (x + 2), 1e-6);
  }
  assert((await drawPng(await drawSvg(near))).length > 0);
});

Deno.test("photographs keep their colours on a dark page, several grids of them as one", async () => {
  const drawn = async (description: unknown) => {
    const { metadata } = await (await pictureOf(description)).bundle();
    return (metadata?.["image/png"] as { drawn: boolean }).drawn;
  };
  const grid = chart.imageGrid({ images: [[0, 1], [2, 4]] });
  assertEquals(await drawn(grid), false);
  assertEquals(await drawn(chart.panels([grid, grid])), false);
  assertEquals(await drawn(chart.panels([grid, chart.line({ series: { a: [1, 2] } })])), true);
});
