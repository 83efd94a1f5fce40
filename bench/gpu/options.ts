/**
 * The flags of bench/gpu.ts.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { nearest } from "../../lib/text/nearest.ts";
import type { Size } from "./sizes.ts";
import { SIZES, SMALL } from "./sizes.ts";

/** What is to be done. */
export interface Options extends Size {
  /** Beginnings of names of parts; none: all that a full run has. */
  parts: string[];
  /** Seconds for the whole. */
  limit: number;
  /** Whether this process measures by itself; else it starts one for each part. */
  here: boolean;
  /** Files of lines, to be made a table of. */
  table: string[] | undefined;
  estimate: boolean;
  list: boolean;
  help: boolean;
}

/** What `--help` prints. */
export const HELP =
  `Measures the WebGPU device: one line of JSON a figure. bench/README.md says how to read them.

Usage: deno task gpu [PARTS…] [flags]

  PARTS           names of parts or their beginnings: resnet18, products, convolutions-32 (all)
  --seconds N     for each case (${SIZES.seconds})
  --limit N       seconds for the whole; what is less important comes last (480)
  --small         small pictures, batches and matrices: for adapters that are software, and to see whether it works
  --side N        the side of the networks' pictures (${SIZES.side}; with --small ${SMALL.side})
  --batches LIST  of the networks and convolutions (${SIZES.batches}; with --small ${SMALL.batches})
  --here          measures in this process instead of one for each part
  --estimate      no measuring: the least that a ResNet-18 step takes on known cards, by its operations and bytes
  --table FILES…  no measuring: the lines of these files as a table in Markdown
  --list          the parts
  --help          this text`;

/**
 * Reads the flags.
 *
 * @param args The command line.
 * @throws {RangeError} with a sentence for the reader if one makes no sense.
 */
export function readOptions(args: readonly string[]): Options {
  const strings = ["seconds", "limit", "side", "batches"];
  const switches = ["small", "here", "estimate", "table", "list", "help"];
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
  const size = flags.small ? SMALL : SIZES, words = flags._.map(String);
  return {
    ...size,
    parts: flags.table ? [] : words,
    seconds: positive("seconds", flags.seconds, size.seconds),
    limit: positive("limit", flags.limit, 480),
    side: whole("side", flags.side, size.side),
    batches: flags.batches?.split(",").map((text) => whole("batches", text, 1)) ?? size.batches,
    here: Boolean(flags.here),
    table: flags.table ? words : undefined,
    estimate: Boolean(flags.estimate),
    list: Boolean(flags.list),
    help: Boolean(flags.help),
  };
}

function positive(flag: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new RangeError(`--${flag} takes a number above 0, not "${text}".`);
}

function whole(flag: string, text: string | undefined, usual: number): number {
  const value = positive(flag, text, usual);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`--${flag} takes a whole number from 1 up, not "${text}".`);
}
