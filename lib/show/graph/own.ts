/**
 * The graph of an engine that a program wrote itself: numbers that remember what they were computed from.
 *
 * @module
 */
import { Tensor } from "../../tensor/tensor.ts";
import { describe } from "../../text/arguments.ts";
import type { Vertex } from "./snapshot.ts";

/** A number of a program's own engine, as `graph()` draws it: what it is, and what it was computed from. */
export interface GraphNode {
  /** The number. */
  readonly data: number;
  /** ∂y/∂ this number; asked for when the picture is shown. Left out: it has none. */
  readonly grad?: number;
  /** The operation that gave it. */
  readonly op?: string;
  /** What it was computed from; nothing: it is a leaf. */
  readonly inputs: readonly GraphNode[];
}

/** Whether something is meant as a number of a program's own engine: it is no tensor, and has inputs. */
export function isOwn(value: unknown): value is GraphNode {
  return typeof value === "object" && value !== null && !(value instanceof Tensor) && "inputs" in value;
}

/** Throws where a number of a program's own engine cannot be drawn. */
function checkOwn(node: unknown): void {
  const { data, grad, op, inputs } = Object(node) as Record<string, unknown>;
  const wrong = typeof data !== "number"
    ? `data must be a number, not ${describe(data)}`
    : grad !== undefined && typeof grad !== "number"
    ? `grad must be a number, not ${describe(grad)}`
    : op !== undefined && typeof op !== "string"
    ? `op must be text, not ${describe(op)}`
    : Array.isArray(inputs)
    ? ""
    : `inputs must be a list, not ${describe(inputs)}`;
  if (wrong === "") return;
  throw new TypeError(`graph: ${wrong}; a number of your own engine has { data, grad?, op?, inputs }`);
}

/**
 * Takes the snapshot: the numbers as they are now. Their gradients are read when they are shown.
 *
 * @param y The number at the end.
 * @param names What to call numbers.
 * @returns The vertex of y. Inputs are reached from it.
 * @throws {Error} if a number was computed from itself.
 * @throws {TypeError} if a number has none, or its gradient, its operation or its inputs are of another kind.
 */
export function ownSnapshot(y: GraphNode, names: Record<string, unknown>): Vertex {
  const called = new Map(Object.entries(names).map(([name, node]) => [node, name]));
  const vertices = new Map<GraphNode, Vertex>(), begun = new Set<GraphNode>();
  // Inputs first; a stack of its own, since graphs are deeper than calls may be.
  const stack = [y];
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    checkOwn(node);
    const missing = vertices.has(node) ? [] : [...node.inputs].filter((input) => !vertices.has(input));
    if (missing.length === 0) {
      stack.pop();
      if (!vertices.has(node)) vertices.set(node, vertexOf(node, vertices, called.get(node)));
      continue;
    }
    if (begun.has(node)) {
      throw new Error("graph: a number was computed from itself, so there is no first one");
    }
    begun.add(node);
    stack.push(...missing.reverse());
  }
  return vertices.get(y)!;
}

function vertexOf(node: GraphNode, vertices: Map<GraphNode, Vertex>, name = ""): Vertex {
  return {
    id: vertices.size,
    kind: node.inputs.length === 0 ? "leaf" : "operation",
    label: node.op ?? "",
    name,
    given: name !== "",
    shape: [],
    call: null,
    inputs: node.inputs.map((input) => vertices.get(input)!),
    value: Promise.resolve([node.data]),
    slope: () => node.grad === undefined ? null : Promise.resolve([node.grad]),
  };
}
