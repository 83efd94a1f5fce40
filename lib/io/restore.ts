/**
 * Putting a checkpoint into the parts of a run: all of them, or none.
 *
 * @module
 */
import { currentDevice, type Device } from "../device/mod.ts";
import { Optimizer } from "../optim/optimizer.ts";
import { setRandomState } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { describe, isPlain } from "../text/arguments.ts";
import { legible } from "../text/escape.ts";
import { readPart, type Saved } from "./checkpoint_file.ts";
import { checkParts, isStateful, type Parts, releaseGiven, releaseTaken, type Stateful } from "./parts.ts";
import { encode } from "./tree.ts";

/** So many names are listed before "and 12 more". */
const SHOWN = 6;

function few(names: readonly string[]): string {
  const shown = legible(names.slice(0, SHOWN).join(", "));
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}

/**
 * Compares the parts that are given with those in the file.
 *
 * @returns Those with a state.
 * @throws {RangeError} if the file lacks one, or has one that is not given and not all need be.
 * @throws {TypeError} if one with a state is given for a value, or a value for a state.
 */
function match(
  { source: { caller, what }, parts }: Saved,
  given: Parts,
  partial: boolean,
): [string, Stateful][] {
  const refuse = (why: string) => new RangeError(`${caller}: ${what} ${why}; nothing was changed`);
  const entries = checkParts(caller, given), names = entries.map(([key]) => key);
  const missing = names.filter((key) => !parts.has(key));
  if (missing.length > 0) throw refuse(`has no ${few(missing)}; it has ${few([...parts.keys()])}`);
  const extra = [...parts].filter(([key, { stateful }]) => stateful && !names.includes(key));
  if (extra.length > 0 && !partial) {
    const listed = few(extra.map(([key]) => key));
    throw refuse(`has ${listed}, too; give all parts, or take some: load(path, { … }, { partial: true })`);
  }
  for (const [key, part] of entries) {
    if (isStateful(part) === parts.get(key)!.stateful) continue;
    const has = isStateful(part) ? "a value, not a state" : "the state of something, not a value";
    throw new TypeError(
      `${caller}: ${legible(key)} is given as ${
        describe(part)
      }, and ${what} has ${has} by that name; nothing was changed`,
    );
  }
  return entries.filter((entry): entry is [string, Stateful] => isStateful(entry[1]));
}

/** Where the tensors of a part belong. */
function deviceOf(part: Stateful, state: unknown): Device {
  const first = (value: unknown): Tensor | undefined => {
    if (value instanceof Tensor) return value;
    if (isPlain(value) || Array.isArray(value)) {
      for (const entry of Object.values(value)) {
        const found = first(entry);
        if (found !== undefined) return found;
      }
    }
  };
  const one = part instanceof Optimizer ? part.paramGroups[0].params[0] : first(state);
  return one?.device ?? currentDevice();
}

/** A value of a part, on its way in. */
interface Loading {
  key: string;
  part: Stateful;
  /** What the part was before. */
  before: unknown;
  /** What the file has. */
  state: unknown;
}

/**
 * Restores parts and, where it is all of them, the sequence of random numbers.
 *
 * @param saved A checkpoint that is open.
 * @param given The parts.
 * @param partial Whether the file may have more; then the random numbers go on as they are.
 * @returns The values that were saved.
 * @throws {RangeError | TypeError} if the file does not fit. Nothing is changed then.
 */
export function restore(saved: Saved, given: Parts, partial: boolean): Record<string, unknown> {
  const stateful = match(saved, given, partial), { source, parts } = saved;
  const loadings: Loading[] = [];
  let values: [string, unknown][];
  try {
    for (const [key, part] of stateful) {
      const before = part.stateDict();
      const loading: Loading = { key, part, before, state: null };
      loadings.push(loading);
      loading.state = readPart(saved, parts.get(key)!, key, deviceOf(part, before));
    }
    values = [...parts].filter(([, { stateful }]) => !stateful)
      .map(([key, part]) => [key, readPart(saved, part, key, currentDevice())]);
    loadAllParts(loadings, source);
  } finally {
    for (const { part, before, state } of loadings) {
      releaseGiven(part, before);
      releaseTaken(part, state);
    }
  }
  if (!partial) setRandomState(saved.random);
  return Object.fromEntries(values);
}

/** Loads one part after the other. None can be asked beforehand whether it would take what it is given, so each is put back. */
function loadAllParts(
  loadings: readonly Loading[],
  { caller, what }: { caller: string; what: string },
): void {
  for (const [i, { key, part, state }] of loadings.entries()) {
    try {
      part.loadStateDict(state as never);
    } catch (error) {
      loadings.slice(0, i + 1).reverse().forEach(putBack);
      const { message } = error as Error;
      const Kind = error instanceof TypeError ? TypeError : error instanceof RangeError ? RangeError : Error;
      throw new Kind(`${caller}: ${legible(key)} of ${what} does not fit: ${message}`, { cause: error });
    }
  }
}

function putBack({ part, before }: Loading): void {
  try {
    // A loader that is put back goes on where one that was left alone would begin anew.
    if (!isSame(part.stateDict(), before)) part.loadStateDict(before as never);
  } catch {
    // What takes nothing has taken nothing.
  }
}

/** Whether two states without tensors are the same. */
function isSame(a: unknown, b: unknown): boolean {
  const text = (state: unknown) => {
    let tensors = 0;
    const json = encode("load", state, "state", () => `tensor ${tensors++}`);
    return tensors === 0 ? JSON.stringify(json) : null;
  };
  const first = text(a);
  return first !== null && first === text(b);
}
