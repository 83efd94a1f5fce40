/**
 * The CPU as a {@linkcode Device}.
 *
 * @module
 */
import { surplus } from "../../text/arguments.ts";
import type { Arena } from "../arena.ts";
import * as check from "../check.ts";
import { Device, type MemoryUse } from "../device.ts";
import { plain } from "../layout.ts";
import type { Pressure } from "../pressure.ts";
import { sizeOf } from "../shape.ts";
import { ARRAYS, type DType, type Storage, type Values } from "../storage.ts";
import type { Block } from "./block.ts";
import { Engine } from "./engine.ts";
import { CpuKernels } from "./kernels.ts";
import type { Module } from "./module.ts";

/** Up to so many elements an array is JavaScript's until a kernel asks for its address. */
const SMALL = 256;

/** Without fused multiply-add, the last bits are others. */
function describe({ threads, hasThreads, relaxed }: Module): string {
  const why = hasThreads ? "" : " (there are more where the page is cross-origin isolated)";
  return `CPU, ${threads} thread${threads === 1 ? "" : "s"}${why}, WebAssembly SIMD${
    relaxed ? "" : " without fused multiply-add"
  }`;
}

/** The processor's cores, through WebAssembly. */
export class CpuDevice extends Device {
  /** Its memory and threads. */
  readonly engine: Engine;
  override readonly kernels: CpuKernels;

  constructor(engine: Engine = new Engine()) {
    super("cpu", describe(engine.wasm));
    this.engine = engine;
    this.kernels = new CpuKernels(engine);
  }

  /** How many threads compute, the calling one included; results do not depend on it. */
  get threads(): number {
    return this.engine.wasm.threads;
  }
  set threads(count: number) {
    this.engine.wasm.threads = count;
    this.what = describe(this.engine.wasm);
  }

  override get arena(): Arena {
    return this.engine.arena;
  }

  override get pressure(): Pressure<never> {
    return this.engine.pressure;
  }

  // Blocks are watched: see engine.ts.
  override readonly watch = null;

  override memory(): MemoryUse {
    if (arguments.length > 0) surplus("memory", arguments, 0);
    return { ...this.engine.use };
  }

  override resetPeak(): void {
    if (arguments.length > 0) surplus("resetPeak", arguments, 0);
    this.engine.use.peakBytes = this.engine.use.bytes;
  }

  override upload(values: Values, shape: readonly number[], dtype: DType): Storage {
    const size = check.uploaded(values, shape, dtype);
    if (size <= SMALL) return this.engine.adopt(values.slice(), [...shape], dtype);
    return this.make(shape, dtype, (into) => into.set(values));
  }

  override make(shape: readonly number[], dtype: DType, write: (values: Values) => void): Storage {
    const size = sizeOf(shape);
    if (size <= SMALL) {
      const values = new ARRAYS[dtype](size);
      write(values);
      return this.engine.adopt(values, [...shape], dtype);
    }
    const storage = this.engine.allocate([...shape], dtype);
    try {
      write(this.engine.block(storage).view());
    } catch (error) {
      this.engine.free(storage);
      throw error;
    }
    return storage;
  }

  override recorder(): null {
    return null;
  }

  override async read(storage: Storage): Promise<Values> {
    const { pressure } = this;
    const values = this.#rowMajor(storage, (values) => new ARRAYS[storage.dtype](values));
    if (pressure.isHigh) await pressure.relieve();
    return values;
  }

  override peek(storage: Storage): Values {
    return storage.order === null
      ? this.engine.block(storage).view()
      : this.#rowMajor(storage, (values) => values.slice());
  }

  #rowMajor(storage: Storage, use: (values: Values) => Values): Values {
    const values = (x: Storage) => use(this.engine.block(x).view());
    if (storage.order === null) return values(storage);
    const start = this.arena.open();
    try {
      return values(plain(storage, this.engine.transpose));
    } finally {
      this.arena.abandon(start);
    }
  }

  override idle(): Promise<void> {
    return Promise.resolve();
  }

  override free(storage: Storage): void {
    this.engine.free(storage);
  }

  override share(storage: Storage): Storage {
    return this.engine.share(storage);
  }

  override isShared(storage: Storage): boolean {
    return (storage.dataId as Block).refCount > 1;
  }
}
