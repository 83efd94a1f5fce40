/** Checks of lib/autograd/rules/pooling.ts. */
import { F, type Tensor } from "descent";
import { indices, Plain } from "../plain.ts";
import type { Check, Checks } from "../prove.ts";

/** f over the numbers of each window; the border counts as `border`. */
function windows(
  x: Plain,
  kernel: readonly number[],
  stride: readonly number[],
  padding: readonly number[],
  border: number,
  f: (values: number[]) => number,
): Plain {
  const [n, c, ...image] = x.shape;
  const sizes = image.map((size, i) => Math.floor((size + 2 * padding[i] - kernel[i]) / stride[i]) + 1);
  return Plain.build([n, c, ...sizes], ([image0, channel, i, j]) => {
    return f(
      indices(kernel).map(([p, q]) => {
        const row = stride[0] * i + p - padding[0], column = stride[1] * j + q - padding[1];
        const inside = row >= 0 && row < image[0] && column >= 0 && column < image[1];
        return inside ? x.at([image0, channel, row, column]) : border;
      }),
    );
  });
}

type Pool = (
  x: Tensor,
  kernel: [number, number],
  options: { stride: [number, number]; padding: [number, number] },
) => Tensor;

function pooling(fn: Pool, border: number, f: (values: number[]) => number): Check {
  return (draw) => {
    const kernel: [number, number] = [draw.size(3), draw.size(3)];
    const stride: [number, number] = [draw.int(1, 3), draw.int(1, 3)];
    const padding: [number, number] = [draw.int(0, kernel[0] >> 1), draw.int(0, kernel[1] >> 1)];
    const image = kernel.map((k, i) =>
      Math.max(1, k - 2 * padding[i]) + draw.int(0, draw.kind === "one element" ? 0 : 3)
    );
    const shape = [draw.kind === "empty" ? 0 : draw.size(2), draw.size(2), ...image];
    return {
      inputs: [draw.distinct(shape, 0.1)],
      fn: (x) => fn(x, kernel, { stride, padding }),
      expected: (x) => windows(x, kernel, stride, padding, border, f),
    };
  };
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

export const checks: Checks = {
  "maxPool2d() takes the largest of each window": pooling(
    F.maxPool2d,
    -Infinity,
    (values) => Math.max(...values),
  ),
  "avgPool2d() takes the mean of each window, zeros of the border counted": pooling(F.avgPool2d, 0, mean),
  "adaptiveAvgPool2d() averages down to a size": (draw) => {
    const shape = [draw.kind === "empty" ? 0 : draw.size(2), draw.size(2), draw.size(5), draw.size(5)];
    const target: [number, number] = [draw.int(1, 3), draw.int(1, 3)];
    return {
      inputs: [draw.array(shape)],
      fn: (x) => F.adaptiveAvgPool2d(x, target),
      expected: (x) =>
        Plain.build([...shape.slice(0, 2), ...target], ([n, c, i, j]) => {
          const from = [i, j].map((at, d) => Math.floor(at * shape[2 + d] / target[d]));
          const to = [i, j].map((at, d) => Math.ceil((at + 1) * shape[2 + d] / target[d]));
          const inside = indices([to[0] - from[0], to[1] - from[1]]);
          return mean(inside.map(([p, q]) => x.at([n, c, from[0] + p, from[1] + q])));
        }),
    };
  },
};
