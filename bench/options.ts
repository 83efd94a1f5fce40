/**
 * The flags of `deno task bench`.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import type { DeviceName } from "descent";
import { nearest } from "../lib/text/nearest.ts";
import { type PeerName, PEERS, USUAL_PEERS } from "./run/peers.ts";

/** What is to be measured, and how. */
export interface Options {
  /** Names of cases, or their beginnings; none: all. */
  cases: string[];
  peers: PeerName[];
  threads: number;
  /** How often ours and a peer take turns. */
  repeats: number;
  quick: boolean;
  device: DeviceName;
  python: string | undefined;
  /** Where the raw figures go. */
  json: string | undefined;
  markdown: boolean;
  list: boolean;
  help: boolean;
  /** How long a turn should last, at least; a turn of a single kernel, half of it. */
  turnSeconds: number;
  /** How long the turns of one peer in one case may last together: slow ones get fewer. */
  budgetSeconds: number;
  /** How long one iteration may take before it counts as not usable; a single kernel, a third of it. */
  limitSeconds: number;
}

/** What `--help` prints. */
export const HELP = `Measures Descent against what else there is, in turns.

Usage: deno task bench [CASES…] [flags]

  CASES           names of cases or their beginnings: resnet18, conv-3x3, product-1024 (all)
  --peers LIST    of ${PEERS.join(", ")}; or none (${USUAL_PEERS.join(",")})
  --threads N     for everyone who can choose (as many as there are cores)
  --repeats N     how often ours and a peer take turns (7)
  --quick         short turns, two repeats: does it work?
  --device NAME   where ours computes: cpu or webgpu (cpu)
  --python PATH   the Python that has torch ($DESCENT_PYTHON, python3)
  --json FILE     every figure
  --markdown      the table as Markdown on stdout; progress goes to stderr
  --list          the cases
  --help          this text`;

/**
 * Reads the flags.
 *
 * @param args The command line.
 * @throws {RangeError} with a sentence for the reader if one makes no sense.
 */
export function readOptions(args: readonly string[]): Options {
  const strings = ["peers", "threads", "repeats", "device", "python", "json"];
  const switches = ["quick", "markdown", "list", "help"];
  const flags = parseArgs(args, {
    string: [...strings, "_"],
    boolean: switches,
    alias: { help: "h" },
    unknown: (arg, key) => {
      if (key === undefined) return true;
      const guess = nearest(arg.replace(/^-+/, ""), [...strings, ...switches]);
      throw new RangeError(`There is no flag ${arg}${guess ? `: did you mean --${guess}?` : "."}`);
    },
  }) as Record<string, string | undefined> & { _: unknown[] };
  const quick = Boolean(flags.quick);
  return {
    cases: flags._.map(String),
    peers: readPeers(flags.peers),
    threads: whole("threads", flags.threads, navigator.hardwareConcurrency),
    repeats: whole("repeats", flags.repeats, quick ? 2 : 7),
    quick,
    device: oneOf("device", flags.device ?? "cpu", ["cpu", "webgpu"]) as DeviceName,
    python: flags.python,
    json: flags.json,
    markdown: Boolean(flags.markdown),
    list: Boolean(flags.list),
    help: Boolean(flags.help),
    turnSeconds: quick ? 0.02 : 0.3,
    budgetSeconds: quick ? 1 : 20,
    limitSeconds: quick ? 15 : 30,
  };
}

function readPeers(text: string | undefined): PeerName[] {
  if (text === undefined) return USUAL_PEERS;
  if (text === "none") return [];
  return text.split(",").map((name) => oneOf("peers", name.trim(), PEERS));
}

function oneOf<Name extends string>(flag: string, text: string, names: readonly Name[]): Name {
  if ((names as readonly string[]).includes(text)) return text as Name;
  const guess = nearest(text, names);
  throw new RangeError(
    `--${flag} takes ${names.join(", ")}, not "${text}"${guess ? `: did you mean ${guess}?` : "."}`,
  );
}

function whole(flag: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`--${flag} takes a whole number from 1 up, not "${text}".`);
}
