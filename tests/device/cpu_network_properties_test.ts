/**
 * Whatever the sizes, the CPU device's products, normalizations and random numbers are those of TensorFlow.js' kernels
 * (those of KERNELS.md: of their composed forms), and its optimizers' steps, too.
 */
import type * as tf from "@tensorflow/tfjs";
import { assert } from "@std/assert";
import fc from "fast-check";
import { createCpuDevice } from "../../lib/device/cpu/mod.ts";
import { arrayOf, arrays, holds, type Kind, seed, shapes } from "./cpu_arbitraries.ts";
import { compare, type HostArray, type HostInputs, size, stockKernel } from "./cpu_helpers.ts";

const device = createCpuDevice();

/** Mostly a few, now and then past the tiles of a product (6 × 8), its thin kernels (8 rows) and its blocks (256). */
const side = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 14 }) },
  { weight: 2, arbitrary: fc.integer({ min: 15, max: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 97, 257, 300) },
);
const kinds = fc.constantFrom<Kind>("integers", "reals", "infinities");
const product = fc.tuple(
  side,
  fc.oneof({ weight: 30, arbitrary: side }, { weight: 1, arbitrary: fc.constant(0) }),
  side,
)
  .filter(([m, k, n]) => m * k * n < 400_000);

/** Batch dimensions of two factors and of their product. */
const batches = fc.constantFrom<{ a: number[]; b: number[]; y: number[] }>(
  { a: [], b: [], y: [] },
  { a: [3], b: [3], y: [3] },
  { a: [1], b: [3], y: [3] },
  { a: [2, 3], b: [2, 1], y: [2, 3] },
  { a: [2, 1, 1], b: [1, 3, 2], y: [2, 3, 2] },
  { a: [0], b: [0], y: [0] },
);

/** Sums of small integers are exact, others round with the root of their length. */
const rounding = (kind: Kind, k: number) =>
  kind === "reals" ? { rtol: 1e-6, atol: 1e-6 * (3 + Math.sqrt(k)) } : 0;

/** Two factors, perhaps transposed. */
function factors(
  [m, k, n]: [number, number, number],
  batch: { a: number[]; b: number[] },
  transposeA: boolean,
  transposeB: boolean,
  kind: Kind,
  seed: number,
): { a: HostArray; b: HostArray } {
  return {
    a: arrayOf([...batch.a, ...(transposeA ? [k, m] : [m, k])], seed, kind),
    b: arrayOf([...batch.b, ...(transposeB ? [n, k] : [k, n])], seed + 1, kind),
  };
}

Deno.test("BatchMatMul of any sizes, transposes and batches agrees with TensorFlow.js", () => {
  const cases = fc.tuple(product, batches, fc.boolean(), fc.boolean(), kinds, seed);
  holds(cases, ([sizes, batch, transposeA, transposeB, kind, seed]) => {
    const inputs = factors(sizes, batch, transposeA, transposeB, kind, seed);
    // TensorFlow.js takes the wrong matrices when both factors repeat: there they are repeated before.
    const repeat = (x: tf.TensorInfo, batch: number[]) => {
      const reps = [...batch.map((n, i) => y[i] / (n || 1) || 1), 1, 1];
      return stockKernel("Tile", { x }, { reps }) as tf.TensorInfo;
    };
    const { a, b, y } = batch, attrs = { transposeA, transposeB };
    compare(device, "BatchMatMul", inputs, attrs, rounding(kind, sizes[1]), (inputs) => {
      return stockKernel("BatchMatMul", { a: repeat(inputs.a, a), b: repeat(inputs.b, b) }, attrs);
    });
  }, 400);
});

Deno.test("_FusedMatMul agrees with TensorFlow.js", () => {
  const activations = fc.constantFrom("linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu");
  const cases = fc.tuple(product, fc.boolean(), fc.boolean(), activations, fc.boolean(), seed);
  holds(cases, ([sizes, transposeA, transposeB, activation, biased, seed]) => {
    const inputs = factors(sizes, { a: [], b: [] }, transposeA, transposeB, "reals", seed);
    const bias = biased ? arrayOf([sizes[2]], seed + 2) : undefined;
    const attrs = { transposeA, transposeB, activation, leakyreluAlpha: 0.2 };
    compare(device, "_FusedMatMul", { ...inputs, bias }, attrs, rounding("reals", sizes[1]));
  });
});

/** Rows of logits, as large as float32 takes them. */
const logits = arrays(shapes({ minLength: 1, large: 20_000 }), fc.constantFrom("integers", "reals"))
  .chain((x) => fc.tuple(fc.constant(x), fc.constantFrom(1, 30, 1e30)))
  .map(([x, scale]) => ({ ...x, values: (x.values as Float32Array).map((value) => value * scale) }));

Deno.test("Softmax agrees with TensorFlow.js", () => {
  holds(
    logits,
    (logits) => void compare(device, "Softmax", { logits }, { dim: -1 }, { rtol: 3e-6, atol: 1e-37 }),
  );
});

Deno.test("LogSoftmax agrees with its composed form", () => {
  holds(logits, (logits) => {
    if (size(logits.shape) === 0) return;
    compare(device, "LogSoftmax", { logits }, {}, { rtol: 1e-6, atol: 2e-6 });
  });
});

Deno.test("CrossEntropy and its gradient agree with their composed forms, for classes that do not exist, too", () => {
  const sizes = fc.tuple(
    fc.integer({ min: 0, max: 90 }),
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom(1, 30, 1e30),
  );
  holds(
    fc.tuple(sizes, fc.constantFrom<Kind>("integers", "reals"), seed),
    ([[rows, columns, scale], kind, seed]) => {
      const x = arrayOf([rows, columns], seed, kind), dy = arrayOf([rows], seed + 1, kind);
      const classes = arrayOf([rows], seed + 2, kind, "int32"), tolerance = { rtol: 2e-6, atol: 2e-6 };
      const logits = { ...x, values: (x.values as Float32Array).map((value) => value * scale) };
      compare(device, "CrossEntropy", { logits, classes }, {}, tolerance);
      const logs = { ...x, values: (x.values as Float32Array).map((value) => -Math.abs(value)) };
      compare(device, "CrossEntropyGrad", { dy, logs, classes }, {}, tolerance);
    },
  );
});

/** [..., C] with some rows; now and then more than one chunk of them. */
const images = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 70 }),
    )
      .map(([rows, channels]) => [...rows, channels]),
  },
  { weight: 1, arbitrary: fc.constantFrom<number[]>([17000, 1], [900, 33], [600, 64]) },
).filter((shape) => size(shape) < 50_000);

const perChannel = (shape: number[], seed: number) => arrayOf(shape.slice(-1), seed);
const positive = (x: HostArray) => ({
  ...x,
  values: (x.values as Float32Array).map((value) => Math.abs(value) + 0.1),
});

Deno.test("FusedBatchNorm agrees with TensorFlow.js", () => {
  holds(fc.tuple(images, seed), ([shape, seed]) => {
    const [scale, offset, mean, variance] = [1, 2, 3, 4].map((i) => perChannel(shape, seed + i));
    const inputs = { x: arrayOf(shape, seed), scale, offset, mean, variance: positive(variance) };
    compare(device, "FusedBatchNorm", inputs, { varianceEpsilon: 1e-3 }, 1e-5);
  });
});

/** Noise of variance about one over rows that are enough to have a variance. */
const noise = images.filter((shape) => size(shape.slice(0, -1)) > 3);

Deno.test("BatchNormTrain agrees with its composed form", () => {
  holds(fc.tuple(noise, seed, fc.constantFrom(1e-5, 1e-3)), ([shape, seed, epsilon]) => {
    const inputs = {
      x: arrayOf(shape, seed),
      scale: perChannel(shape, seed + 1),
      offset: perChannel(shape, seed + 2),
    };
    compare(device, "BatchNormTrain", inputs, { epsilon }, 3e-5);
  });
});

Deno.test("BatchNormTrainGrad agrees with its composed form", () => {
  holds(fc.tuple(noise, seed), ([shape, seed]) => {
    const [mean, variance, scale] = [1, 2, 3].map((i) => perChannel(shape, seed + i));
    const inputs = {
      dy: arrayOf(shape, seed + 4),
      x: arrayOf(shape, seed),
      mean,
      variance: positive(variance),
      scale,
    };
    const atol = 1e-6 * (10 + Math.sqrt(size(shape)));
    compare(device, "BatchNormTrainGrad", inputs, { epsilon: 1e-5 }, { rtol: 1e-5, atol });
  });
});

Deno.test("Philox draws the numbers that the host draws", () => {
  const word = fc.nat(0xffffffff);
  const cases = fc.tuple(
    ...[shapes({ large: 40_000 }), fc.constantFrom("uniform", "normal", "dropout"), word, word],
    ...[
      fc.oneof(fc.nat(1000), fc.nat(2 ** 40), fc.constant(2 ** 32 - 2)),
      fc.constantFrom(0, 0.1, 0.5, 0.999),
    ],
  );
  holds(cases, ([shape, distribution, low, high, offset, p]) => {
    const attrs = { shape, distribution, seed: [low, high], offset, p };
    // Box and Muller's sine and logarithm are not the same on every machine; all else is bits.
    compare(device, "Philox", {}, attrs, distribution === "normal" ? { rtol: 3e-7, atol: 3e-8 } : 0);
  });
});

/** Arrays of one shape for an optimizer, the same names as the kernel's inputs; `state` is not negative. */
function parameters(shape: number[], seed: number, names: string[], state: string[]): HostInputs {
  return Object.fromEntries(names.map((name, i) => {
    const array = arrayOf(shape, seed + i);
    return [name, state.includes(name) ? positive(array) : array];
  }));
}
const parameter = shapes({ large: 40_000 });
const decay = fc.constantFrom(0, 0.01, 0.5);
const step = { rtol: 3e-6, atol: 3e-7 };

Deno.test("SgdStep agrees with its composed form", () => {
  const cases = fc.tuple(
    parameter,
    seed,
    decay,
    fc.constantFrom(0, 0.9),
    fc.constantFrom(0, 0.1),
    fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  );
  holds(cases, ([shape, seed, weightDecay, momentum, dampening, [nesterov, maximize, first]]) => {
    const names = momentum === 0 ? ["param", "grad"] : ["param", "grad", "buffer"];
    const attrs = { lr: 0.1, momentum, dampening, weightDecay, nesterov, maximize, first };
    compare(device, "SgdStep", parameters(shape, seed, names, []), attrs, step);
  });
});

Deno.test("AdamStep agrees with its composed form", () => {
  const cases = fc.tuple(
    parameter,
    seed,
    decay,
    fc.integer({ min: 1, max: 1000 }),
    fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  );
  holds(cases, ([shape, seed, weightDecay, count, [decoupled, maximize, amsgrad]]) => {
    const names = ["param", "grad", "m", "v", ...(amsgrad ? ["vMax"] : [])];
    const attrs = {
      lr: 0.01,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay,
      decoupled,
      maximize,
      step: count,
    };
    compare(device, "AdamStep", parameters(shape, seed, names, ["v", "vMax"]), attrs, step);
  });
});

Deno.test("RmspropStep agrees with its composed form", () => {
  const cases = fc.tuple(
    parameter,
    seed,
    decay,
    fc.constantFrom(0, 0.9),
    fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
  );
  holds(cases, ([shape, seed, weightDecay, momentum, [centered, maximize]]) => {
    const names = [
      "param",
      "grad",
      "square",
      ...(centered ? ["average"] : []),
      ...(momentum ? ["buffer"] : []),
    ];
    const attrs = { lr: 0.01, alpha: 0.5, epsilon: 1e-3, weightDecay, momentum, maximize };
    const inputs = parameters(shape, seed, names, []) as Record<string, HostArray>;
    // Larger than any average's square: the root of a difference about zero is all rounding.
    inputs.square = {
      ...inputs.square,
      values: (inputs.square.values as Float32Array).map((value) => value * value + 3),
    };
    compare(device, "RmspropStep", inputs, attrs, { rtol: 1e-5, atol: 1e-6 });
  });
});

Deno.test("NaN and infinities in logits, images and gradients come out as NaN, not as numbers", () => {
  holds(
    fc.tuple(fc.integer({ min: 1, max: 90 }), seed, fc.constantFrom(NaN, Infinity)),
    ([n, seed, value]) => {
      const row = arrayOf([1, n], seed), values = row.values as Float32Array;
      values[seed % n] = value;
      for (const kernel of ["Softmax", "LogSoftmax"]) {
        const logits = device.upload(values, [1, n], "float32"),
          y = device.run(kernel, { logits }, { dim: -1 });
        const got = device.backend.readSync(y.dataId) as Float32Array;
        assert(
          got.every((value, i) =>
            Number.isNaN(value) || (kernel === "Softmax" && i !== seed % n && value === 0)
          ),
          `${got}`,
        );
        device.free(logits);
        device.free(y);
      }
    },
  );
});
