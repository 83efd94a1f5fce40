/**
 * Layers with their state: made, loaded with PyTorch's state_dict, run for some steps, compared step by step.
 *
 * @module
 */
import { nn, type Tensor } from "descent";
import { compareTensor } from "./compare.ts";
import { makeTensor } from "./text.ts";

/** A module as the fixtures describe it; descriptions among `args` are its children. */
export interface LayerSpec {
  type: string;
  args: unknown[];
  options?: Record<string, unknown>;
}

interface Step {
  mode: string;
  inputs: Record<string, string>;
  output: string;
  cotangent?: string;
  grads?: Record<string, string>;
}

/** A case of layers.json. */
export interface LayerCase {
  name: string;
  layer: LayerSpec;
  state?: Record<string, string>;
  steps: Step[];
  stateAfter?: Record<string, string>;
}

type AnyModule = nn.Module & { forward(...inputs: Tensor[]): Tensor };

function isSpec(value: unknown): value is LayerSpec {
  return typeof value === "object" && value !== null && "type" in value;
}

/** The module that a description names. */
export function buildLayer(spec: LayerSpec): AnyModule {
  // deno-lint-ignore no-explicit-any
  const layer = (nn as any)[spec.type];
  if (typeof layer !== "function") throw new Error(`nn has no ${spec.type}`);
  const args = spec.args.map((arg) => isSpec(arg) ? buildLayer(arg) : arg);
  if (spec.options === undefined) return new layer(...args);
  const options = Object.entries(spec.options).map((
    [name, one],
  ) => [name, isSpec(one) ? buildLayer(one) : one]);
  return new layer(...args, Object.fromEntries(options));
}

/** Loads PyTorch's state, then runs and compares every step, then what is left in the state. */
export async function checkLayer(one: LayerCase): Promise<void> {
  const layer = buildLayer(one.layer);
  const state: Record<string, Tensor> = {};
  for (const [name, text] of Object.entries(one.state ?? {})) state[name] = makeTensor(text);
  const names = Object.keys(layer.stateDict());
  if (`${names}` !== `${Object.keys(state)}`) {
    throw new Error(`stateDict() names [${names}], PyTorch's [${Object.keys(state)}]`);
  }
  if (names.length > 0) layer.loadStateDict(state);
  for (const [index, step] of one.steps.entries()) {
    await checkStep(layer, step, `step ${index + 1} (${step.mode})`);
  }
  for (const [name, text] of Object.entries(one.stateAfter ?? {})) {
    await compareTensor(`${name} after all steps`, layer.stateDict()[name], text);
  }
}

async function checkStep(layer: AnyModule, step: Step, where: string): Promise<void> {
  if (step.mode === "train") layer.train();
  else layer.eval();
  const grads = step.grads ?? {};
  const inputs: Record<string, Tensor> = {};
  for (const [name, text] of Object.entries(step.inputs)) inputs[name] = makeTensor(text, name in grads);
  for (const parameter of layer.parameters()) parameter.zeroGrad();
  const output = layer.forward(...Object.values(inputs));
  await compareTensor(`${where}: the output`, output, step.output);
  if (step.cotangent === undefined) return;
  output.backward(makeTensor(step.cotangent));
  const leaves: Record<string, Tensor> = { ...inputs, ...Object.fromEntries(layer.namedParameters()) };
  for (const [name, text] of Object.entries(grads)) {
    await compareTensor(`${where}: the gradient of ${name}`, leaves[name].grad, text);
  }
}
