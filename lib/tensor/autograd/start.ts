/** Where gradients start. */
import { backward, type BackwardSettings } from "../../autograd/backward.ts";
import { backwardRecorded } from "../../autograd/backward_recorded.ts";
import { Buffer } from "../../autograd/buffer.ts";
import { commonDevice } from "../../autograd/graph.ts";
import { Value } from "../../autograd/value.ts";
import { sameShape, sizeOf, text } from "../../device/shape.ts";
import { toDtype } from "../combine.ts";

/** What is differentiated, and ∂L/∂value; undefined: 1. */
export interface Differentiated {
  value: Value;
  seed: Value | undefined;
}

/**
 * Checks where gradients start, and walks.
 *
 * @param starts What is differentiated; each requires a gradient.
 * @param settings name, retainGraph, wanted; whether the gradients get a history.
 * @returns A gradient for each value that was wanted; null where none comes.
 * @throws {RangeError} if a seed is missing or of another shape.
 * @throws {TypeError} if the tensors are on two devices.
 */
export function differentiate(
  starts: readonly Differentiated[],
  { createGraph, ...settings }: BackwardSettings & { createGraph: boolean },
): (Value | null)[] {
  const { name } = settings;
  const seeds = starts.map(({ value, seed }) => checkSeed(name, value, seed));
  const device = commonDevice(name, starts.map(({ value }) => value));
  const ones = ({ shape }: Value) => device.arena.tidy(() => device.kernels.fill(shape, 1));
  if (createGraph) {
    return backwardRecorded(
      starts.map(({ value }, i) => ({
        value,
        seed: seeds[i] ?? new Value(new Buffer(device, ones(value), name)),
      })),
      settings,
    );
  }
  const found = backward(
    starts.map(({ value }, i) => ({
      value,
      seed: seeds[i] ? device.share(seeds[i].buffer.storage) : ones(value),
    })),
    settings,
  );
  return found.map((buffer) => buffer && new Value(buffer));
}

/** A seed as floats, if it fits. */
function checkSeed(name: string, value: Value, given: Value | undefined): Value | undefined {
  const { shape } = value;
  if (given === undefined) {
    if (sizeOf(shape) === 1) return undefined;
    const give = name === "backward" ? "give backward() the gradient" : "give gradOutputs, the gradient";
    throw new RangeError(
      `${name}: a gradient flows from a single number, not from shape ${text(shape)}; ` +
        `call sum() or mean() first, or ${give} of the loss with respect to this tensor`,
    );
  }
  const seed = toDtype(given, "float32");
  commonDevice(name, [value, seed]);
  if (!sameShape(seed.shape, shape)) {
    throw new RangeError(`${name}: the gradient has shape ${text(seed.shape)}, the tensor ${text(shape)}`);
  }
  return seed;
}
