/**
 * Single kernels of our device, called as the library's own rules call them.
 *
 * @module
 */
import { currentDevice } from "descent";
import type { DeviceKernels } from "../../lib/device/kernels.ts";
import type { Storage } from "../../lib/device/storage.ts";
import { sideBehind } from "../cases/network.ts";
import type { ConvolutionTask, CopyTask, Job, OrderTask, ProductTask } from "../cases/task.ts";

/** A convolution or one of its gradients; images and filters lie in memory as they do between layers. */
export function convolution(task: ConvolutionTask, batch = 1): Job {
  const { direction, inputs, outputs, kernel, stride, padding, size } = task;
  const side = sideBehind(size, task);
  const [x, dy] = [random([batch, size, size, inputs], IMAGES), random([batch, side, side, outputs], IMAGES)];
  const filter = random([kernel, kernel, inputs, outputs], FILTERS);
  const settings = {
    strides: [stride, stride],
    padding: [padding, padding],
    dilations: [1, 1],
    groups: 1,
  } as const;
  const body = {
    forward: (k: DeviceKernels) => k.conv2d(x, filter, null, settings),
    input: (k: DeviceKernels) => k.conv2dInputGrad(dy, filter, x.shape, settings),
    filter: (k: DeviceKernels) => k.conv2dFilterGrad(x, dy, filter.shape, settings),
  }[direction];
  return repeat(body, [x, dy, filter]);
}

/** [N, C, H, W] on memory [N, H, W, C], and [out, in, kH, kW] on memory [kH, kW, in, out]. */
const IMAGES = [0, 3, 1, 2], FILTERS = [3, 2, 0, 1];

/** A matrix product; a transposed factor lies the other way round in memory. */
export function product({ m, k, n, transposeA, transposeB }: ProductTask): Job {
  const a = transposeA ? random([1, k, m], [0, 2, 1]) : random([1, m, k]);
  const b = transposeB ? random([1, n, k], [0, 2, 1]) : random([1, k, n]);
  return repeat((kernels) => kernels.matmul(a, b), [a, b]);
}

/** y = −x. */
export function copy({ count }: CopyTask): Job {
  const x = random([count]);
  return repeat((kernels) => kernels.neg(x), [x]);
}

/** Values and places, as sort() and topk() give them, or running sums. */
export function order({ operation, count }: OrderTask): Job {
  const x = random([count]);
  const body = {
    sort: (k: DeviceKernels) => k.gather(x, k.argsort(x, 0, false), 0),
    topk: (k: DeviceKernels) => k.gather(x, k.argtop(x, 0, 100, true), 0),
    cumsum: (k: DeviceKernels) => k.cumsum(x, 0),
  }[operation];
  return repeat(body, [x]);
}

function repeat(body: (kernels: DeviceKernels) => Storage, inputs: Storage[]): Job {
  const device = currentDevice(), { arena, kernels } = device;
  const call = () => arena.tidy(() => body(kernels));
  return {
    async run(count) {
      for (let i = 0; i < count - 1; i++) device.free(call());
      const last = call();
      // Waits for the result: reads one of its numbers.
      const ones = last.shape.map(() => 1), begin = last.shape.map(() => 0);
      const one = arena.tidy(() => kernels.slice(last, { begin, size: ones, step: ones }));
      await device.read(one);
      for (const storage of [one, last]) device.free(storage);
    },
    drop() {
      for (const input of inputs) device.free(input);
    },
  };
}

/** Random numbers of a shape in memory, seen with its dimensions in another order. */
function random(shape: number[], dims = shape.map((_, i) => i)): Storage {
  const { arena, kernels } = currentDevice();
  const draw = { seed: [1, 2], offset: 0 } as const;
  return arena.tidy(() => kernels.permute(kernels.random("normal", shape, draw), dims));
}
