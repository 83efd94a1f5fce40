/**
 * How transforms are made. What one does to an image depends, but for its random numbers, on the image's format alone: that is
 * worked out once, as a plan, which then runs from one array of pixels into another. So a loader writes a batch image by image
 * where it belongs, and nothing is left to collect.
 *
 * @module
 */
import { checkFunction, surplus } from "../../text/arguments.ts";
import { checkImage, type Format, type Image, type Pixels, pixelsFor, sameFormat } from "../image.ts";

/** The next random number, in [0, 1), of a sample's own sequence. */
export type Random = () => number;

/**
 * Makes an image of an image. The random numbers it takes are a pure function of the epoch and of the sample's place in it. One
 * that takes none leaves the second parameter out: an epoch that needs no random numbers takes none from the library's sequence.
 */
export type Transform = (image: Image, random: Random) => Image;

/** A transform that leaves nothing to chance. */
export type FixedTransform = (image: Image) => Image;

/** A step of arithmetic on each pixel alone: (x − mean) / std, in float32, the mean and the deviation of its channel. */
export interface Scaling {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** What a transform does to images of one format. */
export interface Plan {
  /** The format of what it makes. */
  readonly result: Format;
  /** What it does to each pixel by itself, if that is all it does: floats become of the image. */
  readonly scalings: readonly Scaling[] | null;
  /**
   * Makes an image.
   *
   * @param source The pixels of the image.
   * @param target Receives the pixels of the result; every one is written.
   */
  run(source: Pixels, target: Pixels, random: Random): void;
}

/** How a transform does it: a plan for every format, or a sentence. */
export type Planner = (format: Format) => Plan;

const planners = new WeakMap<object, Planner>();

/** How a transform of this library does it; undefined of any other function. */
export function plannerOf(transform: object): Planner | undefined {
  return planners.get(transform);
}

/** The planner, asked once for each of the formats that come one after the other. */
export function remembering(planner: Planner): Planner {
  let format: Format | null = null, plan: Plan | null = null;
  return (wanted) => {
    if (plan === null || format === null || !sameFormat(format, wanted)) {
      plan = planner(wanted);
      format = wanted;
    }
    return plan;
  };
}

function apply(plan: Plan, { data }: Image, random: Random): Image {
  const target = pixelsFor(plan.result);
  plan.run(data, target, random);
  return { data: target, shape: plan.result.shape };
}

const formatOf = ({ data, shape }: Image): Format => ({ shape, bytes: data instanceof Uint8Array });

const noRandom: Random = () => 0;

/**
 * A transform that leaves nothing to chance.
 *
 * @param name The function that makes it, as its user calls it.
 */
export function fixed(name: string, planner: Planner): FixedTransform {
  const plan = remembering(planner);
  const transform = function (image: Image): Image {
    // A list's map() says which and of how many.
    if (arguments.length > 3) surplus(name, arguments, 1);
    const checked = checkImage(name, "the image", image);
    return apply(plan(formatOf(checked)), checked, noRandom);
  };
  planners.set(transform, planner);
  return transform;
}

/** A transform that takes random numbers. */
export function random(name: string, planner: Planner): Transform {
  const plan = remembering(planner);
  const transform = function (image: Image, random: Random): Image {
    if (arguments.length > 2) surplus(name, arguments, 2);
    const checked = checkImage(name, "the image", image);
    checkFunction(name, "random", random, "Math.random");
    return apply(plan(formatOf(checked)), checked, random);
  };
  planners.set(transform, planner);
  return transform;
}

/** Plans one after the other, those of single pixels in one go. */
export function inTurn(format: Format, planners: readonly Planner[]): Plan {
  const plans: Plan[] = [];
  let last = format;
  for (const planner of planners) {
    const plan = planner(last), before = plans.at(-1);
    if (plan.scalings !== null && before !== undefined && before.scalings !== null) {
      plans.pop();
      plans.push(scaled(plans.at(-1)?.result ?? format, [...before.scalings, ...plan.scalings]));
    } else plans.push(plan);
    last = plan.result;
  }
  if (plans.length === 0) {
    return {
      result: format,
      scalings: null,
      run: (source, target) => target.set(source),
    };
  }
  if (plans.length === 1) return plans[0];
  const between = plans.slice(0, -1).map(({ result }) => pixelsFor(result)), end = plans.length - 1;
  return {
    result: last,
    scalings: null,
    run(source, target, random) {
      for (let i = 0; i <= end; i++) {
        plans[i].run(i === 0 ? source : between[i - 1], i === end ? target : between[i], random);
      }
    },
  };
}

/** Arithmetic on each pixel alone: of bytes there are 256 answers a channel, which are looked up. */
export function scaled({ shape, bytes }: Format, scalings: readonly Scaling[]): Plan {
  const result = { shape, bytes: false }, [channels, height, width] = shape, size = height * width;
  const rounded = scalings.map(({ mean, std }) => ({
    mean: Float32Array.from({ length: channels }, (_, channel) => mean[mean.length === 1 ? 0 : channel]),
    std: Float32Array.from({ length: channels }, (_, channel) => std[std.length === 1 ? 0 : channel]),
  }));
  if (bytes) {
    const tables = Array.from({ length: channels }, (_, channel) => {
      const table = Float32Array.from({ length: 256 }, (_, byte) => byte);
      for (const { mean, std } of rounded) scale(table, table, 0, 256, mean[channel], std[channel]);
      return table;
    });
    return {
      result,
      scalings,
      run(source, target) {
        for (let channel = 0; channel < channels; channel++) {
          look(tables[channel], source as Uint8Array, target as Float32Array, channel * size, size);
        }
      },
    };
  }
  return {
    result,
    scalings,
    run(source, target) {
      if (source !== target) target.set(source);
      const floats = target as Float32Array;
      for (const { mean, std } of rounded) {
        for (let channel = 0; channel < channels; channel++) {
          scale(floats, floats, channel * size, size, mean[channel], std[channel]);
        }
      }
    },
  };
}

function look(
  table: Float32Array,
  source: Uint8Array,
  target: Float32Array,
  start: number,
  size: number,
): void {
  for (let i = start; i < start + size; i++) target[i] = table[source[i]];
}

/** PyTorch's arithmetic, which rounds the difference to float32 before it divides. */
function scale(
  source: Float32Array,
  target: Float32Array,
  start: number,
  size: number,
  mean: number,
  std: number,
): void {
  for (let i = start; i < start + size; i++) target[i] = Math.fround(source[i] - mean) / std;
}
