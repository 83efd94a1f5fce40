/**
 * TensorFlow.js' functions of single elements and of pairs. Where theirs mean something else (powers of NaN, a step with another
 * value below 0, complex numbers), or ours are no faster, the inherited ones stay.
 *
 * @module
 */
import { type BinaryName, UNARY, type Unary, type UnaryName } from "../../elementwise.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { binary } from "../kernels/binary.ts";
import { cast } from "../kernels/cast.ts";
import { select } from "../kernels/select.ts";
import { fill, room, unary } from "../kernels/unary.ts";
import { type Adapter, type Adapters, type Call, floats } from "./adapter.ts";
import { isPlain } from "./backend.ts";

const UNARY_NAMES: Readonly<Record<string, UnaryName>> = {
  ...{ Abs: "abs", Neg: "neg", Square: "square", Sqrt: "sqrt", Rsqrt: "rsqrt" },
  ...{ Exp: "exp", Log: "log", Sigmoid: "sigmoid", Tanh: "tanh", Relu: "relu" },
};

const BINARY_NAMES: Readonly<Record<string, BinaryName>> = {
  ...{ Add: "add", Sub: "sub", Multiply: "mul", Maximum: "maximum", Minimum: "minimum" },
};

/** These take every dtype of ours. */
const COMPARISONS: Readonly<Record<string, BinaryName>> = {
  ...{ Equal: "equal", NotEqual: "notEqual", Greater: "greater", GreaterEqual: "greaterEqual" },
  ...{ Less: "less", LessEqual: "lessEqual" },
};

const map = (name: UnaryName): Adapter => ({ engine, input }) => {
  const x = input("x"), f: Unary = UNARY[name];
  return x !== null && f.takes.includes(x.dtype) ? unary(engine, name, x) : null;
};

/** A function of x, where that is float32. */
const ofFloats = (compute: (call: Call, x: Storage) => Storage | null): Adapter => (call) => {
  const [x] = floats(call, "x") ?? [];
  return x === undefined ? null : compute(call, x);
};

/** Two operands of one dtype. */
function pair({ input }: Call): [a: Storage, b: Storage] | null {
  const a = input("a"), b = input("b");
  return a === null || b === null || a.dtype !== b.dtype ? null : [a, b];
}

const arithmetic = (name: BinaryName): Adapter => (call) => {
  const both = pair(call);
  return both === null || both[0].dtype === "bool" ? null : binary(call.engine, name, ...both);
};

const comparison = (name: BinaryName): Adapter => (call) => {
  const both = pair(call);
  return both === null ? null : binary(call.engine, name, ...both);
};

/** As `comparison`, for one dtype alone. */
const only = (dtype: string, compute: (call: Call, a: Storage, b: Storage) => Storage): Adapter => (call) => {
  const both = pair(call);
  return both === null || both[0].dtype !== dtype ? null : compute(call, ...both);
};

/** One number everywhere, in the shape of an input. */
const filled = (value: number): Adapter => ({ engine, input }) => {
  const x = input("x");
  return x === null ? null : fill(engine, [...x.shape], value, x.dtype);
};

/** TensorFlow.js makes 0 of NaN and wraps what int32 cannot hold, as a typed array of JavaScript's does. */
const casted: Adapter = ({ engine, input, attrs }) => {
  const x = input("x"), dtype = String(attrs.dtype);
  if (x === null || !isPlain(dtype)) return null;
  if (x.dtype !== "float32" || dtype !== "int32") return cast(engine, x, dtype);
  const out = room(engine, sizeOf(x.shape), [...x.shape], dtype);
  engine.block(out).view().set(engine.block(x).view());
  return out;
};

/** A condition per row is TensorFlow.js' other form. */
const selected: Adapter = ({ engine, input }) => {
  const condition = input("condition"), t = input("t"), e = input("e");
  if (condition?.dtype !== "bool" || t === null || e === null || t.dtype !== e.dtype) return null;
  const alike = sameShape(condition.shape, t.shape) && sameShape(t.shape, e.shape);
  return alike ? select(engine, condition, t, e) : null;
};

/** This file's kernels. */
export const elementwise: Adapters = {
  ...Object.fromEntries(Object.entries(UNARY_NAMES).map(([kernel, name]) => [kernel, map(name)])),
  ...Object.fromEntries(Object.entries(BINARY_NAMES).map(([kernel, name]) => [kernel, arithmetic(name)])),
  ...Object.fromEntries(Object.entries(COMPARISONS).map(([kernel, name]) => [kernel, comparison(name)])),
  RealDiv: only("float32", ({ engine }, a, b) => binary(engine, "div", a, b)),
  LogicalAnd: only("bool", ({ engine }, a, b) => binary(engine, "logicalAnd", a, b)),
  SquaredDifference: only(
    "float32",
    ({ engine }, a, b) => unary(engine, "square", binary(engine, "sub", a, b)),
  ),
  Reciprocal: ofFloats(({ engine }, x) => binary(engine, "div", 1, x)),
  LeakyRelu: ofFloats(({ engine, attrs }, x) => unary(engine, "leakyRelu", x, Number(attrs.alpha))),
  Relu6: ofFloats(({ engine }, x) => unary(engine, "clamp", x, 0, 6)),
  ClipByValue: ofFloats(({ engine, attrs }, x) =>
    unary(engine, "clamp", x, Number(attrs.clipValueMin), Number(attrs.clipValueMax))
  ),
  Step: ofFloats(({ engine, attrs }, x) => attrs.alpha ? null : unary(engine, "step", x)),
  AddN: ({ engine, list }) => {
    const all = list();
    if (all === null || all.some((x) => x.dtype !== "float32" || !sameShape(x.shape, all[0].shape))) {
      return null;
    }
    return all.reduce((sum, x) => binary(engine, "add", sum, x));
  },
  Fill: ({ engine, attrs: { shape, value, dtype } }) => {
    const kind = String(dtype ?? "float32");
    if (typeof value !== "number" || !isPlain(kind)) return null;
    return fill(engine, [...shape as number[]], value, kind);
  },
  ZerosLike: filled(0),
  OnesLike: filled(1),
  Cast: casted,
  Select: selected,
};
