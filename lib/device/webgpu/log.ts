/**
 * What a step is to compute, noted.
 *
 * @module
 */
import { sizeOf } from "../shape.ts";
import type { Storage } from "../storage.ts";
import type { Program } from "./gpu.ts";
import { BufferArena, type BufferPool } from "./pool.ts";
import type { Compiled } from "./programs.ts";

/** A program to be run. */
export interface Dispatch {
  readonly kind: "dispatch";
  readonly program: Program;
  readonly compiled: Compiled;
  /** Its numbers, as they were when it was noted. */
  readonly uniforms: ArrayBuffer;
  /** Arrays that it has beyond those of the program that was noted: those of a program that was joined to it. */
  readonly more: readonly Storage[];
  /** The last of what it emits, if a program was joined to it. */
  readonly emitted?: Storage;
}

/** An array to be copied over another; or what the host wrote there. */
export interface Copy {
  readonly kind: "copy";
  readonly from: Storage | { readonly buffer: GPUBuffer; readonly values: Uint8Array };
  readonly to: Storage;
}

export type Command = Dispatch | Copy;

/** The arrays of a command, and whether it writes them. */
export function arraysOf(command: Command): (readonly [storage: Storage, written: boolean])[] {
  if (command.kind === "copy") {
    const { from, to } = command;
    return "buffer" in from ? [[to, true]] : [[from, false], [to, true]];
  }
  const { program: { bindings, checks }, compiled: { kinds }, more } = command;
  const beyond = bindings.length + 1 + (checks === undefined ? 0 : 1);
  return [
    ...bindings.map((storage, i) => [storage, kinds[i] === "w"] as const),
    ...more.map((storage, i) => [storage, kinds[beyond + i] === "w"] as const),
  ];
}

export const BYTES_PER_ELEMENT = 4;
/** WebGPU binds no buffer of size 0. */
export const LEAST_BYTES = 16;

/** What an array takes. */
export function bytesOf({ shape }: Storage): number {
  return Math.max(BYTES_PER_ELEMENT * sizeOf(shape), LEAST_BYTES);
}

const CONSTANT_USAGE = 0x4 | 0x8; // COPY_SRC | COPY_DST

/** What is noted. */
export class StepLog {
  readonly arena: BufferArena = new BufferArena();
  readonly commands: Command[] = [];
  /** The data that were made since it began, an array that refers to them, and whether they live. */
  readonly made = new Map<object, { storage: Storage; alive: boolean }>();
  /** Data of others that nobody refers to any more: they go when the step has run once. */
  readonly departed: object[] = [];
  readonly #device: GPUDevice;
  readonly #pool: BufferPool;

  constructor(device: GPUDevice, pool: BufferPool) {
    this.#device = device;
    this.#pool = pool;
  }

  /** Whether an array is the step's own. */
  isOwn({ dataId }: Storage): boolean {
    return this.made.has(dataId);
  }

  /** How many arrays of its own live. */
  get alive(): number {
    let count = 0;
    for (const { alive } of this.made.values()) if (alive) count++;
    return count;
  }

  /** Notes a program. */
  dispatch(program: Program, compiled: Compiled, uniforms: ArrayBuffer): void {
    this.commands.push({ kind: "dispatch", program, compiled, uniforms, more: [] });
  }

  /** Notes that an array is copied over another. */
  copy(from: Storage, to: Storage): void {
    this.commands.push({ kind: "copy", from, to });
  }

  /** Notes that the host writes an array: what it wrote waits in a buffer that nothing else uses. */
  put(to: Storage, values: Uint8Array<ArrayBuffer>): void {
    const buffer = this.#pool.acquireBuffer(values.byteLength, CONSTANT_USAGE, false, true, this.arena);
    this.#device.queue.writeBuffer(buffer, 0, values);
    this.commands.push({ kind: "copy", from: { buffer, values: values.slice() }, to });
  }

  /** Gives back what nobody holds, and the rest when it is freed. */
  close(): void {
    for (const { kind, from } of this.commands as Copy[]) {
      if (kind === "copy" && "buffer" in from) this.#pool.releaseBuffer(from.buffer);
    }
    this.#pool.close(this.arena);
  }
}
