/**
 * Runs test files, each in a process of its own: what a test does to a device, or to TensorFlow.js' global state, ends
 * with its file, and a crash costs one test.
 *
 * @module
 */
import { TextLineStream } from "./lines.ts";
import type { Packages } from "./packages.ts";
import { type Message, type Order, parse, type Result } from "./protocol.ts";

/** Results by "file > name of the test". */
export type Results = Record<string, Result>;

/** What run.ts needs to know besides the files. */
export type Settings = Pick<Order, "device" | "filter" | "timeoutMs">;

/** So much longer than a test's own limit may a process say nothing: it starts, or compiles shaders. */
const SILENCE_MS = 60_000;

/**
 * Runs a file, in as many processes as it takes.
 *
 * @returns The results of its tests.
 */
export async function runFile(file: string, packages: Packages, settings: Settings): Promise<Results> {
  const results: Results = {};
  const done: string[] = [];
  const keyOf = (name: string) => {
    // A few names stand twice in one file.
    let key = `${file} > ${name}`;
    for (let n = 2; key in results; n++) key = `${file} > ${name} #${n}`;
    return key;
  };
  while (true) {
    const before = done.length;
    let running: { id: string; name: string } | undefined, ended = false, broken = "";
    const order: Order = { ...settings, modules: packages.modules, file, done };
    for await (const message of messages(order, packages.importMap)) {
      if (message.event === "started") running = message;
      else if (message.event === "broken") broken ||= message.error;
      else if (message.event === "end") ended = true;
      else {
        results[keyOf(message.name)] = message.result;
        done.push(message.id);
        running = undefined;
      }
    }
    if (running !== undefined) {
      const why = broken || "the process crashed, or hung";
      results[keyOf(running.name)] = { status: "failed", errors: [why] };
      done.push(running.id);
    } else if (broken !== "" || !ended) {
      results[keyOf("(the file itself)")] = {
        status: "failed",
        errors: [broken || "the process crashed, or hung"],
      };
    }
    // Another process would do no better where this one did not get to any test.
    if (ended || done.length === before) return results;
  }
}

/** The messages of one process, to its end or until it is silent for too long. */
async function* messages(order: Order, importMap: string): AsyncGenerator<Message> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-lock",
      "--quiet",
      "--unstable-raw-imports",
      "--import-map",
      importMap,
      new URL("child.ts", import.meta.url).href,
      JSON.stringify(order),
    ],
    stdout: "piped",
    stderr: Deno.env.has("TFJS_TESTS_VERBOSE") ? "inherit" : "null",
  }).spawn();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = () => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill("SIGKILL"), SILENCE_MS + order.timeoutMs);
  };
  listen();
  try {
    for await (
      const line of child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    ) {
      const message = parse(line);
      if (message === null) continue;
      listen();
      yield message;
    }
    await child.status;
  } finally {
    clearTimeout(timer);
  }
}
