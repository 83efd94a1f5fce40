/** Pooling of images [N, C, H, W], and its gradients, which are linear in the gradient that they hand on. */
import { rule, second } from "../rule.ts";
import type { Averaging, Pooling } from "../../device/geometry.ts";

/** A pooling's gradient knows the shape of what it is the gradient of. */
export interface PoolingGrad extends Pooling {
  readonly shape: readonly number[];
}

/** As {@linkcode PoolingGrad}. */
export interface AveragingGrad extends Averaging {
  readonly shape: readonly number[];
}

export const maxPool2d = rule<Pooling>({
  maths:
    "y = the largest x of each window;  ∂x = g at the first largest x of each window, added up over windows",
  saves: {},
  forward: (k, [x], pooling) => k.maxPool2d(x, pooling),
  gradient: (k, { g, extra: [places], shapes: [shape], attrs }) => [
    () => k.maxPool2dGrad(g, places, shape, attrs),
  ],
});

export const maxPool2dGrad = rule<PoolingGrad>({
  maths: "y = d at the first largest x of each window, added up;  ∂d = g at those places",
  saves: { inputs: second },
  forward: (k, [d, places], pooling) => k.maxPool2dGrad(d, places, pooling.shape, pooling),
  gradient: (k, { g, inputs: [, places], attrs }) => [() => k.maxPool2dPick(g, places, attrs), null],
});

export const maxPool2dPick = rule<Pooling>({
  maths: "y = u at the first largest x of each window;  ∂u = g at those places, added up over windows",
  saves: { inputs: second },
  forward: (k, [u, places], pooling) => k.maxPool2dPick(u, places, pooling),
  gradient: (k, { g, inputs: [, places], shapes: [shape], attrs }) => [
    () => k.maxPool2dGrad(g, places, shape, attrs),
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
