/**
 * Functions of each element.
 *
 * @module
 */
import { need } from "../../check.ts";
import { UNARY, type Unary, type UnaryName } from "../../elementwise.ts";
import { sizeOf } from "../../shape.ts";
import type { DType, Storage } from "../../storage.ts";
import type { Workspace } from "../workspace.ts";

/** Up to so many elements JavaScript is done before a WebAssembly call is prepared. */
export const TINY = 64;

/** The SIMD forms by their number in wasm/elementwise.ts, and about how many nanoseconds four elements take. */
const SIMD: Partial<Record<UnaryName, readonly [op: number, cost: number]>> = {
  relu: [0, 1.5],
  leakyRelu: [1, 1.5],
  step: [2, 1.5],
  neg: [3, 1.5],
  abs: [4, 1.5],
  square: [5, 1.5],
  sqrt: [6, 1.5],
  rsqrt: [7, 1.5],
  exp: [9, 8],
  log: [10, 8],
  sigmoid: [11, 8],
  tanh: [12, 8],
  erf: [13, 12],
  silu: [14, 9],
  gelu: [15, 12],
  geluTanh: [16, 12],
  softplus: [17, 14],
  elu: [18, 10],
  expm1: [19, 10],
  log1p: [20, 10],
  floor: [21, 1.5],
  ceil: [22, 1.5],
  round: [23, 1.5],
  trunc: [24, 1.5],
};

/** f(x) for each element, in x's order; p and q are the function's settings. */
export function unary(engine: Workspace, name: UnaryName, x: Storage, p = 0, q = 0): Storage {
  const f: Unary = UNARY[name];
  need(name, x, f.takes);
  const dtype = f.gives ?? x.dtype, block = engine.block(x);
  // Of the settings, the SIMD forms take the first.
  const simd = x.dtype === "float32" && (name !== "elu" || q === 1) ? SIMD[name] : undefined;
  let out: Storage;
  if (simd !== undefined && block.size > TINY) {
    out = engine.allocate(x.shape);
    engine.wasm.launch(
      "unary",
      Math.ceil(block.size / 4),
      simd[1],
      simd[0],
      block.pointer(),
      engine.pointer(out),
      p,
    );
  } else {
    out = room(engine, block.size, x.shape, dtype);
    const from = block.view(), to = engine.block(out).view();
    const js = x.dtype === "int32" && f.int !== undefined ? f.int : f.js;
    for (let i = 0; i < to.length; i++) to[i] = js(from[i], p, q);
  }
  out.order = x.order;
  return out;
}

/** Room for a result that JavaScript computes: an array of its own where it is small. */
export function room(engine: Workspace, size: number, shape: number[], dtype: DType): Storage {
  if (size > TINY) return engine.allocate(shape, dtype);
  // Each constructor by its name: V8 inlines those, and a variable it does not.
  const array = dtype === "float32"
    ? engine.floats(size)
    : dtype === "int32"
    ? new Int32Array(size)
    : new Uint8Array(size);
  return engine.adopt(array, shape, dtype);
}

/** `value` everywhere. */
export function fill(engine: Workspace, shape: number[], value: number, dtype: DType): Storage {
  const out = room(engine, sizeOf(shape), shape, dtype), block = engine.block(out);
  if (dtype === "float32" && block.size > TINY) {
    engine.wasm.launch("fill", Math.ceil(block.size / 4), 1, block.pointer(), value);
  } else block.view().fill(dtype === "bool" && value !== 0 ? 1 : value);
  return out;
}
