/** The momentum of a group, for schedules that move it beside the rate. */
import { checkRange } from "../text/arguments.ts";
import { fraction } from "./check.ts";
import type { HasRate, ParamGroup } from "./optimizer.ts";
import type { AnyOptimizer } from "./schedule.ts";

/** Sets the momentum of a group, or Adam's first beta. */
export function setMomentum(
  group: ParamGroup<HasRate>,
  momentum: number,
): void {
  const target: { betas?: readonly [number, number]; momentum?: number } = group as object;
  if (target.betas) target.betas = [momentum, target.betas[1]];
  else target.momentum = momentum;
}

/**
 * Throws where a schedule cannot move the momentum.
 *
 * @param range Its ends, by name.
 */
export function checkMomentum(
  name: string,
  { paramGroups }: AnyOptimizer,
  range: Readonly<Record<string, unknown>>,
): void {
  for (const [end, value] of Object.entries(range)) {
    if (paramGroups.some((group) => "betas" in group)) fraction(name, end, value);
    else checkRange(name, end, value, 0);
  }
  if (paramGroups.every((group) => "momentum" in group || "betas" in group)) return;
  throw new RangeError(`${name}: cycleMomentum needs an optimizer with momentum or betas`);
}
