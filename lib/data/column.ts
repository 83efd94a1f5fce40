/**
 * The images of a batch as one tensor.
 *
 * @module
 */
import { currentDevice } from "../device/mod.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";
import { failure } from "./dataset.ts";
import { type Format, formatText, type Image, pixelsOf, sameFormat } from "./image.ts";
import type { SampleStream } from "./random.ts";
import {
  inTurn,
  type Plan,
  type Planner,
  plannerOf,
  remembering,
  type Transform,
} from "./transforms/plan.ts";
import { toTensor } from "./transforms/scale.ts";

/** What makes the tensors of a batch, at the moment at which it is handed out. */
export type Make<T> = () => T;

/** Samples as the sentences of errors name them. */
export type NameOf = (place: number) => string;

/**
 * What turns the images of one batch after the other into tensors of floats: by a transform, and bytes at last into 0 … 1.
 *
 * What is done to single pixels only is done when the batch is handed out, from the data set's bytes right into the device's
 * memory. All else is done ahead, into an array that serves every batch.
 */
export class ImageColumn {
  readonly #planner: Planner;
  #staging = new Float32Array(0);

  /** @param transform One with a plan, or none. */
  constructor(transform: Transform | undefined) {
    const planners = [transform, toTensor()].flatMap((one) => one === undefined ? [] : plannerOf(one) ?? []);
    this.#planner = remembering((format) => inTurn(format, planners));
  }

  /**
   * Prepares a batch.
   *
   * @param images The images of the samples.
   * @param first The place of the first one in the epoch, from which the next ones are counted.
   * @throws {RangeError} if what the transform makes of them differs in shape.
   */
  prepare(
    images: readonly Image[],
    first: number,
    stream: SampleStream | null,
    nameOf: NameOf,
  ): Make<Tensor> {
    const planOf = (i: number) => {
      try {
        return this.#planner(formatOf(images[i]));
      } catch (error) {
        throw failure(`transform of ${nameOf(i)}`, error);
      }
    };
    const leading = planOf(0), { result } = leading, size = pixelsOf(result.shape);
    const alike = (plan: Plan, i: number) => {
      if (sameFormat(plan.result, result)) return plan;
      throw new RangeError(differ(formatText(result), formatText(plan.result), nameOf(0), nameOf(i)));
    };
    const run = (plan: Plan, i: number, target: Float32Array) => {
      stream?.begin(first + i);
      plan.run(
        images[i].data,
        target.subarray(i * size, (i + 1) * size),
        stream === null ? never : stream.next,
      );
    };
    const shape = [images.length, ...result.shape];
    if (leading.scalings !== null) {
      const plans = images.map((_, i) => alike(planOf(i), i));
      return () => written(shape, (target) => plans.forEach((plan, i) => run(plan, i, target)));
    }
    if (this.#staging.length < images.length * size) this.#staging = new Float32Array(images.length * size);
    const ahead = this.#staging.subarray(0, images.length * size);
    // One after the other: images of different sizes have plans of their own, with room for what is between.
    images.forEach((_, i) => run(alike(planOf(i), i), i, ahead));
    return () => written(shape, (target) => target.set(ahead));
  }
}

const formatOf = ({ data, shape }: Image): Format => ({ shape, bytes: data instanceof Uint8Array });

/** For transforms that leave nothing to chance. */
const never = () => 0;

/** The sentence about samples that do not make a batch. */
export function differ(first: string, other: string, firstName: string, otherName: string): string {
  return `DataLoader: the samples of a batch must be alike, and ${firstName} is ${first}, ${otherName} ${other}; ` +
    "a transform such as resize() makes images equal, a collate of your own may do what it likes";
}

function written(shape: readonly number[], write: (target: Float32Array) => void): Tensor {
  const device = currentDevice();
  return new Tensor(
    made(
      "DataLoader",
      device,
      () => device.make(shape, "float32", (values) => write(values as Float32Array)),
    ),
  );
}
