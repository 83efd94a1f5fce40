/**
 * The networks' layers at their true sizes. Their inputs are made by formula, what comes out is compared in summary.
 *
 * @module
 */
import type { Tensor } from "descent";
import { compareSummary, formula, type Summary } from "./formula.ts";
import type { Settings } from "./operation.ts";
import { operations } from "./operations.ts";

/** A case of real_sizes.json. */
export interface RealSizeCase {
  name: string;
  op: string;
  settings: Settings;
  inputs: Record<string, number[]>;
  output: Summary;
  grads: Record<string, Summary>;
}

/** Relative to the largest element. Both devices stay below 6e-6; another order of summation may take some more. */
const RELATIVE = 5e-5;

/** Runs the layer forward and backward and compares the summaries. */
export async function checkRealSize(one: RealSizeCase): Promise<void> {
  const inputs: Record<string, Tensor> = {};
  for (const [name, shape] of Object.entries(one.inputs)) {
    inputs[name] = formula(`${one.name}/${name}`, shape, { requiresGrad: name in one.grads });
  }
  const tensors = Object.values(inputs);
  // The target of a cross entropy must sum to one.
  const ready = one.op === "crossEntropy" ? [tensors[0], tensors[1].softmax(1)] : tensors;
  const output = await operations[one.op](ready, one.settings);
  await compareSummary("the output", output, one.output, RELATIVE);
  output.backward(formula(`${one.name}/cotangent`, output.shape));
  for (const [name, summary] of Object.entries(one.grads)) {
    await compareSummary(`the gradient of ${name}`, inputs[name].grad, summary, RELATIVE);
  }
}
