/**
 * Measures a case in turns: ours, a peer, ours, the next peer, … so that whatever happens to the machine happens to all
 * alike. Two never compute at the same time.
 *
 * @module
 */
import type { Case } from "../cases/cases.ts";
import type { Task } from "../cases/task.ts";
import type { Options } from "../options.ts";
import type { Competitor } from "./competitors.ts";
import type { Samples } from "./result.ts";

/** How a competitor goes about a case. */
interface Plan {
  competitor: Competitor;
  /** How long an answer may take. */
  limit: number;
  samples: Samples;
  /** Iterations in a turn, and before it, unmeasured. */
  count: number;
  warm: number;
  /** How many turns. */
  turns: number;
}

/**
 * Measures one case.
 *
 * @param one The case.
 * @param ours The library.
 * @param peers Whom to compare with.
 * @returns What was measured, by competitor.
 */
export async function measure(
  one: Case & { task: Task },
  ours: Competitor,
  peers: Competitor[],
  options: Options,
): Promise<Record<string, Samples>> {
  const plans: Plan[] = [];
  for (const competitor of [ours, ...peers]) plans.push(await prepare(one, competitor, options));
  const [own, ...others] = plans;
  const able = others.filter(({ samples }) => samples.missing === undefined);
  for (let turn = 0; turn < options.repeats; turn++) {
    const left = able.filter(({ turns, samples }) => turn < turns && samples.missing === undefined);
    if (left.length === 0 && turn < own.turns) await take(one, own);
    for (const peer of left) {
      const mine = await take(one, own);
      const theirs = await take(one, peer);
      if (mine !== undefined && theirs !== undefined) (peer.samples.ours ??= []).push(mine);
    }
  }
  for (const { competitor: { worker }, samples } of plans) {
    // Who failed may have been left in any state.
    if (samples.missing !== undefined) await worker.stop();
    else await worker.ask({ do: "drop" }, options.limitSeconds);
  }
  return Object.fromEntries(plans.map(({ competitor, samples }) => [competitor.name, samples]));
}

const KERNELS: Task["kind"][] = ["convolution", "product", "adam", "copy", "order"];

/** Sets a task up, does it once to warm up, and finds out how many iterations make a turn. */
async function prepare(one: Case & { task: Task }, competitor: Competitor, options: Options): Promise<Plan> {
  const { worker } = competitor;
  const { budgetSeconds, repeats } = options;
  const kernel = KERNELS.includes(one.task.kind);
  const turnSeconds = kernel ? options.turnSeconds / 2 : options.turnSeconds;
  const limit = kernel ? options.limitSeconds / 3 : options.limitSeconds;
  const plan: Plan = { competitor, limit, samples: { values: [] }, count: 1, warm: 0, turns: repeats };
  try {
    await worker.ask({ do: "prepare", task: one.task }, 2 * limit);
    const run = async (count: number) =>
      (await worker.ask({ do: "run", count, warm: 0 }, limit)).seconds! / count;
    await run(1);
    let seconds = await run(1);
    // Compilers take their time: more and more iterations, until they last.
    for (let count = 2; seconds * count < turnSeconds && count < 1e6; count *= 4) {
      seconds = await run(count);
    }
    const most = options.quick ? one.count / 10 : one.count;
    const enough = one.count > 1 ? most : Math.ceil(turnSeconds / seconds);
    // A case of many iterations is done whole unless that takes a quarter of the peer's time.
    plan.count = Math.max(
      1,
      Math.round(Math.min(enough, Math.max(turnSeconds, budgetSeconds / 4) / seconds)),
    );
    plan.warm = seconds > 1 ? 0 : Math.max(1, Math.ceil(Math.min(plan.count / 10, 0.05 / seconds)));
    plan.turns = Math.min(repeats, Math.max(1, Math.floor(budgetSeconds / (seconds * plan.count))));
    if (plan.count < one.count) plan.samples.did = plan.count;
  } catch (error) {
    plan.samples.missing = (error as Error).message;
  }
  return plan;
}

/** One turn. */
async function take(one: Case, plan: Plan): Promise<number | undefined> {
  const { competitor, samples, count, warm, limit } = plan;
  if (samples.missing !== undefined) return undefined;
  try {
    const seconds = (await competitor.worker.ask({ do: "run", count, warm }, 2 * limit))
      .seconds!;
    const value = seconds / count * one.count;
    samples.values.push(value);
    return value;
  } catch (error) {
    samples.missing = (error as Error).message;
    return undefined;
  }
}
