/** Checks of lib/autograd/rules/shape.ts: numbers move, and gradients move back. */
import { cat, type Index, stack } from "descent";
import { Plain } from "../plain.ts";
import type { Draw } from "../draw.ts";
import type { Check, Checks } from "../prove.ts";

/** One part of a dimension, and which of its indices that takes. */
function part(draw: Draw, size: number): { index: Index; takes: number[]; gone: boolean } {
  const all = Array.from({ length: size }, (_, i) => i);
  const choice = draw.int(0, 3);
  if (choice === 0) return { index: null, takes: all, gone: false };
  if (choice === 1 && size > 0) {
    const i = draw.int(0, size - 1);
    return { index: draw.uniform() < 0.5 ? i : i - size, takes: [i], gone: true };
  }
  const start = draw.int(0, size), end = draw.int(start, size), step = draw.int(1, 3);
  const takes = all.slice(start, end).filter((i) => (i - start) % step === 0);
  const counted = start < size && draw.uniform() < 0.5 ? start - size : start;
  return { index: step === 1 ? [counted, end] : [counted, end, step], takes, gone: false };
}

const slicing: Check = (draw) => {
  const shape = draw.shape(1, 4).map((n) => draw.kind === "random" ? n + 1 : n);
  const parts = shape.map((n) => part(draw, n));
  return {
    inputs: [draw.array(shape)],
    fn: (x) => x.at(...parts.map(({ index }) => index)),
    expected: (x) =>
      Plain.build(
        parts.map(({ takes }) => takes.length),
        (index) => x.at(index.map((i, d) => parts[d].takes[i])),
      )
        .squeeze(parts.flatMap(({ gone }, d) => gone ? [d] : [])),
  };
};

/** Writing into a part, of values that broadcast to it; now and then into all of it. */
const writing: Check = (draw) => {
  const shape = draw.shape(1, 4).map((n) => draw.kind === "random" ? n + 1 : n);
  const parts = shape.map((n) => part(draw, n));
  const rows = parts.filter(({ gone }) => !gone).map(({ takes }) => takes.length);
  const value = draw.partner(rows);
  return {
    inputs: [draw.array(shape), draw.array(value)],
    fn: (x, v) => x.mul(1).set_(parts.map(({ index }) => index), v),
    expected: (x, v) => {
      const wide = v.expand(rows);
      return Plain.build(shape, (index) => {
        const at = index.map((i, d) => parts[d].takes.indexOf(i));
        return at.includes(-1) ? x.at(index) : wide.at(at.filter((_, d) => !parts[d].gone));
      });
    },
  };
};

/** Two to three tensors, equal but for one dimension. */
const concatenation: Check = (draw) => {
  const shape = draw.shape(1, 3), dim = draw.int(0, shape.length - 1);
  const shapes = Array.from(
    { length: draw.int(1, 3) },
    () => shape.with(dim, draw.kind === "one element" ? 1 : draw.int(0, 3)),
  );
  return {
    inputs: shapes.map((one) => draw.array(one)),
    fn: (...list) => cat(list, draw.uniform() < 0.5 ? dim : dim - shape.length),
    expected: (...list) => join(list, dim),
  };
};

function join(list: Plain[], dim: number): Plain {
  const length = list.reduce((sum, one) => sum + one.shape[dim], 0);
  return Plain.build(list[0].shape.with(dim, length), (index) => {
    let i = index[dim];
    const one = list.find(({ shape }) => i < shape[dim] || (i -= shape[dim], false))!;
    return one.at(index.with(dim, i));
  });
}

export const checks: Checks = {
  "reshape() keeps the numbers row by row": (draw) => {
    const shape = draw.shape(), target = [...shape, 1].reverse();
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.reshape(target),
      expected: (x) => x.reshape(target),
    };
  },
  "flatten() makes dimensions one": (draw) => {
    const shape = draw.shape(2, 5), size = shape.slice(1).reduce((a, b) => a * b, 1);
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.flatten(1),
      expected: (x) => x.reshape([shape[0], size]),
    };
  },
  "permute() reorders dimensions": (draw) => {
    const shape = draw.shape(1), order = draw.order(shape.length);
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.permute(order.map((d) => draw.uniform() < 0.5 ? d : d - shape.length)),
      expected: (x) => x.permute(order),
    };
  },
  "permute() then reshape() moves the numbers": (draw) => {
    const shape = draw.shape(2, 4), order = draw.order(shape.length);
    const size = shape.reduce((a, b) => a * b, 1);
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.permute(order).reshape(size),
      expected: (x) => x.permute(order).reshape([size]),
    };
  },
  "t() transposes": (draw) => ({
    inputs: [draw.array([draw.kind === "empty" ? 0 : draw.size(), draw.size()])],
    fn: (x) => x.t(),
    expected: (x) => x.permute([1, 0]),
  }),
  "a sum of a tensor and its transpose": (draw) => {
    const n = draw.size(4);
    return {
      inputs: [draw.array([n, n])],
      fn: (x) => x.t().add(x.mul(2)),
      expected: (x) => x.permute([1, 0]).zip(x, (a, b) => a + 2 * b),
    };
  },
  "expand() repeats": (draw) => {
    const whole = draw.shape(), shape = draw.partner(whole);
    return { inputs: [draw.array(shape)], fn: (x) => x.expand(whole), expected: (x) => x.expand(whole) };
  },
  "unsqueeze() and squeeze() add and take dimensions of size 1": (draw) => {
    const shape = draw.shape(0, 4), at = draw.int(0, shape.length);
    const ones = shape.flatMap((n, d) => n === 1 ? [d] : []);
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.squeeze().unsqueeze(0).squeeze(0).reshape(shape).unsqueeze(at),
      expected: (x) => x.squeeze(ones).reshape(shape.toSpliced(at, 0, 1)),
    };
  },
  "pad() puts a border around": (draw) => {
    const shape = draw.shape(0, 4);
    const border = shape.map((): [number, number] => [draw.int(0, 2), draw.int(0, 1)]);
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.pad(border, 0.5),
      expected: (x) =>
        Plain.build(shape.map((n, d) => n + border[d][0] + border[d][1]), (index) => {
          const inside = index.map((i, d) => i - border[d][0]);
          return inside.every((i, d) => i >= 0 && i < shape[d]) ? x.at(inside) : 0.5;
        }),
    };
  },
  "at() takes indices and ranges with steps": slicing,
  "at() takes more of them": (draw) => {
    draw.int(0, 1);
    return slicing(draw);
  },
  "set_() writes into a part": writing,
  "set_() writes into more of them": (draw) => {
    draw.int(0, 1);
    return writing(draw);
  },
  "copy_() writes over all, broadcast": (draw) => {
    const whole = draw.shape(), shape = draw.partner(whole);
    return {
      inputs: [draw.array(whole), draw.array(shape)],
      fn: (x, v) => x.mul(1).copy_(v),
      expected: (_, v) => v.expand(whole),
    };
  },
  "clone() is the same numbers": (draw) => {
    const shape = draw.shape();
    return { inputs: [draw.array(shape)], fn: (x) => x.clone(), expected: (x) => x };
  },
  "cat() puts tensors one after the other": concatenation,
  "cat() takes a tensor several times": (draw) => {
    const shape = draw.shape(1, 3);
    return {
      inputs: [draw.array(shape)],
      fn: (x) => cat([x, x.mul(2), x], 0),
      expected: (x) => join([x, x.map((p) => 2 * p), x], 0),
    };
  },
  "stack() puts tensors along a new dimension": (draw) => {
    const shape = draw.shape(0, 3), dim = draw.int(0, shape.length);
    return {
      inputs: [draw.array(shape), draw.array(shape)],
      fn: (x, y) => stack([x, y], dim),
      expected: (x, y) => join([x, y].map((one) => one.reshape(shape.toSpliced(dim, 0, 1))), dim),
    };
  },
};
