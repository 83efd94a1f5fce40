/**
 * Matrix products: BatchMatMul and _FusedMatMul.
 *
 * @module
 */
import type { Storage, Values } from "../../device.ts";
import type { CpuBackend } from "../backend.ts";
import { type Call, type Kernel, type Override, sizeOf } from "../kernel.ts";
import { type Product, product, productTransposed, type RightFactor } from "../product.ts";
import { activate, isFused } from "./activation.ts";

/** Up to so many rows the right factor is read where it lies. */
const THIN = 8;

/** Up to so many multiplications JavaScript does them. */
const TINY = 512;

/** Batched product with NumPy's broadcasting of the batch dimensions; null when a kernel of ours does not fit. */
function multiply(
  backend: CpuBackend,
  a: Storage,
  b: Storage,
  transposeA: boolean,
  transposeB: boolean,
  bias: Storage | undefined,
  relu: boolean,
): Storage | null {
  const rankA = a.shape.length, rankB = b.shape.length;
  if (a.dtype !== "float32" || b.dtype !== "float32" || rankA < 2 || rankB < 2) return null;
  const m = a.shape[transposeA ? rankA - 1 : rankA - 2], k = a.shape[transposeA ? rankA - 2 : rankA - 1];
  const n = b.shape[transposeB ? rankB - 2 : rankB - 1], k2 = b.shape[transposeB ? rankB - 1 : rankB - 2];
  if (k !== k2) {
    throw new RangeError(
      `matmul: [${a.shape}]${transposeA ? " (transposed)" : ""} and [${b.shape}]` +
        `${transposeB ? " (transposed)" : ""} have inner sizes ${k} and ${k2}, which differ`,
    );
  }
  if (bias !== undefined && (sizeOf(bias.shape) !== n || bias.dtype !== "float32")) return null;
  const batchA = a.shape.slice(0, -2), batchB = b.shape.slice(0, -2);
  const x = backend.block(a), y = backend.block(b);
  if (k > 0 && m * k * n <= TINY && x.size === m * k && y.size === k * n) {
    const offset = bias === undefined ? null : backend.block(bias).view();
    const out = tiny(x.view(), y.view(), m, k, n, transposeA, transposeB, offset, relu);
    return backend.adopt(out, [...(batchA.length > batchB.length ? batchA : batchB), m, n], "float32");
  }
  const batches = broadcastBatches(batchA, batchB);
  const out = backend.allocate([...batches.shape, m, n]);
  const outBlock = backend.block(out);
  if (outBlock.size === 0) return out;
  const to = outBlock.pointer();
  const biasPointer = bias === undefined ? 0 : backend.block(bias).pointer();
  const from = backend.block(a).pointer(), right = backend.block(b).pointer();
  for (let i = 0; i < batches.a.length; i++) {
    one(
      backend,
      from + batches.a[i] * m * k * 4,
      right + batches.b[i] * k * n * 4,
      to + i * m * n * 4,
      ...[m, k, n, transposeA, transposeB, biasPointer, relu] as const,
    );
  }
  return out;
}

/** A product of so few numbers that JavaScript is done before a WebAssembly call is prepared. */
function tiny(
  a: Values,
  b: Values,
  m: number,
  k: number,
  n: number,
  transposeA: boolean,
  transposeB: boolean,
  bias: Values | null,
  relu: boolean,
): Float32Array {
  const out = new Float32Array(m * n);
  const rowA = transposeA ? 1 : k, stepA = transposeA ? m : 1;
  const rowB = transposeB ? 1 : n, columnB = transposeB ? k : 1;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = bias === null ? 0 : bias[j];
      for (let p = 0; p < k; p++) sum += a[i * rowA + p * stepA] * b[p * rowB + j * columnB];
      out[i * n + j] = relu ? Math.max(sum, 0) : sum;
    }
  }
  return out;
}

/** One matrix product at given addresses. A transposed left factor takes no bias and no relu (see callers). */
function one(
  backend: CpuBackend,
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
  const { kernels } = backend;
  if ((!transposeA && (m <= THIN || k === 0)) || m === 1) {
    // One row is one column: the transposition falls away.
    {
      if (transposeB) {
        kernels.launch("thinColumns", Math.ceil(n / 4), m * k / 2, a, b, bias, to, m, k, n, relu ? 1 : 0);
      } else {
        kernels.launch(
          "thinRows",
          Math.ceil(n / 512),
          m * k * Math.min(n, 512) / 8,
          a,
          b,
          bias,
          to,
          m,
          k,
          n,
          relu ? 1 : 0,
        );
      }
      return;
    }
  }
  if (k <= THIN && k > 0 && bias === 0 && !relu && (transposeA || k === 1) && (!transposeB || k === 1)) {
    kernels.launch("thinUpdate", m, k * n / 3, a, b, to, m, k, n);
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
    if (k === 0) kernels.launch("fill", Math.ceil(m * n / 4), 1, to, 0);
    else productTransposed(backend, p, factor);
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
    product(backend, p, factor);
  }
}

/** Which matrix of each factor makes each matrix of the result. */
function broadcastBatches(a: number[], b: number[]): { shape: number[]; a: number[]; b: number[] } {
  const rank = Math.max(a.length, b.length), shape: number[] = [];
  let count = 1;
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1, y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new RangeError(`matmul: the batch dimensions [${a}] and [${b}] do not broadcast`);
    }
    shape.push(x === 1 ? y : x);
    count *= shape[i];
  }
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
  return { shape, a: indices(a), b: indices(b) };
}

const batchMatMul: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { a, b }, attrs, backend } = call;
  return multiply(backend, a, b, !!attrs.transposeA, !!attrs.transposeB, undefined, false) ?? inherited(call);
};

const fusedMatMul: Override = (call: Call, inherited: Kernel) => {
  const { inputs, attrs, backend } = call;
  const { a, b, bias } = inputs;
  const transposeA = !!attrs.transposeA, transposeB = !!attrs.transposeB;
  // The epilogue of the transposed-left kernel adds no bias.
  if (transposeA) return inherited(call);
  const fused = isFused(attrs.activation);
  const out = multiply(
    backend,
    a,
    b,
    transposeA,
    transposeB,
    bias ?? undefined,
    fused && attrs.activation === "relu",
  );
  if (out === null) return inherited(call);
  return fused ? out : activate(backend, out, attrs, inputs.preluActivationWeights);
};

/** This file's kernels by their TensorFlow.js names. */
export const matmulKernels: Record<string, Override> = {
  BatchMatMul: batchMatMul,
  _FusedMatMul: fusedMatMul,
};
