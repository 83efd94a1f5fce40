/**
 * The header of a safetensors file: 8 bytes that say how long it is, little-endian; then JSON that says what each tensor is
 * and where. What is checked is what the reference implementation checks, and that no name stands there twice.
 *
 * Source: github.com/huggingface/safetensors, README.md, section "Format", and safetensors/src/tensor.rs (read_metadata, validate).
 *
 * @module
 */
import { sizeOf, text } from "../device/shape.ts";
import { describe, isList, isPlain } from "../text/arguments.ts";
import { KINDS } from "./kinds.ts";
import { countOf } from "./load.ts";
import { hint, type Source } from "./source.ts";

/** What a header says of a tensor. */
export interface SafetensorsEntry {
  /** What its numbers are, in the format's words: "F32", "BF16", "I64". */
  dtype: string;
  /** The size of every dimension. */
  shape: number[];
  /** Where its first byte is in the file. */
  offset: number;
}

/** What a safetensors file says of itself. */
export interface SafetensorsHeader {
  /** What its writer noted, texts by name. */
  metadata: Record<string, string>;
  /** Its tensors by name. */
  tensors: Map<string, SafetensorsEntry>;
}

/** Headers longer than this are refused, here as there. */
export const LONGEST_HEADER = 100_000_000;
/** A header is text, and what it becomes takes much more room: names, objects and lists are counted before they are made. */
const MOST_THINGS = 500_000;
/** How deep objects and lists may be nested, here as there. */
const DEEPEST = 128;

/** Kinds of numbers that the format has and that are not read, and the bits of an element. */
const UNREAD: Record<string, number> = {
  C64: 64,
  F8_E4M3: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2: 8,
  F8_E5M2FNUZ: 8,
  F8_E8M0: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
};

/** Where the metadata stand, among the names of tensors. */
export const METADATA = "__metadata__";

/**
 * Reads a header, and checks that it describes the whole file, byte for byte.
 *
 * @throws {FileFormatError} if it does not.
 */
export function readHeader(source: Source): SafetensorsHeader {
  if (source.size < 8) {
    throw source.fault(
      `is no safetensors file: it has ${source.size} bytes, and should begin with 8 of a length`,
    );
  }
  const length = new DataView(source.bytes(0, 8).buffer).getBigUint64(0, true), known = hint(source);
  if (length > LONGEST_HEADER) {
    throw source.fault(
      `is no safetensors file: its header should have ${length} bytes, and no more than ${LONGEST_HEADER} are allowed${known}`,
    );
  }
  const start = 8 + Number(length);
  if (start > source.size) {
    throw source.fault(
      `is cut short, or no safetensors file: its header should end at byte ${start}, the file at ${source.size}${known}`,
    );
  }
  const header = parse(source, source.bytes(8, Number(length)));
  const metadata = metadataOf(source, header);
  const tensors = new Map<string, SafetensorsEntry>(),
    ends: [begin: number, end: number, name: string][] = [];
  for (const [name, info] of Object.entries(header)) {
    if (name === METADATA) continue;
    const { dtype, shape, begin, end } = checkInfo(source, name, info);
    tensors.set(name, { dtype, shape, offset: start + begin });
    ends.push([begin, end, name]);
  }
  ends.sort(([a, c], [b, d]) => a - b || c - d);
  let at = 0;
  for (const [begin, end, name] of ends) {
    if (begin !== at) {
      const how = begin > at
        ? `leaves a hole from byte ${at}`
        : `overlaps the tensor before it, which ends at byte ${at}`;
      throw source.fault(`is damaged: tensor ${describe(name)}, from byte ${begin} of the data, ${how}`);
    }
    at = end;
  }
  if (start + at !== source.size) {
    const how = start + at > source.size ? "is cut short" : "is damaged";
    throw source.fault(`${how}: by its header it has ${start + at} bytes, and it has ${source.size}`);
  }
  return { metadata, tensors };
}

/** The header as JSON. */
function parse(source: Source, bytes: Uint8Array): Record<string, unknown> {
  let json: string, value: unknown;
  try {
    json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw source.fault("is no safetensors file: its header is not UTF-8");
  }
  if (json[0] !== "{") throw source.fault(`is no safetensors file: its header does not begin with "{"`);
  survey(source, json);
  try {
    value = JSON.parse(json);
  } catch {
    throw source.fault("is damaged: its header is not JSON");
  }
  return value as Record<string, unknown>;
}

/**
 * What JSON.parse() would pass over: a name that stands twice in an object, of which it keeps the last; and what it would fill
 * the memory with. Knows strings, brackets and colons, and leaves it to JSON.parse() whether all is in order.
 */
function survey(source: Source, json: string): void {
  /** Names of the objects that are open; null: a list. */
  const open: (Set<string> | null)[] = [];
  let things = 0, from = -1, to = -1;
  const count = () => {
    if (++things > MOST_THINGS) {
      throw source.fault(`is refused: its header has more than ${MOST_THINGS} entries`);
    }
  };
  for (let i = 0; i < json.length; i++) {
    switch (json[i]) {
      case "{":
      case "[":
        if (open.length === DEEPEST) {
          throw source.fault(`is damaged: its header is nested more than ${DEEPEST} deep`);
        }
        count();
        open.push(json[i] === "{" ? new Set() : null);
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case '"':
        from = i;
        for (i++; i < json.length && json[i] !== '"'; i++) if (json[i] === "\\") i++;
        to = i + 1;
        break;
      case ":": {
        count();
        if (from < 0) break;
        const name = nameOf(json.slice(from, to)), names = open.at(-1);
        if (names?.has(name)) throw source.fault(`is damaged: its header says ${describe(name)} twice`);
        names?.add(name);
        from = -1;
      }
    }
  }
}

/** A name without its quotes. What is no name is an error of JSON's. */
function nameOf(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted);
  } catch {
    return quoted;
  }
}

function metadataOf(source: Source, header: Record<string, unknown>): Record<string, string> {
  const metadata = Object.hasOwn(header, METADATA) ? header[METADATA] ?? {} : {};
  if (isPlain(metadata) && Object.values(metadata).every((value) => typeof value === "string")) {
    return metadata as Record<string, string>;
  }
  throw source.fault(`is damaged: its ${METADATA} are not texts by name`);
}

/** What a header says of one tensor, checked by itself. */
function checkInfo(source: Source, name: string, info: unknown) {
  const { dtype, shape, data_offsets: offsets } = isPlain(info) ? info : {};
  const isSize = (size: unknown) => Number.isSafeInteger(size) && (size as number) >= 0;
  if (typeof dtype !== "string" || !isList(shape, isSize) || !isList(offsets, isSize)) {
    throw source.fault(
      `is damaged: tensor ${describe(name)} should have a dtype, a shape and data_offsets, and has ${
        describe(info)
      }`,
    );
  }
  const sizes = shape as number[], [begin, end] = offsets as number[];
  const bits = Object.hasOwn(KINDS, dtype)
    ? 8 * KINDS[dtype as keyof typeof KINDS].bytes
    : Object.hasOwn(UNREAD, dtype)
    ? UNREAD[dtype]
    : null;
  if (bits === null) {
    throw source.fault(`has tensor ${describe(name)} of a dtype that there is not: ${describe(dtype)}`);
  }
  if (countOf(sizes) === null) {
    throw source.fault(
      `is damaged: tensor ${describe(name)} has a shape that no file holds, ${describe(sizes)}`,
    );
  }
  const bytes = sizeOf(sizes) * bits / 8;
  if ((offsets as number[]).length !== 2 || end - begin !== bytes) {
    throw source.fault(
      `is damaged: tensor ${describe(name)} of shape ${
        text(sizes)
      } and dtype ${dtype} takes ${bytes} bytes, not those ` +
        `of data_offsets ${describe(offsets)}`,
    );
  }
  return { dtype, shape: sizes, begin, end };
}
