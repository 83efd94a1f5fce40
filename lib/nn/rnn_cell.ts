/** One step of a recurrent network as a layer: for loops of one's own. */
import { linear } from "../functional/linear.ts";
import { text } from "../device/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";
import { checkTensor } from "../tensor/check.ts";
import { checkBoolean, checkChoice, checkOptions, checkWhole, surplus } from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";
import { elman, givenState, GRU_KIND, type Kind, LSTM_KIND, stepParameters } from "./recurrent.ts";

/** Settings of a recurrent cell. */
export interface RecurrentCellOptions {
  /** Whether biases are added: true by default. */
  bias?: boolean;
}

/** Settings of {@linkcode RNNCell}. */
export interface RNNCellOptions extends RecurrentCellOptions {
  /** What the step ends with: "tanh" by default. */
  nonlinearity?: "tanh" | "relu";
}

const NAMES: Record<string, string> = {
  weightIh: "weight_ih",
  weightHh: "weight_hh",
  biasIh: "bias_ih",
  biasHh: "bias_hh",
};

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/** What the cells share; they differ in what the step computes. */
abstract class RecurrentCell extends Module {
  /** From the input, [gates · H, in]. */
  readonly weightIh: Parameter;
  /** From the state before, [gates · H, H]. */
  readonly weightHh: Parameter;
  /** [gates · H], added to the input's share; null without `bias`. */
  readonly biasIh: Parameter | null;
  /** [gates · H], added to the state's share; null without `bias`. */
  readonly biasHh: Parameter | null;
  private readonly kind: Kind;
  private readonly options: Record<string, unknown>;

  /** @internal */
  protected constructor(
    kind: Kind,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: { readonly bias: boolean; readonly nonlinearity?: string },
  ) {
    super();
    const name = new.target.name;
    checkWhole(name, "inputSize", inputSize, 1);
    checkWhole(name, "hiddenSize", hiddenSize, 1);
    checkBoolean(name, "bias", options.bias);
    const own = stepParameters(kind.gates, inputSize, hiddenSize, options.bias);
    this.weightIh = own.weightIh;
    this.weightHh = own.weightHh;
    this.biasIh = own.biasIh;
    this.biasHh = own.biasHh;
    this.kind = kind;
    this.options = { ...options };
  }

  /** The parameters under PyTorch's names. */
  protected override *members(): Iterable<[string, unknown]> {
    for (const [name, member] of super.members()) yield [NAMES[name] ?? name, member];
  }

  /** One step; the new state. */
  protected advance(x: unknown, hx: unknown, given: ArrayLike<unknown>): readonly Tensor[] {
    const name = `${this.constructor.name}.forward`;
    if (given.length > 2) surplus(name, given, 2);
    const input = checkTensor(name, "the input", x),
      single = input.ndim === 1,
      { hiddenSize, inputSize } = this;
    if ((!single && input.ndim !== 2) || input.shape.at(-1) !== inputSize) {
      throw new RangeError(
        `${this.constructor.name}: an input [B, in] or [in] with in = ${inputSize} is needed, not ${
          text(input.shape)
        }`,
      );
    }
    const rows = single ? input.unsqueeze(0) : input, batch = rows.shape[0], { device } = input;
    const before = givenState(name, hx, this.kind, single ? [hiddenSize] : [batch, hiddenSize], isTensor)
      ?.map((one) => single ? one.unsqueeze(0) : one) ??
      Array.from(
        { length: this.kind.states },
        () => new Tensor(made(name, device, () => device.kernels.fill([batch, hiddenSize], 0))),
      );
    const next = this.kind.step(linear(rows, this.weightIh, this.biasIh), before, this);
    return single ? next.map((one) => one.squeeze(0)) : next;
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const defaults = { bias: true, nonlinearity: "tanh" };
    return argumentsText([this.inputSize, this.hiddenSize], this.options, defaults);
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { RecurrentCell };

/**
 * One step of the plain recurrent network: h′ = tanh(W x + b + U h + c).
 *
 * PyTorch: `torch.nn.RNNCell`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const cell = new nn.RNNCell(8, 16);
 * let h = cell.forward(randn(4, 8));
 * h = cell.forward(randn(4, 8), h);
 * assertEquals(h.shape, [4, 16]);
 * ```
 */
export class RNNCell extends RecurrentCell {
  /**
   * Makes the cell. Parameters start uniform in ±1 / √hidden.
   *
   * @param inputSize Size of the input.
   * @param hiddenSize H, the size of the state.
   * @param options bias, nonlinearity.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    if (arguments.length > 3) surplus("RNNCell", arguments, 3);
    checkOptions("RNNCell", options, ["bias", "nonlinearity"]);
    const { bias = true, nonlinearity = "tanh" } = options;
    checkChoice("RNNCell", "nonlinearity", nonlinearity, ["tanh", "relu"]);
    super(elman(nonlinearity), inputSize, hiddenSize, { bias, nonlinearity });
  }

  /**
   * One step.
   *
   * @param x [B, in], or [in].
   * @param hx The state before, [B, H], or [H]: zeros by default, or null.
   * @returns The state after, of the same shape.
   * @throws {RangeError} if sizes do not fit.
   * @throws {TypeError} if an argument is no tensor, or more is given.
   */
  override forward(x: Tensor, hx: Tensor | null = null): Tensor {
    return this.advance(x, hx, arguments)[0];
  }
}

/**
 * One step of the long short-term memory.
 *
 * PyTorch: `torch.nn.LSTMCell`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const cell = new nn.LSTMCell(8, 16);
 * const [h, c] = cell.forward(randn(4, 8));
 * assertEquals([h.shape, c.shape], [[4, 16], [4, 16]]);
 * ```
 */
export class LSTMCell extends RecurrentCell {
  /**
   * Makes the cell. Parameters start uniform in ±1 / √hidden; the gates are stacked as input, forget, cell, output.
   *
   * @param inputSize Size of the input.
   * @param hiddenSize H, the size of the state.
   * @param options bias.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    if (arguments.length > 3) surplus("LSTMCell", arguments, 3);
    checkOptions("LSTMCell", options, ["bias"]);
    const { bias = true } = options;
    super(LSTM_KIND, inputSize, hiddenSize, { bias });
  }

  /**
   * One step.
   *
   * @param x [B, in], or [in].
   * @param hx The states before as a list [h, c], each [B, H], or [H]: zeros by default, or null.
   * @returns The states after, as a list [h, c].
   * @throws {RangeError} if sizes do not fit.
   * @throws {TypeError} if x is no tensor, hx is no such list, or more is given.
   */
  override forward(x: Tensor, hx: readonly [h: Tensor, c: Tensor] | null = null): [h: Tensor, c: Tensor] {
    const [h, c] = this.advance(x, hx, arguments);
    return [h, c];
  }
}

/**
 * One step of the gated recurrent unit.
 *
 * PyTorch: `torch.nn.GRUCell`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.GRUCell(8, 16).forward(randn(4, 8)).shape, [4, 16]);
 * ```
 */
export class GRUCell extends RecurrentCell {
  /**
   * Makes the cell. Parameters start uniform in ±1 / √hidden; the gates are stacked as reset, update, new.
   *
   * @param inputSize Size of the input.
   * @param hiddenSize H, the size of the state.
   * @param options bias.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    if (arguments.length > 3) surplus("GRUCell", arguments, 3);
    checkOptions("GRUCell", options, ["bias"]);
    const { bias = true } = options;
    super(GRU_KIND, inputSize, hiddenSize, { bias });
  }

  /**
   * One step.
   *
   * @param x [B, in], or [in].
   * @param hx The state before, [B, H], or [H]: zeros by default, or null.
   * @returns The state after, of the same shape.
   * @throws {RangeError} if sizes do not fit.
   * @throws {TypeError} if an argument is no tensor, or more is given.
   */
  override forward(x: Tensor, hx: Tensor | null = null): Tensor {
    return this.advance(x, hx, arguments)[0];
  }
}
