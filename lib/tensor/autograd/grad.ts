/** Gradients that are asked for. */
import { checkBoolean, checkOptions, describe, surplus } from "../../text/arguments.ts";
import { checkTensor } from "../check.ts";
import { Tensor } from "../tensor.ts";
import { differentiate } from "./start.ts";

/** Options of {@linkcode grad}. */
export interface GradOptions {
  /** ∂L/∂output for each output; may be left out, or null, for outputs of one element: 1. */
  gradOutputs?: Tensor | readonly (Tensor | null)[];
  /** Whether the gradients remember how they were computed, so that they can be differentiated again: false by default. */
  createGraph?: boolean;
  /** Keep the graph for another walk: as createGraph by default. */
  retainGraph?: boolean;
  /** Whether null stands for the gradient of an input that the outputs do not depend on; else that is an error. */
  allowUnused?: boolean;
}

/** A gradient for each input; `Missing` where there may be none. */
export type GradientsOf<Inputs, Missing = never> = Inputs extends readonly Tensor[]
  ? { -readonly [Place in keyof Inputs]: Tensor | Missing }
  : [Tensor | Missing];

/**
 * The gradients of outputs with respect to inputs, ∑ ∂output/∂input · gradOutput, returned and not added to any `grad`. Only what
 * lies between the two is walked through, and freed unless `retainGraph` or `createGraph` is said. Tensors in between that
 * `retainGrad()` was called on get theirs, and hooks are called, as in `backward()`.
 *
 * PyTorch: `torch.autograd.grad`.
 *
 * @param outputs What is differentiated: a tensor, or a list of them.
 * @param inputs With respect to what: a tensor, or a list of them, leaves or not.
 * @param options gradOutputs, createGraph, retainGraph, allowUnused.
 * @returns A list with a gradient for each input, of its shape.
 * @throws {Error} if an output or an input requires no gradient, an output does not depend on an input, or the graph was freed.
 * @throws {RangeError} if there is no input, or a gradient of an output is missing or of another shape.
 * @throws {TypeError} if what should be tensors are none, or an option is of another kind or name.
 * @example
 * ```ts
 * import { autograd, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const x = tensor([1, 2], { requiresGrad: true });
 * const [slope] = autograd.grad(x.pow(3).sum(), x, { createGraph: true }); // 3x²
 * const [bend] = autograd.grad(slope.sum(), x); // 6x
 * assertEquals([await slope.array(), await bend.array(), x.grad], [[3, 12], [6, 12], null]);
 * ```
 * @example A gradient penalty
 * ```ts
 * import { autograd, nn, randn } from "descent";
 * const critic = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const x = randn([16, 2], { requiresGrad: true });
 * const [slope] = autograd.grad(critic.forward(x).sum(), x, { createGraph: true });
 * const penalty = slope.square().sum(1).sqrt().sub(1).square().mean();
 * penalty.backward();
 * console.log(critic.parameters().map((one) => one.grad?.shape));
 * ```
 */
export function grad<const Inputs extends Tensor | readonly Tensor[]>(
  outputs: Tensor | readonly Tensor[],
  inputs: Inputs,
  options?: GradOptions & { allowUnused?: false },
): GradientsOf<Inputs>;
/**
 * As above; null stands for the gradient of an input that the outputs do not depend on.
 *
 * @param outputs What is differentiated: a tensor, or a list of them.
 * @param inputs With respect to what: a tensor, or a list of them, leaves or not.
 * @param options gradOutputs, createGraph, retainGraph, allowUnused.
 * @returns A list with a gradient, or null, for each input.
 */
export function grad<const Inputs extends Tensor | readonly Tensor[]>(
  outputs: Tensor | readonly Tensor[],
  inputs: Inputs,
  options: GradOptions,
): GradientsOf<Inputs, null>;
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): unknown {
  if (arguments.length > 3) surplus("autograd.grad", arguments, 3);
  const name = "autograd.grad", from = listOf("outputs", outputs), to = listOf("inputs", inputs);
  checkOptions(name, options, ["gradOutputs", "createGraph", "retainGraph", "allowUnused"]);
  const { createGraph = false, retainGraph = createGraph, allowUnused = false, gradOutputs } = options;
  checkBoolean(name, "createGraph", createGraph);
  checkBoolean(name, "retainGraph", retainGraph);
  checkBoolean(name, "allowUnused", allowUnused);
  const seeds = seedsOf(from.length, gradOutputs);
  from.forEach((output, i) => needsOne("output", i, output));
  to.forEach((input, i) => needsOne("input", i, input));
  const starts = from.map(({ value }, i) => ({ value, seed: seeds[i]?.value }));
  const wanted = to.map(({ value }) => value);
  const found = differentiate(starts, { name, createGraph, retainGraph, wanted });
  return found.map((value, i) => {
    if (value !== null) return new Tensor(value);
    if (allowUnused) return null;
    throw new Error(
      `${name}: no output depends on input ${i}, ${
        to[i]
      }, or it was changed in place after they were computed; ` +
        `{ allowUnused: true } gives null in its place`,
    );
  });
}

/** One tensor or several, as a list. */
function listOf(what: string, given: Tensor | readonly Tensor[]): readonly Tensor[] {
  const name = "autograd.grad";
  if (given instanceof Tensor) return [given];
  if (!Array.isArray(given)) {
    throw new TypeError(`${name}: ${what} are a tensor or a list of tensors, not ${describe(given)}`);
  }
  if (given.length === 0) throw new RangeError(`${name}: ${what} must hold at least one tensor`);
  return Array.from(given, (one, i) => checkTensor(name, `${what}[${i}]`, one));
}

/** A gradient for each output, if they are said. */
function seedsOf(count: number, given: GradOptions["gradOutputs"]): readonly (Tensor | null)[] {
  const name = "autograd.grad";
  if (given === undefined) return [];
  const list = given instanceof Tensor ? [given] : given;
  if (!Array.isArray(list)) {
    throw new TypeError(`${name}: gradOutputs are a tensor or a list of tensors, not ${describe(given)}`);
  }
  if (list.length !== count) {
    throw new RangeError(
      `${name}: gradOutputs must have a gradient for each of ${count} outputs, not ${list.length}`,
    );
  }
  return Array.from(list, (one, i) => one === null ? null : checkTensor(name, `gradOutputs[${i}]`, one));
}

function needsOne(what: string, place: number, given: Tensor): void {
  if (given.requiresGrad) return;
  throw new Error(
    `autograd.grad: ${what} ${place}, ${given}, does not require a gradient: ` +
      (what === "input"
        ? "set its requiresGrad before the outputs are computed"
        : "none of the tensors it was computed from does, or it was computed inside noGrad()"),
  );
}
