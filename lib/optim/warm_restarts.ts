/** The cosine with warm restarts. */
import { checkRange, checkWhole, surplus } from "../text/arguments.ts";
import { checkSchedule } from "./check.ts";
import type { HasRate, ParamGroup } from "./optimizer.ts";
import { type AnyOptimizer, Schedule } from "./schedule.ts";

/**
 * Half a cosine from the learning rate down to `etaMin`, again and again, each `tMult` times as long as the one before
 * (Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts").
 *
 * PyTorch: `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const schedule = new optim.lr.CosineAnnealingWarmRestarts(optimizer, { t0: 2 });
 * const rates = [];
 * for (let epoch = 0; epoch < 4; epoch++) {
 *   rates.push(optimizer.lr.toFixed(1));
 *   schedule.step();
 * }
 * console.log(rates.join(" ")); // 1.0 0.5 1.0 0.5
 * ```
 */
export class CosineAnnealingWarmRestarts extends Schedule {
  readonly #t0: number;
  readonly #tMult: number;
  readonly #etaMin: number;
  /** How far it is in the cosine of now. */
  tCur = 0;
  /** How long that is. */
  tI: number;
  /** @internal */
  protected override readonly actsAtOnce = true;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `t0`: length of the first cosine; `tMult`: how many times as long the next one is, 1 by default; `etaMin`: the
   * lowest rate, 0.
   * @throws {RangeError} if t0 or tMult is no whole number ≥ 1, or etaMin no finite number ≥ 0.
   * @throws {TypeError} if it is no optimizer, or an option is of another kind or name.
   */
  constructor(optimizer: AnyOptimizer, options: { t0: number; tMult?: number; etaMin?: number }) {
    const name = "CosineAnnealingWarmRestarts";
    checkSchedule(name, arguments, options, ["t0", "tMult", "etaMin"]);
    const { t0, tMult = 1, etaMin = 0 } = options;
    checkWhole(name, "t0", t0, 1);
    checkWhole(name, "tMult", tMult, 1);
    checkRange(name, "etaMin", etaMin, 0);
    super(optimizer);
    this.#t0 = this.tI = t0;
    this.#tMult = tMult;
    this.#etaMin = etaMin;
    this.apply();
  }

  /**
   * Moves on by one, or to a place.
   *
   * @param epoch Where to: epochs that are over, and the share of the one that runs, `epoch + batch / batches`.
   * @throws {RangeError} if it is no finite number ≥ 0.
   */
  override step(epoch?: number): void {
    if (arguments.length > 1) surplus("step", arguments, 1);
    if (epoch === undefined) {
      this.tCur++;
      if (this.tCur >= this.tI) {
        this.tCur %= this.tI;
        this.tI *= this.#tMult;
      }
      this.lastEpoch++;
    } else {
      checkRange("step", "epoch", epoch, 0);
      const t0 = this.#t0, mult = this.#tMult;
      if (epoch < t0) [this.tCur, this.tI] = [epoch, t0];
      else if (mult === 1) this.tCur = epoch % t0;
      else {
        const past = Math.trunc(Math.log(epoch / t0 * (mult - 1) + 1) / Math.log(mult));
        this.tCur = epoch - t0 * (mult ** past - 1) / (mult - 1);
        this.tI = t0 * mult ** past;
      }
      this.lastEpoch = Math.floor(epoch);
    }
    this.apply();
  }

  /** @internal */
  override begin(): void {
    [this.tCur, this.tI] = [0, this.#t0];
    super.begin();
  }

  /** @internal */
  protected override moving(): Record<string, (name: string, value: unknown) => number> {
    return {
      ...super.moving(),
      tCur: (name, value) => checkRange("loadStateDict", name, value, 0),
      tI: (name, value) => checkWhole("loadStateDict", name, value, 1),
    };
  }

  /** @internal */
  protected override rate(_group: ParamGroup<HasRate>, index: number): number {
    const etaMin = this.#etaMin, height = 1 + Math.cos(Math.PI * this.tCur / this.tI);
    return Math.max(0, etaMin + (this.baseLrs[index] - etaMin) * height / 2);
  }
}
