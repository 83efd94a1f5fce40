import { assertEquals } from "@std/assert";
import { philoxValues } from "../../lib/device/philox.ts";
import { assertClose, Draw, onEachForm, sizeOf } from "./helpers.ts";

onEachForm("BatchNormTrain normalizes each channel, and its gradient is the formula's", async (device) => {
  for (const shape of [[5, 3], [2, 3, 4, 6], [7, 1]]) {
    const draw = new Draw(shape[0]);
    const channels = shape.at(-1)!, size = sizeOf(shape), count = size / channels, epsilon = 1e-3;
    const x = draw.floats(size),
      dy = draw.floats(size),
      scale = draw.floats(channels),
      offset = draw.floats(channels);
    const mean = new Float64Array(channels), variance = new Float64Array(channels);
    x.forEach((value, i) => mean[i % channels] += value / count);
    x.forEach((value, i) => variance[i % channels] += (value - mean[i % channels]) ** 2 / count);
    const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon));
    const normalized = Float64Array.from(
      x,
      (value, i) => (value - mean[i % channels]) * inverse[i % channels],
    );
    const dScale = new Float64Array(channels), dOffset = new Float64Array(channels);
    dy.forEach((value, i) => (dScale[i % channels] += value * normalized[i], dOffset[i % channels] += value));
    const dx = Float64Array.from(dy, (value, i) => {
      const c = i % channels;
      return scale[c] * inverse[c] * (value - dOffset[c] / count - normalized[i] * dScale[c] / count);
    });

    const put = (values: Float32Array, shape: number[]) => device.upload(values, shape, "float32");
    const inputs = { x: put(x, shape), scale: put(scale, [channels]), offset: put(offset, [channels]) };
    const [y, m, v] = device.runMany("BatchNormTrain", inputs, { epsilon });
    assertClose(
      await device.read(y),
      normalized.map((z, i) => z * scale[i % channels] + offset[i % channels]),
      "y",
    );
    assertClose(await device.read(m), mean, "mean");
    assertClose(await device.read(v), variance, "variance");
    assertEquals([y.shape, m.shape, v.shape], [shape, [channels], [channels]]);
    const dyStorage = put(dy, shape);
    const gradInputs = { dy: dyStorage, x: inputs.x, mean: m, variance: v, scale: inputs.scale };
    const grads = device.runMany("BatchNormTrainGrad", gradInputs, { epsilon });
    assertEquals(grads.map(({ shape }) => shape), [shape, [channels], [channels]]);
    assertClose(await device.read(grads[0]), dx, "dx");
    assertClose(await device.read(grads[1]), dScale, "dScale");
    assertClose(await device.read(grads[2]), dOffset, "dOffset");
    for (const s of [...Object.values(inputs), y, m, v, dyStorage, ...grads]) device.free(s);
  }
});

onEachForm("ReluGrad passes dy on where the ReLU did, and no infinity where it did not", async (device) => {
  const dy = device.upload(new Float32Array([1, -2, Infinity, NaN]), [4], "float32");
  const y = device.upload(new Float32Array([3, 0.5, 0, 0]), [4], "float32");
  const dx = device.run("ReluGrad", { dy, y });
  assertEquals([...await device.read(dx)], [1, -2, 0, 0]);
  for (const s of [dy, y, dx]) device.free(s);
});

onEachForm("LogSoftmax is finite for logits of any size", async (device) => {
  const logits = device.upload(new Float32Array([1, 2, 3, 1000, 0, -1000, -5, -5, -5]), [3, 3], "float32");
  const result = device.run("LogSoftmax", { logits });
  const lse = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)), third = -Math.log(3);
  assertClose(
    await device.read(result),
    [1 - lse, 2 - lse, 3 - lse, 0, -1000, -2000, third, third, third],
    "LogSoftmax",
  );
  for (const s of [logits, result]) device.free(s);
});

onEachForm(
  "CrossEntropy is −ln p of the class, NaN where there is none; its gradient is p − 1 there",
  async (device) => {
    const logits = device.upload(new Float32Array([1, 2, 3, 1000, 0, -1000, -5, -5, -5]), [3, 3], "float32");
    const classes = device.upload(new Int32Array([2, 1, 3]), [3], "int32");
    const dy = device.upload(new Float32Array([1, 2, -3]), [3], "float32");
    const [losses, logs] = device.runMany("CrossEntropy", { logits, classes });
    const lse = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)), third = -Math.log(3);
    assertClose(await device.read(losses), [lse - 3, 1000, NaN], "losses");
    const wanted = [1 - lse, 2 - lse, 3 - lse, 0, -1000, -2000, third, third, third];
    assertClose(await device.read(logs), wanted, "logs");
    const dx = device.run("CrossEntropyGrad", { dy, logs, classes });
    const p = [1, 2, 3].map((x) => Math.exp(x - lse));
    assertClose(await device.read(dx), [p[0], p[1], p[2] - 1, 2, -2, 0, -1, -1, -1], "dx");
    assertEquals([losses.shape, logs.shape, dx.shape], [[3], [3, 3], [3, 3]]);
    for (const s of [logits, classes, dy, losses, logs, dx]) device.free(s);
  },
);

onEachForm("Philox draws what the host draws", async (device) => {
  for (const distribution of ["uniform", "normal", "dropout"] as const) {
    for (const shape of [[], [3], [5, 7], [70_000], [0, 4]]) {
      const seed = [0xdeadbeef, 0x87654321], offset = 2 ** 32 - 3, p = 0.3;
      const drawn = device.run("Philox", {}, { shape, distribution, seed, offset, p });
      assertEquals(drawn.shape, shape);
      assertEquals(
        await device.read(drawn),
        philoxValues(distribution, sizeOf(shape), [seed[0], seed[1]], offset, p),
      );
      device.free(drawn);
    }
  }
});

/** One optimizer step by the book, in float64, and the arrays that it changes. */
type Arrays = Record<string, Float64Array | undefined>;
type Attributes = Record<string, number | boolean>;

const referenceSteps: Record<string, (a: Arrays, at: Attributes) => void> = {
  SgdStep({ param, grad, buffer }, at) {
    const { lr, momentum, dampening, weightDecay } = at as Record<string, number>;
    for (let i = 0; i < param!.length; i++) {
      let g = (at.maximize ? -1 : 1) * grad![i] + weightDecay * param![i];
      if (buffer !== undefined) {
        buffer[i] = at.first ? g : momentum * buffer[i] + (1 - dampening) * g;
        g = at.nesterov ? g + momentum * buffer[i] : buffer[i];
      }
      param![i] -= lr * g;
    }
  },
  AdamStep({ param, grad, m, v, vMax }, at) {
    const { lr, beta1, beta2, epsilon, weightDecay, step } = at as Record<string, number>;
    for (let i = 0; i < param!.length; i++) {
      let g = (at.maximize ? -1 : 1) * grad![i];
      if (at.decoupled) param![i] *= 1 - lr * weightDecay;
      else g += weightDecay * param![i];
      m![i] = beta1 * m![i] + (1 - beta1) * g;
      v![i] = beta2 * v![i] + (1 - beta2) * g * g;
      if (vMax !== undefined) vMax[i] = Math.max(vMax[i], v![i]);
      const mHat = m![i] / (1 - beta1 ** step), vHat = (vMax ?? v!)[i] / (1 - beta2 ** step);
      param![i] -= lr * mHat / (Math.sqrt(vHat) + epsilon);
    }
  },
  RmspropStep({ param, grad, square, average, buffer }, at) {
    const { lr, alpha, epsilon, momentum, weightDecay } = at as Record<string, number>;
    for (let i = 0; i < param!.length; i++) {
      const g = (at.maximize ? -1 : 1) * grad![i] + weightDecay * param![i];
      square![i] = alpha * square![i] + (1 - alpha) * g * g;
      let spread = square![i];
      if (average !== undefined) {
        average[i] = alpha * average[i] + (1 - alpha) * g;
        spread -= average[i] ** 2;
      }
      let direction = g / (Math.sqrt(spread) + epsilon);
      if (buffer !== undefined) direction = buffer[i] = momentum * buffer[i] + direction;
      param![i] -= lr * direction;
    }
  },
};

const sgd = {
  lr: 0.1,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
  first: false,
};
const adam = {
  lr: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupled: false,
  maximize: false,
  step: 1,
};
const rmsprop = { lr: 0.01, alpha: 0.99, epsilon: 1e-8, momentum: 0, weightDecay: 0, maximize: false };

const stepCases: [kernel: string, arrays: string[], attributes: Attributes][] = [
  ["SgdStep", [], sgd],
  ["SgdStep", [], { ...sgd, weightDecay: 0.1, maximize: true }],
  ["SgdStep", ["buffer"], { ...sgd, momentum: 0.9, first: true }],
  ["SgdStep", ["buffer"], { ...sgd, momentum: 0.9, dampening: 0.3, weightDecay: 0.1 }],
  ["SgdStep", ["buffer"], { ...sgd, momentum: 0.9, nesterov: true }],
  ["AdamStep", ["m", "v"], adam],
  ["AdamStep", ["m", "v"], { ...adam, weightDecay: 0.1, step: 7 }],
  ["AdamStep", ["m", "v"], { ...adam, weightDecay: 0.1, decoupled: true, maximize: true, step: 1000 }],
  ["AdamStep", ["m", "v", "vMax"], { ...adam, beta1: 0.3, step: 3 }],
  ["AdamStep", ["m", "v"], { ...adam, beta1: 0, beta2: 0.5, step: 2 }],
  ["RmspropStep", ["square"], rmsprop],
  ["RmspropStep", ["square"], { ...rmsprop, weightDecay: 0.1, maximize: true }],
  ["RmspropStep", ["square", "average"], rmsprop],
  ["RmspropStep", ["square", "average", "buffer"], { ...rmsprop, momentum: 0.9, alpha: 0.4 }],
  ["RmspropStep", ["square", "buffer"], { ...rmsprop, momentum: 0.9 }],
];

for (const [kernel, names, attributes] of stepCases) {
  const told = Object.entries(attributes).filter(([, value]) => value !== false && value !== 0);
  const title = told.map(([name, value]) => value === true ? name : `${name} ${value}`).join(", ");
  onEachForm(
    `${kernel} with [${names}] and ${title} changes its arrays by PyTorch's rule`,
    async (device) => {
      for (const shape of [[], [1], [130], [33, 7]]) {
        const draw = new Draw(names.length + 1);
        const arrays: Record<string, Float32Array> = {
          param: draw.floats(sizeOf(shape)),
          grad: draw.floats(sizeOf(shape)),
        };
        // Second moments are not negative, and a square's mean is at least the mean's square.
        for (const name of names) {
          const [low, high] = ["v", "vMax"].includes(name) ? [0, 2] : name === "square" ? [3, 4] : [-1, 1];
          arrays[name] = draw.floats(sizeOf(shape), low, high);
        }
        const expected = Object.fromEntries(
          Object.entries(arrays).map(([k, a]) => [k, Float64Array.from(a)]),
        );
        referenceSteps[kernel](expected, attributes);
        const inputs = Object.fromEntries(
          Object.entries(arrays).map(([k, a]) => [k, device.upload(a, shape, "float32")]),
        );
        assertEquals(device.runMany(kernel, inputs, attributes), []);
        for (const [name, storage] of Object.entries(inputs)) {
          assertClose(await device.read(storage), expected[name], `${name} of shape [${shape}]`);
          device.free(storage);
        }
      }
    },
  );
}
