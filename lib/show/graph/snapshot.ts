/**
 * A snapshot of the graph behind a tensor: what `backward()` will walk through, and then free.
 *
 * @module
 */
import type { Buffer } from "../../autograd/buffer.ts";
import type { Scope } from "../../autograd/scope.ts";
import type { Node } from "../../autograd/value.ts";
import { watch } from "../../autograd/watch.ts";
import { sizeOf } from "../../device/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { legible } from "../../text/escape.ts";

/** One box of the picture, as it was recorded. */
export interface Vertex {
  /** Rises along the data. */
  id: number;
  /** An operation; a leaf that gradients arrive at; a constant that they do not. */
  kind: "operation" | "leaf" | "constant";
  /** The operation's name. */
  label: string;
  /** What the reader calls it; "" if that is unknown. */
  name: string;
  /** Whether it is a leaf or a constant that the reader named with `names`, and no module did. */
  given: boolean;
  /** As the reader sees it. */
  shape: readonly number[];
  /** The call of a module that it was made in. */
  call: Scope | null;
  inputs: Vertex[];
  /** Its numbers, if they are few. */
  value: Promise<ArrayLike<number>> | null;
  /** Asks for its gradient, as far as one has come; null: none ever will. */
  slope: (() => Promise<ArrayLike<number>> | null) | null;
}

/** Names for tensors: by name, or a module, whose parameters have names. */
export type Names = Record<string, Tensor> | {
  namedParameters(): Iterable<readonly [string, Tensor]>;
};

/** Steps that only lay numbers out in another way. A picture says nothing about them, where anything else happens. */
const PLUMBING = new Set(["reshape", "cast", "expand", "clone"]);
/** Values of more numbers than this are not read. */
const MOST = 16;

/**
 * Takes the snapshot. From here on `backward()` keeps the gradients of small intermediate results too, so that the picture can show
 * them.
 *
 * @param y The tensor at the end.
 * @param names What to call tensors.
 * @returns The vertex of y. Inputs are reached from it.
 * @throws {Error} if there is no graph behind y, or `backward()` has freed it.
 */
export function snapshot(y: Tensor, names: Names[]): Vertex {
  const { node } = y.value;
  if (node === null) {
    throw new Error(
      "graph: this tensor has no graph: nothing that it was computed from requires a gradient, or it was computed inside noGrad()",
    );
  }
  if (node.spent) {
    throw new Error(
      `graph: the graph behind this tensor was freed by backward(). Call graph(y) before y.backward(); ` +
        `shown after it, the picture has the gradients too`,
    );
  }
  const [nodes, called] = [collect(node), nameTable(names)];
  const vertices = new Map<Node, Vertex>(), constants = new Map<Buffer, Vertex>();
  for (const one of nodes) {
    const vertex = one.rule === null ? leafOf(one, called) : operationOf(one, called);
    vertices.set(one, vertex);
    vertex.inputs = one.edges.map((edge, i) => {
      if (edge !== null) return vertices.get(edge)!;
      const buffer = one.constants?.[i] ?? one.inputs[i] ?? undefined;
      const known = buffer === undefined ? undefined : constants.get(buffer);
      const made = known ?? constantOf(one, i, buffer, called);
      if (buffer !== undefined) constants.set(buffer, made);
      return made;
    });
  }
  return withoutPlumbing(vertices.get(node)!, [...vertices.values()]);
}

/** All nodes behind one, inputs first. */
function collect(root: Node): Node[] {
  const seen = new Set([root]);
  for (const node of seen) for (const edge of node.edges) if (edge !== null) seen.add(edge);
  return [...seen].sort((a, b) => a.id - b.id);
}

type NameTable = Map<unknown, { name: string; given: boolean; shape: readonly number[] }>;

/** Names by what they name: a value where gradients arrive, a node, or numbers. */
function nameTable(names: Names[]): NameTable {
  const table: NameTable = new Map();
  for (const source of names) {
    const { namedParameters } = source;
    const given = typeof namedParameters !== "function";
    const entries = given ? Object.entries(source) : namedParameters.call(source);
    for (const [name, tensor] of entries as Iterable<readonly [string, unknown]>) {
      if (!(tensor instanceof Tensor)) {
        throw new TypeError(`graph: names.${legible(name)} must be a tensor`);
      }
      const { node, buffer } = tensor.value;
      for (const key of [node, memoryOf(buffer)]) {
        if (key !== null && !table.has(key)) table.set(key, { name, given, shape: tensor.shape });
      }
    }
  }
  return table;
}

/** What tells whether two buffers hold the same numbers, if only in another shape. */
function memoryOf(buffer: Buffer): object | null {
  return buffer.freed ? null : buffer.storage.dataId;
}

function leafOf(node: Node, names: NameTable): Vertex {
  const { buffer } = node.keeper!;
  const known = names.get(node);
  return {
    id: node.id,
    kind: "leaf",
    label: node.spent ? "freed" : "",
    name: known?.name ?? "",
    given: known?.given ?? false,
    shape: buffer.shape,
    call: null,
    inputs: [],
    value: valueOf(buffer),
    slope: () => gradientOf(node.keeper!.grad?.buffer ?? null),
  };
}

function operationOf(node: Node, names: NameTable): Vertex {
  const { result, shape } = node;
  const watched = result === null ? null : watch(node);
  return {
    id: node.id,
    kind: "operation",
    label: node.name,
    name: names.get(node)?.name ?? "",
    given: false,
    shape,
    call: node.call,
    inputs: [],
    value: result === null ? null : valueOf(result),
    slope: watched === null ? null : () => watched.gradient,
  };
}

function constantOf(
  node: Node,
  index: number,
  buffer: Buffer | undefined,
  names: NameTable,
): Vertex {
  const known = buffer && names.get(memoryOf(buffer));
  return {
    id: node.id - 0.5 + index * 0.01,
    kind: "constant",
    label: "",
    name: known?.name ?? "",
    given: known?.given ?? false,
    shape: known?.shape ?? node.shapes[index],
    call: null,
    inputs: [],
    value: buffer === undefined ? null : valueOf(buffer),
    slope: null,
  };
}

/** Begins to read the numbers as they are now; whoever changes them in place later does not change the picture. */
function valueOf(buffer: Buffer): Vertex["value"] {
  if (buffer.freed || sizeOf(buffer.shape) > MOST) return null;
  const value = Promise.resolve(buffer.device.read(buffer.storage));
  // Nobody may ever show it; then nobody is to hear that reading failed.
  value.catch(() => {});
  return value;
}

/** The gradient of a leaf, as it is now. */
function gradientOf(grad: Buffer | null): Promise<ArrayLike<number>> | null {
  return grad === null || grad.freed || sizeOf(grad.shape) > MOST ? null : grad.device.read(grad.storage);
}

/** Connects what stands before a step of plumbing with what stands behind it. */
function withoutPlumbing(root: Vertex, vertices: Vertex[]): Vertex {
  const readers = new Map<Vertex, number>();
  for (const { inputs } of vertices) {
    for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  // A module that does nothing else, such as Flatten, keeps its step.
  const calls = new Map<Scope, boolean>();
  for (const { call, label } of vertices) {
    if (call !== null) calls.set(call, (calls.get(call) ?? false) || !PLUMBING.has(label));
  }
  const standsFor = new Map<Vertex, Vertex>();
  for (const vertex of vertices) {
    vertex.inputs = vertex.inputs.map((input) => standsFor.get(input) ?? input);
    if (vertex.kind !== "operation" || !PLUMBING.has(vertex.label)) continue;
    const [before] = vertex.inputs;
    if (vertex.call !== null && !calls.get(vertex.call) && before.call !== vertex.call) continue;
    standsFor.set(vertex, before);
    if (before.kind !== "operation" || (readers.get(before) ?? 0) > 1) continue;
    // Nobody else sees the result as it was before: it looks as it does after.
    if (vertex.call === before.call) before.shape = vertex.shape;
    before.value = vertex.value ?? before.value;
    before.slope = vertex.slope ?? before.slope;
    before.name ||= vertex.name;
  }
  return standsFor.get(root) ?? root;
}
