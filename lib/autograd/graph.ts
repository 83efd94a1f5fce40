/**
 * The graph is recorded as operations run; lib/autograd/backward.ts walks it in reverse.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { named } from "../device/memory.ts";
import { sizeOf } from "../device/shape.ts";
import type { Storage } from "../device/storage.ts";
import { Buffer } from "./buffer.ts";
import { current } from "./context.ts";
import type { Scope } from "./scope.ts";
import { type RuleName, rules } from "./rules/mod.ts";
import type { Rule, Settings } from "./rule.ts";
import { type Node, Value } from "./value.ts";

let nodes = 0;

/** A leaf: a value that gradients are collected in. */
export function leaf(buffer: Buffer, requiresGrad: boolean): Value {
  const value = new Value(buffer);
  if (requiresGrad) {
    value.node = newNode("leaf", null, undefined, NONE, buffer, NONE, null);
    value.node.keeper = value;
  }
  return value;
}

/**
 * The same numbers without their history, in a buffer of its own. Nothing is copied until one of the two changes.
 *
 * @param operation Who made it.
 */
export function detached({ device, storage }: Buffer, operation: string): Buffer {
  return new Buffer(device, device.share(storage), operation);
}

/** Not of the table, as no device computes it: the same numbers on another one. `backward()` carries the gradient itself. */
export const CROSSING: Rule = {
  maths: "y = x on another device;  ∂x = g on x's device",
  saves: {},
  forward: (_, [x]) => x,
  gradient: "none: backward() carries it from device to device",
};

/** The node of a copy on another device. */
export function crossing(from: Node, copy: Buffer): Node {
  return newNode("to", CROSSING, undefined, [from], copy, [copy.shape], copy.scope);
}

/** Shared by the many nodes that save nothing. */
const NONE: never[] = [];

/** A node of the graph; it has saved nothing yet. */
export function newNode(
  name: string,
  rule: Node["rule"],
  attrs: unknown,
  edges: (Node | null)[],
  { device, shape }: Pick<Buffer, "device" | "shape">,
  shapes: (readonly number[])[],
  call: Scope | null,
): Node {
  return {
    id: nodes++,
    name,
    rule,
    attrs,
    edges,
    device,
    shape,
    shapes,
    inputs: NONE,
    output: null,
    extra: NONE,
    call,
    result: null,
    constants: null,
    gradient: null,
    keeper: null,
    hooks: null,
    walk: 0,
    spent: false,
  };
}

/** Holds a buffer for a gradient. */
export function save(buffer: Buffer): Buffer {
  buffer.uses++;
  return buffer;
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
  inputs: readonly Value[],
  attrs: Settings<(typeof rules)[N]>,
): Value {
  const rule = rules[name] as Rule<unknown>;
  const device = commonDevice(name, inputs), { arena } = device, start = arena.open();
  let made: Storage | Storage[];
  try {
    made = rule.forward(device.kernels, storagesOf(inputs), attrs);
  } catch (error) {
    arena.abandon(start);
    throw named(name, error);
  }
  made = arena.close(start, made);
  if (Array.isArray(made)) return several(name, rule, inputs, attrs, device, made).value;
  const { recording, scope } = current();
  const value = new Value(new Buffer(device, made, name, scope));
  if (recording && typeof rule.gradient !== "string" && needsGradient(inputs)) {
    value.node = record(name, rule, attrs, inputs, value.buffer, NONE);
  }
  if (scope !== null && scope.guard !== null) scope.guard.made?.(name, value, inputs);
  return value;
}

/** As {@linkcode apply}, with whatever else the rule's forward returned; no gradient flows through that. */
export function applyMany<N extends RuleName>(
  name: N,
  inputs: readonly Value[],
  attrs: Settings<(typeof rules)[N]>,
): { value: Value; extra: readonly Buffer[] } {
  const rule = rules[name] as Rule<unknown>, device = commonDevice(name, inputs);
  let made: Storage | Storage[];
  try {
    made = device.arena.tidy(() => rule.forward(device.kernels, storagesOf(inputs), attrs));
  } catch (error) {
    throw named(name, error);
  }
  return several(name, rule, inputs, attrs, device, made as Storage[], true);
}

/** A value, and the extras that a gradient will ask for; without one, and without a caller who wants them, they are freed. */
function several(
  name: string,
  rule: Rule<unknown>,
  inputs: readonly Value[],
  attrs: unknown,
  device: Device,
  [first, ...rest]: readonly Storage[],
  wanted = false,
): { value: Value; extra: readonly Buffer[] } {
  const { recording, scope } = current();
  const value = new Value(new Buffer(device, first, name, scope));
  const extra = rest.map((storage) => new Buffer(device, storage, name, scope));
  if (recording && typeof rule.gradient !== "string" && needsGradient(inputs)) {
    value.node = record(name, rule, attrs, inputs, value.buffer, extra);
  } else if (!wanted) { for (const buffer of extra) buffer.free(`with ${name}()`); }
  if (scope !== null && scope.guard !== null) scope.guard.made?.(name, value, inputs);
  return { value, extra };
}

function storagesOf(values: readonly Value[]): Storage[] {
  const storages = new Array<Storage>(values.length);
  for (let i = 0; i < values.length; i++) storages[i] = values[i].buffer.storage;
  return storages;
}

function needsGradient(values: readonly Value[]): boolean {
  for (let i = 0; i < values.length; i++) if (values[i].node !== null) return true;
  return false;
}

/** Numbers so few that they are written into a picture: they cost no memory worth speaking of. */
const FEW = 16;

/** The node that remembers an operation. */
function record(
  name: string,
  rule: Rule<unknown>,
  attrs: unknown,
  inputs: readonly Value[],
  buffer: Buffer,
  extra: readonly Buffer[],
): Node {
  const count = inputs.length;
  const edges = new Array<Node | null>(count), shapes = new Array<readonly number[]>(count);
  for (let i = 0; i < count; i++) {
    edges[i] = inputs[i].node;
    shapes[i] = inputs[i].buffer.shape;
  }
  const node = newNode(name, rule, attrs, edges, buffer, shapes, buffer.scope);
  if (sizeOf(buffer.shape) <= FEW) node.result = buffer;
  for (let i = 0; i < count; i++) {
    if (edges[i] === null && sizeOf(shapes[i]) <= FEW) (node.constants ??= [])[i] = inputs[i].buffer;
  }
  const { inputs: saves, output } = rule.saves;
  const needs = saves !== undefined || typeof output === "function" ? edges.map(isNode) : NONE;
  if (saves !== undefined) {
    node.inputs = inputs.map((input, i) => saves(i, needs) ? save(input.buffer) : null);
  }
  if (output === true || output?.(needs)) node.output = save(buffer);
  for (const one of extra) one.uses++;
  node.extra = extra;
  return node;
}

const isNode = (edge: Node | null): boolean => edge !== null;

/** An extra of a node as a value: with the history that its rule says it has. */
export function extraValue(node: Node, index: number): Value {
  const buffer = node.extra[index], extra = node.rule?.extras?.[index], [edge] = node.edges;
  if (extra === undefined || edge === null) return new Value(buffer);
  const own = newNode(extra.name, extra.rule, extra.attrs, [edge], buffer, [node.shapes[0]], node.call);
  if (extra.rule.saves.output) own.output = save(buffer);
  return new Value(buffer, own);
}

/**
 * The device that all values live on.
 *
 * @throws {TypeError} if there are two.
 * @throws {Error} if there are two, and one was lost.
 */
export function commonDevice(name: string, values: readonly Value[]): Device {
  const { device } = values[0].buffer;
  for (let i = 1; i < values.length; i++) {
    const other = values[i].buffer.device;
    if (other !== device) {
      // One of them may be a GPU that was lost, and another the one that came after it.
      device.check();
      other.check();
      throw new TypeError(
        `${name}: one tensor lives on the ${device.name} device, another on ${other.name}; ` +
          `await x.to("${device.name}") copies one, and { device } makes one there`,
      );
    }
  }
  return device;
}
