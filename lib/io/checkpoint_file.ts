/**
 * A checkpoint as a safetensors file. Tensors are named by their paths, "model.conv.weight", "optimizer.state.0.expAvg"; the rest is
 * JSON in the metadata, under "descent.checkpoint":
 *
 * `{ version: 1, parts: { model: { state: … }, step: { value: 12 } }, random: { seed: [7, 0], offset: 4096 } }`
 *
 * where lib/io/tree.ts says how tensors stand in it. The last tensor, "descent.crc32", is the CRC-32 of all bytes before it: a file
 * that was written whole and damaged later is known by that. One without is taken, too: Python's safetensors chooses the order.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { checkRandomState, type RandomState, randomState } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { describe, isPlain } from "../text/arguments.ts";
import { crc32 } from "./checksum.ts";
import { type Layout, loadAll } from "./load.ts";
import { layoutOf } from "./safetensors.ts";
import { readHeader } from "./safetensors_header.ts";
import { SafetensorsImage } from "./safetensors_write.ts";
import { FileFormatError } from "../host/format_error.ts";
import { checkParts, isStateful, type Parts, releaseGiven, type Stateful } from "./parts.ts";
import type { Source } from "./source.ts";
import { decode, encode, type Json } from "./tree.ts";

/** The metadata's entry. */
const KEY = "descent.checkpoint";
/** A file of a later version says things that this one does not know. */
const VERSION = 1;
/** The last tensor. */
const CHECKSUM = "descent.crc32";

/**
 * Takes down all parts at once: what the program does while the file is written does not reach it.
 *
 * @throws {TypeError} for a part that no file can hold.
 */
export function imageOf(name: string, parts: Parts): SafetensorsImage {
  const tensors = new Map<string, Tensor>(), states: [Stateful, unknown][] = [];
  const place = (tensor: Tensor, path: string) => {
    let free = path;
    // A name may have dots of its own: { "a.b": x } beside { a: { b: y } }.
    for (let i = 2; tensors.has(free) || free === CHECKSUM; i++) free = `${path}#${i}`;
    tensors.set(free, tensor);
    return free;
  };
  try {
    const encoded = checkParts(name, parts).map(([key, part]): [string, Json] => {
      if (key === "__proto__") throw new TypeError(`${name}: a part cannot be named ${key}`);
      if (!isStateful(part)) return [key, { value: encode(name, part, key, place) }];
      const state = part.stateDict();
      states.push([part, state]);
      return [key, { state: encode(name, state, key, place) }];
    });
    const content = { version: VERSION, parts: Object.fromEntries(encoded), random: randomState() };
    // PyTorch's readers look for the first.
    const metadata = { format: "pt", [KEY]: JSON.stringify(content) };
    return new SafetensorsImage(name, Object.fromEntries(tensors), { metadata }, CHECKSUM);
  } finally {
    for (const [part, state] of states) releaseGiven(part, state);
  }
}

/** A checkpoint is not damaged, but of a time to come. */
export class VersionError extends FileFormatError {}

/** What a checkpoint holds of a part. */
export interface SavedPart {
  /** Whether it had a state; else it is a value. */
  stateful: boolean;
  /** As the file says it. */
  json: unknown;
  /** Its tensors. */
  layouts: Layout[];
}

/** A checkpoint that was opened and whose description is right. Its tensors are not read yet. */
export interface Saved {
  source: Source;
  parts: Map<string, SavedPart>;
  random: RandomState;
  /** Where the sum of its bytes is; undefined if it has none. */
  sum: Layout | undefined;
}

/**
 * Reads what a checkpoint says of itself.
 *
 * @throws {FileFormatError} if it is none, of a newer version, or damaged.
 */
export function describeFile(source: Source): Saved {
  const header = readHeader(source), { metadata, tensors } = header;
  const text = Object.hasOwn(metadata, KEY) ? metadata[KEY] : null;
  if (text === null) {
    throw source.fault("is a safetensors file, but no checkpoint; readSafetensors() gives its tensors");
  }
  const content = parseContent(source, text);
  const left = new Map([...tensors.keys()].map((tensor) => [tensor, layoutOf(source, header, tensor)]));
  const sum = left.get(CHECKSUM);
  left.delete(CHECKSUM);
  const parts = new Map(
    Object.entries(content.parts).map(([key, part]) => [key, describePart(source, key, part, left)]),
  );
  if (left.size > 0) {
    throw source.fault(`has a tensor ${describe([...left.keys()][0])}, which belongs to nothing`);
  }
  return { source, parts, random: content.random, sum };
}

/** The metadata's entry, checked as far as it is the same for all checkpoints. */
function parseContent(source: Source, text: string): { parts: Record<string, unknown>; random: RandomState } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw source.fault("has a description that is no JSON");
  }
  if (!isPlain(content) || !Number.isSafeInteger(content.version)) {
    throw source.fault(`has a description without a version, ${describe(content)}`);
  }
  const { version, parts, random } = content;
  if (version !== VERSION) {
    if ((version as number) < 1) throw source.fault(`has a description of version ${version}`);
    throw new VersionError(
      `${source.caller}: ${source.what} was written by a newer version of this library, which reads it: ` +
        `its version is ${version}, and only ${VERSION} is known here`,
    );
  }
  if (!isPlain(parts) || Object.hasOwn(parts, "__proto__")) {
    throw source.fault(`has ${describe(parts)} for parts`);
  }
  try {
    return { parts, random: checkRandomState(source.caller, random) };
  } catch (error) {
    throw source.fault(`has an unfit state of the random numbers (${(error as Error).message})`);
  }
}

/** One part; its tensors are taken from those that are left. */
function describePart(source: Source, key: string, part: unknown, left: Map<string, Layout>): SavedPart {
  const kind = isPlain(part) && Object.keys(part).length === 1 ? Object.keys(part)[0] : "";
  if (kind !== "state" && kind !== "value") {
    throw source.fault(`has ${describe(part)} as part ${describe(key)}, neither a state nor a value`);
  }
  const json = (part as Record<string, unknown>)[kind], layouts: Layout[] = [];
  const take = (name: string) => {
    const layout = left.get(name);
    if (layout === undefined) throw source.fault(`has no tensor ${describe(name)}, or uses it twice`);
    left.delete(name);
    layouts.push(layout);
  };
  decode(json, key, { take, fault: (what) => source.fault(what) });
  return { stateful: kind === "state", json, layouts };
}

/** The file is read in pieces of so many bytes. */
const AT_ONCE = 2 ** 20;

/**
 * Compares a checkpoint's bytes with their sum.
 *
 * @throws {FileFormatError} if they are not those that were written.
 */
function checkBytes({ source, sum: last }: Saved): void {
  if (last === undefined) return;
  const end = source.size - 4;
  if (last.offset !== end || last.kind !== "U8" || last.shape.length !== 1) {
    throw source.fault(`is damaged: ${CHECKSUM} is not the sum of what stands before it`);
  }
  const piece = new Uint8Array(Math.min(AT_ONCE, end));
  let sum = 0;
  for (let at = 0; at < end; at += AT_ONCE) {
    const part = piece.subarray(0, Math.min(AT_ONCE, end - at));
    source.read(part, at);
    sum = crc32(part, sum);
  }
  if (new DataView(source.bytes(end, 4).buffer).getUint32(0, true) !== sum) {
    throw source.fault("is damaged: its bytes are not those that were written");
  }
}

/**
 * Reads what a checkpoint says of itself, and looks at all of it.
 *
 * @throws {FileFormatError} if it is none, of a newer version, or damaged.
 */
export function openCheckpoint(source: Source): Saved {
  const saved = describeFile(source);
  checkBytes(saved);
  return saved;
}

/** A value, without its tensors; undefined where there is none of the name. */
export function valueIn({ source, parts }: Saved, key: string): unknown {
  const part = parts.get(key);
  if (part === undefined || part.stateful) return undefined;
  return decode(part.json, key, { take: () => null, fault: (what) => source.fault(what) });
}

/** A part as it was, its tensors on a device. */
export function readPart(
  { source }: Saved,
  { json, layouts }: SavedPart,
  key: string,
  device: Device,
): unknown {
  const tensors = new Map(
    loadAll(source, layouts, device).map((tensor, i) => [layouts[i].name, tensor.keep()]),
  );
  return decode(json, key, { take: (name) => tensors.get(name)!, fault: (what) => source.fault(what) });
}
