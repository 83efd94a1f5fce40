/** Convolution of images: channels-last storage [N, H, W, C], filters [kH, kW, C / groups, O]. */
import { rule } from "../rule.ts";
import type { Convolution } from "../../device/composed.ts";

export const conv2d = rule<Convolution>({
  maths: "y[n,i,j,o] = b[o] + Σ x[n, s i + d p − pad, s j + d q − pad, c] w[p,q,c,o];  " +
    "∂x = g spread back by w, ∂w = Σ x g over n, i, j, ∂b = Σ g  [Dumoulin & Visin 2016]",
  saves: { inputs: (index, needs) => (index === 0 && needs[1]) || (index === 1 && needs[0]) },
  forward: (k, [x, filter, bias], settings) => k.conv2d(x, filter, bias, settings),
  gradient: (k, { g, inputs: [x, filter], shapes, attrs }) => [
    () => k.conv2dInputGrad(g, filter, shapes[0], attrs),
    () => k.conv2dFilterGrad(x, g, shapes[1], attrs),
    () => k.sum(g, [0, 1, 2]),
  ],
});
