/**
 * Element by element: arithmetic with NumPy's broadcasting, and functions of one array.
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import type { CpuBackend } from "../backend.ts";
import { type Call, type Kernel, type Override, sameShape } from "../kernel.ts";
import { broadcast, dtypeOf, inPairs, type Scalar2 } from "./pairs.ts";

/** Up to so many elements JavaScript is done before a WebAssembly call is prepared. */
const TINY = 64;

type Scalar1 = (x: number, alpha: number) => number;

/** out[i] = f(a[i], b[i]) for a few elements; one of the two may have a single one. */
function tinyZip(backend: CpuBackend, a: Storage, b: Storage, f: Scalar2): Storage | null {
  const x = backend.block(a), y = backend.block(b);
  if (x.size > TINY || y.size > TINY) return null;
  if (sameShape(a.shape, b.shape)) {
    const u = x.view(), v = y.view(), out = new Float32Array(x.size);
    for (let i = 0; i < out.length; i++) out[i] = f(u[i], v[i]);
    return backend.adopt(out, a.shape, "float32");
  }
  if (y.size === 1 && a.shape.length >= b.shape.length) {
    const u = x.view(), v = y.view()[0], out = new Float32Array(x.size);
    for (let i = 0; i < out.length; i++) out[i] = f(u[i], v);
    return backend.adopt(out, a.shape, "float32");
  }
  if (x.size === 1 && b.shape.length >= a.shape.length) {
    const u = x.view()[0], v = y.view(), out = new Float32Array(y.size);
    for (let i = 0; i < out.length; i++) out[i] = f(u, v[i]);
    return backend.adopt(out, b.shape, "float32");
  }
  return null;
}

/** A kernel of two arrays. */
function binary(name: string, op: number, f: Scalar2): Override {
  return (call: Call, inherited: Kernel) => {
    const { inputs: { a, b }, backend } = call;
    if (a.dtype !== "float32" || b.dtype !== "float32") {
      const dtype = dtypeOf(a, b);
      return dtype === null ? inherited(call) : inPairs(call, name, f, dtype);
    }
    const tiny = tinyZip(backend, a, b, f);
    if (tiny !== null) return tiny;
    const x = backend.block(a), y = backend.block(b);
    if (sameShape(a.shape, b.shape)) {
      const out = backend.allocate(a.shape), n = x.size;
      const to = backend.block(out).pointer();
      backend.kernels.launch("zip", Math.ceil(n / 64), 25, op, x.pointer(), y.pointer(), to, n, 0);
      return out;
    }
    const { shape, dimensions } = broadcast(a.shape, b.shape, name);
    // The kernel takes a row and three more dimensions; more alternations than that are not seen in networks.
    if (dimensions.length > 4) return inPairs(call, name, f, "float32");
    const out = backend.allocate(shape), outBlock = backend.block(out), to = outBlock.pointer();
    if (outBlock.size === 0) return out;
    const [row, z, second, third] = dimensions;
    const mode = row.b === 0 && row.a !== 0 ? 1 : row.a === 0 && row.b !== 0 ? 2 : 0;
    if (dimensions.length === 1) {
      const n = row.length;
      backend.kernels.launch("zip", Math.ceil(n / 64), 25, op, x.pointer(), y.pointer(), to, n, mode);
      return out;
    }
    backend.kernels.launch(
      "binary",
      outBlock.size / row.length,
      10 + row.length / 3,
      ...[op, x.pointer(), y.pointer(), to, row.length, mode],
      ...[z.length, second?.length ?? 1, z.a, second?.a ?? 0, third?.a ?? 0],
      ...[z.b, second?.b ?? 0, third?.b ?? 0],
    );
    return out;
  };
}

/** A kernel of one array; `alpha` names its attribute, if it has one. */
function unary(op: number, f: Scalar1, alpha?: string): Override {
  return (call: Call, inherited: Kernel) => {
    const { inputs: { x }, attrs, backend } = call;
    if (x.dtype !== "float32") return inherited(call);
    const block = backend.block(x), number = alpha === undefined ? 0 : attrs[alpha] ?? 0;
    if (block.size <= TINY) {
      const from = block.view(), out = new Float32Array(block.size);
      for (let i = 0; i < out.length; i++) out[i] = f(from[i], number);
      return backend.adopt(out, x.shape, "float32");
    }
    const out = backend.allocate(x.shape);
    const to = backend.block(out).pointer();
    backend.kernels.launch(
      "unary",
      Math.ceil(block.size / 4),
      op < 9 ? 1.5 : 8,
      op,
      block.pointer(),
      to,
      number,
    );
    return out;
  };
}

/** The sum of many arrays of one shape. */
const addN: Override = (call: Call, inherited: Kernel) => {
  const list: Storage[] = Object.values(call.inputs), { backend } = call;
  if (list.length < 2 || !list.every((x) => x.dtype === "float32" && sameShape(x.shape, list[0].shape))) {
    return inherited(call);
  }
  const out = backend.allocate(list[0].shape), block = backend.block(out), to = block.pointer();
  let sum = backend.block(list[0]).pointer();
  for (const x of list.slice(1)) {
    const more = backend.block(x).pointer();
    backend.kernels.launch("zip", Math.ceil(block.size / 64), 25, 0, sum, more, to, block.size, 0);
    sum = to;
  }
  return out;
};

/** tf.fill and its kin. */
const fill: Override = (call: Call, inherited: Kernel) => {
  const { shape, value, dtype } = call.attrs, { backend } = call;
  if ((dtype ?? "float32") !== "float32" || typeof value !== "number") return inherited(call);
  let size = 1;
  for (const length of shape) size *= length;
  if (size <= TINY) return backend.adopt(new Float32Array(size).fill(value), shape, "float32");
  const out = backend.allocate(shape);
  backend.kernels.launch("fill", Math.ceil(size / 4), 1, backend.block(out).pointer(), value);
  return out;
};

/** As `fill`, in the shape of an input. */
function fillLike(value: number): Override {
  return (call: Call, inherited: Kernel) => {
    const { x } = call.inputs;
    if (x.dtype !== "float32") return inherited(call);
    return fill({ inputs: {}, attrs: { shape: x.shape, value }, backend: call.backend }, inherited);
  };
}

const clip: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs: { clipValueMin, clipValueMax }, backend } = call;
  if (x.dtype !== "float32") return inherited(call);
  const from = backend.block(x).view(), out = backend.allocate(x.shape), to = backend.block(out).view();
  for (let i = 0; i < from.length; i++) {
    const value = from[i];
    to[i] = value > clipValueMax ? clipValueMax : value < clipValueMin ? clipValueMin : value;
  }
  return out;
};

const cutOff = binary("ReluGrad", 7, (dy, y) => y <= 0 ? 0 : dy);

/** Element-wise kernels that TensorFlow.js does not know. */
export const gradientKernels: Record<string, Kernel> = {
  ReluGrad: ({ inputs: { dy, y }, attrs, backend }) =>
    cutOff({ inputs: { a: dy, b: y }, attrs, backend }, () => {
      throw new TypeError("ReluGrad: float32 is needed");
    }),
};

/** This file's kernels by their TensorFlow.js names. */
export const elementwiseKernels: Record<string, Override> = {
  Add: binary("Add", 0, (x, y) => x + y),
  Sub: binary("Sub", 1, (x, y) => x - y),
  Multiply: binary("Multiply", 2, (x, y) => x * y),
  RealDiv: binary("RealDiv", 3, (x, y) => x / y),
  Maximum: binary("Maximum", 4, Math.max),
  Minimum: binary("Minimum", 5, Math.min),
  SquaredDifference: binary("SquaredDifference", 6, (x, y) => (x - y) * (x - y)),
  Relu: unary(0, (x) => Math.max(x, 0)),
  LeakyRelu: unary(1, (x, alpha) => x < 0 ? x * alpha : x, "alpha"),
  Step: unary(2, (x, alpha) => x > 0 ? 1 : x === x ? alpha : x, "alpha"),
  Neg: unary(3, (x) => -x),
  Abs: unary(4, Math.abs),
  Square: unary(5, (x) => x * x),
  Sqrt: unary(6, Math.sqrt),
  Rsqrt: unary(7, (x) => 1 / Math.sqrt(x)),
  Reciprocal: unary(8, (x) => 1 / x),
  Exp: unary(9, Math.exp),
  Log: unary(10, Math.log),
  Sigmoid: unary(11, (x) => 1 / (1 + Math.exp(-x))),
  Tanh: unary(12, Math.tanh),
  AddN: addN,
  ClipByValue: clip,
  Fill: fill,
  ZerosLike: fillLike(0),
  OnesLike: fillLike(1),
};
