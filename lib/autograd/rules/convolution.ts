/** Convolution of images [N, C, H, W] with filters [out, C / groups, kH, kW], and its two gradients, which are linear, too. */
import { factors, others, rule } from "../rule.ts";
import type { Convolution } from "../../device/geometry.ts";

/** A convolution's gradient knows the shape of what it is the gradient of. */
export interface ConvolutionGrad extends Convolution {
  readonly shape: readonly number[];
}

export const conv2d = rule<Convolution>({
  maths: "y[n,o,i,j] = b[o] + Σ x[n, c, s i + d p − pad, s j + d q − pad] w[o,c,p,q];  " +
    "∂x = g spread back by w, ∂w = Σ x g over n, i, j, ∂b = Σ g  [Dumoulin & Visin 2016]",
  saves: { inputs: factors },
  forward: (k, [x, w, bias], settings) => k.conv2d(x, w, bias ?? null, settings),
  gradient: (k, { g, inputs: [x, w], shapes, attrs, needs }) => {
    // A filter's gradient reads all of g, and so has the bias' at hardly any cost.
    let made: ReturnType<typeof k.conv2dFilterBiasGrad> | undefined;
    const both = () => made ??= k.conv2dFilterBiasGrad(x, g, shapes[1], attrs);
    return [
      () => k.conv2dInputGrad(g, w, shapes[0], attrs),
      () => needs[2] ? both()[0] : k.conv2dFilterGrad(x, g, shapes[1], attrs),
      () => needs[1] ? both()[1] : k.sum(g, [0, 2, 3]),
    ];
  },
});

export const conv2dInputGrad = rule<ConvolutionGrad>({
  maths: "y = d spread back by w (∂L/∂x of conv2d, d = ∂L/∂y);  ∂d = g ⋆ w, ∂w = Σ g d over n, i, j",
  saves: { inputs: others },
  forward: (k, [d, w], settings) => k.conv2dInputGrad(d, w, settings.shape, settings),
  gradient: (k, { g, inputs: [d, w], shapes, attrs }) => [
    () => k.conv2d(g, w, null, attrs),
    () => k.conv2dFilterGrad(g, d, shapes[1], attrs),
  ],
});

export const conv2dFilterGrad = rule<ConvolutionGrad>({
  maths: "y = Σ x d over n, i, j (∂L/∂w of conv2d, d = ∂L/∂y);  ∂x = d spread back by g, ∂d = x ⋆ g",
  saves: { inputs: others },
  forward: (k, [x, d], settings) => k.conv2dFilterGrad(x, d, settings.shape, settings),
  gradient: (k, { g, inputs: [x, d], shapes, attrs }) => [
    () => k.conv2dInputGrad(d, g, shapes[0], attrs),
    () => k.conv2d(x, g, null, attrs),
  ],
});
