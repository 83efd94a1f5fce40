/**
 * Numbers that both sides make by themselves (see tools/fixtures/formula.py), and the few numbers that sum up what
 * comes out of them.
 *
 * @module
 */
import { type Tensor, tensor } from "descent";
import { readNumbers } from "./text.ts";

/** The 32-bit Fowler–Noll–Vo hash of a name. */
function fnv1a(name: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) value = Math.imul(value ^ name.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** MurmurHash3's finalizer. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The array called `name`: `size` numbers in [−bound, bound) around `center`, rounded to float32 as PyTorch's side does. */
export function formulaValues(name: string, size: number, bound = 1, center = 0): Float32Array {
  const seed = fnv1a(name), scale = Math.fround(bound);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const unit = (mix(Math.imul(i, 0x9e3779b1) + seed | 0) >>> 8) * 2 ** -23 - 1;
    values[i] = Math.fround(unit * scale) + center;
  }
  return values;
}

/** The same as a tensor. */
export function formula(
  name: string,
  shape: number[],
  options: { bound?: number; requiresGrad?: boolean } = {},
): Tensor {
  const values = formulaValues(name, shape.reduce((a, b) => a * b, 1), options.bound);
  return tensor(values, { shape, requiresGrad: options.requiresGrad });
}

/** A long tensor in a few numbers: sum, L2 norm, and the elements at some places. */
export interface Summary {
  shape: number[];
  sum: number;
  norm: number;
  at: string;
  values: string;
}

/**
 * Compares a tensor with PyTorch's summary.
 *
 * @param bound The error allowed relative to the tensor: of the norm by the norm, of an element by the largest one, and
 * of the sum by √n · norm, as far as n errors of that size can carry it.
 */
export async function compareSummary(what: string, actual: Tensor | null, expected: Summary, bound: number) {
  if (actual === null) throw new Error(`${what} is null`);
  if (`${actual.shape}` !== `${expected.shape}`) {
    throw new Error(`${what} has shape [${actual.shape}], PyTorch's [${expected.shape}]`);
  }
  const values = await actual.data();
  let sum = 0, squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const check = (part: string, found: number, wanted: number, scale: number) => {
    const error = Math.abs(found - wanted);
    if (error <= bound * scale + 1e-12) return;
    const relative = (error / scale).toExponential(1);
    throw new Error(
      `${what}: ${part} is ${found}, PyTorch says ${wanted} (off by ${relative}, ${bound} allowed)`,
    );
  };
  check("the norm", Math.sqrt(squares), expected.norm, expected.norm);
  const places = readNumbers(expected.at), samples = readNumbers(expected.values);
  const largest = Math.max(...samples.map(Math.abs));
  places.forEach((place, i) => check(`element ${place}`, values[place], samples[i], largest));
  check("the sum", sum, expected.sum, expected.norm * Math.sqrt(values.length));
}
