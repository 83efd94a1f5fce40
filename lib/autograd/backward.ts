/**
 * Gradients flow back: one walk through the graph, from a result to the leaves it was computed from.
 *
 * @module
 */
import type { Device, Storage } from "../device/device.ts";
import { type Kernels, kernels } from "../device/kernels.ts";
import { Buffer } from "./buffer.ts";
import type { Node, Saved, Value } from "./value.ts";

let walks = 0;

/** All nodes a gradient reaches from `root`, latest first: creation order is a topological order. */
function reachable(root: Node): Node[] {
  const found = [root];
  const walk = ++walks;
  root.walk = walk;
  for (let i = 0; i < found.length; i++) {
    for (const edge of found[i].edges) {
      if (edge === null || edge.walk === walk) continue;
      edge.walk = walk;
      found.push(edge);
    }
  }
  return found.sort((a, b) => b.id - a.id);
}

/**
 * Computes the gradients of a value with respect to the leaves it was computed from, and adds them to their `grad`.
 *
 * @param value What to differentiate.
 * @param seed ∂L/∂value, of the value's shape; the callee owns it.
 * @param retainGraph Whether another backward() through the same graph will follow.
 */
export function backward(value: Value, seed: Storage, retainGraph: boolean): void {
  const { device } = value.buffer;
  const k = kernels(device);
  const root = value.node!;
  const order = reachable(root);
  try {
    order.forEach(checkSaved);
  } catch (error) {
    device.free(seed);
    throw error;
  }
  root.gradient = seed;
  try {
    for (const node of order) {
      if (node.gradient !== null) pass(k, node);
      if (!retainGraph) release(node);
    }
  } finally {
    for (const node of order) {
      if (node.gradient !== null) device.free(node.gradient);
      node.gradient = null;
    }
  }
}

/** Sends a node's gradient on to its inputs. */
function pass(k: Kernels, node: Node): void {
  const g = node.gradient!;
  const { rule, edges } = node;
  const { device } = k;
  if (node.keeper !== null) {
    if (rule === null) {
      node.gradient = null;
      return collect(device, node.keeper, g);
    }
    collect(device, node.keeper, device.share(g));
  }
  if (rule !== null && typeof rule.gradient !== "string") {
    const compute = rule.gradient(k, {
      g,
      inputs: node.inputs.map((saved) => recall(node, saved)),
      output: recall(node, node.output),
      extra: node.extra.map((buffer) => buffer.storage),
      shapes: node.shapes,
      attrs: node.attrs,
    });
    const targets: Node[] = [];
    const made = k.tidy(() => {
      const gradients: Storage[] = [];
      for (let i = 0; i < edges.length; i++) {
        const edge = edges[i], one = compute[i];
        if (edge === null || one === null) continue;
        gradients.push(one());
        targets.push(edge);
      }
      return gradients;
    });
    for (let i = 0; i < targets.length; i++) {
      const { gradient } = targets[i];
      targets[i].gradient = gradient === null ? made[i] : sum(device, gradient, made[i]);
    }
  }
  node.gradient = null;
  device.free(g);
}

/** Throws if a node cannot give its gradient: before anything is computed, so that no `grad` is half a sum. */
function checkSaved(node: Node): void {
  if (node.spent) {
    throw new Error(
      `backward: the graph through ${node.name}() was freed by an earlier backward(); ` +
        `compute the tensor again, or call backward(undefined, { retainGraph: true }) the first time`,
    );
  }
  for (const saved of node.inputs) recall(node, saved);
  recall(node, node.output);
}

/** What a node saved; an error if it was changed in place since, or freed. A missing one is never read. */
function recall(node: Node, saved: Saved | null): Storage {
  if (saved === null) return undefined!;
  if (saved.buffer.version !== saved.version) {
    throw new Error(
      `backward: ${node.name}() saved a tensor [${
        saved.buffer.shape.join(", ")
      }] for its gradient, and it was changed ` +
        `in place afterwards; use the operation without the underscore`,
    );
  }
  return saved.buffer.storage;
}

/** a + b; takes both. */
function sum(device: Device, a: Storage, b: Storage): Storage {
  const result = device.run("Add", { a, b });
  device.free(a);
  device.free(b);
  return result;
}

/** Adds a gradient to a value's `grad`; it lives as long as the value's own scope. */
function collect(device: Device, value: Value, gradient: Storage): void {
  if (value.grad !== null && !value.grad.freed) {
    value.grad.replace(device.run("Add", { a: value.grad.storage, b: gradient }));
    device.free(gradient);
    return;
  }
  const { buffer } = value;
  value.grad = new Buffer(device, gradient, "backward");
  if (buffer.kept) value.grad.kept = true;
  else if (value.grad.scope !== buffer.scope) {
    value.grad.scope = buffer.scope;
    buffer.scope?.buffers.push(value.grad);
  }
}

const NONE: never[] = [];

/** Lets go of what a node saved, so that a training step's memory ends with its backward pass. */
function release(node: Node): void {
  if (node.rule === null) return;
  for (const saved of node.inputs) saved?.buffer.unuse();
  node.output?.buffer.unuse();
  for (const buffer of node.extra) {
    buffer.unuse();
    if (buffer.uses === 0) buffer.free("by backward()");
  }
  node.inputs = node.extra = node.edges = NONE;
  node.output = null;
  node.result = null;
  node.constants = null;
  node.spent = true;
}
