/** Recurrent networks: a sequence is read step by step, and what was read is kept in a state. */
import { dropout as drop } from "../functional/dropout.ts";
import { linear } from "../functional/linear.ts";
import { text } from "../device/shape.ts";
import { cat, stack } from "../tensor/join.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";
import { checkTensor } from "../tensor/check.ts";
import {
  checkBoolean,
  checkChoice,
  checkOptions,
  checkRange,
  checkWhole,
  surplus,
  withDefaults,
} from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";
import {
  elman,
  givenState,
  GRU_KIND,
  type Kind,
  LSTM_KIND,
  type State,
  type StepParameters,
  stepParameters,
} from "./recurrent.ts";

/** Settings of a recurrent network. */
export interface RecurrentOptions {
  /** How many networks stand on one another, each reading what the one below says: 1 by default. */
  numLayers?: number;
  /** Whether biases are added: true by default. */
  bias?: boolean;
  /** Whether sequences are [batch, time, size] instead of [time, batch, size]: false by default. States are never turned. */
  batchFirst?: boolean;
  /** Probability of a zero between two layers, in training: 0 by default. */
  dropout?: number;
  /** Whether a second network reads each sequence from its end; both results stand side by side: false by default. */
  bidirectional?: boolean;
}

/** Settings of {@linkcode RNN}. */
export interface RNNOptions extends RecurrentOptions {
  /** What a step ends with: "tanh" by default. */
  nonlinearity?: "tanh" | "relu";
}

const DEFAULTS: Required<RecurrentOptions> = {
  numLayers: 1,
  bias: true,
  batchFirst: false,
  dropout: 0,
  bidirectional: false,
};

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/** What the networks share; they differ in what a step computes. */
abstract class Recurrent extends Module {
  /** The parameters by PyTorch's names: weight_ih_l0 [gates · H, in], weight_hh_l0 [gates · H, H], bias_ih_l0, … */
  readonly weights: Record<string, Parameter> = {};
  /** How many networks stand on one another. */
  readonly numLayers: number;
  /** Whether sequences are [batch, time, size]. */
  readonly batchFirst: boolean;
  /** Probability of a zero between two layers, in training. */
  readonly dropout: number;
  /** Whether a second network reads each sequence from its end. */
  readonly bidirectional: boolean;
  private readonly kind: Kind;
  private readonly options: Required<RecurrentOptions>;
  /** Of each layer and direction. */
  private readonly steps: StepParameters[][] = [];

  /** @internal */
  protected constructor(
    kind: Kind,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: Required<RecurrentOptions>,
  ) {
    super();
    const name = new.target.name, { numLayers, bias, batchFirst, dropout, bidirectional } = options;
    checkWhole(name, "inputSize", inputSize, 1);
    checkWhole(name, "hiddenSize", hiddenSize, 1);
    this.numLayers = checkWhole(name, "numLayers", numLayers, 1);
    checkBoolean(name, "bias", bias);
    this.batchFirst = checkBoolean(name, "batchFirst", batchFirst);
    this.dropout = checkRange(name, "dropout", dropout, 0, 1);
    this.bidirectional = checkBoolean(name, "bidirectional", bidirectional);
    this.kind = kind;
    this.options = options;
    const directions = bidirectional ? ["", "_reverse"] : [""];
    for (let layer = 0; layer < numLayers; layer++) {
      const input = layer === 0 ? inputSize : hiddenSize * directions.length;
      this.steps.push(directions.map((suffix) => {
        const own = stepParameters(kind.gates, input, hiddenSize, bias);
        this.weights[`weight_ih_l${layer}${suffix}`] = own.weightIh;
        this.weights[`weight_hh_l${layer}${suffix}`] = own.weightHh;
        if (own.biasIh !== null) this.weights[`bias_ih_l${layer}${suffix}`] = own.biasIh;
        if (own.biasHh !== null) this.weights[`bias_hh_l${layer}${suffix}`] = own.biasHh;
        return own;
      }));
    }
  }

  /** The parameters under PyTorch's names. */
  protected override *members(): Iterable<[string, unknown]> {
    for (const [name, member] of super.members()) {
      if (name === "weights") yield* Object.entries(this.weights);
      else if (name !== "steps") yield [name, member];
    }
  }

  /** Reads sequences; the results, and the last states of each kind. */
  protected read(x: unknown, hx: unknown, given: ArrayLike<unknown>): [Tensor, Tensor[]] {
    const name = `${this.constructor.name}.forward`;
    if (given.length > 2) surplus(name, given, 2);
    checkTensor(name, "the input", x);
    const input = x as Tensor, single = input.ndim === 2, { batchFirst, hiddenSize, inputSize } = this;
    if ((!single && input.ndim !== 3) || input.shape.at(-1) !== inputSize) {
      throw new RangeError(
        `${this.constructor.name}: an input ${batchFirst ? "[B, T, in]" : "[T, B, in]"} or [T, in] with ` +
          `in = ${inputSize} is needed, not ${text(input.shape)}`,
      );
    }
    const batched = single ? input.unsqueeze(1) : batchFirst ? input.transpose(0, 1) : input;
    const [time, batch] = batched.shape, directions = this.bidirectional ? 2 : 1;
    if (time === 0) {
      throw new RangeError(`${this.constructor.name}: a sequence of at least one step is needed`);
    }
    const count = this.numLayers * directions;
    const shape = single ? [count, hiddenSize] : [count, batch, hiddenSize];
    const first = givenState(name, hx, this.kind, shape, isTensor)?.map((one) =>
      single ? one.unsqueeze(1) : one
    );
    const { device } = input,
      states = Array.from(
        { length: count },
        (_, i): State =>
          first?.map((one) => one.at(i)) ??
            Array.from(
              { length: this.kind.states },
              () => new Tensor(made(name, device, () => device.kernels.fill([batch, hiddenSize], 0))),
            ),
      );
    let y = batched.to("float32");
    const last: State[] = [];
    this.steps.forEach((parts, layer) => {
      if (layer > 0 && this.dropout > 0) y = drop(y, this.dropout, { training: this.training });
      const both = parts.map((own, direction) => {
        const { outputs, state } = pass(
          this.kind,
          y,
          states[layer * directions + direction],
          own,
          direction === 1,
        );
        last.push(state);
        return outputs;
      });
      y = both.length === 1 ? both[0] : cat(both, 2);
    });
    const ends = Array.from({ length: this.kind.states }, (_, i) => stack(last.map((state) => state[i]), 0));
    const result = single ? y.squeeze(1) : batchFirst ? y.transpose(0, 1) : y;
    return [result, single ? ends.map((one) => one.squeeze(1)) : ends];
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return argumentsText([this.inputSize, this.hiddenSize], { ...this.options }, {
      ...DEFAULTS,
      nonlinearity: "tanh",
    });
  }
}

/** One layer in one direction: the input's share of all gates is one product. */
function pass(
  kind: Kind,
  x: Tensor,
  first: State,
  own: StepParameters,
  backwards: boolean,
): { outputs: Tensor; state: State } {
  const steps = linear(x, own.weightIh, own.biasIh).unbind(0), outputs: Tensor[] = [];
  if (backwards) steps.reverse();
  let state = first;
  for (const one of steps) {
    state = kind.step(one, state, own);
    outputs.push(state[0]);
  }
  if (backwards) outputs.reverse();
  return { outputs: stack(outputs, 0), state };
}

/** A type only: nobody but this file makes classes of it. */
export type { Recurrent };

/**
 * The plain recurrent network (Elman 1990): h′ = tanh(W x + b + U h + c) at each step of a sequence.
 *
 * PyTorch: `torch.nn.RNN`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const net = new nn.RNN(8, 16, { batchFirst: true });
 * const [output, h] = net.forward(randn(4, 10, 8));
 * assertEquals([output.shape, h.shape], [[4, 10, 16], [1, 4, 16]]);
 * ```
 */
export class RNN extends Recurrent {
  /**
   * Makes the network. Parameters start uniform in ±1 / √hidden.
   *
   * @param inputSize Size of what is read at each step.
   * @param hiddenSize H, the size of the state.
   * @param options numLayers, nonlinearity, bias, batchFirst, dropout, bidirectional.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    if (arguments.length > 3) surplus("RNN", arguments, 3);
    const defaults: Required<RNNOptions> = { ...DEFAULTS, nonlinearity: "tanh" };
    checkOptions("RNN", options, Object.keys(defaults));
    const all = withDefaults(defaults, options);
    checkChoice("RNN", "nonlinearity", all.nonlinearity, ["tanh", "relu"]);
    super(elman(all.nonlinearity), inputSize, hiddenSize, all);
  }

  /**
   * Reads sequences.
   *
   * @param x [T, B, in], with `batchFirst` [B, T, in]; one sequence: [T, in].
   * @param hx The state before, [layers · directions, B, H], or [layers · directions, H] of one sequence: zeros by default, or null.
   * @returns What the last layer says at each step, [T, B, directions · H] (turned as x is), and the last states, shaped as `hx`.
   * @throws {RangeError} if sizes do not fit.
   * @throws {TypeError} if an argument is no tensor, or more is given.
   */
  override forward(x: Tensor, hx: Tensor | null = null): [output: Tensor, h: Tensor] {
    const [output, [h]] = this.read(x, hx, arguments);
    return [output, h];
  }
}

/**
 * The long short-term memory (Hochreiter & Schmidhuber 1997): what is kept, forgotten and said at each step of a sequence is decided by
 * gates.
 *
 * PyTorch: `torch.nn.LSTM`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const net = new nn.LSTM(8, 16, { numLayers: 2, batchFirst: true });
 * const [output, [h, c]] = net.forward(randn(4, 10, 8));
 * assertEquals([output.shape, h.shape, c.shape], [[4, 10, 16], [2, 4, 16], [2, 4, 16]]);
 * ```
 */
export class LSTM extends Recurrent {
  /**
   * Makes the network. Parameters start uniform in ±1 / √hidden; the gates are stacked as input, forget, cell, output.
   *
   * @param inputSize Size of what is read at each step.
   * @param hiddenSize H, the size of the state.
   * @param options numLayers, bias, batchFirst, dropout, bidirectional.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    if (arguments.length > 3) surplus("LSTM", arguments, 3);
    checkOptions("LSTM", options, Object.keys(DEFAULTS));
    super(LSTM_KIND, inputSize, hiddenSize, withDefaults(DEFAULTS, options));
  }

  /**
   * Reads sequences.
   *
   * @param x [T, B, in], with `batchFirst` [B, T, in]; one sequence: [T, in].
   * @param hx The states before as a list [h, c], each [layers · directions, B, H], or [layers · directions, H] of one sequence: zeros
   * by default, or null.
   * @returns What the last layer says at each step, [T, B, directions · H] (turned as x is), and the last states [h, c].
   * @throws {RangeError} if sizes do not fit.
   * @throws {TypeError} if x is no tensor, hx is no such list, or more is given.
   */
  override forward(
    x: Tensor,
    hx: readonly [h: Tensor, c: Tensor] | null = null,
  ): [output: Tensor, state: [h: Tensor, c: Tensor]] {
    const [output, [h, c]] = this.read(x, hx, arguments);
    return [output, [h, c]];
  }
}

/**
 * The gated recurrent unit (Cho et al. 2014): a state that is overwritten as far as a gate lets it.
 *
 * PyTorch: `torch.nn.GRU`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const net = new nn.GRU(8, 16, { bidirectional: true });
 * const [output, h] = net.forward(randn(10, 4, 8));
 * assertEquals([output.shape, h.shape], [[10, 4, 32], [2, 4, 16]]);
 * ```
 */
export class GRU extends Recurrent {
  /**
   * Makes the network. Parameters start uniform in ±1 / √hidden; the gates are stacked as reset, update, new.
   *
   * @param inputSize Size of what is read at each step.
   * @param hiddenSize H, the size of the state.
   * @param options numLayers, bias, batchFirst, dropout, bidirectional.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    if (arguments.length > 3) surplus("GRU", arguments, 3);
    checkOptions("GRU", options, Object.keys(DEFAULTS));
    super(GRU_KIND, inputSize, hiddenSize, withDefaults(DEFAULTS, options));
  }

  /**
   * Reads sequences.
   *
   * @param x [T, B, in], with `batchFirst` [B, T, in]; one sequence: [T, in].
   * @param hx The state before, [layers · directions, B, H], or [layers · directions, H] of one sequence: zeros by default, or null.
   * @returns What the last layer says at each step, [T, B, directions · H] (turned as x is), and the last states, shaped as `hx`.
   * @throws {RangeError} if sizes do not fit.
   * @throws {TypeError} if an argument is no tensor, or more is given.
   */
  override forward(x: Tensor, hx: Tensor | null = null): [output: Tensor, h: Tensor] {
    const [output, [h]] = this.read(x, hx, arguments);
    return [output, h];
  }
}
