/** Mirror images. */
import { checkOptions, surplus } from "../../text/arguments.ts";
import { checkProbability } from "./options.ts";
import { random, type Transform } from "./plan.ts";

/**
 * Exchanges left and right, or does not, as torchvision's RandomHorizontalFlip.
 *
 * PyTorch: `torchvision.transforms.RandomHorizontalFlip`.
 *
 * @param options `p`: how probable it is, 0.5 by default.
 * @returns The transform.
 * @throws {RangeError} if `p` is no probability.
 * @throws {TypeError} if it is no number, or there is no such option.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const image = { data: new Uint8Array([1, 2, 3]), shape: [1, 1, 3] } as const;
 * assertEquals([...transforms.randomHorizontalFlip({ p: 1 })(image, Math.random).data], [3, 2, 1]);
 * ```
 */
export function randomHorizontalFlip(options: { p?: number } = {}): Transform {
  if (arguments.length > 1) surplus("randomHorizontalFlip", arguments, 1);
  checkOptions("randomHorizontalFlip", options, ["p"]);
  const { p = 0.5 } = options;
  checkProbability("randomHorizontalFlip", p);
  return random("randomHorizontalFlip", (format) => {
    const [channels, height, width] = format.shape, rows = channels * height;
    return {
      result: format,
      scalings: null,
      run(source, target, random) {
        target.set(source);
        if (random() >= p) return;
        for (let row = 0; row < rows; row++) target.subarray(row * width, (row + 1) * width).reverse();
      },
    };
  });
}
