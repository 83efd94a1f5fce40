/**
 * A step that was noted, ready to be computed as often as wanted.
 *
 * @module
 */
import type { RecordedStep } from "../recording.ts";
import { sizeOf, text } from "../shape.ts";
import type { Storage } from "../storage.ts";
import type { Program } from "./gpu.ts";
import { joined } from "./join.ts";
import {
  arraysOf,
  BYTES_PER_ELEMENT,
  type Command,
  type Dispatch,
  LEAST_BYTES,
  type StepLog,
} from "./log.ts";
import type { NotedCalls } from "./observer.ts";
import { fromOf } from "./part.ts";
import { planned } from "./plan.ts";
import type { BufferPool } from "./pool.ts";
import type { Compiled, Programs } from "./programs.ts";

/** What a step asks of the device. */
export interface Lane {
  readonly device: GPUDevice;
  readonly pool: BufferPool;
  readonly programs: Programs;
  /** Where indices out of range are told. */
  readonly flags: GPUBuffer;
  /** The buffer that an array lies in now; null if it was freed. */
  located(storage: Storage): GPUBuffer | null;
  /** Gives an array that has no buffer one. */
  locate(storage: Storage, buffer: GPUBuffer): void;
  /** Whether other storages refer to the same data. */
  isShared(storage: Storage): boolean;
  /** Gives back what is held for a step. */
  drop(storage: Storage): void;
  /** An array like another one, without values yet. */
  allocate(like: Storage): Storage;
  copy(from: GPUBuffer, to: GPUBuffer, bytes: number, offset?: number, start?: number): void;
  /** Runs a program, its numbers at an offset of the uniforms in the group. */
  run(program: Program, compiled: Compiled, group: GPUBindGroup, offset: number): void;
  /** Submits what is recorded. */
  flush(): void;
  /** The host has written so many bytes. */
  written(bytes: number): void;
  /** Which calls of kernels programs belong to. */
  readonly calls: NotedCalls;
  /** Frees data, and empties the list. */
  release(departed: object[]): void;
}

const UNIFORM_USAGE = 0x40 | 0x8; // UNIFORM | COPY_DST
/** An array that is not the step's own, and what was known of it. */
interface Outside {
  readonly storage: Storage;
  readonly buffer: GPUBuffer;
  written: boolean;
}

/** A program as it is run each time. */
interface Run {
  readonly command: Dispatch;
  readonly buffers: readonly GPUBuffer[];
  readonly group: GPUBindGroup;
  /** Where its numbers begin. */
  readonly offset: number;
}

/** Bytes to be copied each time. */
interface Move {
  readonly from: GPUBuffer;
  readonly to: GPUBuffer;
  readonly bytes: number;
  /** Where in `to` they go. */
  readonly offset: number;
  /** Where in `from` they lie. */
  readonly start: number;
}

/** What was noted, ready to run. */
export class GpuStep implements RecordedStep {
  readonly #lane: Lane;
  readonly #log: StepLog;
  readonly #outside = new Map<object, Outside>();
  readonly #runs: (Run | Move)[];
  readonly #uniforms: GPUBuffer;
  /** The numbers of all programs; those that may be others each time come first, up to `#changing`. */
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #changing: number;

  constructor(lane: Lane, log: StepLog) {
    this.#lane = lane;
    this.#log = log;
    const { maxStorageBuffersPerShaderStage } = lane.device.limits;
    const commands = joined(
      log,
      (program) => lane.programs.compiled(program),
      Math.min(maxStorageBuffersPerShaderStage, 16),
      lane.calls,
    );
    const buffers = planned(commands, log, lane.pool);
    for (const [dataId, { storage, alive }] of log.made) {
      if (alive) lane.locate(storage, buffers.get(dataId)!);
    }
    for (const command of commands) {
      for (const [storage, written] of arraysOf(command)) this.#note(storage, written);
    }
    const bufferOf = (storage: Storage) => buffers.get(storage.dataId) ?? lane.located(storage)!;

    const align = lane.device.limits.minUniformBufferOffsetAlignment;
    const changes = ({ program }: Dispatch) => typeof program.uniforms === "function";
    const dispatches = commands.filter((command) => command.kind === "dispatch");
    const offsets = new Map<Command, number>();
    let end = 0;
    const lay = (one: Dispatch) => {
      offsets.set(one, end);
      end = Math.ceil((end + one.uniforms.byteLength) / align) * align;
    };
    dispatches.filter(changes).forEach(lay);
    this.#changing = end;
    dispatches.filter((one) => !changes(one)).forEach(lay);
    this.#bytes = new Uint8Array(Math.max(4 * Math.ceil(end / 4), LEAST_BYTES));
    for (const one of dispatches) this.#bytes.set(new Uint8Array(one.uniforms), offsets.get(one)!);
    this.#uniforms = lane.device.createBuffer({
      size: this.#bytes.byteLength,
      usage: UNIFORM_USAGE,
      label: "uniforms of a recorded step",
    });
    lane.device.queue.writeBuffer(this.#uniforms, 0, this.#bytes);
    lane.written(this.#bytes.byteLength);

    this.#runs = commands.map((command): Run | Move => {
      if (command.kind === "copy") {
        const { from, to } = command;
        const bytes = BYTES_PER_ELEMENT * sizeOf(to.shape);
        const offset = BYTES_PER_ELEMENT * fromOf(to);
        if ("buffer" in from) return { from: from.buffer, to: bufferOf(to), bytes, offset, start: 0 };
        return {
          from: bufferOf(from),
          to: bufferOf(to),
          bytes,
          offset,
          start: BYTES_PER_ELEMENT * fromOf(from),
        };
      }
      const { program, compiled, uniforms, more } = command;
      const own = program.bindings.map(bufferOf);
      const rest = [...program.checks === undefined ? [] : [lane.flags], ...more.map(bufferOf)];
      const all = [...own, ...rest], offset = offsets.get(command)!;
      const { bindings } = program;
      const group = lane.programs.group(compiled, bindings, all, uniforms.byteLength, this.#uniforms);
      return { command, buffers: all, group, offset };
    });
  }

  #note(storage: Storage, written: boolean): void {
    if (this.#log.isOwn(storage)) return;
    const known = this.#outside.get(storage.dataId);
    if (known !== undefined) known.written ||= written;
    else this.#outside.set(storage.dataId, { storage, buffer: this.#lane.located(storage)!, written });
  }

  isValid(): boolean {
    for (const { storage, buffer, written } of this.#outside.values()) {
      if (this.#lane.located(storage) !== buffer || written && this.#lane.isShared(storage)) return false;
    }
    return true;
  }

  run(given: readonly (readonly [from: Storage, to: Storage])[]): void {
    const { pool } = this.#lane;
    // What the step wrote before into its own buffers has to be on its way before the host writes there.
    if (this.#changing > 0 && pool.isPending(this.#uniforms)) this.#lane.flush();
    for (const [from, to] of given) {
      const bytes = BYTES_PER_ELEMENT * sizeOf(to.shape);
      if (bytes > 0) this.#lane.copy(this.#lane.located(from)!, this.#lane.located(to)!, bytes);
    }
    this.#pack();
    for (const one of this.#runs) {
      if (!("group" in one)) {
        if (one.bytes > 0) this.#lane.copy(one.from, one.to, one.bytes, one.offset, one.start);
        continue;
      }
      for (const buffer of one.buffers) pool.stamp(buffer);
      this.#lane.run(one.command.program, one.command.compiled, one.group, one.offset);
    }
    pool.stamp(this.#uniforms);
    this.#lane.release(this.#log.departed);
  }

  /** Writes the numbers that are others than the last time. */
  #pack(): void {
    if (this.#changing === 0) return;
    for (const one of this.#runs) {
      if (!("group" in one) || typeof one.command.program.uniforms !== "function") continue;
      this.#bytes.set(new Uint8Array(one.command.program.uniforms()), one.offset);
    }
    this.#lane.device.queue.writeBuffer(this.#uniforms, 0, this.#bytes, 0, this.#changing);
    this.#lane.written(this.#changing);
  }

  difference(other: RecordedStep): string | null {
    if (!(other instanceof GpuStep)) return "it runs on another device";
    const mine = this.#log.commands, its = other.#log.commands;
    const places = new Map<object, object>();
    /** Whether two arrays play the same part. */
    const alike = (a: Storage, b: Storage) => {
      const own = this.#log.isOwn(a);
      if (own !== other.#log.isOwn(b)) return false;
      if (!own) return a.dataId === b.dataId;
      const known = places.get(a.dataId);
      if (known === undefined) places.set(a.dataId, b.dataId);
      return (known ?? b.dataId) === b.dataId;
    };
    for (let i = 0; i < Math.max(mine.length, its.length); i++) {
      const a = mine[i], b = its[i];
      const said = a === undefined ? nameOf(b) : nameOf(a);
      if (a === undefined || b === undefined) return `${said} is computed in one of two calls only`;
      if (nameOf(a) !== nameOf(b)) {
        return `${nameOf(a)} is computed in one call, and ${nameOf(b)} in the next`;
      }
      if (a.kind === "copy" && b.kind === "copy") {
        if ("buffer" in a.from && "buffer" in b.from && !equal(a.from.values, b.from.values)) {
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
      }
      const others = arraysOf(b);
      const odd = arraysOf(a).find(([storage], j) => !alike(storage, others[j]?.[0] ?? storage));
      if (odd === undefined && others.length === arraysOf(a).length) continue;
      const shape = odd?.[0].shape ?? [];
      return shape.length === 0
        ? `a number that ${said} is given changes from call to call`
        : `${said} is given another tensor ${text(shape)}`;
    }
    return null;
  }

  drop(held: Storage): void {
    this.#lane.drop(held);
  }

  result(own: Storage): Storage {
    const copy = this.#lane.allocate(own), bytes = BYTES_PER_ELEMENT * sizeOf(own.shape);
    if (bytes > 0) this.#lane.copy(this.#lane.located(own)!, this.#lane.located(copy)!, bytes);
    return copy;
  }

  close(): void {
    if (this.#lane.pool.isPending(this.#uniforms)) this.#lane.flush();
    this.#log.close();
    this.#lane.release(this.#log.departed);
    this.#uniforms.destroy();
  }

  get bytes(): number {
    return this.#log.arena.bytes + this.#bytes.byteLength;
  }
}

function nameOf(command: Command): string {
  return command.kind === "copy" ? "a copy" : command.program.key;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
