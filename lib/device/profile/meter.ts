/**
 * Adds up what the kernels of a device take, from its start to its end.
 *
 * @module
 */
import type { Device } from "../device.ts";
import { sizeOf } from "../shape.ts";
import { ARRAYS, type DType } from "../storage.ts";
import { WebGpuDevice } from "../webgpu/device.ts";
import type { Program } from "../webgpu/gpu.ts";
import { type DispatchObserver, GPU_BYTES, type NotedCall } from "../webgpu/observer.ts";
import type { GpuCounters } from "./counters.ts";
import { Timestamps } from "../webgpu/timestamps.ts";
import { bytesOf, flopsOf, shapesOf } from "./cost.ts";
import { type KernelWatcher, watchKernels } from "./watch.ts";

/** What the times of kernels are. */
export type Clock =
  /** The processor's: a kernel is over when its call returns. */
  | "host"
  /** The GPU's. */
  | "gpu"
  /** How long the host took to ask for the kernel, where the GPU does not tell the time. */
  | "issue";

/** Which calls share a row. */
export interface Grouping {
  /** Whether calls with other shapes have another. */
  readonly shapes: boolean;
  /** Whether each program of a kernel has its own. */
  readonly programs: boolean;
}

/** The calls of one row, added up. Times in milliseconds. */
export interface Tally {
  readonly kernel: string;
  readonly shapes: string;
  readonly program: string;
  calls: number;
  time: number;
  /** What JavaScript took to call. */
  host: number;
  flops: number;
  bytes: number;
}

/** What there was to measure. */
export interface Measured {
  readonly tallies: readonly Tally[];
  readonly clock: Clock;
  /** The clock's steps in nanoseconds, where they are too large for short kernels; else 0. */
  readonly step: number;
  /** From the start until all was computed. */
  readonly total: number;
  /** What the host sent to the GPU; null on the cpu. */
  readonly counters: GpuCounters | null;
}

/** The devices that are measured. */
const busy = new WeakSet<Device>();

/** One measurement, begun when it is made. */
export class Meter implements KernelWatcher, DispatchObserver {
  readonly #device: Device;
  readonly #gpu: WebGpuDevice["backend"] | null;
  readonly #by: Grouping;
  readonly #tallies = new Map<string, Tally>();
  readonly #timestamps: Timestamps<Tally> | null;
  readonly #before: GpuCounters | null;
  readonly #began: number;
  readonly #unwatch: () => void;
  /** The kernel that is being called, and the shapes of its arguments where they matter. */
  #kernel = "";
  #shapes = "";

  private constructor(device: Device, by: Grouping) {
    this.#device = device;
    this.#by = by;
    this.#gpu = device instanceof WebGpuDevice ? device.backend : null;
    this.#timestamps = this.#gpu !== null && Timestamps.areThereOn(this.#gpu.device)
      ? new Timestamps(this.#gpu.device)
      : null;
    this.#before = this.#gpu && { ...this.#gpu.counters };
    if (this.#gpu !== null) this.#gpu.observer = this;
    this.#unwatch = watchKernels(device, this);
    busy.add(device);
    this.#began = performance.now();
  }

  /** Begins as soon as the device has done what it was asked for before; null if somebody measures it already. */
  static async start(device: Device, by: Grouping): Promise<Meter | null> {
    await device.idle();
    return busy.has(device) ? null : new Meter(device, by);
  }

  called<R>(name: string, args: readonly unknown[], run: () => R): R {
    // Its programs will be dispatched when the step runs.
    if (this.#gpu?.noting) return run();
    const { shapes, programs } = this.#by;
    this.#kernel = name;
    this.#shapes = shapes ? shapesOf(args) : "";
    const start = performance.now();
    let result: R;
    try {
      result = run();
    } finally {
      this.#kernel = "";
    }
    const host = performance.now() - start;
    const bytes = bytesOf(args, result, (dtype) => this.#bytesOf(dtype));
    // A view is no work.
    if (bytes === 0 || programs && this.#gpu !== null) return result;
    const tally = this.#tally(name, this.#shapes, "");
    tally.calls++;
    tally.host += host;
    tally.bytes += bytes;
    tally.flops += flopsOf(name, args, result);
    return result;
  }

  dispatching(
    program: Pick<Program, "key" | "bindings" | "flops">,
    noted: NotedCall | undefined,
  ): GPUComputePassTimestampWrites | undefined {
    const { shapes, programs } = this.#by;
    const kernel = noted?.kernel ?? this.#kernel;
    const shown = noted === undefined ? this.#shapes : shapes ? noted.shapes : "";
    // What runs outside of kernels, to read a tensor, is known by its program alone.
    const alone = programs || kernel === "", tally = this.#tally(kernel, shown, alone ? program.key : "");
    if (alone) {
      tally.calls++;
      tally.flops += program.flops ?? 0;
      tally.bytes += program.bindings.reduce((sum, { shape }) => sum + GPU_BYTES * sizeOf(shape), 0);
    } else if (noted?.programs[0] === program) {
      tally.calls++;
      tally.flops += noted.flops;
      tally.bytes += noted.bytes;
    }
    return this.#timestamps?.next(tally);
  }

  submitted(): void {
    this.#timestamps?.submitted();
  }

  #bytesOf(dtype: DType): number {
    return this.#gpu !== null ? GPU_BYTES : ARRAYS[dtype].BYTES_PER_ELEMENT;
  }

  #tally(kernel: string, shapes: string, program: string): Tally {
    const key = `${kernel}\n${shapes}\n${program}`;
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      tally = { kernel, shapes, program, calls: 0, time: 0, host: 0, flops: 0, bytes: 0 };
      this.#tallies.set(key, tally);
    }
    return tally;
  }

  /** The device is as it was before. */
  #leave(): void {
    this.#unwatch();
    if (this.#gpu !== null) this.#gpu.observer = null;
    busy.delete(this.#device);
  }

  /** Ends it without a result. */
  abandon(): void {
    this.#leave();
    this.#gpu?.flush();
    this.#timestamps?.abandon();
  }

  /** Ends it, when the device has computed what it was asked for. */
  async finish(): Promise<Measured> {
    const gpu = this.#gpu, timestamps = this.#timestamps, before = this.#before;
    gpu?.flush();
    this.#leave();
    const after = gpu && { ...gpu.counters };
    await this.#device.idle();
    const total = performance.now() - this.#began, tallies = [...this.#tallies.values()];
    const counters = before && after && {
      dispatches: after.dispatches - before.dispatches,
      submits: after.submits - before.submits,
      writes: after.writes - before.writes,
      bytesWritten: after.bytesWritten - before.bytesWritten,
    };
    const step = gpu === null || timestamps === null
      ? null
      : await gpu.errors.until(timestamps.finish((tally, ns) => tally.time += ns / 1e6));
    if (step === null) { for (const tally of tallies) tally.time = tally.host; }
    const clock = gpu === null ? "host" : step === null ? "issue" : "gpu";
    return { tallies, clock, step: step ?? 0, total, counters };
  }
}
