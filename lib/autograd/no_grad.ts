/** Code that is not recorded. */
import { checkFunction, surplus } from "../text/arguments.ts";
import { current, runIn, runNow } from "./context.ts";
import { closeScope, handOver, openScope } from "./scope.ts";

/** Whether operations are recorded now: false inside `noGrad`. */
export function isRecording(): boolean {
  return current().recording;
}

/**
 * Runs a function without recording operations: nothing inside requires a gradient, and leaves may be changed in place.
 *
 * An asynchronous function is not recorded until its promise settles; what runs beside it meanwhile is. It may outlive
 * the iteration of `steps()` that it was called in, and the next, so no iteration frees what it makes: JavaScript's garbage
 * collector does.
 *
 * PyTorch: `torch.no_grad`.
 *
 * @param body The function.
 * @returns What `body` returns.
 * @throws {TypeError} if `body` is no function: what one returned comes too late.
 * @example
 * ```ts
 * import { noGrad, tensor } from "descent";
 * const w = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => w.sub_(0.5));
 * console.log(await w.array()); // [0.5, 1.5]
 * ```
 */
export function noGrad<T>(body: () => T): T {
  if (arguments.length > 1) surplus("noGrad", arguments, 1);
  checkFunction("noGrad", "the body", body, "() => net.forward(x)");
  const outer = current().scope;
  if (outer === null) return runIn({ recording: false, scope: null }, body);
  // Whether the body is asynchronous is known when it has returned; a scope of its own holds what it made until then.
  const scope = openScope(outer);
  let result: T | undefined;
  try {
    return result = runIn({ recording: false, scope }, body);
  } finally {
    if (result instanceof Promise) closeScope(scope, handOver, null);
    else closeScope(scope, handOver);
  }
}

/** As {@linkcode noGrad}, at no cost, for a body that awaits nothing. */
export function unrecorded<T>(body: () => T): T {
  const { scope } = current();
  return runNow({ recording: false, scope }, body);
}
