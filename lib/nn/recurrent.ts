/** What recurrent networks share: their parameters' names, and a step of each kind. */
import { linear } from "../functional/linear.ts";
import { text } from "../device/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { isList } from "../text/arguments.ts";
import { learned, uniform } from "./draw.ts";
import type { Parameter } from "./parameter.ts";

/** The parameters of a step: from the input and from the state before, with or without biases. */
export interface StepParameters {
  readonly weightIh: Parameter;
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | null;
  readonly biasHh: Parameter | null;
}

/** First values of a step's parameters, uniform in ±1 / √hidden, in PyTorch's order. */
export function stepParameters(gates: number, input: number, hidden: number, bias: boolean): StepParameters {
  const bound = 1 / Math.sqrt(hidden), draw = (...shape: number[]) => learned(uniform(shape, -bound, bound));
  const rows = gates * hidden;
  return {
    weightIh: draw(rows, input),
    weightHh: draw(rows, hidden),
    biasIh: bias ? draw(rows) : null,
    biasHh: bias ? draw(rows) : null,
  };
}

/** Tensors of a state: h, or h and c. */
export type State = readonly Tensor[];

/** A kind of network: how many gates it has, how many tensors its state, and what a step makes of them. */
export interface Kind {
  readonly gates: number;
  readonly states: number;
  /** @param fromInput The input's share of the gates [B, gates · H], its bias included. */
  readonly step: (fromInput: Tensor, state: State, own: StepParameters) => State;
}

/** h′ = tanh(W x + U h), or relu (Elman 1990). */
export function elman(nonlinearity: "tanh" | "relu"): Kind {
  return {
    gates: 1,
    states: 1,
    step: (fromInput, [h], { weightHh, biasHh }) => {
      const sum = fromInput.add(linear(h, weightHh, biasHh));
      return [nonlinearity === "tanh" ? sum.tanh() : sum.relu()];
    },
  };
}

/** c′ = σ(f) c + σ(i) tanh(g), h′ = σ(o) tanh(c′) (Hochreiter & Schmidhuber 1997, Gers et al. 2000). */
export const LSTM_KIND: Kind = {
  gates: 4,
  states: 2,
  step: (fromInput, [h, c], { weightHh, biasHh }) => {
    const [i, f, g, o] = fromInput.add(linear(h, weightHh, biasHh)).chunk(4, 1);
    const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    return [o.sigmoid().mul(next.tanh()), next];
  },
};

/** n = tanh(W x + r U h), h′ = (1 − z) n + z h, with r and z the sigmoids of the other gates (Cho et al. 2014). */
export const GRU_KIND: Kind = {
  gates: 3,
  states: 1,
  step: (fromInput, [h], { weightHh, biasHh }) => {
    const [xr, xz, xn] = fromInput.chunk(3, 1), [hr, hz, hn] = linear(h, weightHh, biasHh).chunk(3, 1);
    const n = xn.add(xr.add(hr).sigmoid().mul(hn)).tanh();
    return [n.add(xz.add(hz).sigmoid().mul(h.sub(n)))];
  },
};

/** What a reader gives as a state, as a list: a tensor, or two in a list, or none. */
export function givenState(
  name: string,
  hx: unknown,
  kind: Kind,
  shape: readonly number[],
  isTensor: (value: unknown) => value is Tensor,
): State | null {
  if (hx === undefined || hx === null) return null;
  const list = kind.states === 1 ? [hx] : hx;
  if (!isList(list, isTensor) || (list as unknown[]).length !== kind.states) {
    throw new TypeError(
      `${name}: the state must be ${
        kind.states === 1 ? "a tensor h" : "a list [h, c] of two tensors"
      }, or null`,
    );
  }
  for (const one of list as Tensor[]) {
    if (one.shape.length === shape.length && one.shape.every((n, d) => n === shape[d])) continue;
    throw new RangeError(`${name}: a state of shape ${text(shape)} is needed, not ${text(one.shape)}`);
  }
  return (list as Tensor[]).map((one) => one.to("float32"));
}
