/**
 * The numbers in a graph's boxes.
 *
 * @module
 */
import { shortNumber } from "../../text/numbers.ts";
import { behind, type Box } from "./collapse.ts";

/** Numbers and gradient of a box, row by row. */
export interface Read {
  value: string[][];
  gradient: string[][];
}

/** Reads all numbers of a graph: values as they were when the snapshot was taken, gradients as they are now. */
export async function readAll(root: Box): Promise<Map<Box, Read>> {
  const read = new Map<Box, Read>();
  await Promise.all(
    behind(root).map(async (box) => {
      const { shape } = box;
      const value = box.value === null ? null : await box.value.catch(() => null);
      const slope = await box.slope?.() ?? null;
      read.set(box, {
        value: value === null ? [] : numbers(value, shape),
        gradient: slope === null ? [] : numbers(slope, shape),
      });
    }),
  );
  return read;
}

/** A few numbers in rows: a matrix has its own, a list goes on in the next. */
function numbers(values: ArrayLike<number>, shape: readonly number[]): string[][] {
  const texts = Array.from(values, (value) => shortNumber(Number(value), { digits: 4 }));
  const columns = shape.at(-1) ?? 1;
  const across = columns === texts.length ? (columns > 5 ? 4 : columns) : columns;
  // Wider than that, the box would be most of the picture.
  if (across > 6) return [];
  return Array.from(
    { length: Math.ceil(texts.length / across) },
    (_, i) => texts.slice(i * across, (i + 1) * across),
  );
}
