/**
 * Puts what happens inside a module into one box, so that a large network fits on a page.
 *
 * @module
 */
import type { Scope } from "../../autograd/scope.ts";
import { sizeOf } from "../../device/shape.ts";
import type { Vertex } from "./snapshot.ts";

/** One box of the picture, as it is drawn. */
export interface Box {
  /** Rises along the data. */
  id: number;
  kind: Vertex["kind"] | "module";
  /** The operation, or the class of the module. */
  label: string;
  /** What the reader calls it; the path of a module in its network. */
  name: string;
  shape: readonly number[];
  inputs: Box[];
  value: Vertex["value"];
  slope: Vertex["slope"];
  /** How many numbers are learned inside a module. */
  parameters: number;
  /** The modules around it that are drawn open, outer ones first. */
  around: Frame[];
}

/** A module that is drawn open: a frame around what happens inside. */
interface Frame {
  id: number;
  label: string;
  name: string;
}

/** Each call of a module, from the outermost to the one that made the vertex. */
function chainOf(call: Scope | null, known: Map<Scope | null, Scope[]>): Scope[] {
  const found = known.get(call);
  if (found !== undefined) return found;
  const chain: Scope[] = [];
  for (let scope = call; scope !== null; scope = scope.parent) {
    if (scope.place !== (scope.parent?.place ?? "")) chain.unshift(scope);
  }
  known.set(call, chain);
  return chain;
}

/** All vertices behind one, with it, inputs first. */
export function behind<V extends { id: number; inputs: V[] }>(root: V): V[] {
  const seen = new Set([root]);
  for (const one of seen) for (const input of one.inputs) seen.add(input);
  return [...seen].sort((a, b) => a.id - b.id);
}

/**
 * Draws modules closed from a depth on.
 *
 * @param root The vertex at the end.
 * @param depth Modules inside of so many others stay open; undefined: as many as give at most `limit` boxes.
 * @param limit How many boxes fit on a page.
 * @returns The box of the end.
 */
export function collapse(root: Vertex, depth: number | undefined, limit: number): Box {
  const vertices = behind(root);
  const chains = new Map<Scope | null, Scope[]>();
  const deepest = Math.max(...vertices.map(({ call }) => chainOf(call, chains).length));
  const paths = pathsOf(vertices, chains);
  if (depth !== undefined) return boxesOf(root, vertices, chains, paths, depth);
  for (let open = deepest; open >= 0; open--) {
    const box = boxesOf(root, vertices, chains, paths, open);
    if (open === 0 || behind(box).length <= limit) return box;
  }
  throw new Error("unreachable");
}

function boxesOf(
  root: Vertex,
  vertices: Vertex[],
  chains: Map<Scope | null, Scope[]>,
  paths: Map<Scope, string>,
  open: number,
): Box {
  /** The closed module that a vertex is inside of. */
  const closed = new Map<Vertex, Scope>();
  const readers = new Map<Vertex, Vertex[]>();
  const outer = new Set([...chains.values()].flatMap((chain) => chain.slice(0, -1)));
  const everything = [...chains.values()].every(({ length }) => length <= open);
  for (const vertex of vertices) {
    const chain = chainOf(vertex.call, chains);
    const last = chain.at(-1);
    // Where some modules are closed, those that hold no others are, too.
    const single = !everything && chain.length > 1 && !outer.has(last!) ? last : undefined;
    const module = chain[open] ?? single;
    if (module !== undefined) closed.set(vertex, module);
    for (const input of vertex.inputs) {
      const list = readers.get(input);
      if (list === undefined) readers.set(input, [vertex]);
      else list.push(vertex);
    }
  }
  // What only one module reads belongs to it: weights, running statistics.
  for (const vertex of vertices) {
    if (vertex.kind === "operation" || isInput(vertex)) continue;
    const modules = new Set(readers.get(vertex)?.map((reader) => closed.get(reader)));
    const [module] = modules;
    if (modules.size === 1 && module !== undefined) closed.set(vertex, module);
  }
  const boxes = new Map<Vertex | Scope, Box>();
  const made = new Map<Scope, number>();
  const frame = (scope: Scope): Frame => {
    if (!made.has(scope)) made.set(scope, made.size);
    return { id: made.get(scope)!, label: className(scope), name: paths.get(scope) ?? "" };
  };
  for (const vertex of vertices) {
    const module = closed.get(vertex);
    const key = module ?? vertex;
    const box = boxes.get(key);
    const chain = chainOf(vertex.kind === "operation" ? vertex.call : home(vertex, readers), chains);
    const around = chain.slice(0, open).filter((scope) => scope !== module).map(frame);
    if (box === undefined) {
      boxes.set(key, {
        ...vertex,
        ...module === undefined
          ? {}
          : { kind: "module" as const, label: className(module), name: paths.get(module) ?? "" },
        inputs: [],
        parameters: 0,
        around,
      });
    } else if (vertex.kind === "operation") {
      // The last result is what the module returns.
      const { id, shape, value, slope } = vertex;
      Object.assign(box, { id, shape, value, slope, around });
    }
    if (module !== undefined && vertex.kind === "leaf") {
      boxes.get(key)!.parameters += sizeOf(vertex.shape);
    }
  }
  for (const vertex of vertices) {
    const box = boxes.get(closed.get(vertex) ?? vertex)!;
    for (const input of vertex.inputs) {
      const from = boxes.get(closed.get(input) ?? input)!;
      if (from !== box && (box.kind !== "module" || !box.inputs.includes(from))) box.inputs.push(from);
    }
  }
  withoutLonelyFrames([...boxes.values()]);
  return boxes.get(closed.get(root) ?? root)!;
}

/** A frame around a single box says nothing that the box does not say. */
function withoutLonelyFrames(boxes: Box[]): void {
  const inside = new Map<number, number>();
  for (const { around } of boxes) for (const { id } of around) inside.set(id, (inside.get(id) ?? 0) + 1);
  for (const box of boxes) box.around = box.around.filter(({ id }) => inside.get(id)! > 1);
}

/** What the reader named is an input, not a module's own business. */
function isInput(vertex: Vertex): boolean {
  return vertex.kind !== "operation" && vertex.given;
}

/** Where a leaf is drawn: beside its only reader. */
function home(vertex: Vertex, readers: Map<Vertex, Vertex[]>): Scope | null {
  const found = readers.get(vertex) ?? [];
  return found.length === 1 && !isInput(vertex) ? found[0].call : null;
}

/** The class of the module that was called. */
function className(scope: Scope): string {
  return scope.place.slice(scope.place.lastIndexOf(" > ") + 1).replace(/^> /, "") || "Module";
}

/**
 * The paths of modules, as far as their parameters tell: what reads "layer1.0.conv1.weight" is "layer1.0.conv1", and the modules around
 * it are called as far as their parts agree.
 */
function pathsOf(vertices: Vertex[], chains: Map<Scope | null, Scope[]>): Map<Scope, string> {
  const parts = new Map<Scope, string[]>();
  for (const vertex of vertices) {
    for (const { kind, name } of vertex.inputs) {
      if (kind !== "leaf" || !name.includes(".")) continue;
      const path = name.split(".").slice(0, -1);
      // A module around another has the shorter path, if it holds no more than that.
      const outwards = chainOf(vertex.call, chains).toReversed();
      for (const [levels, scope] of outwards.entries()) {
        const own = path.slice(0, Math.max(0, path.length - levels));
        const known = parts.get(scope);
        parts.set(scope, known === undefined ? own : known.slice(0, agreement(known, own)));
      }
    }
  }
  return new Map([...parts].map(([scope, path]) => [scope, path.join(".")]));
}

/** How many parts of two paths agree from the start. */
function agreement(a: string[], b: string[]): number {
  const differ = a.findIndex((part, i) => part !== b[i]);
  return differ < 0 ? a.length : differ;
}
