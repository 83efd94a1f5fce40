/** Checks of lib/autograd/rules/attention.ts. */
import { F } from "descent";
import type { Draw } from "../draw.ts";
import { Plain } from "../plain.ts";
import type { Check, Checks } from "../prove.ts";

/** softmax(q kᵀ · scale) v of [B, H, L, E]. */
function attend(q: Plain, k: Plain, v: Plain, scale: number, causal: boolean): Plain {
  const [batch, heads, length, inner] = q.shape, [, , keys, outer] = v.shape;
  const data: number[] = [];
  for (let head = 0; head < batch * heads; head++) {
    for (let i = 0; i < length; i++) {
      const seen = Array.from({ length: causal ? Math.min(keys, i + 1) : keys }, (_, j) => j);
      const powers = seen.map((j) => {
        let score = 0;
        for (let e = 0; e < inner; e++) {
          score += q.data[(head * length + i) * inner + e] * k.data[(head * keys + j) * inner + e];
        }
        return Math.exp(score * scale);
      });
      const total = powers.reduce((a, b) => a + b, 0);
      for (let d = 0; d < outer; d++) {
        data.push(
          seen.reduce((sum, j) => sum + powers[j] / total * v.data[(head * keys + j) * outer + d], 0),
        );
      }
    }
  }
  return new Plain([batch, heads, length, outer], data);
}

const check = (causal: boolean): Check => (draw: Draw) => {
  const lead = [draw.size(2), draw.size(2)], keys = draw.size(), inner = draw.size(), outer = draw.size();
  const length = draw.kind === "empty" ? 0 : draw.size();
  return {
    inputs: [
      draw.array([...lead, length, inner], -1, 1),
      draw.array([...lead, keys, inner], -1, 1),
      draw.array([...lead, keys, outer]),
    ],
    fn: (q, k, v) => F.scaledDotProductAttention(q, k, v, { isCausal: causal, scale: 0.7 }),
    expected: (q, k, v) => attend(q, k, v, 0.7, causal),
  };
};

export const checks: Checks = {
  "scaledDotProductAttention() takes means of values": check(false),
  "scaledDotProductAttention() looks back alone where it is causal": check(true),
};
