/**
 * TensorFlow.js' WebGPU backend with exact memory accounts, empty tensors, programs that write in place, and errors
 * that do not vanish.
 *
 * @module
 */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { KernelBackend } from "@tensorflow/tfjs";
import type { DType, MemoryUse, Storage, Values } from "../device.ts";

/** The fields of TensorFlow.js' backend that its types hide and that own programs need. */
interface Internals {
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<object>;
  dispatchCountInPass: number;
  uniformPendingDisposal: GPUBuffer[];
  bufferManager: { acquireBuffer(size: number, usage: number): GPUBuffer };
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

/** One dispatch of a whole WGSL program of ours. */
export interface Program {
  /** Names the pipeline in the cache: equal keys must mean equal code. */
  key: string;
  /** The WGSL, with an entry point `main`; made once per key. */
  code: () => string;
  /** Storage buffers, bound to group 0 from binding 0 on. */
  bindings: Storage[];
  /** The uniform buffer's bytes, bound after the last storage; a multiple of 16 long. */
  uniforms?: ArrayBuffer;
  /** Workgroups in x, y and z; see {@linkcode workgroupsFor}. */
  workgroups: [number, number, number];
}

/** What the WebGPU device needs of its backend, and what own kernels use. */
export interface GpuBackend extends KernelBackend {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  /** The first error that WebGPU reported outside of any promise, once. */
  takeError(): string | undefined;
  memoryUse(): MemoryUse;
  resetPeak(): void;
  /** An array without values yet. */
  allocate(shape: number[], dtype: DType): Storage;
  /** What the elements of the buffer are; kernels that "cast" by renaming make it differ from the storage's dtype. */
  bufferType(storage: Storage): DType;
  upload(values: Values, shape: number[], dtype: DType): Storage;
  download(storage: Storage): Promise<Values>;
  /** Copies the values of `source` over those of `target`. */
  overwrite(target: Storage, source: Storage): void;
  /** Records one dispatch; it is submitted with its neighbours. */
  dispatch(program: Program): void;
}

const BYTES_PER_ELEMENT = 4;
/** WebGPU binds no buffer of size 0, so an empty array owns this much, unseen. */
const EMPTY_BYTES = 16;
const STORAGE_USAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST
const UNIFORM_USAGE = 0x40 | 0x8; // UNIFORM | COPY_DST
const DISPATCHES_PER_SUBMIT = 15;
const MAX_WORKGROUPS = 65535;

const sizeOf = (shape: number[]) => shape.reduce((product, n) => product * n, 1);

/** Enough workgroups for `count` items, `each` items a workgroup; in two dimensions where one cannot hold them. */
export function workgroupsFor(count: number, each: number): [number, number, number] {
  const groups = Math.ceil(count / each);
  if (groups <= MAX_WORKGROUPS) return [groups, 1, 1];
  const rows = Math.ceil(groups / MAX_WORKGROUPS);
  return [Math.ceil(groups / rows), rows, 1];
}

/**
 * The class, made from its parent: TensorFlow.js' WebGPU backend is only loaded when a GPU is asked for.
 *
 * @param Parent The class WebGPUBackend.
 */
export function gpuBackendClass(
  Parent: typeof WebGPUBackend,
): new (device: GPUDevice, info: GPUAdapterInfo) => GpuBackend {
  class Backend extends Parent {
    readonly #pipelines = new Map<string, GPUComputePipeline>();
    #tensors = 0;
    #bytes = 0;
    #peak = 0;
    #error: string | undefined;

    constructor(device: GPUDevice, info: GPUAdapterInfo) {
      super(device, info);
      device.addEventListener("uncapturederror", (event) => {
        const { error } = event as GPUUncapturedErrorEvent;
        this.#error ??= `${error.constructor.name}: ${error.message.replace(/\s+/g, " ").trim()}`;
        event.preventDefault();
      });
    }

    get #internals(): Internals {
      return this as unknown as Internals;
    }

    takeError(): string | undefined {
      const error = this.#error;
      this.#error = undefined;
      return error;
    }

    // Accounts: an array lives from write() to the disposeData() that takes its last reference, whenever the buffer goes.

    memoryUse(): MemoryUse {
      return { tensors: this.#tensors, bytes: this.#bytes, peakBytes: this.#peak };
    }

    resetPeak(): void {
      this.#peak = this.#bytes;
    }

    /** Refuses an array that no kernel could bind, before it costs anything. */
    #checkSize(shape: number[]): void {
      const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
      const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
      const bytes = BYTES_PER_ELEMENT * sizeOf(shape);
      if (bytes > limit) {
        throw new RangeError(
          `webgpu: a tensor of shape [${
            shape.join(", ")
          }] takes ${bytes} bytes, but this GPU binds at most ${limit} ` +
            'bytes to one buffer; make it smaller, or use useDevice("cpu").',
        );
      }
    }

    #count(shape: number[], sign: 1 | -1): void {
      this.#tensors += sign;
      this.#bytes += sign * BYTES_PER_ELEMENT * sizeOf(shape);
      if (this.#bytes > this.#peak) this.#peak = this.#bytes;
    }

    override write(...args: Parameters<WebGPUBackend["write"]>): object {
      const [, shape] = args;
      this.#checkSize(shape);
      this.#count(shape, 1);
      return super.write(...args);
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
      const { shape } = data;
      const gone = super.disposeData(dataId, force);
      if (data.refCount <= 0) this.#count(shape, -1);
      return gone;
    }

    // Arrays

    override uploadToGPU(dataId: object): void {
      const data = this.#internals.tensorMap.get(dataId);
      if (data.resource != null) return;
      if (sizeOf(data.shape) === 0) {
        data.resource = this.#internals.bufferManager.acquireBuffer(EMPTY_BYTES, STORAGE_USAGE);
        return;
      }
      super.uploadToGPU(dataId);
    }

    allocate(shape: number[], dtype: DType): Storage {
      return this.makeTensorInfo(shape, dtype) as Storage;
    }

    bufferType(storage: Storage): DType {
      return this.#internals.tensorMap.get(storage.dataId).dtype;
    }

    upload(values: Values, shape: number[], dtype: DType): Storage {
      const storage = this.allocate(shape, dtype);
      try {
        const buffer = this.#bufferOf(storage);
        const elements = values instanceof Uint8Array ? Int32Array.from(values) : values;
        // Deno panics on an empty write.
        if (elements.length > 0) this.queue.writeBuffer(buffer, 0, elements as Float32Array<ArrayBuffer>);
      } catch (error) {
        this.disposeData(storage.dataId);
        throw error;
      }
      return storage;
    }

    async download(storage: Storage): Promise<Values> {
      const data = this.#internals.tensorMap.get(storage.dataId);
      const size = sizeOf(storage.shape);
      // Values that were never uploaded, or came back from TensorFlow.js' own reads.
      if (data.resource == null && data.values != null) return arrayOf(storage.dtype).from(data.values);
      const bytes = await this.getBufferData(this.#bufferOf(storage));
      const raw = data.dtype === "float32"
        ? new Float32Array(bytes, 0, size)
        : new Int32Array(bytes, 0, size);
      const Target = arrayOf(storage.dtype);
      return raw instanceof Target ? raw : Target.from(raw);
    }

    overwrite(target: Storage, source: Storage): void {
      const bytes = BYTES_PER_ELEMENT * sizeOf(target.shape);
      if (bytes === 0) return;
      const from = this.#bufferOf(source), to = this.#bufferOf(target);
      this.#own(source);
      this.#own(target).values = null;
      this.ensureCommandEncoderReady();
      this.endComputePassEncoder();
      this.#internals.commandEncoder.copyBufferToBuffer(from, 0, to, 0, bytes);
    }

    #bufferOf(storage: Storage): GPUBuffer {
      this.uploadToGPU(storage.dataId);
      return this.#internals.tensorMap.get(storage.dataId).resource!;
    }

    /** Keeps the buffer from being reused before the commands that name it are submitted. */
    #own(storage: Storage): TensorData {
      this.#internals.commandQueueOwnedIds.add(storage.dataId);
      return this.#internals.tensorMap.get(storage.dataId);
    }

    // Programs

    dispatch(program: Program): void {
      const internals = this.#internals;
      const buffers = program.bindings.map((storage) => this.#bufferOf(storage));
      for (const storage of program.bindings) this.#own(storage).values = null;
      if (program.uniforms !== undefined) {
        const uniforms = internals.bufferManager.acquireBuffer(program.uniforms.byteLength, UNIFORM_USAGE);
        this.queue.writeBuffer(uniforms, 0, program.uniforms);
        internals.uniformPendingDisposal.push(uniforms);
        buffers.push(uniforms);
      }
      const pipeline = this.#pipeline(program);
      const bindGroup = this.device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
      });
      this.ensureCommandEncoderReady();
      const pass = internals.computePassEncoder ??= internals.commandEncoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...program.workgroups);
      if (++internals.dispatchCountInPass >= DISPATCHES_PER_SUBMIT) {
        this.endComputePassEncoder();
        this.submitQueue();
      }
    }

    #pipeline({ key, code }: Program): GPUComputePipeline {
      let pipeline = this.#pipelines.get(key);
      if (pipeline === undefined) {
        const module = this.device.createShaderModule({ code: code(), label: key });
        pipeline = this.device.createComputePipeline({
          label: key,
          layout: "auto",
          compute: { module, entryPoint: "main" },
        });
        this.#pipelines.set(key, pipeline);
      }
      return pipeline;
    }
  }
  return Backend as unknown as new (device: GPUDevice, info: GPUAdapterInfo) => GpuBackend;
}

function arrayOf(dtype: DType): Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor {
  return dtype === "float32" ? Float32Array : dtype === "int32" ? Int32Array : Uint8Array;
}
