/** Sampling along a dimension, which is linear: its gradient is the same operation with its taps turned round. */
import { type Taps, transposed } from "../../device/taps.ts";
import { rule } from "../rule.ts";

export const resample = rule<{ dim: number; taps: Taps }>({
  maths: "y[i] = Σ w x[j] over the taps (j, w) of i along a dimension;  ∂x[j] = Σ w g[i] over the same taps",
  saves: {},
  forward: (k, [x], { dim, taps }) => k.resample(x, dim, taps),
  gradient: (k, { g, shapes: [shape], attrs: { dim, taps } }) => [
    () => k.resample(g, dim, transposed(taps, shape[dim])),
  ],
});
