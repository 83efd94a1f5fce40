/**
 * The vertices of the graph: values, and the nodes that remember how they were computed.
 *
 * @module
 */
import type { Buffer } from "./buffer.ts";
import type { Device, DType } from "../device/device.ts";
import type { Shaped, Storage } from "../device/storage.ts";
import type { Rule } from "./rule.ts";
import type { Scope } from "./scope.ts";

/** One remembered operation, or (rule null) the leaf that gradients arrive at. */
export interface Node {
  /** Counts up: an input's node has a smaller number than its output's. */
  readonly id: number;
  readonly name: string;
  // deno-lint-ignore no-explicit-any
  readonly rule: Rule<any> | null;
  attrs: unknown;
  /** The nodes of the inputs; null where no gradient is needed. */
  edges: readonly (Node | null)[];
  /** The device of its result, and of its gradient. */
  readonly device: Device;
  /** The shape of its result. */
  readonly shape: readonly number[];
  /** The shapes of the inputs. */
  readonly shapes: readonly (readonly number[])[];
  /** The numbers of the inputs that its gradient reads, as they were. */
  inputs: readonly (Buffer | null)[];
  /** Its own numbers, as they were, if its gradient reads them. */
  output: Buffer | null;
  extra: readonly Buffer[];
  /** The call of a module that it was made in: where it stands in a picture of the graph. */
  readonly call: Scope | null;
  /** Its result, if that is a few numbers only: for a picture of the graph, which shows them. */
  result: Buffer | null;
  /** Inputs without a history, likewise: by their place among the inputs. */
  constants: (Buffer | undefined)[] | null;
  /** The gradient on its way, during backward(); a value with a history, where the gradients are recorded. */
  gradient: Storage | Value | null;
  /** Where the gradient is kept: the leaf, or a value that asked for it with retainGrad(). */
  keeper: Value | null;
  /** Who is told of the gradient as it comes by, and may put another into its place; null: nobody. */
  hooks: readonly Hook[] | null;
  /** The last walk through the graph that came by. */
  walk: number;
  /** A backward() has been through and freed what was saved. */
  spent: boolean;
}

/** Called when the gradient of a node is whole, before it goes on. */
export type Hook = (flow: Flow, node: Node) => void;

/** The gradients on their way, as a hook sees them. */
export interface Flow {
  /** Which walk through a graph it is. */
  readonly walk: number;
  /** The gradient that has come to a node; null: none. */
  gradient(node: Node): Value | null;
  /** Puts another one in its place, of the same shape and device. */
  replace(node: Node, gradient: Value): void;
}

/** Numbers with a history: what a Tensor is a view of. */
export class Value implements Shaped {
  /** ∂L/∂this, after a backward(). */
  grad: Value | null = null;
  /** A gradient that was asked for to be used further (createGraph): who takes it away does not free it. */
  lasting = false;

  /**
   * @param buffer Its numbers: another buffer after a change in place (lib/autograd/in_place.ts).
   * @param node How they were computed.
   */
  constructor(public buffer: Buffer, public node: Node | null = null) {}

  /** The size of every dimension. */
  get shape(): number[] {
    return this.buffer.shape;
  }

  /** What its elements are. */
  get dtype(): DType {
    return this.buffer.dtype;
  }

  /** Whether gradients flow to it. */
  get requiresGrad(): boolean {
    return this.node !== null;
  }

  /** Whether it was not computed by a recorded operation. */
  get isLeaf(): boolean {
    return this.node === null || this.node.rule === null;
  }
}
