/** The training loop. */
import { closeScope, openScope } from "../autograd/scope.ts";
import type { TensorBase } from "../tensor/base.ts";
import { Progress } from "./progress.ts";

/** What a step may log: numbers, or tensors of one element. */
export type Loggable = number | TensorBase;

/** One iteration of {@linkcode steps}. */
export interface Step {
  /** Counts from 0. */
  readonly index: number;
  /** How many there will be. */
  readonly total: number;
  /**
   * Shows values beside the progress. Reads them from the device in the background: the loop goes on meanwhile.
   *
   * @param values By name: `step.log({ loss })`.
   */
  log(values: Record<string, Loggable>): void;
}

/** Options of {@linkcode steps}. */
export interface StepsOptions {
  /** What is shown in front of the bar. */
  label?: string;
  /** Whether to show anything: true if not said. */
  progress?: boolean;
}

/** So many reads of logged values may be on their way before the loop waits for the oldest. */
const READS_IN_FLIGHT = 2;

/**
 * A training loop of so many iterations. It shows its progress, and it is a scope: the tensors made in an iteration are
 * freed at its end, but for parameters, gradients of what was made outside, optimizer state, and what `keep()` was
 * called on.
 *
 * @param total How many iterations.
 * @param options label, progress.
 * @returns What `for await` runs through.
 * @throws {RangeError} if `total` is no whole number ≥ 0.
 * @example
 * ```ts
 * import { nn, optim, randn, steps } from "descent";
 * const net = new nn.Linear(3, 1);
 * const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
 * for await (const step of steps(5, { label: "Linear" })) {
 *   const loss = net.forward(randn(8, 3)).square().mean();
 *   loss.backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 *   step.log({ loss });
 * }
 * ```
 */
export async function* steps(total: number, options: StepsOptions = {}): AsyncGenerator<Step, void, void> {
  if (!Number.isInteger(total) || total < 0) {
    throw new RangeError(`steps: the number of iterations must be a whole number ≥ 0, not ${total}`);
  }
  const { label = "", progress: shown = true } = options;
  const progress = shown ? new Progress(total, { label }) : null;
  const reads: Promise<void>[] = [];
  let failure: unknown;
  const log = (index: number, values: Record<string, Loggable>) => {
    progress?.expect(index + 1);
    const names = Object.keys(values);
    const numbers = names.map((name) => {
      const value = values[name];
      return typeof value === "number" ? value : value.item();
    });
    reads.push(
      Promise.all(numbers).then((read) => {
        progress?.log(index + 1, Object.fromEntries(names.map((name, i) => [name, read[i]])));
      }).catch((error) => {
        failure ??= error;
      }),
    );
  };
  const settle = async (left: number) => {
    while (reads.length > left) await reads.shift();
    if (failure !== undefined) throw failure;
  };
  try {
    for (let index = 0; index < total; index++) {
      const scope = openScope();
      try {
        yield { index, total, log: (values) => log(index, values) };
      } finally {
        closeScope(scope, (buffer) => {
          buffer.free(`at the end of iteration ${index} of steps()`);
          return false;
        });
      }
      progress?.step(index + 1);
      await settle(READS_IN_FLIGHT);
    }
    await settle(0);
  } finally {
    await Promise.all(reads);
    progress?.end();
  }
}
