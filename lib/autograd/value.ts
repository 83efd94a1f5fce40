/**
 * The vertices of the graph: values, and the nodes that remember how they were computed.
 *
 * @module
 */
import type { Buffer } from "./buffer.ts";
import type { Storage } from "../device/device.ts";
import type { Rule } from "./rule.ts";

/** A buffer that a gradient will read, and its version when it was saved. */
export interface Saved {
  buffer: Buffer;
  version: number;
}

/** One remembered operation, or (rule null) the leaf that gradients arrive at. */
export interface Node {
  /** Counts up: an input's node has a smaller number than its output's. */
  readonly id: number;
  readonly name: string;
  // deno-lint-ignore no-explicit-any
  readonly rule: Rule<any> | null;
  readonly attrs: unknown;
  /** The nodes of the inputs; null where no gradient is needed. */
  edges: (Node | null)[];
  readonly shapes: number[][];
  inputs: (Saved | null)[];
  output: Saved | null;
  extra: Buffer[];
  /** Modules that made it, such as "AlexNet > Sequential". */
  readonly place: string;
  /** The gradient on its way, during backward(). */
  gradient: Storage | null;
  /** Where the gradient is kept: the leaf, or a value that asked for it with retainGrad(). */
  keeper: Value | null;
  /** A backward() has been through and freed what was saved. */
  spent: boolean;
}

/** Numbers with a history: what a Tensor is a view of. */
export class Value {
  /** ∂L/∂this, after a backward(). */
  grad: Buffer | null = null;

  constructor(readonly buffer: Buffer, public node: Node | null = null) {}

  /** Whether gradients flow to it. */
  get requiresGrad(): boolean {
    return this.node !== null;
  }

  /** Whether it was not computed by a recorded operation. */
  get isLeaf(): boolean {
    return this.node === null || this.node.rule === null;
  }
}
