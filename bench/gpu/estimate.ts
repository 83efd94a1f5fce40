/**
 * The least that a training step of ResNet-18 takes on a card: each kernel's operations at the card's rate, or its bytes, whichever takes
 * longer. The step is asked for on whatever adapter there is, and nothing of it is computed.
 *
 * @module
 */
import { type Device, useDevice } from "descent";
import { bytesOf, flopsOf } from "../../lib/device/profile/cost.ts";
import { watchKernels } from "../../lib/device/profile/watch.ts";
import { resnet18 } from "../cases/networks.ts";
import { idle } from "./idle.ts";
import { step } from "./jobs.ts";
import { type Card, ESTIMATED } from "./peaks.ts";
import type { Size } from "./sizes.ts";

/** A call of a kernel. */
interface Call {
  kernel: string;
  flops: number;
  bytes: number;
}

const BYTES = 4;

/** Prints a table for each batch. */
export async function estimate({ batches, side }: Size): Promise<void> {
  const device = await useDevice("webgpu");
  // Operations and bytes of each call are linear in the batch; so no adapter needs the room for a large one.
  const two = callsOf(device, [2, 1, side, side]), three = callsOf(device, [3, 1, side, side]);
  for (const batch of [...batches].sort((a, b) => a - b)) {
    const calls = two.map(({ kernel, flops, bytes }, i) => {
      if (three[i]?.kernel !== kernel) {
        throw new Error("estimate: a step of another batch calls other kernels");
      }
      const scaled = (first: number, second: number) => first + (batch - 2) * (second - first);
      return { kernel, flops: scaled(flops, three[i].flops), bytes: scaled(bytes, three[i].bytes) };
    });
    console.log(tableOf(calls, `ResNet-18, ${side}², batch ${batch}`));
  }
}

/** The calls of a step, which is not computed. */
function callsOf(device: Device, input: number[]): Call[] {
  const calls: Call[] = [], run = idle(() => step(resnet18, input));
  // The optimizer makes its memory in the first step.
  idle(run);
  const end = watchKernels(device, {
    called(kernel, args, run) {
      const result = run(), bytes = bytesOf(args, result, () => BYTES);
      // A view is no work.
      if (bytes > 0) calls.push({ kernel, flops: flopsOf(kernel, args, result), bytes });
      return result;
    },
  });
  try {
    idle(run);
  } finally {
    end();
  }
  return calls;
}

/** Milliseconds that a call takes at the least. */
function bound({ flops, bytes }: Call, { tflops, gbs }: Card): number {
  return Math.max(flops / tflops / 1e9, bytes / gbs / 1e6);
}

/** Kernels with less of the time than this share a row. */
const TELLING = 0.01;

function tableOf(calls: readonly Call[], title: string): string {
  const totals = (some: readonly Call[]) => {
    const sum = (of: (call: Call) => number) => some.reduce((total, call) => total + of(call), 0);
    const bounds = ESTIMATED.map((card) => sum((call) => bound(call, card)));
    return { bounds, numbers: [sum(({ flops }) => flops) / 1e9, sum(({ bytes }) => bytes) / 1e6, ...bounds] };
  };
  const all = totals(calls).bounds[0],
    of = (kernel: string) => calls.filter((call) => call.kernel === kernel);
  const kernels = [...new Set(calls.map(({ kernel }) => kernel))]
    .map((kernel) => ({ kernel, share: totals(of(kernel)).bounds[0] / all }))
    .sort((a, b) => b.share - a.share);
  const telling = kernels.filter(({ share }) => share >= TELLING).map(({ kernel }) => kernel);
  const rows: [string, readonly Call[]][] = [
    ...telling.map((kernel): [string, Call[]] => [kernel, of(kernel)]),
    ["the rest", calls.filter(({ kernel }) => !telling.includes(kernel))],
    ["all", calls],
  ];
  const head = ["kernel", "calls", "GFLOP", "MB", ...ESTIMATED.map(({ name }) => `ms, ${name}`)];
  return [
    `${title}:\n`,
    `| ${head.join(" | ")} |`,
    `|${[" --- ", ...head.slice(1).map(() => " ---: ")].join("|")}|`,
    ...rows.map(([name, some]) => {
      const { numbers } = totals(some);
      const cells = numbers.map((value) => value.toFixed(value >= 10 ? 0 : value >= 1 ? 1 : 3));
      return `| ${[name, some.length, ...cells].join(" | ")} |`;
    }),
    "",
  ].join("\n");
}
