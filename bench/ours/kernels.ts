/**
 * Single kernels of our device, called as the library's own rules call them.
 *
 * @module
 */
import { currentDevice } from "descent";
import type { Device, Storage } from "../../lib/device/mod.ts";
import { type Kernels, kernels } from "../../lib/device/kernels.ts";
import { sideBehind } from "../cases/network.ts";
import type { ConvolutionTask, CopyTask, Job, ProductTask } from "../cases/task.ts";

/** A convolution or one of its gradients: images [N, H, W, C], filters [kH, kW, in, out], as the library stores them. */
export function convolution(task: ConvolutionTask): Job {
  const { direction, inputs, outputs, kernel, stride, padding, size } = task;
  const side = sideBehind(size, task);
  const xShape = [1, size, size, inputs], filterShape = [kernel, kernel, inputs, outputs];
  const [x, dy] = [random(xShape), random([1, side, side, outputs])];
  const filter = random(filterShape);
  const edges: [number, number] = [padding, padding];
  const settings = {
    strides: [stride, stride] as [number, number],
    padding: [edges, edges] as [[number, number], [number, number]],
    dilations: [1, 1] as [number, number],
    groups: 1,
  };
  const body = {
    forward: (k: Kernels) => k.conv2d(x, filter, undefined, settings),
    input: (k: Kernels) => k.conv2dInputGrad(dy, filter, xShape, settings),
    filter: (k: Kernels) => k.conv2dFilterGrad(x, dy, filterShape, settings),
  }[direction];
  return repeat(body, [x, dy, filter]);
}

/** A matrix product. */
export function product({ m, k, n, transposeA, transposeB }: ProductTask): Job {
  const a = random(transposeA ? [1, k, m] : [1, m, k]);
  const b = random(transposeB ? [1, n, k] : [1, k, n]);
  return repeat((kernels) => kernels.matmul(a, b, transposeA, transposeB), [a, b]);
}

/** y = −x. */
export function copy({ count }: CopyTask): Job {
  const x = random([count]);
  return repeat((kernels) => kernels.unary("Neg", x), [x]);
}

function repeat(body: (kernels: Kernels) => Storage, inputs: Storage[]): Job {
  const device = currentDevice();
  const called = kernels(device);
  return {
    async run(count) {
      for (let i = 0; i < count - 1; i++) device.free(called.tidy(() => body(called)));
      const last = called.tidy(() => body(called));
      await finish(device, last);
      device.free(last);
    },
    drop() {
      for (const input of inputs) device.free(input);
    },
  };
}

/** Waits for a result: reads one of its numbers. */
async function finish(device: Device, result: Storage): Promise<void> {
  const { shape } = result;
  const one = device.run("Slice", { x: result }, { begin: shape.map(() => 0), size: shape.map(() => 1) });
  await device.read(one);
  device.free(one);
}

function random(shape: number[]): Storage {
  const values = new Float32Array(shape.reduce((a, b) => a * b));
  for (let i = 0; i < values.length; i++) values[i] = Math.random() - 0.5;
  return currentDevice().upload(values, shape, "float32");
}
