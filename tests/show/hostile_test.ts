import { chart, graph, nn, Progress, summary, type Tensor, tensor } from "descent";
import { assert, assertStringIncludes, assertThrows } from "@std/assert";
import { resolve } from "../../lib/show/chart/resolve.ts";
import { drawSvg } from "../../lib/show/draw/vega.ts";
import { pictureOf } from "../../lib/show/picture.ts";
import { CONTROLS, CONTROLS_SHOWN, HOSTILE } from "./hostile.ts";

/** Every kind of chart with a name in all of its places. */
function chartsCalled(name: string): ReturnType<typeof chart.line>[] {
  const axes = { title: name, xTitle: name, yTitle: name };
  const series = { [name]: [1, 2, 3], other: [3, 2, 1] };
  const z = [[1, 2], [3, 4]];
  return [
    chart.line({ ...axes, series }),
    chart.scatter({ ...axes, series }),
    chart.histogram({ ...axes, series }),
    chart.bar({ ...axes, x: [name, "b", "c"], series }),
    chart.heatmap({ ...axes, z, zTitle: name, xLabels: [name, "b"], yLabels: ["a", name] }),
    chart.contour({
      ...axes,
      z,
      zTitle: name,
      over: { [name]: { x: [0], y: [1] }, other: { x: [1], y: [0] } },
    }),
    chart.imageGrid({ title: name, images: [z, z], labels: [name, name] }),
    chart.panels([chart.line({ ...axes, series })], { title: name }),
  ];
}

/** The texts in an SVG, as a reader sees them; fails where it is no XML. */
function textsOf(svg: string): string[] {
  // deno-lint-ignore no-control-regex
  assert(!/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(svg), "a character that XML does not allow");
  // Ours makes a file dark on dark pages.
  const drawn = svg.replace(/^(<svg [^>]*>)<style>[^<]*<\/style>/, "$1");
  for (const [tag] of drawn.matchAll(/<[^>]*>/g)) {
    assert(/^<\/?(svg|g|path|rect|text|tspan|image|line|clipPath|defs|linearGradient|stop)\b/.test(tag), tag);
    assert(
      !/\s(on\w+|href="(?!data:image))/.test(
        tag.replace(/"[^"]*"/g, (value) => value.startsWith('"data:') ? '"data:image"' : '""'),
      ),
      tag,
    );
  }
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return [...svg.matchAll(/>([^<>]+)<\/(?:text|tspan)>/g)]
    .map(([, text]) => text.replaceAll(/&(#?\w+);/g, (_, name) => entities[name]));
}

Deno.test("every kind of chart shows the names that it was given, as text and in its picture", async () => {
  for (const name of [...HOSTILE.slice(0, 3), "if", "toString"]) {
    for (const described of chartsCalled(name)) {
      const model = await resolve(described);
      const texts = textsOf((await drawSvg(model)).text).join(" ");
      assertStringIncludes(texts, name, `${described.kind}: ${texts}`);
    }
  }
});

Deno.test("no chart breaks of a character that is no letter", async () => {
  for (const described of chartsCalled(CONTROLS)) {
    const model = await resolve(described);
    textsOf((await drawSvg(model)).text);
    const picture = await pictureOf(described);
    const text = picture.text({ columns: 100, color: "none" });
    // deno-lint-ignore no-control-regex
    assert(!/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]/.test(text), described.kind);
  }
});

/** A network whose field, and whose class, are called so. */
function networkCalled(name: string): nn.Module {
  class Odd extends nn.Module {
    override forward(x: Tensor): Tensor {
      const inner = (this as unknown as Record<string, nn.Module>)[name];
      return inner.forward(x).add(1);
    }
  }
  Object.defineProperty(Odd, "name", { value: name });
  return Object.assign(new Odd(), { [name]: new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU()) });
}

Deno.test("a graph shows what modules and tensors are called, and nothing else becomes of it", async () => {
  for (const name of HOSTILE.slice(0, 4)) {
    const net = networkCalled(name), x = tensor([[1, 2]]);
    for (const depth of [0, 9]) {
      const picture = await pictureOf(
        graph(net.forward(x), { module: net, names: { [name]: x }, depth, title: name }),
      );
      const texts = textsOf(await picture.files!.svg()).join(" ");
      assertStringIncludes(texts.replaceAll(/\s+/g, " "), name, `depth ${depth}`);
    }
  }
});

Deno.test("control characters in names are seen in graphs, networks, summaries, tables and beside a bar", async () => {
  const net = networkCalled(CONTROLS), x = tensor([[1, 2]], { requiresGrad: true });
  const show = async (x: unknown) => (await pictureOf(x)).text({ columns: 400, color: "none" });
  const written: string[] = [];
  const progress = new Progress(1, {
    label: CONTROLS,
    write: (text) => written.push(text),
    isTerminal: false,
  });
  progress.log(1, { [CONTROLS]: 1 });
  progress.step(1);
  progress.end();
  const texts = [
    await show(graph(x.mul(2), { names: { [CONTROLS]: x } })),
    await show(net),
    String(net),
    String(summary(net, [1, 2])),
    await show(summary(net, [1, 2])),
    await show([{ [CONTROLS]: CONTROLS }]),
    await show(CONTROLS),
    written.join(""),
  ];
  for (const text of texts) {
    assertStringIncludes(text.replaceAll("\n", " "), CONTROLS_SHOWN.slice(0, 40));
    // deno-lint-ignore no-control-regex
    assert(!/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]/.test(text), JSON.stringify(text));
  }
});

Deno.test("control characters in the names of a file's values are seen in the sentence that refuses them", () => {
  const state = { ...new nn.Linear(1, 1).stateDict(), [CONTROLS]: tensor(1) };
  const error = assertThrows(() => new nn.Linear(1, 1).loadStateDict(state));
  assertStringIncludes((error as Error).message, CONTROLS_SHOWN);
});

Deno.test("a table's headings and cells, and a summary's rows, are text in HTML", async () => {
  for (const name of HOSTILE) {
    const { bundle } = await (await pictureOf([{ [name]: name, other: 1 }])).bundle();
    const html = bundle["text/html"] as string;
    for (const [tag] of html.matchAll(/<[^>]*>/g)) {
      assert(/^<\/?(table|thead|tbody|tr|th|td)( style="text-align: (left|right)")?>$/.test(tag), tag);
    }
  }
});
