/**
 * The GPU through WebGPU: TensorFlow.js' WebGPU backend on a device that we ask for, with our own kernels in its registry.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { registerComposedKernels } from "../composed.ts";
import { Device, type DType, type MemoryUse, type Storage, type Values } from "../device.ts";
import { describeAdapter, isSoftware, requestAdapter, requestDevice } from "./adapter.ts";
import { type GpuBackend, gpuBackendClass } from "./backend.ts";
import { registerOwnKernels } from "./kernels/mod.ts";

const BACKEND_NAME = "webgpu";
/** TensorFlow.js' own priority for WebGPU, above its CPU and WebGL backends. */
const PRIORITY = 3;
/** How long an error's report may come after the failure that it explains. */
const REPORT_MS = 20;

/** A GPU. */
export class WebGpuDevice extends Device {
  readonly #backend: GpuBackend;
  #lost: string | undefined;

  /**
   * @param backend The backend that it wraps.
   * @param description The adapter's name.
   * @param software Whether the adapter computes on the processor.
   */
  constructor(backend: GpuBackend, description: string, readonly software: boolean) {
    super("webgpu", description, BACKEND_NAME, backend, true);
    this.#backend = backend;
    backend.device.lost.then(({ reason, message }) => {
      this.#lost =
        `webgpu: ${description} was lost (${reason}: ${
          message.trim() || "the driver gave no message"
        }); what was ` +
        "in its memory is gone. Start the program again, with a smaller batch if memory was short, or with " +
        'useDevice("cpu").';
    });
  }

  /** Whether the GPU was lost; it does not come back, a new device must be made. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  override check(): void {
    if (this.#lost !== undefined) throw new Error(this.#lost);
    const error = this.#backend.takeError();
    if (error !== undefined) {
      throw new Error(
        `webgpu: ${this.description} refused an earlier command, results since then are wrong: ${error}`,
      );
    }
  }

  override memory(): MemoryUse {
    return this.#backend.memoryUse();
  }

  override resetPeak(): void {
    this.#backend.resetPeak();
  }

  override upload(values: Values, shape: number[], dtype: DType): Storage {
    this.check();
    const size = shape.reduce((product, n) => product * n, 1);
    if (values.length !== size) {
      throw new RangeError(
        `upload: ${values.length} values do not fill the shape [${shape.join(", ")}] of ${size}.`,
      );
    }
    return this.#backend.upload(values, [...shape], dtype);
  }

  override async read(storage: Storage): Promise<Values> {
    this.check();
    const values = await this.#backend.download(storage).catch(async (error) => {
      // A failed map is how a lost GPU shows first; what happened is reported a few turns later, and says more.
      await new Promise((resolve) => setTimeout(resolve, REPORT_MS));
      this.check();
      throw error;
    });
    this.check();
    return values;
  }
}

/**
 * Takes the GPU. TensorFlow.js' backend "webgpu" becomes this device's, so that plain `tf.*` code computes on it, too.
 *
 * @param options `fallback`: whether a software adapter (llvmpipe, WARP, SwiftShader) will do; default false.
 * @returns The device.
 * @throws {Error} if there is no adapter, only a software one and `fallback` is false, or the adapter gives no device.
 */
export async function createWebGpuDevice(options: { fallback?: boolean } = {}): Promise<WebGpuDevice> {
  const adapter = await requestAdapter(options.fallback ?? false);
  const description = describeAdapter(adapter);
  const gpu = await requestDevice(adapter);
  // Only now: a program on the CPU never loads it.
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  // Without it, TensorFlow.js computes small arrays on the host, with the host's rounding.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  const backend = new (gpuBackendClass(WebGPUBackend))(gpu, adapter.info);
  if (tf.findBackendFactory(BACKEND_NAME) != null) tf.removeBackend(BACKEND_NAME);
  tf.registerBackend(BACKEND_NAME, () => backend, PRIORITY);
  registerOwnKernels();
  registerComposedKernels(BACKEND_NAME);
  return new WebGpuDevice(backend, description, isSoftware(adapter));
}
