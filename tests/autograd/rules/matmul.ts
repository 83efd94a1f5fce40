/** Checks of lib/autograd/rules/matmul.ts. */
import { F } from "descent";
import { broadcast, Plain } from "../plain.ts";
import type { Draw } from "../draw.ts";
import type { Check, Checks } from "../prove.ts";

/** Σ over k of a[…, i, k] b[…, k, j], leading dimensions broadcast. */
function product(a: Plain, b: Plain): Plain {
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const inner = a.shape.at(-1)!;
  const left = a.expand([...batch, ...a.shape.slice(-2)]), right = b.expand([...batch, ...b.shape.slice(-2)]);
  return Plain.build([...batch, a.shape.at(-2)!, b.shape.at(-1)!], (index) => {
    const lead = index.slice(0, -2), [i, j] = index.slice(-2);
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += left.at([...lead, i, k]) * right.at([...lead, k, j]);
    return sum;
  });
}

/** Matrices with leading dimensions; one of the three sizes is 0 in an empty problem. */
function batched(leading: (draw: Draw) => [number[], number[]]): Check {
  return (draw) => {
    const sizes = [draw.size(3), draw.size(3), draw.size(3)];
    if (draw.kind === "empty") sizes[draw.int(0, 2)] = 0;
    const [m, k, n] = sizes;
    const [a, b] = leading(draw);
    return {
      inputs: [draw.array([...a, m, k]), draw.array([...b, k, n])],
      fn: (x, y) => x.matmul(y),
      expected: product,
    };
  };
}

export const checks: Checks = {
  "matmul() multiplies matrices": batched(() => [[], []]),
  "matmul() multiplies batches of matrices": batched((draw) => {
    const batch = [draw.size(2), draw.size(2)];
    return [batch, batch];
  }),
  "matmul() broadcasts batches": batched((draw) => {
    const whole = [draw.size(2), draw.size(3)];
    return [whole.map((n) => draw.uniform() < 0.5 ? 1 : n), draw.partner(whole)];
  }),
  "matmul() multiplies many matrices with one": batched((draw) => [[draw.size(2), draw.size(2)], []]),
  "matmul() multiplies transposed matrices": (draw) => {
    const [m, k, n] = [draw.size(), draw.kind === "empty" ? 0 : draw.size(), draw.size()];
    return {
      inputs: [draw.array([k, m]), draw.array([n, k])],
      fn: (x, y) => x.t().matmul(y.t()),
      expected: (x, y) => product(x.permute([1, 0]), y.permute([1, 0])),
    };
  },
  "matmul() takes a vector as a row on the left": (draw) => {
    const [k, n] = [draw.size(), draw.kind === "empty" ? 0 : draw.size()];
    return {
      inputs: [draw.array([k]), draw.array([k, n])],
      fn: (x, y) => x.matmul(y),
      expected: (x, y) => product(x.reshape([1, k]), y).squeeze([0]),
    };
  },
  "matmul() takes a vector as a column on the right": (draw) => {
    const [m, k] = [draw.size(), draw.kind === "empty" ? 0 : draw.size()];
    return {
      inputs: [draw.array([2, m, k]), draw.array([k])],
      fn: (x, y) => x.matmul(y),
      expected: (x, y) => product(x, y.reshape([k, 1])).squeeze([2]),
    };
  },
  "linear() is x weightᵀ + bias": (draw) => {
    const leading = draw.shape(0, 2), [inputs, outputs] = [draw.size(), draw.size()];
    return {
      inputs: [draw.array([...leading, inputs]), draw.array([outputs, inputs]), draw.array([outputs])],
      fn: (x, weight, bias) => F.linear(x, weight, bias),
      expected: (x, weight, bias) => {
        const rows = x.reshape([x.shape.slice(0, -1).reduce((a, b) => a * b, 1), inputs]);
        return product(rows, weight.permute([1, 0])).zip(bias, (a, b) => a + b).reshape([
          ...leading,
          outputs,
        ]);
      },
    };
  },
  "linear() goes without a bias": (draw) => {
    const [rows, inputs, outputs] = [draw.size(), draw.size(), draw.size()];
    return {
      inputs: [draw.array([rows, inputs]), draw.array([outputs, inputs])],
      fn: (x, weight) => F.linear(x, weight),
      expected: (x, weight) => product(x, weight.permute([1, 0])),
    };
  },
};
