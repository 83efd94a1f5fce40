/** Pooling of images, channels last: [N, H, W, C]. */
import { first, rule } from "../rule.ts";
import type { Pooling } from "../../device/kernels.ts";

export const maxPool2d = rule<Pooling>({
  maths:
    "y = the largest x of each window;  ∂x = g at the first largest x of each window, added up over windows",
  saves: { inputs: first, output: true },
  forward: (k, [x], pooling) => k.maxPool(x, pooling),
  gradient: (k, { g, inputs: [x], output: y, attrs }) => [() => k.maxPoolGrad(g, x, y, attrs)],
});

export const avgPool2d = rule<Pooling>({
  maths:
    "y = the mean of each window, zeros of the padding counted;  ∂x = g / window size, added up over windows",
  saves: {},
  forward: (k, [x], pooling) => k.avgPool(k.pad(x, border(pooling)), unpadded(pooling)),
  gradient: (k, { g, shapes: [shape], attrs }) => [() => {
    const { padding: [rows, columns] } = attrs;
    const padded = border(attrs).map(([before, after], i) => before + shape[i] + after);
    // AvgPoolGrad reads nothing of its input but the shape.
    const dx = k.avgPoolGrad(g, { ...g, shape: padded }, unpadded(attrs));
    return k.slice(dx, [0, rows[0], columns[0], 0], shape);
  }],
});

function border({ padding }: Pooling): [number, number][] {
  return [[0, 0], ...padding, [0, 0]];
}

function unpadded(pooling: Pooling): Pooling {
  return { ...pooling, padding: [[0, 0], [0, 0]] };
}
