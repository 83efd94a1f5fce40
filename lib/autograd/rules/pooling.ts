/** Pooling of images [N, C, H, W], and its gradients, which are linear in the gradient that they hand on. */
import { first, rule } from "../rule.ts";
import type { Averaging, Pooling } from "../../device/geometry.ts";

/** An average's gradient knows the shape of what it is the gradient of. */
export interface AveragingGrad extends Averaging {
  readonly shape: readonly number[];
}

/** Save what tells where the largest was: the image and its pooled values. */
const places = (index: number) => index > 0;

export const maxPool2d = rule<Pooling>({
  maths:
    "y = the largest x of each window;  ∂x = g at the first largest x of each window, added up over windows",
  saves: { inputs: first, output: true },
  forward: (k, [x], pooling) => k.maxPool2d(x, pooling),
  gradient: (k, { g, inputs: [x], output: y, attrs }) => [() => k.maxPool2dGrad(g, x, y, attrs)],
});

export const maxPool2dGrad = rule<Pooling>({
  maths: "y = d at the first largest x of each window, added up;  ∂d = g at those places",
  saves: { inputs: places },
  forward: (k, [d, x, pooled], pooling) => k.maxPool2dGrad(d, x, pooled, pooling),
  gradient: (k, { g, inputs: [, x, pooled], attrs }) => [
    () => k.maxPool2dPick(g, x, pooled, attrs),
    null,
    null,
  ],
});

export const maxPool2dPick = rule<Pooling>({
  maths: "y = u at the first largest x of each window;  ∂u = g at those places, added up over windows",
  saves: { inputs: places },
  forward: (k, [u, x, pooled], pooling) => k.maxPool2dPick(u, x, pooled, pooling),
  gradient: (k, { g, inputs: [, x, pooled], attrs }) => [
    () => k.maxPool2dGrad(g, x, pooled, attrs),
    null,
    null,
  ],
});

export const avgPool2d = rule<Averaging>({
  maths: "y = the sum of each window / divisor;  ∂x = g / divisor, added up over windows",
  saves: {},
  forward: (k, [x], pooling) => k.avgPool2d(x, pooling),
  gradient: (k, { g, shapes: [shape], attrs }) => [() => k.avgPool2dGrad(g, shape, attrs)],
});

export const avgPool2dGrad = rule<AveragingGrad>({
  maths: "y = d / divisor, added up over windows;  ∂d = the sum of g in each window / divisor",
  saves: {},
  forward: (k, [d], pooling) => k.avgPool2dGrad(d, pooling.shape, pooling),
  gradient: (k, { g, attrs }) => [() => k.avgPool2d(g, attrs)],
});
