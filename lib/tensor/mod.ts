/** What a value is: class Tensor and the ways to make one. @module */
export {
  arange,
  eye,
  full,
  linspace,
  logspace,
  ones,
  type ShapeArguments,
  tensor,
  type TensorOptions,
  zeros,
} from "./create.ts";
export { einsum, tensordot } from "./einsum.ts";
export { broadcastTensors, cartesianProd, meshgrid } from "./grid.ts";
export { cat, hstack, stack, vstack, where } from "./join.ts";
export { fullLike, onesLike, randintLike, randLike, randnLike, zerosLike } from "./like.ts";
export { manualSeed, rand, randint, randn, randperm } from "./random.ts";
export { bernoulli, multinomial, normal } from "./sample.ts";
export { scope } from "./scope.ts";
export {
  type BackwardOptions,
  type BincountOptions,
  type DiffOptions,
  type GeluOptions,
  type HistcOptions,
  type Index,
  type IndexAddOptions,
  type Limit,
  type Limits,
  type NonzeroOptions,
  type ReduceOptions,
  type ScatterOptions,
  type SetOptions,
  type SoftplusOptions,
  type SortOptions,
  Tensor,
  type TensorLike,
  type TopkOptions,
  type Unique,
  type UniqueOptions,
  type ValuesAndIndices,
  type VarianceOptions,
} from "./tensor.ts";
export type { CloseOptions } from "./logic.ts";
export type { IndexRange } from "./slice.ts";
export type { Format } from "./print.ts";
export type { Size } from "./shape.ts";
export type { NestedArray, TensorData, TypedArray } from "./data.ts";
