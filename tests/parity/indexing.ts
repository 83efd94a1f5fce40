/**
 * The library's side of tools/fixtures/indexing.py: parts taken and written by indices of every kind.
 *
 * @module
 */
import { type Index, stack, type Tensor } from "descent";
import type { Operation, Settings } from "./operation.ts";

/** A part of an index as a fixture writes it. */
type Written =
  | number
  | null
  | "..."
  | "newaxis"
  | (number | null)[]
  | { input: number }
  | { list: (number | boolean | unknown[])[] };

/** Whether nested arrays hold booleans. */
const isMask = (list: unknown): boolean => Array.isArray(list) ? isMask(list[0]) : typeof list === "boolean";

/** An index as the library takes it; its tensors are among the inputs. */
function read(index: Written[], tensors: Tensor[]): Index[] {
  return index.map((part) => {
    if (typeof part !== "object" || part === null) return part;
    if ("input" in part) return tensors[part.input];
    if (Array.isArray(part)) return part as unknown as [number, number];
    return (isMask(part.list) ? part.list : [part.list]) as Index;
  });
}

const seen = (x: Tensor, { order }: Settings) => order === undefined ? x : x.permute(order);

export const indexing: Record<string, Operation> = {
  atAny: ([x, ...tensors], settings) => seen(x, settings).at(...read(settings.index, tensors)),
  put: ([x, v, ...tensors], { index, accumulate, ...settings }) =>
    seen(x, settings).clone().set_(read(index, tensors), v, { accumulate }),
  indexSelect: ([x, index], { dim }) => x.indexSelect(dim, index),
  indexAdd: ([x, index, v], { dim, ...options }) => x.indexAdd(dim, index, v, options),
  indexCopy: ([x, index, v], { dim }) => x.indexCopy(dim, index, v),
  indexFill: ([x, index, v], { dim }) => x.indexFill(dim, index, v),
  scatter: ([x, index, v], { dim, ...options }) => x.scatter(dim, index, v, options),
  scatterNumber: ([x, index], { dim, value }) => x.scatter(dim, index, value),
  scatterAdd: ([x, index, v], { dim }) => x.scatterAdd(dim, index, v),
  take: ([x, index]) => x.take(index),
  takeAlongDim: ([x, index], { dim }) => x.takeAlongDim(index, dim),
  maskedFill: ([x, mask], { value }) => x.maskedFill(mask, value),
  maskedFillTensor: ([x, mask, v]) => x.maskedFill(mask, v),
  maskedSelect: ([x, mask]) => x.maskedSelect(mask),
  nonzero: ([x]) => x.nonzero(),
  nonzeroLists: async ([x]) => stack(await x.nonzero({ asTuple: true })),
};
