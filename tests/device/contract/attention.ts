/**
 * Properties of attention and its gradient.
 *
 * @module
 */
import fc from "fast-check";
import type { HostArray } from "../../../lib/device/reference/array.ts";
import type { Reference } from "../../../lib/device/reference/kernels.ts";
import type { Attention } from "../../../lib/device/kernels.ts";
import { given, inputOf, inputs } from "./arbitraries.ts";
import { type Case, makeCase, type Tolerance } from "./case.ts";

/** [B, H, L, S, E, D]: now and then nothing, now and then more than a block of queries. */
const sizes = fc.tuple(
  fc.constantFrom(1, 2, 0),
  fc.constantFrom(1, 2, 3),
  fc.constantFrom(1, 3, 6, 7, 13, 50, 0),
  fc.constantFrom(1, 5, 8, 17, 50, 0),
  fc.constantFrom(1, 4, 8, 11, 0),
  fc.constantFrom(1, 4, 8, 10, 0),
);

const settings = fc.record({ scale: fc.constantFrom(1, 0.25, -0.5), causal: fc.boolean() });

const turned = [0, 1, 3, 2];

/**
 * A score is off by some (8 + 2 √E) 2⁻²⁴ of what it would be with all terms positive, and its power relatively by as much; so is
 * the whole. A power itself is off relatively by up to 2⁻²⁴ times its exponent.
 */
function errorOf(k: Reference, q: HostArray, keys: HostArray, scale: number): HostArray {
  const rough = k.mul(k.matmul(k.abs(q), k.permute(k.abs(keys), turned)), Math.abs(scale));
  return k.add(rough.shape[3] === 0 ? k.sum(rough, [3], true) : k.max(rough, [3], true), 1);
}

function magnitude(settings: Attention): NonNullable<Tolerance["magnitude"]> {
  return (k, [q, keys, v]) => {
    const most = v.shape[2] === 0 ? k.sum(v, [2], true) : k.max(k.abs(v), [2], true);
    return [k.mul(k.expand(errorOf(k, q, keys, settings.scale), [...q.shape.slice(0, 3), 1]), most)];
  };
}

/** The formulas of the contract with every term taken positive. */
function gradMagnitude({ scale }: Attention): NonNullable<Tolerance["magnitude"]> {
  return (k, [dy, q, keys, v]) => {
    const error = errorOf(k, q, keys, scale);
    const slopes = k.matmul(k.abs(dy), k.permute(k.abs(v), turned));
    const most = slopes.shape[3] === 0 ? k.sum(slopes, [3], true) : k.max(slopes, [3], true);
    const ones = k.fill(slopes.shape, 1),
      dScores = k.mul(k.mul(ones, k.mul(k.mul(most, error), 2)), Math.abs(scale));
    return [
      k.matmul(dScores, k.abs(keys)),
      k.matmul(k.permute(dScores, turned), k.abs(q)),
      k.matmul(k.permute(k.mul(ones, error), turned), k.abs(dy)),
    ];
  };
}

const tolerance = (
  keys: number,
  inner: number,
  own: (settings: Attention) => Tolerance["magnitude"],
  s: Attention,
) => ({
  roundings: 16 + 4 * Math.sqrt(keys + inner),
  magnitude: own(s),
});

const attention = given(
  sizes,
  ([b, h, l, s, e, d]) =>
    fc.tuple(inputs([b, h, l, e]), inputs([b, h, s, e]), inputs([b, h, s, d]), settings),
).map(({ a: [, , , s, e], b: [q, keys, v, how] }) =>
  makeCase(
    [q, keys, v],
    (k, [q, keys, v]) => [k.attention(q, keys, v, how)],
    tolerance(s, e, magnitude, how),
    {
      settings: how,
    },
  )
);

const attentionGrad = given(
  sizes,
  ([b, h, l, s, e, d]) =>
    fc.tuple(
      inputs([b, h, l, d]),
      fc.tuple(inputs([b, h, l, e]), inputs([b, h, s, e]), inputs([b, h, s, d])),
      settings,
    ),
).map(({ a: [, , l, s, e], b: [dy, [q, keys, v], how] }) =>
  makeCase(
    [dy, q, keys, v],
    (k, [dy, q, keys, v]) => k.attentionGrad(dy, q, keys, v, how),
    tolerance(s + l, e, gradMagnitude, how),
    { settings: how },
  )
);

export const attentions = { attention, attentionGrad };

/** As between layers: heads beside each other in memory. */
const LAID = [0, 2, 1, 3];

function large(causal: boolean): { forward: Case; backward: Case } {
  const how = { scale: 0.3, causal }, [b, h, l, s, e, d] = [2, 3, 150, 131, 20, 24];
  const [dy, q, keys, v] = [[b, h, l, d], [b, h, l, e], [b, h, s, e], [b, h, s, d]].map((shape, i) =>
    inputOf(shape, i === 2 ? null : LAID, i, "reals")
  );
  return {
    forward: makeCase(
      [q, keys, v],
      (k, [q, keys, v]) => [k.attention(q, keys, v, how)],
      tolerance(s, e, magnitude, how),
    ),
    backward: makeCase(
      [dy, q, keys, v],
      (k, [dy, q, keys, v]) => k.attentionGrad(dy, q, keys, v, how),
      tolerance(s + l, e, gradMagnitude, how),
    ),
  };
}

/** By method. */
export const largeAttentions: Record<string, () => Case[]> = {
  attention: () => [large(false).forward, large(true).forward],
  attentionGrad: () => [large(false).backward, large(true).backward],
};
