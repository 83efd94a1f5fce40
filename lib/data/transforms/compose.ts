/** Several transforms as one. */
import { checkFunction, describe, surplus } from "../../text/arguments.ts";
import { checkImage, type Image } from "../image.ts";
import { fixed, inTurn, plannerOf, type Random, random, type Transform } from "./plan.ts";

/**
 * Transforms one after the other, as torchvision's Compose.
 *
 * PyTorch: `torchvision.transforms.Compose`.
 *
 * @param transforms A list of them: of this module's, or functions of your own.
 * @returns One transform. What it does to single pixels, such as `toTensor()` and `normalize()` one behind the other, it does in
 * one go.
 * @throws {TypeError} if it is no list of functions.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const { compose, normalize, toTensor } = transforms;
 * const transform = compose([toTensor(), normalize(0.5, 0.5)]);
 * const image = { data: new Uint8Array([0, 255]), shape: [1, 1, 2] } as const;
 * assertEquals(transform(image, Math.random).data, new Float32Array([-1, 1]));
 * ```
 */
export function compose(transforms: readonly Transform[]): Transform {
  if (arguments.length > 1) {
    surplus("compose", arguments, 1, "the transforms are one list, as in compose([a, b])");
  }
  if (!Array.isArray(transforms)) {
    throw new TypeError(
      `compose: the transforms are one list, as in compose([a, b]), not ${describe(transforms)}`,
    );
  }
  for (const [i, one] of transforms.entries()) {
    checkFunction("compose", `entry ${i} of the list`, one, "normalize(0.5, 0.5)");
  }
  const all = [...transforms], chance = all.some((one) => one.length !== 1);
  const planners = all.map(plannerOf);
  if (planners.every((planner) => planner !== undefined)) {
    return (chance ? random : fixed)("compose", (format) => inTurn(format, planners));
  }
  const run = (image: Image, random: Random) => {
    let last = checkImage("compose", "the image", image);
    for (const [i, one] of all.entries()) {
      last = checkImage("compose", `what entry ${i} of the list made`, one(last, random));
    }
    return last;
  };
  return chance ? (image, random) => run(image, random) : (image: Image) => run(image, Math.random);
}
