/**
 * The library's side of tools/fixtures/sequences.py and sequence_layers.py: functions and layers for sequences and normalization
 * within a sample, which may take and give several tensors. Each case runs twice: with inputs as they are made, and with inputs that
 * lie in memory the other way round.
 *
 * @module
 */
import { currentDevice, F, type nn, Tensor } from "descent";
import type { Case } from "./case.ts";
import { compareTensor } from "./compare.ts";
import { buildLayer, type LayerSpec } from "./layers.ts";
import type { Operation, Settings } from "./operation.ts";
import { makeTensor } from "./text.ts";

/** An operation that may give several tensors, or promise them. */
export type Several = (
  ...given: Parameters<Operation>
) => Tensor | readonly Tensor[] | Promise<Tensor | readonly Tensor[]>;

/** By the names that the fixtures use; what has the same inputs but not all of them is named after those. */
export const operations: Record<string, Several> = {
  layerNorm: ([x, weight = null, bias = null], { shape, ...options }) =>
    F.layerNorm(x, shape, { weight, bias, ...options }),
  layerNormBias: ([x, bias], { shape }) => F.layerNorm(x, shape, { bias }),
  rmsNorm: ([x, weight = null], { shape, ...options }) => F.rmsNorm(x, shape, { weight, ...options }),
  groupNorm: ([x, weight = null, bias = null], { groups, ...options }) =>
    F.groupNorm(x, groups, { weight, bias, ...options }),
  instanceNorm: ([x, weight = null, bias = null], options) => F.instanceNorm(x, { weight, bias, ...options }),
  instanceNormRunning: ([x, runningMean, runningVar, weight, bias]) =>
    F.instanceNorm(x, { runningMean, runningVar, weight, bias, useInputStats: false }),
  embedding: ([index, weight], options) => F.embedding(index, weight, options),
  attention: ([q, k, v], { causal: isCausal, scale }) =>
    F.scaledDotProductAttention(q, k, v, { isCausal, scale }),
  attentionMasked: ([q, k, v, attnMask], options) =>
    F.scaledDotProductAttention(q, k, v, { attnMask, ...options }),
  localResponseNorm: ([x], { size, ...options }) => F.localResponseNorm(x, size, options),
};

/** A step of a layer. */
interface Step {
  mode: string;
  inputs: Record<string, string>;
  /** Inputs that are options of forward, by the fixture's name for them. */
  named?: Record<string, string>;
  /** Settings of forward. */
  settings?: Settings;
  outputs: string[];
  cotangents: string[];
  grads: Record<string, string>;
}

/** A case of sequence_layers.json. */
export interface SequenceLayerCase {
  name: string;
  layer: LayerSpec;
  state?: Record<string, string>;
  steps: Step[];
  stateAfter?: Record<string, string>;
}

/** The fixture's tensors as leaves, and as seen: transposed leaves seen the right way round, if so asked. */
export function makeInputs(texts: Record<string, string>, grads: Record<string, string>, turned: boolean) {
  const leaves: Record<string, Tensor> = {}, seen: Record<string, Tensor> = {};
  for (const [name, text] of Object.entries(texts)) {
    const plain = makeTensor(text), dims = plain.shape.map((_, d) => d).reverse();
    // A reshaped copy lies as it is seen.
    const stored = turned ? plain.permute(dims).reshape(-1).reshape(dims.map((d) => plain.shape[d])) : plain;
    leaves[name] = stored.detach();
    leaves[name].requiresGrad = name in grads;
    seen[name] = turned ? leaves[name].permute(dims) : leaves[name];
  }
  const gradOf = (name: string) => {
    const { grad } = leaves[name];
    return turned && grad !== null ? grad.permute(grad.shape.map((_, d) => d).reverse()) : grad;
  };
  return { seen, gradOf };
}

/** Runs backward from all outputs at once. */
function backward(outputs: readonly Tensor[], cotangents: readonly string[]): void {
  const flowing = outputs.filter(({ requiresGrad }) => requiresGrad);
  if (flowing.length !== cotangents.length) {
    throw new Error(`${flowing.length} outputs have a gradient, PyTorch's ${cotangents.length}`);
  }
  const sums = flowing.map((output, i) => output.mul(makeTensor(cotangents[i])).sum());
  if (sums.length > 0) sums.reduce((a, b) => a.add(b)).backward();
}

const list = (result: Tensor | readonly Tensor[]): readonly Tensor[] =>
  result instanceof Tensor ? [result] : result;

/** Both ways; on a software GPU, which is slow, the one in which more happens. */
const ways = () => currentDevice().name === "cpu" ? [false, true] : [true];

/** Runs an operation both ways and compares all that comes out. */
export async function checkSequence(one: Case, known = operations): Promise<void> {
  const operation = known[one.op], grads = one.grads ?? {};
  if (operation === undefined) throw new Error(`tests/parity does not know "${one.op}"`);
  for (const turned of ways()) {
    const how = turned ? " of turned inputs" : "";
    const { seen, gradOf } = makeInputs(one.inputs, grads, turned);
    const outputs = list(await operation(Object.values(seen), one.settings ?? {}));
    await compareAll(`output${how}`, outputs, one.outputs);
    backward(outputs, one.cotangents ?? []);
    for (const [name, text] of Object.entries(grads)) {
      await compareTensor(`the gradient of ${name}${how}`, gradOf(name), text);
    }
  }
}

async function compareAll(what: string, outputs: readonly Tensor[], texts: readonly string[]): Promise<void> {
  if (outputs.length !== texts.length) {
    throw new Error(`there are ${outputs.length} outputs, PyTorch's ${texts.length}`);
  }
  for (const [i, text] of texts.entries()) await compareTensor(`${what} ${i}`, outputs[i], text);
}

/** What a forward returned, as a flat list; what is null is left out. */
function flat(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  return Array.isArray(result) ? result.flatMap(flat) : [];
}

/** Loads PyTorch's state and runs every step, both ways. */
export async function checkSequenceLayer(one: SequenceLayerCase): Promise<void> {
  for (const turned of ways()) {
    const layer = buildLayer(one.layer), state = one.state ?? {};
    const names = Object.keys(layer.stateDict());
    if (`${names}` !== `${Object.keys(state)}`) {
      throw new Error(`stateDict() names [${names}], PyTorch's [${Object.keys(state)}]`);
    }
    layer.loadStateDict(
      Object.fromEntries(Object.entries(state).map(([name, text]) => [name, makeTensor(text)])),
    );
    for (const [index, step] of one.steps.entries()) {
      await checkStep(
        layer,
        step,
        turned,
        `step ${index + 1} (${step.mode})${turned ? " of turned inputs" : ""}`,
      );
    }
    for (const [name, text] of Object.entries(one.stateAfter ?? {})) {
      await compareTensor(`${name} after all steps`, layer.stateDict()[name], text);
    }
  }
}

async function checkStep(layer: nn.Module, step: Step, turned: boolean, where: string): Promise<void> {
  layer.train(step.mode === "train");
  layer.zeroGrad();
  const { inputs, named = {}, settings, grads } = step;
  const { seen, gradOf } = makeInputs(inputs, grads, turned);
  // h and c are the two parts of one state.
  const given = Object.keys(inputs).filter((name) => !(name in named) && name !== "c").map((name) =>
    name === "h" && "c" in seen ? [seen.h, seen.c] : seen[name]
  );
  const options = { ...settings };
  for (const [name, option] of Object.entries(named)) options[option] = seen[name];
  const extra = Object.keys(options).length > 0 ? [options] : [];
  // deno-lint-ignore no-explicit-any
  const outputs = flat((layer.forward as any)(...given, ...extra));
  await compareAll(`${where}: output`, outputs, step.outputs);
  backward(outputs, step.cotangents);
  const parameters = Object.fromEntries(layer.namedParameters());
  for (const [name, text] of Object.entries(grads)) {
    const grad = name in parameters ? parameters[name].grad : gradOf(name);
    await compareTensor(`${where}: the gradient of ${name}`, grad, text);
  }
}
