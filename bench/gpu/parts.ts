/**
 * What is measured, in parts that each run in a process of their own; the most telling first.
 *
 * @module
 */
import { convolutionFlops, costOf, type Layer, sideBehind, type SizedConv } from "../cases/network.ts";
import { alexnet, resnet18 } from "../cases/networks.ts";
import type { Job } from "../cases/task.ts";
import { convolution, product } from "../ours/kernels.ts";
import { adapter } from "./adapter.ts";
import { agreement } from "./agreement.ts";
import { training } from "./jobs.ts";
import { lenetEpoch } from "./lenet.ts";
import { attempt, digits, say, type Who } from "./line.ts";
import { measure, type Timing } from "./measure.ts";
import { memory } from "./memory.ts";
import type { Size } from "./sizes.ts";
import * as stock from "./stock.ts";

/** A part of a run. */
export interface Part {
  name: string;
  run(): Promise<void>;
}

/** Its linear layers know no other. */
const ALEXNET_SIDE = 224;

/** All of them. */
export function partsOf(size: Size): Part[] {
  const { batches, side } = size;
  const steps = (name: string, layers: Layer[], side: number): Part[] =>
    batches.map((batch) => ({
      name: `${name}-${batch}`,
      run: () => networkSteps(name, layers, [batch, 1, side, side], size),
    }));
  const [first, ...others] = batches.map((batch, i): Part => ({
    name: `convolutions-${batch}`,
    run: () => convolutions(batch, size, i === 0),
  }));
  return [
    { name: "adapter", run: () => adapter(size) },
    { name: "agreement", run: agreement },
    ...steps("resnet18", resnet18, side),
    { name: "products", run: () => products(size) },
    ...steps("alexnet", alexnet(false), ALEXNET_SIDE),
    first,
    { name: "lenet", run: () => lenetEpoch(size.digits) },
    ...memoryParts(size),
    ...others,
  ];
}

function memoryParts({ batches }: Size): Part[] {
  const batch = Math.max(...batches);
  const name = `alexnet memory, batch ${batch}`;
  const input = [batch, 1, ALEXNET_SIDE, ALEXNET_SIDE];
  // What one of them leaves in pools would count for the other.
  return [
    { name: "memory-captured", run: () => memory(name, alexnet(false), input, true) },
    { name: "memory-eager", run: () => memory(name, alexnet(false), input, false) },
  ];
}

/** Runs before jobs take turns. */
const WARM = 3;

/** Who is measured at one case; each takes turns with the others where the machine may be busy, or goes alone. */
type Competitors = [who: Who, make: () => Job][];

async function figures(
  name: string,
  who: Competitors,
  { small, seconds }: Size,
  flops: number,
  bytes = 0,
): Promise<Map<Who, number>> {
  const found = new Map<Who, number>();
  const print = (who: Who, timing: Timing) => {
    const { ms, ...rest } = timing;
    const rate = flops > 0 ? { tflops: digits(flops / ms / 1e9) } : { gbs: digits(bytes / ms / 1e6) };
    say({ who, name, ms, ...rate, ...rest });
    found.set(who, ms);
  };
  const ready: [Who, Job][] = [];
  for (const [one, make] of who) {
    await attempt(one, name, async () => {
      if (one === "stock") await stock.startStock();
      const job = make();
      if (!small) {
        print(one, (await measure([job], seconds))[0]);
        return job.drop?.();
      }
      // Compiles, and fails now if it has to: a captured step in its second run at the latest.
      await job.run(WARM);
      ready.push([one, job]);
    });
  }
  if (ready.length > 0) {
    await attempt("descent", name, async () => {
      const timings = await measure(ready.map(([, job]) => job), seconds);
      for (const [i, [one]] of ready.entries()) print(one, timings[i]);
    });
    for (const [, job] of ready) job.drop?.();
  }
  return found;
}

async function networkSteps(name: string, layers: Layer[], input: number[], size: Size): Promise<void> {
  const [batch, ...sample] = input;
  const title = `${name} step, ${sample[1]}², batch ${batch}`;
  const who: Competitors = [
    ["descent", () => training(layers, input, false)],
    ["descent captured", () => training(layers, input, true)],
    ["stock", () => stock.training(layers, input)],
  ];
  const found = await figures(title, who, size, batch * costOf(layers, sample).trainingFlops);
  const theirs = found.get("stock");
  if (theirs === undefined) return;
  for (const one of ["descent", "descent captured"] as const) {
    const ours = found.get(one);
    if (ours !== undefined) {
      say({ who: one, name: `${title}, stock's time / ours`, ratio: digits(theirs / ours, 3) });
    }
  }
}

async function products(size: Size): Promise<void> {
  for (const n of size.products) {
    const task = { kind: "product", m: n, k: n, n, transposeA: false, transposeB: false } as const;
    const who: Competitors = [["descent", () => product(task)], ["stock", () => stock.product(task)]];
    await figures(`product ${n}`, who, size, 2 * n ** 3);
  }
}

/** Enough to see that it works. */
const SMALL_CONVOLUTIONS = 3;
const DIRECTIONS = { forward: "y", input: "dx", filter: "dw" } as const;

/** Every convolution of ResNet-18, and its gradients. */
async function convolutions(batch: number, size: Size, withStock: boolean): Promise<void> {
  const { seconds, side, small } = size;
  const all = costOf(resnet18, [1, side, side]).convolutions;
  const distinct = [...new Map(all.map((conv) => [JSON.stringify(conv), conv])).values()];
  for (const conv of small ? distinct.slice(0, SMALL_CONVOLUTIONS) : distinct) {
    for (const direction of ["forward", "input", "filter"] as const) {
      // Nobody asks for the gradient of the pictures.
      if (conv === all[0] && direction === "input") continue;
      const task = { ...conv, kind: "convolution", direction } as const;
      const who: Competitors = [
        ["descent", () => convolution(task, batch)],
        ...(withStock ? [["stock", () => stock.convolution(task, batch)]] as Competitors : []),
      ];
      const flops = batch * convolutionFlops(conv);
      await figures(convolutionName(conv, batch, DIRECTIONS[direction]), who, {
        ...size,
        seconds: seconds / 4,
      }, flops);
    }
  }
}

/** "conv 3×3 64→128, 56²→28², batch 32, dw". */
export function convolutionName(conv: SizedConv, batch: number, result: string): string {
  const { inputs, outputs, kernel, size } = conv;
  return `conv ${kernel}×${kernel} ${inputs}→${outputs}, ${size}²→${
    sideBehind(size, conv)
  }², batch ${batch}, ${result}`;
}
