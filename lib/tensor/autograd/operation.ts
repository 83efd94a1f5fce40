/** Operations of one's own, with gradients of one's own. */
import { checkFunction, checkOptions, checkText, surplus } from "../../text/arguments.ts";
import type { Tensor } from "../tensor.ts";
import { type AnyDefinition, applyOperation } from "./apply.ts";
import type { OperationDefinition } from "./definition.ts";

/**
 * Makes an operation of a forward and a backward, for what automatic differentiation cannot know: gradients that are meant to be
 * others than those of what is computed, or that are known in a shorter form. `gradCheck` and `gradGradCheck` check it.
 *
 * A second derivative is that of what `backward` computes. It flows through saved arguments and saved outputs; anything else
 * that is saved counts as a constant, so that what depends on arguments is better computed in `backward`, or is an output.
 *
 * PyTorch: `torch.autograd.Function`.
 *
 * @param definition name, forward, backward.
 * @returns The operation: a function of forward's arguments that returns forward's output.
 * @throws {TypeError} if the definition is of another kind; in a call, if forward or backward return what is not described.
 * @throws {RangeError} in `backward()`, if a gradient has a shape that does not fit.
 * @example
 * ```ts
 * import { autograd, gradCheck, gradGradCheck, randn, type Tensor } from "descent";
 * const power = autograd.defineOperation({
 *   name: "power",
 *   forward: (x: Tensor, n: number) => ({ output: x.pow(n), saved: { x, n } }),
 *   backward: (grad, { x, n }) => [grad.mul(x.pow(n - 1)).mul(n), null],
 * });
 * await gradCheck((x) => power(x, 3), [randn(4)]);
 * await gradGradCheck((x) => power(x, 3), [randn(4)]);
 * ```
 * @example A straight-through estimator: rounding whose gradient passes
 * ```ts
 * import { autograd, type Tensor, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const round = autograd.defineOperation({
 *   name: "roundThrough",
 *   forward: (x: Tensor) => ({ output: x.to("int32").to("float32") }),
 *   backward: (grad) => grad,
 * });
 * const x = tensor([0.2, 1.7], { requiresGrad: true });
 * round(x).sum().backward();
 * assertEquals(await x.grad!.array(), [1, 1]);
 * ```
 * @example Gradient reversal (Ganin & Lempitsky 2015)
 * ```ts
 * import { autograd, type Tensor, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const reverse = autograd.defineOperation({
 *   name: "reverse",
 *   forward: (x: Tensor, strength: number) => ({ output: x, saved: strength }),
 *   backward: (grad, strength) => grad.mul(-strength),
 * });
 * const x = tensor([1, 2], { requiresGrad: true });
 * reverse(x, 0.5).sum().backward();
 * assertEquals(await x.grad!.array(), [-0.5, -0.5]);
 * ```
 */
export function defineOperation<
  Arguments extends unknown[],
  const Output extends Tensor | readonly Tensor[],
  Kept,
>(
  definition: OperationDefinition<Arguments, Output, Kept>,
): (...args: Arguments) => Output {
  if (arguments.length > 1) surplus("defineOperation", arguments, 1);
  checkOptions("defineOperation", definition, ["name", "forward", "backward"]);
  const { name, forward, backward } = definition;
  checkText("defineOperation", "name", name);
  checkFunction("defineOperation", "forward", forward, "(x) => ({ output: x.exp() })");
  checkFunction("defineOperation", "backward", backward, "(grad) => [grad.mul(2)]");
  return (...args) => applyOperation({ name, forward, backward } as unknown as AnyDefinition, args) as Output;
}
