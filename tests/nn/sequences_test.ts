/** Functions and layers for sequences and normalization within a sample are PyTorch 2.13's, number for number. */
import type { DeviceName } from "descent";
import { assertEquals } from "@std/assert";
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
