/** Functions and layers for sequences and normalization within a sample are PyTorch 2.13's, number for number. */
import { type DeviceName, F, manualSeed, nn, ones, randn, type Tensor } from "descent";
import { assert, assertEquals } from "@std/assert";
import { onEachDevice } from "../devices.ts";
import layers from "../fixtures/sequence_layers.json" with { type: "json" };
import functions from "../fixtures/sequences.json" with { type: "json" };
import type { Case } from "../parity/case.ts";
import { checkAll } from "../parity/check_all.ts";
import {
  checkSequence,
  checkSequenceLayer,
  operations,
  type SequenceLayerCase,
} from "../parity/sequences.ts";

const cases = functions as unknown as Case[], layerCases = layers as unknown as SequenceLayerCase[];

/** All cases; on a software GPU, which is slow, the first of a kind: what they are made of is tested there by itself. */
function chosen<T>(all: readonly T[], kind: (one: T) => string, device: DeviceName): readonly T[] {
  return device === "cpu" ? all : [...Map.groupBy(all, kind).values()].map(([first]) => first);
}

onEachDevice(
  `the ${cases.length} functions for sequences have PyTorch's values and gradients`,
  (device) => checkAll(chosen(cases, ({ op }) => op, device), checkSequence),
);

onEachDevice(
  `the ${layerCases.length} layers for sequences have PyTorch's values, gradients and state`,
  (device) => checkAll(chosen(layerCases, ({ layer }) => layer.type, device), checkSequenceLayer),
);

Deno.test("every function of the table for sequences is met by a fixture", () => {
  const met = new Set(cases.map((one) => one.op));
  assertEquals(Object.keys(operations).filter((name) => !met.has(name)), []);
});

async function assertSame(a: Tensor, b: Tensor): Promise<void> {
  assertEquals(a.shape, b.shape);
  const far = await a.sub(b).abs().max().item();
  assert(far < 1e-5, `they differ by ${far}`);
}

Deno.test("a causal mask that is written out masks as isCausal does, with weights and without", async () => {
  const layer = new nn.MultiheadAttention(8, 2, { batchFirst: true }), x = randn(2, 5, 8);
  const attnMask = ones(5, 5, { dtype: "bool" }).triu(1);
  const [written] = layer.forward(x, x, x, { attnMask, needWeights: false });
  for (const needWeights of [true, false]) {
    await assertSame(layer.forward(x, x, x, { isCausal: true, needWeights })[0], written);
  }
});

Deno.test("keys that are the queries, or the values, go through fewer products to the same result", async () => {
  const layer = new nn.MultiheadAttention(8, 2), x = randn(5, 2, 8), copy = x.clone();
  const [together] = layer.forward(x, x, x);
  await assertSame(layer.forward(x, copy, copy)[0], together);
  await assertSame(layer.forward(x, copy, x.clone())[0], together);
});

Deno.test("attention drops weights in training, as many as it is told to", async () => {
  manualSeed(3);
  const q = randn(1, 4, 50, 8), y = F.scaledDotProductAttention(q, q, ones(1, 4, 50, 50), { dropoutP: 0.5 });
  // The weights that are left are doubled, so that their sum is 1 on the average.
  const mean = await y.mean().item();
  assert(mean !== 1 && Math.abs(mean - 1) < 0.1, `${mean}`);
});

Deno.test("recurrent and attention layers have deep copies, which go their own way", async () => {
  for (const layer of [new nn.LSTM(2, 3, { bidirectional: true }), new nn.GRUCell(2, 3)]) {
    const x = layer instanceof nn.LSTM ? randn(4, 1, 2) : randn(4, 2), copy = layer.deepCopy();
    const first = async (one: nn.Module) => await [one.forward(x)].flat()[0].array();
    const before = await first(layer);
    for (const parameter of copy.parameters()) nn.init.zeros_(parameter);
    assertEquals(await first(layer), before);
    assert(JSON.stringify(await first(copy)) !== JSON.stringify(before));
  }
  const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 2 }), 2);
  assertEquals(new Set(encoder.parameters()).size, 24);
});
