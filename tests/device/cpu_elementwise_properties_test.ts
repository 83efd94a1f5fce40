/** Whatever the shapes and values, the CPU device's element-wise kernels do what TensorFlow.js' own do. */
import fc from "fast-check";
import type { DType } from "../../lib/device/device.ts";
import { createCpuDevice } from "../../lib/device/cpu/mod.ts";
import { arrayOf, arrays, broadcasts, dtype, holds, kind, seed, shapes } from "./cpu_arbitraries.ts";
import { compare, type Tolerance } from "./cpu_helpers.ts";

const device = createCpuDevice();

/** Two arrays of one dtype that broadcast. */
const pairs = fc.tuple(broadcasts(), seed, kind, dtype).map(([[a, b], seed, kind, dtype]) => ({
  a: arrayOf(a, seed, kind, dtype),
  b: arrayOf(b, seed + 1, kind, dtype),
}));

// Of one operation the float64 of JavaScript rounds to the float32 of the processor; of two, nearly.
const TWO: Tolerance = { rtol: 3e-7, atol: 1e-44 };
const BINARY: Record<string, Tolerance> = {
  Add: {},
  Sub: {},
  Multiply: {},
  RealDiv: {},
  Maximum: {},
  Minimum: {},
  SquaredDifference: TWO,
  Pow: {},
  LogicalAnd: {},
  LogicalOr: {},
  Equal: {},
  NotEqual: {},
  Less: {},
  LessEqual: {},
  Greater: {},
  GreaterEqual: {},
};
for (const [kernel, tolerance] of Object.entries(BINARY)) {
  Deno.test(`${kernel} of any shapes that broadcast agrees with TensorFlow.js`, () => {
    holds(pairs, (inputs) => void compare(device, kernel, inputs, {}, tolerance));
  });
}

// Polynomials within about an ulp; subnormal results have fewer digits.
const SERIES: Tolerance = { rtol: 1e-6, atol: 2e-45 };
const UNARY: Record<string, Tolerance> = {
  Relu: {},
  LeakyRelu: TWO,
  Step: TWO,
  Neg: {},
  Abs: {},
  Square: {},
  Sqrt: {},
  Rsqrt: TWO,
  Reciprocal: {},
  Exp: SERIES,
  Log: SERIES,
  // e^-x overflows before 1 / e^-x is zero: like PyTorch's, ours loses the subnormal numbers.
  Sigmoid: { rtol: 1e-6, atol: 1.2e-38 },
  Tanh: SERIES,
  ZerosLike: {},
  OnesLike: {},
};
for (const [kernel, tolerance] of Object.entries(UNARY)) {
  Deno.test(`${kernel} agrees with TensorFlow.js`, () => {
    const cases = fc.tuple(arrays(shapes(), kind, dtype), fc.constantFrom(0.2, 0, -1, 1.5));
    holds(cases, ([x, alpha]) => void compare(device, kernel, { x }, { alpha }, tolerance));
  });
}

Deno.test("ClipByValue agrees with TensorFlow.js", () => {
  const limit = fc.integer({ min: -2, max: 2 });
  holds(fc.tuple(arrays(shapes(), kind, dtype), limit, limit), ([x, clipValueMin, clipValueMax]) => {
    compare(device, "ClipByValue", { x }, { clipValueMin, clipValueMax }, 0);
  });
});

Deno.test("AddN agrees with TensorFlow.js", () => {
  const cases = fc.tuple(shapes(), fc.array(seed, { minLength: 1, maxLength: 4 }), kind, dtype);
  // Here sums are rounded to float32 after each term.
  holds(cases, ([shape, seeds, kind, dtype]) => {
    const list = seeds.map((seed) => arrayOf(shape, seed, kind, dtype));
    compare(device, "AddN", list, {}, { rtol: 1e-6, atol: 1e-4 });
  });
});

Deno.test("Fill agrees with TensorFlow.js", () => {
  const cases = fc.tuple(shapes(), fc.constantFrom(0, 1, -2.5, NaN, Infinity), dtype);
  holds(cases, ([shape, value, dtype]) => {
    // NaN and Infinity are numbers of float32 alone.
    const number = dtype === "float32" ? value : 1;
    compare(device, "Fill", {}, { shape, value: number, dtype }, 0);
  });
});

Deno.test("Cast agrees with TensorFlow.js", () => {
  const cases = fc.tuple(arrays(shapes(), kind, dtype), fc.constantFrom<DType>("float32", "int32", "bool"));
  holds(cases, ([x, dtype]) => void compare(device, "Cast", { x }, { dtype }, 0));
});

Deno.test("Select agrees with TensorFlow.js", () => {
  const cases = fc.tuple(shapes(), seed, kind, dtype);
  holds(cases, ([shape, seed, kind, dtype]) => {
    const condition = arrayOf(shape, seed, kind, "bool");
    const t = arrayOf(shape, seed + 1, kind, dtype), e = arrayOf(shape, seed + 2, kind, dtype);
    compare(device, "Select", { condition, t, e }, {}, 0);
  });
});

Deno.test("ReluGrad agrees with its composed form", () => {
  const cases = fc.tuple(shapes(), seed, kind);
  holds(cases, ([shape, seed, kind]) => {
    compare(device, "ReluGrad", { dy: arrayOf(shape, seed, kind), y: arrayOf(shape, seed + 1, kind) }, {}, 0);
  });
});
