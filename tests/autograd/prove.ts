/**
 * How a rule is proved: its values against plain float64, its gradients against finite differences of its own values and
 * of the float64 reference, and all that again for inputs that lie in memory in other orders.
 *
 * @module
 */
import { type DeviceName, gradCheck, gradGradCheck, Tensor, tensor } from "descent";
import { assertEquals } from "@std/assert";
import { onCpu, onEachDevice } from "../devices.ts";
import { Draw, type Kind } from "./draw.ts";
import type { Plain } from "./plain.ts";

/** A function, where to look at it, and what it should give. */
export interface Problem {
  readonly inputs: Plain[];
  readonly fn: (...inputs: Tensor[]) => Tensor;
  readonly expected: (...inputs: Plain[]) => Plain;
  /** Step of the differences, where the function asks for another one. */
  readonly eps?: number;
}

/** Makes a problem of random shape and numbers. */
export type Check = (draw: Draw) => Problem;

/** Checks by name: what is computed. */
export type Checks = Readonly<Record<string, Check>>;

const SEEDS: Record<DeviceName, readonly (readonly [number, Kind])[]> = {
  cpu: [
    [1, "one element"],
    [2, "one element"],
    [3, "empty"],
    [4, "empty"],
    ...Array.from({ length: 12 }, (_, i) => [5 + i, "random"] as const),
    ...Array.from({ length: 4 }, (_, i) => [20 + i, "large"] as const),
  ],
  // A software adapter takes milliseconds for every call.
  webgpu: [[1, "one element"], [3, "empty"], [5, "random"], [20, "large"]],
};

/**
 * Registers the tests of some checks: on each device, or, where a formula is made of kernels that are compared on both and
 * PyTorch's fixtures are, too, on the cpu.
 */
export function prove(topic: string, checks: Checks, only?: "cpu"): void {
  for (const [name, check] of Object.entries(checks)) {
    const on = only === "cpu" ? onCpu : onEachDevice;
    on(`${topic}: ${name}`, async (device) => {
      for (const [seed, kind] of SEEDS[device]) {
        try {
          await solve(check(new Draw(seed, kind)), new Draw(seed), device);
        } catch (error) {
          (error as Error).message = `problem ${seed} (${kind}): ${(error as Error).message}`;
          throw error;
        }
      }
    });
  }
}

async function solve({ inputs, fn, expected, eps }: Problem, draw: Draw, device: DeviceName): Promise<void> {
  // Half of the inputs are stored in another order of dimensions than the function sees.
  const orders = inputs.map(({ shape }) => draw.order(shape.length));
  const moved = inputs.map((_, i) => draw.uniform() < 0.5 && orders[i].length > 1);
  const stored = inputs.map((input, i) => moved[i] ? input.permute(inverse(orders[i])) : input);
  const seen = (...tensors: Tensor[]) => fn(...tensors.map((x, i) => moved[i] ? x.permute(orders[i]) : x));
  const make = () =>
    stored.map(({ shape, data }) => tensor(Float32Array.from(data), { shape, requiresGrad: true }));

  const output = seen(...make());
  const right = expected(...inputs);
  assertEquals(output.shape, [...right.shape], "the shape");
  await assertClose(
    output,
    right.data,
    `the value of shapes ${JSON.stringify(inputs.map((one) => one.shape))}`,
  );
  const elements = stored.reduce((total, { data }) => total + data.length, 0);
  // A software adapter is slow, and a large tensor has many elements: a slope in one direction tells almost as much.
  if (elements <= (device === "cpu" ? 200 : 6)) await gradCheck(seen, make(), { eps });
  // Squared, so that the gradient of a linear operation depends on its input, too.
  const squared = (...tensors: Tensor[]) => seen(...tensors).square();
  if (elements <= (device === "cpu" ? 40 : 0)) await gradGradCheck(squared, make(), { eps, atol: 4e-3 });
  if (elements === 0) return;
  const weights = draw.array(right.shape, 0.5, 1.5);
  const found = await gradients(
    seen,
    make(),
    tensor(Float32Array.from(weights.data), { shape: right.shape }),
  );
  for (let direction = 0; direction < 3; direction++) {
    // Along one input, all of them, and a few of their elements.
    const chosen = draw.int(0, inputs.length - 1);
    const steps = inputs.map((input, i) => {
      return input.map(() =>
        direction === 0 && i !== chosen || direction === 2 && draw.uniform() < 0.9 ? 0 : draw.uniform() - 0.5
      );
    });
    const loss = (h: number) => {
      const values = expected(...inputs.map((input, i) =>
        input.zip(steps[i], (x, step) => x + h * step)
      )).data;
      return values.reduce((sum, value, i) => sum + value * weights.data[i], 0);
    };
    const slope = (loss(1e-5) - loss(-1e-5)) / 2e-5;
    let sum = 0, scale = 0;
    steps.forEach((step, i) => {
      const laid = moved[i] ? step.permute(inverse(orders[i])) : step;
      laid.data.forEach((d, j) => {
        const product = d * (found[i][j] ?? 0);
        sum += product;
        scale += Math.abs(product);
      });
    });
    if (!(Math.abs(sum - slope) <= 1e-4 + 1e-4 * scale)) {
      throw new Error(
        `in direction ${direction}, backward() gives a slope of ${sum}, the float64 reference ${slope}`,
      );
    }
  }
}

async function gradients(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor[],
  weights: Tensor,
): Promise<Float32Array[]> {
  const output = fn(...inputs);
  if (output.requiresGrad) output.backward(weights);
  return await Promise.all(
    inputs.map(async ({ grad }) => await grad?.data() as Float32Array ?? new Float32Array()),
  );
}

/** Asserts |actual − expected| ≤ 1e-5 + 1e-4 · |expected| for every element. */
export async function assertClose(
  actual: Tensor | ArrayLike<number>,
  expected: ArrayLike<number>,
  what = "the value",
): Promise<void> {
  const found = actual instanceof Tensor ? await actual.data() : actual;
  assertEquals(found.length, expected.length, `${what}: how many numbers`);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i], expected[i]];
    if (Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-5 + 1e-4 * Math.abs(b)) continue;
    throw new Error(`${what}: element ${i} is ${a} and should be ${b}`);
  }
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, d) => order.indexOf(d));
}
