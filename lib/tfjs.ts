/**
 * The bridge to TensorFlow.js: its thousand functions, its layers and its data pipelines, on our devices and with our tensors.
 * Nothing is copied on the way. Import `@tensorflow/tfjs` yourself, in the version whose core is ours, 4.22.0: the library
 * never loads it whole.
 *
 * To TensorFlow.js our tensors are constants: no gradient flows through it. Each side frees its own: a tf.Tensor is disposed of
 * (or is made in tf.tidy()), a Tensor lives as long as others of ours; the numbers go with the last of both. What one side
 * changes in place the other does not see. `tf.tidy()` may return tensors of TensorFlow.js', not ours: it looks through all
 * that it returns for its own.
 *
 * @example TensorFlow.js' functions of images, between two of ours
 * ```ts ignore
 * import * as tf from "@tensorflow/tfjs";
 * import { rand } from "descent";
 * import { fromTfjs, toTfjs, useDevice } from "descent/tfjs";
 * import { assertEquals } from "@std/assert";
 *
 * await useDevice("cpu");
 * const picture = rand(1, 3, 40, 60);
 * // TensorFlow.js' images are [N, height, width, channels].
 * const t = tf.tidy(() =>
 *   tf.image.resizeBilinear(toTfjs(picture.permute(0, 2, 3, 1)) as tf.Tensor4D, [20, 30])
 * );
 * const small = fromTfjs(t).permute(0, 3, 1, 2);
 * t.dispose();
 * assertEquals(small.shape, [1, 3, 20, 30]);
 * ```
 *
 * @example A pipeline of tf.data, whose batches come to us
 * ```ts ignore
 * import * as tf from "@tensorflow/tfjs";
 * import type { Tensor } from "descent";
 * import { fromTfjs, useDevice } from "descent/tfjs";
 * import { assertEquals } from "@std/assert";
 *
 * await useDevice("cpu");
 * const rows = tf.data.array([[1, 2], [3, 4], [5, 6], [7, 8]]).filter((row) => row[0] > 1).batch(2);
 * const batches: Tensor[] = [];
 * await rows.forEachAsync((batch) => void batches.push(fromTfjs(batch as tf.Tensor)));
 * // tf.data has disposed of its own by now.
 * assertEquals(await batches[0].array(), [[3, 4], [5, 6]]);
 * ```
 *
 * @example A layer of TensorFlow.js' between two of ours, which learns nothing there
 * ```ts ignore
 * import * as tf from "@tensorflow/tfjs";
 * import { nn, rand } from "descent";
 * import { fromTfjs, toTfjs, useDevice } from "descent/tfjs";
 * import { assertEquals } from "@std/assert";
 *
 * await useDevice("cpu");
 * const first = new nn.Linear(4, 8), last = new nn.Linear(3, 1);
 * const frozen = tf.layers.dense({ units: 3, activation: "relu" });
 * const t = tf.tidy(() => frozen.apply(toTfjs(first.forward(rand(2, 4)))) as tf.Tensor);
 * const y = last.forward(fromTfjs(t));
 * t.dispose();
 * assertEquals(y.shape, [2, 1]);
 * // The gradient ends at the layer: `last` gets one, `first` none.
 * y.sum().backward();
 * assertEquals(first.parameters()[0].grad, null);
 * ```
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { Buffer } from "./autograd/buffer.ts";
import { leaf } from "./autograd/graph.ts";
import { CpuDevice } from "./device/cpu/device.ts";
import { BACKEND_NAME, registerCpuBackend } from "./device/cpu/tfjs.ts";
import { type Device, type DeviceName, type DeviceOptions, useDevice as choose } from "./device/mod.ts";
import { sizeOf } from "./device/shape.ts";
import type { Storage } from "./device/storage.ts";
import { checkTensor } from "./tensor/check.ts";
import { WebGpuDevice } from "./device/webgpu/mod.ts";
import { useInTensorFlow } from "./device/webgpu/tfjs.ts";
import { storageOf } from "./device/webgpu/tfjs/adapter.ts";
import { Tensor } from "./tensor/mod.ts";
import { checkBoolean, checkOptions, describe, surplus } from "./text/arguments.ts";

/** A device of ours as TensorFlow.js knows it. */
interface Home {
  readonly device: Device;
  readonly backend: tf.KernelBackend;
  /** The backend's name. */
  readonly name: string;
  /** An array of TensorFlow.js' as a storage of the device's; null if it is neither float32, int32 nor bool. */
  storageOf(info: tf.TensorInfo): Storage | null;
  /** Hands a row-major storage with its reference over to TensorFlow.js. */
  give(storage: Storage): tf.TensorInfo;
}

const homes: Home[] = [];

const known = (device: Device): Home | undefined => homes.find((one) => one.device === device);

/** Registers a device with TensorFlow.js, the first time. */
function homeOf(device: Device): Home {
  let home = known(device);
  if (home === undefined) homes.push(home = device instanceof CpuDevice ? onCpu(device) : onGpu(device));
  return home;
}

function onCpu(device: CpuDevice): Home {
  const backend = registerCpuBackend(device);
  return {
    ...{ device, backend, name: BACKEND_NAME },
    storageOf: (info) => backend.storageOf(info),
    give: (storage) => backend.give(storage),
  };
}

function onGpu(device: Device): Home {
  if (!(device instanceof WebGpuDevice)) {
    throw new Error(`useDevice: TensorFlow.js does not know the ${device.name} device`);
  }
  const { backend } = device;
  useInTensorFlow(device);
  return {
    ...{ device, backend, name: "webgpu" },
    storageOf: (x) => storageOf({ gpu: backend, inputs: { x } }, "x"),
    // One count of references serves both sides.
    give: ({ dataId, shape, dtype }) => ({ dataId, shape, dtype }),
  };
}

/**
 * Chooses the device of the tensors made from now on, ours and TensorFlow.js': what `useDevice` of "descent" does, and
 * `tf.setBackend()`.
 *
 * @param name "cpu"; "webgpu", which also takes a software adapter; or nothing: a real GPU if there is one, else the cpu.
 * @param options threads: of the cpu.
 * @returns The device.
 * @throws {RangeError} if there is no device of that name.
 * @throws {Error} if "webgpu" was asked for and there is no adapter.
 * @example
 * ```ts ignore
 * import * as tf from "@tensorflow/tfjs";
 * import { useDevice } from "descent/tfjs";
 * import { assertEquals } from "@std/assert";
 * await useDevice("cpu");
 * assertEquals(tf.getBackend(), "descent-cpu");
 * ```
 */
export async function useDevice(name?: DeviceName, options: DeviceOptions = {}): Promise<Device> {
  if (arguments.length > 2) surplus("useDevice", arguments, 2);
  const device = await choose(name, options), home = homeOf(device);
  await tf.setBackend(home.name);
  return device;
}

/**
 * A tensor of ours as one of TensorFlow.js', with the same numbers in the same place. Only one that lies in memory in another
 * order than its shape says is copied: a transposed one, or images [N, C, H, W] out of a convolution, which lie as
 * [N, H, W, C]; `x.permute(0, 2, 3, 1)`, the images as TensorFlow.js wants them, is then no copy.
 *
 * @param x A tensor on the device that `useDevice` of "descent/tfjs" chose. No gradient flows back to it.
 * @returns A tensor to be disposed of as any other of TensorFlow.js'; x is not touched by that.
 * @throws {Error} if x was freed, or TensorFlow.js computes elsewhere.
 * @throws {TypeError} if x is no tensor of ours.
 * @example
 * ```ts ignore
 * import * as tf from "@tensorflow/tfjs";
 * import { tensor } from "descent";
 * import { toTfjs, useDevice } from "descent/tfjs";
 * import { assertEquals } from "@std/assert";
 * await useDevice("cpu");
 * const t = toTfjs(tensor([[1, 2], [3, 4]]));
 * assertEquals(await tf.cumsum(t, 1).array(), [[1, 3], [3, 7]]);
 * t.dispose();
 * ```
 */
export function toTfjs(x: Tensor): tf.Tensor {
  if (arguments.length > 1) surplus("toTfjs", arguments, 1);
  const { device } = checkTensor("toTfjs", "x", x), home = known(device);
  if (home === undefined || tf.getBackend() !== home.name) {
    throw new Error(
      `toTfjs: the tensor is on the ${device.name} device, but TensorFlow.js computes on its backend ` +
        `"${tf.getBackend()}"; call useDevice("${device.name}") of "descent/tfjs" first`,
    );
  }
  const storage = device.arena.tidy(() => rowMajor(device, x.value.buffer.storage));
  return tf.engine().makeTensorFromTensorInfo(home.give(storage), home.backend);
}

/** Another reference to an array that lies in memory as its shape says; else a copy that does. */
function rowMajor({ kernels }: Device, x: Storage): Storage {
  return kernels.reshape(x.order === null ? x : kernels.reshape(x, [sizeOf(x.shape)]), x.shape);
}

/** Options of {@linkcode fromTfjs}. */
export interface FromTfjsOptions {
  /** Whether gradients are to be computed for it: false by default. */
  requiresGrad?: boolean;
}

/**
 * A tensor of TensorFlow.js' as one of ours, with the same numbers in the same place.
 *
 * @param t A tensor of dtype float32, int32 or bool, made after `useDevice` of "descent/tfjs".
 * @param options requiresGrad.
 * @returns A leaf of the graph, on the device where the numbers are; it stays when t is disposed of.
 * @throws {TypeError} if t is no tf.Tensor, its dtype is complex64 or string, or a gradient is asked for what is not float32.
 * @throws {Error} if t was disposed of, or its numbers are in a backend that is none of ours.
 * @example
 * ```ts ignore
 * import * as tf from "@tensorflow/tfjs";
 * import { fromTfjs, useDevice } from "descent/tfjs";
 * import { assertEquals } from "@std/assert";
 * await useDevice("cpu");
 * const t = tf.linspace(0, 1, 3), x = fromTfjs(t, { requiresGrad: true });
 * t.dispose();
 * x.square().sum().backward();
 * assertEquals(await x.grad!.array(), [0, 1, 2]);
 * ```
 */
export function fromTfjs(t: tf.Tensor, options: FromTfjsOptions = {}): Tensor {
  if (arguments.length > 2) surplus("fromTfjs", arguments, 2);
  checkOptions("fromTfjs", options, ["requiresGrad"]);
  const { requiresGrad = false } = options;
  checkBoolean("fromTfjs", "requiresGrad", requiresGrad);
  if (!(t instanceof tf.Tensor)) {
    throw new TypeError(`fromTfjs: t must be a tf.Tensor of TensorFlow.js, not ${describe(t)}`);
  }
  const { dataId, shape, dtype } = t;
  if (t.isDisposed) {
    throw new Error("fromTfjs: this tf.Tensor was disposed of; keep it with tf.keep(), or copy it before");
  }
  if (requiresGrad && dtype !== "float32") {
    throw new TypeError(`fromTfjs: only float32 tensors can require a gradient, not ${dtype}`);
  }
  const home = homes.find(({ backend }) => backend.refCount(dataId) > 0);
  if (home === undefined) {
    throw new Error(
      "fromTfjs: the numbers of this tf.Tensor are in a backend of TensorFlow.js' own; make it after useDevice() of " +
        '"descent/tfjs", or copy it: tensor(await t.data(), { shape: t.shape })',
    );
  }
  const { device } = home;
  const storage = device.arena.tidy(() => {
    const found = home.storageOf({ dataId, shape: [...shape], dtype });
    if (found === null) {
      throw new TypeError(`fromTfjs: there is no dtype ${dtype} here; float32, int32 and bool are`);
    }
    return found;
  });
  return new Tensor(leaf(new Buffer(device, storage, "fromTfjs"), requiresGrad));
}
