/** What a value is: class Tensor and the ways to make one. @module */
export {
  arange,
  eye,
  full,
  linspace,
  ones,
  type ShapeArguments,
  tensor,
  type TensorOptions,
  zeros,
} from "./create.ts";
export { cat, stack, where } from "./join.ts";
export { manualSeed, rand, randint, randn } from "./random.ts";
export { Tensor } from "./tensor.ts";
export { TensorBase, type TensorLike } from "./base.ts";
export type { Index } from "./indexing.ts";
export type { Format } from "./print.ts";
export type { ReduceOptions } from "./reductions.ts";
export type { Size } from "./shape.ts";
export type { NestedArray, TensorData, TypedArray } from "./values.ts";
