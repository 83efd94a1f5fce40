/** A piece of synchronous code with a scope of its own. */
import { current, runNow } from "./context.ts";
import { closeScope, type Member, openScope, type Scope } from "./scope.ts";

/** Options of {@linkcode scoped}. */
export interface ScopedOptions {
  /** The name of the module whose forward it is. */
  module?: string;
  /** Whether operations are recorded: as outside by default. */
  recording?: boolean;
}

/**
 * Runs a body that awaits nothing in a scope of its own.
 *
 * @param body The body.
 * @param settle What to do at the end with each buffer made in it: true moves it to the scope around.
 * @param options module, recording.
 * @returns What `body` returns.
 */
export function scoped<T>(
  body: (scope: Scope) => T,
  settle: (buffer: Member, scope: Scope) => boolean,
  options: ScopedOptions = {},
): T {
  const outer = current();
  const scope = openScope(outer.scope, options.module);
  try {
    return runNow({ recording: options.recording ?? outer.recording, scope }, () => body(scope));
  } finally {
    closeScope(scope, (buffer) => settle(buffer, scope));
  }
}
