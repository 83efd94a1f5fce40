/** Pixels as numbers that networks like. */
import { describe, isNumbers, surplus } from "../../text/arguments.ts";
import { fixed, type FixedTransform, scaled } from "./plan.ts";

/**
 * Bytes from 0 to 255 become floats from 0 to 1, as by torchvision's ToTensor; floats stay as they are. The image stays on the
 * host: a loader makes the tensors.
 *
 * PyTorch: `torchvision.transforms.ToTensor`.
 *
 * @returns The transform.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const image = { data: new Uint8Array([0, 51, 255]), shape: [1, 1, 3] } as const;
 * assertEquals(transforms.toTensor()(image).data, new Float32Array([0, 0.2, 1]));
 * ```
 */
export function toTensor(): FixedTransform {
  if (arguments.length > 0) {
    surplus("toTensor", arguments, 0, "the image goes to what it returns: toTensor()(image)");
  }
  return fixed("toTensor", (format) => scaled(format, format.bytes ? [{ mean: [0], std: [255] }] : []));
}

/**
 * (x − mean) / std, channel by channel, as torchvision's Normalize.
 *
 * PyTorch: `torchvision.transforms.Normalize`.
 *
 * @param mean One number for all channels, or one for each.
 * @param std Likewise, none of them 0.
 * @returns The transform of floats: `toTensor()` comes before it.
 * @throws {RangeError} if a number is not finite, or a deviation not positive; the transform throws one if it has not as many
 * numbers as the image has channels.
 * @throws {TypeError} if they are no numbers; the transform throws one if the image is of bytes.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const image = { data: new Float32Array([0, 1, 0, 1]), shape: [2, 1, 2] } as const;
 * assertEquals(transforms.normalize([0.5, 0], [0.5, 0.25])(image).data, new Float32Array([-1, 1, 0, 4]));
 * ```
 */
export function normalize(mean: number | readonly number[], std: number | readonly number[]): FixedTransform {
  if (arguments.length > 2) surplus("normalize", arguments, 2);
  const means = perChannel("mean", mean), deviations = perChannel("std", std);
  const zero = deviations.find((deviation) => !(deviation > 0));
  if (zero !== undefined) throw new RangeError(`normalize: std must be positive, not ${zero}`);
  return fixed("normalize", (format) => {
    if (format.bytes) {
      throw new TypeError("normalize: the image is of bytes; toTensor() before it makes floats of them");
    }
    const [channels] = format.shape;
    for (const [name, list] of Object.entries({ mean: means, std: deviations })) {
      if (list.length === 1 || list.length === channels) continue;
      throw new RangeError(
        `normalize: ${name} has ${list.length} numbers, but the image [${
          format.shape.join(", ")
        }] has ${channels} channel${channels === 1 ? "" : "s"}`,
      );
    }
    return scaled(format, [{ mean: means, std: deviations }]);
  });
}

function perChannel(name: string, value: unknown): readonly number[] {
  const list = typeof value === "number" ? [value] : value;
  if (!isNumbers(list) || list.length === 0) {
    throw new TypeError(
      `normalize: ${name} must be a number, or a list of one for each channel, not ${describe(value)}`,
    );
  }
  const odd = list.find((number) => !Number.isFinite(number));
  if (odd !== undefined) throw new RangeError(`normalize: ${name} must be finite, not ${odd}`);
  return [...list];
}
