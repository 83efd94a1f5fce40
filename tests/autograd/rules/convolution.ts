/** Checks of lib/autograd/rules/convolution.ts. */
import { F } from "descent";
import { indices, Plain } from "../plain.ts";
import type { Draw } from "../draw.ts";
import type { Check, Checks } from "../prove.ts";

interface Setting {
  stride: [number, number];
  padding: [number, number];
  dilation: [number, number];
  groups: number;
}

/** The definition, index by index. */
function convolve(
  x: Plain,
  weight: Plain,
  bias: Plain | null,
  { stride, padding, dilation, groups }: Setting,
): Plain {
  const [n, , height, width] = x.shape, [outputs, channels, rows, columns] = weight.shape;
  const length = (size: number, kernel: number, i: number) =>
    Math.floor((size + 2 * padding[i] - dilation[i] * (kernel - 1) - 1) / stride[i]) + 1;
  return Plain.build(
    [n, outputs, length(height, rows, 0), length(width, columns, 1)],
    ([image, out, i, j]) => {
      let sum = bias === null ? 0 : bias.at([out]);
      const group = Math.floor(out / (outputs / groups));
      for (const [c, p, q] of indices([channels, rows, columns])) {
        const row = stride[0] * i + dilation[0] * p - padding[0],
          column = stride[1] * j + dilation[1] * q - padding[1];
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        sum += x.at([image, group * channels + c, row, column]) * weight.at([out, c, p, q]);
      }
      return sum;
    },
  );
}

function convolution(withBias: boolean, choose: (draw: Draw) => Partial<Setting>): Check {
  return (draw) => {
    const setting: Setting = {
      stride: [1, 1],
      padding: [0, 0],
      dilation: [1, 1],
      groups: 1,
      ...choose(draw),
    };
    const { groups, dilation, padding } = setting;
    const kernel = [draw.size(3), draw.size(3)];
    const image = kernel.map((k, i) =>
      Math.max(1, dilation[i] * (k - 1) + 1 - 2 * padding[i]) + draw.int(0, 2)
    );
    const channels = draw.size(2), outputs = groups * draw.size(2);
    const x = draw.array([draw.kind === "empty" ? 0 : draw.size(2), groups * channels, ...image]);
    const inputs = [x, draw.array([outputs, channels, ...kernel])];
    if (withBias) inputs.push(draw.array([outputs]));
    return {
      inputs,
      fn: (x, weight, bias) => F.conv2d(x, weight, { bias: bias ?? null, ...setting }),
      expected: (x, weight, bias) => convolve(x, weight, bias ?? null, setting),
    };
  };
}

/** The definition, index by index: which pixels reach a pixel of the result, and by which weight. */
function spread(
  x: Plain,
  weight: Plain,
  bias: Plain,
  { stride, padding, dilation, groups }: Setting,
  more: [number, number],
): Plain {
  const [n, inputs, ...size] = x.shape, [, outputs, ...kernel] = weight.shape;
  const length = (i: number) =>
    (size[i] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + 1 + more[i];
  return Plain.build([n, outputs * groups, length(0), length(1)], ([image, out, i, j]) => {
    const group = Math.floor(out / outputs), each = inputs / groups;
    let sum = bias.at([out]);
    for (const [c, p, q] of indices([each, ...kernel])) {
      const row = i + padding[0] - dilation[0] * p, column = j + padding[1] - dilation[1] * q;
      const at = [row / stride[0], column / stride[1]];
      if (at.some((n, d) => !Number.isInteger(n) || n < 0 || n >= size[d])) continue;
      sum += x.at([image, group * each + c, ...at]) * weight.at([group * each + c, out % outputs, p, q]);
    }
    return sum;
  });
}

const transposed: Check = (draw) => {
  const setting: Setting = {
    stride: two(draw, 1, 3),
    padding: two(draw, 0, 2),
    dilation: two(draw, 1, 3),
    groups: draw.int(1, 2),
  };
  const { stride, padding, dilation, groups } = setting;
  const more = stride.map((n, i) => draw.int(0, Math.max(n, dilation[i]) - 1)) as [number, number];
  const kernel = [draw.size(3), draw.size(3)];
  // Something must be left of the result.
  const size = kernel.map((k, i) => {
    const cut = 2 * padding[i] - dilation[i] * (k - 1) - more[i];
    return 1 + Math.max(0, Math.ceil(cut / stride[i])) + draw.int(0, 1);
  });
  const channels = groups * draw.size(2), outputs = draw.size(2);
  return {
    inputs: [
      draw.array([draw.kind === "empty" ? 0 : draw.size(2), channels, ...size]),
      draw.array([channels, outputs, ...kernel]),
      draw.array([outputs * groups]),
    ],
    fn: (x, weight, bias) => F.convTranspose2d(x, weight, { bias, ...setting, outputPadding: more }),
    expected: (x, weight, bias) => spread(x, weight, bias, setting, more),
  };
};

const two = (
  draw: Draw,
  low: number,
  high: number,
): [number, number] => [draw.int(low, high), draw.int(low, high)];

export const checks: Checks = {
  "conv2d() slides a filter": convolution(false, () => ({})),
  "conv2d() adds a bias": convolution(true, () => ({})),
  "conv2d() strides": convolution(true, (draw) => ({ stride: two(draw, 1, 3) })),
  "conv2d() pads": convolution(true, (draw) => ({ padding: two(draw, 0, 2) })),
  "conv2d() dilates": convolution(false, (draw) => ({ dilation: two(draw, 1, 3) })),
  "conv2d() has groups": convolution(true, (draw) => ({ groups: draw.int(1, 3) })),
  "convTranspose2d() spreads pixels over windows": transposed,
  "conv2d() does all that at once": convolution(true, (draw) => ({
    stride: two(draw, 1, 2),
    padding: two(draw, 0, 2),
    dilation: two(draw, 1, 2),
    groups: draw.int(1, 2),
  })),
};
