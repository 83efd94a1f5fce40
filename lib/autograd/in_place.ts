/**
 * Changes in place: a value takes other numbers, in another buffer. What a graph has saved of the old ones stays with that
 * graph, so that a gradient is always that of the numbers it was computed with; `backward()` frees them.
 *
 * @module
 */
import type { Storage } from "../device/storage.ts";
import { Buffer } from "./buffer.ts";
import { current } from "./context.ts";
import { journal } from "./journal.ts";
import { moveTo } from "./scope.ts";
import type { Value } from "./value.ts";

/**
 * Gives a value the numbers of a result that nobody else has, and, where operations are recorded, its history. In memory they
 * lie as the old ones did.
 *
 * @param name Who does so, for what is said of the old numbers.
 */
export function settle(value: Value, { buffer: fresh, node }: Value, name: string): void {
  const before = value.node, { device, storage } = value.buffer;
  if (current().recording) {
    value.node = node;
    // Who asked for the gradient of this value means what it is in the end.
    if (before !== null && before.keeper === value) [before.keeper, node!.keeper] = [null, value];
  }
  const laid = device.arena.tidy(() => device.kernels.laidLike(fresh.storage, storage));
  if (laid.dataId === fresh.storage.dataId) {
    device.free(laid);
    return take(value, fresh, name);
  }
  replace(value, laid, name);
  if (fresh.uses === 0) fresh.free(`by ${name}()`);
}

/** Gives a value other numbers, laid out as its old ones; takes the storage. */
export function replace(value: Value, storage: Storage, name: string): void {
  take(value, new Buffer(value.buffer.device, storage, name), name);
}

/** The storage of a value, for a kernel that changes it: neither another tensor nor a graph will see the change. */
export function exclusive(value: Value, name: string): Storage {
  const { device, storage, uses } = value.buffer;
  if (uses > 0) replace(value, device.share(storage), name);
  return value.buffer.exclusive();
}

/** Gives a value another buffer. */
export function take(value: Value, fresh: Buffer, name: string): void {
  journal?.replaced(value);
  const old = value.buffer, { scope } = old;
  fresh.kept = old.kept;
  fresh.inner = old.inner;
  if (scope === null || scope.heir === undefined) moveTo(scope, fresh);
  value.buffer = fresh;
  old.kept = false;
  if (old.uses === 0) return old.free(`by ${name}()`);
  old.past = true;
  // Its own history needs what a result was. What a leaf was is needed by other graphs only, such as one that was made to look at
  // its loss; they need it no longer than what they themselves made now.
  if (value.isLeaf && current().scope !== null) moveTo(current().scope, old);
}
