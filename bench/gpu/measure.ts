/**
 * How long one turn of a job takes. A read of the last result ends each group of turns, and costs the same (11 ms in Deno) however many
 * there are: so groups of one and of three lengths are timed, and their difference is divided.
 *
 * @module
 */
import type { Job } from "../cases/task.ts";
import { counted, type Counts, perStep } from "./count.ts";
import { digits } from "./line.ts";

/** Milliseconds that a group should last at least. */
const GROUP_MS = 30;
/** From this on, a turn is timed by itself, and the read does not matter. */
const SLOW_MS = 400;
/** Of slow turns, one pair is enough. */
const LEAST_GROUPS = 3;

/** What was measured of a turn, ready for a line. */
export interface Timing {
  ms: number;
  /** JavaScript's part: from the first call to the last's return, without what Deno waits for the GPU. */
  js_ms: number;
  /** The first turn, with all that had to be compiled. */
  first_ms: number;
  groups: number;
  dispatches: number;
  submits: number;
  writes: number;
  written_bytes: number;
}

/** One group of turns. */
interface Group {
  count: number;
  ms: number;
  jsMs: number;
  counts: Counts;
}

async function group(job: Job, count: number): Promise<Group> {
  const before = counted(), start = performance.now();
  const done = job.run(count);
  const issued = performance.now(), at = counted();
  await done;
  const ms = performance.now() - start;
  const jsMs = issued - start - (at.waitedMs - before.waitedMs);
  return { count, ms, jsMs, counts: perStep(counted(), before, 1) };
}

/** A short and a long group: what one turn more costs. */
interface Pair {
  short: Group;
  long: Group;
}

/** Times jobs in turns, so that what happens to the machine happens to all alike. */
export async function measure(jobs: readonly Job[], seconds: number): Promise<Timing[]> {
  const plans: { job: Job; first: number; short: number; long: number; pairs: Pair[] }[] = [];
  for (const job of jobs) {
    const { ms: first } = await group(job, 1);
    plans.push({ job, first, ...await lengths(job), pairs: [] });
  }
  const end = performance.now() + 1000 * seconds * jobs.length;
  const enough = plans.some(({ short, long }) => long === short + 1) ? 1 : LEAST_GROUPS;
  while (performance.now() < end || plans[0].pairs.length < enough) {
    for (const { job, short, long, pairs } of plans) {
      pairs.push({ short: await group(job, short), long: await group(job, long) });
    }
  }
  return plans.map(({ first, pairs }) => summary(first, pairs));
}

/** How many turns make a short group, and a long one. */
async function lengths(job: Job): Promise<{ short: number; long: number }> {
  let short = 1;
  while (true) {
    const few = await group(job, short);
    if (few.ms / short > SLOW_MS) return { short, long: short + 1 };
    const more = await group(job, 3 * short);
    const turn = Math.max((more.ms - few.ms) / (2 * short), 1e-3);
    if (turn * short >= GROUP_MS || short >= 4096) return { short, long: 3 * short };
    short = Math.min(4 * short, Math.ceil(GROUP_MS / turn));
  }
}

function summary(first: number, pairs: Pair[]): Timing {
  const turns = ({ short, long }: Pair, of: (group: Group) => number) =>
    (of(long) - of(short)) / (long.count - short.count);
  const of = (value: (group: Group) => number) => median(pairs.map((pair) => turns(pair, value)));
  const slow = pairs[0].short.ms / pairs[0].short.count > SLOW_MS;
  // A slow turn's own noise is more than the read.
  const time = (value: (group: Group) => number) =>
    slow
      ? median(pairs.flatMap(({ short, long }) => [value(short) / short.count, value(long) / long.count]))
      : of(value);
  return {
    ms: digits(time(({ ms }) => ms)),
    // Where it is little, noise may make it less than nothing.
    js_ms: digits(Math.max(0, time(({ jsMs }) => jsMs))),
    first_ms: digits(first),
    groups: pairs.length,
    dispatches: digits(of(({ counts }) => counts.dispatches)),
    submits: digits(of(({ counts }) => counts.submits)),
    writes: digits(of(({ counts }) => counts.writes)),
    written_bytes: digits(of(({ counts }) => counts.writtenBytes)),
  };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
