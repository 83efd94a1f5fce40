/** What bench/ counts, reads and concludes; no figure is measured here. */
import { assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { allCases } from "../../bench/cases/cases.ts";
import { costOf } from "../../bench/cases/network.ts";
import { alexnet, resnet18 } from "../../bench/cases/networks.ts";
import { readOptions } from "../../bench/options.ts";
import { markdown } from "../../bench/report/markdown.ts";
import { verdicts } from "../../bench/report/musts.ts";
import { tableEnd, tableHead, tableRows } from "../../bench/report/table.ts";
import { median, ratio, type Results, type Samples } from "../../bench/run/result.ts";
import { textWidth } from "../../lib/text/width.ts";

Deno.test("costOf() counts the parameters that the book's networks have", () => {
  assertEquals(costOf(alexnet(false), [1, 224, 224]).parameters, 46_764_746);
  assertEquals(costOf(resnet18, [1, 224, 224]).parameters, 11_178_378);
});

Deno.test("costOf() counts a convolution's arithmetic, without the gradient of the network's input", () => {
  const conv = { kind: "conv", inputs: 2, outputs: 3, kernel: 3, stride: 1, padding: 1 } as const;
  const one = 2 * 5 * 5 * 3 * 2 * 9;
  assertEquals(costOf([conv], [2, 5, 5]).trainingFlops, 2 * one);
  assertEquals(costOf([conv], [2, 5, 5]).activations, 2 * 25 + 3 * 25);
});

Deno.test("each case has a name of its own, and ResNet-18 eleven different convolutions", () => {
  const names = allCases(false).map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  assertEquals(names.filter((name) => name.startsWith("conv-")).length, 11 * 3);
});

Deno.test("readOptions() says what is wrong with a flag, and what was meant", () => {
  assertEquals(readOptions(["resnet18", "--peers", "torch,jax"]).peers, ["torch", "jax"]);
  assertEquals(readOptions(["--peers", "none"]).peers, []);
  assertThrows(() => readOptions(["--peers", "troch"]), RangeError, "did you mean torch?");
  assertThrows(() => readOptions(["--repeat", "3"]), RangeError, "did you mean --repeats?");
  assertThrows(() => readOptions(["--threads", "0"]), RangeError, "a whole number from 1 up");
});

Deno.test("ratio() is the median of the pairs, not the pair of the medians", () => {
  assertEquals(median([3, 1, 2, 10]), 2.5);
  assertEquals(ratio({ values: [1, 10, 2], ours: [2, 5, 2] }), 1);
  assertEquals(ratio({ values: [1] }), undefined);
});

/** A run of one case, in which ours took 1 s. */
function run(name: string, samples: Record<string, Samples>): Results {
  const machine = { processor: "P", cores: 2, memoryBytes: 1, system: "s", load: 0 };
  const who = (label: string) => ({ label, version: label, threads: 2 });
  const found = allCases(false).find((one) => one.name === name)!;
  const { title, flops, bytes } = found;
  const result = { name, title, unit: "s" as const, count: 1, flops, bytes, samples };
  return {
    date: "2026-01-01T00:00:00Z",
    machine,
    threads: 2,
    repeats: 1,
    quick: false,
    competitors: { ours: who("Descent"), "ours-1": who("1 thread"), torch: who("PyTorch") },
    absent: [],
    cases: [result],
  };
}

Deno.test("verdicts() judges what was measured, and says so of what was not", () => {
  const judged = (torch: Samples) => verdicts(run("alexnet-1", { ours: { values: [1] }, torch }))[0];
  assertEquals(judged({ values: [2], ours: [1] }).verdict, "met");
  assertEquals(judged({ values: [2], ours: [1] }).aimed, true);
  assertEquals(judged({ values: [0.5], ours: [1] }).verdict, "missed");
  assertEquals(judged({ values: [], missing: "> 30 s" }).verdict, "not measured");
  const [, scaling] = verdicts(
    run("resnet18-1", { "ours": { values: [1] }, "ours-1": { values: [1.8], ours: [1] } }),
  );
  assertAlmostEquals(Number(scaling.value), 1.8);
  assertEquals(scaling.verdict, "met");
});

Deno.test("tables fit into 100 columns, and show why a figure is missing", () => {
  const ours = { values: [1.234, 1.3], did: 3 };
  const torch = { values: [], missing: "a very long sentence that ".repeat(8) };
  for (const { name } of allCases(false)) {
    const results = run(name, { ours, torch });
    const lines = [
      tableHead(),
      ...tableRows(results.cases[0], results),
      ...tableEnd(results, verdicts(results)),
    ];
    assertEquals(lines.filter((line) => textWidth(line) > 100), []);
    assertStringIncludes(lines.join("\n"), "a very long");
  }
  const text = markdown(run("mlp", { ours, torch }), []);
  assertStringIncludes(text, "| MLP 784-256-10, batch 64 | 1.27 s\\*");
});

Deno.test("a rate that the machine does not have is called out: something was not computed", () => {
  const peak = run("peak-product", { ours: { values: [1] } });
  const notesOn = (seconds: number) => {
    const { cases } = run("product-1024", { ours: { values: [1] }, torch: { values: [seconds], ours: [1] } });
    return tableEnd({ ...peak, cases: [...peak.cases, ...cases] }, []).join("\n");
  };
  // Half the size takes an eighth of the time, 0.125 s.
  assertEquals(notesOn(0.1).includes("not all was computed"), false);
  assertStringIncludes(
    notesOn(0.001),
    "! Product 1024, A B, PyTorch: faster than the machine; not all was computed.",
  );
});
