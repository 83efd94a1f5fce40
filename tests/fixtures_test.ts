/**
 * The library's numbers are PyTorch 2.13's. The fixtures, and the Python that computes them, stand in tests/fixtures and
 * tools/fixtures; what reads and compares them in tests/parity.
 */
import { assertEquals } from "@std/assert";
import arrangement from "./fixtures/arrangement.json" with { type: "json" };
import compositions from "./fixtures/compositions.json" with { type: "json" };
import convolution from "./fixtures/convolution.json" with { type: "json" };
import dtypes from "./fixtures/dtypes.json" with { type: "json" };
import edges from "./fixtures/edges.json" with { type: "json" };
import elementwise from "./fixtures/elementwise.json" with { type: "json" };
import furtherLosses from "./fixtures/further_losses.json" with { type: "json" };
import inPlace from "./fixtures/in_place.json" with { type: "json" };
import indexing from "./fixtures/indexing.json" with { type: "json" };
import initialization from "./fixtures/initialization.json" with { type: "json" };
import layers from "./fixtures/layers.json" with { type: "json" };
import linalg from "./fixtures/linalg.json" with { type: "json" };
import losses from "./fixtures/losses.json" with { type: "json" };
import optimizers from "./fixtures/optimizers.json" with { type: "json" };
import pooling from "./fixtures/pooling.json" with { type: "json" };
import realSizes from "./fixtures/real_sizes.json" with { type: "json" };
import reductions from "./fixtures/reductions.json" with { type: "json" };
import schedulers from "./fixtures/schedulers.json" with { type: "json" };
import shape from "./fixtures/shape.json" with { type: "json" };
import { type Case, checkCase } from "./parity/case.ts";
import { onEachDevice } from "./devices.ts";
import { checkAll } from "./parity/check_all.ts";
import { checkProgram, type InPlace } from "./parity/in_place.ts";
import { checkInit, type InitCase } from "./parity/initialization.ts";
import { checkLayer, type LayerCase } from "./parity/layers.ts";
import { operations } from "./parity/operations.ts";
import {
  checkOptimizer,
  checkScheduler,
  type OptimizerCase,
  type SchedulerCase,
  type Start,
} from "./parity/optimizers.ts";
import { checkRealSize, type RealSizeCase } from "./parity/real_sizes.ts";

// TypeScript gives every JSON file a type of its own, a union of all the shapes its cases have.
const topics = {
  elementwise,
  dtypes,
  reductions,
  shape,
  linalg,
  convolution,
  pooling,
  losses,
  further_losses: furtherLosses,
  edges,
  compositions,
  arrangement,
  indexing,
} as unknown as Record<string, Case[]>;

for (const [topic, cases] of Object.entries(topics)) {
  onEachDevice(
    `the ${cases.length} cases of ${topic} have PyTorch's values and gradients`,
    () => checkAll(cases, checkCase),
  );
}

const { inputs, programs } = inPlace as InPlace;
onEachDevice(
  `the ${programs.length} programs that change tensors in place have PyTorch's values and gradients`,
  () => {
    const cases = programs.map((program) => ({
      ...program,
      name: `${program.make}, ${program.use}, ${program.change}`,
    }));
    // Side by side: a device's answers take their time.
    const checks = cases.map((one) => checkProgram({ inputs, programs }, one).catch((error: Error) => error));
    return checkAll(cases, async (one) => {
      const error = await checks[cases.indexOf(one)];
      if (error) throw error;
    });
  },
);

const layerCases = layers as unknown as LayerCase[];
onEachDevice(`the ${layerCases.length} layers have PyTorch's values, gradients and state`, () => {
  return checkAll(layerCases, checkLayer);
});

const { start } = optimizers[0] as unknown as { start: Start };
const runs = optimizers.slice(1) as unknown as OptimizerCase[];
onEachDevice(`the ${runs.length} runs of optimizers arrive where PyTorch's do`, () => {
  return checkAll(runs, (one) => checkOptimizer(one, start));
});

const sizes = realSizes as unknown as RealSizeCase[];
onEachDevice(`the ${sizes.length} layers of the networks have PyTorch's values at their true sizes`, () => {
  return checkAll(sizes, checkRealSize);
});

const schedules = schedulers as unknown as SchedulerCase[];
Deno.test(`the ${schedules.length} schedules set PyTorch's learning rates and momenta`, () => {
  return checkAll(schedules, checkScheduler);
});

const inits = initialization as unknown as InitCase[];
Deno.test(`the ${inits.length} initializations draw from PyTorch's distributions`, () =>
  checkAll(inits, checkInit));

Deno.test("every operation of the table is met by a fixture", () => {
  const met = new Set([...Object.values(topics).flat(), ...sizes].map((one) => one.op));
  assertEquals(Object.keys(operations).filter((name) => !met.has(name)), []);
});
