/** What a value is: class Tensor and the ways to make one. @module */
export * from "./create.ts";
export { manualSeed } from "./random.ts";
export { Tensor } from "./tensor.ts";
export { TensorBase, type TensorLike } from "./base.ts";
export type { Index } from "./arrange.ts";
export type { Format } from "./print.ts";
export type { ReduceOptions } from "./reductions.ts";
export type { Size } from "./shape.ts";
export type { NestedArray, TensorData, TypedArray } from "./values.ts";
