/** The state of a module, and what became of loading one. */
import type { Tensor } from "../tensor/tensor.ts";

/** Tensors by path: "conv.0.weight". */
export type StateDict = Record<string, Tensor>;

/** What a loading left out. */
export interface LoadResult {
  /** Names of the module that the given state did not have. */
  missing: string[];
  /** Names of the given state that the module does not have. */
  unexpected: string[];
}
