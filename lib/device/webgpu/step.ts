/**
 * A step that is noted first and computed then, as often as wanted: which programs run on which buffers with which numbers.
 *
 * @module
 */
import { sizeOf, text } from "../shape.ts";
import type { Storage } from "../storage.ts";
import type { RecordedStep } from "../recording.ts";
import type { Program } from "./gpu.ts";
import { BufferArena, type BufferPool } from "./pool.ts";
import type { Compiled, Programs } from "./programs.ts";

/** A program to be run. */
export interface Dispatch {
  readonly kind: "dispatch";
  readonly program: Program;
  readonly compiled: Compiled;
  /** Its arrays, and behind them the flags of indices, if it has any. */
  readonly buffers: readonly GPUBuffer[];
  readonly arrays: number;
  /** Its numbers, as they were when it was noted. */
  readonly uniforms: ArrayBuffer;
}

/** Bytes to be copied. */
interface Copy {
  readonly kind: "copy";
  readonly from: GPUBuffer;
  readonly to: GPUBuffer;
  readonly bytes: number;
  /** What the host wrote there; null: another program's result. */
  readonly values: Uint8Array | null;
}

type Command = Dispatch | Copy;

/** An array that is not the step's own, and what was known of it. */
interface Outside {
  readonly storage: Storage;
  readonly buffer: GPUBuffer;
}

/** What a step asks of the device. */
export interface Lane {
  readonly device: GPUDevice;
  readonly pool: BufferPool;
  readonly programs: Programs;
  /** The buffer that the storage's data lie in now; null if they were freed. */
  located(storage: Storage): GPUBuffer | null;
  /** Whether other storages refer to the same data. */
  isShared(storage: Storage): boolean;
  /** An array like another one, without values yet. */
  allocate(like: Storage): Storage;
  copy(from: GPUBuffer, to: GPUBuffer, bytes: number): void;
  /** Runs a program, its numbers at an offset of the uniforms in the group. */
  run(program: Program, compiled: Compiled, group: GPUBindGroup, offset: number): void;
  /** Submits what is recorded. */
  flush(): void;
}

const BYTES_PER_ELEMENT = 4;
const UNIFORM_USAGE = 0x40 | 0x8; // UNIFORM | COPY_DST
const CONSTANT_USAGE = 0x4 | 0x8; // COPY_SRC | COPY_DST

/** What is noted. */
export class StepLog {
  readonly arena: BufferArena = new BufferArena();
  readonly commands: Command[] = [];
  /** The data that were made since it began, and live. */
  readonly made = new Set<object>();
  /** Arrays of others, by their buffers, and whether they are written. */
  readonly outside = new Map<GPUBuffer, Outside & { written: boolean }>();
  readonly #lane: Lane;

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  /** Notes a program. */
  dispatch(program: Program, compiled: Compiled, buffers: readonly GPUBuffer[], uniforms: ArrayBuffer): void {
    const { bindings } = program;
    bindings.forEach((storage, i) => this.#touch(storage, buffers[i], compiled.kinds[i] === "w"));
    this.commands.push({
      kind: "dispatch",
      program,
      compiled,
      buffers,
      arrays: bindings.length,
      uniforms,
    });
  }

  /** Notes that an array is copied over another. */
  copy(source: Storage, target: Storage, from: GPUBuffer, to: GPUBuffer, bytes: number): void {
    this.#touch(source, from, false);
    this.#touch(target, to, true);
    this.commands.push({ kind: "copy", from, to, bytes, values: null });
  }

  /** Notes that the host writes an array, the step's own if none is named: what it wrote waits in a buffer that nothing else uses. */
  put(target: Storage | null, to: GPUBuffer, values: Uint8Array<ArrayBuffer>): void {
    const { device, pool } = this.#lane;
    const from = pool.acquireBuffer(values.byteLength, CONSTANT_USAGE);
    device.queue.writeBuffer(from, 0, values);
    if (target !== null) this.#touch(target, to, true);
    this.commands.push({ kind: "copy", from, to, bytes: values.byteLength, values: values.slice() });
  }

  /** Gives back what nobody holds, and the rest when it is freed. */
  close(): void {
    const { pool } = this.#lane;
    pool.close(this.arena);
    for (const command of this.commands) {
      if (command.kind === "copy" && command.values !== null) pool.releaseBuffer(command.from);
    }
  }

  #touch(storage: Storage, buffer: GPUBuffer, written: boolean): void {
    if (this.#lane.pool.of(buffer).owner === this.arena) return;
    const known = this.outside.get(buffer);
    if (known === undefined) this.outside.set(buffer, { storage, buffer, written });
    else known.written ||= written;
  }
}

/** A program as it is run each time. */
interface Prepared extends Dispatch {
  readonly group: GPUBindGroup;
  /** Where its numbers begin. */
  readonly offset: number;
}

/** What was noted, ready to run. */
export class GpuStep implements RecordedStep {
  readonly #lane: Lane;
  readonly #log: StepLog;
  readonly #commands: (Prepared | Copy)[];
  readonly #uniforms: GPUBuffer;
  /** The numbers that may be others each time: those of the first programs, up to `#changing`. */
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #changing: number;

  constructor(lane: Lane, log: StepLog) {
    this.#lane = lane;
    this.#log = log;
    const align = lane.device.limits.minUniformBufferOffsetAlignment;
    const changes = ({ program }: Dispatch) => typeof program.uniforms === "function";
    const dispatches = log.commands.filter((command) => command.kind === "dispatch");
    const offsets = new Map<Command, number>();
    let end = 0;
    const lay = (one: Dispatch) => {
      offsets.set(one, end);
      end = Math.ceil((end + one.uniforms.byteLength) / align) * align;
    };
    dispatches.filter(changes).forEach(lay);
    this.#changing = end;
    dispatches.filter((one) => !changes(one)).forEach(lay);
    this.#bytes = new Uint8Array(Math.max(4 * Math.ceil(end / 4), 16));
    for (const one of dispatches) this.#bytes.set(new Uint8Array(one.uniforms), offsets.get(one)!);
    this.#uniforms = lane.device.createBuffer({
      size: this.#bytes.byteLength,
      usage: UNIFORM_USAGE,
      label: "uniforms of a recorded step",
    });
    lane.device.queue.writeBuffer(this.#uniforms, 0, this.#bytes);
    this.#commands = log.commands.map((command) => {
      if (command.kind === "copy") return command;
      const { compiled, buffers, arrays, uniforms } = command;
      const group = lane.programs.group(compiled, buffers, arrays, uniforms.byteLength, this.#uniforms);
      return { ...command, group, offset: offsets.get(command)! };
    });
  }

  get bytes(): number {
    return this.#log.arena.bytes + this.#bytes.byteLength;
  }

  isValid(): boolean {
    for (const { storage, buffer, written } of this.#log.outside.values()) {
      if (this.#lane.located(storage) !== buffer || written && this.#lane.isShared(storage)) return false;
    }
    return true;
  }

  run(given: readonly (readonly [from: Storage, to: Storage])[]): void {
    const { pool } = this.#lane;
    // What the step wrote before into its own buffers has to be on its way before the host writes there.
    if (this.#changing > 0 && pool.isPending(this.#uniforms)) this.#lane.flush();
    for (const [from, to] of given) {
      const target = this.#lane.located(to)!;
      this.#lane.copy(this.#lane.located(from)!, target, target.size);
    }
    this.#pack();
    for (const command of this.#commands) {
      if (command.kind === "copy") this.#lane.copy(command.from, command.to, command.bytes);
      else {
        for (const buffer of command.buffers) pool.stamp(buffer);
        this.#lane.run(command.program, command.compiled, command.group, command.offset);
      }
    }
    pool.stamp(this.#uniforms);
  }

  /** Writes the numbers that are others than the last time. */
  #pack(): void {
    let changed = false;
    for (const command of this.#commands) {
      if (command.kind === "copy" || typeof command.program.uniforms !== "function") continue;
      this.#bytes.set(new Uint8Array(command.program.uniforms()), command.offset);
      changed = true;
    }
    if (changed) this.#lane.device.queue.writeBuffer(this.#uniforms, 0, this.#bytes, 0, this.#changing);
  }

  difference(other: RecordedStep): string | null {
    if (!(other instanceof GpuStep)) return "it runs on another device";
    const mine = this.#log.commands, its = other.#log.commands;
    const places = new Map<GPUBuffer, GPUBuffer>();
    /** Whether two buffers play the same part. */
    const alike = (a: GPUBuffer, b: GPUBuffer) => {
      const own = this.#lane.pool.of(a).owner === this.#log.arena;
      if (own !== (this.#lane.pool.of(b).owner === other.#log.arena)) return false;
      if (!own) return a === b;
      const known = places.get(a);
      if (known === undefined) places.set(a, b);
      return (known ?? b) === b;
    };
    for (let i = 0; i < Math.max(mine.length, its.length); i++) {
      const a = mine[i], b = its[i];
      const said = a === undefined ? nameOf(b) : nameOf(a);
      if (a === undefined || b === undefined) return `${said} is computed in one of two calls only`;
      if (nameOf(a) !== nameOf(b)) {
        return `${nameOf(a)} is computed in one call, and ${nameOf(b)} in the next`;
      }
      if (a.kind === "copy" && b.kind === "copy") {
        if (!alike(a.from, b.from) || !alike(a.to, b.to)) return "arrays are copied to other places";
        if (a.bytes !== b.bytes || !equal(a.values, b.values)) {
          return "a number, or a tensor that is made inside of JavaScript's numbers, is another in the next call";
        }
      } else if (a.kind === "dispatch" && b.kind === "dispatch") {
        if (a.program.workgroups.some((count, axis) => count !== b.program.workgroups[axis])) {
          return `${said} is computed for other shapes`;
        }
        const fixed = typeof a.program.uniforms !== "function";
        if (fixed && !equal(new Uint8Array(a.uniforms), new Uint8Array(b.uniforms))) {
          return `a number that ${said} is given, or a shape, changes from call to call`;
        }
        const odd = a.buffers.findIndex((buffer, j) => !alike(buffer, b.buffers[j]));
        if (odd >= 0 && odd < a.arrays) {
          const { shape } = a.program.bindings[odd];
          return shape.length === 0
            ? `a number that ${said} is given changes from call to call`
            : `${said} is given another tensor ${text(shape)}`;
        }
      }
    }
    return null;
  }

  result(own: Storage): Storage {
    const copy = this.#lane.allocate(own), bytes = BYTES_PER_ELEMENT * sizeOf(own.shape);
    if (bytes > 0) this.#lane.copy(this.#lane.located(own)!, this.#lane.located(copy)!, bytes);
    return copy;
  }

  close(): void {
    if (this.#lane.pool.isPending(this.#uniforms)) this.#lane.flush();
    this.#log.close();
    this.#uniforms.destroy();
  }
}

function nameOf(command: Command): string {
  return command.kind === "copy" ? "a copy" : command.program.key;
}

function equal(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
