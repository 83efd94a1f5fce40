/**
 * Hooks of modules: functions that are told of what goes in and what comes out, forward and backward, and may replace it.
 *
 * @module
 */
import { type Context, current, runNow } from "../autograd/context.ts";
import { checkReplacement, hookGradients, hookReturned, RemovableHandle } from "../autograd/hooks.ts";
import { noteChange } from "../autograd/journal.ts";
import { moveTo } from "../autograd/scope.ts";
import type { Node, Value } from "../autograd/value.ts";
import { buffersIn } from "../tensor/inside.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { ModuleGradients } from "./gradients.ts";
import { describe, isPlain } from "../text/arguments.ts";
import { legible } from "../text/escape.ts";

/** The hooks of one module, in the order in which they were registered. */
export class Hooks<M extends object> {
  readonly before: ((module: M, inputs: unknown[]) => unknown)[] = [];
  readonly after: ((module: M, inputs: unknown[], output: unknown) => unknown)[] = [];
  readonly backwardBefore: ((module: M, gradOutput: ModuleGradients) => unknown)[] = [];
  readonly backward: ((module: M, gradInput: ModuleGradients, gradOutput: ModuleGradients) => unknown)[] = [];

  /** The same hooks for a copy of the module. */
  copy(): Hooks<M> {
    const copy = new Hooks<M>();
    for (const kind of ["before", "after", "backwardBefore", "backward"] as const) {
      (copy[kind] as unknown[]).push(...this[kind]);
    }
    return copy;
  }

  /** Calls the module's forward, and its hooks around it. */
  call(module: M, forward: (inputs: unknown[]) => unknown, given: unknown[]): unknown {
    const outside = aroundModules();
    let inputs = given;
    for (const hook of [...this.before]) {
      handOut(inputs, outside);
      inputs = newInputs(inputs, runNow(outside, () => hook(module, inputs)));
    }
    const back = outside.recording && this.backward.length + this.backwardBefore.length > 0
      ? new BackwardCall(this, module)
      : null;
    if (back !== null) inputs = back.enter(inputs);
    let output = forward(inputs);
    for (const hook of [...this.after]) {
      handOut([inputs, output], outside);
      const other = runNow(outside, () => hook(module, inputs, output));
      output = newOutput(output, other);
    }
    return back === null ? output : back.leave(output);
  }
}

/** Puts a hook at the end of a list. */
export function register<H>(list: H[], hook: H): RemovableHandle {
  // The same function may be registered twice; each handle takes one of them away.
  let there = true;
  list.push(hook);
  noteChange();
  return new RemovableHandle(() => {
    noteChange();
    if (there) list.splice(list.lastIndexOf(hook), 1);
    there = false;
  });
}

/** The context of the program that calls modules. */
function aroundModules(): Context {
  const { recording, scope } = current();
  let outer = scope;
  while (outer !== null && outer.place !== "") outer = outer.parent;
  return { recording, scope: outer };
}

/** What a hook sees may be wanted later: it lives like what is made outside of modules. */
function handOut(seen: unknown, { scope }: Context): void {
  for (const buffer of buffersIn(seen)) {
    if (buffer.freed || buffer.kept || buffer.scope === null || buffer.scope.place === "") continue;
    moveTo(scope, buffer);
  }
}

const isNothing = (returned: unknown) => returned === undefined || returned === null;

function newInputs(inputs: unknown[], returned: unknown): unknown[] {
  if (isNothing(returned)) return inputs;
  if (typeof returned !== "object" || returned instanceof Promise) {
    throw new TypeError(
      hookReturned("registerForwardPreHook", returned, "the arguments in a list, or the only one"),
    );
  }
  return Array.isArray(returned) ? returned : [returned];
}

function newOutput(output: unknown, returned: unknown): unknown {
  if (isNothing(returned)) return output;
  const fits = typeof returned === typeof output && returned instanceof Tensor === output instanceof Tensor;
  if (fits && !(returned instanceof Promise)) return returned;
  throw new TypeError(
    hookReturned("registerForwardHook", returned, "what takes the output's place, of the same kind"),
  );
}

/** One call of a module whose backward hooks wait for gradients. */
class BackwardCall<M extends object> {
  readonly #hooks: Hooks<M>;
  readonly #module: M;
  /** How many arguments there are. */
  #count = 0;
  #entered: (Node | null)[] = [];
  #gradOutput: ModuleGradients = [];

  constructor(hooks: Hooks<M>, module: M) {
    this.#hooks = hooks;
    this.#module = module;
  }

  /** The inputs as they go into the module: where their gradients come out. */
  enter(inputs: unknown[]): unknown[] {
    const own = inputs.map((one) => one instanceof Tensor && one.requiresGrad ? one.clone() : one);
    this.#count = inputs.length;
    this.#entered = own.map(nodeOf).map((node, i) => own[i] === inputs[i] ? null : node);
    const places = placesOf(this.#entered);
    hookGradients(places.map((i) => this.#entered[i]!), (values) => {
      const gradients = spread(this.#count, places, values);
      const found = this.#run("registerFullBackwardHook", gradients, this.#hooks.backward, this.#gradOutput);
      return places.map((i) => found[i]?.value ?? null);
    });
    return own;
  }

  /** The output as it leaves the module: where its gradient comes in. */
  leave(output: unknown): unknown {
    const whole = output instanceof Tensor ? [output] : listOf(this.#module, output);
    const own = whole.map((one) => one instanceof Tensor && one.requiresGrad ? one.clone() : one);
    const nodes = own.map((one, i) => one === whole[i] ? null : nodeOf(one));
    const places = placesOf(nodes);
    hookGradients(places.map((i) => nodes[i]!), (values) => {
      const gradients = spread(own.length, places, values);
      const found = this.#run("registerFullBackwardPreHook", gradients, this.#hooks.backwardBefore);
      this.#gradOutput = found;
      if (this.#entered.every((node) => node === null)) {
        const none: ModuleGradients = Array(this.#count).fill(null);
        this.#run("registerFullBackwardHook", none, this.#hooks.backward, found);
      }
      return places.map((i) => found[i]?.value ?? null);
    });
    if (output instanceof Tensor) return own[0];
    if (Array.isArray(output)) return own;
    return Object.fromEntries(Object.keys(output as object).map((name, i) => [name, own[i]]));
  }

  /** Calls hooks one after the other; each sees what the one before it made of the gradients. */
  #run(
    name: string,
    gradients: ModuleGradients,
    hooks: readonly ((module: M, gradients: ModuleGradients, more: ModuleGradients) => unknown)[],
    more: ModuleGradients = [],
  ): ModuleGradients {
    for (const hook of [...hooks]) {
      const returned = hook(this.#module, gradients, more);
      if (!isNothing(returned)) gradients = newGradients(name, gradients, returned);
    }
    return gradients;
  }
}

function nodeOf(thing: unknown): Node | null {
  return thing instanceof Tensor ? thing.value.node : null;
}

/** The places that have a node. */
function placesOf(nodes: readonly (Node | null)[]): number[] {
  return nodes.flatMap((node, i) => node === null ? [] : [i]);
}

/** Gradients at their places. */
function spread(
  count: number,
  places: readonly number[],
  values: readonly (Value | null)[],
): ModuleGradients {
  const all: ModuleGradients = Array(count).fill(null);
  places.forEach((place, i) => all[place] = values[i] && new Tensor(values[i]));
  return all;
}

/** The entries of an output of several tensors. */
function listOf(module: object, output: unknown): unknown[] {
  if (Array.isArray(output)) return output;
  if (isPlain(output)) return Object.values(output);
  throw new TypeError(
    `registerFullBackwardHook: ${legible(module.constructor.name)} returned ${describe(output)}; ` +
      `gradients are seen of a tensor, and of the tensors in a list or a plain object`,
  );
}

/** The gradients that a hook puts in the place of others. */
function newGradients(name: string, before: ModuleGradients, returned: unknown): ModuleGradients {
  const tensors = before.filter((one) => one !== null).length;
  if (returned instanceof Tensor && tensors === 1) returned = before.map((one) => one && returned);
  const right = Array.isArray(returned) && returned.length === before.length &&
    returned.every((one) => one === null || one instanceof Tensor);
  if (!right) {
    throw new TypeError(
      hookReturned(name, returned, `a list of ${before.length}, a tensor or null for each gradient`),
    );
  }
  return before.map((one, i) => {
    const other: Tensor | null = (returned as ModuleGradients)[i];
    if (other === null) return one;
    if (one === null) {
      throw new TypeError(`${name}: no gradient comes to place ${i}, so the hook must return null there`);
    }
    checkReplacement(name, one.value, other.value);
    return other;
  });
}
