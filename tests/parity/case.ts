/**
 * One fixture of one operation: inputs, settings, PyTorch's outputs, and its gradients under a random cotangent.
 *
 * @module
 */
import type { Tensor } from "descent";
import { compareTensor } from "./compare.ts";
import type { Settings } from "./operation.ts";
import { operations } from "./operations.ts";
import { makeTensor } from "./text.ts";

/** A case as tools/fixtures writes it; tensors are lines of text. */
export interface Case {
  name: string;
  op: string;
  settings?: Settings;
  inputs: Record<string, string>;
  outputs: string[];
  cotangents?: string[];
  grads?: Record<string, string>;
}

/** Runs the operation, then backward, and compares all that comes out. */
export async function checkCase(one: Case): Promise<void> {
  const operation = operations[one.op];
  if (operation === undefined) throw new Error(`tests/parity/operations.ts does not know "${one.op}"`);
  const grads = one.grads ?? {};
  const inputs: Record<string, Tensor> = {};
  for (const [name, text] of Object.entries(one.inputs)) inputs[name] = makeTensor(text, name in grads);
  const output = await operation(Object.values(inputs), one.settings ?? {});
  await compareTensor("the output", output, one.outputs[0]);
  if (one.cotangents === undefined) return;
  output.backward(makeTensor(one.cotangents[0]));
  for (const [name, text] of Object.entries(grads)) {
    await compareTensor(`the gradient of ${name}`, inputs[name].grad, text);
  }
}
