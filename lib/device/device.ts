/**
 * Where arithmetic runs: kernels, memory, and the way of numbers in and out.
 *
 * @module
 */
import type { Arena } from "./arena.ts";
import type { DeviceKernels } from "./kernels.ts";
import type { Pressure } from "./pressure.ts";
import type { Recorder, Recording } from "./recording.ts";
import type { DType, Storage, Values } from "./storage.ts";

export type { DType, Values };

/** The names of the two devices. */
export type DeviceName = "cpu" | "webgpu";

/** How many separate arrays a device holds, and how many bytes they take. */
export interface MemoryUse {
  /** Arrays that are alive; those that share data count once. */
  tensors: number;
  /** Bytes of the arrays that are alive. */
  bytes: number;
  /** The largest value `bytes` has had since the start, or since {@linkcode Device.resetPeak}. */
  peakBytes: number;
}

/**
 * A storage whose owner may be forgotten; null when it was freed before.
 *
 * @internal
 */
export interface Handle {
  storage: Storage | null;
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
  /**
   * Why it was taken although a GPU was looked for: "the only adapter is llvmpipe, software"; else empty.
   *
   * @internal
   */
  note = "";
  /**
   * The step that is being recorded on it; null while none is.
   *
   * @internal
   */
  recording: Recording | null = null;
  /**
   * What it is, without the note.
   *
   * @internal
   */
  protected what: string;

  /**
   * Devices are made by `useDevice()`.
   *
   * @param name How the user calls it.
   * @param description What it is, in words a reader can check: "NVIDIA H200 (Vulkan)", "1 thread, SIMD".
   * @internal
   */
  constructor(readonly name: DeviceName, description: string) {
    this.what = description;
  }

  /**
   * What it computes. Calls stand between `arena.open()` and `arena.close()`, or in `arena.tidy()`: there, what a kernel makes
   * on the way is freed.
   *
   * @internal
   */
  abstract readonly kernels: DeviceKernels;

  /**
   * Who frees what kernels make on the way.
   *
   * @internal
   */
  abstract readonly arena: Arena;

  /**
   * Begins to note kernels instead of computing them; null where there is nothing to be gained by it.
   *
   * @internal
   */
  abstract recorder(): Recorder | null;

  /** What it is, in words a reader can check; of a CPU that stands in for a GPU, also why there is none. */
  get description(): string {
    return this.note === "" ? this.what : `${this.what} (${this.note})`;
  }

  /** @internal What a console and a notebook show of it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Device ${this.name}: ${this.description}`;
  }

  /**
   * What JavaScript's garbage collector feels of it.
   *
   * @internal
   */
  abstract readonly pressure: Pressure<never>;

  /**
   * Frees the storage in a handle once JavaScript has forgotten its owner; null where the device sees by itself which
   * storages are forgotten.
   *
   * @internal
   */
  abstract readonly watch: ((owner: object, handle: Handle) => void) | null;

  /**
   * How much memory is in use. On the cpu, arrays of up to 256 numbers that only JavaScript has touched so far are its garbage
   * collector's business, and not counted.
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
   * Copies values to the device; they may be reused afterwards.
   *
   * @throws {TypeError} if the typed array's kind does not fit `dtype`.
   * @throws {RangeError} if there are not as many values as the shape holds, or no room for them.
   * @internal
   */
  abstract upload(values: Values, shape: readonly number[], dtype: DType): Storage;

  /**
   * An array whose values a function writes, where it can into the device's own memory. Room is looked for first: what is too
   * large ends before it costs anything.
   *
   * @param write Is given as many values as the shape holds, and writes each; what is there before is anything.
   * @throws {RangeError} if there is no room, and whatever `write` throws.
   * @internal
   */
  abstract make(shape: readonly number[], dtype: DType, write: (values: Values) => void): Storage;

  /**
   * Copies values back, in row-major order; later changes of the storage do not reach the copy.
   *
   * @internal
   */
  abstract read(storage: Storage): Promise<Values>;

  /**
   * The values, where reading them needs no waiting, in row-major order; else null. Not a copy: only to be looked at.
   *
   * @internal
   */
  abstract peek(storage: Storage): Values | null;

  /**
   * Waits until all that it was asked for is computed.
   *
   * @internal
   */
  abstract idle(): Promise<void>;

  /**
   * Gives a storage's reference back; the data is freed with its last one. A second time does nothing.
   *
   * @internal
   */
  abstract free(storage: Storage): void;

  /**
   * Another reference to the same data.
   *
   * @internal
   */
  abstract share(storage: Storage): Storage;

  /**
   * Tells of what went wrong while nobody waited.
   *
   * @throws {Error} if the device was lost, had no memory, or refused a command.
   * @internal
   */
  check(): void {}

  /**
   * Whether other storages refer to the same data, so that it must not change in place.
   *
   * @internal
   */
  abstract isShared(storage: Storage): boolean;
}
