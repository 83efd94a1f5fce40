/**
 * Cases that are processes of their own: how soon the first loss is there, how much memory training takes, how long a
 * chapter runs.
 *
 * @module
 */
import type { Case, ProcessTask } from "../cases/cases.ts";
import { resnet18 } from "../cases/networks.ts";
import type { Options } from "../options.ts";
import { lines } from "../serve.ts";
import { type Competitor, deno } from "./competitors.ts";
import { peakMemory } from "./machine.ts";
import type { Samples } from "./result.ts";
import { type Program, Worker } from "./worker.ts";

/**
 * Measures one such case, in turns.
 *
 * @param one The case.
 * @param ours The library.
 * @param peers Whom to compare with; those that cannot be started this way are left out.
 * @returns What was measured, by competitor.
 */
export async function measureProcesses(
  one: Case & { task: ProcessTask },
  ours: Competitor,
  peers: Competitor[],
  options: Options,
): Promise<Record<string, Samples>> {
  const { task } = one;
  const alone = task.kind === "chapter";
  const others = alone ? [] : peers.filter(({ start }) => start !== undefined);
  // The first run fills caches: files, compiled code.
  const repeats = task.kind === "start" ? Math.min(5, options.repeats) : 1;
  const samples = Object.fromEntries(
    [ours, ...others].map(({ name }) => [name, { values: [] } as Samples]),
  );
  if (task.kind === "start") {
    for (const one of [ours, ...others]) await once(task, one, options, { values: [] });
  }
  for (let turn = 0; turn < repeats; turn++) {
    if (others.length === 0) await once(task, ours, options, samples.ours);
    for (const peer of others) {
      const mine = await once(task, ours, options, samples.ours);
      const theirs = await once(task, peer, options, samples[peer.name]);
      if (mine !== undefined && theirs !== undefined) (samples[peer.name].ours ??= []).push(mine);
    }
  }
  return samples;
}

async function once(
  task: ProcessTask,
  competitor: Competitor,
  options: Options,
  samples: Samples,
): Promise<number | undefined> {
  try {
    const value = task.kind === "memory"
      ? await memory(task, competitor, options, samples)
      : task.kind === "start"
      ? await untilLine(withNetwork(competitor), /^loss = /)
      : await untilLine(deno(`chapters/${task.file}.ts`, options.threads), null);
    samples.values.push(value);
    return value;
  } catch (error) {
    samples.missing = (error as Error).message;
    return undefined;
  }
}

/** PyTorch's program is told which network; ours knows it. */
function withNetwork({ name, start }: Competitor): Program {
  return name === "torch" ? { ...start!, args: [...start!.args, JSON.stringify(resnet18)] } : start!;
}

/** Seconds from the start of a process to the first line of a kind, or to its end. */
async function untilLine({ command, args, env, cwd }: Program, wanted: RegExp | null): Promise<number> {
  const start = performance.now();
  const child = new Deno.Command(command, {
    args,
    env: { NO_COLOR: "1", ...env },
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let seen: number | undefined;
  for await (const line of lines(child.stdout)) if (wanted?.test(line)) seen ??= performance.now();
  const { success } = await child.status;
  const end = wanted === null ? performance.now() : seen;
  if (!success || end === undefined) throw new Error("the program failed");
  return (end - start) / 1000;
}

/** The most memory that a fresh process holds in its first three steps. */
async function memory(
  { task }: ProcessTask & { kind: "memory" },
  { worker: { program } }: Competitor,
  options: Options,
  samples: Samples,
): Promise<number> {
  const worker = new Worker(program);
  try {
    await worker.ask({ do: "prepare", task }, options.limitSeconds);
    await worker.ask({ do: "run", count: 3, warm: 0 }, options.limitSeconds);
    samples.deviceBytes = (await worker.ask({ do: "memory" }, options.limitSeconds)).peakBytes;
    return await peakMemory(worker.pid!);
  } finally {
    await worker.stop();
  }
}
