/**
 * Threads beside the program's own, which do not keep it alive.
 *
 * They are node:worker_threads because those can be unref'd: a thread that waits for work would otherwise hold up the
 * program's end.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import { scriptOf } from "../text/script.ts";

/**
 * Starts a thread.
 *
 * @param work What it runs. It is handed over as text, and must not refer to anything outside.
 * @param parameters What `work` is called with, behind the thread's own node:worker_threads: values that JSON knows.
 * @param workerData What the thread finds there under that name: anything that can be sent.
 */
export function background(
  // deno-lint-ignore no-explicit-any -- a function is a text here
  work: (threads: any, ...parameters: any[]) => void,
  parameters: readonly unknown[],
  workerData?: unknown,
): Worker {
  const values = parameters.map((value) => JSON.stringify(value));
  const source = scriptOf(work, 'require("node:worker_threads")', ...values);
  // Left out, `env` is a copy of this process's environment, and Deno asks the reader for permission to make it.
  const worker = new Worker(source, { eval: true, env: {}, workerData });
  // A thread that cannot start leaves its work to the others.
  worker.on("error", () => {});
  worker.unref();
  return worker;
}
