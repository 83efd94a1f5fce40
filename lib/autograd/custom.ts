/**
 * Operations that a program defines itself, in the graph: nodes whose rule is not in the table, but asks a function of values.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import type { Kernels } from "../device/kernels.ts";
import { sizeOf } from "../device/shape.ts";
import type { Shaped, Storage } from "../device/storage.ts";
import { Buffer } from "./buffer.ts";
import { current } from "./context.ts";
import { apply, newNode, save } from "./graph.ts";
import type { Call, Gradients, Rule } from "./rule.ts";
import { sumTo } from "./rules/broadcast.ts";
import type { Member } from "./scope.ts";
import { scoped } from "./scoped.ts";
import { type Node, Value } from "./value.ts";

/** What is saved for the gradient: an input or an output by its place, or something else that forward made. */
export type Saved = { input: number } | { output: number } | { buffer: Buffer };

/** One application of an operation. */
export interface Application {
  name: string;
  device: Device;
  inputs: readonly Value[];
  /** The outputs that gradients flow through. */
  outputs: readonly Value[];
  saved: readonly Saved[];
  /**
   * The gradients of the inputs, of shapes that theirs can be broadcast to; null where there is none.
   *
   * @param gradients Those of the outputs, in their order.
   * @param saved What was saved, in its order.
   */
  backward: (gradients: Value[], saved: Value[]) => (Value | null)[];
}

/** What the node of an application knows. */
interface Settings extends Pick<Application, "name" | "device" | "backward"> {
  /** The shapes of the outputs. */
  outputs: readonly (readonly number[])[];
  /** What was saved: its place among what the node holds, and its history. */
  saved: { place: number; node: Node | null }[];
}

/** Gives the outputs their history. At least one input requires a gradient. */
export function record({ name, device, inputs, outputs, saved, backward }: Application): void {
  const { scope } = current(), shapes = outputs.map(({ shape }) => shape);
  const whole = outputs.length === 1 ? shapes[0] : [shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)];
  const edges = inputs.map(({ node }) => node);
  const settings: Settings = { name, device, backward, outputs: shapes, saved: [] };
  const node = newNode(
    name,
    custom,
    settings,
    edges,
    { device, shape: whole },
    inputs.map(({ shape }) => shape),
    scope,
  );
  if (outputs.length === 1) outputs[0].node = node;
  else {
    let start = 0;
    for (const [i, output] of outputs.entries()) {
      output.node = newNode(`${name}[${i}]`, part, start, [node], output.buffer, [whole], scope);
      start += sizeOf(output.shape);
    }
  }
  const held: (Buffer | null)[] = inputs.map(() => null);
  for (const one of saved) {
    const place = "input" in one ? one.input : held.length;
    const of = "input" in one ? inputs[one.input] : "output" in one ? outputs[one.output] : null;
    held[place] ??= save(of === null ? (one as { buffer: Buffer }).buffer : of.buffer);
    settings.saved.push({ place, node: of?.node ?? null });
  }
  node.inputs = held;
}

/** Several outputs are parts of one, flat: so gradients of different shapes add up. */
const part: Rule<number> = {
  maths: "y = x[start …];  ∂x = g there, 0 elsewhere",
  saves: {},
  forward: () => {
    throw new Error("unreachable");
  },
  gradient: (k, { g, shapes: [whole], attrs: start }) => {
    const size = [sizeOf(g.shape)];
    return [() => k.sliceGrad(k.reshape(g, size), whole, { begin: [start], size, step: [1] })];
  },
};

const custom: Rule<Settings> = {
  maths: "as its definition says",
  saves: {},
  forward: () => {
    throw new Error("unreachable");
  },
  gradient: <T extends Shaped>(k: Kernels<T>, call: Call<T, Settings>) => {
    let found: readonly (T | null)[] | null = null;
    return call.shapes.map((shape, i) => () => {
      found ??=
        (call.g instanceof Value
          ? recorded(call as unknown as Call<Value, Settings>)
          : unrecorded(call as unknown as Call<Storage, Settings>)) as readonly (T | null)[];
      return found[i] === null ? null : sumTo(k, found[i], shape);
    }) as Gradients<T>;
  },
};

/** The gradients, with their history. */
function recorded({ g, inputs, attrs }: Call<Value, Settings>): readonly (Value | null)[] {
  const saved = attrs.saved.map(({ place, node }) => new Value(inputs[place].buffer, node));
  return attrs.backward(outputsOf(g, attrs.outputs), saved);
}

/** The gradients alone; what is computed on the way is freed. */
function unrecorded({ g, inputs, attrs }: Call<Storage, Settings>): readonly (Storage | null)[] {
  const { device, name, saved, outputs, backward } = attrs, by = `when the backward of ${name} had returned`;
  const value = (storage: Storage) => new Value(new Buffer(device, device.share(storage), name));
  let returned: readonly (Buffer | null)[] = [];
  const inside: Buffer[] = [];
  const compute = () => {
    const gradients = backward(outputsOf(value(g), outputs), saved.map(({ place }) => value(inputs[place])));
    returned = gradients.map((one) => one && one.buffer);
  };
  const settle = (member: Member): boolean => {
    const buffer = member as Buffer;
    if (returned.includes(buffer)) inside.push(buffer);
    else buffer.free(by);
    return !buffer.freed;
  };
  device.arena.outside(() => scoped(compute, settle, { recording: false }));
  const storages = returned.map((one) => one && device.share(one.storage));
  for (const buffer of inside) buffer.free(by);
  return storages;
}

/** The gradients of the outputs: one as it is, several as the parts of one. */
function outputsOf(g: Value, shapes: readonly (readonly number[])[]): Value[] {
  if (shapes.length === 1) return [g];
  let start = 0;
  return shapes.map((shape) => {
    const size = [sizeOf(shape)], begin = [start];
    start += size[0];
    return apply("reshape", [apply("slice", [g], { begin, size, step: [1] })], { shape });
  });
}
