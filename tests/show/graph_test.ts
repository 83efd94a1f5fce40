import { F, graph, nn, noGrad, randn, type Tensor, tensor } from "descent";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { drawnWidth } from "../../lib/show/draw/metrics.ts";
import { behind } from "../../lib/show/graph/collapse.ts";
import { drawGraph } from "../../lib/show/graph/draw.ts";
import type { Graph } from "../../lib/show/graph/graph.ts";
import { graphText } from "../../lib/show/graph/text.ts";
import { readAll } from "../../lib/show/graph/values.ts";

const textOf = async ({ root }: Graph, columns = 100) => graphText(root, await readAll(root), columns);
const lines = (...texts: string[]) => texts.join("\n");

Deno.test("a graph shows operations, values, and after backward() the gradients", async () => {
  const x = tensor(3, { requiresGrad: true });
  const y = x.sub(2).square().div(2);
  const before = graph(y, { names: { x, y } });
  assertEquals(
    await textOf(before),
    lines("y = div  0.5", "├─ constant  2", "square  1", "sub  1", "├─ x  3", "└─ constant  2"),
  );
  y.backward();
  assertEquals(
    await textOf(before),
    lines(
      "y = div  0.5  ∂ 1",
      "├─ constant  2",
      "square  1  ∂ 0.5",
      "sub  1  ∂ 1",
      "├─ x  3  ∂ 1",
      "└─ constant  2",
    ),
  );
});

Deno.test("where a line has no room for all numbers, values leave half of it to the gradient", async () => {
  const w = tensor([[1.001, 2.002, 3.003], [4.004, 5.005, 6.006]], { requiresGrad: true });
  const y = w.mul(w);
  const picture = graph(y, { names: { w, y } });
  y.backward(tensor([[1, 1, 1], [1, 1, 1]]));
  const row = async (columns: number) => (await textOf(picture, columns)).split("\n")[1];
  const whole = "└─ w  [2, 3]  1.001 2.002 3.003; 4.004 5.005 6.006  ∂ 2.002 4.004 6.006; 8.008 10.01 12.01";
  assertEquals(await row(100), whole);
  for (const columns of [40, 50, 60, 80]) {
    const text = await row(columns);
    assert(text.length <= columns && text.length >= columns - 1, text);
    assertMatch(text, /^└─ w {2}\[2, 3\] {2}1\.001 .*… {2}∂ 2\.002 .*…$/);
  }
  // A short gradient is whole, and the values get what it leaves.
  w.zeroGrad();
  const z = w.sum();
  const short = graph(z, { names: { w, z } });
  z.backward();
  assertEquals(
    (await textOf(short, 60)).split("\n")[1],
    "└─ w  [2, 3]  1.001 2.002 3.003; 4.004 5.00…  ∂ 1 1 1; 1 1 1",
  );
});

Deno.test("a graph shows the numbers as they were when it was taken", async () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const picture = graph(x.mul(x), { names: { x } });
  noGrad(() => x.mul_(10));
  assertStringIncludes(await textOf(picture), "x  [2]  1 2");
});

Deno.test("what is read twice is drawn once", async () => {
  const x = tensor(2, { requiresGrad: true });
  const h = x.exp();
  const picture = graph(h.mul(h.add(1)), { names: { x, h } });
  assertEquals(picture.size, 5);
  const text = await textOf(picture);
  assertStringIncludes(text, "→ (1) h = exp");
  assertStringIncludes(text, "(1) h = exp  7.389");
});

Deno.test("steps that only lay numbers out in another way are left out", async () => {
  const w = tensor([[1, 2], [3, 4]], { requiresGrad: true }), x = tensor([[5], [6]]);
  const text = await textOf(graph(w.matmul(x).flatten(), { names: { w, x } }));
  assertEquals(text, lines("matmul  [2]  17 39", "├─ w  [2, 2]  1 2; 3 4", "└─ x  [2, 1]  5; 6"));
});

class Block extends nn.Module {
  conv = new nn.Conv2d(4, 4, 3, { padding: 1 });
  bn = new nn.BatchNorm2d(4);
  override forward(x: Tensor): Tensor {
    return this.bn.forward(this.conv.forward(x)).add(x).relu();
  }
}

class Net extends nn.Module {
  stem = new nn.Conv2d(1, 4, 3);
  blocks = new nn.Sequential(...Array.from({ length: 8 }, () => new Block()));
  fc = new nn.Linear(4, 10);
  override forward(x: Tensor): Tensor {
    return this.fc.forward(this.blocks.forward(this.stem.forward(x)).mean([2, 3]));
  }
}

Deno.test("a network fits on a page, its modules drawn closed, with their paths and parameters", async () => {
  const net = new Net(), image = randn(1, 1, 8, 8);
  const loss = F.crossEntropy(net.forward(image), tensor([3], { dtype: "int32" }));
  const picture = graph(loss, { module: net, names: { image } });
  assert(picture.size <= 32, `${picture.size} boxes`);
  const text = await textOf(picture);
  assertStringIncludes(text, "blocks.7: Block  [1, 4, 6, 6] · 156 parameters");
  assertStringIncludes(text, "stem: Conv2d  [1, 4, 6, 6] · 40 parameters");
  assertStringIncludes(text, "image  [1, 1, 8, 8]");
  const one = await textOf(graph(loss, { module: net, names: { image }, depth: 0 }));
  assertMatch(one, /Net {2}\[1, 10\] · 1,338 parameters/);
  assertStringIncludes(
    await textOf(graph(loss, { module: net, depth: 9 })),
    "blocks.0.conv.weight  [4, 4, 3, 3]",
  );
});

Deno.test("a module around a single layer that learns is called by its own path", async () => {
  const head = new nn.Sequential(new nn.Flatten(), new nn.Linear(16, 10));
  const net = new nn.Sequential(new nn.Conv2d(1, 1, 3, { padding: 1 }), head);
  const text = await textOf(graph(net.forward(randn(2, 1, 4, 4)), { module: net, depth: 1 }));
  assertMatch(text, /^1: Sequential {2}\[2, 10\] · 170 parameters\n└─ 0: Conv2d/);
});

Deno.test("an input that gradients arrive at stays outside of the one module that reads it", async () => {
  const conv = new nn.Conv2d(4, 4, 3, { padding: 1 }), x = randn(1, 4, 6, 6);
  x.requiresGrad = true;
  const net = new nn.Sequential(conv, new nn.ReLU());
  const text = await textOf(graph(net.forward(x), { module: net, names: { x }, depth: 1 }));
  assertEquals(
    text,
    lines("ReLU  [1, 4, 6, 6]", "0: Conv2d  [1, 4, 6, 6] · 148 parameters", "└─ x  [1, 4, 6, 6]"),
  );
});

Deno.test("Graphviz draws every box, and both directions", async () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const y = x.mul([3, 4]).sum();
  const { root } = graph(y, { names: { x }, title: "a <title>" });
  y.backward();
  const { text, width, height } = await drawGraph(root, await readAll(root), "a <title>");
  for (const word of ["sum", "mul", "constant", "a &lt;title&gt;", "∂", "backward: gradients"]) {
    assertStringIncludes(text, word);
  }
  assert(width > 50 && height > 100);
  assertEquals((text.match(/class="node"/g) ?? []).length, behind(root).length);
});

Deno.test("the text in a box keeps a margin on all sides, and stands in the middle where it is no list of numbers", async () => {
  const w = tensor([[1.5, -2.25], [3, 4]], { requiresGrad: true });
  const y = w.square().sum().mul(tensor(1e-9));
  const { root } = graph(y, { names: { w, "a name with WIDE letters: MMMMWWWW ∂η": y } });
  y.backward();
  const { text } = await drawGraph(root, await readAll(root), "");
  const nodes = [...text.matchAll(/<g class="node">.*?<\/g>/gs)];
  assertEquals(nodes.length, behind(root).length);
  for (const [node] of nodes) {
    const [x, y, width, height] = /x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"/.exec(node)!
      .slice(1).map(Number);
    for (
      const [, at, line, anchor, size, bold, word] of node.matchAll(
        /<text x="([^"]*)" y="([^"]*)" text-anchor="(\w+)" font-size="(\d+)"( font-weight="bold")?[^>]*>([^<]*)/g,
      )
    ) {
      const wide = drawnWidth(word, Number(size), bold !== undefined);
      const left = Number(at) - wide * { start: 0, middle: 0.5, end: 1 }[anchor]!;
      assert(left - x > 7 && x + width - left - wide > 7, `${word}: ${left - x} of ${width}`);
      assert(Number(line) - Number(size) > y + 2 && Number(line) < y + height - 6, word);
      if (anchor === "middle") assertAlmostEquals(left - x, x + width - left - wide, 0.1, word);
    }
  }
});

Deno.test("a module may be called anything, also in the frame around it", async () => {
  class Odd extends nn.Module {
    'a "<b>"' = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
    override forward(x: Tensor): Tensor {
      return this['a "<b>"'].forward(x).add(1);
    }
  }
  const net = new Odd();
  const { root } = graph(net.forward(tensor([[1, 2]])), { module: net, depth: 2 });
  const { text } = await drawGraph(root, await readAll(root), "");
  assertStringIncludes(text, "a &quot;&lt;b&gt;&quot;: Sequential");
});

Deno.test("10,000 operations are refused in a sentence, not by a full stack", () => {
  let y = tensor(1, { requiresGrad: true });
  for (let i = 0; i < 10_000; i++) y = y.add(1);
  assertThrows(() => graph(y), RangeError, "are more than a page can hold");
});

Deno.test("a graph that is not there is missed in a sentence", () => {
  const x = tensor(3, { requiresGrad: true });
  assertThrows(() => graph(tensor(1)), Error, "this tensor has no graph");
  assertThrows(() => graph(noGrad(() => x.square())), Error, "computed inside noGrad()");
  const y = x.square();
  y.backward();
  assertThrows(() => graph(y), Error, "Call graph(y) before y.backward()");
  assertThrows(() => graph(x.square(), { depth: -1 }), RangeError, "depth must be a whole number");
  const names = { x: 3 as unknown as Tensor };
  assertThrows(() => graph(x.square(), { names }), TypeError, "names.x must be a tensor");
});

Deno.test("numbers of a program's own engine are drawn like tensors, what they say of their gradients too", async () => {
  const x = { data: 3, grad: 0, inputs: [] };
  const s = { data: 9, op: "square", grad: 0, inputs: [x] };
  const y = { data: 90, op: "mul", grad: 0, inputs: [s, { data: 10, inputs: [] }] };
  const picture = graph(y, { names: { x, y } });
  Object.assign(y, { data: 0, grad: 1 });
  Object.assign(s, { grad: 10 });
  assertEquals(
    await textOf(picture),
    lines("y = mul  90  ∂ 1", "├─ leaf  10", "square  9  ∂ 10", "└─ x  3  ∂ 0"),
  );
});

Deno.test("an engine's number that is used twice is drawn once, and a graph of 100,000 is walked without recursion", () => {
  interface Own {
    data: number;
    inputs: Own[];
  }
  let y: Own = { data: 1, inputs: [] };
  for (let i = 0; i < 20; i++) y = { data: 2 * y.data, inputs: [y, y] };
  assertEquals(graph(y).size, 21);
  for (let i = 0; i < 100_000; i++) y = { data: 0, inputs: [y] };
  assertThrows(() => graph(y), RangeError, "graph: 100021 boxes are more than a page can hold");
});

Deno.test("graph() says what is wrong with a number of a program's own engine", () => {
  const x = { data: 1, inputs: [] as unknown[] };
  // deno-lint-ignore no-explicit-any -- as a notebook would call it
  const draw = graph as any;
  assertThrows(() => draw({ data: "1", inputs: [] }), TypeError, 'graph: data must be a number, not "1"');
  assertThrows(
    () => draw({ data: 1, inputs: [2] }),
    TypeError,
    "graph: data must be a number, not undefined",
  );
  assertThrows(
    () => draw({ data: 1, inputs: new Set() }),
    TypeError,
    "graph: inputs must be a list, not a Set",
  );
  assertThrows(() => draw({ ...x, grad: null }), TypeError, "graph: grad must be a number, not null");
  assertThrows(
    () => draw(x, { names: { w: tensor(1) } }),
    TypeError,
    "graph: names.w must be a number of the",
  );
  assertThrows(() => draw(x, { module: new nn.ReLU() }), TypeError, "graph: module names");
  x.inputs.push(x);
  assertThrows(() => draw(x), Error, "graph: a number was computed from itself");
});
