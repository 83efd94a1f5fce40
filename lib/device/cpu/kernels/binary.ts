/**
 * Functions of two elements, with NumPy's broadcasting.
 *
 * @module
 */
import { alike, need } from "../../check.ts";
import { BINARY, type Binary, type BinaryName } from "../../elementwise.ts";
import { aligned, sameOrder, seen } from "../../layout.ts";
import { broadcastShapes, sameShape } from "../../shape.ts";
import type { DType, Storage, Values } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import { expanded } from "./box.ts";
import { room } from "./unary.ts";

/** Up to so many elements JavaScript is done before a WebAssembly call is prepared. */
const TINY = 64;

type Scalar = (a: number, b: number) => number;

/** The SIMD forms of arithmetic by their number in wasm/elementwise.ts. */
const ARITHMETIC: Partial<Record<BinaryName, number>> = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  maximum: 4,
  minimum: 5,
  reluGrad: 7,
  siluGrad: 8,
  geluGrad: 9,
  geluTanhGrad: 10,
};

/** The SIMD forms of comparisons by their number in wasm/compare.ts. */
const COMPARISONS: Partial<Record<BinaryName, number>> = {
  equal: 0,
  notEqual: 1,
  less: 2,
  lessEqual: 3,
  greater: 4,
  greaterEqual: 5,
};

const hasSimd = (name: BinaryName): boolean => name in ARITHMETIC || name in COMPARISONS;

/** f(a, b) for each pair of elements. A number is an array of no dimensions. */
export function binary(
  engine: Engine,
  name: BinaryName,
  first: Storage | number,
  second: Storage | number,
): Storage {
  const other = typeof first === "number" ? second : first;
  const dtype = typeof other === "number" ? "float32" : other.dtype;
  const a = typeof first === "number" ? engine.arena.constant(first, dtype) : first;
  const b = typeof second === "number" ? engine.arena.constant(second, dtype) : second;
  const f: Binary = BINARY[name];
  need(name, a, f.takes);
  if (b.dtype !== a.dtype) alike(name, a, b);
  const js: Scalar = dtype === "int32" && f.int !== undefined ? f.int : f.js;
  const gives = f.gives ?? dtype;
  if (sameShape(a.shape, b.shape) && sameOrder(a.order, b.order)) {
    const x = engine.block(a), y = engine.block(b), { size } = x;
    let out: Storage;
    if (size <= TINY || dtype !== "float32" || !hasSimd(name)) {
      out = room(engine, size, a.shape, gives);
      const u = x.view(), v = y.view(), to = engine.block(out).view();
      for (let i = 0; i < size; i++) to[i] = js(u[i], v[i]);
    } else out = simd(engine, name, a, b, a.shape, size, gives, 0);
    out.order = a.order;
    return out;
  }
  if (a.order === null && b.order === null) return combine(engine, name, js, a, b, gives);
  broadcastShapes(name, a.shape, b.shape);
  const { parts: [p, q], order } = aligned([a, b], engine.transpose);
  return seen(combine(engine, name, js, p, q, gives), order);
}

/** Row-major arrays of two shapes. */
function combine(
  engine: Engine,
  name: BinaryName,
  js: Scalar,
  a: Storage,
  b: Storage,
  gives: DType,
): Storage {
  const x = engine.block(a), y = engine.block(b);
  // mode: both vary along a row, b is one number, or a is.
  const mode = sameShape(a.shape, b.shape)
    ? 0
    : y.size === 1 && a.shape.length >= b.shape.length
    ? 1
    : x.size === 1 && b.shape.length >= a.shape.length
    ? 2
    : -1;
  const plain = a.dtype !== "float32" || !hasSimd(name);
  if (mode >= 0) {
    const shape = mode === 2 ? b.shape : a.shape, size = mode === 2 ? y.size : x.size;
    if (!plain && size > TINY) return simd(engine, name, a, b, shape, size, gives, mode);
    const out = room(engine, size, shape, gives), to = engine.block(out).view();
    const u = x.view(), v = y.view();
    const stepU = mode === 2 ? 0 : 1, stepV = mode === 1 ? 0 : 1;
    for (let i = 0; i < size; i++) to[i] = js(u[i * stepU], v[i * stepV]);
    return out;
  }
  const { shape, dimensions } = broadcast(a.shape, b.shape, name);
  const out = engine.allocate(shape, gives), block = engine.block(out);
  if (block.size === 0) return out;
  const op = ARITHMETIC[name];
  // The kernel takes a row and three more dimensions; more alternations than that are not seen in networks.
  if (!plain && op !== undefined && dimensions.length <= 4) {
    rows(engine, op, x.pointer(), y.pointer(), block.pointer(), block.size, dimensions);
  } else if (!plain && op === undefined) {
    const [p, q] = [a, b].map((one) => sameShape(one.shape, shape) ? one : expanded(engine, one, shape));
    compare(engine, COMPARISONS[name]!, p, q, out, block.size, 0);
  } else zip(x.view(), y.view(), block.view(), dimensions, js);
  return out;
}

/** One shape with itself (mode 0), with one number (1), or one number with it (2). */
function simd(
  engine: Engine,
  name: BinaryName,
  a: Storage,
  b: Storage,
  shape: number[],
  size: number,
  gives: DType,
  mode: number,
): Storage {
  const out = engine.allocate(shape, gives), op = ARITHMETIC[name];
  if (op === undefined) compare(engine, COMPARISONS[name]!, a, b, out, size, mode);
  else {
    const [x, y, to] = [engine.pointer(a), engine.pointer(b), engine.pointer(out)];
    engine.wasm.launch("zip", Math.ceil(size / 64), 25, op, x, y, to, size, mode);
  }
  return out;
}

function compare(
  engine: Engine,
  op: number,
  a: Storage,
  b: Storage,
  out: Storage,
  size: number,
  mode: number,
): void {
  const [x, y, to] = [engine.pointer(a), engine.pointer(b), engine.pointer(out)];
  engine.wasm.launch("compare", Math.ceil(size / 16), 5, op, x, y, to, mode);
}

/** How two shapes broadcast: the result's shape, and its dimensions with those merged that run on in both. */
interface Broadcast {
  shape: number[];
  /** Innermost first: length, and each factor's stride in elements (0 where it repeats). */
  dimensions: { length: number; a: number; b: number }[];
}

function broadcast(a: readonly number[], b: readonly number[], name: string): Broadcast {
  const shape = broadcastShapes(name, a, b), dimensions: Broadcast["dimensions"] = [];
  let stepA = 1, stepB = 1;
  for (let i = 1; i <= shape.length; i++) {
    const x = a[a.length - i] ?? 1, y = b[b.length - i] ?? 1, length = shape[shape.length - i];
    if (length !== 1) {
      const strideA = x === 1 ? 0 : stepA, strideB = y === 1 ? 0 : stepB;
      const last = dimensions[dimensions.length - 1];
      if (last !== undefined && strideA === last.a * last.length && strideB === last.b * last.length) {
        last.length *= length;
      } else dimensions.push({ length, a: strideA, b: strideB });
    }
    stepA *= x;
    stepB *= y;
  }
  if (dimensions.length === 0) dimensions.push({ length: 1, a: 1, b: 1 });
  return { shape, dimensions };
}

function rows(
  engine: Engine,
  op: number,
  a: number,
  b: number,
  to: number,
  size: number,
  dimensions: Broadcast["dimensions"],
): void {
  const [row, z, second, third] = dimensions;
  const mode = row.b === 0 && row.a !== 0 ? 1 : row.a === 0 && row.b !== 0 ? 2 : 0;
  if (z === undefined) {
    engine.wasm.launch("zip", Math.ceil(row.length / 64), 25, op, a, b, to, row.length, mode);
    return;
  }
  engine.wasm.launch(
    "binary",
    size / row.length,
    10 + row.length / 3,
    ...[op, a, b, to, row.length, mode],
    ...[z.length, second?.length ?? 1, z.a, second?.a ?? 0, third?.a ?? 0],
    ...[z.b, second?.b ?? 0, third?.b ?? 0],
  );
}

/** In plain JavaScript, for dtypes and shapes that the SIMD kernels do not serve. */
function zip(x: Values, y: Values, out: Values, dimensions: Broadcast["dimensions"], f: Scalar): void {
  const [{ length, a, b }, ...outer] = dimensions, index = outer.map(() => 0);
  for (let i = 0, fromX = 0, fromY = 0;;) {
    for (let stop = i + length, u = fromX, v = fromY; i < stop; i++, u += a, v += b) out[i] = f(x[u], y[v]);
    let d = 0;
    for (; d < outer.length; d++) {
      fromX += outer[d].a;
      fromY += outer[d].b;
      if (++index[d] < outer[d].length) break;
      fromX -= outer[d].a * outer[d].length;
      fromY -= outer[d].b * outer[d].length;
      index[d] = 0;
    }
    if (d === outer.length) return;
  }
}
