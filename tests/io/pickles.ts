/** Pickles put together by hand, and files of torch.save() around them. */
import { joined, zip } from "./zip.ts";

/** Python's opcodes, those that are read and those that are not. */
export const op = {
  proto: (version: number) => [0x80, version],
  mark: [0x28],
  stop: [0x2e],
  none: [0x4e],
  emptyList: [0x5d],
  emptyTuple: [0x29],
  emptyDict: [0x7d],
  append: [0x61],
  appends: [0x65],
  setItem: [0x73],
  setItems: [0x75],
  tuple: [0x74],
  tuple1: [0x85],
  tuple2: [0x86],
  tuple3: [0x87],
  pop: [0x30],
  dup: [0x32],
  reduce: [0x52],
  build: [0x62],
  newObj: [0x81],
  persid: [0x51],
  stackGlobal: [0x93],
  memoize: [0x94],
  put: (i: number) => [0x71, i],
  get: (i: number) => [0x68, i],
  int: (value: number) => [0x4a, value & 255, value >> 8 & 255, value >> 16 & 255, value >> 24 & 255],
  long: (...bytes: number[]) => [0x8a, bytes.length, ...bytes],
  text: (value: string) => [0x8c, value.length, ...new TextEncoder().encode(value)],
  global: (module: string, name: string) => [0x63, ...new TextEncoder().encode(`${module}\n${name}\n`)],
};

/** A pickle of these opcodes: a protocol before, a stop behind. */
export function pickle(...codes: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...op.proto(2), ...codes.flat(), ...op.stop]);
}

/** The opcodes of a tensor of torch.save(). */
export function tensorCodes(
  { type = "FloatStorage", key = "0", count = 4, start = 0, shape = [4], strides = [1] }: {
    type?: string;
    key?: string;
    count?: number;
    start?: number;
    shape?: number[];
    strides?: number[];
  } = {},
): number[] {
  const list = (sizes: number[]) => [...op.mark, ...sizes.flatMap((size) => integer(size)), ...op.tuple];
  return [
    ...op.global("torch._utils", "_rebuild_tensor_v2"),
    ...op.mark,
    ...[...op.mark, ...op.text("storage"), ...op.global("torch", type), ...op.text(key), ...op.text("cpu")],
    ...[...integer(count), ...op.tuple, ...op.persid],
    ...[...integer(start), ...list(shape), ...list(strides), 0x89],
    ...[...op.global("collections", "OrderedDict"), ...op.emptyTuple, ...op.reduce],
    ...op.tuple,
    ...op.reduce,
  ];
}

/** A whole number of any size. */
function integer(value: number): number[] {
  const bytes = new Uint8Array(new BigInt64Array([BigInt(value)]).buffer);
  return op.long(...bytes);
}

/** A file of torch.save() with a pickle, and storages of so many bytes: 0, 1, 2, … */
export async function archive(
  bytes: Uint8Array<ArrayBuffer>,
  storages: Record<string, number> = { "0": 16 },
): Promise<Uint8Array<ArrayBuffer>> {
  const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i);
  return await zip([
    { name: "archive/data.pkl", data: bytes },
    ...Object.entries(storages).map(([key, length]) => ({
      name: `archive/data/${key}`,
      data: counting(length),
    })),
    { name: "archive/version", data: joined(new TextEncoder().encode("3\n")) },
  ]);
}
