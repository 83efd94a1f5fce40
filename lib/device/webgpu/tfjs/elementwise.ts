/**
 * TensorFlow.js' functions of single elements. Its own lose NaN in places, lose digits of tanh and softplus, leave the accuracy
 * of sin and cos to the GPU (2⁻¹¹ absolute is all that WGSL promises), compute integers in float32, and fail to compile for a
 * vector against five dimensions.
 *
 * @module
 */
import {
  BINARY,
  type Binary,
  type BinaryName,
  UNARY,
  type Unary,
  type UnaryName,
} from "../../elementwise.ts";
import { broadcastShapes, sizeOf } from "../../shape.ts";
import { cast } from "../kernels/cast.ts";
import { combine } from "../kernels/broadcast.ts";
import { binary } from "../kernels/binary.ts";
import { select } from "../kernels/select.ts";
import { mapElements, unary } from "../kernels/unary.ts";
import { adapt, type Call, isPlain, labelled, numberOf, storageOf } from "./adapter.ts";

const UNARY_KERNELS: Readonly<Record<string, UnaryName>> = {
  ...{ Abs: "abs", Neg: "neg", Square: "square", Sign: "sign", Exp: "exp", Log: "log", Sqrt: "sqrt" },
  ...{ Rsqrt: "rsqrt", Sin: "sin", Cos: "cos", Sigmoid: "sigmoid", Tanh: "tanh", Softplus: "softplus" },
  ...{ Erf: "erf", IsFinite: "isFinite" },
};

/** Those that have settings, or take int32 where ours do not: WGSL of f(x) for float32 and int32, and what p and q are. */
const SETTINGS: Readonly<Record<string, { float: string; integer?: string; attrs?: readonly string[] }>> = {
  Relu: { float: UNARY.relu.wgsl, integer: "max(x, 0)" },
  LeakyRelu: { float: UNARY.leakyRelu.wgsl, attrs: ["alpha"] },
  ClipByValue: {
    float: UNARY.clamp.wgsl,
    integer: "min(max(x, i32(p)), i32(q))",
    attrs: ["clipValueMin", "clipValueMax"],
  },
  Step: { float: "select(select(p, 1.0, x > 0.0), x, isNan(x))", attrs: ["alpha"] },
};

/** Questions about a float32. */
const TESTS: Readonly<Record<string, string>> = {
  IsInf: "select(0, 1, (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u)",
  IsNan: "select(0, 1, isNan(x))",
};

const ARITHMETIC: Readonly<Record<string, BinaryName>> = {
  ...{ Add: "add", Sub: "sub", Multiply: "mul", RealDiv: "div", Pow: "pow" },
  ...{ Maximum: "maximum", Minimum: "minimum" },
};

const COMPARISONS: Readonly<Record<string, BinaryName>> = {
  ...{ Equal: "equal", NotEqual: "notEqual", Greater: "greater", GreaterEqual: "greaterEqual" },
  ...{ Less: "less", LessEqual: "lessEqual" },
};

const LOGIC: Readonly<Record<string, string>> = {
  LogicalAnd: "select(0, 1, a != 0 && b != 0)",
  LogicalOr: "select(0, 1, a != 0 || b != 0)",
};

/** Both operands, if they have one dtype that ours know; bool counts as int32. */
function pair(kernel: string, call: Call) {
  const a = storageOf(call, "a"), b = storageOf(call, "b");
  if (a === null || b === null) return null;
  const [left, right] = [a, b].map((x) => labelled(x, x.dtype === "bool" ? "int32" : x.dtype));
  return left.dtype === right.dtype
    ? { a: left, b: right, shape: broadcastShapes(kernel, a.shape, b.shape) }
    : null;
}

/** Registers the kernels. */
export function adaptElementwise(): void {
  for (const [kernel, name] of Object.entries(UNARY_KERNELS)) {
    const f: Unary = UNARY[name];
    adapt(kernel, (call) => {
      const x = storageOf(call, "x");
      return x !== null && f.takes.includes(x.dtype) ? unary(call.gpu, f, x) : null;
    });
  }
  for (const [kernel, { float, integer, attrs = [] }] of Object.entries(SETTINGS)) {
    adapt(kernel, (call) => {
      const x = storageOf(call, "x");
      const expression = x?.dtype === "float32" ? float : x?.dtype === "int32" ? integer : undefined;
      const [p, q] = attrs.map((name) => numberOf(call, name));
      return x === null || expression === undefined
        ? null
        : mapElements(call.gpu, x, x.dtype, expression, p, q);
    });
  }
  for (const [kernel, expression] of Object.entries(TESTS)) {
    adapt(kernel, (call) => {
      const x = storageOf(call, "x");
      return x?.dtype === "float32" ? mapElements(call.gpu, x, "bool", expression) : null;
    });
  }
  adapt("LogicalNot", (call) => {
    const x = storageOf(call, "x");
    return x === null ? null : mapElements(call.gpu, x, "bool", "select(1, 0, x != 0)");
  });
  for (const [kernel, name] of Object.entries({ ...ARITHMETIC, ...COMPARISONS })) {
    const f: Binary = BINARY[name];
    adapt(kernel, (call) => {
      const both = pair(kernel, call);
      if (both === null || !f.takes.includes(both.a.dtype)) return null;
      return binary(call.gpu, f, both.a, both.b, both.shape, both.a.dtype);
    });
  }
  for (const [kernel, expression] of Object.entries(LOGIC)) {
    adapt(kernel, (call) => {
      const both = pair(kernel, call);
      return both && combine(call.gpu, { a: both.a, b: both.b }, both.shape, "int32", "bool", expression);
    });
  }
  adapt("Cast", (call) => {
    const x = storageOf(call, "x"), dtype = String(call.attrs.dtype);
    if (x === null || !isPlain(dtype)) return null;
    return x.dtype === dtype ? call.gpu.share(x) : cast(call.gpu, x, dtype);
  });
  adapt("Select", (call) => {
    const [condition, t, e] = ["condition", "t", "e"].map((name) => storageOf(call, name));
    if (condition === null || t === null || e === null || t.dtype !== e.dtype) return null;
    // A condition per row is TensorFlow.js' other form.
    const size = sizeOf(t.shape);
    if (condition.dtype === "float32" || sizeOf(condition.shape) !== size || sizeOf(e.shape) !== size) {
      return null;
    }
    return select(call.gpu, { ...condition, shape: t.shape }, t, { ...e, shape: t.shape }, t.shape, t.dtype);
  });
}
