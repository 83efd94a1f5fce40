/**
 * When passes of a GPU began and ended, by its own clock.
 *
 * @module
 */

/** The most that WebGPU allows in one set. */
const QUERIES = 4096;
const BYTES_PER_QUERY = 8;
const RESOLVE_USAGE = 0x200 | 0x4; // QUERY_RESOLVE | COPY_SRC
const READ_USAGE = 0x1 | 0x8; // MAP_READ | COPY_DST
/** Nanoseconds. A clock with larger steps tells little of a short kernel; browsers coarsen theirs to 100 µs. */
const COARSE = 1000;

/** A set of queries, two a pass, and what its passes are. */
interface Chunk<Owner> {
  readonly set: GPUQuerySet;
  readonly owners: Owner[];
  /** The times, once they are on their way. */
  read: GPUBuffer | null;
}

/** Passes that are timed, each for an owner. */
export class Timestamps<Owner> {
  readonly #device: GPUDevice;
  readonly #chunks: Chunk<Owner>[] = [];
  #open: Chunk<Owner> | null = null;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Whether a device can tell the time. */
  static areThereOn(device: GPUDevice): boolean {
    return device.features.has("timestamp-query");
  }

  /** Where the next pass writes its times. */
  next(owner: Owner): GPUComputePassTimestampWrites {
    if (this.#open === null || 2 * this.#open.owners.length === QUERIES) {
      const set = this.#device.createQuerySet({ type: "timestamp", count: QUERIES });
      this.#chunks.push(this.#open = { set, owners: [], read: null });
    }
    const { set, owners } = this.#open, first = 2 * owners.length;
    owners.push(owner);
    return { querySet: set, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
  }

  /** All passes so far have been submitted: full sets, of which a GPU may have few, can go. */
  submitted(): void {
    for (const chunk of this.#chunks) if (2 * chunk.owners.length === QUERIES) this.#resolve(chunk);
  }

  #resolve(chunk: Chunk<Owner>): void {
    if (chunk.read !== null) return;
    const { set, owners } = chunk, count = 2 * owners.length, size = BYTES_PER_QUERY * count;
    const resolved = this.#device.createBuffer({ size, usage: RESOLVE_USAGE });
    chunk.read = this.#device.createBuffer({ size, usage: READ_USAGE });
    const encoder = this.#device.createCommandEncoder();
    encoder.resolveQuerySet(set, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, chunk.read, 0, size);
    this.#device.queue.submit([encoder.finish()]);
    resolved.destroy();
    set.destroy();
  }

  /**
   * Reads the times, after the last pass was submitted.
   *
   * @param took Is given each pass' owner and how many nanoseconds it took.
   * @returns The steps of the clock in nanoseconds, where they are so large that short passes are measured badly, else 0; null: it
   * stands still.
   */
  async finish(took: (owner: Owner, nanoseconds: number) => void): Promise<number | null> {
    let step = 0, moved = false;
    for (const chunk of this.#chunks) this.#resolve(chunk);
    for (const { owners, read } of this.#chunks) {
      await read!.mapAsync(GPUMapMode.READ);
      const times = new BigUint64Array(read!.getMappedRange()), start = times[0];
      owners.forEach((owner, i) => {
        const [begin, end] = [times[2 * i], times[2 * i + 1]].map((time) => Number(time - start));
        if (step === 0 || step >= COARSE) {
          step = commonDivisor(commonDivisor(step, Math.abs(begin)), Math.abs(end));
        }
        // A counter that was reset in between goes backwards.
        const nanoseconds = Math.max(0, end - begin);
        moved ||= nanoseconds > 0;
        took(owner, nanoseconds);
      });
      read!.destroy();
    }
    if (!moved) return null;
    return step >= COARSE ? step : 0;
  }

  /** Gives everything back unread. */
  abandon(): void {
    for (const { set, read } of this.#chunks) {
      set.destroy();
      read?.destroy();
    }
  }
}

/** The greatest common divisor; that of 0 and a number is the number. */
function commonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
