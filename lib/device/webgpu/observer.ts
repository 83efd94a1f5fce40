/**
 * Who looks on at what a GPU is given to do: a profile.
 *
 * @module
 */
import { bytesOf, flopsOf, shapesOf } from "../profile/cost.ts";
import type { KernelWatcher } from "../profile/watch.ts";
import type { Program } from "./gpu.ts";

/** Is told of every program that runs. */
export interface DispatchObserver {
  /**
   * A program is about to be dispatched, in a pass of its own.
   *
   * @param program Its name and its arrays, none where TensorFlow.js brought it.
   * @param noted The call that it belongs to, where it was noted before: then no kernel is called now.
   * @returns Where the pass writes down when it begins and when it ends; undefined: nowhere.
   */
  dispatching(
    program: Pick<Program, "key" | "bindings" | "flops">,
    noted: NotedCall | undefined,
  ): GPUComputePassTimestampWrites | undefined;
  /** What was dispatched so far has been submitted. */
  submitted(): void;
}

/** A call of a kernel that was noted, to be computed later. */
export interface NotedCall {
  kernel: string;
  readonly shapes: string;
  flops: number;
  bytes: number;
  /** The programs that it dispatches. */
  readonly programs: object[];
}

/** Bytes of an element, of whatever dtype. */
export const GPU_BYTES = 4;

/** Which calls of kernels noted programs belong to: when they run, nobody calls a kernel any more. */
export class NotedCalls implements KernelWatcher {
  readonly #calls = new WeakMap<object, NotedCall>();
  #call: NotedCall | null = null;

  called<R>(kernel: string, args: readonly unknown[], run: () => R): R {
    const call = this.#call = { kernel, shapes: shapesOf(args), flops: 0, bytes: 0, programs: [] };
    try {
      const result = run();
      call.flops = flopsOf(kernel, args, result);
      call.bytes = bytesOf(args, result, () => GPU_BYTES);
      return result;
    } finally {
      this.#call = null;
    }
  }

  /** A program is noted. */
  noted(program: Program): void {
    if (this.#call === null) return;
    this.#call.programs.push(program);
    this.#calls.set(program, this.#call);
  }

  /**
   * A program does what two did, of which the second read what the first had written: their calls become one.
   *
   * @param spared Bytes that are not read or written any more.
   */
  joined(whole: Program, first: Program, second: Program, spared: number): void {
    const call = this.#calls.get(first), next = this.#calls.get(second);
    if (call === undefined || next === undefined) return;
    call.programs[call.programs.indexOf(first)] = whole;
    this.#calls.set(whole, call);
    next.programs.splice(next.programs.indexOf(second), 1);
    if (next.programs.length > 0) return;
    call.kernel += ` + ${next.kernel}`;
    call.flops += next.flops;
    call.bytes += next.bytes - spared;
  }

  /** What is known of a program; undefined: nobody noted it. */
  of(program: object): NotedCall | undefined {
    return this.#calls.get(program);
  }
}
