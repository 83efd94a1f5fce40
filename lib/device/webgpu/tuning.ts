/**
 * What was measured on an adapter: the fastest tile and number of splits for products of some sizes. tools/tune.ts makes it.
 *
 * @module
 */
import { describe, isPlain } from "../../text/arguments.ts";
import { type Choice, NUMBERS } from "./kernels/tiles.ts";

/** A table of measured choices, as JSON. */
export interface Tuning {
  /** The description of the device that it was measured on; on others it is not used. */
  readonly adapter: string;
  /** By kind and rounded sizes of a product: rows and columns of the tile, of a thread, depth, splits. */
  readonly products: Readonly<Record<string, readonly number[]>>;
}

/** The most threads of a workgroup, and the most numbers in workgroup memory, that WebGPU promises. */
const MOST_THREADS = 256, MOST_NUMBERS = 4096;

/** A choice as a table has it. */
export function written({ tile, splits }: Choice): number[] {
  return [tile.rows, tile.columns, tile.eachRow, tile.eachColumn, tile.depth, splits];
}

/**
 * Reads a table.
 *
 * @param user The function that was given it.
 * @throws {TypeError} if it is no table.
 * @throws {RangeError} if it has a tile that no workgroup can compute.
 */
export function readTuning(user: string, tuning: Tuning): Map<string, Choice> {
  const { adapter, products } = isPlain(tuning) ? tuning : {} as Partial<Tuning>;
  if (typeof adapter !== "string" || !isPlain(products)) {
    throw new TypeError(
      `${user}: tuning is what \`deno task tune\` prints: { adapter: "…", products: { … } }`,
    );
  }
  return new Map(
    Object.entries(products).map(([key, numbers]) => {
      if (!isChoice(numbers)) {
        throw new RangeError(
          `${user}: tuning has ${describe(numbers)} for ${
            describe(key)
          }, where ${NUMBERS} were to be found; make it anew by ` +
            "`deno task tune`",
        );
      }
      const [rows, columns, eachRow, eachColumn, depth, splits] = numbers;
      return [key, { tile: { rows, columns, eachRow, eachColumn, depth }, splits }];
    }),
  );
}

function isChoice(numbers: unknown): numbers is number[] {
  if (!Array.isArray(numbers) || numbers.length !== 6) return false;
  if (!numbers.every((n, i) => Number.isInteger(n) && n > 0 && (i === 5 || n % 4 === 0))) return false;
  const [rows, columns, eachRow, eachColumn, depth] = numbers;
  const threads = rows / eachRow * columns / eachColumn;
  // Threads read whole lines of the tiles together.
  return rows % eachRow === 0 && columns % eachColumn === 0 && threads <= MOST_THREADS &&
    [rows / 4, columns / 4, depth / 4].every((line) => threads % line === 0) &&
    (rows + columns) * (depth + 1) <= MOST_NUMBERS;
}
