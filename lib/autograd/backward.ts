/**
 * Gradients flow back: one walk through the graph, from results to the leaves they were computed from, or to the values whose
 * gradients are asked for.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import type { Slice } from "../device/kernels.ts";
import type { Storage } from "../device/storage.ts";
import { Buffer } from "./buffer.ts";
import { carryBack } from "./carry.ts";
import { collect, collects } from "./collect.ts";
import { current, runNow } from "./context.ts";
import { CROSSING } from "./graph.ts";
import type { Guard } from "./guard.ts";
import { type Part, whole } from "./parts.ts";
import { slice } from "./rules/shape.ts";
import { type Flow, type Node, Value } from "./value.ts";
import { Way } from "./walk.ts";
import * as watching from "./watch.ts";

/** Where gradients start: a value that requires one, and ∂L/∂value, of the value's shape. */
export interface Start<T> {
  value: Value;
  seed: T;
}

/** How a walk is made. */
export interface BackwardSettings {
  /** Who walks, for errors. */
  name: string;
  /** Whether another walk through the same graph will follow. */
  retainGraph: boolean;
  /** The values whose gradients are wanted, which are then in no leaf's `grad`; null: those of all leaves, in their `grad`. */
  wanted: readonly Value[] | null;
}

/**
 * Computes gradients with respect to what values were computed from, and adds them to the `grad` of the leaves.
 *
 * @param starts What to differentiate, on one device; the callee owns the seeds.
 * @param settings name, retainGraph, wanted.
 * @returns A gradient for each value that was wanted; null where none comes.
 */
export function backward(starts: readonly Start<Storage>[], settings: BackwardSettings): (Buffer | null)[] {
  const { name, retainGraph, wanted } = settings;
  const guard = current().scope?.guard ?? null;
  const found = goals<Storage>(wanted);
  const way = new Way(starts.map(({ value }) => value.node!), found && new Set(found.keys()));
  try {
    way.check(name);
    if (guard !== null) { for (const { value } of starts) guard.before?.(value); }
  } catch (error) {
    for (const { value, seed } of starts) value.buffer.device.free(seed);
    throw error;
  }
  for (const { value: { node }, seed } of starts) {
    if (way.leadsTo(node!)) give(node!, seed);
    else node!.device.free(seed);
  }
  const flow = new Unrecorded(way.walk);
  try {
    for (const node of way.nodes) {
      flow.join(node);
      if (node.gradient !== null) pass(flow, node, way, guard, found);
      if (!retainGraph && way.passes(node)) release(node);
    }
    if (wanted === null) guard?.after?.(way.nodes);
    return wanted?.map(({ node }) => {
      const storage = found!.get(node!)!;
      return storage === null ? null : new Buffer(node!.device, node!.device.share(storage), name);
    }) ?? [];
  } finally {
    for (const node of way.nodes) {
      if (node.gradient !== null) node.device.free(node.gradient as Storage);
      node.gradient = null;
    }
    for (const [{ device }, parts] of flow.parts) for (const { gradient } of parts) device.free(gradient);
    for (const [node, storage] of found ?? []) if (storage !== null) node.device.free(storage);
  }
}

/** What is found at the nodes of the values that are wanted: nothing yet. */
export function goals<T>(wanted: readonly Value[] | null): Map<Node, T | null> | null {
  return wanted && new Map(wanted.map(({ node }) => [node!, null]));
}

/** Sends a node's gradient on to its inputs. */
function pass(
  flow: Unrecorded,
  node: Node,
  way: Way,
  guard: Guard | null,
  found: Map<Node, Storage | null> | null,
): void {
  const { rule, edges, keeper, hooks, device } = node;
  if (hooks !== null) {
    runNow({ ...current(), recording: false }, () => hooks.forEach((hook) => hook(flow, node)));
  }
  const g = node.gradient as Storage;
  watching.pass(node, g, device);
  if (found?.has(node)) found.set(node, device.share(g));
  if (keeper !== null) {
    if (rule !== null) collect(device, keeper, device.share(g));
    else if (found === null && collects(keeper)) {
      node.gradient = null;
      return collect(device, keeper, g);
    }
  }
  if (rule === slice && guard === null && way.passes(node)) {
    const [from] = edges as [Node];
    node.gradient = null;
    return flow.part(from, { slice: node.attrs as Slice, gradient: g });
  }
  if (rule !== null && typeof rule.gradient !== "string" && way.passes(node)) {
    const { arena, kernels } = device, start = arena.open();
    let made: Storage[], targets: Node[];
    try {
      const compute = rule.gradient(kernels, {
        g,
        inputs: node.inputs.map(storageOf),
        output: storageOf(node.output),
        extra: node.extra.map((buffer) => buffer.storage),
        shapes: node.shapes,
        needs: way.needs(edges),
        attrs: node.attrs,
      });
      ({ made, targets } = way.gradients(edges, compute));
    } catch (error) {
      arena.abandon(start);
      throw error;
    }
    made = arena.close(start, made);
    if (guard !== null) look(guard, node, device, made, targets);
    targets.forEach((target, i) => give(target, made[i]));
  } else if (rule === CROSSING && way.passes(node)) {
    const [from] = edges as [Node];
    give(from, carryBack(g, device, from.device));
  }
  node.gradient = null;
  device.free(g);
}

/** Adds a gradient to what has come to a node; takes it. */
function give(node: Node, gradient: Storage): void {
  const before = node.gradient as Storage | null, { device } = node;
  if (before === null) {
    node.gradient = gradient;
    return;
  }
  node.gradient = device.arena.tidy(() => device.kernels.add(before, gradient));
  device.free(before);
  device.free(gradient);
}

/** The gradients of a walk that nobody will differentiate again. */
class Unrecorded implements Flow {
  /** What has come to a node from slices of it. */
  readonly parts: Map<Node, Part[]> = new Map();

  constructor(readonly walk: number) {}

  /** Keeps the gradient of a slice of a node until all are there; takes it. */
  part(node: Node, part: Part): void {
    const parts = this.parts.get(node);
    if (parts === undefined) this.parts.set(node, [part]);
    else parts.push(part);
  }

  /** Adds what came from slices of a node to its gradient. */
  join(node: Node): void {
    const parts = this.parts.get(node);
    if (parts === undefined) return;
    this.parts.delete(node);
    give(node, whole(node.device, node.shape, parts));
  }

  gradient({ gradient, device }: Node): Value | null {
    if (gradient === null) return null;
    return new Value(new Buffer(device, device.share(gradient as Storage), "backward"));
  }

  replace(node: Node, { buffer }: Value): void {
    const before = node.gradient as Storage | null;
    node.gradient = node.device.share(buffer.storage);
    if (before !== null) node.device.free(before);
  }
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
  node.attrs = null;
  node.hooks = null;
  node.spent = true;
}
