/**
 * Pipelines and bind groups, made once.
 *
 * @module
 */
import type { Program } from "./gpu.ts";
import { sizeOf } from "../shape.ts";
import type { Storage } from "../storage.ts";
import { checkBinding, Part, rangeOf } from "./part.ts";
import type { BufferPool } from "./pool.ts";

/** More bind groups than this are not kept: a program whose arrays are others each time would hold them all. */
const BIND_GROUPS = 8192;

/** A compiled program. */
export interface Compiled {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Names the layout. */
  readonly kinds: string;
}

const BINDING = /@group\(0\)\s*@binding\((\d+)\)\s*var<(uniform|storage)(?:,\s*(read_write|read))?>/g;

/** "r" for an array that is read, "w" for one that is written, "u" for the uniforms: by binding. */
export function kindsOf(code: string): string {
  const kinds: string[] = [];
  for (const [, binding, space, access] of code.matchAll(BINDING)) {
    kinds[Number(binding)] = space === "uniform" ? "u" : access === "read_write" ? "w" : "r";
  }
  return Array.from(kinds, (kind) => kind ?? "r").join("");
}

const TYPES = { r: "read-only-storage", w: "storage", u: "uniform" } as const;

/** What a device has compiled. */
export class Programs {
  readonly #device: GPUDevice;
  readonly #limits: GPUSupportedLimits;
  readonly #pool: BufferPool;
  readonly #uniforms: GPUBuffer;
  readonly #compiled = new Map<string, Compiled>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #groups = new Map<string, GPUBindGroup>();

  /**
   * @param limits What it may bind.
   * @param uniforms The buffer that all uniforms lie in.
   */
  constructor(device: GPUDevice, limits: GPUSupportedLimits, pool: BufferPool, uniforms: GPUBuffer) {
    this.#device = device;
    this.#limits = limits;
    this.#pool = pool;
    this.#uniforms = uniforms;
  }

  /** A program, compiled. */
  compiled({ key, code }: Program): Compiled {
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      const source = code(), kinds = kindsOf(source), layout = this.#layout(kinds);
      const module = this.#device.createShaderModule({ code: source, label: key });
      const pipeline = this.#device.createComputePipeline({
        label: key,
        layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" },
      });
      this.#compiled.set(key, compiled = { pipeline, layout, kinds });
    }
    return compiled;
  }

  #layout(kinds: string): GPUBindGroupLayout {
    let layout = this.#layouts.get(kinds);
    if (layout === undefined) {
      layout = this.#device.createBindGroupLayout({
        entries: [...kinds].map((kind, binding) => ({
          binding,
          visibility: 4, // COMPUTE
          buffer: { type: TYPES[kind as keyof typeof TYPES], hasDynamicOffset: kind === "u" },
        })),
      });
      this.#layouts.set(kinds, layout);
    }
    return layout;
  }

  /**
   * A program's buffers, bound; marks them as named by a command.
   *
   * @param arrays What it is given.
   * @param buffers Theirs; the uniforms stand behind them, and then the rest.
   * @param bytes How many bytes of uniforms it has; where they begin is said when it runs.
   * @throws {OutOfMemoryError} if an array is larger than a binding.
   */
  bound(
    compiled: Compiled,
    arrays: readonly Storage[],
    buffers: readonly GPUBuffer[],
    bytes: number,
  ): GPUBindGroup {
    let key = `${compiled.kinds} ${bytes}`;
    for (let i = 0; i < buffers.length; i++) {
      key += ` ${this.#pool.stamp(buffers[i]).id}`;
      const array = arrays[i];
      if (array instanceof Part) key += ` ${array.from} ${sizeOf(array.shape)}`;
    }
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= BIND_GROUPS) this.forget();
      this.#groups.set(key, group = this.group(compiled, arrays, buffers, bytes, this.#uniforms));
    }
    return group;
  }

  /**
   * A program's buffers, bound for whoever keeps them; its numbers lie in a buffer of uniforms.
   *
   * @throws {OutOfMemoryError} if an array is larger than a binding.
   */
  group(
    { layout }: Compiled,
    arrays: readonly Storage[],
    buffers: readonly GPUBuffer[],
    bytes: number,
    uniforms: GPUBuffer,
  ): GPUBindGroup {
    for (const { shape } of arrays) checkBinding(shape, this.#limits);
    // An array that can be bound may lie in a buffer that is larger.
    const most = this.#limits.maxStorageBufferBindingSize;
    const entries: GPUBindGroupEntry[] = buffers.map((buffer, i) => ({
      binding: i < arrays.length ? i : i + 1,
      resource: { buffer, size: Math.min(buffer.size, most), ...rangeOf(arrays[i]) },
    }));
    entries.push({ binding: arrays.length, resource: { buffer: uniforms, size: bytes } });
    return this.#device.createBindGroup({ layout, entries });
  }

  /** Forgets all bind groups: a buffer was destroyed, or they are too many. */
  forget(): void {
    this.#groups.clear();
  }
}
