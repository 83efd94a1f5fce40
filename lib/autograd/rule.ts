/**
 * What an operation is: how its value is computed, and how a gradient flows back through it.
 *
 * How one is added: rules/README.md.
 *
 * @module
 */
import type { Kernels } from "../device/kernels.ts";
import type { Shaped } from "../device/storage.ts";

/** What a gradient may use: the gradient of the output, and what the rule said it `saves`. */
export interface Call<T, A> {
  /** ∂L/∂output, of the output's shape. */
  readonly g: T;
  /** The inputs that were saved; the others are missing. */
  readonly inputs: readonly T[];
  /** The output, if it was saved. */
  readonly output: T;
  /** What forward returned besides its output. */
  readonly extra: readonly T[];
  /** The shapes of all inputs, saved or not. */
  readonly shapes: readonly (readonly number[])[];
  /** Which inputs' gradients will be asked for; a missing input's is undefined. */
  readonly needs: readonly boolean[];
  readonly attrs: A;
}

/**
 * One function per input that computes ∂L/∂input, of the input's shape. Only those are called whose input needs a
 * gradient; null where none can flow (indices, conditions).
 */
export type Gradients<T> = ((() => T) | null)[];

/**
 * An operation: a row of the table of rules. It knows nothing of class Tensor, and nothing of how numbers lie in memory; it is
 * generic over what the kernels compute on, so that its gradient can be recorded in turn.
 *
 * @typeParam A Its settings.
 */
export interface Rule<A = void> {
  /** Forward and gradient in one line; g is ∂L/∂y. */
  readonly maths: string;
  /** What the gradient reads. Input i is saved if `inputs(i, needs)`, where `needs[j]`: input j needs a gradient. */
  readonly saves: {
    readonly inputs?: (index: number, needs: readonly boolean[]) => boolean;
    /** Whether the output is saved: always, or for these needs. */
    readonly output?: true | ((needs: readonly boolean[]) => boolean);
  };
  /** The value; as a list, whatever follows the value is handed to `gradient` as `extra`. */
  readonly forward: <T extends Shaped>(k: Kernels<T>, inputs: readonly T[], attrs: A) => T | T[];
  /** The gradient, or the reason why there is none. */
  readonly gradient:
    | (<T extends Shaped>(k: Kernels<T>, call: Call<T, A>) => Gradients<T>)
    | `none: ${string}`;
  /**
   * Which rule of the first input each `extra` is the result of, for a gradient of the gradient: undefined where an extra is a
   * constant, or the recorded kernels compute it anew.
   */
  readonly extras?: readonly Extra[];
}

/** An `extra` as the result of a rule of its own. */
export interface Extra {
  readonly name: string;
  // deno-lint-ignore no-explicit-any -- rules of any settings
  readonly rule: Rule<any>;
  readonly attrs: unknown;
}

/** Save every input. */
export const all = (): boolean => true;

/** Save an input if another one needs a gradient, as a product does. */
export const others = (index: number, needs: readonly boolean[]): boolean =>
  needs.some((need, j) => need && j !== index);

/** Save only the first input. */
export const first = (index: number): boolean => index === 0;

/** Save only the second input. */
export const second = (index: number): boolean => index === 1;

/** Save one of the first two inputs if the other needs a gradient; any later ones never. */
export const factors = (index: number, needs: readonly boolean[]): boolean => index < 2 && needs[1 - index];

/** The settings of a rule. */
export type Settings<R> = R extends Rule<infer A> ? A : never;

/** Fixes the type of a rule's settings where it is declared. */
export function rule<A = void>(declaration: Rule<A>): Rule<A> {
  return declaration;
}
