/** Checks of lib/tensor/arrange.ts: what is made of the rules of shape.ts, slices backwards among them. */
import { einsum } from "descent";
import { indices, Plain } from "../plain.ts";
import type { Draw } from "../draw.ts";
import type { Check, Checks } from "../prove.ts";

/** What moves along one dimension: y[…, i, …] = x[…, from(i), …]. */
const along = (x: Plain, dim: number, length: number, from: (i: number) => number): Plain =>
  Plain.build(x.shape.with(dim, length), (index) => x.at(index.with(dim, from(index[dim]))));

const modulo = (i: number, n: number) => ((i % n) + n) % n;

const aDim = (draw: Draw, shape: readonly number[]) => draw.int(0, shape.length - 1);

const triangle = (name: "tril" | "triu"): Check => (draw) => {
  const shape = draw.shape(2, 4), diagonal = draw.int(-2, 2);
  return {
    inputs: [draw.array(shape)],
    fn: (x) => x[name](diagonal),
    expected: (x) =>
      Plain.build(shape, (index) => {
        const [i, j] = index.slice(-2);
        return (name === "tril" ? j <= i + diagonal : j >= i + diagonal) ? x.at(index) : 0;
      }),
  };
};

const EQUATIONS = [
  "ij,jk->ik",
  "bij,bkj->bki",
  "bi,bi->b",
  "i,ij,j->",
  "iij,jk->ki",
  "ij,k->kj",
  "bi,oih,bh->bo",
  "ij,kj->",
];

/** Every product of elements, each added where the result has its place. */
const contraction: Check = (draw) => {
  const equation = EQUATIONS[draw.int(0, EQUATIONS.length - 1)], [left, result] = equation.split("->");
  const terms = left.split(","), letters = [...new Set(left.replaceAll(",", ""))];
  const sizes = letters.map(() => draw.size(2));
  if (draw.kind === "empty") sizes[0] = 0;
  const size = (letter: string) => sizes[letters.indexOf(letter)];
  return {
    inputs: terms.map((term) => draw.array([...term].map(size))),
    fn: (...list) => einsum(equation, ...list),
    expected: (...list) => {
      const summed = letters.filter((letter) => !result.includes(letter));
      return Plain.build([...result].map(size), (index) => {
        let sum = 0;
        for (const inner of indices(summed.map(size))) {
          const at = (letter: string) =>
            result.includes(letter) ? index[result.indexOf(letter)] : inner[summed.indexOf(letter)];
          sum += list.reduce((product, x, i) => product * x.at([...terms[i]].map(at)), 1);
        }
        return sum;
      });
    },
  };
};

export const checks: Checks = {
  "einsum() multiplies and sums": contraction,
  "flip() turns dimensions round": (draw) => {
    const shape = draw.shape(1, 4), dims = draw.dims(shape.length);
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.flip(dims.map((d) => draw.uniform() < 0.5 ? d : d - shape.length)),
      expected: (x) =>
        Plain.build(shape, (index) => x.at(index.map((i, d) => dims.includes(d) ? shape[d] - 1 - i : i))),
    };
  },
  "roll() moves elements on": (draw) => {
    const shape = draw.shape(1, 4), dim = aDim(draw, shape), by = draw.int(-5, 5), n = shape[dim];
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.roll(by, dim),
      expected: (x) => along(x, dim, n, (i) => modulo(i - by, n)),
    };
  },
  "repeat() copies the whole": (draw) => {
    const shape = draw.shape(1, 3),
      times = [...Array(draw.int(0, 1)).fill(2), ...shape.map(() => draw.int(1, 2))];
    const lead = times.length - shape.length, full = [...Array(lead).fill(1), ...shape];
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.repeat(times),
      expected: (x) =>
        Plain.build(
          full.map((n, d) => n * times[d]),
          (index) => x.at(index.slice(lead).map((i, d) => i % shape[d])),
        ),
    };
  },
  "repeatInterleave() copies elements": (draw) => {
    const shape = draw.shape(1, 3),
      dim = aDim(draw, shape),
      counts = Array.from({ length: shape[dim] }, () => draw.int(0, 2));
    const from = counts.flatMap((count, i) => Array(count).fill(i));
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.repeatInterleave(counts.length === 1 ? counts[0] : counts, dim),
      expected: (x) => along(x, dim, from.length, (i) => from[i]),
    };
  },
  "tril() keeps the lower triangle": triangle("tril"),
  "triu() keeps the upper triangle": triangle("triu"),
  "diagonal() takes a diagonal of two dimensions": (draw) => {
    const shape = draw.shape(2, 4), [a, b] = draw.order(shape.length), offset = draw.int(-1, 1);
    const rest = shape.map((_, d) => d).filter((d) => d !== a && d !== b);
    const down = Math.max(0, -offset), right = Math.max(0, offset);
    const length = Math.max(0, Math.min(shape[a] - down, shape[b] - right));
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.diagonal(offset, { dim1: a, dim2: b }),
      expected: (x) =>
        Plain.build([...rest.map((d) => shape[d]), length], (index) => {
          const i = index[rest.length], place = shape.map(() => 0);
          rest.forEach((d, k) => place[d] = index[k]);
          return x.at(place.with(a, i + down).with(b, i + right));
        }),
    };
  },
  "diag() puts a vector on a diagonal": (draw) => {
    const n = draw.kind === "empty" ? 0 : draw.size(), offset = draw.int(-2, 2), side = n + Math.abs(offset);
    return {
      inputs: [draw.array([n])],
      fn: (x) => x.diag(offset),
      expected: (x) => Plain.build([side, side], ([i, j]) => j - i === offset ? x.at([Math.min(i, j)]) : 0),
    };
  },
  "unfold() shows windows": (draw) => {
    const shape = draw.shape(1, 3).map((n) => n + 1), dim = aDim(draw, shape);
    const size = draw.int(1, Math.min(3, shape[dim])),
      step = draw.int(1, 2),
      count = Math.floor((shape[dim] - size) / step) + 1;
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.unfold(dim, size, step),
      expected: (x) =>
        Plain.build(
          [...shape.with(dim, count), size],
          (index) => x.at(index.slice(0, -1).with(dim, index[dim] * step + index[shape.length])),
        ),
    };
  },
};
