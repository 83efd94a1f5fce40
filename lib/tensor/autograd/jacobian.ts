/** All derivatives of functions: Jacobians and Hessians. */
import { current, runNow } from "../../autograd/context.ts";
import { checkFunction, describe, surplus } from "../../text/arguments.ts";
import { checkTensor } from "../check.ts";
import { zeros } from "../create.ts";
import { stack } from "../join.ts";
import { scope } from "../scope.ts";
import type { Tensor } from "../tensor.ts";
import { grad } from "./grad.ts";

/**
 * The Jacobian of a function: ∂output/∂input, of the shape of the output followed by that of the input. One walk through the graph
 * for each element of the output; nothing of it remains but the result, which has no history.
 *
 * PyTorch: `torch.autograd.functional.jacobian`.
 *
 * @param fn The function.
 * @param inputs Where: a float32 tensor for each argument.
 * @returns A Jacobian for each input; zeros where the output does not depend on it.
 * @throws {RangeError} if there is no input.
 * @throws {TypeError} if `fn` is no function of tensors that returns a tensor, or an input is no float32 tensor.
 * @example
 * ```ts
 * import { autograd, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const [dx] = autograd.jacobian((x) => x.square(), [tensor([1, 2])]);
 * assertEquals(await dx.array(), [[2, 0], [0, 4]]);
 * ```
 */
export function jacobian(fn: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor[] {
  if (arguments.length > 2) surplus("jacobian", arguments, 2);
  const own = leaves("jacobian", fn, inputs);
  return recorded(() => jacobians(checkTensor("jacobian", "what fn returns", fn(...own)), own));
}

/**
 * The Hessian of a function whose result is one number: ∂²output/∂input∂input, of the shape of the one input followed by that of the
 * other. One walk through the graph for each element of the inputs; nothing of it remains but the result, which has no history.
 *
 * PyTorch: `torch.autograd.functional.hessian`.
 *
 * @param fn The function; its result has one element.
 * @param inputs Where: a float32 tensor for each argument.
 * @returns A list for each input, with a Hessian for each: `[[xx, xy], [yx, yy]]`.
 * @throws {RangeError} if there is no input, or the result has more than one element.
 * @throws {TypeError} if `fn` is no function of tensors that returns a tensor, or an input is no float32 tensor.
 * @example
 * ```ts
 * import { autograd, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const [[xx]] = autograd.hessian((x) => x.pow(3).sum(), [tensor([1, 2])]);
 * assertEquals(await xx.array(), [[6, 0], [0, 12]]);
 * ```
 */
export function hessian(fn: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor[][] {
  if (arguments.length > 2) surplus("hessian", arguments, 2);
  const own = leaves("hessian", fn, inputs);
  return recorded(() => {
    const output = checkTensor("hessian", "what fn returns", fn(...own));
    if (output.size !== 1) {
      throw new RangeError(`hessian: fn must return one number, not ${output}; jacobian() takes several`);
    }
    const slopes = output.requiresGrad
      ? grad(output.sum(), own, { createGraph: true, allowUnused: true })
      : own.map(() => null);
    return slopes.map((slope, i) => jacobians(slope ?? zeros(own[i].shape), own));
  });
}

/** The inputs as leaves that nobody else has. */
function leaves(name: string, fn: unknown, inputs: readonly Tensor[]): Tensor[] {
  checkFunction(name, "fn", fn, "(x) => x.square()");
  if (!Array.isArray(inputs)) {
    throw new TypeError(`${name}: inputs are one list of tensors, [x, y], not ${describe(inputs)}`);
  }
  if (inputs.length === 0) throw new RangeError(`${name}: inputs must hold at least one tensor`);
  return Array.from(inputs, (one: unknown, i) => {
    const input = checkTensor(name, `inputs[${i}]`, one);
    if (input.dtype !== "float32") {
      throw new TypeError(`${name}: inputs[${i}] must be float32, not ${input.dtype}`);
    }
    const leaf = input.detach();
    leaf.requiresGrad = true;
    return leaf;
  });
}

/** Runs a body with recording on, inside of noGrad() too; what it makes and does not return is freed. */
function recorded<T>(body: () => T): T {
  return scope(() => runNow({ recording: true, scope: current().scope }, body));
}

/** ∂y/∂x for each x, row by row. */
function jacobians(y: Tensor, xs: readonly Tensor[]): Tensor[] {
  const rows: (Tensor | null)[][] = [];
  if (y.requiresGrad) {
    const flat = y.reshape(-1);
    for (let i = 0; i < y.size; i++) {
      rows.push(grad(flat.at(i), xs, { retainGraph: true, allowUnused: true }));
    }
  }
  return xs.map((x, j) => {
    const shape = [...y.shape, ...x.shape];
    if (rows.length === 0) return zeros(shape);
    return stack(rows.map((row) => row[j] ?? zeros(x.shape))).reshape(shape);
  });
}
