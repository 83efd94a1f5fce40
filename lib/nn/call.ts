/**
 * What happens around a module's `forward`: what it makes and does not return dies with it, and observers are told.
 *
 * @module
 */
import { current } from "../autograd/context.ts";
import { scoped } from "../autograd/scoped.ts";
import { buffersIn } from "../tensor/inside.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Is told of a module's call: what it got, what it returned. */
type Observer<M> = (module: M, inputs: readonly unknown[], output: unknown) => void;

// deno-lint-ignore no-explicit-any
const observers: Observer<any>[] = [];

/** Runs `body` and tells `observer` of every module's forward as it returns, inner modules before outer ones. */
export function observe<M, T>(observer: Observer<M>, body: () => T): T {
  observers.push(observer);
  try {
    return body();
  } finally {
    observers.splice(observers.indexOf(observer), 1);
  }
}

/**
 * Calls a module's forward in a scope of its own.
 *
 * @throws {TypeError} if there is none, or it returns nothing, or a promise.
 */
export function scopedCall<M extends object, I extends unknown[], T>(
  module: M,
  forward: (this: M, ...inputs: I) => T,
  inputs: I,
): T {
  const { name } = module.constructor;
  if (typeof forward !== "function") {
    throw new TypeError(`${name}: has no method forward(x), which computes the output from the input`);
  }
  const { recording, scope } = current();
  if (recording && scope !== null && scope.guard !== null && scope.place === "") {
    scope.guard.called?.(module, inputs);
  }
  let returned: Set<object> | undefined;
  return scoped(
    () => {
      const result = forward.apply(module, inputs);
      if (result === undefined || result instanceof Promise) {
        throw new TypeError(
          result === undefined
            ? `${name}: forward returned nothing; end it with return …`
            : `${name}: forward returned a promise; it must return its result without waiting for anything`,
        );
      }
      returned = buffersIn(result);
      for (const observer of observers) observer(module, inputs, result);
      return result;
    },
    (buffer, { place }) => {
      if (returned?.has(buffer)) return true;
      if (buffer.uses === 0) {
        buffer.free(`when the forward of ${place} returned without it`);
        return false;
      }
      buffer.inner = true;
      return true;
    },
    { module: name },
  );
}

/**
 * Frees a tensor that lay between two layers, once the second has its result: if it was made in the scope that is open
 * now, no gradient needs it, and the result is not the same tensor.
 *
 * @param between What the first layer returned.
 * @param result What the second layer made of it.
 */
export function freeBetween(between: unknown, result: unknown): void {
  if (!(between instanceof Tensor)) return;
  const { buffer } = between.value;
  const { scope } = current();
  if (scope === null || buffer.scope !== scope || buffer.kept || buffer.uses > 0) return;
  if (!buffersIn(result).has(buffer)) {
    buffer.free(`inside ${scope.place}, when the next layer had its result`);
  }
}
