/**
 * What the host offers for telling flows of asynchronous code apart.
 *
 * @module
 */

/** A variable of which every flow of asynchronous code has its own: a flow is a call with all that it awaits. */
export interface FlowStorage<T> {
  /** The value of the flow that runs now. */
  getStore(): T | undefined;
  /** Runs a body, and all that it awaits, with a value. */
  run<R>(value: T, body: () => R): R;
  /** From here on the flow that runs now has this value. Missing where flows cannot be told apart. */
  enterWith?(value: T): void;
}

interface AsyncHooks {
  AsyncLocalStorage: new <T>() => FlowStorage<T>;
}

interface Host {
  process?: {
    getBuiltinModule?(name: string): unknown;
    versions?: { deno?: string; node?: string };
  };
}

/** The first version of Node that hands a flow's value to what the flow awaits, and to nothing else. */
const NODE = 24;

/**
 * A storage of the host's.
 *
 * @returns AsyncLocalStorage; null where there is none, as in browsers, or none that is exact, as in older versions of Node.
 */
export function asyncStorage<T>(): FlowStorage<T> | null {
  const { process } = globalThis as Host;
  // An import of node:async_hooks would keep the library from loading in a browser.
  const hooks = process?.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined;
  if (hooks === undefined) return null;
  const { deno, node = "" } = process?.versions ?? {};
  if (deno === undefined && !(parseInt(node) >= NODE)) return null;
  return new hooks.AsyncLocalStorage<T>();
}

/**
 * What there is without the host's help: one variable for all flows. A value lasts until its body's promise settles, and
 * other flows that run meanwhile have it too; of several, the last that began counts.
 */
export function plainStorage<T>(): FlowStorage<T> {
  const running: { value: T }[] = [];
  return {
    getStore: () => running.at(-1)?.value,
    run<R>(value: T, body: () => R): R {
      const own = { value };
      const end = () => {
        running.splice(running.indexOf(own), 1);
      };
      running.push(own);
      let result: R | undefined;
      try {
        return result = body();
      } finally {
        if (result instanceof Promise) result.then(end, end);
        else end();
      }
    },
  };
}
