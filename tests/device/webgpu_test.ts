import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import type { KernelAttributes } from "../../lib/device/device.ts";
import { createWebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import { assertClose, gpuDevice } from "./helpers.ts";
import { type Host, type HostInputs, onDevice, onGpu } from "./hosts.ts";

onGpu("a software adapter is refused unless it is asked for", async () => {
  const device = await gpuDevice();
  if (!device.software) return;
  const error = await assertRejects(() => createWebGpuDevice(), Error);
  assertStringIncludes((error as Error).message, "software");
  assertStringIncludes((error as Error).message, 'useDevice("cpu")');
});

onGpu("what is uploaded is read back, in every dtype, with no elements or one, and as a copy", async () => {
  const device = await gpuDevice();
  const cases: [Float32Array | Int32Array | Uint8Array, number[], "float32" | "int32" | "bool"][] = [
    [new Float32Array([1.5, NaN, -0]), [3], "float32"],
    [new Int32Array([1, -2, 2 ** 31 - 1, 4]), [2, 2], "int32"],
    [new Uint8Array([1, 0, 1]), [3, 1], "bool"],
    [new Float32Array([7]), [], "float32"],
    [new Uint8Array([1]), [], "bool"],
    [new Float32Array(0), [0, 3], "float32"],
    [new Int32Array(0), [2, 0], "int32"],
    [new Uint8Array(0), [0], "bool"],
  ];
  for (const [values, shape, dtype] of cases) {
    const expected = values.slice();
    const storage = device.upload(values, shape, dtype);
    values.fill(9);
    const read = await device.read(storage);
    assertEquals(read, expected);
    read.fill(5);
    assertEquals(await device.read(storage), expected);
    device.free(storage);
  }
  assertThrows(() => device.upload(new Float32Array(3), [2, 2], "float32"), RangeError, "3 values");
});

onGpu("memory counts each array once, until its last reference is freed", async () => {
  const device = await gpuDevice();
  const start = device.memory();
  const a = device.upload(new Float32Array(100), [10, 10], "float32");
  const b = device.share(a, [100]);
  assertEquals(device.memory().tensors - start.tensors, 1);
  assertEquals(device.memory().bytes - start.bytes, 400);
  device.resetPeak();
  const c = device.run("Add", { a, b: a });
  device.free(c);
  assertEquals(device.memory().peakBytes - start.bytes, 800);
  device.free(a);
  assertEquals([...await device.read(b)], [...new Float32Array(100)]);
  assertEquals(device.memory().bytes - start.bytes, 400);
  device.free(b);
  assertEquals([device.memory().tensors, device.memory().bytes], [start.tensors, start.bytes]);
});

onGpu("a thousand iterations end with as many arrays and bytes as ten", async () => {
  const device = await gpuDevice();
  const x = device.upload(new Float32Array(64), [8, 8], "float32");
  const scale = device.upload(new Float32Array(8).fill(1), [8], "float32");
  const start = device.memory();
  for (let i = 0; i < 1000; i++) {
    const [y, mean, variance] = device.runMany("BatchNormTrain", { x, scale, offset: scale }, {
      epsilon: 1e-5,
    });
    for (const storage of [y, mean, variance]) device.free(storage);
  }
  assertEquals([device.memory().tensors, device.memory().bytes], [start.tensors, start.bytes]);
  for (const storage of [x, scale]) device.free(storage);
});

onGpu(
  "a tensor larger than the GPU binds is refused with both sizes, and leaves nothing behind",
  async () => {
    const device = await gpuDevice();
    const limits = (device.backend as unknown as { device: GPUDevice }).device.limits;
    const limit = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
    const size = limit / 4 + 4, before = device.memory();
    const error = assertThrows(
      () => device.run("Fill", {}, { shape: [size], value: 0, dtype: "float32" }),
      RangeError,
    );
    assertStringIncludes((error as Error).message, `${4 * size} bytes`);
    assertStringIncludes((error as Error).message, `${limit} bytes`);
    assertEquals(device.memory(), before);
  },
);

onGpu("an error that WebGPU reports on the side is thrown at the next read, once", async () => {
  const device = await createWebGpuDevice({ fallback: true });
  const gpu = (device.backend as unknown as { device: GPUDevice }).device;
  gpu.createShaderModule({ code: "this is no WGSL" });
  const storage = device.upload(new Float32Array(1), [1], "float32");
  await assertRejects(() => device.read(storage), Error, "refused an earlier command");
  device.check();
  assertEquals([...await device.read(storage)], [0]);
  gpu.destroy();
});

onGpu("a lost GPU is told at the next call, with what to do", async () => {
  const device = await createWebGpuDevice({ fallback: true });
  const storage = device.upload(new Float32Array(1), [1], "float32");
  (device.backend as unknown as { device: GPUDevice }).device.destroy();
  const error = await assertRejects(() => device.read(storage), Error, "was lost");
  assertStringIncludes((error as Error).message, 'useDevice("cpu")');
  assertEquals(device.lost, true);
  assertThrows(() => device.run("Exp", { x: storage }), Error, "was lost");
});

const f = (...shape: number[]): Host => {
  const size = shape.reduce((product, n) => product * n, 1);
  return { values: new Float32Array(size).fill(1.5), shape, dtype: "float32" };
};
const i = (...shape: number[]): Host => ({
  values: new Int32Array(shape.reduce((product, n) => product * n, 1)),
  shape,
  dtype: "int32",
});

onGpu("arrays with no elements go through every kernel", async () => {
  const conv = {
    strides: [1, 1],
    pad: [[0, 0], [0, 0], [0, 0], [0, 0]],
    dataFormat: "NHWC",
    dilations: [1, 1],
  };
  const plain = { transposeA: false, transposeB: false };
  const cases: [
    kernel: string,
    inputs: HostInputs,
    attrs: KernelAttributes,
    shape: number[],
    value?: number,
  ][] = [
    ["Add", { a: f(0, 3), b: f(3) }, {}, [0, 3]],
    ["Exp", { x: f(0, 2) }, {}, [0, 2]],
    ["Cast", { x: f(0) }, { dtype: "int32" }, [0]],
    ["Sum", { x: f(0, 3) }, { axis: [0] }, [3], 0],
    ["Sum", { x: f(0, 3) }, { axis: [1], keepDims: true }, [0, 1]],
    ["Mean", { x: f(0, 3) }, { axis: [0, 1] }, [], NaN],
    ["Max", { x: f(0, 3) }, { reductionIndices: [1] }, [0]],
    ["ArgMax", { x: f(0, 3) }, { axis: 1 }, [0]],
    ["BatchMatMul", { a: f(1, 3, 0), b: f(1, 0, 2) }, plain, [1, 3, 2], 0],
    ["BatchMatMul", { a: f(1, 0, 4), b: f(1, 4, 2) }, plain, [1, 0, 2]],
    ["_FusedMatMul", { a: f(1, 3, 0), b: f(1, 0, 2), bias: f(2) }, { ...plain, activation: "linear" }, [
      1,
      3,
      2,
    ], 1.5],
    ["Transpose", { x: f(0, 3) }, { perm: [1, 0] }, [3, 0]],
    ["Slice", { x: f(3, 2) }, { begin: [1, 0], size: [0, 2] }, [0, 2]],
    ["PadV2", { x: f(0, 2) }, { paddings: [[1, 1], [0, 0]], constantValue: 7 }, [2, 2], 7],
    ["Concat", [f(0, 3), f(2, 3)], { axis: 0 }, [2, 3], 1.5],
    ["Concat", [f(2, 0), f(2, 0)], { axis: 1 }, [2, 0]],
    ["GatherV2", { x: f(3, 2), indices: i(0) }, { axis: 0, batchDims: 0 }, [0, 2]],
    ["Tile", { x: f(2) }, { reps: [0] }, [0]],
    ["Fill", {}, { shape: [0, 2], value: 1, dtype: "float32" }, [0, 2]],
    ["OneHot", { indices: i(0) }, { dtype: "float32", depth: 3, onValue: 1, offValue: 0 }, [0, 3]],
    ["Reverse", { x: f(0) }, { dims: [0] }, [0]],
    ["Softmax", { logits: f(0, 4) }, { dim: 1 }, [0, 4]],
    ["LogSoftmax", { logits: f(0, 4) }, {}, [0, 4]],
    ["CrossEntropyGrad", { dy: f(0), logs: f(0, 4), classes: i(0) }, {}, [0, 4]],
    ["Conv2D", { x: f(0, 5, 5, 2), filter: f(3, 3, 2, 4) }, conv, [0, 3, 3, 4]],
    ["FusedConv2D", { x: f(0, 5, 5, 2), filter: f(3, 3, 2, 4), bias: f(4) }, {
      ...conv,
      activation: "linear",
    }, [0, 3, 3, 4]],
    [
      "Conv2DBackpropFilter",
      { x: f(0, 5, 5, 2), dy: f(0, 3, 3, 4) },
      { ...conv, filterShape: [3, 3, 2, 4] },
      [3, 3, 2, 4],
      0,
    ],
    ["Conv2DBackpropInput", { dy: f(0, 3, 3, 4), filter: f(3, 3, 2, 4) }, {
      ...conv,
      inputShape: [0, 5, 5, 2],
    }, [0, 5, 5, 2]],
    ["MaxPool", { x: f(0, 4, 4, 1) }, { filterSize: [2, 2], strides: [2, 2], pad: "valid" }, [0, 2, 2, 1]],
  ];
  const device = await gpuDevice();
  for (const [kernel, inputs, attrs, shape, value = 0] of cases) {
    const result = await onDevice(device, kernel, inputs, attrs);
    assertEquals(result.shape, shape, kernel);
    assertClose(
      result.values,
      new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(value),
      kernel,
    );
  }
  for (const [kernel, attribute] of [["Max", "reductionIndices"], ["Min", "axis"], ["ArgMax", "axis"]]) {
    const x = device.upload(new Float32Array(0), [0, 3], "float32");
    assertThrows(
      () => device.run(kernel, { x }, { [attribute]: kernel === "ArgMax" ? 0 : [0] }),
      RangeError,
      "no elements",
    );
    device.free(x);
  }
});
