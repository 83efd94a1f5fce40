/**
 * What is current, of each flow of asynchronous code: two training loops under `Promise.all`, an evaluation beside one, a
 * cell of a notebook. None sees or changes what is current in another.
 *
 * A flow starts with the context of the code that starts it, and takes it along over every `await`. So much the host's
 * AsyncLocalStorage does. It costs half a microsecond to change; what surely is over before anything is awaited, as a
 * module's forward, goes into a plain variable in front of it.
 *
 * @module
 */
import { asyncStorage, type FlowStorage, plainStorage } from "../host/async.ts";
import { type Scope, stillOpen } from "./scope.ts";

/** What is current. */
export interface Context {
  /** Whether operations are recorded. */
  readonly recording: boolean;
  /** The innermost open scope, or null. */
  readonly scope: Scope | null;
}

const OUTSIDE: Context = { recording: true, scope: null };

let storage: FlowStorage<Context> = asyncStorage() ?? plainStorage();
/** Stands in front of the storage while synchronous code runs. */
let now: Context | null = null;

/** What is current here. */
export function current(): Context {
  const context = now ?? storage.getStore() ?? OUTSIDE;
  const { scope } = context;
  // A flow may outlive the scope that it was started in. Whoever has this context wants the same in its place.
  if (scope !== null && scope.heir !== undefined) {
    (context as { scope: Scope | null }).scope = stillOpen(scope);
  }
  return context;
}

/** Runs a body, which may be asynchronous, in a context. */
export function runIn<T>(context: Context, body: () => T): T {
  const before = now;
  now = null;
  try {
    return storage.run(context, body);
  } finally {
    now = before;
  }
}

/** Runs a body that awaits nothing in a context: as {@linkcode runIn}, at no cost. */
export function runNow<T>(context: Context, body: () => T): T {
  const before = now;
  now = context;
  try {
    return body();
  } finally {
    now = before;
  }
}

/** Whether {@linkcode enter} is possible: flows are told apart. */
export function canEnter(): boolean {
  return storage.enterWith !== undefined;
}

/**
 * Puts the flow that runs now into a context. Only where nothing is on the stack but that flow, as after an `await`: the
 * host knows no callers, and would put them into it too.
 *
 * @returns Takes the flow out again; does nothing in any other flow.
 */
export function enter(context: Context): () => void {
  const entered = storage;
  const before = entered.getStore() ?? OUTSIDE;
  entered.enterWith!(context);
  return () => {
    if (entered.getStore() === context) entered.enterWith!(before);
  };
}

/**
 * Takes another storage, for the tests of what happens where the host has none; not while anything is under way.
 *
 * @returns The one before.
 */
export function useStorage(other: FlowStorage<Context>): FlowStorage<Context> {
  const before = storage;
  storage = other;
  return before;
}
