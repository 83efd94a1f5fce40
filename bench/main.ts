/**
 * `deno task bench`: Descent side by side with PyTorch, TensorFlow.js and jax-js. See README.md beside this file.
 *
 * @module
 */
import { nearest } from "../lib/text/nearest.ts";
import { allCases, type Case, PEAK_COPY, PEAK_PRODUCT, type ProcessTask } from "./cases/cases.ts";
import type { Task } from "./cases/task.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { markdown } from "./report/markdown.ts";
import { verdicts } from "./report/musts.ts";
import { tableEnd, tableHead, tableIntroduction, tableRows } from "./report/table.ts";
import { type Competitor, find, ours } from "./run/competitors.ts";
import { lookAtMachine } from "./run/machine.ts";
import { measure } from "./run/measure.ts";
import { measureProcesses } from "./run/processes.ts";
import type { CaseResult, Results, Samples } from "./run/result.ts";

if (import.meta.main) Deno.exit(await main());

/** Runs what the command line asks for; returns the exit code. */
async function main(): Promise<number> {
  let options: Options, cases: Case[];
  try {
    options = readOptions(Deno.args);
    cases = choose(allCases(options.quick), options.cases);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    return 2;
  }
  if (options.help || options.list) {
    console.log(
      options.help ? HELP : cases.map(({ name, title }) => `${name.padEnd(34)} ${title}`).join("\n"),
    );
    return 0;
  }
  const results = await run(cases, options);
  if (options.json !== undefined) {
    await Deno.writeTextFile(options.json, JSON.stringify(results, null, 1) + "\n");
  }
  if (options.markdown) console.log(markdown(results, verdicts(results)));
  return 0;
}

/** The cases of these names or beginnings; with those that need it, the machine's peak. */
function choose(all: Case[], names: string[]): Case[] {
  if (names.length === 0) return all;
  for (const name of names) {
    if (all.some((one) => one.name.startsWith(name))) continue;
    // A beginning stands for all cases that begin so: resnet18 for those of any batch.
    const guess = nearest(name, all.flatMap((one) => [one.name.split("-")[0], one.name]));
    const hint = guess ? `did you mean ${guess}?` : "--list lists them.";
    throw new RangeError(`There is no case ${name}: ${hint}`);
  }
  const chosen = all.filter((one) => names.some((name) => one.name.startsWith(name)));
  const peaks = new Set<string>();
  if (chosen.some(({ flops }) => flops > 0)) peaks.add(PEAK_PRODUCT);
  if (chosen.some(({ bytes }) => bytes > 0)) peaks.add(PEAK_COPY);
  return all.filter((one) => chosen.includes(one) || peaks.has(one.name));
}

/** Measures, and shows each case when it is done. */
async function run(cases: Case[], options: Options): Promise<Results> {
  const show = options.markdown ? console.error : console.log;
  const self = ours(options);
  const single = options.threads > 1 && options.device === "cpu" ? ours(options, 1) : undefined;
  const found = [];
  for (const name of options.peers) found.push(await find(name, options));
  const peers = found.filter((one) => typeof one !== "string");
  const everyone = [self, ...(single && cases.some(({ scaling }) => scaling) ? [single] : []), ...peers];
  try {
    const results = await opening(everyone, found.filter((one) => typeof one === "string"), options);
    for (const line of [...tableIntroduction(results), "", tableHead()]) show(line);
    for (const one of cases) {
      const others = [...(one.scaling && single ? [single] : []), ...opponents(one, peers)];
      const slow = tooSlow(one, results);
      const result = await measured(one, self, others.filter(({ name }) => !(name in slow)), options);
      Object.assign(result.samples, slow);
      results.cases.push(result);
      for (const line of tableRows(result, results)) show(line);
    }
    for (const line of tableEnd(results, verdicts(results))) show(line);
    return results;
  } finally {
    for (const { worker } of everyone) await worker.stop();
  }
}

/** The peak is a matter between those who know how to find it. */
function opponents({ name }: Case, peers: Competitor[]): Competitor[] {
  const peak = name === PEAK_PRODUCT || name === PEAK_COPY;
  return peak ? peers.filter((peer) => peer.name === "torch") : peers;
}

/** Who was too slow for a smaller case, with what was said of that one. */
function tooSlow({ after }: Case, results: Results): Record<string, Samples> {
  const smaller = results.cases.find(({ name }) => name === after)?.samples ?? {};
  return Object.fromEntries(Object.entries(smaller).filter(([, { missing }]) => missing?.startsWith("> ")));
}

async function opening(everyone: Competitor[], absent: string[], options: Options): Promise<Results> {
  const machine = lookAtMachine();
  const competitors: Results["competitors"] = {};
  for (const { name, label, worker } of everyone) {
    competitors[name] = { label, ...await worker.start() };
  }
  const { threads, repeats, quick } = options;
  return { date: new Date().toISOString(), machine, threads, repeats, quick, competitors, absent, cases: [] };
}

async function measured(
  one: Case,
  self: Competitor,
  others: Competitor[],
  options: Options,
): Promise<CaseResult> {
  const { name, title, count, flops, bytes, task } = one;
  const samples = isProcess(task)
    ? await measureProcesses({ ...one, task }, self, others, options)
    : await measure({ ...one, task }, self, others, options);
  const unit = task.kind === "memory" ? "B" : "s";
  return { name, title, unit, count, flops: flops * count, bytes: bytes * count, samples };
}

function isProcess(task: Task | ProcessTask): task is ProcessTask {
  return task.kind === "start" || task.kind === "memory" || task.kind === "chapter";
}
