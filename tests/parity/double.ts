/**
 * Gradients of gradients as tools/fixtures/double.py writes them: second derivatives and Hessian-vector products, gradient
 * penalties, chains of derivatives.
 *
 * @module
 */
import { F, type Tensor } from "descent";
import { compareTensor } from "./compare.ts";
import { images } from "./images.ts";
import type { Operation, Settings } from "./operation.ts";
import { operations } from "./operations.ts";
import { makeTensor, readTensor } from "./text.ts";

type Lines = Record<string, string>;
type Tensors = Record<string, Tensor>;

/** A case of double.json. */
export interface DoubleCase {
  name: string;
  op: string;
  settings?: Settings;
  /** Whether the operation's result is squared. */
  squared?: boolean;
  inputs: Lines;
  /** What flows back into the result. */
  cotangent: string;
  /** What each gradient is multiplied with, to be differentiated again. */
  directions: Lines;
  grads: Lines;
  /** Σ grads[of] · directions[of] differentiated by each input and by the cotangent. */
  second: Record<string, Lines>;
}

/** A case of double_penalty.json. */
export interface PenaltyCase {
  name: string;
  pool: "max" | "avg";
  inputs: Lines;
  /** ∂D/∂x */
  slope: string;
  loss: string;
  grads: Lines;
}

/** A case of double_chains.json. */
export interface ChainCase {
  name: string;
  op: string;
  settings?: Settings;
  x: string;
  /** y, y′, y″ … */
  derivatives: string[];
}

/** Two layers, smooth everywhere. */
const smoothPerceptron: Operation = ([x, w1, b1, w2, b2]) => x.matmul(w1).add(b1).tanh().matmul(w2).add(b2);
const table: Record<string, Operation> = { ...operations, ...images, smoothPerceptron };

function operationOf({ op }: { op: string }): Operation {
  if (table[op] === undefined) throw new Error(`tests/parity does not know "${op}"`);
  return table[op];
}

/** Tensors by name; those that stand in `wanted` require a gradient. */
function makeTensors(lines: Lines, wanted: object): Tensors {
  return Object.fromEntries(
    Object.entries(lines).map(([name, line]) => [name, makeTensor(line, name in wanted)]),
  );
}

/** Takes the gradients out, copies of those that zeroGrad() frees; of what nothing depends on there is none. */
function takeGrads(tensors: Tensors): Record<string, Tensor | null> {
  const entries = Object.entries(tensors).map(([name, one]): [string, Tensor | null] => {
    const grad = one.grad?.requiresGrad ? one.grad : one.grad?.clone() ?? null;
    one.zeroGrad();
    return [name, grad];
  });
  return Object.fromEntries(entries);
}

/** Compares a gradient; PyTorch's side writes zeros where there is none. */
async function compareGrad(what: string, actual: Tensor | null, line: string): Promise<void> {
  if (actual !== null || readTensor(line).values.some((value) => value !== 0)) {
    await compareTensor(what, actual, line);
  }
}

/** Differentiates twice, and compares both. */
export async function checkDouble(one: DoubleCase): Promise<void> {
  const inputs = makeTensors(one.inputs, one.grads), cotangent = makeTensor(one.cotangent, true);
  const made = await operationOf(one)(Object.values(inputs), one.settings ?? {});
  const output = one.squared ? made.square() : made;
  output.backward(cotangent, { createGraph: true });
  const first = takeGrads(inputs);
  for (const [of, line] of Object.entries(one.grads)) {
    await compareTensor(`the gradient of ${of}`, first[of], line);
    if (first[of]!.requiresGrad) first[of]!.backward(makeTensor(one.directions[of]), { retainGraph: true });
    const second = takeGrads({ ...inputs, cotangent });
    for (const [by, line] of Object.entries(one.second[of])) {
      await compareGrad(`the gradient of ${of} by ${by}`, second[by], line);
    }
  }
}

function critic(x: Tensor, [w1, b1, w2, b2, w3, b3]: Tensor[], pool: "max" | "avg"): Tensor {
  const first = F.conv2d(x, w1, { bias: b1, padding: 1 }).leakyRelu(0.2);
  const second = F.conv2d(first, w2, { bias: b2, stride: 2, padding: 1 }).tanh();
  const pooled = pool === "max" ? F.maxPool2d(second, 2) : F.avgPool2d(second, 2);
  return F.linear(pooled.flatten(1), w3, b3);
}

/** A gradient penalty (Gulrajani et al. 2017), alone or in the whole loss of a critic, and all its gradients. */
export async function checkPenalty(one: PenaltyCase): Promise<void> {
  const inputs = makeTensors(one.inputs, one.grads), { x, made, true: real, ...rest } = inputs;
  const weights = Object.values(rest);
  critic(x, weights, one.pool).sum().backward(undefined, { createGraph: true });
  const slope = takeGrads(inputs).x!;
  await compareTensor("the slope", slope, one.slope);
  const penalty = slope.flatten(1).square().sum(1).sqrt().sub(1).square().mean();
  const loss = made === undefined ? penalty : critic(made, weights, one.pool).mean()
    .sub(critic(real, weights, one.pool).mean()).add(penalty.mul(10));
  await compareTensor("the loss", loss, one.loss);
  loss.backward();
  for (const [name, line] of Object.entries(one.grads)) {
    await compareGrad(`the gradient of ${name}`, inputs[name].grad, line);
  }
}

/** A function, its derivative, that one's, and so on. */
export async function checkChain(one: ChainCase): Promise<void> {
  const x = makeTensor(one.x, true);
  let y: Tensor | null = await operationOf(one)([x], one.settings ?? {});
  for (const [order, line] of one.derivatives.entries()) {
    await compareGrad(`derivative ${order}`, y, line);
    if (y?.requiresGrad) y.sum().backward(undefined, { createGraph: true });
    y = takeGrads({ x }).x;
  }
}
