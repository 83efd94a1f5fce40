/**
 * Matrix products.
 *
 * @module
 */
import { broadcastShapes, sizeOf } from "../../shape.ts";
import type { Storage, Values } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import { type Product, product, productTransposed, type RightFactor } from "../product.ts";
import { room } from "./unary.ts";

/** Up to so many rows the right factor is read where it lies. */
const THIN = 8;

/** Up to so many multiplications JavaScript does them. */
const TINY = 512;

/** A factor as it lies in memory: row-major, with its last two dimensions exchanged or not. */
export interface Factor {
  readonly matrix: Storage;
  readonly transposed: boolean;
}

/**
 * a b, with leading dimensions broadcast.
 *
 * @param bias Added to every row, or null; then a is not transposed.
 * @param relu Whether negative results become 0; then a is not transposed.
 * @param shape The result's.
 */
export function multiply(
  engine: Engine,
  { matrix: a, transposed: transposeA }: Factor,
  { matrix: b, transposed: transposeB }: Factor,
  bias: Storage | null,
  relu: boolean,
  shape: number[],
): Storage {
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const m = shape[shape.length - 2], n = shape[shape.length - 1];
  const x = engine.block(a), y = engine.block(b);
  if (k > 0 && m * k * n <= TINY && x.size === m * k && y.size === k * n) {
    const offset = bias === null ? null : engine.block(bias).view();
    const out = engine.floats(m * n);
    tiny(out, x.view(), y.view(), m, k, n, transposeA, transposeB, offset, relu);
    return engine.adopt(out, shape, "float32");
  }
  const out = engine.allocate(shape);
  if (engine.block(out).size === 0) return out;
  const to = engine.pointer(out), from = x.pointer(), right = y.pointer();
  const biasAt = bias === null ? 0 : engine.pointer(bias);
  const batches = broadcastBatches(a.shape.slice(0, -2), b.shape.slice(0, -2));
  for (let i = 0; i < batches.a.length; i++) {
    const left = from + batches.a[i] * m * k * 4, into = to + i * m * n * 4;
    one(engine, left, right + batches.b[i] * k * n * 4, into, m, k, n, transposeA, transposeB, biasAt, relu);
  }
  return out;
}

/** A product of so few numbers that JavaScript is done before a WebAssembly call is prepared. */
function tiny(
  out: Float32Array,
  a: Values,
  b: Values,
  m: number,
  k: number,
  n: number,
  transposeA: boolean,
  transposeB: boolean,
  bias: Values | null,
  relu: boolean,
): void {
  const rowA = transposeA ? 1 : k, stepA = transposeA ? m : 1;
  const rowB = transposeB ? 1 : n, columnB = transposeB ? k : 1;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = bias === null ? 0 : bias[j];
      for (let p = 0; p < k; p++) sum += a[i * rowA + p * stepA] * b[p * rowB + j * columnB];
      out[i * n + j] = relu ? Math.max(sum, 0) : sum;
    }
  }
}

/** One matrix product at given addresses. A transposed left factor takes no bias and no relu (see callers). */
function one(
  engine: Engine,
  a: number,
  b: number,
  to: number,
  m: number,
  k: number,
  n: number,
  transposeA: boolean,
  transposeB: boolean,
  bias: number,
  relu: boolean,
): void {
  const { wasm } = engine;
  if ((!transposeA && (m <= THIN || k === 0)) || m === 1) {
    // One row is one column: the transposition falls away.
    const numbers = [a, b, bias, to, m, k, n, relu ? 1 : 0];
    if (transposeB) wasm.launch("thinColumns", Math.ceil(n / 4), m * k / 2, ...numbers);
    else wasm.launch("thinRows", Math.ceil(n / 512), m * k * Math.min(n, 512) / 8, ...numbers);
    return;
  }
  if (k <= THIN && k > 0 && bias === 0 && !relu && (transposeA || k === 1) && (!transposeB || k === 1)) {
    wasm.launch("thinUpdate", m, k * n / 3, a, b, to, m, k, n);
    return;
  }
  const factor: RightFactor = {
    from: [b],
    rows: k,
    stride: (transposeB ? k : n) * 4,
    transposed: transposeB,
  };
  const common = {
    images: 1,
    rows: 1,
    strideY: 1,
    strideX: 1,
    height: 1,
    input: a,
    output: to,
    imageBytes: 0,
    width8: n,
    taps: new Int32Array(2),
    bias,
    relu,
    adjoining: 1,
  };
  if (transposeA) {
    const p: Product = {
      ...common,
      width: k,
      pixelBytes: m * 4,
      channels: m,
      columns: k,
      rowBytes: n * 4,
      columnBytes: 0,
    };
    if (k === 0) wasm.launch("fill", Math.ceil(m * n / 4), 1, to, 0);
    else productTransposed(engine, p, factor);
  } else {
    const p: Product = {
      ...common,
      width: m,
      pixelBytes: k * 4,
      channels: k,
      columns: m,
      rowBytes: 0,
      columnBytes: n * 4,
    };
    product(engine, p, factor);
  }
}

/** The same for int32, in JavaScript, both factors row by row; sums and products wrap. */
export function multiplyIntegers(engine: Engine, a: Storage, b: Storage, shape: number[]): Storage {
  const k = a.shape[a.shape.length - 1], m = shape[shape.length - 2], n = shape[shape.length - 1];
  const out = room(engine, sizeOf(shape), shape, "int32"), to = engine.block(out).view();
  const x = engine.block(a).view(), y = engine.block(b).view();
  const batches = broadcastBatches(a.shape.slice(0, -2), b.shape.slice(0, -2));
  to.fill(0);
  for (let batch = 0; batch < batches.a.length; batch++) {
    const left = batches.a[batch] * m * k, right = batches.b[batch] * k * n, into = batch * m * n;
    for (let i = 0; i < m; i++) {
      for (let p = 0; p < k; p++) {
        const factor = x[left + i * k + p], from = right + p * n, row = into + i * n;
        for (let j = 0; j < n; j++) to[row + j] = (to[row + j] + Math.imul(factor, y[from + j])) | 0;
      }
    }
  }
  return out;
}

/** Which matrix of each factor makes each matrix of the result. */
function broadcastBatches(a: number[], b: number[]): { a: number[]; b: number[] } {
  const shape = broadcastShapes("matmul", a, b), rank = shape.length;
  const count = shape.reduce((product, length) => product * length, 1);
  const indices = (of: number[]) =>
    Array.from({ length: count }, (_, flat) => {
      let index = 0, step = 1;
      for (let i = rank - 1; i >= 0; i--) {
        const position = flat % shape[i], length = of[of.length - rank + i] ?? 1;
        flat = Math.floor(flat / shape[i]);
        if (length !== 1) index += position * step;
        step *= length;
      }
      return index;
    });
  return { a: indices(a), b: indices(b) };
}
