/**
 * The numbers of all programs that are submitted together, in one buffer, written at once.
 *
 * @module
 */

/** Bytes of the numbers that are submitted together; uniforms of 64 KiB, the most that WebGPU binds, fit. */
const BYTES = 2 ** 18;
const UNIFORM = 0x40 | 0x8; // UNIFORM | COPY_DST

/** Where programs find their numbers. */
export class UniformRing {
  readonly buffer: GPUBuffer;
  readonly #queue: GPUQueue;
  readonly #align: number;
  readonly #bytes = new Uint8Array(BYTES);
  #end = 0;

  constructor(device: GPUDevice) {
    this.#queue = device.queue;
    this.#align = device.limits.minUniformBufferOffsetAlignment;
    this.buffer = device.createBuffer({ size: BYTES, usage: UNIFORM, label: "uniforms" });
  }

  /** Whether so many bytes fit behind those that are there. */
  fits(bytes: number): boolean {
    return this.#end + bytes <= BYTES;
  }

  /**
   * Takes numbers on.
   *
   * @returns Where they begin.
   */
  push(uniforms: ArrayBuffer): number {
    const start = this.#end;
    this.#bytes.set(new Uint8Array(uniforms), start);
    this.#end = Math.ceil((start + uniforms.byteLength) / this.#align) * this.#align;
    return start;
  }

  /**
   * Writes them, before the commands that read them are submitted. What was submitted before has its own.
   *
   * @returns How many bytes were written.
   */
  flush(): number {
    if (this.#end === 0) return 0;
    const used = Math.min(4 * Math.ceil(this.#end / 4), BYTES);
    this.#queue.writeBuffer(this.buffer, 0, this.#bytes, 0, used);
    this.#end = 0;
    return used;
  }
}
