/**
 * Where arithmetic runs. A {@linkcode Device} wraps one TensorFlow.js backend and calls its kernels directly,
 * without TensorFlow.js' own tape and scopes: memory and gradients are the business of lib/autograd.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** What the elements of a tensor are. */
export type DType = "float32" | "int32" | "bool";

/** Flat values as JavaScript holds them: "float32" → Float32Array, "int32" → Int32Array, "bool" → Uint8Array. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** The names of the two devices. */
export type DeviceName = "cpu" | "webgpu";

/**
 * A dense, row-major array on a device: what TensorFlow.js calls a TensorInfo. Each Storage that a kernel returns
 * holds one reference to its data; {@linkcode Device.free} gives that reference back.
 */
export interface Storage {
  readonly dataId: object;
  readonly shape: number[];
  readonly dtype: DType;
}

/** What a kernel takes: storages by name (a list where the kernel takes many, as Concat does). */
export type KernelInputs = Record<string, Storage | Storage[] | undefined>;

/** A kernel's settings. */
export type KernelAttributes = Record<string, unknown>;

type KernelFunction = (call: { inputs: unknown; attrs: unknown; backend: unknown }) => unknown;

/** How many separate arrays a device holds, and how many bytes they take. */
export interface MemoryUse {
  /** Arrays that are alive; storages that share data count once. */
  tensors: number;
  /** Bytes of the arrays that are alive. */
  bytes: number;
  /** The largest value `bytes` has had since the start, or since {@linkcode Device.resetPeak}. */
  peakBytes: number;
}

/**
 * One place where arithmetic runs. Made by `useDevice()`; see lib/device/cpu and lib/device/webgpu.
 *
 * @example
 * ```ts
 * import { useDevice } from "descent";
 * import { assertEquals } from "@std/assert";
 * const device = await useDevice("cpu");
 * console.log(device.description); // such as "CPU, 1 thread, WebAssembly SIMD"
 * assertEquals(device.name, "cpu");
 * ```
 */
export abstract class Device {
  readonly #kernels = new Map<string, KernelFunction>();
  /**
   * Why it was taken although a GPU was looked for: "the only adapter is llvmpipe, software"; else empty.
   *
   * @internal
   */
  note = "";
  readonly #description: string;

  /**
   * Devices are made by `useDevice()`.
   *
   * @param name How the user calls it.
   * @param description What it is, in words a reader can check: "NVIDIA H200 (Vulkan)", "1 thread, SIMD".
   * @param backendName The name under which its kernels stand in TensorFlow.js' registry.
   * @param backend The TensorFlow.js backend.
   * @param nativeConvolution True when its Conv2D kernels take `dilations` and `groups`, forward and backward.
   * @internal
   */
  constructor(
    readonly name: DeviceName,
    description: string,
    readonly backendName: string,
    /**
     * The TensorFlow.js backend.
     *
     * @internal
     */
    readonly backend: tf.KernelBackend,
    readonly nativeConvolution: boolean,
  ) {
    this.#description = description;
  }

  /** What it is, in words a reader can check; of a CPU that stands in for a GPU, also why there is none. */
  get description(): string {
    return this.note === "" ? this.#description : `${this.#description} (${this.note})`;
  }

  /** What a console and a notebook show of it. @internal */
  [Symbol.for("Deno.customInspect")](): string {
    return `Device ${this.name}: ${this.description}`;
  }

  /**
   * Whether the device itself frees the storages that JavaScript has forgotten.
   *
   * @internal
   */
  get collectsGarbage(): boolean {
    return false;
  }

  /**
   * How much memory is in use.
   *
   * @returns How many arrays are alive, their bytes, and the most there were.
   * @example
   * ```ts
   * import { currentDevice, zeros } from "descent";
   * import { assert } from "@std/assert";
   * const before = currentDevice().memory().bytes;
   * const x = zeros(100, 100);
   * assert(currentDevice().memory().bytes >= before + 4 * x.size);
   * ```
   */
  abstract memory(): MemoryUse;

  /**
   * Starts a new measurement of `peakBytes` from what is alive now.
   *
   * @example
   * ```ts
   * import { currentDevice } from "descent";
   * import { assertEquals } from "@std/assert";
   * currentDevice().resetPeak();
   * const { bytes, peakBytes } = currentDevice().memory();
   * assertEquals(peakBytes, bytes);
   * ```
   */
  abstract resetPeak(): void;

  /**
   * Throws when the device can no longer compute (a lost GPU), with a sentence that says what was lost.
   *
   * @internal
   */
  check(): void {}

  /**
   * Whether a kernel of this name is registered for this device.
   *
   * @internal
   */
  has(kernel: string): boolean {
    return this.#kernels.has(kernel) || tf.getKernel(kernel, this.backendName) != null;
  }

  /**
   * Calls a kernel by its TensorFlow.js name.
   *
   * @throws {Error} if the device has no such kernel, or was lost.
   * @internal
   */
  run(kernel: string, inputs: KernelInputs, attrs: KernelAttributes = {}): Storage {
    return this.call(kernel, inputs, attrs) as Storage;
  }

  /**
   * As {@linkcode run}, for kernels that return several storages.
   *
   * @internal
   */
  runMany(kernel: string, inputs: KernelInputs, attrs: KernelAttributes = {}): Storage[] {
    return this.call(kernel, inputs, attrs) as Storage[];
  }

  /**
   * Calls a kernel; what it returns is its own affair.
   *
   * @internal
   */
  protected call(kernel: string, inputs: KernelInputs, attrs: KernelAttributes): unknown {
    let kernelFunction = this.#kernels.get(kernel);
    if (kernelFunction === undefined) {
      kernelFunction = tf.getKernel(kernel, this.backendName)?.kernelFunc as KernelFunction | undefined;
      if (kernelFunction == null) throw new Error(`The ${this.name} device has no kernel named ${kernel}.`);
      this.#kernels.set(kernel, kernelFunction);
    }
    this.check();
    return kernelFunction({ inputs, attrs, backend: this.backend });
  }

  /**
   * Copies values to the device. The typed array's kind must fit `dtype`; it may be reused afterwards.
   *
   * @internal
   */
  abstract upload(values: Values, shape: number[], dtype: DType): Storage;

  /**
   * Copies values back; later changes of the storage do not reach the copy.
   *
   * @internal
   */
  abstract read(storage: Storage): Promise<Values>;

  /**
   * Gives one reference back; the data is freed with its last one.
   *
   * @internal
   */
  free(storage: Storage): void {
    this.backend.disposeData(storage.dataId);
  }

  /**
   * Another reference to the same data, seen with another shape of as many elements.
   *
   * @internal
   */
  share(storage: Storage, shape: number[] = storage.shape): Storage {
    this.backend.incRef(storage.dataId);
    return { dataId: storage.dataId, shape, dtype: storage.dtype };
  }
}
