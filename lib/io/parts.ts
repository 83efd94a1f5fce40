/**
 * The parts of a run: what is saved together, by names that the caller chooses. Each is either something with a state, such as a
 * network, or a value.
 *
 * @module
 */
import { Module } from "../nn/module.ts";
import { Optimizer } from "../optim/optimizer.ts";
import { Tensor } from "../tensor/tensor.ts";
import { describe, isPlain } from "../text/arguments.ts";
import type { Plain } from "./tree.ts";

/** Whatever has a state: networks, optimizers, schedules, loaders, and classes of your own. */
export interface Stateful {
  /** What there is to keep: plain data and tensors. Later changes must not reach it. */
  stateDict(): unknown;
  /** Takes over what `stateDict()` gave. */
  loadStateDict(state: never): unknown;
}

/** The parts of a run by name: `{ model, optimizer, schedule, loader, step }`; `undefined` counts as not there. */
export type Parts = Record<string, Stateful | Plain | undefined>;

/** Whether a part has a state. */
export function isStateful(part: unknown): part is Stateful {
  if (typeof part !== "object" || part === null || part instanceof Tensor) return false;
  const { stateDict, loadStateDict } = part as Partial<Stateful>;
  return typeof stateDict === "function" && typeof loadStateDict === "function";
}

/**
 * The parts that are there.
 *
 * @throws {TypeError} if they are no object of parts by name.
 */
export function checkParts(name: string, parts: unknown): [key: string, part: unknown][] {
  if (!isPlain(parts)) {
    const hint = isStateful(parts) ? `; write { model: … }` : "";
    throw new TypeError(
      `${name}: parts stand in one object such as { model, optimizer, step }, not ${describe(parts)}${hint}`,
    );
  }
  return Object.entries(parts).filter(([, part]) => part !== undefined);
}

/**
 * Whether a part's own way of giving or taking a state is the library's, which copies: the tensors of the state are nobody's
 * afterwards. A class of the reader's may give what it still has, and have what it was given.
 */
function isOurs(part: Stateful, method: keyof Stateful): boolean {
  return part[method] === Module.prototype[method] || part[method] === Optimizer.prototype[method];
}

/** Frees what a `stateDict()` of ours gave, so that the next step need not copy what it changes. */
export function releaseGiven(part: Stateful, state: unknown): void {
  if (isOurs(part, "stateDict")) releaseTensors(state);
}

/** Frees what a `loadStateDict()` of ours has taken. */
export function releaseTaken(part: Stateful, state: unknown): void {
  if (isOurs(part, "loadStateDict")) releaseTensors(state);
}

function releaseTensors(state: unknown): void {
  if (state instanceof Tensor) state.value.buffer.free("when it had been copied");
  else if (isPlain(state)) Object.values(state).forEach(releaseTensors);
}
