/**
 * Who takes part, how each is started, and how one gets it.
 *
 * @module
 */
import type { Options } from "../options.ts";
import { LABELS, type PeerName } from "./peers.ts";
import { type Program, Worker } from "./worker.ts";

/** A library and its way to run. */
export interface Competitor {
  name: PeerName | "ours" | "ours-1";
  /** How it is shown. */
  label: string;
  worker: Worker;
  /** How to start a program that ends with the first loss of chapter 7's network. */
  start?: Program;
}

const BENCH = new URL("../", import.meta.url);
/** The repository. */
export const ROOT = new URL("../", BENCH);

/**
 * How a JavaScript library is made to take fewer threads than there are cores: it asks the browser's way how many
 * there are, and a line that runs before the program answers.
 */
function limitThreads(threads: number): string[] {
  const line = `Object.defineProperty(navigator, "hardwareConcurrency", { value: ${threads} })`;
  return threads === navigator.hardwareConcurrency ? [] : ["--preload", `data:text/javascript,${line}`];
}

/**
 * How to start one of our programs; unless the threads are limited, just as a reader starts it.
 *
 * @param script Relative to the repository.
 * @param threads How many threads it may take.
 */
export function deno(script: string, threads: number, ...args: string[]): Program {
  return {
    command: Deno.execPath(),
    args: ["run", "--quiet", "--no-prompt", ...limitThreads(threads), script, ...args],
    cwd: ROOT,
  };
}

/** The library itself. */
export function ours(options: Options, threads = options.threads): Competitor {
  const all = threads === options.threads;
  return {
    name: all ? "ours" : "ours-1",
    label: all ? "Descent" : "1 thread",
    worker: new Worker(deno("bench/ours/worker.ts", threads, `--device=${options.device}`)),
    start: deno("bench/ours/start.ts", threads),
  };
}

/**
 * A peer, if it is there.
 *
 * @returns The peer, or a sentence that says how to get it.
 */
export async function find(name: PeerName, options: Options): Promise<Competitor | string> {
  const label = LABELS[name];
  if (name === "torch") {
    const python = await findPython(options.python);
    if (python === undefined) {
      return `${label} is left out: no python3 here has torch. "pip install torch", or name the one that has: --python PATH`;
    }
    const env = { OMP_NUM_THREADS: `${options.threads}`, MKL_NUM_THREADS: `${options.threads}` };
    const script = (file: string) => ({
      command: python,
      args: [new URL(`peers/pytorch/${file}.py`, BENCH).pathname, `${options.threads}`],
      env,
    });
    return answering({ name, label, worker: new Worker(script("worker")), start: script("start") });
  }
  const [library, backend = "wasm"] = name.split("-");
  const limits = limitThreads(options.threads);
  const program: Program = {
    command: Deno.execPath(),
    args: ["run", "--quiet", "--allow-all", ...limits, `${library}.ts`, backend],
    cwd: new URL("peers/", BENCH),
  };
  return answering({ name, label, worker: new Worker(program) });
}

/** A peer is there when it says hello. */
async function answering(peer: Competitor): Promise<Competitor | string> {
  try {
    await peer.worker.start();
    return peer;
  } catch (error) {
    const from = peer.name === "torch" ? "" : " (it comes from npm at its first use)";
    return `${peer.label} is left out: ${(error as Error).message}${from}`;
  }
}

/** The first Python that has torch: the one named, $DESCENT_PYTHON, or python3. */
export async function findPython(named: string | undefined): Promise<string | undefined> {
  const candidates = named !== undefined ? [named] : [Deno.env.get("DESCENT_PYTHON"), "python3"];
  for (const python of candidates) {
    if (python === undefined) continue;
    const args = ["-c", "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)"];
    const found = await new Deno.Command(python, { args, stdout: "null", stderr: "null" }).output()
      .catch(() => null);
    if (found?.success) return python;
  }
  return undefined;
}
