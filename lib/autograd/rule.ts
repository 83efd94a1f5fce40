/**
 * What an operation is: how its value is computed, and how a gradient flows back through it.
 *
 * @module
 */
import type { Storage } from "../device/device.ts";
import type { Kernels } from "../device/kernels.ts";

/** What a gradient may use: the gradient of the output, and what the rule said it `saves`. */
export interface Call<A> {
  /** ∂L/∂output, of the output's shape. */
  readonly g: Storage;
  /** The inputs that were saved; the others are missing. */
  readonly inputs: Storage[];
  /** The output, if it was saved. */
  readonly output: Storage;
  /** What forward returned besides its output. */
  readonly extra: Storage[];
  /** The shapes of all inputs, saved or not. */
  readonly shapes: number[][];
  readonly attrs: A;
}

/**
 * One function per input that computes ∂L/∂input, of the input's shape. Only those are called whose input needs a
 * gradient; null where none can flow (indices, conditions).
 */
export type Gradients = ((() => Storage) | null)[];

/**
 * An operation on storages: a row of the table of rules. It knows nothing of class Tensor.
 *
 * @typeParam A Its settings.
 */
export interface Rule<A = void> {
  /** Forward and gradient in one line; g is ∂L/∂y. */
  readonly maths: string;
  /** What the gradient reads. Input i is saved if `inputs(i, needs)`, where `needs[j]`: input j needs a gradient. */
  readonly saves: {
    readonly inputs?: (index: number, needs: readonly boolean[]) => boolean;
    readonly output?: true;
  };
  /** The value; as a list, whatever follows the value is handed to `gradient` as `extra`. */
  forward(k: Kernels, inputs: Storage[], attrs: A): Storage | Storage[];
  /** The gradient, or the reason why there is none. */
  readonly gradient: ((k: Kernels, call: Call<A>) => Gradients) | `none: ${string}`;
}

/** Save every input. */
export const all = (): boolean => true;

/** Save an input if another one needs a gradient, as a product does. */
export const others = (index: number, needs: readonly boolean[]): boolean =>
  needs.some((need, j) => need && j !== index);

/** Save only the first input. */
export const first = (index: number): boolean => index === 0;

/** The settings of a rule. */
// deno-lint-ignore no-explicit-any
export type Settings<R> = R extends { forward(k: any, inputs: any, attrs: infer A): any } ? A : never;

/** Fixes the type of a rule's settings where it is declared. */
export function rule<A = void>(declaration: Rule<A>): Rule<A> {
  return declaration;
}
