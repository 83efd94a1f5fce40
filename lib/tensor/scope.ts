/** Code whose tensors die with it. */
import { reachable } from "../autograd/walk.ts";
import type { Buffer } from "../autograd/buffer.ts";
import { canEnter, current, runIn } from "../autograd/context.ts";
import { closeScope, freeAll, handOver, openScope, type Scope } from "../autograd/scope.ts";
import { buffersIn, tensorsIn } from "./inside.ts";
import { checkFunction, surplus } from "../text/arguments.ts";

/**
 * Runs a function and frees the tensors that were made in it, save those it returns: what `steps()` is to a training loop, for
 * any other piece of code. JavaScript forgets tensors only while a program waits for something; a loop that awaits nothing
 * needs this, or it fills the memory.
 *
 * Exempt, as everywhere, are parameters, gradients of what was made outside, an optimizer's state, and what `keep()` was called
 * on. What a returned tensor needs for `backward()` stays as long as that takes. What is returned lives until JavaScript
 * forgets it; a value that a loop hands from turn to turn is therefore better changed in place.
 *
 * An asynchronous function is a scope until its promise settles. In a browser, which cannot tell what belongs together over
 * an `await`, JavaScript's garbage collector frees what such a one makes.
 *
 * @param body The function.
 * @returns What `body` returns: tensors in it, by themselves or in lists, sets, maps and objects, live on in the scope around.
 * @throws {TypeError} if `body` is no function.
 * @example
 * ```ts
 * import { noGrad, randn, scope } from "descent";
 * import { assert } from "@std/assert";
 * const w = randn([256, 256], { requiresGrad: true });
 * for (let i = 0; i < 100; i++) {
 *   scope(() => {
 *     w.square().sum().backward();
 *     noGrad(() => w.sub_(w.grad!.mul(0.1))); // the product is freed at the end of the turn
 *     w.zeroGrad();
 *   });
 * }
 * assert(await w.abs().max().item() < 1e-6);
 * ```
 */
export function scope<T>(body: () => T): T {
  if (arguments.length > 1) surplus("scope", arguments, 1);
  checkFunction("scope", "body", body, "() => x.mul(2)");
  const { recording, scope: outer } = current();
  const own = openScope(outer);
  let result: T;
  try {
    result = runIn({ recording, scope: own }, body);
  } catch (error) {
    closeScope(own, freeAll(WHEN));
    throw error;
  }
  if (!(result instanceof Promise)) {
    end(own, result);
    return result;
  }
  if (!canEnter()) {
    closeScope(own, handOver, null);
    return result;
  }
  return result.then((settled) => {
    end(own, settled);
    return settled;
  }, (error) => {
    closeScope(own, freeAll(WHEN));
    throw error;
  }) as T;
}

const WHEN = "at the end of the scope() that it was made in";

function end(own: Scope, result: unknown): void {
  const returned = buffersIn(result), needed = new Set<Buffer>();
  for (const { value: { grad, node } } of tensorsIn(result)) {
    if (grad !== null) returned.add(grad.buffer);
    if (node === null) continue;
    for (const { inputs, output, extra } of reachable(node)) {
      for (const saved of [...inputs, output, ...extra]) if (saved !== null) needed.add(saved);
    }
  }
  closeScope(own, (member) => {
    const buffer = member as Buffer;
    if (returned.has(buffer)) return true;
    if (needed.has(buffer)) return buffer.inner = true;
    buffer.free(WHEN);
    return false;
  });
}
