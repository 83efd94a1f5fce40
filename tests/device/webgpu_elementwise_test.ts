import { assertEquals } from "@std/assert";
import type { KernelAttributes } from "../../lib/device/device.ts";
import { assertClose, Draw, gpuDevice, sizeOf } from "./helpers.ts";
import { assertLikeCpu, booleans, floats, given, type Host, integers, onDevice, onGpu } from "./hosts.ts";

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1e-3,
  -1e-3,
  1e-7,
  2,
  3,
  -3,
  10,
  -10,
  20,
  -20,
  80,
  -80,
  88,
  -88,
  100,
  -100,
  1e4,
];
const EXTREMES = [NaN, Infinity, -Infinity, 1e30, -1e30];

const erf = (x: number): number => {
  // The Maclaurin series in float64, exact enough up to 5.
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) > 5) return Math.sign(x);
  let sum = 0, term = x;
  for (let n = 0; n < 120; n++) {
    sum += term / (2 * n + 1);
    term *= -x * x / (n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
};

const unaries: Record<string, [f: (x: number) => number, attrs?: KernelAttributes]> = {
  Neg: [(x) => -x],
  Exp: [Math.exp],
  Log: [Math.log],
  Sqrt: [Math.sqrt],
  Rsqrt: [(x) => 1 / Math.sqrt(x)],
  Square: [(x) => x * x],
  Abs: [Math.abs],
  Sin: [Math.sin],
  Cos: [Math.cos],
  Relu: [(x) => x < 0 ? 0 : x],
  LeakyRelu: [(x) => x < 0 ? 0.1 * x : x, { alpha: 0.1 }],
  Sigmoid: [(x) => 1 / (1 + Math.exp(-x))],
  Tanh: [Math.tanh],
  Softplus: [(x) => x > 50 ? x : Math.log1p(Math.exp(x))],
  Erf: [erf],
  ClipByValue: [(x) => Number.isNaN(x) ? x : Math.min(Math.max(x, -1.5), 2.5), {
    clipValueMin: -1.5,
    clipValueMax: 2.5,
  }],
  Sign: [(x) => x > 0 ? 1 : x < 0 ? -1 : 0],
  Step: [(x) => Number.isNaN(x) ? x : x > 0 ? 1 : 0.25, { alpha: 0.25 }],
};

for (const [kernel, [f, attrs]] of Object.entries(unaries)) {
  onGpu(`${kernel} is right from tiny to huge, and for NaN and infinities`, async () => {
    const wild = ["Sin", "Cos"].includes(kernel) ? EXTREMES.slice(0, 3) : EXTREMES;
    const draw = new Draw(3);
    for (
      const host of [
        given([...NUMBERS, ...wild]),
        floats([3, 5, 2], draw, -4, 4),
        floats([], draw, 0, 1),
        floats([70001], draw),
      ]
    ) {
      const { values, shape } = await onDevice(await gpuDevice(), kernel, { x: host }, attrs ?? {});
      assertEquals(shape, host.shape);
      assertClose(values, Float32Array.from(host.values, f), kernel);
    }
  });
}

const truth = (holds: boolean) => Number(holds);
const binaries: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Pow: (a, b) => a === 1 ? 1 : (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b,
  Maximum: Math.max,
  Minimum: Math.min,
  Equal: (a, b) => truth(a === b),
  NotEqual: (a, b) => truth(a !== b),
  Greater: (a, b) => truth(a > b),
  GreaterEqual: (a, b) => truth(a >= b),
  Less: (a, b) => truth(a < b),
  LessEqual: (a, b) => truth(a <= b),
};

/** f with NumPy's broadcasting, the slow way. */
function broadcast(a: Host, b: Host, shape: number[], f: (a: number, b: number) => number): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    const at = ({ shape: own }: Host) => {
      let rest = i, index = 0, stride = 1;
      for (let d = 1; d <= shape.length; d++) {
        const coordinate = rest % shape[shape.length - d];
        rest = Math.floor(rest / shape[shape.length - d]);
        const size = own[own.length - d] ?? 1;
        if (size > 1) index += coordinate * stride;
        stride *= size;
      }
      return index;
    };
    return Math.fround(f(a.values[at(a)], b.values[at(b)]));
  });
}

const BROADCASTS: [a: number[], b: number[], out: number[]][] = [
  [[], [], []],
  [[1], [], [1]],
  [[4], [4], [4]],
  [[3, 4], [4], [3, 4]],
  [[3, 1], [1, 5], [3, 5]],
  [[], [2, 3], [2, 3]],
  [[2, 3, 4], [3, 1], [2, 3, 4]],
  [[2, 1, 4, 1], [3, 1, 2], [2, 3, 4, 2]],
  [[2, 1, 3, 1, 2], [1, 4, 1, 2, 1], [2, 4, 3, 2, 2]],
  [[2, 1, 2, 3, 1, 2], [2, 1, 3, 2, 2], [2, 2, 2, 3, 2, 2]],
  [[2, 2, 2, 2, 2, 8], [8], [2, 2, 2, 2, 2, 8]],
  [[0, 3], [1, 3], [0, 3]],
];

for (const [kernel, f] of Object.entries(binaries)) {
  onGpu(`${kernel} broadcasts as NumPy does, up to six dimensions`, async () => {
    for (const [i, [shapeA, shapeB, shape]] of BROADCASTS.entries()) {
      const draw = new Draw(i + 1);
      const low = kernel === "Pow" ? 0.1 : -2;
      const a = kernel.includes("qual") ? integers(shapeA, draw, -1, 1) : floats(shapeA, draw, low, 2);
      const b = kernel.includes("qual") ? integers(shapeB, draw, -1, 1) : floats(shapeB, draw);
      const result = await onDevice(await gpuDevice(), kernel, { a, b }, {});
      assertEquals(result.shape, shape);
      assertClose(result.values, broadcast(a, b, shape, f), `${kernel} [${shapeA}] [${shapeB}]`);
    }
  });

  onGpu(`${kernel} knows NaN, infinities and signs`, async () => {
    const specials = [0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, 4, Infinity, -Infinity, NaN];
    const a = { ...given(specials), shape: [specials.length, 1] }, b = given(specials);
    const result = await onDevice(await gpuDevice(), kernel, { a, b }, {});
    const expected = broadcast(a, b, [specials.length, specials.length], f);
    result.values.forEach((value, i) => {
      const pair = [specials[Math.floor(i / specials.length)], specials[i % specials.length]];
      assertClose([value], [expected[i]], `${kernel}(${pair})`);
    });
  });
}

onGpu("integers are added, multiplied and compared exactly, beyond 2²⁴ too", async () => {
  const large = (values: number[]): Host => ({
    values: Int32Array.from(values),
    shape: [values.length],
    dtype: "int32",
  });
  const a = large([16777217, -5, 2147483647, 7]), b = large([1, 3, 0, -7]);
  for (const kernel of ["Add", "Sub", "Multiply", "Maximum", "Minimum", "Greater", "Equal"]) {
    const { values, dtype } = await onDevice(await gpuDevice(), kernel, { a, b }, {});
    assertEquals(dtype, ["Greater", "Equal"].includes(kernel) ? "bool" : "int32");
    assertEquals([...values], [...a.values].map((value, i) => binaries[kernel](value, b.values[i])), kernel);
  }
});

onGpu("Cast goes between all dtypes", async () => {
  const draw = new Draw(5);
  const sources = [given([0, 1, -1.7, 1.7, 0.3, 1e9]), integers([2, 3], draw), booleans([7], draw)];
  for (const x of sources) {
    for (const dtype of ["float32", "int32", "bool"]) await assertLikeCpu("Cast", { x }, { dtype });
  }
  const { values } = await onDevice(await gpuDevice(), "Cast", { x: given([NaN, Infinity, -Infinity]) }, {
    dtype: "bool",
  });
  assertEquals([...values], [1, 1, 1]);
});

onGpu("logic works on bools", async () => {
  const draw = new Draw(6);
  const a = booleans([3, 1, 5], draw), b = booleans([4, 1], draw);
  await assertLikeCpu("LogicalAnd", { a, b });
  await assertLikeCpu("LogicalNot", { x: a });
});

onGpu("Select takes each element from one of two", async () => {
  for (const shape of [[], [1], [5], [3, 4], [2, 3, 4], [2, 1, 3, 2], [2, 1, 3, 2, 2], [2, 1, 3, 2, 1, 2]]) {
    const draw = new Draw(7);
    const condition = booleans(shape, draw);
    await assertLikeCpu("Select", { condition, t: floats(shape, draw), e: floats(shape, draw) });
    await assertLikeCpu("Select", { condition, t: integers(shape, draw), e: integers(shape, draw) });
  }
  const [condition, t, e] = [
    { ...booleans([2], new Draw(1)), values: new Uint8Array([1, 0]) },
    given([1, NaN]),
    given([NaN, 2]),
  ];
  await assertLikeCpu("Select", { condition, t, e });
});
