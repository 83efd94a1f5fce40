/**
 * Arrays of float64 numbers in plain JavaScript, written to be obviously right: what the rules are compared with.
 *
 * @module
 */

/** Numbers in row-major order, and the sizes of their dimensions. */
export class Plain {
  constructor(readonly shape: readonly number[], readonly data: readonly number[]) {}

  /** An array whose element at each index is `f(index)`. */
  static build(shape: readonly number[], f: (index: number[]) => number): Plain {
    return new Plain(shape, indices(shape).map(f));
  }

  at(index: readonly number[]): number {
    let offset = 0;
    index.forEach((i, d) => {
      if (i < 0 || i >= this.shape[d]) throw new RangeError(`index ${index} is outside of ${this.shape}`);
      offset = offset * this.shape[d] + i;
    });
    return this.data[offset];
  }

  map(f: (x: number) => number): Plain {
    return new Plain(this.shape, this.data.map((x) => f(x)));
  }

  /** f(this, other) under NumPy's broadcasting. */
  zip(other: Plain, f: (a: number, b: number) => number): Plain {
    const shape = broadcast(this.shape, other.shape);
    const a = this.expand(shape), b = other.expand(shape);
    return new Plain(shape, a.data.map((x, i) => f(x, b.data[i])));
  }

  expand(shape: readonly number[]): Plain {
    const lead = shape.length - this.shape.length;
    return Plain.build(shape, (index) => this.at(this.shape.map((n, d) => n === 1 ? 0 : index[lead + d])));
  }

  /** Dimension d of the result is dimension dims[d] of this. */
  permute(dims: readonly number[]): Plain {
    return Plain.build(dims.map((d) => this.shape[d]), (index) => {
      return this.at(this.shape.map((_, d) => index[dims.indexOf(d)]));
    });
  }

  reshape(shape: readonly number[]): Plain {
    return new Plain(shape, this.data);
  }

  /** f over all elements that differ in the named dimensions only; those have size 1 in the result. */
  reduce(dims: readonly number[], f: (values: number[]) => number): Plain {
    const inner = this.shape.map((n, d) => dims.includes(d) ? n : 1);
    return Plain.build(this.shape.map((n, d) => dims.includes(d) ? 1 : n), (index) => {
      return f(indices(inner).map((offset) => this.at(index.map((i, d) => i + offset[d]))));
    });
  }

  /** Without the named dimensions, which have size 1. */
  squeeze(dims: readonly number[]): Plain {
    return this.reshape(this.shape.filter((_, d) => !dims.includes(d)));
  }

  sum(dims: readonly number[]): Plain {
    return this.reduce(dims, (values) => values.reduce((a, b) => a + b, 0));
  }
}

/** Every index of a shape, in row-major order. */
export function indices(shape: readonly number[]): number[][] {
  let all: number[][] = [[]];
  for (const n of shape) all = all.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i]));
  return all;
}

/** The shape two shapes broadcast to. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const from = (shape: readonly number[], i: number) => shape[i - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, i) => from(a, i) === 1 ? from(b, i) : from(a, i));
}
