import { assertEquals } from "@std/assert";
import { Draw, gpuDevice } from "./helpers.ts";
import { assertLikeCpu, floats, given, integers, onDevice, onGpu } from "./hosts.ts";

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

onGpu("Softmax sums to one for logits of any size", async () => {
  for (const shape of [[3], [2, 5], [4, 1000], [2, 3, 7]]) {
    await assertLikeCpu("Softmax", { logits: floats(shape, new Draw(2), -100, 100) }, {
      dim: shape.length - 1,
    });
  }
});
