/**
 * Where the CPU device keeps its numbers: one WebAssembly.Memory, shared where there are such, and an allocator for it.
 *
 * Blocks are multiples of 64 bytes (a cache line, so that no two tensors share one). Free blocks stand in lists by
 * size and are merged with their neighbours; a freed block is taken again before memory that was never touched,
 * because the first touch of a page costs far more than the arithmetic done on it.
 *
 * @module
 */
import { OutOfMemoryError, readable } from "../memory.ts";

/** A run of bytes in the heap. */
export interface Chunk {
  /** Address of the first byte. */
  readonly pointer: number;
  /** Length in bytes, a multiple of 64. */
  size: number;
  free: boolean;
  /** Neighbours by address. */
  before: Chunk | null;
  after: Chunk | null;
  /** Neighbours in the list of free chunks of like size. */
  previous: Chunk | null;
  next: Chunk | null;
}

const UNIT = 64;
const PAGE = 65536;
/** One page short of 4 GiB, so that an address just past the end still fits 32 bits. */
const MAX_PAGES = 65535;
/** The first page is not handed out: the kernels' constants stand there. */
const RESERVED = PAGE;
const CLASSES = 27 * 8;

/** The size class of a length in units: eight classes to each power of two. */
function classOf(units: number): number {
  const exponent = 31 - Math.clz32(units);
  return exponent < 3 ? units : (exponent - 2) * 8 + ((units >>> (exponent - 3)) & 7);
}

/** As many pages as the kernels ask for (tools/build_wasm.ts). */
const FIRST_PAGES = 256;
/** An ordinary memory is so large, if it may be: 1 GiB. */
const ORDINARY_PAGES = 16384;

/** A growing memory that can be shared. A page may have one, too, which it may not share; null where there is none. */
function sharedMemory(maximum: number): WebAssembly.Memory | null {
  try {
    return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared: true });
  } catch {
    return null;
  }
}

/** A memory of one size: when an ordinary one grows, all views on it end. The system gives its pages when they are touched. */
function ordinaryMemory(maximum: number): WebAssembly.Memory {
  for (let pages = Math.min(maximum, ORDINARY_PAGES);; pages = Math.floor(pages / 2)) {
    try {
      return new WebAssembly.Memory({ initial: pages, maximum: pages });
    } catch (error) {
      if (pages < 2 * FIRST_PAGES) throw error;
    }
  }
}

/** An allocator over a WebAssembly.Memory. */
export class Heap {
  /** The memory that holds everything; its buffer is replaced when it grows, its bytes and the views on it stay. */
  readonly memory: WebAssembly.Memory;
  /** Whether it is one that can be shared. */
  readonly isShared: boolean;
  /** So many times 64 KiB it has at most. */
  readonly maximumPages: number;
  /** Bytes that are handed out. */
  used = 0;
  #capacity: number;
  /** End of what was ever handed out. */
  #top = RESERVED;
  #last: Chunk | null = null;
  readonly #lists: (Chunk | null)[] = new Array(CLASSES).fill(null);
  readonly #filled = new Int32Array(Math.ceil(CLASSES / 32));

  /**
   * @param maximumPages So many times 64 KiB it has at most.
   * @param share Whether to take a memory that can be shared, where the host has them.
   */
  constructor(maximumPages: number = MAX_PAGES, share: boolean = true) {
    const shared = share ? sharedMemory(maximumPages) : null;
    this.isShared = shared !== null;
    this.memory = shared ?? ordinaryMemory(maximumPages);
    const pages = this.memory.buffer.byteLength / PAGE;
    this.maximumPages = this.isShared ? maximumPages : pages;
    this.#capacity = pages * PAGE;
  }

  /**
   * Finds room. The bytes are not cleared.
   *
   * @param bytes How many, at least.
   * @returns The chunk; give it back with {@linkcode release}.
   * @throws {OutOfMemoryError} if there is no such room; the heap stays as it was.
   */
  allocate(bytes: number): Chunk {
    const size = Math.max(UNIT, Math.ceil(bytes / UNIT) * UNIT);
    const chunk = size <= this.maximumPages * PAGE ? this.#find(size) ?? this.#extend(size) : null;
    if (chunk === null) {
      throw new OutOfMemoryError(
        `The CPU device has no room for ${readable(bytes)}: ${readable(this.used)} of its ` +
          `${readable(this.maximumPages * PAGE)} are in use. Take a smaller batch or a smaller model. ` +
          "Tensors that are no longer needed are freed while a program waits, as in await loss.item(); a loop " +
          "that does not wait frees what a turn makes by scope(() => …), or as for await (const step of steps(n)).",
      );
    }
    chunk.free = false;
    this.used += chunk.size;
    return chunk;
  }

  /** Takes a chunk back. */
  release(chunk: Chunk): void {
    if (chunk.free) throw new Error("Heap: this chunk was released before.");
    this.used -= chunk.size;
    chunk.free = true;
    const { after, before } = chunk;
    if (after !== null && after.free) {
      this.#unlist(after);
      this.#absorb(chunk, after);
    }
    if (before !== null && before.free) {
      this.#unlist(before);
      this.#absorb(before, chunk);
      chunk = before;
    }
    this.#list(chunk);
  }

  /** The smallest listed chunk that fits, cut to size. */
  #find(size: number): Chunk | null {
    const units = size / UNIT;
    const own = classOf(units);
    let chunk = this.#lists[own];
    // In its own class a chunk may be too short: look at a few, then take from a class where each one fits.
    for (let tries = 0; chunk !== null && chunk.size < size; chunk = chunk.next) {
      if (++tries === 8) {
        chunk = null;
        break;
      }
    }
    if (chunk === null) {
      const above = this.#classFrom(own + 1);
      if (above < 0) return null;
      chunk = this.#lists[above]!;
    }
    this.#unlist(chunk);
    if (chunk.size > size) {
      const rest: Chunk = {
        pointer: chunk.pointer + size,
        size: chunk.size - size,
        free: true,
        before: chunk,
        after: chunk.after,
        previous: null,
        next: null,
      };
      if (chunk.after !== null) chunk.after.before = rest;
      else this.#last = rest;
      chunk.after = rest;
      chunk.size = size;
      this.#list(rest);
    }
    return chunk;
  }

  /** Room past the end of what was ever used; a free last chunk becomes part of it. */
  #extend(size: number): Chunk | null {
    let chunk = this.#last;
    const lengthened = chunk !== null && chunk.free;
    const end = lengthened ? chunk!.pointer + size : this.#top + size;
    // Kernels read a vector past the end of an array: the memory goes on at least so far.
    if (end + UNIT > this.#capacity && !this.#grow(end + UNIT)) return null;
    if (lengthened) {
      this.#unlist(chunk!);
      chunk!.size = size;
    } else {
      chunk = {
        pointer: this.#top,
        size,
        free: false,
        before: this.#last,
        after: null,
        previous: null,
        next: null,
      };
      if (this.#last !== null) this.#last.after = chunk;
      this.#last = chunk;
    }
    this.#top = end;
    return chunk;
  }

  #grow(end: number): boolean {
    const need = Math.ceil((end - this.#capacity) / PAGE);
    const left = this.maximumPages - this.#capacity / PAGE;
    if (need > left) return false;
    // Address space is free, growing is not: go in large steps.
    for (const pages of [Math.min(left, Math.max(need, 1024)), need]) {
      try {
        this.memory.grow(pages);
        this.#capacity += pages * PAGE;
        return true;
      } catch {
        // Try the smaller step.
      }
    }
    return false;
  }

  #absorb(chunk: Chunk, after: Chunk): void {
    chunk.size += after.size;
    chunk.after = after.after;
    if (after.after !== null) after.after.before = chunk;
    else this.#last = chunk;
  }

  #list(chunk: Chunk): void {
    const index = classOf(chunk.size / UNIT);
    const head = this.#lists[index];
    chunk.previous = null;
    chunk.next = head;
    if (head !== null) head.previous = chunk;
    this.#lists[index] = chunk;
    this.#filled[index >> 5] |= 1 << (index & 31);
  }

  #unlist(chunk: Chunk): void {
    const { previous, next } = chunk;
    if (next !== null) next.previous = previous;
    if (previous !== null) {
      previous.next = next;
    } else {
      const index = classOf(chunk.size / UNIT);
      this.#lists[index] = next;
      if (next === null) this.#filled[index >> 5] &= ~(1 << (index & 31));
    }
    chunk.previous = chunk.next = null;
  }

  /** The first class from `index` on that has a chunk, or -1. */
  #classFrom(index: number): number {
    for (let word = index >> 5; word < this.#filled.length; word++) {
      let bits = this.#filled[word];
      if (word === index >> 5) bits &= -1 << (index & 31);
      if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
    }
    return -1;
  }
}
