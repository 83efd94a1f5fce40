/**
 * What a loop over epochs is given to run through.
 *
 * @module
 */
import { canEnter, current, runIn } from "../autograd/context.ts";
import { type Member, moveTo, openScope, takeOver } from "../autograd/scope.ts";
import { buffersIn, tensorsIn } from "../tensor/inside.ts";
import { describe } from "../text/arguments.ts";

/**
 * What hands out batches: a `DataLoader`, an array of batches, anything with a length (how many batches an epoch has) that can be
 * run through again and again, with `await` or without.
 */
export type Batches<Batch> = { readonly length: number } & (Iterable<Batch> | AsyncIterable<Batch>);

/** What a batch is, of what hands them out. */
export interface Handed<Batch> {
  readonly batch: Batch;
  /** What was made for it and is in it: it dies with the iteration that it is for. */
  readonly made: readonly Member[];
}

/** Throws unless something hands out batches. */
export function checkBatches(name: string, argument: string, given: unknown): void {
  const isThere = typeof given === "object" && given !== null && !ArrayBuffer.isView(given);
  if (isThere && (Symbol.asyncIterator in given || Symbol.iterator in given)) {
    const { length } = given as { length?: unknown };
    if (typeof length === "number" && Number.isSafeInteger(length) && length >= 0) return;
    throw new TypeError(
      `${name}: ${argument} must say in its length how many batches it has, and ${describe(given)} does not`,
    );
  }
  const hint = given instanceof Promise ? "; await it first" : "";
  throw new TypeError(
    `${name}: ${argument} must hand out batches, such as a DataLoader or an array of them, not ${
      describe(given)
    }${hint}`,
  );
}

/** Runs through the batches of an epoch. */
export async function* handedOut<Batch>(batches: Batches<Batch>): AsyncGenerator<Handed<Batch>, void, void> {
  const iterator = Symbol.asyncIterator in batches
    ? batches[Symbol.asyncIterator]()
    : batches[Symbol.iterator]();
  let ended = false;
  try {
    while (true) {
      const { made, result } = await withMade(() => iterator.next());
      if (result.done) {
        ended = true;
        return;
      }
      yield { batch: result.value, made };
    }
  } finally {
    if (!ended) await iterator.return?.();
  }
}

/**
 * Asks for a batch in a scope of its own. What is made meanwhile and is not in the batch may be anything's that the loader
 * remembers; nobody but JavaScript's garbage collector frees it.
 */
async function withMade<Batch>(
  next: () => IteratorResult<Batch> | Promise<IteratorResult<Batch>>,
): Promise<{ result: IteratorResult<Batch>; made: Member[] }> {
  // Without flows a scope over an await would be that of whatever else runs.
  if (!canEnter()) return { result: await next(), made: [] };
  const outer = current(), scope = openScope(outer.scope);
  let left: Member[] = [];
  try {
    const result = await runIn({ ...outer, scope }, async () => await next());
    const wanted: ReadonlySet<Member> = buffersIn(result.value);
    left = takeOver(scope).filter((buffer) => buffer.scope === scope);
    return { result, made: left.filter((buffer) => wanted.has(buffer) && !buffer.freed && !buffer.kept) };
  } finally {
    for (const buffer of left) moveTo(null, buffer);
  }
}

/** How many samples are in a batch: the first dimension of its first tensor; 1 where there is none. */
export function batchSize(batch: unknown): number {
  for (const { shape } of tensorsIn(batch)) if (shape.length > 0) return shape[0];
  return 1;
}
