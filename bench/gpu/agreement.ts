/**
 * Whether the GPU's numbers are the cpu's: losses of a small network, products, convolutions and their gradients.
 *
 * @module
 */
import {
  capture,
  type DeviceName,
  F,
  manualSeed,
  optim,
  randn,
  type Tensor,
  tensor,
  useDevice,
} from "descent";
import { resnet8 } from "../cases/networks.ts";
import { build } from "../ours/network.ts";
import { attempt, digits, say } from "./line.ts";

const STEPS = 10;

/** Prints a line for each comparison. */
export async function agreement(): Promise<void> {
  await attempt("descent", "agreement, ten losses", async () => {
    const cpu = await losses("cpu", false), gpu = await losses("webgpu", false);
    const differences = gpu.map((loss, i) => Math.abs(loss - cpu[i]) / Math.abs(cpu[i]));
    const again = await losses("webgpu", false);
    say({
      who: "descent",
      name: "agreement, ten losses",
      largest_relative_difference: digits(Math.max(...differences), 2),
      cpu: cpu.at(-1),
      webgpu: gpu.at(-1),
      repeats: same(gpu, again),
    });
  });
  await attempt("descent captured", "agreement, ten losses", async () => {
    const eager = await losses("webgpu", false), captured = await losses("webgpu", true);
    say({ who: "descent captured", name: "agreement, ten losses", same_as_eager: same(eager, captured) });
  });
  for (const [m, k, n] of [[64, 64, 64], [257, 129, 65], [512, 1000, 300]]) {
    const name = `agreement, product ${m} × ${k} × ${n}`;
    await compared(name, [[m, k], [k, n]], ([a, b]) => Promise.resolve([a.matmul(b)]), ["product"]);
  }
  for (const [batch, inputs, outputs, side, kernel, stride] of CONVOLUTIONS) {
    const name = `agreement, convolution ${kernel}×${kernel} ${inputs}→${outputs}, ${side}², batch ${batch}`;
    const shapes = [[batch, inputs, side, side], [outputs, inputs, kernel, kernel]];
    await compared(name, shapes, (inputs) => convolved(inputs, stride, kernel >> 1), ["y", "dx", "dw"]);
  }
  await useDevice("webgpu");
}

/** Batch, channels in and out, side, kernel, stride. */
const CONVOLUTIONS = [[2, 1, 64, 40, 7, 2], [2, 64, 64, 14, 3, 1], [3, 32, 48, 13, 3, 2], [
  1,
  48,
  96,
  14,
  1,
  2,
]];

async function losses(device: DeviceName, captured: boolean): Promise<number[]> {
  await useDevice(device);
  manualSeed(3);
  const net = build(resnet8), sgd = new optim.SGD(net.parameters(), { lr: 0.05, momentum: 0.9 });
  const x = randn(8, 1, 28, 28), y = tensor(Int32Array.from({ length: 8 }, (_, i) => i));
  const eager = (x: Tensor, y: Tensor) => {
    const loss = F.crossEntropy(net.forward(x), y);
    loss.backward();
    sgd.step();
    sgd.zeroGrad();
    return loss;
  };
  const step = captured ? capture(eager) : eager, found: number[] = [];
  for (let i = 0; i < STEPS; i++) found.push(await step(x, y).item());
  return found;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}

/** A convolution, and the gradients of the sum of its squares. */
async function convolved([x, w]: Tensor[], stride: number, padding: number): Promise<Tensor[]> {
  x.requiresGrad = w.requiresGrad = true;
  const y = F.conv2d(x, w, { stride, padding });
  y.square().sum().backward();
  return await Promise.resolve([y, x.grad!, w.grad!]);
}

/** Computes the same from the same numbers on both devices, and prints how far apart results are, relative to the largest of them. */
async function compared(
  name: string,
  shapes: number[][],
  compute: (inputs: Tensor[]) => Promise<Tensor[]>,
  results: string[],
): Promise<void> {
  await attempt("descent", name, async () => {
    await useDevice("cpu");
    manualSeed(5);
    const values: Float32Array[] = [];
    for (const shape of shapes) values.push(await randn(shape).data() as Float32Array);
    const on = async (device: DeviceName) => {
      await useDevice(device);
      const found = await compute(shapes.map((shape, i) => tensor(values[i], { shape })));
      return await Promise.all(found.map((result) => result.data()));
    };
    const cpu = await on("cpu"), gpu = await on("webgpu");
    const apart = results.map((result, i) => {
      let largest = 0, difference = 0;
      for (const [j, value] of cpu[i].entries()) {
        largest = Math.max(largest, Math.abs(value));
        // A NaN on one side alone must not vanish in a maximum.
        const d = Math.abs(value - gpu[i][j]);
        difference = d > difference || Number.isNaN(d) ? d : difference;
      }
      return [result, digits(difference / largest, 2)];
    });
    say({ who: "descent", name, relative_difference: Object.fromEntries(apart) });
  });
}
