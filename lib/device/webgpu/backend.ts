/**
 * TensorFlow.js' WebGPU backend with exact memory accounts, empty arrays, programs of our own, and errors that do not vanish.
 *
 * @module
 */
import type { KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { Arena } from "../arena.ts";
import type { Handle, MemoryUse } from "../device.ts";
import * as layout from "../layout.ts";
import { OutOfMemoryError, readable } from "../memory.ts";
import { Pressure } from "../pressure.ts";
import { sizeOf, text } from "../shape.ts";
import type { Recorder } from "../recording.ts";
import { ARRAYS, type DType, Storage, type Values } from "../storage.ts";
import { isSoftware } from "./adapter.ts";
import type { GpuErrors } from "./errors.ts";
import type { Gpu, Program } from "./gpu.ts";
import { endSums } from "./inner.ts";
import { StepLog } from "./log.ts";
import type { GpuCounters } from "../profile/counters.ts";
import { type DispatchObserver, NotedCalls } from "./observer.ts";
import { checkBinding, fromOf, Part } from "./part.ts";
import { BufferPool } from "./pool.ts";
import { type Compiled, Programs } from "./programs.ts";
import { FLAG_BYTES, rangeError } from "./range.ts";
import { GpuStep, type Lane } from "./step.ts";
import { UniformRing } from "./uniforms.ts";

/** The fields of TensorFlow.js' backend that its types hide and that own programs need. */
interface Internals {
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: Pick<WeakSet<object>, "add" | "has">;
  dispatchCountInPass: number;
  uniformPendingDisposal: GPUBuffer[];
  stagingPendingDisposal: GPUBuffer[];
  /** Set while tf.time() or tf.profile() looks on. */
  activeTimers?: { name: string; query: Promise<number> }[];
  supportTimestampQuery: boolean;
  querySet: GPUQuerySet | null;
  querySetCount: number;
  getQueryTime(): Promise<number>;
  bufferManager: BufferPool;
  tensorMap: { get(id: object): TensorData; has(id: object): boolean };
}

/** What the backend knows of one array. */
interface TensorData {
  values: ArrayLike<number> | null;
  resource?: GPUBuffer;
  dtype: DType;
  shape: number[];
  refCount: number;
}

/** What the device needs beyond what kernels do. */
export interface GpuBackend extends Gpu, KernelBackend {
  tuning?: Gpu["tuning"];
  readonly device: GPUDevice;
  readonly errors: GpuErrors;
  readonly use: MemoryUse;
  /** Bytes beside, which recorded steps hold for their next run. */
  readonly held: number;
  readonly counters: GpuCounters;
  /** Who looks on at what is dispatched; null: nobody. */
  observer: DispatchObserver | null;
  /** Which calls of kernels the programs of recorded steps belong to. */
  readonly calls: NotedCalls;
  /** Whether others refer to the same data, captured steps that hold it for their later runs not counted. */
  isShared(storage: Storage): boolean;
  /** What the collector feels of it. */
  readonly pressure: Pressure<Handle>;
  resetPeak(): void;
  /** An array of values. */
  upload(values: Values, shape: readonly number[], dtype: DType): Storage;
  /** Copies values back as they lie in memory, and says which index was the first out of range since the last download. */
  download(storage: Storage): Promise<{ values: Values; outOfRange: RangeError | undefined }>;
  /** Submits what is recorded. */
  flush(): void;
  /** See {@linkcode Device.recorder}. */
  recorder(): Recorder;
  /** Whether programs are noted, and not computed yet. */
  readonly noting: boolean;
}

const BYTES_PER_ELEMENT = 4;
/** WebGPU binds no buffer of size 0, so an empty array owns this much, unseen. */
const EMPTY_BYTES = 16;
const STORAGE_USAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST
const STAGING_USAGE = 0x1 | 0x8; // MAP_READ | COPY_DST
/** How many dispatches are submitted together: few while the GPU has nothing to do, more when it has. */
const FIRST_SUBMIT = 8, LARGEST_SUBMIT = 64;
/** No array is in the hands of the queue: a buffer that is given back may be named by the next command at once. */
const NOBODY: Internals["commandQueueOwnedIds"] = { add: () => NOBODY as WeakSet<object>, has: () => false };

/**
 * The class, made from its parent: TensorFlow.js' WebGPU backend is only loaded when a GPU is asked for.
 *
 * @param Parent The class WebGPUBackend.
 */
export function gpuBackendClass(
  Parent: typeof WebGPUBackend,
): new (
  device: GPUDevice,
  info: GPUAdapterInfo,
  errors: GpuErrors,
  limits: GPUSupportedLimits,
) => WebGPUBackend & GpuBackend {
  return class Backend extends Parent implements GpuBackend {
    readonly arena: Arena = new Arena(this);
    readonly #pool: BufferPool;
    readonly #ring: UniformRing;
    readonly #programs: Programs;
    readonly #flags: GPUBuffer;
    readonly #lane: Lane;
    /** References that captured steps hold for their later runs, by their data. */
    readonly #holds = new Map<object, number>();
    /** Where programs are noted instead of computed; null: nowhere. */
    #log: StepLog | null = null;
    /** Whether a program of TensorFlow.js' own is recorded, to be submitted next; which buffers it names is not known here. */
    #stock = false;
    /** After so many dispatches they are submitted. */
    #submitAt = FIRST_SUBMIT;
    /** Whether a program may have noted an index since the flags were read. */
    #flagged = false;
    readonly use: MemoryUse = { tensors: 0, bytes: 0, peakBytes: 0 };
    readonly counters: GpuCounters = { dispatches: 0, submits: 0, writes: 0, bytesWritten: 0 };
    observer: DispatchObserver | null = null;
    readonly calls: NotedCalls = new NotedCalls();
    readonly pressure: Pressure<Handle> = new Pressure(this.use, ({ storage }) => {
      if (storage !== null) this.free(storage);
    });

    readonly software: boolean;
    readonly slowCompiler: boolean;
    tuning?: Gpu["tuning"];

    constructor(
      device: GPUDevice,
      info: GPUAdapterInfo,
      readonly errors: GpuErrors,
      readonly limits: GPUSupportedLimits,
    ) {
      super(device, info);
      this.software = isSoftware({ info });
      this.slowCompiler = /swiftshader/i.test(`${info.description} ${info.device} ${info.architecture}`);
      this.#pool = this.#internals.bufferManager = new BufferPool(
        device,
        errors,
        () => this.#programs.forget(),
      );
      this.#internals.commandQueueOwnedIds = NOBODY;
      this.#ring = new UniformRing(device);
      this.#programs = new Programs(device, limits, this.#pool, this.#ring.buffer);
      this.#flags = device.createBuffer({ size: FLAG_BYTES, usage: STORAGE_USAGE, label: "flags" });
      this.#lane = {
        device,
        pool: this.#pool,
        programs: this.#programs,
        flags: this.#flags,
        located: ({ dataId }) => {
          const { tensorMap } = this.#internals;
          if (!tensorMap.has(dataId) || tensorMap.get(dataId).refCount <= 0) return null;
          return tensorMap.get(dataId).resource ?? null;
        },
        locate: ({ dataId }, buffer) => {
          this.#internals.tensorMap.get(dataId).resource = buffer;
        },
        allocate: (like) => this.#like(like),
        isShared: (storage) => this.isShared(storage),
        drop: (storage) => this.#drop(storage),
        copy: (from, to, bytes, offset, start) => this.#copy(from, to, bytes, offset, start),
        run: (program, compiled, group, offset) => this.#run(program, compiled, group, offset),
        flush: () => this.flush(),
        written: (bytes) => this.#written(bytes),
        calls: this.calls,
        release: (departed) => departed.splice(0).forEach((dataId) => this.disposeData(dataId)),
      };
    }

    get #internals(): Internals {
      return this as unknown as Internals;
    }

    // Accounts: an array lives from write() to the disposeData() that takes its last reference, whenever the buffer goes.

    resetPeak(): void {
      this.use.peakBytes = this.use.bytes;
    }

    /** Refuses an array for which there is no buffer, or that cannot be, before it costs anything. */
    #checkSize(shape: readonly number[]): void {
      // Kernels that take a size from data (SparseSegmentSum from the last id) may get it wrong. Deno makes 2⁶⁴ − 4 bytes
      // of −4, and under its new size the buffer manager does not find the buffer again: see dispose().
      if (!shape.every((length) => length >= 0)) {
        throw new RangeError(`webgpu: there is no tensor of shape ${text(shape)}.`);
      }
      // What is read goes through a buffer with the flags behind it.
      const limit = this.limits.maxBufferSize - FLAG_BYTES;
      const bytes = BYTES_PER_ELEMENT * sizeOf(shape);
      if (bytes > limit) {
        throw new OutOfMemoryError(
          `an array of shape ${text(shape)} cannot be made. It takes ${readable(bytes)}, more than the ` +
            `${
              readable(limit)
            } that the webgpu device holds in one array. Take a smaller batch or a smaller ` +
            'model, or use useDevice("cpu").',
        );
      }
    }

    #count(shape: readonly number[], sign: 1 | -1): void {
      const { use } = this;
      use.tensors += sign;
      use.bytes += sign * BYTES_PER_ELEMENT * sizeOf(shape);
      if (use.bytes > use.peakBytes) use.peakBytes = use.bytes;
      this.pressure.grow();
    }

    override write(...args: Parameters<WebGPUBackend["write"]>): object {
      const [, shape] = args;
      this.#checkSize(shape);
      this.#count(shape, 1);
      const dataId = super.write(...args);
      const [values, , dtype] = args;
      if (values == null) {
        this.#log?.made.set(dataId, { storage: new Storage(dataId, shape, dtype as DType), alive: true });
      }
      return dataId;
    }

    override move(...args: Parameters<WebGPUBackend["move"]>): void {
      this.#count(args[2], 1);
      super.move(...args);
    }

    override disposeData(dataId: object, force = false): boolean {
      const { tensorMap } = this.#internals;
      if (!tensorMap.has(dataId)) return true;
      const data = tensorMap.get(dataId);
      // Already without references, waiting for the queue.
      if (data.refCount <= 0) return true;
      if (this.#log !== null && data.refCount === 1 && !this.#log.made.has(dataId)) {
        // What is noted may read it, and has not run yet.
        this.#log.departed.push(dataId);
        return false;
      }
      const { shape } = data;
      const gone = super.disposeData(dataId, force);
      if (data.refCount <= 0) {
        this.#count(shape, -1);
        const made = this.#log?.made.get(dataId);
        if (made !== undefined) made.alive = false;
      }
      return gone;
    }

    /**
     * Does nothing. TensorFlow.js disposes of its backends in tf.engine().reset() and tf.removeBackend(), and has its
     * factory make new ones. Ours is a device's: the factory gives the same one again, and the arrays in it are not
     * TensorFlow.js' alone. The parent would destroy every buffer and forget that it made them, so that releasing the
     * next one throws in submitQueue(), which then throws for good: the queue that it did not empty is there next time.
     */
    override dispose(): void {}

    // Arrays

    override uploadToGPU(dataId: object): void {
      const data = this.#internals.tensorMap.get(dataId);
      if (data.resource != null) return;
      const { shape, dtype, values } = data, size = sizeOf(shape);
      const bytes = size === 0 ? EMPTY_BYTES : BYTES_PER_ELEMENT * size;
      data.resource = this.#pool.acquireBuffer(bytes, STORAGE_USAGE);
      if (values == null || size === 0) return;
      // The parent maps a buffer, which throws where there was no memory for it.
      data.values = null;
      this.#write(data.resource, dtype === "float32" ? Float32Array.from(values) : Int32Array.from(values));
    }

    /** The values of an array that has none, whatever its buffer holds; null for any other. */
    #emptyValues(dataId: object): Values | null {
      const { tensorMap } = this.#internals;
      if (!tensorMap.has(dataId)) return null;
      const { dtype, shape, values } = tensorMap.get(dataId);
      // Strings have their values here, and complex numbers theirs in two arrays of their own.
      return values == null && dtype in ARRAYS && sizeOf(shape) === 0 ? new ARRAYS[dtype](0) : null;
    }

    // The parent reads the buffer, which an empty array need not have, and all of it.

    override async read(dataId: object): ReturnType<WebGPUBackend["read"]> {
      return this.#emptyValues(dataId) ?? await this.errors.until(super.read(dataId));
    }

    override readSync(dataId: object): ReturnType<WebGPUBackend["readSync"]> {
      return this.#emptyValues(dataId) ?? super.readSync(dataId);
    }

    allocate(shape: readonly number[], dtype: DType): Storage {
      this.errors.check();
      return this.adopt(this.makeTensorInfo([...shape], dtype));
    }

    adopt({ dataId, shape: own, dtype }: TensorInfo, shape: readonly number[] = own): Storage {
      return this.arena.track(new Storage(dataId, [...shape], dtype as DType));
    }

    upload(values: Values, shape: readonly number[], dtype: DType): Storage {
      const storage = this.allocate(shape, dtype);
      try {
        this.put(storage, values);
      } catch (error) {
        this.free(storage);
        throw error;
      }
      return storage;
    }

    put(storage: Storage, values: Values): void {
      // Deno panics on an empty write.
      if (values.length === 0) return;
      const elements = values instanceof Uint8Array ? new Int32Array(values) : values;
      if (this.#log === null) return this.#write(this.#bufferOf(storage), elements);
      this.#present(storage);
      const { buffer, byteOffset, byteLength } = elements;
      this.#log.put(storage, new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
      this.#written(byteLength);
    }

    #written(bytes: number): void {
      this.counters.writes++;
      this.counters.bytesWritten += bytes;
    }

    #write(buffer: GPUBuffer, elements: Float32Array | Int32Array): void {
      // The host's writes overtake commands that are recorded, and one of them may name the buffer from when it was another array's.
      if (this.#stock || this.#pool.isPending(buffer)) this.flush();
      this.queue.writeBuffer(buffer, 0, elements as Float32Array<ArrayBuffer>);
      this.#written(elements.byteLength);
    }

    scalar(value: number, dtype: DType, lasting = false): Storage {
      // What lasts is not a part of the step that happens to need it first.
      if (lasting && this.#log !== null) return this.#apart(() => this.scalar(value, dtype));
      return this.upload(ARRAYS[dtype].of(dtype === "bool" ? Number(value !== 0) : value), [], dtype);
    }

    share(x: Storage, shape: readonly number[] = x.shape): Storage {
      this.incRef(x.dataId);
      const shared = x instanceof Part
        ? new Part(x, 0, shape)
        : new Storage(x.dataId, [...shape], x.dtype, x.order);
      return this.arena.track(shared);
    }

    isShared({ dataId }: Storage): boolean {
      return this.refCount(dataId) - (this.#holds.get(dataId) ?? 0) > 1;
    }

    #hold(x: Storage): Storage {
      this.#holds.set(x.dataId, (this.#holds.get(x.dataId) ?? 0) + 1);
      return this.share(x);
    }

    #drop(x: Storage): void {
      if (x.freed) return;
      const left = this.#holds.get(x.dataId)! - 1;
      if (left === 0) this.#holds.delete(x.dataId);
      else this.#holds.set(x.dataId, left);
      this.free(x);
    }

    free(x: Storage): void {
      if (x.freed) return;
      x.freed = true;
      this.disposeData(x.dataId);
    }

    bufferType(x: TensorInfo): DType {
      return this.#dataOf(x).dtype;
    }

    async download(storage: Storage): Promise<{ values: Values; outOfRange: RangeError | undefined }> {
      const data = this.#dataOf(storage), { shape, dtype } = storage;
      const size = sizeOf(shape), bytes = BYTES_PER_ELEMENT * size, flagged = this.#flagged;
      // Values that were never uploaded, or came back from TensorFlow.js' own reads.
      const here = data.resource == null && data.values != null ? ARRAYS[dtype].from(data.values) : null;
      if (here !== null && !flagged) return { values: here, outOfRange: undefined };
      const copied = here === null ? bytes : 0;
      const staging = this.#pool.acquireBuffer(copied + FLAG_BYTES, STAGING_USAGE);
      if (copied > 0) this.#copy(this.#bufferOf(storage), staging, copied);
      if (flagged) {
        this.#copy(this.#flags, staging, FLAG_BYTES, copied);
        this.#internals.commandEncoder.clearBuffer(this.#flags);
        this.#flagged = false;
      }
      this.flush();
      // What comes next finds the GPU with nothing to do.
      this.#submitAt = FIRST_SUBMIT;
      let raw: ArrayBuffer, flags: ArrayBuffer;
      try {
        [raw, flags] = await this.errors.until(taken(staging, copied));
      } catch (error) {
        this.#pool.releaseBuffer(staging, false);
        throw error;
      }
      this.#pool.releaseBuffer(staging);
      const outOfRange = flagged ? rangeError(flags) : undefined;
      if (here !== null) return { values: here, outOfRange };
      const values = data.dtype === "float32" ? new Float32Array(raw) : new Int32Array(raw);
      return { values: values instanceof ARRAYS[dtype] ? values : new ARRAYS[dtype](values), outOfRange };
    }

    #copy(from: GPUBuffer, to: GPUBuffer, bytes: number, offset = 0, start = 0): void {
      this.ensureCommandEncoderReady();
      this.endComputePassEncoder();
      this.#internals.commandEncoder.copyBufferToBuffer(from, start, to, offset, bytes);
      this.#pool.stamp(from);
      this.#pool.stamp(to);
    }

    overwrite(target: Storage, source: Storage): void {
      const bytes = BYTES_PER_ELEMENT * sizeOf(target.shape);
      if (bytes === 0) return;
      this.#dataOf(target).values = null;
      if (this.#log === null) {
        const [start, offset] = [source, target].map((x) => BYTES_PER_ELEMENT * fromOf(x));
        return this.#copy(this.#bufferOf(source), this.#bufferOf(target), bytes, offset, start);
      }
      this.#present(source);
      this.#present(target);
      this.#log.copy(source, target);
    }

    #dataOf({ dataId }: TensorInfo): TensorData {
      const { tensorMap } = this.#internals;
      const data = tensorMap.has(dataId) ? tensorMap.get(dataId) : null;
      if (data === null || data.refCount <= 0) {
        throw new Error(
          "The webgpu device was given an array whose data it does not hold: it was freed before.",
        );
      }
      return data;
    }

    #bufferOf(storage: Storage): GPUBuffer {
      const data = this.#dataOf(storage);
      this.uploadToGPU(storage.dataId);
      return data.resource!;
    }

    // Programs

    override runWebGPUProgram(
      ...args: Parameters<WebGPUBackend["runWebGPUProgram"]>
    ): ReturnType<WebGPUBackend["runWebGPUProgram"]> {
      if (this.#log !== null) {
        throw new Error(
          "webgpu: TensorFlow.js' own kernels cannot be noted to be computed later; call them outside.",
        );
      }
      const [program, inputs] = args;
      this.#checkSize(program.outputShape);
      for (const shape of [program.outputShape, ...inputs.map((x) => x.shape)]) {
        checkBinding(shape, this.limits);
      }
      endSums(program);
      this.#stock = true;
      this.counters.dispatches++;
      // Its numbers.
      this.counters.writes++;
      if (this.observer === null) return super.runWebGPUProgram(...args);
      this.#timedPass(this.observer, { key: program.constructor.name, bindings: [] });
      const result = super.runWebGPUProgram(...args);
      this.endComputePassEncoder();
      return result;
    }

    /** Begins a pass for one program alone, which an observer may time. */
    #timedPass(observer: DispatchObserver, program: Pick<Program, "key" | "bindings" | "flops">): void {
      const timestampWrites = observer.dispatching(program, this.calls.of(program));
      if (timestampWrites === undefined) return;
      this.ensureCommandEncoderReady();
      this.endComputePassEncoder();
      this.#internals.computePassEncoder = this.#internals.commandEncoder.beginComputePass({
        timestampWrites,
      });
    }

    dispatch(program: Program): void {
      this.errors.check();
      const internals = this.#internals, { bindings } = program;
      const uniforms = typeof program.uniforms === "function" ? program.uniforms() : program.uniforms;
      const compiled = this.#programs.compiled(program);
      if (this.#log !== null) {
        for (const storage of bindings) {
          checkBinding(storage.shape, this.limits);
          this.#present(storage);
        }
        this.calls.noted(program);
        return this.#log.dispatch(program, compiled, uniforms);
      }
      const buffers = bindings.map((storage) => this.#bufferOf(storage));
      for (const storage of bindings) internals.tensorMap.get(storage.dataId).values = null;
      if (program.checks !== undefined) buffers.push(this.#flags);
      if (!this.#ring.fits(uniforms.byteLength)) this.flush();
      const group = this.#programs.bound(compiled, bindings, buffers, uniforms.byteLength);
      this.#run(program, compiled, group, this.#ring.push(uniforms));
      if (internals.dispatchCountInPass >= this.#submitAt) {
        this.flush();
        this.#submitAt = Math.min(2 * this.#submitAt, LARGEST_SUBMIT);
      }
    }

    #run(program: Program, { pipeline }: Compiled, group: GPUBindGroup, offset: number): void {
      const internals = this.#internals;
      if (program.checks !== undefined) this.#flagged = true;
      if (this.observer !== null) this.#timedPass(this.observer, program);
      const pass = this.#pass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group, [offset]);
      pass.dispatchWorkgroups(...program.workgroups);
      internals.dispatchCountInPass++;
      this.counters.dispatches++;
      if (this.observer !== null) this.endComputePassEncoder();
      if (internals.activeTimers == null) return;
      this.endComputePassEncoder();
      internals.activeTimers.push({ name: program.key, query: internals.getQueryTime() });
    }

    // Steps

    get held(): number {
      return this.#pool.held;
    }

    get noting(): boolean {
      return this.#log !== null;
    }

    /** Runs a body as if nothing were noted. What is noted has not begun to be computed. */
    #apart<T>(body: () => T): T {
      const log = this.#log;
      this.#log = null;
      try {
        return body();
      } finally {
        this.#log = log;
      }
    }

    /** Looks whether an array that is noted is there; one from outside has to be on the GPU when the step begins. */
    #present(storage: Storage): void {
      const data = this.#dataOf(storage);
      if (!this.#log!.isOwn(storage) && data.resource == null) {
        this.#apart(() => this.uploadToGPU(storage.dataId));
      }
      data.values = null;
    }

    /** An array like another one; nobody's, until somebody takes it. */
    #like(like: Storage): Storage {
      const storage = this.#named(like);
      this.uploadToGPU(storage.dataId);
      return storage;
    }

    #named({ shape, dtype, order }: Storage): Storage {
      const { dataId } = this.makeTensorInfo(layout.inMemory(order, shape), dtype);
      return new Storage(dataId, [...shape], dtype, order);
    }

    recorder(): Recorder {
      const log = new StepLog(this.device, this.#pool), held: Storage[] = [];
      // What is recorded so far comes before, whatever becomes of the step.
      this.flush();
      this.#log = log;
      const stop = () => {
        this.#log = null;
      };
      return {
        place: (like) => this.#named(like),
        copy: (from, to) => this.overwrite(to, from),
        hold: (own) => {
          held.push(this.#hold(own));
          return held.at(-1)!;
        },
        apart: (body) => this.#apart(body),
        isOwn: (storage) => log.isOwn(storage),
        get alive() {
          return log.alive;
        },
        finish: () => {
          stop();
          // What the program computed before it was recorded needed these.
          this.#pool.trim();
          return new GpuStep(this.#lane, log);
        },
        abandon: () => {
          stop();
          for (const storage of held) this.#drop(storage);
          log.close();
          this.#lane.release(log.departed);
        },
      };
    }

    override ensureCommandEncoderReady(): void {
      if (this.#internals.commandEncoder !== null) return;
      super.ensureCommandEncoderReady();
      // What a program does before it waits for something is submitted together, at the latest when it waits.
      queueMicrotask(() => this.flush());
    }

    flush(): void {
      if (this.#internals.commandEncoder === null) return;
      this.endComputePassEncoder();
      this.submitQueue();
    }

    override submitQueue(): void {
      const numbers = this.#ring.flush();
      if (numbers > 0) this.#written(numbers);
      super.submitQueue();
      this.counters.submits++;
      this.observer?.submitted();
      this.#stock = false;
      this.#internals.commandQueueOwnedIds = NOBODY;
      this.#pool.submitted();
    }

    /** The pass under way; under tf.time() one of its own for each program, with the time written down before and after. */
    #pass(): GPUComputePassEncoder {
      const internals = this.#internals;
      this.ensureCommandEncoderReady();
      if (internals.activeTimers != null && internals.supportTimestampQuery) {
        this.endComputePassEncoder();
        const querySet = internals.querySet ??= this.device.createQuerySet({
          type: "timestamp",
          count: internals.querySetCount,
        });
        internals.computePassEncoder = internals.commandEncoder.beginComputePass({
          timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
        });
      }
      return internals.computePassEncoder ??= internals.commandEncoder.beginComputePass();
    }
  };
}

/** The first bytes of a buffer that can be mapped, and the rest of them. */
async function taken(staging: GPUBuffer, first: number): Promise<[ArrayBuffer, ArrayBuffer]> {
  await staging.mapAsync(GPUMapMode.READ);
  const mapped = staging.getMappedRange();
  const bytes: [ArrayBuffer, ArrayBuffer] = [mapped.slice(0, first), mapped.slice(first)];
  staging.unmap();
  return bytes;
}
