/**
 * Functions of two elements, with broadcasting over any number of dimensions. TensorFlow.js' compute integers in float32,
 * stop at six dimensions, and fail to compile for a vector against five.
 *
 * @module
 */
import type { DType, Storage } from "../../device.ts";
import { workgroupsFor } from "../backend.ts";
import { NAN, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { type GpuKernelCall, isPlain, registerKernel, sizeOf, stockKernel } from "./registry.ts";

/** Per kernel: WGSL of f(a, b) that float32 and int32 share. */
const COMMON: Record<string, string> = {
  Add: "a + b",
  Sub: "a - b",
  Multiply: "a * b",
};

const FLOAT: Record<string, string> = {
  ...COMMON,
  RealDiv: "a / b",
  Pow: "power(a, b)",
  Maximum: "select(max(a, b), a + b, isNan(a) || isNan(b))",
  Minimum: "select(min(a, b), a + b, isNan(a) || isNan(b))",
};

const INTEGER: Record<string, string> = {
  ...COMMON,
  Maximum: "max(a, b)",
  Minimum: "min(a, b)",
};

/** Those that give bool: for ordered numbers, and what they are when one is NaN. */
const COMPARISONS: Record<string, [operator: string, forNan: 0 | 1]> = {
  Equal: ["a == b", 0],
  NotEqual: ["a != b", 1],
  Greater: ["a > b", 0],
  GreaterEqual: ["a >= b", 0],
  Less: ["a < b", 0],
  LessEqual: ["a <= b", 0],
};

const LOGIC: Record<string, string> = {
  LogicalAnd: "select(0, 1, a != 0 && b != 0)",
  LogicalOr: "select(0, 1, a != 0 || b != 0)",
};

// WGSL's pow knows no negative base. Small powers are exact products, as in PyTorch.
const POWER = /* wgsl */ `
fn power(a: f32, b: f32) -> f32 {
  if (b == 0.0 || a == 1.0) { return 1.0; }
  if (isNan(a) || isNan(b)) { return a + b; }
  if (b == 1.0) { return a; }
  if (b == 2.0) { return a * a; }
  if (b == 3.0) { return a * a * a; }
  if (b == -1.0) { return 1.0 / a; }
  if (a == 0.0 && b < 0.0) { return infinity(); }
  let magnitude = select(pow(abs(a), b), 1.0, a == -1.0);
  if (a >= 0.0) { return magnitude; }
  if (floor(b) != b) { return select(nan(), magnitude, abs(a) >= infinity()); }
  return select(magnitude, -magnitude, floor(b * 0.5) != b * 0.5);
}`;

/** One dimension of the result: its size, and how far each input moves along it (0: broadcast). */
type Dimension = [size: number, strideA: number, strideB: number];

/** The result's dimensions, as few as say the same: neighbours through which both inputs run evenly are one. */
export function broadcastDimensions(a: number[], b: number[]): { shape: number[]; dimensions: Dimension[] } {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  const dimensions: Dimension[] = [];
  let strideA = 1, strideB = 1;
  for (let back = 1; back <= rank; back++) {
    const sizeA = a[a.length - back] ?? 1, sizeB = b[b.length - back] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new RangeError(`shapes [${a.join(", ")}] and [${b.join(", ")}] cannot be broadcast to one shape`);
    }
    const size = sizeA === 1 ? sizeB : sizeA;
    shape.unshift(size);
    if (size !== 1) {
      const next: Dimension = [size, sizeA === 1 ? 0 : strideA, sizeB === 1 ? 0 : strideB];
      const inner = dimensions[0];
      const even = inner !== undefined && next[1] === inner[1] * inner[0] && next[2] === inner[2] * inner[0];
      if (even) inner[0] *= size;
      else dimensions.unshift(next);
    }
    strideA *= sizeA;
    strideB *= sizeB;
  }
  if (dimensions.length === 0) dimensions.push([1, 0, 0]);
  return { shape, dimensions };
}

function combine({ inputs: { a, b }, backend }: GpuKernelCall, to: DType, expression: string): Storage {
  const { shape, dimensions } = broadcastDimensions(a.shape, b.shape);
  const result = backend.allocate(shape, to);
  const size = sizeOf(shape);
  if (size === 0) return result;
  const types = [backend.bufferType(a), backend.bufferType(b)].map(wgslType);
  backend.dispatch({
    key: `binary ${types} ${to} ${dimensions.length} ${expression}`,
    code: () => /* wgsl */ `
struct Uniforms { dimensions: array<vec4<u32>, ${dimensions.length}>, size: u32 }
@group(0) @binding(0) var<storage, read> left: array<${types[0]}>;
@group(0) @binding(1) var<storage, read> right: array<${types[1]}>;
@group(0) @binding(2) var<storage, read_write> output: array<${wgslType(to)}>;
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
${NAN}
${expression.includes("power(") ? POWER : ""}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  var rest = index;
  var atLeft = 0u;
  var atRight = 0u;
${dimensions.map((_, d) => step(d)).reverse().join("")}
  let a = left[atLeft];
  let b = right[atRight];
  output[index] = ${wgslType(to)}(${expression});`)
    }`,
    bindings: [a, b, result],
    uniforms: packUniforms([...dimensions.flatMap((dimension) => [...dimension, 0]), size]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

/** WGSL: takes dimension d's coordinate off `rest`. */
function step(d: number): string {
  const dimension = `uniforms.dimensions[${d}]`;
  if (d === 0) return `  atLeft += rest * ${dimension}.y;\n  atRight += rest * ${dimension}.z;`;
  return `
  let outer${d} = rest / ${dimension}.x;
  let inner${d} = rest - outer${d} * ${dimension}.x;
  atLeft += inner${d} * ${dimension}.y;
  atRight += inner${d} * ${dimension}.z;
  rest = outer${d};
`;
}

/** Registers the kernels. */
export function registerBinaryKernels(): void {
  for (const name of Object.keys(FLOAT)) {
    const stock = stockKernel(name);
    registerKernel(name, (call) => {
      const { inputs: { a, b }, backend } = call;
      const float = backend.bufferType(a) === "float32";
      const expression = (float ? FLOAT : INTEGER)[name];
      const ours = isPlain(a, b) && expression !== undefined &&
        float === (backend.bufferType(b) === "float32");
      return ours ? combine(call, a.dtype === "bool" ? "int32" : a.dtype, expression) : stock(call);
    });
  }
  for (const [name, [operator, forNan]] of Object.entries(COMPARISONS)) {
    const stock = stockKernel(name);
    registerKernel(name, (call) => {
      const { inputs: { a, b }, backend } = call;
      if (!isPlain(a, b)) return stock(call);
      const float = [a, b].map((storage) => backend.bufferType(storage) === "float32");
      if (float[0] !== float[1]) return stock(call);
      const ordered = `select(0, 1, ${operator})`;
      return combine(
        call,
        "bool",
        float[0] ? `select(${ordered}, ${forNan}, isNan(a) || isNan(b))` : ordered,
      );
    });
  }
  // dy where the ReLU let x through; a choice, not a product: no 0 · ∞.
  registerKernel("ReluGrad", ({ inputs: { dy, y }, attrs, backend }) => {
    return combine({ inputs: { a: dy, b: y }, attrs, backend }, "float32", "select(a, 0.0, b <= 0.0)");
  });
  for (const [name, expression] of Object.entries(LOGIC)) {
    registerKernel(name, (call) => combine(call, "bool", expression));
  }
}
