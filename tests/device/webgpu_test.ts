import { assertEquals } from "@std/assert";
import type { DType, KernelAttributes, KernelInputs, Storage, Values } from "../../lib/device/device.ts";
import { assertClose, Draw, gpuDevice, noGpu, sizeOf, stockDevice } from "./helpers.ts";

/** An array before it is on a device. */
interface Host {
  values: Values;
  shape: number[];
  dtype: DType;
}

const floats = (shape: number[], draw: Draw, low = -2, high = 2): Host => ({
  values: draw.floats(sizeOf(shape), low, high),
  shape,
  dtype: "float32",
});
const integers = (shape: number[], draw: Draw, low = -5, high = 5): Host => ({
  values: Int32Array.from({ length: sizeOf(shape) }, () => draw.int(low, high)),
  shape,
  dtype: "int32",
});
const booleans = (shape: number[], draw: Draw): Host => ({
  values: Uint8Array.from({ length: sizeOf(shape) }, () => draw.int(0, 1)),
  shape,
  dtype: "bool",
});
const given = (values: number[]): Host => ({
  values: new Float32Array(values),
  shape: [values.length],
  dtype: "float32",
});

type HostInputs = Record<string, Host> | Host[];

async function onDevice(
  device: Awaited<ReturnType<typeof gpuDevice>> | ReturnType<typeof stockDevice>,
  kernel: string,
  hosts: HostInputs,
  attrs: KernelAttributes,
): Promise<{ values: Values; shape: number[]; dtype: DType }> {
  const before = device.memory().tensors;
  const put = ({ values, shape, dtype }: Host): Storage => device.upload(values, shape, dtype);
  const inputs = Array.isArray(hosts)
    ? hosts.map(put)
    : Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, put(host)]));
  const result = device.run(kernel, inputs as KernelInputs, attrs);
  const values = await device.read(result);
  for (const storage of [...Object.values(inputs), result]) device.free(storage);
  assertEquals(device.memory().tensors, before, `${kernel} leaves tensors behind`);
  return { values, shape: result.shape, dtype: result.dtype };
}

/** Runs a kernel on the GPU and on TensorFlow.js' CPU backend and compares. */
async function assertLikeCpu(
  kernel: string,
  hosts: HostInputs,
  attrs: KernelAttributes = {},
  atol = 1e-5,
): Promise<void> {
  const expected = await onDevice(stockDevice(), kernel, hosts, attrs);
  const actual = await onDevice(await gpuDevice(), kernel, hosts, attrs);
  const shapes = Object.values(hosts).map((host) => `[${host.shape}]`).join(" ");
  const what = `${kernel} ${shapes} ${JSON.stringify(attrs)}`;
  assertEquals([actual.shape, actual.dtype], [expected.shape, expected.dtype], what);
  assertClose(actual.values, expected.values, what, { atol });
}

function onGpu(name: string, body: () => Promise<void>): void {
  Deno.test({ name, ignore: noGpu, fn: body });
}

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

const reduction = { Sum: "axis", Mean: "axis", Max: "reductionIndices", Min: "axis", ArgMax: "axis" };
for (const [kernel, attribute] of Object.entries(reduction)) {
  onGpu(`${kernel} reduces any dimensions`, async () => {
    const cases: [shape: number[], axes: number[]][] = [
      [[1], [0]],
      [[5], [0]],
      [[3, 4], [0]],
      [[3, 4], [1]],
      [[3, 4], [0, 1]],
      [[2, 3, 4], [1]],
      [[2, 3, 4], [0, 2]],
      [[5000], [0]],
      [[2, 70_000], [1]],
      [[70_000, 2], [1]],
      [[2, 3, 1, 4], [0, 1, 2]],
      [[2, 3, 2, 2, 2], [1, 3]],
      [[2, 3, 2, 2, 2, 3], [0, 4]],
    ];
    for (const [shape, axes] of cases) {
      const draw = new Draw(axes.length);
      if (kernel === "ArgMax") {
        await assertLikeCpu(kernel, { x: floats(shape, draw) }, { axis: axes[0] });
        await assertLikeCpu(kernel, { x: integers(shape, draw) }, { axis: axes[0] });
        continue;
      }
      for (const keepDims of [false, true]) {
        await assertLikeCpu(kernel, { x: floats(shape, draw) }, { [attribute]: axes, keepDims });
        if (kernel !== "Mean") {
          await assertLikeCpu(kernel, { x: integers(shape, draw) }, { [attribute]: axes, keepDims });
        }
      }
    }
  });
}

onGpu("Max and Min are NaN where an element is, and ArgMax finds it", async () => {
  const x = { ...given([1, NaN, 3, 4, 5, 6]), shape: [2, 3] };
  const device = await gpuDevice();
  assertEquals([...(await onDevice(device, "Max", { x }, { reductionIndices: [1] })).values], [NaN, 6]);
  assertEquals([...(await onDevice(device, "Min", { x }, { axis: [1] })).values], [NaN, 4]);
  assertEquals([...(await onDevice(device, "ArgMax", { x }, { axis: 1 })).values], [1, 2]);
  const low = { ...given([-Infinity, -Infinity, -Infinity, -1e38]), shape: [2, 2] };
  assertEquals(
    [...(await onDevice(device, "Max", { x: low }, { reductionIndices: [1] })).values][0],
    -Infinity,
  );
});

onGpu("matrix products have the shapes and sums of the CPU's", async () => {
  const sizes = [[1, 1, 1], [3, 4, 5], [33, 17, 65], [1, 300, 7], [128, 64, 96], [5, 2500, 40], [200, 3, 9], [
    4,
    5,
    1,
  ]];
  for (const [m, k, n] of sizes) {
    for (const [batchA, batchB] of [[1, 1], [3, 3], [1, 3], [3, 1]]) {
      if (m * n * k > 1e5 && batchA * batchB > 1) continue;
      for (const [transposeA, transposeB] of [[false, false], [true, false], [false, true], [true, true]]) {
        const draw = new Draw(m + n), atol = 1e-5 * Math.sqrt(k);
        const a = floats(transposeA ? [batchA, k, m] : [batchA, m, k], draw, -1, 1);
        const b = floats(transposeB ? [batchB, n, k] : [batchB, k, n], draw, -1, 1);
        await assertLikeCpu("BatchMatMul", { a, b }, { transposeA, transposeB }, atol);
        const bias = floats([n], draw);
        const attrs = { transposeA, transposeB, activation: "linear", leakyreluAlpha: 0 };
        await assertLikeCpu("_FusedMatMul", { a, b, bias }, attrs, atol);
      }
    }
  }
});

onGpu("a matrix product is the same number for number each time", async () => {
  const draw = new Draw(9);
  const a = floats([1, 16, 5000], draw), b = floats([1, 5000, 32], draw);
  const attrs = { transposeA: false, transposeB: false };
  const first = await onDevice(await gpuDevice(), "BatchMatMul", { a, b }, attrs);
  for (let i = 0; i < 5; i++) {
    assertEquals((await onDevice(await gpuDevice(), "BatchMatMul", { a, b }, attrs)).values, first.values);
  }
});

onGpu("Transpose takes any permutation of up to six dimensions", async () => {
  const draw = new Draw(10);
  const cases = [[0], [1, 0], [0, 2, 1], [2, 0, 1], [2, 1, 0], [0, 2, 3, 1], [0, 3, 1, 2], [3, 2, 1, 0]];
  cases.push([1, 0, 4, 3, 2], [4, 0, 1, 2, 3], [5, 4, 3, 2, 1, 0], [0, 2, 4, 1, 3, 5]);
  for (const perm of cases) {
    for (const sizes of [[2, 3, 4, 5, 2, 3], [1, 4, 1, 3, 1, 2], [40, 33, 2, 2, 2, 2]]) {
      const shape = sizes.slice(0, perm.length);
      await assertLikeCpu("Transpose", { x: floats(shape, draw) }, { perm });
      await assertLikeCpu("Transpose", { x: integers(shape, draw) }, { perm });
    }
  }
});

onGpu("Slice, StridedSlice, PadV2, Tile, Concat and Reverse move elements as the CPU does", async () => {
  for (let rank = 1; rank <= 6; rank++) {
    for (let seed = 1; seed <= 4; seed++) {
      const draw = new Draw(10 * rank + seed);
      const shape = Array.from({ length: rank }, () => draw.int(1, 4));
      const make = [floats, integers][seed % 2];
      const x = make(shape, draw);
      const begin = shape.map((size) => draw.int(0, size - 1));
      const size = shape.map((size, d) => draw.int(1, size - begin[d]));
      await assertLikeCpu("Slice", { x }, { begin, size });
      const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
      const strides = shape.map(() => draw.int(1, 3));
      await assertLikeCpu("StridedSlice", { x }, { begin, end: shape, strides, ...masks });
      const back = {
        begin: shape.map((size) => size - 1),
        end: shape.map((size) => -size - 1),
        strides: shape.map(() => -1),
      };
      await assertLikeCpu("StridedSlice", { x }, { ...back, ...masks });
      const paddings = shape.map(() => [draw.int(0, 2), draw.int(0, 2)]);
      await assertLikeCpu("PadV2", { x }, { paddings, constantValue: 0 });
      await assertLikeCpu("PadV2", { x }, { paddings, constantValue: -2 });
      await assertLikeCpu("Tile", { x }, { reps: shape.map(() => draw.int(1, 3)) });
      const axis = draw.int(0, rank - 1);
      const other = make(shape.map((size, d) => d === axis ? draw.int(1, 3) : size), draw);
      await assertLikeCpu("Concat", [x, other, x], { axis });
      await assertLikeCpu("Reverse", { x }, { dims: [axis] });
      await assertLikeCpu("Cumsum", { x }, { axis, exclusive: seed > 2, reverse: seed % 2 === 0 });
    }
  }
});

onGpu("Softmax sums to one for logits of any size", async () => {
  for (const shape of [[3], [2, 5], [4, 1000], [2, 3, 7]]) {
    await assertLikeCpu("Softmax", { logits: floats(shape, new Draw(2), -100, 100) }, {
      dim: shape.length - 1,
    });
  }
});

onGpu("Fill and OneHot make what they say", async () => {
  for (const dtype of ["float32", "int32", "bool"]) {
    for (const shape of [[], [3], [2, 3, 1, 2, 2, 2]]) {
      await assertLikeCpu("Fill", {}, { shape, value: 1, dtype });
    }
  }
  for (const value of [Infinity, -Infinity, NaN, -1.5]) {
    await assertLikeCpu("Fill", {}, { shape: [3], value, dtype: "float32" });
  }
  for (const shape of [[4], [2, 3], [2, 1, 2]]) {
    const indices = integers(shape, new Draw(3), -1, 5);
    for (const dtype of ["float32", "int32"]) {
      await assertLikeCpu("OneHot", { indices }, { dtype, depth: 5, onValue: 1, offValue: 0 });
    }
  }
});

onGpu("gathers and scatters move rows and elements as the CPU does", async () => {
  const draw = new Draw(11);
  for (const shape of [[6], [4, 3], [3, 4, 2], [2, 3, 4, 2]]) {
    const x = floats(shape, draw);
    for (let axis = 0; axis < shape.length; axis++) {
      const indices = integers([5], draw, 0, shape[axis] - 1);
      await assertLikeCpu("GatherV2", { x, indices }, { axis, batchDims: 0 });
      const square = integers([2, 3], draw, 0, shape[axis] - 1);
      await assertLikeCpu("GatherV2", { x, indices: square }, { axis, batchDims: 0 });
    }
    for (let depth = 1; depth <= shape.length; depth++) {
      const rows = Array.from(
        { length: 5 },
        () => shape.slice(0, depth).map((size) => draw.int(0, size - 1)),
      );
      const indices: Host = { values: Int32Array.from(rows.flat()), shape: [5, depth], dtype: "int32" };
      await assertLikeCpu("GatherNd", { params: x, indices });
      const updates = floats([5, ...shape.slice(depth)], draw);
      await assertLikeCpu("ScatterNd", { indices, updates }, { shape });
      const whole = integers([5, ...shape.slice(depth)], draw);
      await assertLikeCpu("ScatterNd", { indices, updates: whole }, { shape });
    }
    const segmentIds = integers([shape[0]], draw, 0, 3);
    await assertLikeCpu("UnsortedSegmentSum", { x, segmentIds }, { numSegments: 4 });
  }
});

function randomPool(seed: number): { shape: number[]; attrs: KernelAttributes; out: number[] } {
  const draw = new Draw(seed);
  for (;;) {
    const shape = [draw.int(1, 2), draw.int(1, 8), draw.int(1, 8), draw.int(1, 3)];
    const filterSize = [draw.int(1, 3), draw.int(1, 3)], strides = [draw.int(1, 3), draw.int(1, 3)];
    const padded = seed % 2 === 0;
    const pads = filterSize.map((size) => padded ? [draw.int(0, size >> 1), draw.int(0, size >> 1)] : [0, 0]);
    const out = [0, 1].map((d) =>
      Math.floor((shape[d + 1] + pads[d][0] + pads[d][1] - filterSize[d]) / strides[d]) + 1
    );
    if (out.some((size) => size < 1)) continue;
    const pad = padded ? [[0, 0], ...pads, [0, 0]] : "valid";
    return {
      shape,
      attrs: { filterSize, strides, pad, dimRoundingMode: "floor" },
      out: [shape[0], ...out, shape[3]],
    };
  }
}

onGpu("pooling and its gradients are the CPU's, and ties go to the first maximum", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { shape, attrs, out } = randomPool(seed);
    const draw = new Draw(seed);
    // Few different values: many ties.
    const values = Float32Array.from({ length: sizeOf(shape) }, () => draw.int(0, 2));
    const input: Host = { values, shape, dtype: "float32" };
    await assertLikeCpu("MaxPool", { x: input }, attrs);
    await assertLikeCpu("AvgPool", { x: input }, attrs);
    const dy = floats(out, draw);
    const output: Host = { ...(await onDevice(stockDevice(), "MaxPool", { x: input }, attrs)) };
    await assertLikeCpu("MaxPoolGrad", { dy, input, output }, attrs);
    await assertLikeCpu("AvgPoolGrad", { dy, input }, attrs);
  }
});

onGpu("MaxPool passes NaN on", async () => {
  const x: Host = { values: new Float32Array([1, NaN, 3, 4, 5, 6]), shape: [1, 1, 6, 1], dtype: "float32" };
  const attrs = { filterSize: [1, 2], strides: [1, 2], pad: "valid", dimRoundingMode: "floor" };
  assertEquals([...(await onDevice(await gpuDevice(), "MaxPool", { x }, attrs)).values], [NaN, 4, 6]);
});
