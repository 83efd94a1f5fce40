/**
 * Functions of one element. TensorFlow.js' lose NaN in places, lose digits of tanh and softplus, and leave the accuracy
 * of sin and cos to the GPU (2⁻¹¹ absolute is all that WGSL promises).
 *
 * @module
 */
import type { DType, Storage } from "../../device.ts";
import { workgroupsFor } from "../backend.ts";
import { NAN, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { type GpuKernelCall, isPlain, registerKernel, sizeOf, stockKernel } from "./registry.ts";

/** Per kernel: WGSL of f(x) for float32; a and b are the attributes. */
const FLOAT: Record<string, string> = {
  Abs: "abs(x)",
  Neg: "-x",
  Square: "x * x",
  Exp: "exp(x)",
  Log: "select(log(x), nan(), x < 0.0)",
  Sqrt: "select(sqrt(x), nan(), x < 0.0)",
  Rsqrt: "select(1.0 / sqrt(x), nan(), x < 0.0)",
  Sin: "sine(x, 0u)",
  Cos: "sine(x, 1u)",
  Relu: "select(x, 0.0, x < 0.0)",
  LeakyRelu: "select(x, a * x, x < 0.0)",
  Sigmoid: "1.0 / (1.0 + exp(-x))",
  Tanh: "hyperbolicTangent(x)",
  Softplus: "select(max(x, 0.0) + log1p(exp(-abs(x))), x, isNan(x))",
  Erf: "errorFunction(x)",
  ClipByValue: "select(min(max(x, a), b), x, isNan(x))",
  Sign: "f32(x > 0.0) - f32(x < 0.0)",
  Step: "select(select(a, 1.0, x > 0.0), x, isNan(x))",
};

/** The same for int32. */
const INTEGER: Record<string, string> = {
  Abs: "abs(x)",
  Neg: "-x",
  Square: "x * x",
  Relu: "max(x, 0)",
  ClipByValue: "min(max(x, i32(a)), i32(b))",
  Sign: "sign(x)",
};

/** Questions about a float32. */
const TESTS: Record<string, string> = {
  IsFinite: "(bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u",
  IsInf: "(bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u",
  IsNan: "isNan(x)",
};

/** The functions that an expression names. */
const HELPERS: Record<string, string> = {
  // log(1 + e): near 0 by its series, where 1 + e would round e's digits away.
  log1p: `fn log1p(e: f32) -> f32 {
  return select(log(1.0 + e), e * (1.0 - e * (0.5 - e * (0.33333333 - e * 0.25))), e < 0.03);
}`,
  // (1 − e⁻²ˣ) / (1 + e⁻²ˣ) away from 0; near it the series x − x³/3 + 2x⁵/15 − 17x⁷/315, where 1 − e⁻²ˣ cancels.
  hyperbolicTangent: `fn hyperbolicTangent(x: f32) -> f32 {
  let s = x * x;
  let near = x * (1.0 - s * (0.33333333 - s * (0.13333333 - s * 0.053968254)));
  let e = exp(-2.0 * abs(x));
  let far = (1.0 - e) / (1.0 + e);
  return select(select(far, -far, x < 0.0), near, s < 0.01 || isNan(x));
}`,
  // Abramowitz & Stegun 7.1.26 (error < 1.5e-7) away from 0, the Maclaurin series near it.
  errorFunction: `fn errorFunction(x: f32) -> f32 {
  let s = x * x;
  let near = 1.1283792 * x *
    (1.0 - s * (0.33333333 - s * (0.1 - s * (0.023809524 - s * (0.0046296296 - s * (0.00075757576 - s * 0.00010683761))))));
  let t = 1.0 / (1.0 + 0.3275911 * abs(x));
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let far = 1.0 - p * exp(-s);
  return select(select(far, -far, x < 0.0), near, s < 0.25 || isNan(x));
}`,
  // S. Moshier's Cephes, sinf and cosf: x reduced by multiples of π/2 in three exact parts, then a polynomial. Holds to
  // 1e-6 for |x| < 8192; beyond 1e5 a float32's last digit is larger than what sin could tell, and the GPU's own serves.
  sine: `fn sine(x: f32, quarterTurns: u32) -> f32 {
  if (abs(x) > 1e5) {
    return select(select(sin(x), cos(x), quarterTurns == 1u), nan(), abs(x) >= infinity());
  }
  let k = round(x * 0.63661977);
  let r = ((x - k * 1.5703125) - k * 4.8375129699707031e-4) - k * 7.549789954891882e-8;
  let s = r * r;
  let sinR = r + r * s * (-1.6666654611e-1 + s * (8.3321608736e-3 - s * 1.9515295891e-4));
  let cosR = 1.0 - 0.5 * s + s * s * (4.166664568298827e-2 + s * (-1.388731625493765e-3 + s * 2.443315711809948e-5));
  let quadrant = (u32(i32(k)) + quarterTurns) & 3u;
  let value = select(sinR, cosR, (quadrant & 1u) == 1u);
  return select(select(value, -value, quadrant >= 2u), x, isNan(x));
}`,
};

/** The attributes of those that have some. */
const ATTRIBUTES: Record<string, string[]> = {
  LeakyRelu: ["alpha"],
  ClipByValue: ["clipValueMin", "clipValueMax"],
  Step: ["alpha"],
};

/**
 * f(x) for each element, one thread each.
 *
 * @param call Names the backend.
 * @param x Of any shape.
 * @param to The result's dtype.
 * @param expression WGSL of f in terms of `x` (f32 or i32, as x's buffer), `a` and `b`; it also names the program.
 * @param numbers What a and b are.
 * @returns As many elements, in x's shape.
 */
export function mapElements(
  { backend }: Pick<GpuKernelCall, "backend">,
  x: Storage,
  to: DType,
  expression: string,
  numbers: number[] = [],
): Storage {
  const from = backend.bufferType(x);
  const result = backend.allocate([...x.shape], to);
  const size = sizeOf(x.shape);
  if (size === 0) return result;
  const helpers = Object.entries(HELPERS).filter(([name]) => expression.includes(`${name}(`));
  backend.dispatch({
    key: `unary ${from} ${to} ${expression}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, a: f32, b: f32 }
@group(0) @binding(0) var<storage, read> input: array<${wgslType(from)}>;
@group(0) @binding(1) var<storage, read_write> output: array<${wgslType(to)}>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${NAN}
${helpers.map(([, code]) => code).join("\n")}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let x = input[index];
  let a = uniforms.a;
  let b = uniforms.b;
  output[index] = ${wgslType(to)}(${expression});`)
    }`,
    bindings: [x, result],
    uniforms: packUniforms([size, { f: numbers[0] ?? 0 }, { f: numbers[1] ?? 0 }]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

/** Registers the kernels. */
export function registerUnaryKernels(): void {
  for (const [name, float] of Object.entries(FLOAT)) {
    const stock = stockKernel(name);
    registerKernel(name, (call) => {
      const x = call.inputs.x;
      const expression = isPlain(x)
        ? call.backend.bufferType(x) === "float32" ? float : INTEGER[name]
        : undefined;
      if (expression === undefined) return stock(call);
      const attributes = (ATTRIBUTES[name] ?? []).map((attribute) => (call.attrs[attribute] as number) ?? 0);
      return mapElements(call, x, x.dtype, expression, attributes);
    });
  }
  for (const [name, expression] of Object.entries(TESTS)) {
    const stock = stockKernel(name);
    registerKernel(name, (call) => {
      const float = isPlain(call.inputs.x) && call.backend.bufferType(call.inputs.x) === "float32";
      return float ? mapElements(call, call.inputs.x, "bool", `select(0, 1, ${expression})`) : stock(call);
    });
  }
  registerKernel("LogicalNot", (call) => mapElements(call, call.inputs.x, "bool", "select(1, 0, x != 0)"));
}
