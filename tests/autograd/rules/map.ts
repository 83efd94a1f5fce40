/** Problems of one input. */
import type { Tensor } from "descent";
import type { Check } from "../prove.ts";

/** A function of single elements; inputs keep away from the kinks, or lie above `low`. */
export function map(
  fn: (x: Tensor) => Tensor,
  f: (x: number) => number,
  { kinks = [], low }: { kinks?: number[]; low?: number } = {},
): Check {
  return (draw) => {
    const shape = draw.shape();
    const input = low === undefined ? draw.away(shape, ...kinks) : draw.array(shape, low, low + 2);
    return { inputs: [input], fn, expected: (x) => x.map(f) };
  };
}
