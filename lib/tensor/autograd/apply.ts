/**
 * A call of an operation of one's own: its forward is run unrecorded, and what its backward needs is kept with the graph.
 *
 * @module
 */
import { Buffer } from "../../autograd/buffer.ts";
import { current } from "../../autograd/context.ts";
import { record, type Saved } from "../../autograd/custom.ts";
import { commonDevice, detached } from "../../autograd/graph.ts";
import { scoped } from "../../autograd/scoped.ts";
import { Value } from "../../autograd/value.ts";
import { text } from "../../device/shape.ts";
import { describe, isPlain } from "../../text/arguments.ts";
import { checkTensor } from "../check.ts";
import { tensorsIn } from "../inside.ts";
import { Tensor } from "../tensor.ts";
import type { OperationDefinition, OperationResult } from "./definition.ts";

/** A definition, whatever its arguments and outputs. */
export type AnyDefinition = OperationDefinition<unknown[], Tensor | readonly Tensor[], unknown>;

/** What forward returned, looked at. */
interface Outcome {
  result: OperationResult<Tensor | readonly Tensor[], unknown>;
  /** The outputs as values of their own. */
  outputs: Value[];
  /** Those that gradients flow through. */
  flowing: Value[];
  /** The tensors in `saved`, each with what it is. */
  saved: Map<Tensor, Saved>;
}

/** Calls an operation. */
export function applyOperation(definition: AnyDefinition, args: unknown[]): Tensor | readonly Tensor[] {
  const { name, backward } = definition, { recording, scope } = current();
  const places = args.flatMap((one, i) => one instanceof Tensor ? [i] : []);
  const inputs = places.map((i) => (args[i] as Tensor).value);
  if (recording) args.forEach((one, i) => checkSetting(name, i, one));
  if (inputs.length > 1) commonDevice(name, inputs);
  const needs = args.map((one) => recording && one instanceof Tensor && one.requiresGrad);
  const { result, outputs, flowing, saved } = run(definition, args, places, needs.includes(true));
  const single = result.output instanceof Tensor;
  if (needs.includes(true) && flowing.length > 0) {
    const { device } = outputs[0].buffer;
    // Only what backward needs, so that the graph holds nothing else.
    const kept = result.saved, known = [...saved.keys()];
    const slots = outputs.map((one) => ({ shape: one.shape, place: flowing.indexOf(one) }));
    const shapes = args.map((one, i) =>
      one instanceof Tensor ? { shape: one.shape, needed: needs[i] } : null
    );
    const zeros = (shape: readonly number[]) => {
      const storage = device.arena.tidy(() => device.kernels.fill(shape, 0));
      return new Value(new Buffer(device, storage, name));
    };
    record({
      name,
      device,
      inputs,
      outputs: flowing,
      saved: [...saved.values()],
      backward: (gradients, values) => {
        const all = slots.map(({ shape, place }) => new Tensor(place < 0 ? zeros(shape) : gradients[place]));
        const now = new Map(known.map((tensor, i) => [tensor, new Tensor(values[i])]));
        const returned = backward((single ? all[0] : all) as Tensor, restored(kept, now), needs);
        const found = gradientsOf(name, shapes, returned);
        return places.map((i) => found[i] && found[i].value);
      },
    });
  }
  for (const output of outputs) scope?.guard?.made?.(name, output, inputs);
  return single ? new Tensor(outputs[0]) : outputs.map((one) => new Tensor(one));
}

/**
 * Runs forward, and frees what it makes and does not hand on.
 *
 * @param places Which arguments are tensors.
 * @param needed Whether what is saved will be asked for.
 */
function run(
  definition: AnyDefinition,
  args: unknown[],
  places: readonly number[],
  needed: boolean,
): Outcome {
  const { name } = definition;
  const kept = new Set<unknown>(), handedOn = new Set<unknown>();
  const compute = (): Outcome => {
    // Values of their own: what forward does to them in place is nobody else's business.
    const given = places.map((i) => new Value(detached((args[i] as Tensor).value.buffer, name)));
    const before = given.map(({ buffer }) => buffer);
    const own = args.map((one, i) => places.includes(i) ? new Tensor(given[places.indexOf(i)]) : one);
    const result = checkResult(name, definition.forward(...own));
    const made = result.output instanceof Tensor ? [result.output] : result.output;
    const outputs = made.map(({ value }) => new Value(detached(value.buffer, name)));
    for (const { buffer } of outputs) handedOn.add(buffer);
    const flowing = outputs.filter((one, i) =>
      one.dtype === "float32" && !result.nonDifferentiable?.some(({ value }) => value === made[i].value)
    );
    const saved = new Map<Tensor, Saved>();
    for (const tensor of needed ? tensorsIn(result.saved) : []) {
      const { value, value: { buffer } } = tensor;
      const input = given.findIndex((one, i) => one === value && buffer === before[i]);
      const output = flowing.indexOf(outputs[made.findIndex((one) => one.value === value)]);
      saved.set(tensor, input >= 0 ? { input } : output >= 0 ? { output } : { buffer });
      if (input < 0 && output < 0) kept.add(buffer);
    }
    return { result, outputs, flowing, saved };
  };
  return scoped(compute, (buffer) => {
    if (handedOn.has(buffer)) return true;
    if (!kept.has(buffer)) {
      buffer.free(`when the forward of ${name} had returned`);
      return false;
    }
    // Nobody else has it: it goes with the graph.
    return buffer.inner = true;
  }, { recording: false });
}

/** A gradient would not find a tensor inside of a setting. */
function checkSetting(name: string, place: number, given: unknown): void {
  if (given instanceof Tensor) return;
  for (const tensor of tensorsIn(given)) {
    if (!tensor.requiresGrad) continue;
    throw new TypeError(
      `${name}: ${tensor} in argument ${place} requires a gradient; give it as an argument of its own, or detach() it`,
    );
  }
}

/** What forward returned, if it is what it should be. */
function checkResult(name: string, result: unknown): Outcome["result"] {
  const is = isPlain(result) && Object.keys(result).every((key) => KEYS.includes(key));
  const { output, nonDifferentiable } = (is ? result : {}) as Record<string, unknown>;
  const isTensors = (list: unknown) => Array.isArray(list) && list.every((one) => one instanceof Tensor);
  if (!(output instanceof Tensor) && !(isTensors(output) && (output as []).length > 0)) {
    const given = is && "output" in (result as object) ? `output ${describe(output)}` : describe(result);
    throw new TypeError(
      `${name}: forward must return an object { output, saved?, nonDifferentiable? }, output a tensor or a list of tensors, ` +
        `not ${given}`,
    );
  }
  if (nonDifferentiable !== undefined && !isTensors(nonDifferentiable)) {
    throw new TypeError(
      `${name}: nonDifferentiable must be a list of outputs, not ${describe(nonDifferentiable)}`,
    );
  }
  return result as Outcome["result"];
}

const KEYS = ["output", "saved", "nonDifferentiable"];

/** What was saved, with the tensors that there are now. */
function restored(saved: unknown, known: ReadonlyMap<Tensor, Tensor>): unknown {
  if (saved instanceof Tensor) return known.get(saved) ?? saved;
  if (Array.isArray(saved)) return saved.map((one) => restored(one, known));
  if (saved instanceof Set) return new Set([...saved].map((one) => restored(one, known)));
  if (saved instanceof Map) return new Map([...saved].map(([name, one]) => [name, restored(one, known)]));
  if (!isPlain(saved)) return saved;
  return Object.fromEntries(Object.entries(saved).map(([name, one]) => [name, restored(one, known)]));
}

/**
 * What backward returned, as a gradient or null for each argument.
 *
 * @param args The shapes of the arguments; null for those that are no tensors.
 */
function gradientsOf(
  name: string,
  args: readonly ({ shape: readonly number[]; needed: boolean } | null)[],
  returned: unknown,
): (Tensor | null)[] {
  const list = returned instanceof Tensor || returned === null ? [returned] : returned;
  if (!Array.isArray(list)) {
    throw new TypeError(
      `${name}: backward must return a list with a gradient for each argument, null where there is none, not ` +
        describe(returned),
    );
  }
  if (list.length > args.length || list.length <= args.findLastIndex((one) => one !== null && one.needed)) {
    throw new RangeError(
      `${name}: backward returned ${list.length} gradients for ${args.length} arguments; null stands for none`,
    );
  }
  return args.map((arg, i) => {
    const gradient: unknown = list[i] ?? null;
    if (gradient === null) return null;
    if (arg === null) {
      throw new TypeError(`${name}: argument ${i} is no tensor, so that backward must return null for it`);
    }
    return checkGradient(name, i, arg.shape, gradient);
  });
}

/** A gradient of a shape, or of one that this can be broadcast to. */
function checkGradient(name: string, place: number, shape: readonly number[], given: unknown): Tensor {
  const gradient = checkTensor(name, `what backward returns for argument ${place}`, given);
  const lead = gradient.ndim - shape.length;
  if (lead >= 0 && shape.every((size, d) => size === 1 || size === gradient.shape[lead + d])) {
    if (gradient.dtype === "float32") return gradient;
    throw new TypeError(
      `${name}: backward returned ${gradient} for argument ${place}; a gradient is float32`,
    );
  }
  throw new RangeError(
    `${name}: backward returned a gradient of shape ${text(gradient.shape)} for argument ${place} of shape ${
      text(shape)
    }`,
  );
}
