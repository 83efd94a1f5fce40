/**
 * What a checkpoint holds beside tensors, as JSON: plain objects and lists of numbers, texts and booleans. A tensor stands in it by
 * its name in the file, `{ "$tensor": "model.weight" }`; a number that JSON does not know as `{ "$number": "-Infinity" }`; an object
 * that has a name with a $ of its own as `{ "$object": { … } }`.
 *
 * @module
 */
import { Tensor } from "../tensor/tensor.ts";
import { describe, isPlain } from "../text/arguments.ts";
import { legible } from "../text/escape.ts";

/** What a checkpoint can hold: JSON's values, any number, and tensors; `undefined` in an object counts as not there. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | Tensor
  | readonly Plain[]
  | { readonly [name: string]: Plain | undefined };

/** What JSON can write. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Deeper than this, things hold themselves, or somebody wants the stack to overflow. */
const DEEPEST = 64;
/** A name that changes what an object is, where it is assigned. */
const PROTO = "__proto__";

const SPECIAL: Record<string, number> = { NaN, Infinity, "-Infinity": -Infinity, "-0": -0 };

/**
 * A value as JSON.
 *
 * @param name The function, as its user calls it.
 * @param value The value.
 * @param path Where it stands, such as "optimizer.state.0".
 * @param place Takes a tensor and where it stands, and gives its name in the file.
 * @throws {TypeError} for what no file can hold, with its path.
 * @throws {RangeError} if it is nested too deep.
 */
export function encode(
  name: string,
  value: unknown,
  path: string,
  place: (tensor: Tensor, path: string) => string,
  depth = 0,
): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return encodeNumber(value);
  if (value instanceof Tensor) return { $tensor: place(value, path) };
  if (depth > DEEPEST) {
    throw new RangeError(
      `${name}: ${legible(path.slice(0, 40))}… is nested more than ${DEEPEST} deep; does it hold itself?`,
    );
  }
  if (Array.isArray(value)) {
    // A hole is an entry that is undefined, which map() would skip.
    return Array.from(value, (entry, i) => encode(name, entry, `${path}.${i}`, place, depth + 1));
  }
  if (!isPlain(value)) throw new TypeError(`${name}: ${legible(path)} is ${describe(value)}; ${way(value)}`);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  if (entries.some(([key]) => key === PROTO)) {
    throw new TypeError(`${name}: ${legible(path)} has an entry named ${PROTO}, which no checkpoint takes`);
  }
  const encoded = Object.fromEntries(
    entries.map(([key, entry]) => [key, encode(name, entry, `${path}.${key}`, place, depth + 1)]),
  );
  return entries.some(([key]) => key.startsWith("$")) ? { $object: encoded } : encoded;
}

function encodeNumber(value: number): Json {
  const special = Object.keys(SPECIAL).find((key) => Object.is(SPECIAL[key], value));
  return special === undefined ? value : { $number: special };
}

/** What to do with something that no file holds, as the end of a sentence. */
function way(value: unknown): string {
  if (value instanceof Promise) return "await it first";
  if (ArrayBuffer.isView(value)) return "tensor(…) makes a tensor of it, Array.from(…) a list";
  const has = (method: string) =>
    typeof (value as Record<string, unknown> | undefined)?.[method] === "function";
  if (has("stateDict")) {
    return "what has a stateDict() and a loadStateDict() stands by itself, not in a list or an object";
  }
  return "a checkpoint holds what has stateDict() and loadStateDict(), tensors, numbers, texts, booleans, " +
    "and lists and objects of them";
}

/** What {@linkcode decode} asks of who reads a file. */
export interface Decoding {
  /** Gives what stands for the tensor of a name. */
  take(name: string): unknown;
  /** Makes the error that says what is wrong with the file. */
  fault(what: string): Error;
}

/**
 * A value from JSON that {@linkcode encode} made.
 *
 * @param json What the file says: anything that JSON.parse gives.
 * @param path Where it stands.
 * @throws {Error} a fault, if nothing that `encode` makes looks like this.
 */
export function decode(json: unknown, path: string, decoding: Decoding, depth = 0): unknown {
  const { take, fault } = decoding;
  if (depth > DEEPEST) throw fault(`nests ${describe(path.slice(0, 40))} more than ${DEEPEST} deep`);
  if (typeof json !== "object" || json === null) {
    // JSON.parse makes an infinity of 1e999.
    if (typeof json !== "number" || Number.isFinite(json)) return json;
    throw fault(`has too large a number as ${legible(path)}`);
  }
  if (Array.isArray(json)) {
    return json.map((entry, i) => decode(entry, `${path}.${i}`, decoding, depth + 1));
  }
  const keys = Object.keys(json), marked = keys.find((key) => key.startsWith("$"));
  if (marked === undefined) return decodeEntries(json as Record<string, unknown>, path, decoding, depth);
  const value = (json as Record<string, unknown>)[marked];
  if (keys.length === 1) {
    if (marked === "$tensor" && typeof value === "string") return take(value);
    if (marked === "$number" && typeof value === "string" && Object.hasOwn(SPECIAL, value)) {
      return SPECIAL[value];
    }
    if (marked === "$object" && isPlain(value)) return decodeEntries(value, path, decoding, depth);
  }
  throw fault(`has ${describe(json)} as ${legible(path)}, which stands for nothing`);
}

function decodeEntries(
  json: Record<string, unknown>,
  path: string,
  decoding: Decoding,
  depth: number,
): Record<string, unknown> {
  if (Object.hasOwn(json, PROTO)) throw decoding.fault(`has an entry ${PROTO} in ${legible(path)}`);
  return Object.fromEntries(
    Object.entries(json).map(([key, entry]) => [key, decode(entry, `${path}.${key}`, decoding, depth + 1)]),
  );
}
