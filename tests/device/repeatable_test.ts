/** The same call gives the same bits each time: sums are never taken in the order in which threads happen to end. */
import { assertEquals } from "@std/assert";
import { currentDevice } from "descent";
import type { Kernels, Updates } from "../../lib/device/kernels.ts";
import type { Storage } from "../../lib/device/storage.ts";
import { onEachDevice } from "../devices.ts";

type Call = (k: Kernels<Storage> & Updates<Storage>, x: (...shape: number[]) => Storage) => Storage;

const settings = { strides: [1, 1], padding: [1, 1], dilations: [1, 1], groups: 1 } as const;
const window = { kernel: [3, 3], strides: [2, 2], padding: [1, 1] } as const;

/** Whatever adds up. */
const CALLS: Record<string, Call> = {
  "a sum of a million numbers": (k, x) => k.sum(x(1_000_003), [0]),
  "a sum of columns": (k, x) => k.sum(x(3001, 70), [0]),
  "a product over thousands": (k, x) => k.matmul(x(16, 5000), x(5000, 32)),
  "a product with a transposed matrix": (k, x) => k.matmul(x(33, 4000), k.permute(x(40, 4000), [1, 0])),
  "a linear layer": (k, x) => k.linear(x(8, 3000), x(50, 3000), x(50)),
  "a convolution": (k, x) => k.conv2d(x(2, 32, 14, 14), x(32, 32, 3, 3), x(32), settings),
  "the gradient of its input": (k, x) =>
    k.conv2dInputGrad(x(2, 32, 14, 14), x(32, 32, 3, 3), [2, 32, 14, 14], settings),
  "the gradient of its filter": (k, x) =>
    k.conv2dFilterGrad(x(2, 32, 14, 14), x(2, 32, 14, 14), [32, 32, 3, 3], settings),
  "a batch normalization's gradient": (k, x) =>
    k.batchNormGrad(x(16, 8, 20, 20), x(16, 8, 20, 20), x(8), k.square(x(8)), x(8), 1e-5)[1],
  "a gradient that many elements share": (k, x) => {
    const index = k.cast(k.mul(k.abs(x(40_000, 1)), 2), "int32");
    return k.scatterAdd(x(40_000, 1), k.minimum(index, 2), 0, [3, 1]);
  },
  "a gradient that rows of a table share": (k, x) => {
    const index = k.minimum(k.cast(k.mul(k.abs(x(20_000)), 2), "int32"), 2);
    return k.indexAdd(x(20_000, 24), index, 0, 3);
  },
  "a pooling's gradient": (k, x) => {
    const images = x(2, 8, 31, 31);
    return k.maxPool2dGrad(x(2, 8, 16, 16), k.maxPool2d(images, window)[1], images.shape, window);
  },
  "a softmax": (k, x) => k.softmax(x(3, 10_000), 1),
};

for (const [name, call] of Object.entries(CALLS)) {
  onEachDevice(`${name} is the same, bit for bit, each time`, async () => {
    const device = currentDevice(), { kernels, arena } = device;
    const once = async () => {
      let offset = 0;
      const draw = (...shape: number[]) =>
        kernels.random("normal", shape, { seed: [1, 2], offset: offset++ });
      const y = arena.tidy(() => call(kernels, draw)), values = await device.read(y);
      device.free(y);
      return values;
    };
    const first = await once();
    for (let i = 0; i < 3; i++) assertEquals(await once(), first);
  });
}
