/** Muon. */
import { text } from "../device/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkBoolean,
  checkChoice,
  checkNumber,
  checkRange,
  checkWhole,
  describe,
  isNumbers,
  surplus,
} from "../text/arguments.ts";
import { type Memory, mix } from "./composed.ts";
import { Optimizer, type Params, type Updated } from "./optimizer.ts";

/** Hyper-parameters of {@linkcode Muon}. */
export interface MuonOptions {
  /** Learning rate: 1e-3 by default. */
  lr?: number;
  /** λ of the decay θ ← (1 − lr λ) θ: 0.1 by default. */
  weightDecay?: number;
  /** How much of the running mean of the gradient is kept each step: 0.95 by default. */
  momentum?: number;
  /** Whether the gradient is looked up where the momentum will lead: true by default. */
  nesterov?: boolean;
  /** a, b, c of the iteration X ← aX + b(XXᵀ)X + c(XXᵀ)²X: [3.4445, −4.775, 2.0315] by default. */
  nsCoefficients?: readonly [number, number, number];
  /** The least norm that a gradient is divided by: 1e-7 by default. */
  eps?: number;
  /** How many iterations: 5 by default. */
  nsSteps?: number;
  /**
   * What the rate is multiplied by for a matrix [A, B]: "original", √max(1, A / B) by default; "match_rms_adamw", 0.2 √max(A, B),
   * with which AdamW's rates and decays can stay as they are.
   */
  adjustLrFn?: "original" | "match_rms_adamw";
}

/** The hyper-parameters of a group. */
export type MuonGroup = Required<MuonOptions>;

/**
 * Muon, momentum made orthogonal by Newton and Schulz (Jordan et al. 2024; Liu et al. 2025, "Muon is scalable for LLM training"):
 * the step of a matrix is its momentum with all singular values brought near 1, so that no direction is left behind. For the
 * matrices inside a network; embeddings, the last layer, biases and gains go to AdamW.
 *
 * PyTorch, which iterates in bfloat16 where this is float32: `torch.optim.Muon`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const net = new nn.Sequential(new nn.Linear(8, 32), new nn.ReLU(), new nn.Linear(32, 1));
 * const [first, ...others] = net.parameters();
 * const optimizers = [new optim.Muon([first], { lr: 0.02 }), new optim.AdamW(others)];
 * console.log(optimizers.map(({ lr }) => lr)); // [0.02, 0.001]
 * ```
 */
export class Muon extends Optimizer<MuonGroup> {
  /**
   * Makes the optimizer.
   *
   * @param params Matrices: tensors of two dimensions, or groups `[{ params, lr, … }]` of them.
   * @param options Hyper-parameters; those of a group come first.
   * @throws {RangeError} if one makes no sense, there is no parameter, or one is no matrix.
   * @throws {TypeError} if one is of another kind or name, or what is given cannot be optimized.
   */
  constructor(params: Params<MuonGroup>, options: MuonOptions = {}) {
    if (arguments.length > 2) surplus("Muon", arguments, 2);
    const defaults = {
      lr: 1e-3,
      weightDecay: 0.1,
      momentum: 0.95,
      nesterov: true,
      nsCoefficients: [3.4445, -4.775, 2.0315] as const,
      eps: 1e-7,
      nsSteps: 5,
      adjustLrFn: "original" as const,
    };
    super("Muon", params, defaults, options);
    for (const { params } of this.paramGroups) params.forEach(checkMatrix);
  }

  /** @internal */
  protected override readonly remembers = { momentumBuffer: "always" } as const;

  /** @internal */
  protected override check(group: MuonGroup): void {
    const { lr, weightDecay, momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn } = group;
    for (const [name, value] of Object.entries({ lr, weightDecay, momentum, eps })) {
      checkRange("Muon", name, value, 0);
    }
    checkBoolean("Muon", "nesterov", nesterov);
    if (!isNumbers(nsCoefficients) || nsCoefficients.length !== 3) {
      throw new TypeError(`Muon: nsCoefficients must be three numbers, not ${describe(nsCoefficients)}`);
    }
    for (const one of nsCoefficients) checkRange("Muon", "a number of nsCoefficients", one);
    checkWhole("Muon", "nsSteps", checkNumber("Muon", "nsSteps", nsSteps), 0);
    checkRange("Muon", "nsSteps", nsSteps, 0, 99);
    checkChoice("Muon", "adjustLrFn", adjustLrFn, ["original", "match_rms_adamw"]);
  }

  /** @internal */
  protected override update(list: readonly Updated[], group: MuonGroup): void {
    this.compose(list, group, step);
  }
}

function step(param: Tensor, grad: Tensor, group: MuonGroup, memory: Memory): void {
  checkMatrix(param);
  const { lr, weightDecay, momentum, nesterov, adjustLrFn } = group;
  const mean = mix(memory.tensor("momentumBuffer"), grad, 1 - momentum);
  const ahead = nesterov ? mix(grad.clone(), mean, momentum) : mean;
  const [rows, columns] = param.shape;
  const factor = adjustLrFn === "original"
    ? Math.sqrt(Math.max(1, rows / columns))
    : 0.2 * Math.sqrt(Math.max(rows, columns));
  param.mul_(1 - lr * weightDecay);
  param.sub_(orthogonal(ahead, group).mul(lr * factor));
}

function checkMatrix(param: Tensor): void {
  if (param.ndim === 2) return;
  throw new RangeError(
    `Muon: only matrices are made orthogonal, and one parameter has shape ${text(param.shape)}; ` +
      `give it to AdamW`,
  );
}

/** A matrix with its singular values brought near 1, by a polynomial of odd degree 5 that is applied a few times. */
function orthogonal(matrix: Tensor, { nsCoefficients: [a, b, c], nsSteps, eps }: MuonGroup): Tensor {
  const [rows, columns] = matrix.shape, upright = rows > columns;
  let x = upright ? matrix.t() : matrix;
  x = x.div(x.square().sum().sqrt().clamp({ min: eps }));
  for (let i = 0; i < nsSteps; i++) {
    const gram = x.matmul(x.t());
    x = x.mul(a).add(gram.mul(b).add(gram.matmul(gram).mul(c)).matmul(x));
  }
  return upright ? x.t() : x;
}
