/**
 * Comparisons, choices and casts.
 *
 * @module
 */
import { type Call, type Kernel, type Override, sameShape } from "../kernel.ts";

const TINY = 64;

/** A comparison of one shape with itself or with a single number; other broadcasts are TensorFlow.js'. */
function comparison(op: number, f: (x: number, y: number) => boolean): Override {
  return (call: Call, inherited: Kernel) => {
    const { inputs: { a, b }, backend } = call;
    if (a.dtype !== "float32" || b.dtype !== "float32") return inherited(call);
    const x = backend.block(a), y = backend.block(b);
    const mode = sameShape(a.shape, b.shape)
      ? 0
      : y.size === 1 && a.shape.length >= b.shape.length
      ? 1
      : x.size === 1 && b.shape.length >= a.shape.length
      ? 2
      : -1;
    if (mode < 0) return inherited(call);
    const shape = mode === 2 ? b.shape : a.shape, size = mode === 2 ? y.size : x.size;
    if (size <= TINY) {
      const u = x.view(), v = y.view(), out = new Uint8Array(size);
      const stepU = mode === 2 ? 0 : 1, stepV = mode === 1 ? 0 : 1;
      for (let i = 0; i < size; i++) out[i] = f(u[i * stepU], v[i * stepV]) ? 1 : 0;
      return backend.adopt(out, shape, "bool");
    }
    const out = backend.allocate(shape, "bool");
    const to = backend.block(out).pointer();
    backend.kernels.launch("compare", Math.ceil(size / 16), 5, op, x.pointer(), y.pointer(), to, mode);
    return out;
  };
}

const select: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { condition, t, e }, backend } = call;
  const fits = sameShape(condition.shape, t.shape) && sameShape(t.shape, e.shape) &&
    condition.dtype === "bool" &&
    t.dtype === e.dtype && (t.dtype === "float32" || t.dtype === "int32");
  const c = backend.block(condition);
  if (!fits || c.size <= TINY) return inherited(call);
  const out = backend.allocate(t.shape, t.dtype), to = backend.block(out).pointer();
  const x = backend.block(t).pointer(), y = backend.block(e).pointer();
  backend.kernels.launch("select", Math.ceil(c.size / 16), 8, c.pointer(), x, y, to);
  return out;
};

const KINDS: Record<string, number> = {
  "bool>float32": 0,
  "bool>int32": 1,
  "int32>float32": 2,
  "float32>int32": 3,
};

const cast: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs, backend } = call;
  const kind = KINDS[`${x.dtype}>${attrs.dtype}`], block = backend.block(x);
  if (kind === undefined || block.size <= TINY) return inherited(call);
  const out = backend.allocate(x.shape, attrs.dtype), to = backend.block(out).pointer();
  backend.kernels.launch("cast", Math.ceil(block.size / 16), 6, kind, block.pointer(), to);
  return out;
};

/** This file's kernels by their TensorFlow.js names. */
export const compareKernels: Record<string, Override> = {
  Equal: comparison(0, (x, y) => x === y),
  NotEqual: comparison(1, (x, y) => x !== y),
  Less: comparison(2, (x, y) => x < y),
  LessEqual: comparison(3, (x, y) => x <= y),
  Greater: comparison(4, (x, y) => x > y),
  GreaterEqual: comparison(5, (x, y) => x >= y),
  Select: select,
  Cast: cast,
};
