/** Holes. */
import { checkOptions, checkRange, describe, isNumbers, surplus } from "../../text/arguments.ts";
import { checkInterval, checkProbability, fillFor } from "./options.ts";
import { type Random, random, type Transform } from "./plan.ts";

/** Options of {@linkcode randomErasing}. */
export interface RandomErasingOptions {
  /** How probable a hole is: 0.5 by default. */
  p?: number;
  /** Between what shares of the image its area lies: [0.02, 0.33] by default. */
  scale?: readonly [low: number, high: number];
  /** Between what its height divided by its width lies: [0.3, 3.3] by default. */
  ratio?: readonly [low: number, high: number];
  /** What is in it: a number, or one for each channel; "random": noise of the standard normal distribution. 0 by default. */
  value?: number | readonly number[] | "random";
}

/** So many holes are tried; an image into which none of them fits stays whole. */
const TRIES = 10;

/**
 * Makes a hole of random size at a random place, or does not, as torchvision's RandomErasing (Z. Zhong et al., "Random erasing data
 * augmentation", 2017).
 *
 * PyTorch: `torchvision.transforms.RandomErasing`.
 *
 * @param options p, scale, ratio, value.
 * @returns The transform; it throws a RangeError if the value does not fit the image.
 * @throws {RangeError} if a number makes no sense.
 * @throws {TypeError} if something is of another kind, or there is no such option.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assert } from "@std/assert";
 * const image = { data: new Float32Array(100).fill(1), shape: [1, 10, 10] } as const;
 * const { data } = transforms.randomErasing({ p: 1 })(image, Math.random);
 * assert(data.includes(0) && data.includes(1));
 * ```
 */
export function randomErasing(options: RandomErasingOptions = {}): Transform {
  const name = "randomErasing";
  if (arguments.length > 1) surplus(name, arguments, 1);
  checkOptions(name, options, ["p", "scale", "ratio", "value"]);
  const { p = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0 } = options;
  checkProbability(name, p);
  const scales = checkInterval(name, "scale", scale, 0), ratios = checkInterval(name, "ratio", ratio, 0);
  checkRange(name, "the high end of scale", scales[1], 0, 1);
  if (ratios[0] === 0) throw new RangeError(`${name}: ratio must be positive, not ${describe(ratio)}`);
  const values = value === "random" ? null : typeof value === "number" ? [value] : value;
  if (value === null || values !== null && (!isNumbers(values) || values.length === 0)) {
    throw new TypeError(
      `${name}: value must be a number, a list of one for each channel, or "random", not ${describe(value)}`,
    );
  }
  values?.forEach((one) => checkRange(name, "value", one));
  return random(name, (format) => {
    const [channels, height, width] = format.shape;
    if (values !== null && values.length !== 1 && values.length !== channels) {
      throw new RangeError(
        `${name}: value has ${values.length} numbers, but the image has ${channels} channels`,
      );
    }
    if (values === null && format.bytes) {
      throw new RangeError(
        `${name}: noise is of floats, and the image of bytes; toTensor() before it makes floats of them`,
      );
    }
    values?.forEach((one) => fillFor(name, "value", one, format));
    return {
      result: format,
      scalings: null,
      run(source, target, random) {
        target.set(source);
        if (random() >= p) return;
        const hole = holeIn(height, width, scales, ratios, random);
        if (hole === null) return;
        for (let channel = 0; channel < channels; channel++) {
          const fill = values === null ? null : values[values.length === 1 ? 0 : channel];
          for (let row = hole.top; row < hole.top + hole.height; row++) {
            const at = (channel * height + row) * width + hole.left;
            if (fill !== null) target.fill(fill, at, at + hole.width);
            else for (let i = at; i < at + hole.width; i++) target[i] = normal(random);
          }
        }
      },
    };
  });
}

function holeIn(
  height: number,
  width: number,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  random: Random,
): { top: number; left: number; height: number; width: number } | null {
  const from = ([low, high]: readonly [number, number]) => low + random() * (high - low);
  for (let tries = 0; tries < TRIES; tries++) {
    const area = height * width * from(scale),
      aspect = Math.exp(from([Math.log(ratio[0]), Math.log(ratio[1])]));
    const h = Math.round(Math.sqrt(area * aspect)), w = Math.round(Math.sqrt(area / aspect));
    if (h >= height || w >= width) continue;
    const top = Math.floor(random() * (height - h + 1)), left = Math.floor(random() * (width - w + 1));
    return { top, left, height: h, width: w };
  }
  return null;
}

/** G. E. P. Box, M. E. Muller, 1958. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
