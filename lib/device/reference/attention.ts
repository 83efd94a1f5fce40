/**
 * Attention and its gradient.
 *
 * @module
 */
import * as check from "../check.ts";
import type { Attention } from "../kernels.ts";
import { type HostArray, zeros } from "./array.ts";

/** Calls `visit` for every query, with its weights and the places of the first numbers of its rows. */
function eachQuery(
  q: HostArray,
  k: HostArray,
  v: HostArray,
  { scale, causal }: Attention,
  visit: (weights: number[], at: { q: number; k: number; v: number; y: number }) => void,
): void {
  const [batch, heads, length, inner] = q.shape, [, , keys, outer] = v.shape;
  for (let head = 0; head < batch * heads; head++) {
    const first = { k: head * keys * inner, v: head * keys * outer };
    for (let i = 0; i < length; i++) {
      const row = head * length + i, scores: number[] = [];
      for (let j = 0; j < (causal ? Math.min(keys, i + 1) : keys); j++) {
        let score = 0;
        for (let e = 0; e < inner; e++) score += q.data[row * inner + e] * k.data[first.k + j * inner + e];
        scores.push(scale * score);
      }
      const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
      const powers = scores.map((score) => Math.exp(score - largest)),
        total = powers.reduce((a, b) => a + b, 0);
      visit(powers.map((power) => power / total), { q: row * inner, y: row * outer, ...first });
    }
  }
}

/** {@linkcode Kernels.attention} */
export function attention(q: HostArray, k: HostArray, v: HostArray, settings: Attention): HostArray {
  const y = zeros(check.attention("attention", q, k, v)), outer = v.shape[3];
  eachQuery(q, k, v, settings, (weights, at) => {
    for (let d = 0; d < outer; d++) {
      y.data[at.y + d] = weights.reduce((sum, weight, j) => sum + weight * v.data[at.v + j * outer + d], 0);
    }
  });
  return y;
}

/** {@linkcode Kernels.attentionGrad} */
export function attentionGrad(
  dy: HostArray,
  q: HostArray,
  k: HostArray,
  v: HostArray,
  settings: Attention,
): [dq: HostArray, dk: HostArray, dv: HostArray] {
  check.fits("attentionGrad", "dy", dy, check.attention("attentionGrad", q, k, v));
  const [dq, dk, dv] = [q, k, v].map(({ data }) => new Float64Array(data.length));
  const inner = q.shape[3], outer = v.shape[3];
  eachQuery(q, k, v, settings, (weights, at) => {
    const slopes = weights.map((_, j) => {
      let slope = 0;
      for (let d = 0; d < outer; d++) slope += dy.data[at.y + d] * v.data[at.v + j * outer + d];
      return slope;
    });
    const mean = weights.reduce((sum, weight, j) => sum + weight * slopes[j], 0);
    weights.forEach((weight, j) => {
      const dScore = settings.scale * weight * (slopes[j] - mean);
      for (let e = 0; e < inner; e++) {
        dq[at.q + e] += dScore * k.data[at.k + j * inner + e];
        dk[at.k + j * inner + e] += dScore * q.data[at.q + e];
      }
      for (let d = 0; d < outer; d++) dv[at.v + j * outer + d] += weight * dy.data[at.y + d];
    });
  });
  const rounded = (sums: Float64Array, { shape }: HostArray): HostArray => {
    const one = zeros(shape);
    one.data.set(sums);
    return one;
  };
  return [rounded(dq, q), rounded(dk, k), rounded(dv, v)];
}
