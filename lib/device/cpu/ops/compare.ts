/**
 * Comparisons and choices.
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import { type Call, type Kernel, type Override, sameShape } from "../kernel.ts";
import { expanded } from "./box.ts";
import { broadcast, dtypeOf, inPairs } from "./pairs.ts";

const TINY = 64;

/** Any other broadcast is made real first. */
function repeated({ inputs: { a, b }, backend }: Call, name: string, op: number): Storage {
  const { shape } = broadcast(a.shape, b.shape, name), out = backend.allocate(shape, "bool");
  const [x, y] = [a, b].map((storage) =>
    sameShape(storage.shape, shape) ? storage : expanded(backend, storage, shape)
  );
  const at = (storage: Storage) => backend.block(storage).pointer(), { size } = backend.block(out);
  backend.kernels.launch("compare", Math.ceil(size / 16), 5, op, at(x), at(y), at(out), 0);
  if (x !== a) backend.disposeData(x.dataId);
  if (y !== b) backend.disposeData(y.dataId);
  return out;
}

/** A comparison. The SIMD kernel takes one shape with itself or with a single number. */
function comparison(name: string, op: number, f: (x: number, y: number) => boolean): Override {
  return (call: Call, inherited: Kernel) => {
    const { inputs: { a, b }, backend } = call;
    const dtype = dtypeOf(a, b);
    if (dtype === null) return inherited(call);
    if (dtype !== "float32") return inPairs(call, name, (x, y) => f(x, y) ? 1 : 0, "bool");
    const x = backend.block(a), y = backend.block(b);
    const mode = sameShape(a.shape, b.shape)
      ? 0
      : y.size === 1 && a.shape.length >= b.shape.length
      ? 1
      : x.size === 1 && b.shape.length >= a.shape.length
      ? 2
      : -1;
    if (mode < 0) return repeated(call, name, op);
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

/** This file's kernels by their TensorFlow.js names. */
export const compareKernels: Record<string, Override> = {
  Equal: comparison("Equal", 0, (x, y) => x === y),
  NotEqual: comparison("NotEqual", 1, (x, y) => x !== y),
  Less: comparison("Less", 2, (x, y) => x < y),
  LessEqual: comparison("LessEqual", 3, (x, y) => x <= y),
  Greater: comparison("Greater", 4, (x, y) => x > y),
  GreaterEqual: comparison("GreaterEqual", 5, (x, y) => x >= y),
  Select: select,
};
