/**
 * What the process that runs a test file tells the one that started it: one line of JSON each, on standard output among
 * whatever the tests print.
 *
 * @module
 */
import type { DeviceName } from "./devices.ts";

/** The first argument of the process, as JSON. */
export interface Order {
  device: DeviceName;
  /** The folder of the built modules. */
  modules: string;
  /** The test file, such as "ops/add_test". */
  file: string;
  /** Ids of specs that an earlier process has run, or died of. */
  done: string[];
  /** A regular expression for the names of tests, or "". */
  filter: string;
  timeoutMs: number;
}

/** What came of one test. */
export interface Result {
  /** "passed", or how it failed; "skipped" are those that TensorFlow.js excludes itself. */
  status: "passed" | "failed" | "skipped";
  /** The first line of each failed expectation. */
  errors: string[];
}

/** One line. */
export type Message =
  | { event: "started"; id: string; name: string }
  | { event: "finished"; id: string; name: string; result: Result }
  /** A failure outside of any test: of a beforeAll or an afterAll, or while the file was loaded. */
  | { event: "broken"; error: string }
  | { event: "end" };

const MARK = "@tfjs ";

/** Writes a message. */
export function send(message: Message): void {
  // Synchronously: the next thing to happen may be the end of the process.
  const bytes = new TextEncoder().encode(`\n${MARK}${JSON.stringify(message)}\n`);
  for (let sent = 0; sent < bytes.length;) sent += Deno.stdout.writeSync(bytes.subarray(sent));
}

/** Reads a line; null if it is none of ours. */
export function parse(line: string): Message | null {
  return line.startsWith(MARK) ? JSON.parse(line.slice(MARK.length)) : null;
}
