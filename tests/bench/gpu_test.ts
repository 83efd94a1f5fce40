/** What bench/gpu.ts reads and concludes, and a small run of it. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { costOf, keptOf, type Layer } from "../../bench/cases/network.ts";
import { alexnet, resnet18 } from "../../bench/cases/networks.ts";
import type { Line } from "../../bench/gpu/line.ts";
import { readOptions } from "../../bench/gpu/options.ts";
import { cardOf } from "../../bench/gpu/peaks.ts";
import { tableOf } from "../../bench/gpu/table.ts";
import { noGpu } from "../devices.ts";

const granted = Deno.permissions.querySync({ name: "run" }).state === "granted" &&
  Deno.permissions.querySync({ name: "read" }).state === "granted";
const root = new URL("../../", import.meta.url);

Deno.test("keptOf() counts what the backward pass needs, each array once", () => {
  const conv = { kind: "conv", inputs: 1, outputs: 2, kernel: 3, stride: 1, padding: 1 } as const;
  const pool = { kind: "maxPool", kernel: 2, stride: 2, padding: 0 } as const;
  const relu = { kind: "relu" } as const;
  // The picture, the rectifier's result (which the pooling's gradient does not need), and the places of maxima.
  assertEquals(keptOf([conv, relu, pool], [1, 4, 4]), 16 + 32 + 8);
  // The rectifier's result is the next convolution's input, and counts once.
  const next = { ...conv, inputs: 2 };
  assertEquals(keptOf([conv, relu, next], [1, 4, 4]), 16 + 32);
  // The block's input is kept for its first convolution and its shortcut, and its result.
  const block: Layer = { kind: "residual", body: [next], shortcut: { ...next, kernel: 1, padding: 0 } };
  assertEquals(keptOf([block], [2, 4, 4]), 32 + 32);
});

Deno.test("gpu: readOptions() says what is wrong with a flag, and what was meant", () => {
  assertEquals(readOptions(["resnet18", "--small", "--batches", "1,2"]).batches, [1, 2]);
  assertEquals(readOptions(["--table", "a.jsonl", "b.jsonl"]).table, ["a.jsonl", "b.jsonl"]);
  assertThrows(() => readOptions(["--smal"]), RangeError, "did you mean --small?");
  assertThrows(() => readOptions(["--side", "0"]), RangeError, "--side takes a number above 0");
});

Deno.test("the most special name of a card counts", () => {
  assertEquals(cardOf("NVIDIA H200")?.gbs, 4800);
  assertEquals(cardOf("NVIDIA H100 PCIe")?.tflops, 51);
  assertEquals(cardOf("NVIDIA H100 80GB HBM3")?.tflops, 67);
  assertEquals(cardOf("NVIDIA L40S")?.name, "L40S");
  assertEquals(cardOf("llvmpipe (LLVM 15.0.6, 256 bits)"), undefined);
});

Deno.test("tableOf() has a column for each that was measured, its ratio to ours, and says why a figure is missing", () => {
  const lines: Line[] = [
    { who: "descent", name: "adapter", description: "NVIDIA H200", date: "2026-12-01T00:00:00Z" },
    { who: "descent", name: "peak, multiply-add", ms: 1, tflops: 50 },
    { who: "descent", name: "product 1024", ms: 0.1, tflops: 25 },
    { who: "torch", name: "product 1024", ms: 0.05, tflops: 50 },
    { who: "stock", name: "product 1024", error: "GPU is out of memory. Take less." },
  ];
  const table = tableOf(lines);
  assertStringIncludes(table, "NVIDIA H200, 2026-12-01");
  assertStringIncludes(table, "|  | Descent | TensorFlow.js | PyTorch |");
  const row =
    "| product 1024 | 0.100 ms, 25.0 TFLOP/s (50 %) | – (GPU is out of memory) | 0.0500 ms, 50.0 TFLOP/s (100 %), ×0.50 |";
  assertStringIncludes(table, row);
});

Deno.test({
  name: `gpu.py counts the operations of a step as costOf() does${
    granted ? "" : " (skipped: needs --allow-read)"
  }`,
  ignore: !granted,
  fn: async () => {
    const text = await Deno.readTextFile(new URL("bench/gpu.py", root));
    for (const [name, layers] of Object.entries({ resnet18, alexnet: alexnet(false) })) {
      const found = new RegExp(`"${name}": ([\\d_]+)[,}]`).exec(text)?.[1].replaceAll("_", "");
      assertEquals(Number(found), costOf(layers, [1, 224, 224]).trainingFlops, name);
    }
  },
});

/** Runs bench/gpu.ts as small as can be. */
async function gpu(...args: string[]): Promise<Line[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "gpu", "--small", "--seconds", "0.02", ...args],
    cwd: root,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

const why = noGpu ?? (granted ? undefined : "needs --allow-run and --allow-read");
Deno.test({
  name: `bench/gpu.ts measures ours and TensorFlow.js' own, and keeps its time${
    why ? ` (skipped: ${why})` : ""
  }`,
  ignore: why !== undefined,
  fn: async () => {
    const lines = (await gpu("products", "--limit", "60")).filter(({ name }) => name === "product 256");
    assertEquals(lines.map(({ who }) => who), ["descent", "stock"]);
    for (const { ms, dispatches } of lines) assert(ms! > 0 && dispatches === 1, JSON.stringify(lines));
    const [late] = await gpu("lenet", "--limit", "0.1");
    assertEquals([late.name, late.error], ["lenet", "not begun: 0.1 s were over"]);
  },
});
