/**
 * What the WebGPU device does on this machine's GPU, beside TensorFlow.js' own WebGPU backend: one line of JSON a figure, in at most eight
 * minutes. gpu.py beside it measures the same in PyTorch. See README.md.
 *
 * @module
 */
import { nearest } from "../lib/text/nearest.ts";
import { watch } from "./gpu/count.ts";
import { estimate } from "./gpu/estimate.ts";
import { HELP, type Options, readOptions } from "./gpu/options.ts";
import { type Part, partsOf } from "./gpu/parts.ts";
import { runParts } from "./gpu/run.ts";
import { readLines, tableOf } from "./gpu/table.ts";

if (import.meta.main) Deno.exit(await main());

/** Does what the command line asks for; returns the exit code. */
async function main(): Promise<number> {
  let options: Options, parts: Part[];
  try {
    options = readOptions(Deno.args);
    parts = choose(partsOf(options), options.parts);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    return 2;
  }
  if (options.help) console.log(HELP);
  else if (options.list) console.log(parts.map(({ name }) => name).join("\n"));
  else if (options.table !== undefined) console.log(tableOf(await readLines(options.table)));
  else {
    watch();
    if (options.estimate) await estimate(options);
    else await runParts(parts, options);
  }
  return 0;
}

/** The parts of these names or beginnings; "=name" is no beginning. */
function choose(all: Part[], names: string[]): Part[] {
  if (names.length === 0) return all;
  const fits = (part: Part, name: string) =>
    name.startsWith("=") ? part.name === name.slice(1) : part.name.startsWith(name);
  for (const name of names) {
    if (all.some((part) => fits(part, name))) continue;
    const guess = nearest(name, all.flatMap((part) => [part.name.split("-")[0], part.name]));
    throw new RangeError(
      `There is no part ${name}: ${guess ? `did you mean ${guess}?` : "--list lists them."}`,
    );
  }
  return all.filter((part) => names.some((name) => fits(part, name)));
}
