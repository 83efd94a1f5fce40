/**
 * The GPU as a {@linkcode Device}.
 *
 * @module
 */
import { surplus } from "../../text/arguments.ts";
import type { Arena } from "../arena.ts";
import * as check from "../check.ts";
import { Device, type Handle, type MemoryUse } from "../device.ts";
import { plain } from "../layout.ts";
import { watchKernels } from "../profile/watch.ts";
import type { Pressure } from "../pressure.ts";
import type { Recorder } from "../recording.ts";
import { sizeOf } from "../shape.ts";
import { ARRAYS, type DType, type Storage, type Values } from "../storage.ts";
import type { GpuBackend } from "./backend.ts";
import type { Tuning } from "./tuning.ts";
import { WebGpuKernels } from "./kernels.ts";
import { permute } from "./kernels/arrange.ts";

/** A GPU, through WebGPU. */
export class WebGpuDevice extends Device {
  /** Its memory and queue. @internal */
  readonly backend: GpuBackend;
  override readonly kernels: WebGpuKernels;

  /**
   * @param backend The GPU.
   * @param software Whether it computes on the processor.
   */
  constructor(backend: GpuBackend, readonly software: boolean) {
    super("webgpu", backend.errors.description);
    this.backend = backend;
    this.kernels = new WebGpuKernels(backend);
  }

  /** Uses what was measured on this adapter; a table of another one is let be. */
  tune({ adapter }: Tuning, table: NonNullable<GpuBackend["tuning"]>): void {
    if (adapter === this.backend.errors.description) this.backend.tuning = table;
  }

  /** Whether the GPU was lost; it does not come back, a new device must be made. */
  get lost(): boolean {
    return this.backend.errors.lost;
  }

  override check(): void {
    this.backend.errors.check();
  }

  override get arena(): Arena {
    return this.backend.arena;
  }

  override get pressure(): Pressure<never> {
    return this.backend.pressure;
  }

  override readonly watch = (owner: object, handle: Handle): void =>
    this.backend.pressure.watch(owner, handle);

  override memory(): MemoryUse {
    if (arguments.length > 0) surplus("memory", arguments, 0);
    const { tensors, bytes, peakBytes } = this.backend.use, all = bytes + this.backend.held;
    return { tensors, bytes: all, peakBytes: Math.max(peakBytes, all) };
  }

  override resetPeak(): void {
    if (arguments.length > 0) surplus("resetPeak", arguments, 0);
    this.backend.resetPeak();
  }

  override recorder(): Recorder {
    const recorder = this.backend.recorder(), { finish, abandon } = recorder;
    const stop = watchKernels(this, this.backend.calls);
    return Object.assign(recorder, {
      finish() {
        stop();
        return finish();
      },
      abandon() {
        stop();
        abandon();
      },
    });
  }

  override upload(values: Values, shape: readonly number[], dtype: DType): Storage {
    check.uploaded(values, shape, dtype);
    return this.backend.upload(values, shape, dtype);
  }

  override make(shape: readonly number[], dtype: DType, write: (values: Values) => void): Storage {
    const storage = this.backend.allocate(shape, dtype);
    try {
      const values = new ARRAYS[dtype](sizeOf(shape));
      write(values);
      this.backend.put(storage, values);
    } catch (error) {
      this.backend.free(storage);
      throw error;
    }
    return storage;
  }

  override async read(storage: Storage): Promise<Values> {
    const { backend, arena } = this;
    backend.errors.check();
    if (backend.noting) {
      const sentence = "a tensor is read inside of it; return the tensor, and read it outside";
      this.recording?.refuse(sentence);
      throw new Error(`webgpu: ${sentence}.`);
    }
    const start = arena.open();
    // The copy is recorded here, before anything is waited for; then what was made for it can go.
    let reading: ReturnType<GpuBackend["download"]>;
    try {
      const rowMajor = plain(storage, (x, perm) => permute(backend, x, perm));
      reading = backend.download(rowMajor);
    } finally {
      arena.abandon(start);
    }
    const { values, outOfRange } = await reading;
    backend.errors.check();
    if (outOfRange !== undefined) throw outOfRange;
    if (this.pressure.isHigh) await this.pressure.relieve();
    return values;
  }

  override peek(_storage: Storage): null {
    return null;
  }

  override async idle(): Promise<void> {
    this.backend.flush();
    await this.backend.errors.until(this.backend.device.queue.onSubmittedWorkDone());
    this.backend.errors.check();
  }

  override free(storage: Storage): void {
    this.backend.free(storage);
  }

  override share(storage: Storage): Storage {
    return this.backend.share(storage);
  }

  override isShared(storage: Storage): boolean {
    return this.backend.isShared(storage);
  }
}
