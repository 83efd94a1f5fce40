/**
 * Watching a run: a loss or a gradient that is not finite ends it before an optimizer spoils the weights, with an error that names
 * the step and the first module.
 *
 * While all is well this looks at one number before each `backward()` and at a few behind it. When something is wrong, the
 * network is run once more on what it was given, and each module's output is looked at. A step that calls no module is left
 * alone, but for what it logs: who walks down by hand may want to see where it leads.
 *
 * @module
 */
import type { Guard } from "../autograd/guard.ts";
import { freeAll } from "../autograd/scope.ts";
import { scoped } from "../autograd/scoped.ts";
import type { Node, Value } from "../autograd/value.ts";
import { currentDevice } from "../device/mod.ts";
import { sizeOf } from "../device/shape.ts";
import { observe } from "../nn/call.ts";
import { Module } from "../nn/module.ts";
import { type Odd, oddIn, saysOdd } from "../tensor/finite.ts";
import { buffersIn, tensorsIn } from "../tensor/inside.ts";
import { legible } from "../text/escape.ts";

/** A gradient of no more numbers than this is looked at in each step. */
const FEW = 1024;

/** A call of a network in the step that runs. */
interface Call {
  module: Module;
  inputs: readonly unknown[];
}

/** Looks at the numbers of a loop. */
export class Watch implements Guard {
  readonly #name: string;
  /** The step that runs, counted from 1, and its epoch; 0: it has none. */
  #step = 0;
  #epoch = 0;
  readonly #calls: Call[] = [];

  /** @param name The loop, as its user calls it. */
  constructor(name: string) {
    this.#name = name;
  }

  /** A step begins. */
  begin(step: number, epoch = 0): void {
    this.#step = step;
    this.#epoch = epoch;
    this.#calls.length = 0;
  }

  /** The loop is over: its networks are nobody's business any more. */
  end(): void {
    this.#calls.length = 0;
  }

  called(module: object, inputs: readonly unknown[]): void {
    this.#calls.push({ module: module as Module, inputs });
  }

  /** The loss is there, the graph is whole, the weights are as they were. */
  before({ buffer: { device, storage } }: Value): void {
    if (this.#calls.length === 0 || sizeOf(storage.shape) !== 1) return;
    const odd = oddIn(device, storage);
    if (odd === null) return;
    throw new RangeError(`${this.#name}: the loss ${saysOdd(odd)} in ${this.#where()}: ${this.#cause()}`);
  }

  /**
   * The gradients are there. What is not finite somewhere on the way back goes on from there to the end of the way, so the gradients
   * of few numbers, of biases and the like, tell of the others.
   */
  after(nodes: readonly Node[]): void {
    if (this.#calls.length === 0) return;
    for (let i = nodes.length - 1; i >= 0; i--) {
      const { rule, keeper } = nodes[i];
      if (rule !== null) return;
      const grad = keeper?.grad?.buffer;
      if (grad === undefined || grad.freed || sizeOf(grad.shape) > FEW) continue;
      const odd = oddIn(grad.device, grad.storage);
      if (odd === null) continue;
      throw new RangeError(
        `${this.#name}: ${this.#gradient(odd)} in ${this.#where()}, and the loss is finite`,
      );
    }
  }

  /** What was logged, and came some steps later: where reading needs waiting, it is this that tells. */
  logged(step: number, values: Record<string, number>): void {
    for (const [name, value] of Object.entries(values)) {
      if (Number.isFinite(value)) continue;
      const { name: device } = currentDevice();
      const hint = device === "cpu"
        ? "it was computed from finite ones, or not by the network"
        : `the ${device} device computes ahead, so the weights may be spoiled by now; ` +
          `the same steps on the cpu, or under detectAnomaly(), name the operation`;
      throw new RangeError(`${this.#name}: ${legible(name)} is ${value} in step ${step}: ${hint}`);
    }
  }

  #where(): string {
    return `step ${this.#step}${this.#epoch === 0 ? "" : ` (epoch ${this.#epoch})`}`;
  }

  /** Of all gradients that are not finite, the first on the way back: that of the parameter that was made last. */
  #gradient(odd: Odd): string {
    for (const { module } of this.#networks().reverse()) {
      for (const [path, { value: { grad } }] of module.namedParameters().reverse()) {
        if (grad === null || grad.buffer.freed) continue;
        const found = oddIn(grad.buffer.device, grad.buffer.storage);
        if (found !== null) return `the gradient of ${ofModule(module, path)} ${saysOdd(found)}`;
      }
    }
    return `a gradient ${saysOdd(odd)}`;
  }

  /** Each network that was called, once. */
  #networks(): Call[] {
    return this.#calls.filter(({ module }, i) =>
      module instanceof Module && this.#calls.findIndex((call) => call.module === module) === i
    );
  }

  /** What made the loss what it is. */
  #cause(): string {
    const found = this.#spoiled() ?? this.#output();
    if (found !== null) return found;
    return "what the modules gave is finite, so it is the loss's own computation; detectAnomaly() names the operation";
  }

  /** A parameter that is not finite: of several, the one whose gradient was the first. */
  #spoiled(): string | null {
    for (const { module } of this.#networks().reverse()) {
      for (const [path, { value: { buffer } }] of module.namedParameters().reverse()) {
        const odd = oddIn(buffer.device, buffer.storage);
        if (odd === null) continue;
        const before = this.#step > 1
          ? `; a step before this one made it so, by its gradient or its size`
          : "";
        return `${ofModule(module, path)} ${saysOdd(odd)}${before}`;
      }
    }
    return null;
  }

  /** Runs the networks once more, and finds the first module that gives what is not finite. */
  #output(): string | null {
    for (const { module, inputs } of this.#networks()) {
      for (const [i, { value: { buffer } }] of [...tensorsIn(inputs)].entries()) {
        const odd = buffer.freed ? null : oddIn(buffer.device, buffer.storage);
        if (odd !== null) return `input ${i} of ${nameOf(module)} ${saysOdd(odd)}`;
      }
      const found = firstOdd(module, inputs);
      if (found !== null) return found;
    }
    return null;
  }
}

/** "3.weight of Sequential". */
function ofModule(module: Module, path: string): string {
  return `${legible(path)} of ${nameOf(module)}`;
}

function nameOf(module: object): string {
  return legible(module.constructor.name);
}

/** Runs a network, and says which of its modules is the first whose output is not finite; null: none is. */
function firstOdd(network: Module, inputs: readonly unknown[]): string | null {
  const paths = new Map(network.namedModules().map(([path, module]) => [module, path]));
  let found: string | null = null;
  const look = (module: Module, _: readonly unknown[], output: unknown) => {
    if (found !== null) return;
    for (const { device, storage } of buffersIn(output)) {
      const odd = oddIn(device, storage);
      if (odd === null) continue;
      const path = paths.get(module) ?? "";
      const inside = module === network
        ? ""
        : path === ""
        ? ` in ${nameOf(network)}`
        : `, ${legible(path)} of ${nameOf(network)},`;
      found = `the output of ${nameOf(module)}${inside} is the first that is not finite: it ${saysOdd(odd)}`;
    }
  };
  const state = network.stateDict();
  try {
    scoped(() => observe(look, () => network.forward(...inputs)), freeAll("when the network was looked at"), {
      recording: false,
    });
  } catch {
    // What it was given may be gone by now.
  } finally {
    // Running statistics take note of each batch.
    network.loadStateDict(state);
  }
  return found;
}
