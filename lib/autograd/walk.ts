/**
 * Which nodes of a graph a gradient passes, and in which order.
 *
 * @module
 */
import type { Node } from "./value.ts";

let walks = 0;

/** All nodes that a gradient reaches from `roots`, latest first: creation order is a topological order. */
export function reachable(...roots: Node[]): Node[] {
  const found: Node[] = [];
  const walk = ++walks;
  for (const root of roots) {
    if (root.walk === walk) continue;
    root.walk = walk;
    found.push(root);
  }
  for (let i = 0; i < found.length; i++) {
    for (const edge of found[i].edges) {
      if (edge === null || edge.walk === walk) continue;
      edge.walk = walk;
      found.push(edge);
    }
  }
  return found.sort((a, b) => b.id - a.id);
}

/** A way through a graph: to all leaves, or to some nodes and no further. */
export class Way {
  /** The nodes on it, latest first. */
  readonly nodes: readonly Node[];
  /** The number of the walk, of which there is one at a time. */
  readonly walk: number;
  /** What has led to one of the goals; null: all that there is. */
  readonly #leads: Set<Node> | null = null;
  readonly #goals: ReadonlySet<Node> | null;
  /** A node that an earlier walk has freed, and of which nobody knows any more where it led to. */
  readonly #spent: Node | undefined;

  /**
   * Finds the way.
   *
   * @param roots Where it begins.
   * @param goals Where it ends; null: at the leaves.
   */
  constructor(roots: readonly Node[], goals: ReadonlySet<Node> | null) {
    const nodes = reachable(...roots);
    this.walk = walks;
    this.#goals = goals;
    this.#spent = nodes.find(({ spent }) => spent);
    if (goals === null) {
      this.nodes = nodes;
      return;
    }
    const leads = this.#leads = new Set<Node>();
    for (let i = nodes.length - 1; i >= 0; i--) {
      if (nodes[i].edges.some((edge) => edge !== null && this.leadsTo(edge))) leads.add(nodes[i]);
    }
    this.nodes = nodes.filter((node) => this.leadsTo(node));
  }

  /** Whether the gradient of a node is asked for, or that of one behind it. */
  leadsTo(node: Node): boolean {
    return this.#leads === null || this.#leads.has(node) || this.#goals!.has(node);
  }

  /** Whether a node's own rule is needed. */
  passes(node: Node): boolean {
    return this.#leads === null || this.#leads.has(node);
  }

  /** Which of a node's inputs need a gradient. */
  needs(edges: Node["edges"]): boolean[] {
    return edges.map((edge) => edge !== null && this.leadsTo(edge));
  }

  /** The gradients of a node's inputs that are needed, and the nodes that they go to. */
  gradients<T>(edges: Node["edges"], compute: ((() => T | null) | null)[]): { made: T[]; targets: Node[] } {
    const made: T[] = [], targets: Node[] = [];
    for (let i = 0; i < edges.length; i++) {
      const edge = edges[i], one = compute[i];
      if (edge === null || one === null || !this.leadsTo(edge)) continue;
      const gradient = one();
      // An operation of a program's own may say that there is none.
      if (gradient === null) continue;
      made.push(gradient);
      targets.push(edge);
    }
    return { made, targets };
  }

  /** Throws if a node on the way cannot give its gradient: before anything is computed, so that no `grad` is half a sum. */
  check(name: string): void {
    if (this.#spent !== undefined) {
      throw new Error(
        `${name}: the graph through ${this.#spent.name}() was freed by an earlier backward(); ` +
          `compute the tensor again, or call backward(undefined, { retainGraph: true }) the first time`,
      );
    }
    for (const node of this.nodes) {
      if (!this.passes(node)) continue;
      // Reading what was freed throws.
      for (const saved of node.inputs) saved?.storage;
      node.output?.storage;
    }
  }
}
