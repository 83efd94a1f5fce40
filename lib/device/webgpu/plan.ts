/**
 * Which buffers the arrays of a recorded step lie in. All that it will ever compute is known, so that an array takes the buffer of
 * one that is not needed any more, and the step holds as little as its largest moment needs.
 *
 * @module
 */
import type { Storage } from "../storage.ts";
import type { BufferPool } from "./pool.ts";
import { arraysOf, bytesOf, type Command, type StepLog } from "./log.ts";

/** A buffer may be so many times as large as what lies in it. */
const WASTE = 1.5;
const STORAGE_USAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST

/**
 * Lays out the arrays of a step.
 *
 * @param commands What it computes, in this order.
 * @returns Buffers, by their arrays' data. Those that outlive the step have theirs alone.
 */
export function planned(
  commands: readonly Command[],
  log: StepLog,
  pool: BufferPool,
): ReadonlyMap<object, GPUBuffer> {
  const last = new Map<object, number>();
  commands.forEach((command, i) => {
    for (const [{ dataId }] of arraysOf(command)) last.set(dataId, i);
  });
  const buffers = new Map<object, GPUBuffer>();
  /** Those that nothing lies in now. */
  const idle: GPUBuffer[] = [], temporary: GPUBuffer[] = [];
  const make = (bytes: number) => pool.acquireBuffer(bytes, STORAGE_USAGE, false, true, log.arena);
  const take = (bytes: number): GPUBuffer => {
    let best = -1;
    idle.forEach(({ size }, i) => {
      if (size >= bytes && size <= WASTE * bytes && (best < 0 || size < idle[best].size)) best = i;
    });
    if (best >= 0) return idle.splice(best, 1)[0];
    const buffer = make(bytes);
    temporary.push(buffer);
    return buffer;
  };
  const whole = ({ dataId }: Storage) => bytesOf(log.made.get(dataId)!.storage);
  const lives = ({ dataId }: Storage) => log.made.get(dataId)!.alive;
  // Largest first where several come to be at once, so that small ones do not take what is large.
  commands.forEach((command, i) => {
    const arrays = arraysOf(command).map(([storage]) => storage).filter((storage) => log.isOwn(storage));
    const fresh = arrays.filter(({ dataId }) => !buffers.has(dataId)).sort((a, b) => whole(b) - whole(a));
    for (const storage of fresh) {
      if (buffers.has(storage.dataId)) continue;
      const bytes = whole(storage);
      buffers.set(storage.dataId, lives(storage) ? make(bytes) : take(bytes));
    }
    for (const storage of new Set(arrays)) {
      const { dataId } = storage;
      if (last.get(dataId) !== i || lives(storage)) continue;
      const buffer = buffers.get(dataId)!;
      if (!idle.includes(buffer)) idle.push(buffer);
    }
  });
  for (const [dataId, { storage, alive }] of log.made) {
    if (alive && !buffers.has(dataId)) buffers.set(dataId, make(bytesOf(storage)));
  }
  // Held by the step's arena, where nobody else finds them.
  for (const buffer of temporary) pool.releaseBuffer(buffer);
  return buffers;
}
