/**
 * Gradients flow back: one walk through the graph, from a result to the leaves it was computed from.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import type { Storage } from "../device/storage.ts";
import { Buffer } from "./buffer.ts";
import { current, runNow } from "./context.ts";
import { extraValue } from "./graph.ts";
import type { Guard } from "./guard.ts";
import { replace } from "./in_place.ts";
import { Recorded } from "./recorded.ts";
import type { Gradients } from "./rule.ts";
import { moveTo } from "./scope.ts";
import { type Node, Value } from "./value.ts";
import * as watching from "./watch.ts";

let walks = 0;

/** All nodes a gradient reaches from `root`, latest first: creation order is a topological order. */
export function reachable(root: Node): Node[] {
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
  const { device } = value.buffer, guard = current().scope?.guard ?? null;
  const root = value.node!;
  const order = reachable(root);
  try {
    order.forEach(checkSaved);
    guard?.before?.(value);
  } catch (error) {
    device.free(seed);
    throw error;
  }
  root.gradient = seed;
  try {
    for (const node of order) {
      if (node.gradient !== null) pass(device, node, node.gradient as Storage, guard);
      if (!retainGraph) release(node);
    }
  } finally {
    for (const node of order) {
      if (node.gradient !== null) device.free(node.gradient as Storage);
      node.gradient = null;
    }
  }
  guard?.after?.(order);
}

/** Sends a node's gradient on to its inputs. */
function pass(device: Device, node: Node, g: Storage, guard: Guard | null): void {
  const { rule, edges, keeper } = node;
  watching.pass(node, g, device);
  if (keeper !== null) {
    if (rule === null) {
      node.gradient = null;
      return collects(keeper) ? collect(device, keeper, g) : device.free(g);
    }
    collect(device, keeper, device.share(g));
  }
  if (rule !== null && typeof rule.gradient !== "string") {
    const { arena, kernels } = device, start = arena.open();
    const targets: Node[] = [];
    let made: Storage[];
    try {
      const compute = rule.gradient(kernels, {
        g,
        inputs: node.inputs.map(storageOf),
        output: storageOf(node.output),
        extra: node.extra.map((buffer) => buffer.storage),
        shapes: node.shapes,
        attrs: node.attrs,
      });
      made = computed(compute, edges, targets);
    } catch (error) {
      arena.abandon(start);
      throw error;
    }
    made = arena.close(start, made);
    if (guard !== null) look(guard, node, device, made, targets);
    for (let i = 0; i < targets.length; i++) {
      const before = targets[i].gradient as Storage | null;
      targets[i].gradient = before === null ? made[i] : sum(device, before, made[i]);
    }
  }
  node.gradient = null;
  device.free(g);
}

/** Shows the gradients of a node's inputs to a guard, who may end it here. */
function look(
  guard: Guard,
  node: Node,
  device: Device,
  made: readonly Storage[],
  targets: readonly Node[],
): void {
  if (guard.passed === undefined) return;
  try {
    made.forEach((gradient, i) => guard.passed!(node, gradient, device, node.edges.indexOf(targets[i])));
  } catch (error) {
    for (const gradient of made) device.free(gradient);
    throw error;
  }
}

/** What a node saved; a missing one is never read. */
function storageOf(saved: Buffer | null): Storage {
  return saved === null ? undefined! : saved.storage;
}

/** Whether a leaf of the graph still collects a gradient: it may have been frozen since. */
function collects(leaf: Value): boolean {
  return leaf.requiresGrad && leaf.isLeaf;
}

/** The gradients of the inputs that need one, and the nodes that they go to. */
function computed<T>(compute: Gradients<T>, edges: Node["edges"], targets: Node[]): T[] {
  const gradients: T[] = [];
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i], one = compute[i];
    if (edge === null || one === null) continue;
    gradients.push(one());
    targets.push(edge);
  }
  return gradients;
}

/**
 * As {@linkcode backward}, with gradients that have a history of their own, inside of noGrad() too. The graph stays, since
 * their history leads through it.
 *
 * @param seed ∂L/∂value, of the value's shape.
 */
export function backwardRecorded(value: Value, seed: Value): void {
  const { scope } = current();
  scope?.guard?.before?.(value);
  runNow({ recording: true, scope }, () => walkRecorded(value, seed));
}

function walkRecorded(value: Value, seed: Value): void {
  const root = value.node!;
  const order = reachable(root), k = new Recorded(value.buffer.device);
  order.forEach(checkSaved);
  root.gradient = seed;
  try {
    for (const node of order) {
      const { gradient, rule, edges, keeper } = node;
      if (gradient === null) continue;
      const g = gradient as Value;
      node.gradient = null;
      watching.pass(node, g.buffer.storage, g.buffer.device);
      if (keeper !== null && (rule !== null || collects(keeper))) {
        const { grad } = keeper;
        keeper.grad = grad === null || grad.buffer.freed ? own(k, g) : k.add(grad, g);
        keeper.grad.lasting = true;
        live(keeper, keeper.grad.buffer);
      }
      if (rule === null || typeof rule.gradient === "string") continue;
      // With a history: that of an input is its own, that of the output the node's.
      const saved = (one: Buffer | null, edge: Node | null) =>
        one === null ? undefined! : new Value(one, edge);
      const compute = rule.gradient(k, {
        g,
        inputs: node.inputs.map((one, i) => saved(one, edges[i])),
        output: saved(node.output, node),
        extra: node.extra.map((_, i) => extraValue(node, i)),
        shapes: node.shapes,
        attrs: node.attrs,
      });
      const targets: Node[] = [];
      computed(compute, edges, targets).forEach((one, i) => {
        const before = targets[i].gradient as Value | null;
        targets[i].gradient = before === null ? one : k.add(before, one);
      });
    }
  } finally {
    for (const node of order) node.gradient = null;
  }
}

/** The same numbers as a value of its own: of a sum, one gradient is that of all summands, or the seed itself. */
function own(k: Recorded, g: Value): Value {
  return k.permute(g, g.shape.map((_, d) => d));
}

/** Throws if a node cannot give its gradient: before anything is computed, so that no `grad` is half a sum. */
function checkSaved(node: Node): void {
  if (node.spent) {
    throw new Error(
      `backward: the graph through ${node.name}() was freed by an earlier backward(); ` +
        `compute the tensor again, or call backward(undefined, { retainGraph: true }) the first time`,
    );
  }
  node.inputs.forEach(storageOf);
  storageOf(node.output);
}

/** a + b; takes both. */
function sum(device: Device, a: Storage, b: Storage): Storage {
  const result = device.arena.tidy(() => device.kernels.add(a, b));
  device.free(a);
  device.free(b);
  return result;
}

/** Adds a gradient to a value's `grad`. */
function collect(device: Device, value: Value, gradient: Storage): void {
  const { grad } = value;
  if (grad !== null && !grad.buffer.freed) {
    const { storage } = grad.buffer;
    const total = device.arena.tidy(() => device.kernels.add(storage, gradient));
    device.free(gradient);
    // One that is used further may have a history, which is not that of the sum.
    if (!grad.lasting) return replace(grad, total, "backward");
    forgetGradient(value);
    value.grad = new Value(new Buffer(device, total, "backward"));
  } else value.grad = new Value(new Buffer(device, gradient, "backward"));
  live(value, value.grad.buffer);
}

/**
 * Takes a value's gradient away and frees it. One that was made to be used further goes the way of all that is made here.
 */
export function forgetGradient(value: Value): void {
  const { grad } = value;
  value.grad = null;
  if (grad === null) return;
  const { buffer } = grad;
  if (!grad.lasting && buffer.uses === 0) return buffer.free("by zeroGrad()");
  const { scope } = current();
  buffer.kept = false;
  if (scope !== null) moveTo(scope, buffer);
}

/** A gradient lives as long as the scope of what it is the gradient of. */
function live({ buffer }: Value, grad: Buffer): void {
  if (buffer.kept) grad.kept = true;
  else moveTo(buffer.scope, grad);
}

const NONE: never[] = [];

/** Lets go of what a node saved, so that a training step's memory ends with its backward pass. */
function release(node: Node): void {
  if (node.rule === null) return;
  for (const saved of node.inputs) saved?.unuse();
  node.output?.unuse();
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
