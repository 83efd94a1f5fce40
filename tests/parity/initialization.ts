/**
 * Freshly made weights are draws from PyTorch's distributions: the same mean, spread and ends, not the same numbers.
 *
 * @module
 */
import { assertAlmostEquals } from "@std/assert";
import { manualSeed, nn, type Tensor, zeros } from "descent";
import { buildLayer, type LayerSpec } from "./layers.ts";

interface Spread {
  shape: number[];
  mean: number;
  std: number;
  min: number;
  max: number;
}

/** A case of initialization.json: a function of nn.init, a gain, or a layer as it is born. */
export interface InitCase {
  name: string;
  init?: string;
  args?: unknown[];
  options?: Record<string, unknown>;
  values?: Spread;
  nonlinearity?: nn.init.Nonlinearity;
  slope?: number;
  gain?: number;
  layer?: LayerSpec;
  state?: Record<string, Spread>;
}

/** Draws once and compares what the draw looks like. */
export async function checkInit(one: InitCase): Promise<void> {
  manualSeed(1);
  if (one.init !== undefined) {
    // deno-lint-ignore no-explicit-any
    const fill = (nn.init as any)[one.init];
    if (typeof fill !== "function") throw new Error(`nn.init has no ${one.init}`);
    const tensor = zeros(one.values!.shape);
    fill(tensor, ...one.args!, ...Object.keys(one.options!).length > 0 ? [one.options] : []);
    return await compareSpread("the tensor", tensor, one.values!);
  }
  if (one.nonlinearity !== undefined) {
    return assertAlmostEquals(nn.init.calculateGain(one.nonlinearity, one.slope), one.gain!, 1e-12);
  }
  const state = buildLayer(one.layer!).stateDict();
  for (const [name, expected] of Object.entries(one.state!)) await compareSpread(name, state[name], expected);
}

/**
 * The error of a mean of n draws is std / √n, that of a spread std / √(2n); both sides draw, and five of these errors
 * happen once in a million. The ends of a bounded distribution are reached to within 20 / n of its width.
 */
async function compareSpread(what: string, tensor: Tensor, expected: Spread): Promise<void> {
  if (`${tensor.shape}` !== `${expected.shape}`) {
    throw new Error(`${what} has shape [${tensor.shape}], PyTorch's [${expected.shape}]`);
  }
  const values = Array.from(await tensor.data()), n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
  const close = (part: string, found: number, wanted: number, allowed: number) => {
    if (Math.abs(found - wanted) <= allowed + 1e-6) return;
    throw new Error(
      `${what}: its ${part} is ${found}, PyTorch's ${wanted} (${allowed.toPrecision(2)} allowed)`,
    );
  };
  const sigma = Math.SQRT2 * expected.std / Math.sqrt(n);
  close("mean", mean, expected.mean, 5 * sigma);
  close("standard deviation", std, expected.std, 5 * sigma);
  const width = expected.max - expected.min;
  // A normal distribution has no ends; its extremes are where the tail thins out.
  const bounded = width < 4 * expected.std;
  const ends = bounded ? 20 * width / n : 2 * expected.std;
  close("least element", values.reduce((a, b) => Math.min(a, b)), expected.min, ends);
  close("largest element", values.reduce((a, b) => Math.max(a, b)), expected.max, ends);
}
