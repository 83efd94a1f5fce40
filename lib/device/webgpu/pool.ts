/**
 * Buffers that wait to be used again. Making one costs a call of the driver, and the driver fills it with zeros.
 *
 * A buffer that is given back may be handed out at once: what was recorded before still runs before what is recorded behind it. Only
 * a write by the host overtakes what is recorded; see {@linkcode BufferPool.stamp}.
 *
 * @module
 */

import type { GpuErrors } from "./errors.ts";

/** Idle buffers may take this much whatever is in use. */
const IDLE = 64 * 2 ** 20;
/** So many submissions a buffer has to be idle before it is taken for not needed again. */
const STALE = 128;

/** What is known of a buffer. */
export interface Pooled {
  /** Counts up. */
  readonly id: number;
  /** The submission that the last command is part of which names it. */
  stamp: number;
  /** Whose it is; null: the pool's. */
  owner: BufferArena | null;
  /** There was no memory for it. */
  failed: boolean;
}

/** Buffers that only one recorded step uses: the same in each of its runs. */
export class BufferArena {
  readonly idle = new Map<string, GPUBuffer[]>();
  /** Bytes of all its buffers, in use or idle. */
  bytes = 0;
  /** Nobody will run the step again: what is given back is destroyed. */
  closed = false;
}

/** The buffers of a device, idle ones by size, the oldest last: what TensorFlow.js calls its buffer manager. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #idle = new Map<string, GPUBuffer[]>();
  readonly #known = new WeakMap<GPUBuffer, Pooled>();
  /** To be destroyed once what is recorded is submitted. */
  readonly #doomed: GPUBuffer[] = [];
  #ids = 0;
  #used = 0;
  #idleBuffers = 0;
  /** Told of each buffer that is destroyed: what names it is of no use any more. */
  readonly #destroyed: () => void;
  readonly #errors: Pick<GpuErrors, "outOfMemory">;
  /** With so many bytes of buffers there was no room for one of them. */
  #ceiling = Infinity;
  /** Counts submissions. */
  serial = 1;
  /** Bytes in use. */
  numBytesUsed = 0;
  /** Bytes of idle buffers that recorded steps hold for their next run. */
  held = 0;
  /** Bytes in use, and of idle buffers. */
  numBytesAllocated = 0;

  /**
   * @param errors Told where there is no memory for a buffer.
   * @param destroyed Told of each buffer that is destroyed.
   */
  constructor(device: GPUDevice, errors: Pick<GpuErrors, "outOfMemory">, destroyed: () => void) {
    this.#device = device;
    this.#errors = errors;
    this.#destroyed = destroyed;
  }

  /** What is known of a buffer; of one that came from elsewhere, from now on. */
  of(buffer: GPUBuffer): Pooled {
    let known = this.#known.get(buffer);
    if (known === undefined) {
      known = { id: ++this.#ids, stamp: 0, owner: null, failed: false };
      this.#known.set(buffer, known);
    }
    return known;
  }

  /** A command that names the buffer is recorded, to be submitted next. */
  stamp(buffer: GPUBuffer): Pooled {
    const known = this.of(buffer);
    known.stamp = this.serial;
    return known;
  }

  /** Whether a command that is recorded and not submitted names the buffer. */
  isPending(buffer: GPUBuffer): boolean {
    return this.of(buffer).stamp === this.serial;
  }

  /** A buffer of so many bytes, for a recorded step a new one. Its contents are anything. */
  acquireBuffer(
    size: number,
    usage: number,
    mappedAtCreation = false,
    reuse = true,
    arena: BufferArena | null = null,
  ): GPUBuffer {
    const idle = reuse && arena === null ? this.#idle.get(keyOf(size, usage))?.pop() : undefined;
    this.numBytesUsed += size;
    this.#used++;
    if (idle !== undefined) {
      this.#idleBuffers--;
      return idle;
    }
    const buffer = this.#make(size, usage, mappedAtCreation);
    this.of(buffer).owner = arena;
    if (arena !== null) arena.bytes += size;
    return buffer;
  }

  #make(size: number, usage: number, mappedAtCreation: boolean): GPUBuffer {
    if (this.numBytesAllocated + size >= this.#ceiling) this.trim();
    const allocated = this.numBytesAllocated += size;
    this.#device.pushErrorScope("out-of-memory");
    const buffer = this.#device.createBuffer({ size, usage, mappedAtCreation });
    // WebGPU says later whether there was memory for it.
    this.#device.popErrorScope().then((error) => {
      if (error === null) return;
      this.of(buffer).failed = true;
      this.#ceiling = Math.min(this.#ceiling, allocated);
      const { numBytesUsed, numBytesAllocated } = this;
      this.#errors.outOfMemory(size, numBytesUsed, numBytesAllocated - numBytesUsed);
      this.trim();
    }, () => {});
    return buffer;
  }

  /** Gives a buffer back; without `reuse` it is destroyed. */
  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    const { size, usage } = buffer, { owner, failed } = this.of(buffer);
    this.numBytesUsed -= size;
    this.#used--;
    if (!reuse || failed || owner?.closed === true) return this.#destroy(buffer);
    const idle = owner?.idle ?? this.#idle, key = keyOf(size, usage);
    const list = idle.get(key);
    if (list === undefined) idle.set(key, [buffer]);
    else this.#shelve(list, buffer);
    if (owner === null) this.#idleBuffers++;
    else this.held += size;
  }

  /**
   * Puts a buffer where it belongs: the oldest is handed out first. So a step that does what the last one did gets the same
   * buffers for the same arrays, and finds them bound.
   */
  #shelve(list: GPUBuffer[], buffer: GPUBuffer): void {
    const { id } = this.of(buffer);
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.of(list[middle]).id > id) low = middle + 1;
      else high = middle;
    }
    list.splice(low, 0, buffer);
  }

  /** Everything recorded so far is submitted. */
  submitted(): void {
    this.serial++;
    for (const buffer of this.#doomed) buffer.destroy();
    this.#doomed.length = 0;
    if (this.serial % STALE === 0 && this.numBytesAllocated > 2 * this.numBytesUsed + IDLE) {
      this.trim(this.serial - STALE);
    }
  }

  /** Destroys idle buffers that no command has named since a submission; all of them, if none is said. */
  trim(since = this.serial + 1): void {
    for (const [key, list] of this.#idle) {
      const kept = list.filter((buffer) => this.of(buffer).stamp >= since);
      for (const buffer of list) if (!kept.includes(buffer)) this.#destroy(buffer);
      this.#idleBuffers -= list.length - kept.length;
      if (kept.length === 0) this.#idle.delete(key);
      else this.#idle.set(key, kept);
    }
  }

  /** Nobody needs the buffers of a recorded step any more. */
  close(arena: BufferArena): void {
    arena.closed = true;
    for (const list of arena.idle.values()) {
      for (const buffer of list) {
        this.held -= buffer.size;
        this.#destroy(buffer);
      }
    }
    arena.idle.clear();
  }

  #destroy(buffer: GPUBuffer): void {
    const { owner } = this.of(buffer);
    if (owner !== null) owner.bytes -= buffer.size;
    this.numBytesAllocated -= buffer.size;
    this.#destroyed();
    // A command that names a destroyed buffer is refused, with all that is submitted together with it.
    if (this.isPending(buffer)) this.#doomed.push(buffer);
    else buffer.destroy();
  }

  /** @returns How many buffers are in use. */
  getNumUsedBuffers(): number {
    return this.#used;
  }

  /** @returns How many buffers are idle. */
  getNumFreeBuffers(): number {
    return this.#idleBuffers;
  }

  /** Destroys what is idle. */
  dispose(): void {
    this.trim();
  }
}

function keyOf(size: number, usage: number): string {
  return `${size} ${usage}`;
}
