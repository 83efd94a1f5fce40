/**
 * Thirty steps of an optimizer down the valley of tools/fixtures/optimizers.py, and the schedules' learning rates. Half-way all of
 * it is saved and goes on in new ones, which were somewhere else.
 *
 * @module
 */
import { optim, type Tensor } from "descent";
import { compareNumber, compareTensor, compareValues } from "./compare.ts";
import { makeTensor, readNumbers, readTensor } from "./text.ts";

/** The tensors that every run starts from. */
export type Start = Record<"x" | "target" | "weight" | "bias" | "scale", string>;

/** A run of optimizers.json. */
export interface OptimizerCase {
  name: string;
  optimizer: string;
  options: Record<string, unknown>;
  groups?: ({ params: string[] } & Record<string, unknown>)[];
  schedule?: string;
  scheduleOptions?: Record<string, unknown>;
  losses: string;
  after: Record<string, Record<string, string>>;
}

/** A trace of schedulers.json. */
export interface SchedulerCase {
  name: string;
  scheduler: string;
  optimizer: string;
  options: Record<string, unknown>;
  lambda?: string;
  metrics?: string;
  /** The schedules of a SequentialLR. */
  sequence?: { scheduler: string; options: Record<string, unknown> }[];
  /** Where step() is sent to; null: on by one. */
  places?: (number | null)[];
  lr: string;
  momentum?: string;
}

// deno-lint-ignore no-explicit-any
type Loose = any;

function make(place: Loose, name: string, ...args: unknown[]): Loose {
  if (typeof place[name] !== "function") throw new Error(`there is no ${name}`);
  return new place[name](...args);
}

/** Walks down and compares the losses and, at the marked steps, the parameters. */
export async function checkOptimizer(one: OptimizerCase, start: Start): Promise<void> {
  const x = makeTensor(start.x), target = makeTensor(start.target);
  const parameters: Record<string, Tensor> = {};
  for (const name of ["weight", "bias", "scale"] as const) parameters[name] = makeTensor(start[name], true);
  const { weight, bias, scale } = parameters;
  const groups = one.groups?.map((group) => ({
    ...group,
    params: group.params.map((name) => parameters[name]),
  }));
  const params = groups ?? (one.optimizer === "Muon" ? [weight] : [weight, bias, scale]);
  const begin = () => {
    const optimizer = make(optim, one.optimizer, params, one.options);
    return [optimizer, one.schedule && make(optim.lr, one.schedule, optimizer, one.scheduleOptions)];
  };
  let [optimizer, schedule] = begin();
  const losses: Tensor[] = [];
  for (let step = 1; step <= 30; step++) {
    if (step === 16) {
      const saved = [optimizer.stateDict(), schedule?.stateDict()];
      [optimizer, schedule] = begin();
      optimizer.loadStateDict(saved[0]);
      schedule?.loadStateDict(saved[1]);
    }
    optimizer.zeroGrad();
    const y = x.matmul(weight).add(bias).tanh().mul(scale);
    const loss = y.sub(target).square().sum().div(2).add(weight.pow(4).sum().div(20));
    losses.push(loss);
    loss.backward();
    optimizer.step();
    schedule?.step();
    for (const [name, text] of Object.entries(one.after[step] ?? {})) {
      await compareTensor(`${name} after step ${step}`, parameters[name], text);
    }
  }
  const expected = readTensor(one.losses);
  // Read together: on a GPU each reading that is waited for takes ten milliseconds.
  const read = await Promise.all(losses.map((loss) => loss.item()));
  compareValues("the loss at step", read, expected.values, expected.shape);
}

const LAMBDAS: Record<string, (step: number) => number> = {
  inverse: (step) => 1 / (1 + step),
  warmup: (step) => Math.min(1, (step + 1) / 5) * 0.95 ** step,
};

/** Both sides compute schedules in double precision; only the order of operations may differ. */
const DOUBLE = { absolute: 1e-15, relative: 1e-12 };

/** Steps a schedule and compares the learning rate, and the momentum where PyTorch's moves, after each step. */
export function checkScheduler(one: SchedulerCase): Promise<void> {
  const parameter = makeTensor("float32[1] 0", true);
  const settings = one.optimizer === "SGD" ? { lr: 0.1, momentum: 0.9 } : { lr: 0.1 };
  const begin = () => {
    const optimizer = make(optim, one.optimizer, [parameter], settings);
    const parts = one.sequence?.map(({ scheduler, options }) =>
      make(optim.lr, scheduler, optimizer, options)
    );
    const argument = one.lambda !== undefined
      ? { lrLambda: LAMBDAS[one.lambda] }
      : parts === undefined
      ? one.options
      : { ...one.options, schedulers: parts };
    return [optimizer, make(optim.lr, one.scheduler, optimizer, argument)];
  };
  let [optimizer, schedule] = begin();
  const rates = readNumbers(one.lr), momenta = one.momentum === undefined ? null : readNumbers(one.momentum);
  const metrics = one.metrics === undefined ? null : readNumbers(one.metrics);
  rates.forEach((rate, step) => {
    if (step === 15) {
      const saved = [optimizer.stateDict(), JSON.parse(JSON.stringify(schedule.stateDict()))];
      [optimizer, schedule] = begin();
      optimizer.loadStateDict(saved[0]);
      schedule.loadStateDict(saved[1]);
    }
    const argument = metrics?.[step - 1] ?? one.places?.[step - 1] ?? undefined;
    if (step > 0) schedule.step(...argument === undefined ? [] : [argument]);
    compareNumber(`the rate after ${step} steps`, optimizer.lr, rate, DOUBLE);
    if (momenta === null) return;
    const [group] = optimizer.paramGroups;
    const momentum = group.betas?.[0] ?? group.momentum;
    compareNumber(`the momentum after ${step} steps`, momentum, momenta[step], DOUBLE);
  });
  return Promise.resolve();
}
