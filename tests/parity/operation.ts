/**
 * What an operation is to a fixture.
 *
 * @module
 */
import type { Tensor } from "descent";

/** The settings of a fixture: what PyTorch takes by keyword, under the library's names. */
// deno-lint-ignore no-explicit-any
export type Settings = Record<string, any>;

/** An operation, from a fixture's inputs and settings to a tensor; a promise where its size is data. */
export type Operation = (inputs: Tensor[], settings: Settings) => Tensor | Promise<Tensor>;
