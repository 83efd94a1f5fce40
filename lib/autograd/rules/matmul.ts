/** Products of matrices. A transposed operand is read as it lies: nothing is copied. */
import { others, rule } from "../rule.ts";
import type { Kernels } from "../../device/kernels.ts";
import type { Storage } from "../../device/device.ts";

/** Whether an operand's last two dimensions are stored the other way round. */
export interface Transposes {
  transposeA: boolean;
  transposeB: boolean;
}

/** ∂L/∂a for y = a b, in a's own storage. */
function gradA(k: Kernels, g: Storage, b: Storage, { transposeA, transposeB }: Transposes): Storage {
  return transposeA ? k.matmul(b, g, transposeB, true) : k.matmul(g, b, false, !transposeB);
}

/** ∂L/∂b for y = a b, in b's own storage. */
function gradB(k: Kernels, g: Storage, a: Storage, { transposeA, transposeB }: Transposes): Storage {
  return transposeB ? k.matmul(g, a, true, transposeA) : k.matmul(a, g, !transposeA, false);
}

export const matmul = rule<Transposes>({
  maths: "y = a b, [B, M, K] × [B, K, N];  ∂a = g bᵀ, ∂b = aᵀ g",
  saves: { inputs: others },
  forward: (k, [a, b], { transposeA, transposeB }) => k.matmul(a, b, transposeA, transposeB),
  gradient: (k, { g, inputs: [a, b], attrs }) => [() => gradA(k, g, b, attrs), () => gradB(k, g, a, attrs)],
});

export const linear = rule<Transposes>({
  maths: "y = a b + c, [1, M, K] × [1, K, N] + [N];  ∂a = g bᵀ, ∂b = aᵀ g, ∂c = Σ over rows of g",
  saves: { inputs: (index, needs) => (index === 0 && needs[1]) || (index === 1 && needs[0]) },
  forward: (k, [a, b, bias], { transposeA, transposeB }) => k.matmulBias(a, b, bias, transposeA, transposeB),
  gradient: (k, { g, inputs: [a, b], attrs }) => [
    () => gradA(k, g, b, attrs),
    () => gradB(k, g, a, attrs),
    () => k.sum(g, [0, 1]),
  ],
});
