/**
 * Convolutions that the cpu cuts into parts, of few channels and many pixels: as the plain sum has them. Other tests' images are too
 * small for a second part.
 */
import { currentDevice } from "descent";
import type { Convolution } from "../../lib/device/geometry.ts";
import { onEachDevice } from "../devices.ts";
import { arrayOf } from "./contract/arbitraries.ts";
import { type Call, makeCase } from "./contract/case.ts";
import { runOne } from "./contract/run.ts";

interface Sizes {
  x: number[];
  w: number[];
  settings: Convolution;
}

const plain = (padding: [number, number], strides: [number, number] = [1, 1]): Convolution => (
  { strides, padding, dilations: [1, 1], groups: 1 }
);

const SIZES: Record<string, Sizes> = {
  "one channel, kernel rows that reach over the border": {
    ...{ x: [3, 1, 14, 15], w: [6, 1, 5, 5], settings: plain([2, 2]) },
  },
  "three channels, a stride, more padding than half a kernel": {
    ...{ x: [2, 3, 21, 19], w: [10, 3, 4, 7], settings: plain([3, 5], [1, 2]) },
  },
  "a kernel row as wide as the image": { x: [40, 2, 5, 3], w: [3, 2, 3, 3], settings: plain([1, 1]) },
  "a channel a group": {
    ...{ x: [2, 4, 12, 11], w: [8, 1, 3, 3], settings: { ...plain([1, 1]), groups: 4 } },
  },
  "Winograd's method, the filter's gradient in several parts of several blocks": {
    ...{ x: [3, 20, 33, 31], w: [24, 20, 3, 3], settings: plain([1, 1]) },
  },
};

for (const [name, { x, w, settings }] of Object.entries(SIZES)) {
  const [height, width] = [0, 1].map((i) =>
    Math.floor((x[2 + i] + 2 * settings.padding[i] - w[2 + i]) / settings.strides[i]) + 1
  );
  const y = [x[0], w[0], height, width], channels = w[1] * w[2] * w[3];
  const directions: Record<string, [shapes: number[][], call: Call, terms: number]> = {
    conv2d: [[x, w], (k, [x, w]) => [k.conv2d(x, w, null, settings)], channels],
    conv2dInputGrad: [[y, w], (k, [dy, w]) => [k.conv2dInputGrad(dy, w, x, settings)], channels],
    conv2dFilterGrad: [
      [x, y],
      (k, [x, dy]) => [k.conv2dFilterGrad(x, dy, w, settings)],
      x[0] * height * width,
    ],
  };
  for (const [direction, [shapes, call, terms]] of Object.entries(directions)) {
    onEachDevice(`${direction} of ${name}`, async () => {
      const inputs = shapes.map((shape, i) => ({ memory: arrayOf(shape, 5 + i, "reals"), dims: null }));
      const one = makeCase(inputs, call, { roundings: 4 * (8 + 2 * Math.sqrt(terms)) });
      await runOne(currentDevice(), one);
    });
  }
}
