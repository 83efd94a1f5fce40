/**
 * The graph is recorded as operations run, and walked once in reverse by `backward()`.
 *
 * @module
 */
import { type Kernels, kernels } from "../device/kernels.ts";
import type { Device, Storage } from "../device/device.ts";
import { Buffer } from "./buffer.ts";
import { type RuleName, rules } from "./rules/mod.ts";
import type { Rule, Settings } from "./rule.ts";
import { type Node, type Saved, Value } from "./value.ts";

let recording = true;
let nodes = 0;

/** Whether operations are recorded now: false inside `noGrad`. */
export function isRecording(): boolean {
  return recording;
}

/**
 * Runs a function without recording operations: nothing inside requires a gradient, and leaves may be changed in place.
 *
 * @param body The function. If it is asynchronous, recording starts again when its promise settles.
 * @returns What `body` returns.
 * @example
 * ```ts
 * import { noGrad, tensor } from "descent";
 * const w = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => w.sub_(0.5));
 * console.log(await w.array()); // [0.5, 1.5]
 * ```
 */
export function noGrad<T>(body: () => T): T {
  const before = recording;
  recording = false;
  let result: T | undefined;
  try {
    return result = body();
  } finally {
    if (result instanceof Promise) {
      recording = false;
      const restore = () => {
        recording = before;
      };
      result.then(restore, restore);
    } else recording = before;
  }
}

/** A leaf: a value that gradients are collected in. */
export function leaf(buffer: Buffer, requiresGrad: boolean): Value {
  const value = new Value(buffer);
  if (requiresGrad) value.node = newNode("leaf", null, undefined, [], [], value);
  return value;
}

function newNode(
  name: string,
  rule: Node["rule"],
  attrs: unknown,
  edges: (Node | null)[],
  shapes: number[][],
  keeper: Value | null,
  place = "",
): Node {
  return {
    id: nodes++,
    name,
    rule,
    attrs,
    edges,
    shapes,
    inputs: [],
    output: null,
    extra: [],
    place,
    gradient: null,
    keeper,
    spent: false,
  };
}

function save(buffer: Buffer): Saved {
  buffer.uses++;
  return { buffer, version: buffer.version };
}

/**
 * Applies a rule of the table.
 *
 * @param name The rule.
 * @param inputs Values on one device.
 * @param attrs The rule's settings.
 * @returns The result; its graph is recorded if an input requires a gradient.
 */
export function apply<N extends RuleName>(
  name: N,
  inputs: Value[],
  attrs: Settings<(typeof rules)[N]>,
): Value {
  const [value, ...extra] = applyMany(name, inputs, attrs);
  if (value.node === null) { for (const buffer of extra) buffer.free(`with ${name}()`); }
  return value;
}

/** As {@linkcode apply}, with whatever else the rule's forward returned; no gradient flows through that. */
export function applyMany<N extends RuleName>(
  name: N,
  inputs: Value[],
  attrs: Settings<(typeof rules)[N]>,
): [Value, ...Buffer[]] {
  const rule = rules[name] as Rule<unknown>;
  const device = commonDevice(name, inputs);
  const k = kernels(device);
  const storages = inputs.map(storageOf);
  const made = k.tidy(() => rule.forward(k, storages, attrs));
  const results = Array.isArray(made) ? made.map((storage) => new Buffer(device, storage, name)) : null;
  const buffer = results === null ? new Buffer(device, made as Storage, name) : results[0];
  const extra = results === null ? [] : results.slice(1);
  const value = new Value(buffer);
  if (recording && typeof rule.gradient !== "string" && inputs.some(needsGradient)) {
    value.node = record(name, rule, attrs, inputs, buffer, extra);
  }
  return [value, ...extra];
}

const storageOf = (value: Value): Storage => value.buffer.storage;
const needsGradient = (value: Value): boolean => value.node !== null;

/** The node that remembers an operation. */
function record(
  name: string,
  rule: Rule<unknown>,
  attrs: unknown,
  inputs: Value[],
  buffer: Buffer,
  extra: Buffer[],
): Node {
  const edges = inputs.map((input) => input.node);
  const shapes = inputs.map((input) => input.buffer.shape);
  const node = newNode(name, rule, attrs, edges, shapes, null, buffer.place);
  const saves = rule.saves.inputs;
  if (saves !== undefined) {
    const needs = inputs.map(needsGradient);
    node.inputs = inputs.map((input, i) => saves(i, needs) ? save(input.buffer) : null);
  }
  if (rule.saves.output) node.output = save(buffer);
  for (const one of extra) one.uses++;
  node.extra = extra;
  return node;
}

/**
 * The device that all values live on.
 *
 * @throws {TypeError} if there are two.
 */
export function commonDevice(name: string, values: Value[]): Device {
  const { device } = values[0].buffer;
  for (const value of values) {
    if (value.buffer.device !== device) {
      throw new TypeError(
        `${name}: one tensor lives on the ${device.name} device, another on ${value.buffer.device.name}; ` +
          `call useDevice() before the tensors are made, or copy one: tensor(await x.data(), { shape: x.shape })`,
      );
    }
  }
  return device;
}

/** All nodes a gradient reaches from `root`, latest first: creation order is a topological order. */
function reachable(root: Node): Node[] {
  const seen = new Set([root]);
  for (const node of seen) for (const edge of node.edges) if (edge !== null) seen.add(edge);
  return [...seen].sort((a, b) => b.id - a.id);
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
  const { rule } = node;
  if (node.keeper !== null) collect(k.device, node.keeper, k.device.share(g));
  if (rule !== null && typeof rule.gradient !== "string") {
    const gradients = rule.gradient(k, {
      g,
      inputs: node.inputs.map((saved) => recall(node, saved)),
      output: recall(node, node.output),
      extra: node.extra.map((buffer) => buffer.storage),
      shapes: node.shapes,
      attrs: node.attrs,
    });
    const targets = node.edges.flatMap((edge, i) => {
      const compute = edge === null ? null : gradients[i];
      return edge === null || compute === null ? [] : [{ edge, compute }];
    });
    const made = k.tidy(() => targets.map(({ compute }) => compute()));
    targets.forEach(({ edge }, i) => {
      edge.gradient = edge.gradient === null ? made[i] : sum(k.device, edge.gradient, made[i]);
    });
  }
  node.gradient = null;
  k.device.free(g);
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

/** Lets go of what a node saved, so that a training step's memory ends with its backward pass. */
function release(node: Node): void {
  if (node.rule === null) return;
  for (const saved of node.inputs) saved?.buffer.unuse();
  node.output?.buffer.unuse();
  for (const buffer of node.extra) {
    buffer.unuse();
    if (buffer.uses === 0) buffer.free("by backward()");
  }
  node.inputs = [];
  node.output = null;
  node.extra = [];
  node.edges = [];
  node.spent = true;
}
