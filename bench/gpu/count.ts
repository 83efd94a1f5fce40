/**
 * What is asked of WebGPU, counted at its own objects, where every library has to pass.
 *
 * @module
 */

/** Counted so far. */
export interface Counts {
  dispatches: number;
  submits: number;
  /** Calls of writeBuffer(), and the bytes that they wrote. */
  writes: number;
  writtenBytes: number;
  bindGroups: number;
  buffers: number;
  /** Milliseconds within submit() and mapAsync(), where Deno waits for the GPU: nothing of JavaScript's. */
  waitedMs: number;
}

const counts: Counts = {
  dispatches: 0,
  submits: 0,
  writes: 0,
  writtenBytes: 0,
  bindGroups: 0,
  buffers: 0,
  waitedMs: 0,
};

/** Bytes of the buffers that were made and not destroyed, and the most of them since it was last set back. */
export const held = { bytes: 0, peakBytes: 0 };

/** What is counted by now. */
export function counted(): Counts {
  return { ...counts };
}

/** The differences of two counts, each divided. */
export function perStep(after: Counts, before: Counts, steps: number): Counts {
  const entries = Object.entries(after).map(([name, value]) => [
    name,
    (value - before[name as keyof Counts]) / steps,
  ]);
  return Object.fromEntries(entries);
}

type Method = (this: unknown, ...args: never[]) => unknown;

/** Puts a look before a method of a class of WebGPU. */
function before(
  type: { prototype: object },
  name: string,
  look: (self: object, args: unknown[]) => void,
): void {
  const methods = type.prototype as Record<string, Method>, method = methods[name];
  methods[name] = function (this: unknown, ...args: never[]) {
    look(this as object, args);
    return method.apply(this, args);
  };
}

/** Takes the time of a method. */
function waiting(type: { prototype: object }, name: string): void {
  const methods = type.prototype as Record<string, Method>, method = methods[name];
  methods[name] = function (this: unknown, ...args: never[]) {
    const start = performance.now();
    try {
      return method.apply(this, args);
    } finally {
      counts.waitedMs += performance.now() - start;
    }
  };
}

/** Begins to count; once, before there is a device. */
export function watch(): void {
  before(GPUComputePassEncoder, "dispatchWorkgroups", () => counts.dispatches++);
  before(GPUComputePassEncoder, "dispatchWorkgroupsIndirect", () => counts.dispatches++);
  before(GPUDevice, "createBindGroup", () => counts.bindGroups++);
  before(GPUDevice, "createBuffer", (_, [descriptor]) => {
    const { size } = descriptor as GPUBufferDescriptor;
    counts.buffers++;
    held.bytes += size;
    held.peakBytes = Math.max(held.peakBytes, held.bytes);
  });
  const destroyed = new WeakSet<object>();
  before(GPUBuffer, "destroy", (buffer) => {
    if (destroyed.has(buffer)) return;
    destroyed.add(buffer);
    held.bytes -= (buffer as GPUBuffer).size;
  });
  before(GPUQueue, "writeBuffer", (_, [, , data, , size]) => {
    counts.writes++;
    const { byteLength, BYTES_PER_ELEMENT = 1 } = data as Float32Array;
    counts.writtenBytes += size === undefined ? byteLength : (size as number) * BYTES_PER_ELEMENT;
  });
  before(GPUQueue, "submit", () => counts.submits++);
  waiting(GPUQueue, "submit");
  waiting(GPUBuffer, "mapAsync");
}
