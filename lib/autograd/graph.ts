/**
 * The graph is recorded as operations run; lib/autograd/backward.ts walks it in reverse.
 *
 * @module
 */
import { kernels } from "../device/kernels.ts";
import type { Device, Storage } from "../device/device.ts";
import { Buffer } from "./buffer.ts";
import type { Scope } from "./scope.ts";
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

/** Shared by the many nodes that save nothing. */
const NONE: never[] = [];

function newNode(
  name: string,
  rule: Node["rule"],
  attrs: unknown,
  edges: (Node | null)[],
  shapes: number[][],
  keeper: Value | null,
  call: Scope | null = null,
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
    call,
    result: null,
    constants: null,
    gradient: null,
    keeper,
    walk: 0,
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
  const { value, extra } = applyMany(name, inputs, attrs);
  if (value.node === null) { for (const buffer of extra) buffer.free(`with ${name}()`); }
  return value;
}

/** As {@linkcode apply}, with whatever else the rule's forward returned; no gradient flows through that. */
export function applyMany<N extends RuleName>(
  name: N,
  inputs: Value[],
  attrs: Settings<(typeof rules)[N]>,
): { value: Value; extra: readonly Buffer[] } {
  const rule = rules[name] as Rule<unknown>;
  const device = commonDevice(name, inputs);
  const k = kernels(device);
  const storages = inputs.map(storageOf);
  const made = k.tidy(() => rule.forward(k, storages, attrs));
  const results = Array.isArray(made) ? made.map((storage) => new Buffer(device, storage, name)) : null;
  const buffer = results === null ? new Buffer(device, made as Storage, name) : results[0];
  const extra = results === null ? NONE : results.slice(1);
  const value = new Value(buffer);
  if (recording && typeof rule.gradient !== "string" && inputs.some(needsGradient)) {
    value.node = record(name, rule, attrs, inputs, buffer, extra);
  }
  return { value, extra };
}

const storageOf = (value: Value): Storage => value.buffer.storage;
const nodeOf = (value: Value): Node | null => value.node;
const shapeOf = (value: Value): number[] => value.buffer.shape;
const needsGradient = (value: Value): boolean => value.node !== null;

/** Whether numbers of this shape are few enough to be written into a picture: they cost no memory worth speaking of. */
function isSmall(shape: number[]): boolean {
  let size = 1;
  for (const n of shape) size *= n;
  return size <= 16;
}

/** The node that remembers an operation. */
function record(
  name: string,
  rule: Rule<unknown>,
  attrs: unknown,
  inputs: Value[],
  buffer: Buffer,
  extra: readonly Buffer[],
): Node {
  const edges = inputs.map(nodeOf);
  const shapes = inputs.map(shapeOf);
  const node = newNode(name, rule, attrs, edges, shapes, null, buffer.scope);
  if (isSmall(buffer.shape)) node.result = buffer;
  for (let i = 0; i < inputs.length; i++) {
    if (edges[i] === null && isSmall(shapes[i])) (node.constants ??= [])[i] = inputs[i].buffer;
  }
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
