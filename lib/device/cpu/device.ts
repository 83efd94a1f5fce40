/**
 * The CPU as a {@linkcode Device}.
 *
 * @module
 */
import { Device, type DType, type MemoryUse, type Storage, type Values } from "../device.ts";
import { BACKEND_NAME, type CpuBackend } from "./backend.ts";
import type { Block } from "./block.ts";

const KINDS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
const SMALL = 256;

/** The processor's cores, through WebAssembly. */
export class CpuDevice extends Device {
  constructor(readonly cpu: CpuBackend, description: string) {
    super("cpu", description, BACKEND_NAME, cpu, true);
  }

  override get collectsGarbage(): boolean {
    return true;
  }

  memory(): MemoryUse {
    return { ...this.cpu.use };
  }

  resetPeak(): void {
    this.cpu.use.peakBytes = this.cpu.use.bytes;
  }

  upload(values: Values, shape: number[], dtype: DType): Storage {
    if (!(values instanceof KINDS[dtype])) {
      throw new TypeError(
        `upload: ${dtype} values come in a ${KINDS[dtype].name}, not a ${values.constructor.name}`,
      );
    }
    let size = 1;
    for (const length of shape) size *= length;
    if (size !== values.length) {
      throw new RangeError(
        `upload: shape [${shape}] has ${size} elements but ${values.length} values were given`,
      );
    }
    if (size <= SMALL) return this.cpu.adopt(values.slice(), shape, dtype);
    const storage = this.cpu.allocate(shape, dtype);
    (storage.dataId as Block).view().set(values);
    return storage;
  }

  // deno-lint-ignore require-await -- a device's answer is a promise
  async read(storage: Storage): Promise<Values> {
    return this.cpu.readSync(storage.dataId) as Values;
  }

  override free(storage: Storage): void {
    this.cpu.disposeData(storage.dataId);
  }
}
