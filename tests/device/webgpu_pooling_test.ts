import { assertEquals } from "@std/assert";
import type { KernelAttributes } from "../../lib/device/device.ts";
import { Draw, gpuDevice, sizeOf, stockDevice } from "./helpers.ts";
import { assertLikeCpu, floats, type Host, onDevice, onGpu } from "./hosts.ts";

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
