/**
 * Which buffers the arrays of a recorded step lie in. All that it will ever compute is known, so that an array takes the buffer of
 * one that is not needed any more, or not yet, and the step holds little more than its largest moment needs.
 *
 * @module
 */
import { arraysOf, bytesOf, type Command, type StepLog } from "./log.ts";
import type { BufferPool } from "./pool.ts";

const STORAGE_USAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST

/** From which command to which an array is needed, both of them included. */
interface Span {
  readonly first: number;
  last: number;
}

/** A buffer, and when something lies in it. */
interface Place {
  readonly buffer: GPUBuffer;
  readonly spans: Span[];
}

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
  const make = (bytes: number) => pool.acquireBuffer(bytes, STORAGE_USAGE, false, true, log.arena);
  const buffers = new Map<object, GPUBuffer>();
  const temporary = new Map<object, { bytes: number; span: Span }>();
  for (const [dataId, { storage, alive }] of log.made) {
    if (alive) buffers.set(dataId, make(bytesOf(storage)));
  }
  commands.forEach((command, i) => {
    for (const [{ dataId }] of arraysOf(command)) {
      // A program may be given a part of an array; it is laid out whole.
      const whole = log.made.get(dataId)?.storage, known = temporary.get(dataId);
      if (whole === undefined || buffers.has(dataId)) continue;
      if (known === undefined) temporary.set(dataId, { bytes: bytesOf(whole), span: { first: i, last: i } });
      else known.span.last = i;
    }
  });
  // Largest first, whenever they are needed: what comes later fits into what is there, and into the smallest of that.
  const places: Place[] = [];
  for (const [dataId, { bytes, span }] of [...temporary].sort(([, a], [, b]) => b.bytes - a.bytes)) {
    let place = places.findLast(({ spans }) => spans.every((other) => isApart(span, other)));
    if (place === undefined) places.push(place = { buffer: make(bytes), spans: [] });
    place.spans.push(span);
    buffers.set(dataId, place.buffer);
  }
  // Held by the step's arena, where nobody else finds them.
  for (const { buffer } of places) pool.releaseBuffer(buffer);
  return buffers;
}

function isApart(a: Span, b: Span): boolean {
  return a.last < b.first || b.last < a.first;
}
