/** From the losses of the single elements to one number. */
import { checkChoice } from "../text/arguments.ts";
import type { Tensor } from "../tensor/tensor.ts";

type Reduction = "mean" | "sum" | "none";

/** Throws if it is none of the three. */
export function checkReduction(name: string, reduction: Reduction): void {
  checkChoice(name, "reduction", reduction, ["mean", "sum", "none"]);
}

/** The losses of the single elements, brought together. */
export function reduce(loss: Tensor, reduction: Reduction): Tensor {
  return reduction === "mean" ? loss.mean() : reduction === "sum" ? loss.sum() : loss;
}
