/**
 * The worker's side: a process that does tasks on command. One line of JSON in, one line out:
 *
 *     {"do": "prepare", "task": {…}}          → {}
 *     {"do": "run", "count": 10, "warm": 1}   → {"seconds": 0.123}
 *     {"do": "memory"}                        → {"peakBytes": 123456} or {}
 *     {"do": "drop"}                          → {}
 *
 * When something fails: {"error": "…"}. Before the first command the worker says who it is.
 *
 * @module
 */
import type { Abilities, Job, Task } from "./cases/task.ts";

/** What a worker says first. */
export interface Hello {
  /** Name and version: "PyTorch 2.13.0". */
  version: string;
  /** How many threads it computes with. */
  threads: number;
  /** What else a reader of the figures should know. */
  device?: string;
}

/** A command. */
export type Command =
  | { do: "prepare"; task: Task }
  | { do: "run"; count: number; warm: number }
  | { do: "memory" }
  | { do: "drop" };

/** An answer. */
export interface Answer {
  seconds?: number;
  peakBytes?: number;
  error?: string;
}

/**
 * Answers commands until stdin ends, and the process with it, whatever threads a library has left running.
 *
 * @param hello Who this is.
 * @param abilities What it can do.
 * @param peakBytes The most memory its device has held, if it counts that.
 */
export async function serve(hello: Hello, abilities: Abilities, peakBytes?: () => number): Promise<void> {
  // Answers alone go to stdout, whatever a library has to tell.
  console.log = console.info = console.debug = console.error;
  let job: Job | undefined;

  async function obey(command: Command): Promise<Answer> {
    switch (command.do) {
      case "prepare": {
        job?.drop?.();
        job = undefined;
        const set = abilities[command.task.kind] as ((task: Task) => Job | Promise<Job>) | undefined;
        if (set === undefined) throw new Error("not available here");
        job = await set(command.task);
        return {};
      }
      case "run": {
        if (job === undefined) throw new Error("run: nothing is prepared");
        if (command.warm > 0) await job.run(command.warm);
        const start = performance.now();
        await job.run(command.count);
        return { seconds: (performance.now() - start) / 1000 };
      }
      case "memory":
        return { peakBytes: peakBytes?.() };
      case "drop":
        job?.drop?.();
        job = undefined;
        return {};
    }
  }

  say(hello);
  for await (const line of lines(Deno.stdin.readable)) {
    say(await obey(JSON.parse(line)).catch((error) => ({ error: String(error?.message ?? error) })));
  }
  Deno.exit(0);
}

function say(message: Hello | Answer): void {
  const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
  for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
}

/** The lines of a stream of bytes. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest !== "") yield rest;
}
