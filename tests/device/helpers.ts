/**
 * What the device tests share: TensorFlow.js' stock CPU backend as a device, the GPU where there is one, random storages.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { composedKernels, registerComposedKernels } from "../../lib/device/composed.ts";
import {
  Device,
  type DType,
  type KernelAttributes,
  type KernelInputs,
  type MemoryUse,
  type Storage,
  type Values,
} from "../../lib/device/device.ts";
import { createWebGpuDevice, type WebGpuDevice } from "../../lib/device/webgpu/mod.ts";

const NAME = "stock";

class QuietCpu extends MathBackendCPU {
  constructor() {
    super();
    // Else TensorFlow.js prints an advertisement.
    (this as unknown as { firstUse: boolean }).firstUse = false;
  }
}

class StockDevice extends Device {
  readonly #cpu: QuietCpu;

  constructor(backend: QuietCpu) {
    super("cpu", "TensorFlow.js' own kernels", NAME, backend, false);
    this.#cpu = backend;
  }

  memory(): MemoryUse {
    return { tensors: this.#cpu.numDataIds(), bytes: 0, peakBytes: 0 };
  }
  resetPeak(): void {}

  upload(values: Values, shape: number[], dtype: DType): Storage {
    const copy = values.slice();
    return { dataId: this.#cpu.write(copy, shape, dtype), shape, dtype };
  }

  read(storage: Storage): Promise<Values> {
    const values = this.#cpu.readSync(storage.dataId) as Values;
    const Target = storage.dtype === "float32"
      ? Float32Array
      : storage.dtype === "int32"
      ? Int32Array
      : Uint8Array;
    return Promise.resolve(Target.from(values));
  }
}

let stock: Device | undefined;

/** TensorFlow.js' CPU backend, no kernel of ours but the composed ones. */
export function stockDevice(): Device {
  if (stock !== undefined) return stock;
  const backend = new QuietCpu();
  tf.registerBackend(NAME, () => backend, 0);
  for (const kernel of tf.getKernelsForBackend("cpu")) tf.registerKernel({ ...kernel, backendName: NAME });
  registerComposedKernels(NAME);
  return stock = new StockDevice(backend);
}

const adapter = await navigator.gpu?.requestAdapter().catch(() => null);

/** Skips a test where no adapter is found: give it as Deno.test's `ignore`. */
export const noGpu = adapter == null;
if (noGpu) {
  console.log("WebGPU tests are skipped: no adapter (on Debian, mesa-vulkan-drivers brings a software one).");
}

let gpu: Promise<WebGpuDevice> | undefined;

/** The GPU, or the software adapter. */
export function gpuDevice(): Promise<WebGpuDevice> {
  return gpu ??= createWebGpuDevice({ fallback: true });
}

/** The GPU with the composed form of every kernel that has one, and composed convolutions. */
class ComposedGpu extends Device {
  readonly #gpu: WebGpuDevice;
  readonly #composed = composedKernels("webgpu");

  constructor(gpu: WebGpuDevice) {
    super("webgpu", "composed kernels", "webgpu", gpu.backend, false);
    this.#gpu = gpu;
  }

  protected override call(kernel: string, inputs: KernelInputs, attrs: KernelAttributes): unknown {
    const composed = this.#composed[kernel];
    if (composed === undefined) return super.call(kernel, inputs, attrs);
    return composed({ inputs: inputs as Record<string, Storage>, attrs, backend: this.backend });
  }
  memory = () => this.#gpu.memory();
  resetPeak = () => this.#gpu.resetPeak();
  upload = (values: Values, shape: number[], dtype: DType) => this.#gpu.upload(values, shape, dtype);
  read = (storage: Storage) => this.#gpu.read(storage);
}

/** The devices that each kernel of KERNELS.md must be right on. */
export const everyForm: { title: string; ignore: boolean; device: () => Promise<Device> }[] = [
  { title: "composed, on the stock cpu", ignore: false, device: () => Promise.resolve(stockDevice()) },
  { title: "composed, on webgpu", ignore: noGpu, device: async () => new ComposedGpu(await gpuDevice()) },
  { title: "webgpu's own", ignore: noGpu, device: gpuDevice },
];

/** One test per form of a kernel; fails if tensors are left over. */
export function onEachForm(name: string, body: (device: Device) => Promise<void>): void {
  for (const { title, ignore, device } of everyForm) {
    const fn = async () => {
      const chosen = await device();
      const before = chosen.memory().tensors;
      await body(chosen);
      const left = chosen.memory().tensors - before;
      if (left !== 0) throw new Error(`${left} tensors are left over`);
    };
    Deno.test({ name: `${name} (${title})`, ignore, fn });
  }
}

/** A repeatable source of numbers (Park and Miller's generator). */
export class Draw {
  #state: number;
  constructor(seed: number) {
    this.#state = seed * 16807 % 2147483647 || 1;
  }
  /** In [0, 1). */
  next(): number {
    this.#state = this.#state * 16807 % 2147483647;
    return (this.#state - 1) / 2147483646;
  }
  /** An integer in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  /** float32 numbers in [low, high). */
  floats(size: number, low = -2, high = 2): Float32Array {
    return Float32Array.from({ length: size }, () => low + this.next() * (high - low));
  }
}

/** The number of elements. */
export const sizeOf = (shape: number[]): number => shape.reduce((product, n) => product * n, 1);

/**
 * Fails with the place and both values unless |actual − expected| ≤ 1e-5 + 1e-4 |expected| everywhere, NaN equal to NaN.
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  { atol = 1e-5, rtol = 1e-4 } = {},
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} values instead of ${expected.length}`);
  }
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i], e = expected[i];
    if (Object.is(a, e) || a === e) continue;
    if (!(Math.abs(a - e) <= atol + rtol * Math.abs(e)) || !Number.isFinite(e)) {
      throw new Error(`${what}: element ${i} is ${a} instead of ${e}`);
    }
  }
}
