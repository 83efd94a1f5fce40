/**
 * The names of Python's that a file of torch.save() may call, and what each call stands for. None of them is called: this is the
 * whole list of what is understood.
 *
 * Source: torch/_utils.py (_rebuild_tensor_v2 and its kin), torch/storage.py, torch/serialization.py.
 *
 * @module
 */
import { describe } from "../text/arguments.ts";
import type { FileFormatError } from "../host/format_error.ts";
import { type Kind, KINDS } from "./kinds.ts";
import { countOf, MOST_DIMS } from "./load.ts";
import { type Maker, type Pickled, PickledDict, PickledList, PickledName, PickledObject } from "./pickle.ts";

/** Numbers beside the pickle, of which a tensor is a part. */
export class StoredNumbers extends PickledObject {
  /**
   * @param key What it is called in the zip.
   * @param kind What it holds; null: bytes, whose tensors say what they are.
   * @param bytes How many bytes it takes.
   */
  constructor(readonly key: string, readonly kind: Kind | null, readonly bytes: number) {
    super();
  }
}

/** A tensor, as a part of a storage. */
export class StoredTensor extends PickledObject {
  /** @param start Its first element, in elements from the storage's beginning. */
  constructor(
    readonly storage: StoredNumbers,
    readonly kind: Kind,
    readonly start: number,
    readonly shape: number[],
    readonly strides: number[],
  ) {
    super();
  }
}

const STORAGES: Record<string, Kind | null> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
  "torch.storage.UntypedStorage": null,
};

const DTYPES: Record<string, Kind> = {
  "torch.float64": "F64",
  "torch.float32": "F32",
  "torch.float16": "F16",
  "torch.bfloat16": "BF16",
  "torch.int64": "I64",
  "torch.int32": "I32",
  "torch.int16": "I16",
  "torch.int8": "I8",
  "torch.uint64": "U64",
  "torch.uint32": "U32",
  "torch.uint16": "U16",
  "torch.uint8": "U8",
  "torch.bool": "BOOL",
};

/** What a call of each name stands for, by its arguments; undefined: they are not those that it takes. */
const CALLS: Record<
  string,
  (args: readonly Pickled[], fault: (text: string) => FileFormatError) => Pickled | undefined
> = {
  "collections.OrderedDict": dictionary,
  // What a scheduler keeps its milestones in: how often by what.
  "collections.Counter": dictionary,
  "torch.Size": ([sizes]) => sizes instanceof PickledList ? sizes : undefined,
  // Only the name of where something was.
  "torch.device": ([type, index]) =>
    typeof type !== "string" ? undefined : typeof index === "number" ? `${type}:${index}` : type,
  "torch._utils._rebuild_tensor_v2": ([storage, start, sizes, strides, , , marks], fault) =>
    storage instanceof StoredNumbers && storage.kind !== null
      ? tensor(storage, storage.kind, [start, sizes, strides, marks], fault)
      : undefined,
  "torch._utils._rebuild_tensor_v3": ([storage, start, sizes, strides, , , dtype, marks], fault) =>
    storage instanceof StoredNumbers && dtype instanceof PickledName && Object.hasOwn(DTYPES, dtype.name)
      ? tensor(storage, DTYPES[dtype.name], [start, sizes, strides, marks], fault)
      : undefined,
  "torch._utils._rebuild_parameter": ([data]) => data instanceof StoredTensor ? data : undefined,
  "torch._utils._rebuild_parameter_with_state": ([data]) => data instanceof StoredTensor ? data : undefined,
};

/** What the names in a file of torch.save() mean. */
export class TorchMaker implements Maker {
  /** @param fault Makes the error that says what is wrong with the file. */
  constructor(readonly fault: (text: string) => FileFormatError) {}

  knows(name: string): boolean {
    return [CALLS, STORAGES, DTYPES].some((table) => Object.hasOwn(table, name));
  }

  call(name: string, args: readonly Pickled[]): Pickled | undefined {
    return Object.hasOwn(CALLS, name) ? CALLS[name](args, this.fault) : undefined;
  }

  /** ("storage", torch.FloatStorage, key, "cpu", count): numbers beside the pickle. */
  refer(id: Pickled): Pickled | undefined {
    if (!(id instanceof PickledList)) return undefined;
    const [word, type, key, , count] = id.items;
    if (word !== "storage" || !(type instanceof PickledName) || !Object.hasOwn(STORAGES, type.name)) {
      return undefined;
    }
    if (typeof key !== "string" || !isSize(count)) return undefined;
    const kind = STORAGES[type.name], bytes = count * (kind === null ? 1 : KINDS[kind].bytes);
    return Number.isSafeInteger(bytes) ? new StoredNumbers(key, kind, bytes) : undefined;
  }
}

/** An empty dictionary, or the one that is given: not a copy, which would take long where a pickle asks for many. */
function dictionary([given = new PickledDict(), ...more]: readonly Pickled[]): PickledDict | undefined {
  return given instanceof PickledDict && more.length === 0 ? given : undefined;
}

function isSize(value: Pickled): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isSizes(value: Pickled): value is PickledList & { items: number[] } {
  return value instanceof PickledList && value.items.length <= MOST_DIMS && value.items.every(isSize);
}

/** A tensor, checked to be inside its storage. */
function tensor(
  storage: StoredNumbers,
  kind: Kind,
  [start, sizes, strides, marks]: readonly Pickled[],
  fault: (text: string) => FileFormatError,
): StoredTensor | undefined {
  if (!isSize(start) || !isSizes(sizes) || !isSizes(strides) || sizes.items.length !== strides.items.length) {
    return undefined;
  }
  // Of complex numbers, and of numbers whose sign is to be turned.
  if (marks instanceof PickledDict && marks.pairs.length > 0) return undefined;
  const shape = [...sizes.items], steps = [...strides.items], count = countOf(shape);
  const wrong = (what: string) =>
    fault(
      `is damaged: a tensor of shape ${describe(shape)} and strides ${
        describe(steps)
      }, from element ${start} on, ${what}`,
    );
  if (count === null) throw wrong("is more than a file can hold");
  const last = start + shape.reduce((sum, size, d) => sum + Math.max(0, size - 1) * steps[d], 0);
  if (count > 0 && !((last + 1) * KINDS[kind].bytes <= storage.bytes)) {
    throw wrong(`is not inside of storage ${describe(storage.key)}, which has ${storage.bytes} bytes`);
  }
  if (count > 0 && overlaps(shape, steps)) throw wrong("has elements that overlap in a way that is not read");
  return new StoredTensor(storage, kind, start, shape, steps);
}

/** Whether different elements share memory, other than by repeating all along a dimension (a stride of 0, as expand() makes). */
function overlaps(shape: readonly number[], strides: readonly number[]): boolean {
  const dims = shape.map((_, d) => d).filter((d) => shape[d] > 1 && strides[d] > 0);
  let reach = 0;
  for (const d of dims.sort((a, b) => strides[a] - strides[b])) {
    if (strides[d] <= reach) return true;
    reach += (shape[d] - 1) * strides[d];
  }
  return false;
}
