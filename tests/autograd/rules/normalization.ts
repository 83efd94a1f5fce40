/** Checks of lib/autograd/rules/normalization.ts. */
import { F, manualSeed, tensor } from "descent";
import { philoxValues } from "../../../lib/philox.ts";
import type { Draw } from "../draw.ts";
import { Plain } from "../plain.ts";
import type { Check, Checks } from "../prove.ts";

/** [N, C], [N, C, L] or [N, C, H, W], with more than one number per channel. */
function imageShape(draw: Draw): number[] {
  const rest = draw.kind === "one element" ? [] : Array.from({ length: draw.int(0, 2) }, () => draw.size(2));
  return [draw.int(3, 4), draw.kind === "empty" ? 0 : draw.size(2), ...rest];
}

/** A number per channel, ready to broadcast against x. */
const perChannel = (one: Plain, x: Plain) => one.reshape([one.shape[0], ...x.shape.slice(2).map(() => 1)]);

function normalize(x: Plain, mean: Plain, variance: Plain, weight: Plain, bias: Plain, eps: number): Plain {
  return x.zip(mean, (p, m) => p - m).zip(variance, (p, v) => p / Math.sqrt(v + eps))
    .zip(weight, (p, w) => p * w).zip(bias, (p, b) => p + b);
}

const training: Check = (draw) => {
  const shape = imageShape(draw).with(1, draw.size(2)), eps = draw.uniform() < 0.5 ? 1e-5 : 0.1;
  // Far enough from each other that the variance is no rounding error.
  const inputs = [draw.distinct(shape, 0.4), draw.array([shape[1]]), draw.array([shape[1]])];
  return {
    inputs,
    fn: (x, weight, bias) => F.batchNorm(x, { weight, bias, training: true, eps }),
    expected: (x, weight, bias) => {
      const dims = shape.map((_, d) => d).filter((d) => d !== 1);
      const mean = x.reduce(dims, (values) => values.reduce((a, b) => a + b, 0) / values.length);
      const centered = x.zip(mean, (a, b) => a - b);
      const variance = centered.reduce(
        dims,
        (values) => values.reduce((a, b) => a + b * b, 0) / values.length,
      );
      return normalize(x, mean, variance, perChannel(weight, x), perChannel(bias, x), eps);
    },
  };
};

const evaluation: Check = (draw) => {
  const shape = imageShape(draw), channels = [shape[1]];
  const mean = draw.array(channels), variance = draw.array(channels, 0.5, 2);
  const make = (one: Plain) => tensor(one.data as number[], { shape: channels });
  return {
    inputs: [draw.array(shape), draw.array(channels), draw.array(channels)],
    fn: (x, weight, bias) =>
      F.batchNorm(x, { weight, bias, runningMean: make(mean), runningVar: make(variance) }),
    expected: (x, weight, bias) => {
      return normalize(
        x,
        ...[mean, variance, weight, bias].map((one) => perChannel(one, x)) as [Plain, Plain, Plain, Plain],
        1e-5,
      );
    },
  };
};

const rows: Check = (draw) => {
  const columns = draw.kind === "one element" ? 2 : draw.size(4) + 1, eps = draw.uniform() < 0.5 ? 1e-5 : 0.1;
  const shape = [draw.kind === "empty" ? 0 : draw.size(2), ...draw.kind === "large" ? [3] : [], columns];
  return {
    inputs: [draw.distinct(shape, 0.4), draw.array([columns]), draw.array([columns])],
    fn: (x, weight, bias) => F.layerNorm(x, columns, { weight, bias, eps }),
    expected: (x, weight, bias) => {
      const along = (one: Plain, f: (total: number, value: number) => number) =>
        one.reduce([shape.length - 1], (values) => values.reduce(f, 0) / columns);
      const mean = along(x, (a, b) => a + b);
      const variance = along(x.zip(mean, (a, b) => a - b), (a, b) => a + b * b);
      return normalize(x, mean, variance, weight, bias, eps);
    },
  };
};

export const checks: Checks = {
  "layerNorm() normalizes along rows": rows,
  "batchNorm() normalizes with the batch's mean and variance in training": training,
  "batchNorm() normalizes with the running ones in evaluation": evaluation,
  "dropout() scales what it does not set to zero": (draw) => {
    const shape = draw.shape(), size = shape.reduce((a, b) => a * b, 1);
    const mask = philoxValues("dropout", size, [5, 0], 0, 0.4);
    return {
      inputs: [draw.array(shape)],
      fn: (x) => {
        manualSeed(5);
        return F.dropout(x.flatten(), 0.4).reshape(shape);
      },
      expected: (x) => new Plain(shape, x.data.map((p, i) => p * mask[i])),
    };
  },
  "dropout() is the identity in evaluation": (draw) => ({
    inputs: [draw.array(draw.shape())],
    fn: (x) => F.dropout(x, 0.4, { training: false }).mul(1),
    expected: (x) => x,
  }),
};
