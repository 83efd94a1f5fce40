/** Checks of lib/autograd/rules/resample.ts. */
import { F } from "descent";
import { Plain } from "../plain.ts";
import type { Checks } from "../prove.ts";

/** Where a place lies between the centers of pixels, and the two around it. */
function around(i: number, from: number, to: number): [place: number, weight: number][] {
  const at = Math.max(0, (i + 0.5) * from / to - 0.5), first = Math.min(Math.floor(at), from - 1);
  return [[first, 1 - at + first], [Math.min(first + 1, from - 1), at - first]];
}

export const checks: Checks = {
  "interpolate() finds pixels between pixels": (draw) => {
    const shape = [draw.kind === "empty" ? 0 : draw.size(2), draw.size(2), draw.size(4), draw.size(4)];
    const size: [number, number] = [draw.int(1, 6), draw.int(1, 6)];
    return {
      inputs: [draw.array(shape)],
      fn: (x) => F.interpolate(x, { size, mode: "bilinear" }),
      expected: (x) =>
        Plain.build([...shape.slice(0, 2), ...size], ([n, c, i, j]) => {
          let sum = 0;
          for (const [row, down] of around(i, shape[2], size[0])) {
            for (const [column, right] of around(j, shape[3], size[1])) {
              sum += down * right * x.at([n, c, row, column]);
            }
          }
          return sum;
        }),
    };
  },
};
