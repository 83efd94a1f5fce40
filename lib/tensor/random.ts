/** Random numbers: one counter-based generator for initialization, shuffling and dropout, on every device. */
import { chosenDevice, type Device, type DeviceName, type Values } from "../device/mod.ts";
import { type Draw, permutation, philoxBlock, philoxValues, type Seed } from "../philox.ts";
import { sizeOf } from "../device/shape.ts";
import {
  checkNumber,
  checkOptions,
  checkWhole,
  describe,
  isNumbers,
  isPlain,
  surplus,
} from "../text/arguments.ts";
import { checkShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import { parseShape, type ShapeArguments, type TensorOptions } from "./create.ts";
import { made } from "./values.ts";

const generator: { seed: Draw["seed"]; offset: number } = { seed: [0, 0], offset: 0 };

/**
 * Starts the sequence of random numbers anew. The same seed gives the same initial weights, shuffles and dropout on
 * every device; of normal numbers, the last digits may be a device's own. Without a call the seed is 0.
 *
 * PyTorch: `torch.manual_seed`.
 *
 * @param seed A whole number from 0 to 2⁵³ − 1.
 * @throws {RangeError} for anything else.
 * @example
 * ```ts
 * import { manualSeed, rand } from "descent";
 * import { assertEquals } from "@std/assert";
 * manualSeed(7);
 * const first = await rand(3).array();
 * manualSeed(7);
 * assertEquals(await rand(3).array(), first);
 * ```
 */
export function manualSeed(seed: number): void {
  if (arguments.length > 1) surplus("manualSeed", arguments, 1);
  checkNumber("manualSeed", "the seed", seed);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`manualSeed: a seed is a whole number from 0 to 2⁵³ − 1, not ${seed}`);
  }
  generator.seed = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
  generator.offset = 0;
}

/** Takes the next `count` numbers of the sequence, to be made on the host. */
export function draw(count: number): Draw {
  const { seed, offset } = generator;
  generator.offset += Math.ceil(count / 4);
  return { seed, offset };
}

/** Takes the next `count` numbers of the sequence, to be made by a device's kernel: a recorded step takes others each time. */
export function drawOn({ recording }: Device, count: number): Draw {
  const numbers = draw(count);
  recording?.again(() => Object.assign(numbers, draw(count)));
  return numbers;
}

/** Takes 64 bits of the sequence: the key of a sequence of its own. */
export function drawKey(): Seed {
  const { seed, offset } = draw(4);
  const [low, high] = philoxBlock(offset >>> 0, Math.floor(offset / 2 ** 32), seed[0], seed[1]);
  return [low, high];
}

/**
 * A tensor of random numbers in [0, 1) or of the standard normal distribution.
 *
 * PyTorch: `torch.random`.
 */
export function random(
  distribution: "uniform" | "normal",
  shape: number[],
  requiresGrad = false,
  device?: Device | DeviceName,
  name = distribution === "uniform" ? "rand" : "randn",
): Tensor {
  const where = chosenDevice(name, device);
  const numbers = drawOn(where, sizeOf(shape));
  return new Tensor(
    made(name, where, () => where.kernels.random(distribution, shape, numbers), requiresGrad),
  );
}

/** Whether a gradient is wanted; which dtype there is goes without saying. */
export function asksGradient(
  name: string,
  { dtype = "float32", requiresGrad = false }: TensorOptions,
): boolean {
  if (dtype === "float32") return requiresGrad;
  throw new TypeError(
    `${name}: random numbers are float32, not ${describe(dtype)}; randint() draws whole ones`,
  );
}

/**
 * Random numbers, uniform in [0, 1).
 *
 * PyTorch: `torch.rand`.
 *
 * @param args The sizes: `rand(2, 3)` or `rand([2, 3])`, options behind.
 * @returns A float32 leaf of the graph.
 * @throws {RangeError} if a size is not a whole number ≥ 0.
 * @example
 * ```ts
 * import { rand } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(rand(2, 3).shape, [2, 3]);
 * ```
 */
export function rand(...args: ShapeArguments): Tensor {
  const [shape, options] = parseShape("rand", args);
  return random("uniform", shape, asksGradient("rand", options), options.device);
}

/**
 * Random numbers of the standard normal distribution.
 *
 * PyTorch: `torch.randn`.
 *
 * @param args The sizes: `randn(2, 3)` or `randn([2, 3])`, options behind.
 * @returns A float32 leaf of the graph.
 * @throws {RangeError} if a size is not a whole number ≥ 0.
 * @example
 * ```ts
 * import { randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(randn(2, 3, { requiresGrad: true }).shape, [2, 3]);
 * ```
 */
export function randn(...args: ShapeArguments): Tensor {
  const [shape, options] = parseShape("randn", args);
  return random("normal", shape, asksGradient("randn", options), options.device);
}

/** So many numbers are drawn on the host at once, a multiple of four: no second array of all is needed. */
const AT_ONCE = 2 ** 16;

/**
 * Random whole numbers, uniform in [low, high).
 *
 * PyTorch: `torch.randint`.
 *
 * @param low The smallest.
 * @param high The first that is too large; at most 2²⁴ above `low`.
 * @param shape The sizes.
 * @param options device.
 * @returns An int32 tensor.
 * @throws {RangeError} if the range is empty, too wide or not of int32.
 * @example
 * ```ts
 * import { randint } from "descent";
 * import { assertEquals } from "@std/assert";
 * const digits = randint(0, 10, [64]);
 * assertEquals([digits.dtype, digits.shape], ["int32", [64]]);
 * ```
 */
export function randint(
  low: number,
  high: number,
  shape: readonly number[],
  options: { device?: Device | DeviceName } = {},
): Tensor {
  if (arguments.length > 4) surplus("randint", arguments, 4);
  checkOptions("randint", options, ["device"]);
  return whole("randint", low, high, shape, options.device);
}

/** Whole numbers for a function of that name. */
export function whole(
  name: "randint" | "randintLike",
  low: number,
  high: number,
  shape: readonly number[],
  asked?: Device | DeviceName,
): Tensor {
  checkNumber(name, "low", low);
  if (Array.isArray(high)) {
    throw new TypeError(`${name}: takes low, high and a shape, as in randint(0, 10, [2, 3])`);
  }
  checkNumber(name, "high", high);
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low || high - low > 2 ** 24) {
    throw new RangeError(
      `${name}: [low, high) must be a range of 1 to 2²⁴ whole numbers, not [${low}, ${high})`,
    );
  }
  if (low < -(2 ** 31) || high > 2 ** 31) {
    throw new RangeError(`${name}: [low, high) must be int32, not [${low}, ${high})`);
  }
  const device = chosenDevice(name, asked), sizes = checkShape(name, shape);
  const { seed, offset } = draw(sizeOf(sizes));
  const write = (values: Values) => {
    for (let start = 0; start < values.length; start += AT_ONCE) {
      const count = Math.min(AT_ONCE, values.length - start);
      const uniform = philoxValues("uniform", count, seed, offset + start / 4);
      for (let i = 0; i < count; i++) values[start + i] = low + Math.floor(uniform[i] * (high - low));
    }
  };
  return new Tensor(made(name, device, () => device.make(sizes, "int32", write)));
}

/**
 * The whole numbers below n in random order: R. A. Fisher and F. Yates' shuffle, drawn on the host, so that it is the same on
 * every device.
 *
 * PyTorch: `torch.randperm`.
 *
 * @param n How many.
 * @param options device.
 * @returns An int32 tensor of one dimension.
 * @throws {RangeError} if n is no whole number ≥ 0.
 * @example
 * ```ts
 * import { randperm } from "descent";
 * import { assertEquals } from "@std/assert";
 * const order = await randperm(4).array<number[]>();
 * assertEquals(order.sort(), [0, 1, 2, 3]);
 * ```
 */
export function randperm(n: number, options: { device?: Device | DeviceName } = {}): Tensor {
  if (arguments.length > 2) surplus("randperm", arguments, 2);
  checkWhole("randperm", "n", n, 0);
  checkOptions("randperm", options, ["device"]);
  const device = chosenDevice("randperm", options.device), key = drawKey();
  return new Tensor(
    made("randperm", device, () => device.make([n], "int32", (values) => values.set(permutation(n, key)))),
  );
}

/** Runs `body` and sets the sequence back to where it was, so that the next call draws the same numbers again. */
export function replay<T>(body: () => T): T {
  const { seed, offset } = generator;
  try {
    return body();
  } finally {
    generator.seed = seed;
    generator.offset = offset;
  }
}

/** Where the sequence of random numbers stands: plain data, for a checkpoint. */
export interface RandomState {
  seed: [low: number, high: number];
  offset: number;
}

/** Where the sequence stands now. */
export function randomState(): RandomState {
  const { seed: [low, high], offset } = generator;
  return { seed: [low, high], offset };
}

/**
 * What was saved as a {@linkcode RandomState}.
 *
 * @throws {TypeError} if it is no such object.
 * @throws {RangeError} if its numbers are none that the generator has.
 */
export function checkRandomState(name: string, saved: unknown): RandomState {
  if (!isPlain(saved) || !isNumbers(saved.seed) || saved.seed.length !== 2) {
    throw new TypeError(
      `${name}: the state of the random numbers is an object { seed, offset }, not ${describe(saved)}`,
    );
  }
  const [low, high] = saved.seed, offset = checkWhole(name, "offset", saved.offset, 0);
  for (const word of [low, high]) {
    if (word !== word >>> 0) throw new RangeError(`${name}: ${word} is no word of a seed: it has 32 bits`);
  }
  return { seed: [low, high], offset };
}

/** Lets the sequence go on from where it stood. */
export function setRandomState({ seed, offset }: RandomState): void {
  generator.seed = seed;
  generator.offset = offset;
}
