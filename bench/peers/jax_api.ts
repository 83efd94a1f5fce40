/**
 * The part of jax-js that is used here. It is named by a variable and its types are written out, so that nobody
 * downloads it who does not measure.
 *
 * @module
 */

/** An array. Handing it to a function gives it away; `ref` keeps a hold on it. */
export interface Arr {
  readonly ref: Arr;
  readonly shape: number[];
  dispose(): void;
  add(other: Arr | number): Arr;
  sub(other: Arr | number): Arr;
  mul(other: Arr | number): Arr;
  div(other: Arr | number): Arr;
  sum(): Arr;
  reshape(shape: number[]): Arr;
}

/** Arrays, in lists and objects. */
export type Tree = Arr | Tree[] | { [name: string]: Tree };

interface Jax {
  init(device: string): Promise<string[]>;
  defaultDevice(device: string): string;
  blockUntilReady(tree: Tree): Promise<unknown>;
  jit<F extends (...args: never[]) => Tree>(f: F): F;
  grad<T extends Tree>(f: (first: T, ...rest: Arr[]) => Arr): (first: T, ...rest: Arr[]) => T;
  valueAndGrad<T extends Tree>(f: (first: T, ...rest: Arr[]) => Arr): (first: T, ...rest: Arr[]) => [Arr, T];
  numpy: {
    array(values: Float32Array | number[] | number[][]): Arr;
    full(shape: number[], value: number): Arr;
    zeros(shape: number[]): Arr;
    square(x: Arr): Arr;
    sqrt(x: Arr): Arr;
    matmul(a: Arr, b: Arr): Arr;
    matrixTranspose(a: Arr): Arr;
    max(x: Arr): Arr;
    mean(x: Arr, axis: number[], options: { keepdims: boolean }): Arr;
    negative(x: Arr): Arr;
    pad(x: Arr, widths: [number, number][]): Arr;
    where(condition: Arr, a: Arr | number, b: Arr | number): Arr;
  };
  lax: {
    convGeneralDilated(x: Arr, filter: Arr, strides: number[], padding: [number, number][]): Arr;
    reduceWindow(x: Arr, f: (window: Arr) => Arr, size: number[], strides: number[]): Arr;
  };
  nn: { relu(x: Arr): Arr; logSoftmax(x: Arr): Arr };
  random: {
    key(seed: number): Arr;
    bernoulli(key: Arr, p: number, shape: number[]): Arr;
    uniform(key: Arr, shape: number[], options: { minval: number; maxval: number }): Arr;
  };
}

const NAME = "@jax-js/jax";
/** jax-js. */
export const jax: Jax = await import(NAME);
