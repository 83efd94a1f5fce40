/** Checks of lib/autograd/rules/losses.ts, and of the losses that are made of other rules. */
import { F, type Tensor, tensor } from "descent";
import type { Draw } from "../draw.ts";
import { Plain } from "../plain.ts";
import type { Check, Checks } from "../prove.ts";

type Loss = (x: Tensor, target: Tensor, options: { reduction: "none" }) => Tensor;

/** Two inputs of one shape, compared element by element. */
function pair(
  loss: Loss,
  f: (x: number, y: number) => number,
  numbers: (draw: Draw, shape: number[]) => [Plain, Plain],
): Check {
  return (draw) => ({
    inputs: numbers(draw, draw.shape()),
    fn: (x, y) => loss(x, y, { reduction: "none" }),
    expected: (x, y) => x.zip(y, f),
  });
}

/** One input beside a target of marks 1 and −1. */
function marked(loss: Loss, f: (x: number, mark: number) => number, ...kinks: number[]): Check {
  return (draw) => {
    const shape = draw.shape(), marks = draw.array(shape).map((x) => x < 0 ? -1 : 1);
    const target = tensor(Float32Array.from(marks.data), { shape });
    return {
      inputs: [draw.away(shape, ...kinks)],
      fn: (x) => loss(x, target, { reduction: "none" }),
      expected: (x) => x.zip(marks, f),
    };
  };
}

const bent = (x: number, beta: number) => Math.abs(x) < beta ? x * x / 2 / beta : Math.abs(x) - beta / 2;
/** x, and a target whose difference keeps away from the kinks. */
const apart = (...kinks: number[]) => (draw: Draw, shape: number[]): [Plain, Plain] => {
  const y = draw.array(shape);
  return [draw.away(shape, ...kinks).zip(y, (d, y) => y + d), y];
};
const probabilities = (draw: Draw, shape: number[]): [Plain, Plain] => [
  draw.array(shape, 0.2, 0.8),
  draw.array(shape, 0.2, 0.8),
];

const length = (x: readonly number[]) => Math.hypot(...x);
const rows = (x: Plain) =>
  Array.from({ length: x.shape[0] }, (_, i) => x.data.slice(i * x.shape[1], (i + 1) * x.shape[1]));

export const checks: Checks = {
  "l1Loss() is |x − y|": pair(F.l1Loss, (x, y) => Math.abs(x - y), apart(0)),
  "smoothL1Loss() has a parabola in the middle": pair(
    (x, y, options) => F.smoothL1Loss(x, y, { beta: 0.5, ...options }),
    (x, y) => bent(x - y, 0.5),
    apart(-0.5, 0.5),
  ),
  "huberLoss() is δ times as much": pair(
    (x, y, options) => F.huberLoss(x, y, { delta: 0.5, ...options }),
    (x, y) => 0.5 * bent(x - y, 0.5),
    apart(-0.5, 0.5),
  ),
  "binaryCrossEntropy() is −(y ln p + (1 − y) ln(1 − p))": pair(
    F.binaryCrossEntropy,
    (p, y) => -(y * Math.log(p) + (1 - y) * Math.log(1 - p)),
    probabilities,
  ),
  "klDivLoss() is t (ln t − x)": pair(F.klDivLoss, (x, t) => t * (Math.log(t) - x), (draw, shape) => [
    draw.array(shape),
    draw.array(shape, 0.2, 0.8),
  ]),
  "klDivLoss() of a target of logarithms is eᵗ (t − x)": pair(
    (x, t, options) => F.klDivLoss(x, t, { logTarget: true, ...options }),
    (x, t) => Math.exp(t) * (t - x),
    (draw, shape) => [draw.array(shape), draw.array(shape)],
  ),
  "gaussianNLLLoss() is ½ (ln v + (x − y)² / v)": (draw) => {
    const shape = draw.shape();
    return {
      inputs: [draw.array(shape), draw.array(shape), draw.array(shape, 0.5, 2)],
      fn: (x, y, v) => F.gaussianNLLLoss(x, y, v, { reduction: "none" }),
      expected: (x, y, v) => x.zip(y, (x, y) => (x - y) ** 2).zip(v, (d, v) => (Math.log(v) + d / v) / 2),
    };
  },
  "poissonNLLLoss() is eˣ − y x": pair(F.poissonNLLLoss, (x, y) => Math.exp(x) - y * x, (draw, shape) => [
    draw.array(shape),
    draw.array(shape, 0, 3),
  ]),
  "softMarginLoss() is ln(1 + e^(−y x))": marked(F.softMarginLoss, (x, y) => Math.log1p(Math.exp(-y * x))),
  "hingeEmbeddingLoss() is x, or what is missing to the margin": marked(
    F.hingeEmbeddingLoss,
    (x, y) => y > 0 ? x : Math.max(0, 1 - x),
    1,
  ),
  "marginRankingLoss() is what the larger is not ahead": (draw) => {
    const shape = draw.shape(), [x, y] = apart(0.25)(draw, shape);
    return {
      inputs: [x, y],
      fn: (x, y) => F.marginRankingLoss(x, y, -1, { margin: -0.25, reduction: "none" }),
      expected: (x, y) => x.zip(y, (x, y) => Math.max(0, x - y - 0.25)),
    };
  },
  "cosineEmbeddingLoss() is 1 − cos of what belongs together": (draw) => {
    const shape = [draw.size(), draw.size() + 1];
    return {
      inputs: [draw.array(shape, 0.5, 2), draw.array(shape, 0.5, 2)],
      fn: (x, y) => F.cosineEmbeddingLoss(x, y, Array(shape[0]).fill(1), { reduction: "none" }),
      expected: (x, y) => {
        const a = rows(x), b = rows(y);
        return Plain.build([shape[0]], ([i]) => {
          const product = a[i].reduce((sum, p, j) => sum + p * b[i][j], 0);
          return 1 - product / length(a[i]) / length(b[i]);
        });
      },
    };
  },
  "tripletMarginLoss() is how much nearer the negative is, and the margin": (draw) => {
    const shape = [draw.size(), draw.size() + 1];
    return {
      inputs: [draw.array(shape, 2, 3), draw.array(shape, -1, 0), draw.array(shape, 0.5, 1.5)],
      fn: (a, p, n) => F.tripletMarginLoss(a, p, n, { margin: 5, reduction: "none" }),
      expected: (...inputs) => {
        const [a, p, n] = inputs.map(rows);
        const distance = (x: readonly number[], y: readonly number[]) =>
          length(x.map((one, j) => one - y[j] + 1e-6));
        return Plain.build([shape[0]], ([i]) => Math.max(0, distance(a[i], p[i]) - distance(a[i], n[i]) + 5));
      },
    };
  },
};
