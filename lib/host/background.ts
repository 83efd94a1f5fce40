/**
 * Threads beside the program's own, which do not keep it alive.
 *
 * In Deno, Node and Bun they are node:worker_threads, because those can be unref'd: a thread that waits for work would otherwise hold
 * up the program's end. A browser's are Web Workers, which end with their page.
 *
 * @module
 */
import { scriptOf } from "../text/script.ts";

/** A thread of either kind. */
export interface Background {
  /** Sends it something. */
  postMessage(message: unknown): void;
}

/** What is used of node:worker_threads. */
interface NodeWorker extends Background {
  on(event: string, listener: (message: never) => void): void;
  unref(): void;
}
interface WorkerThreads {
  Worker: new (source: string, options: { eval: true; env: object; workerData: unknown }) => NodeWorker;
}

interface Host {
  process?: { getBuiltinModule?(name: string): unknown };
  crossOriginIsolated?: boolean;
}

/**
 * Whether threads share memory here. In a browser the page has to be cross-origin isolated: its server sends the headers
 * Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.
 */
export function sharesMemory(): boolean {
  return typeof SharedArrayBuffer !== "undefined" && (globalThis as Host).crossOriginIsolated !== false;
}

/**
 * Starts a thread.
 *
 * @param work What it runs. It is handed over as text, and must not refer to anything outside.
 * @param parameters What `work` is called with, behind `{ workerData }` and, save in browsers, the rest of the thread's own
 * node:worker_threads: values that JSON knows.
 * @param workerData What the thread finds there under that name: anything that can be sent.
 * @param hear Is called with what the thread sends.
 * @returns The thread; null where none can be had, as in a page that forbids it. One that cannot start leaves its work to the others.
 */
export function background(
  // deno-lint-ignore no-explicit-any -- a function is a text here
  work: (threads: any, ...parameters: any[]) => void,
  parameters: readonly unknown[],
  workerData?: unknown,
  hear?: (message: never) => void,
): Background | null {
  const values = parameters.map((value) => JSON.stringify(value));
  // An import of node:worker_threads would keep the library from loading in a browser.
  const threads = (globalThis as Host).process?.getBuiltinModule?.("node:worker_threads");
  try {
    return threads === undefined
      ? webWorker(scriptOf(work, "{ workerData: data }", ...values), workerData, hear)
      : nodeWorker(threads as WorkerThreads, work, values, workerData, hear);
  } catch {
    return null;
  }
}

function nodeWorker(
  { Worker }: WorkerThreads,
  // deno-lint-ignore no-explicit-any -- a function is a text here
  work: (threads: any) => void,
  values: string[],
  workerData: unknown,
  hear: ((message: never) => void) | undefined,
): Background {
  const source = scriptOf(work, 'require("node:worker_threads")', ...values);
  // Left out, `env` is a copy of this process's environment, and Deno asks the reader for permission to make it.
  const worker = new Worker(source, { eval: true, env: {}, workerData });
  worker.on("error", () => {});
  if (hear !== undefined) worker.on("message", hear);
  worker.unref();
  return worker;
}

function webWorker(
  script: string,
  workerData: unknown,
  hear: ((message: never) => void) | undefined,
): Background {
  const source = `onmessage = ({ data }) => { onmessage = null; ${script} };`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  // It is read later, and once.
  worker.onerror = (event) => event.preventDefault();
  if (hear !== undefined) worker.onmessage = ({ data }) => hear(data as never);
  worker.postMessage(workerData);
  return worker;
}
