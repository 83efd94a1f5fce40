/** What charts, graphs and show() do not take, in a sentence: when they are made, and when one changed by hand is shown. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { chart, graph, nn, ones, show, tensor } from "descent";

// What deno run and notebooks let through.
// deno-lint-ignore no-explicit-any
const loose = { chart, graph, show } as any;
const y = [1, 2, 3];

Deno.test("a chart refuses settings of another name or kind when it is made", () => {
  const cases: [() => unknown, typeof TypeError, string][] = [
    [
      () => loose.chart.line(y),
      TypeError,
      "line: options stand in one object such as { title: … }, not [1, 2, 3]",
    ],
    [() => loose.chart.line({ y, xtitle: "step" }), TypeError, "did you mean xTitle?"],
    [() => loose.chart.line({ y, yLog: "log" }), TypeError, 'line: yLog must be true or false, not "log"'],
    [() => loose.chart.line({ y, title: 3 }), TypeError, "line: title must be text, not 3"],
    [() => loose.chart.line({ y: 3 }), TypeError, "line: y must be a tensor or an array of numbers, not 3"],
    [() => loose.chart.line({ y }, "title"), TypeError, "line: takes one argument"],
    [() => chart.line({ y, yRange: [0, 1], yLog: true }), RangeError, "a logarithmic axis has no 0"],
    [() => chart.line({ y, xRange: [1, 1] }), RangeError, "line: xRange must be two different numbers"],
    [
      () => loose.chart.line({ y, xRange: 3 }),
      TypeError,
      "line: xRange must be two numbers, [from, to], not 3",
    ],
    [
      () => loose.chart.line({ series: { a: { y, dash: "dashed" } } }),
      RangeError,
      'dash must be one of "dash", "dot", not "dashed"',
    ],
    [() => loose.chart.line({ series: [y] }), TypeError, "line: series must be an object, { name: … }"],
    [() => loose.chart.contour({}), TypeError, "contour: z must be given"],
    [
      () => loose.chart.contour({ z: [y, y], path: [y, y] }),
      TypeError,
      "contour: path: options stand in one object",
    ],
    [() => loose.chart.bar({ x: "ab", y: [1, 2] }), TypeError, 'bar: x must be a list of texts, not "ab"'],
    [() => loose.chart.bar({ x: ["a", 2], y: [1, 2] }), TypeError, "bar: x[1] must be text, not 2"],
    [
      () => loose.chart.histogram({ x: y, bins: 0 }),
      RangeError,
      "histogram: bins must be a whole number ≥ 1",
    ],
    [() => loose.chart.imageGrid({ images: y, range: "every" }), RangeError, 'must be one of "all", "each"'],
    [() => loose.chart.panels(chart.line({ y })), TypeError, "panels: charts must be a list of charts"],
    [() => loose.chart.panels([y]), TypeError, "panels: charts[0] must be a chart, not [1, 2, 3]"],
    [() => loose.chart.panels([], { rows: 2 }), TypeError, 'panels: there is no option "rows"'],
  ];
  for (const [make, Kind, message] of cases) assertThrows(make, Kind, message);
  assertEquals(chart.line({ y, title: undefined }).kind, "line");
});

Deno.test("a chart that was changed by hand is looked at again when it is shown", async () => {
  const line = chart.line({ y });
  await assertRejects(
    () => show({ ...line, width: "wide" }),
    TypeError,
    'line: width must be a number, not "wide"',
  );
  const panels = { ...chart.panels([line]), charts: [{ ...line, colour: "red" }] };
  await assertRejects(() => show(panels), TypeError, 'line: there is no option "colour"');
});

Deno.test("graph() and show() refuse what they do not take", async () => {
  const loss = tensor([1, 2], { requiresGrad: true }).square().sum();
  assertThrows(() => loose.graph(3), TypeError, "graph: y must be a tensor, not 3");
  assertThrows(() => loose.graph(loss, "loss"), TypeError, "graph: options stand in one object");
  assertThrows(
    () => loose.graph(loss, { names: ["x"] }),
    TypeError,
    "graph: names stand in one object, such as",
  );
  assertThrows(
    () => loose.graph(loss, { names: { x: 1 } }),
    TypeError,
    "graph: names.x must be a tensor, not 1",
  );
  assertThrows(
    () => loose.graph(loss, { module: nn.ReLU }),
    TypeError,
    "module must be a module, not the class",
  );
  assertThrows(
    () => graph(loss, { depth: -1 }),
    RangeError,
    "graph: depth must be a whole number ≥ 0, not -1",
  );
  await assertRejects(() => loose.show(ones(1), "weights"), TypeError, "show: options stand in one object");
  await assertRejects(() => loose.show(ones(1), { title: "w" }), TypeError, "there are name, out");
});
