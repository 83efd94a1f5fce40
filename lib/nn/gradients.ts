/** What hooks of modules are given, and what they may return. */
import type { Tensor } from "../tensor/tensor.ts";

/** Gradients by the places of a module's arguments, or of its outputs; null where there is none. */
export type ModuleGradients = (Tensor | null)[];

/** What a hook may return in the place of a T. By `[never]` the compiler sees that a list may be meant as a tuple. */
export type Replaced<T> = T | [never];
