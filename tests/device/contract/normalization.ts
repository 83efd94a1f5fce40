/**
 * Properties of softmax, cross-entropy, and batch normalization.
 *
 * @module
 */
import fc from "fast-check";
import type { HostArray } from "../../../lib/device/reference/array.ts";
import type { Reference } from "../../../lib/device/reference/kernels.ts";
import { sizeOf } from "../../../lib/device/shape.ts";
import { dimension, given, inputOf, inputs, type Kind, orders, seeds, shapes } from "./arbitraries.ts";
import { type Case, type Input, makeCase, type Tolerance } from "./case.ts";

const KINDS: Kind[] = ["integers", "reals", "specials"];

/**
 * x − largest is rounded to 2⁻²⁴ of itself, which the exponential makes a relative error of up to 100 · 2⁻²⁴, beyond which
 * the result is 0; the exponential itself has as much (see elementwise.ts). √n roundings for the sum of n.
 */
const softmaxTolerance = (n: number): Tolerance => ({ relative: 2e-5 + 2 ** -23 * Math.sqrt(n) });
/** Only the logarithm of the sum, and x − largest. */
const logTolerance = (n: number): Tolerance => ({ relative: 1e-6, absolute: 2e-6 + 2 ** -23 * Math.sqrt(n) });

const alongOne = given(
  shapes({ minLength: 1 }),
  (shape) => fc.tuple(inputs(shape, { kinds: KINDS }), dimension(shape.length)),
);

const softmax = alongOne.map(({ a: shape, b: [x, dim] }) =>
  makeCase([x], (k, [x]) => [k.softmax(x, dim)], softmaxTolerance(shape[dim] ?? 1), { settings: { dim } })
);

const logSoftmax = alongOne.map(({ a: shape, b: [x, dim] }) =>
  makeCase([x], (k, [x]) => [k.logSoftmax(x, dim)], logTolerance(shape[dim] ?? 1), { settings: { dim } })
);

/** y (dy − Σ dy y), or dy − eʸ Σ dy, with every term taken positive. */
const gradientOf = (name: "softmaxGrad" | "logSoftmaxGrad") =>
  given(
    shapes({ minLength: 1 }),
    (shape) => fc.tuple(inputs(shape), orders(shape.length), seeds, dimension(shape.length)),
  ).map(({ a: shape, b: [dy, order, seed, dim] }) => {
    const y = inputOf(shape, order, seed, "reals");
    return makeCase([dy, y], (k, [dy, y]) => [k[name](dy, y, dim)], {
      roundings: 8 + 2 * Math.sqrt(shape[dim] ?? 1),
      magnitude: (k, [dy, y]) => {
        const g = k.abs(dy), powers = name === "softmaxGrad" ? k.abs(y) : k.mul(k.exp(y), k.add(k.abs(y), 3));
        const terms = name === "softmaxGrad" ? k.mul(g, powers) : g;
        const sum = k.sum(terms, [dim], true);
        return [name === "softmaxGrad" ? k.mul(powers, k.add(g, sum)) : k.add(g, k.mul(powers, sum))];
      },
    }, { settings: { dim } });
  });

const softmaxGrad = gradientOf("softmaxGrad"), logSoftmaxGrad = gradientOf("logSoftmaxGrad");

/** One class a row; seldom one that is not there. */
function classesOf(rows: number, count: number): fc.Arbitrary<Input> {
  return fc.tuple(seeds, fc.nat(12), fc.boolean()).map(([seed, wrong, below]) => {
    const classes = inputOf([rows], null, seed, "reals", "int32");
    const { data } = classes.memory;
    for (let i = 0; i < data.length; i++) data[i] = count === 0 ? 0 : Math.abs(data[i] % count);
    if (wrong === 0 && rows > 0) data[seed % rows] = below ? -1 : count;
    return classes;
  });
}

const rowsOf = shapes({ minLength: 2, maxLength: 2 });

const ignoring = fc.constantFrom(null, null, -100, 0, 1);

const crossEntropy = given(
  rowsOf,
  ([rows, count]) =>
    fc.boolean().chain((mean) =>
      fc.tuple(
        // A sum of losses may be infinite where none of them is.
        inputs([rows, count], { kinds: mean ? ["integers", "reals", "infinities"] : KINDS }),
        classesOf(rows, count),
        ignoring.map((ignored) => ({ ignored, mean })),
      )
    ),
)
  .map(({ a: [, count], b: [logits, classes, losses] }) =>
    makeCase(
      [logits, classes],
      (k, [logits, classes]) => k.crossEntropy(logits, classes, losses),
      logTolerance(count),
      { settings: losses },
    )
  );

/** dy (e^logs − 1), where WGSL allows the exponential 3 + 2 |logs| units in the last place. */
const crossEntropyGrad = given(
  rowsOf,
  ([rows, count]) =>
    fc.tuple(
      fc.boolean().chain((mean) => inputs(mean ? [] : [rows])),
      orders(2),
      seeds,
      classesOf(rows, count),
      ignoring,
    ),
)
  .map(({ a: [rows, count], b: [dy, order, seed, classes, ignored] }) => {
    const mean = dy.memory.shape.length === 0;
    const counted: Input = {
      memory: { shape: [], dtype: "float32", data: Float32Array.of(rows) },
      dims: null,
    };
    const logs = inputOf([rows, count], order, seed, "reals");
    const { data } = logs.memory;
    for (let i = 0; i < data.length; i++) data[i] = i % 17 === 0 ? -Infinity : -Math.abs(data[i]);
    return makeCase(
      mean ? [dy, logs, classes, counted] : [dy, logs, classes],
      (k, [dy, logs, classes, count]) => [k.crossEntropyGrad(dy, logs, classes, ignored, count ?? null)],
      {
        roundings: 4,
        magnitude: (k, [dy, logs]) => {
          const own = logs.shape[1];
          if (own === 0) return [logs];
          const wide = mean ? k.div(k.abs(dy), rows) : k.reshape(k.abs(dy), [rows, 1]);
          const powers = k.mul(k.exp(logs), k.add(k.minimum(k.abs(logs), 110), 3));
          return [k.mul(wide, k.add(powers, 1))];
        },
      },
      { settings: { ignored } },
    );
  });

const allButChannels = (shape: readonly number[]) => shape.map((_, d) => d).filter((d) => d !== 1);
const valuesPerChannel = (shape: readonly number[]) => sizeOf(allButChannels(shape).map((d) => shape[d]));
const wide = (k: Reference, one: HostArray, x: HostArray) =>
  k.reshape(one, x.shape.map((n, d) => d === 1 ? n : 1));

/**
 * With M the largest |x| of a channel: the mean, and so x − mean, is off by some 2⁻²⁴ M; the variance by 2⁻²⁴ (M σ + σ²), hence
 * 1 / σ relatively by 2⁻²⁴ M / σ; y by 2⁻²⁴ (|scale| M / σ (1 + |x̂|) + |offset|), where σ² includes epsilon.
 */
function batchNormMagnitude(epsilon: number): NonNullable<Tolerance["magnitude"]> {
  return (k, [x, scale, offset]) => {
    const dims = allButChannels(x.shape);
    const [, mean, variance] = k.batchNorm(x, scale, offset, epsilon);
    const largest = sizeOf(x.shape) === 0 ? k.abs(mean) : k.max(k.abs(x), dims);
    const inverse = k.rsqrt(k.add(variance, epsilon)), deviation = k.sqrt(variance);
    const relative = k.mul(largest, inverse);
    const normalized = k.abs(k.mul(k.sub(x, wide(k, mean, x)), wide(k, inverse, x)));
    const y = k.add(
      k.mul(k.mul(wide(k, k.abs(scale), x), wide(k, k.add(relative, 1), x)), k.add(normalized, 1)),
      wide(k, k.abs(offset), x),
    );
    const spread = k.add(k.add(k.mul(largest, deviation), variance), k.mul(k.square(largest), 1e-6));
    return [y, largest, spread];
  };
}

const channelShapes = shapes({ minLength: 2, maxLength: 5 });
const epsilons = fc.constantFrom(1e-5, 1e-3, 0.1);

const batchNorm = given(channelShapes, (shape) =>
  fc.tuple(
    inputs(shape, { kinds: ["integers", "reals", "positive", "infinities"] }),
    inputs([shape[1]]),
    inputs([shape[1]]),
    epsilons,
  )).map(({ a: shape, b: [x, scale, offset, epsilon] }) =>
    makeCase([x, scale, offset], (k, [x, scale, offset]) => k.batchNorm(x, scale, offset, epsilon), {
      roundings: 8 + 2 * Math.sqrt(valuesPerChannel(shape)),
      magnitude: batchNormMagnitude(epsilon),
    }, { settings: { epsilon } })
  );

/** As {@linkcode batchNormMagnitude}, and of what is kept of all batches. */
function runningMagnitude(epsilon: number, share: number): NonNullable<Tolerance["magnitude"]> {
  return (k, [x, scale, offset, mean, variance, batches]) => {
    const [y, largest, spread] = batchNormMagnitude(epsilon)(k, [x, scale, offset]);
    const n = valuesPerChannel(x.shape);
    const running = [
      k.add(k.mul(largest, share), k.abs(mean)),
      k.add(k.mul(spread, share * n / (n - 1)), k.abs(variance)),
    ];
    return [y, largest, spread, ...running, batches];
  };
}

const count = fc.integer({ min: 0, max: 1000 }).map((n): Input => ({
  memory: { shape: [], dtype: "int32", data: Int32Array.of(n) },
  dims: null,
}));

const batchNormRunning = given(channelShapes, (shape) =>
  fc.tuple(
    inputs(shape, { kinds: ["integers", "reals", "positive", "infinities"] }),
    fc.tuple(inputs([shape[1]]), inputs([shape[1]])),
    fc.tuple(inputs([shape[1]], { kinds: ["reals"] }), inputs([shape[1]], { kinds: ["positive"] })),
    fc.tuple(count, fc.boolean(), fc.constantFrom(0.1, 0, 1, 0.75, null)),
    epsilons,
  )).map(({ a: shape, b: [x, [scale, offset], kept, [seen, counted, share], epsilon] }) => {
    const momentum = counted ? share : share ?? 0.5;
    return makeCase(
      [x, scale, offset, ...kept, seen],
      (k, x) => {
        const [mean, variance, batches] = x.slice(3);
        const running = { mean, variance, batches: counted ? batches : null, momentum };
        return [...k.batchNorm(x[0], x[1], x[2], epsilon, running), mean, variance, batches];
      },
      {
        roundings: 8 + 2 * Math.sqrt(valuesPerChannel(shape)),
        magnitude: runningMagnitude(epsilon, momentum ?? 1),
      },
      { settings: { epsilon, momentum, counted }, inPlace: true },
    );
  });

const batchNormInference = given(channelShapes, (shape) =>
  fc.tuple(
    inputs(shape, { kinds: KINDS }),
    fc.tuple(inputs([shape[1]]), inputs([shape[1]], { kinds: ["positive"] })),
    fc.tuple(inputs([shape[1]]), inputs([shape[1]])),
    epsilons,
  )).map(({ b: [x, statistics, affine, epsilon] }) =>
    makeCase(
      [x, ...statistics, ...affine],
      (k, [x, m, v, s, o]) => [k.batchNormInference(x, m, v, s, o, epsilon)],
      {
        roundings: 8,
        magnitude: (k, [x, mean, variance, scale, offset]) => {
          const over = (one: HostArray) => wide(k, one, x);
          const factor = k.mul(k.abs(scale), k.rsqrt(k.add(variance, epsilon)));
          return [k.add(k.mul(k.add(k.abs(x), over(k.abs(mean))), over(factor)), over(k.abs(offset)))];
        },
      },
      { settings: { epsilon } },
    )
  );

/** The formulas of the contract with every term taken positive. */
function batchNormGradMagnitude(epsilon: number): NonNullable<Tolerance["magnitude"]> {
  return (k, [dy, x, mean, variance, scale]) => {
    const dims = allButChannels(x.shape), n = valuesPerChannel(x.shape);
    const over = (one: HostArray) => wide(k, one, x);
    const inverse = k.rsqrt(k.add(variance, epsilon));
    const normalized = k.mul(k.add(k.abs(x), over(k.abs(mean))), over(inverse));
    const dOffset = k.sum(k.abs(dy), dims), dScale = k.sum(k.mul(k.abs(dy), normalized), dims);
    const away = k.add(over(k.div(dOffset, n)), k.mul(normalized, over(k.div(dScale, n))));
    const dx = k.mul(k.add(k.abs(dy), away), over(k.mul(k.abs(scale), inverse)));
    return [dx, dScale, dOffset];
  };
}

const batchNormGrad = given(channelShapes, (shape) =>
  fc.tuple(
    fc.tuple(inputs(shape), inputs(shape), inputs([shape[1]])),
    fc.tuple(inputs([shape[1]], { kinds: ["positive"] }), inputs([shape[1]])),
    epsilons,
  )).map(({ a: shape, b: [[dy, x, mean], [variance, scale], epsilon] }) =>
    makeCase(
      [dy, x, mean, variance, scale],
      (k, [dy, x, mean, variance, scale]) => k.batchNormGrad(dy, x, mean, variance, scale, epsilon),
      {
        roundings: 8 + 2 * Math.sqrt(valuesPerChannel(shape)),
        magnitude: batchNormGradMagnitude(epsilon),
      },
      { settings: { epsilon } },
    )
  );

/** As {@linkcode batchNormMagnitude}, along rows. */
function layerNormMagnitude(epsilon: number): NonNullable<Tolerance["magnitude"]> {
  return (k, [x, scale, offset]) => {
    const [, mean, variance] = k.layerNorm(x, null, null, epsilon);
    const tall = (one: HostArray) => k.reshape(one, [one.shape[0], 1]);
    const largest = sizeOf(x.shape) === 0 ? k.abs(mean) : k.max(k.abs(x), [1]);
    const inverse = k.rsqrt(k.add(variance, epsilon)), deviation = k.sqrt(variance);
    const normalized = k.abs(k.mul(k.sub(x, tall(mean)), tall(inverse)));
    const rough = k.mul(tall(k.add(k.mul(largest, inverse), 1)), k.add(normalized, 1));
    const y = scale === undefined ? rough : k.add(k.mul(rough, k.abs(scale)), k.abs(offset));
    const spread = k.add(k.add(k.mul(largest, deviation), variance), k.mul(k.square(largest), 1e-6));
    return [y, largest, spread];
  };
}

const rowTolerance = (columns: number) => 8 + 2 * Math.sqrt(columns);

const layerNorm = given(rowsOf, (shape) =>
  fc.tuple(
    inputs(shape, { kinds: ["integers", "reals", "positive", "infinities"] }),
    inputs([shape[1]]),
    inputs([shape[1]]),
    fc.tuple(epsilons, fc.boolean()),
  )).map(({ a: shape, b: [x, scale, offset, [epsilon, affine]] }) =>
    makeCase(
      affine ? [x, scale, offset] : [x],
      (k, [x, s, o]) => k.layerNorm(x, s ?? null, o ?? null, epsilon),
      { roundings: rowTolerance(shape[1]), magnitude: layerNormMagnitude(epsilon) },
      { settings: { epsilon } },
    )
  );

/** The formulas of the contract with every term taken positive. */
function layerNormGradMagnitude(epsilon: number): NonNullable<Tolerance["magnitude"]> {
  return (k, [dy, x, mean, variance, scale]) => {
    const tall = (one: HostArray) => k.reshape(one, [one.shape[0], 1]);
    const inverse = tall(k.rsqrt(k.add(variance, epsilon)));
    const normalized = k.mul(k.add(k.abs(x), tall(k.abs(mean))), inverse);
    const h = scale === undefined ? k.abs(dy) : k.mul(k.abs(dy), k.abs(scale));
    const along = (one: HostArray) => k.div(k.sum(one, [1], true), x.shape[1]);
    const away = k.add(along(h), k.mul(normalized, along(k.mul(h, normalized))));
    return [
      k.mul(k.add(h, away), inverse),
      k.sum(k.mul(k.abs(dy), normalized), [0]),
      k.sum(k.abs(dy), [0]),
    ];
  };
}

const layerNormGrad = given(rowsOf, (shape) =>
  fc.tuple(
    fc.tuple(inputs(shape), inputs(shape), inputs([shape[0]])),
    fc.tuple(inputs([shape[0]], { kinds: ["positive"] }), inputs([shape[1]])),
    fc.tuple(epsilons, fc.boolean()),
  )).map(({ a: shape, b: [[dy, x, mean], [variance, scale], [epsilon, affine]] }) =>
    makeCase(
      affine ? [dy, x, mean, variance, scale] : [dy, x, mean, variance],
      (k, [dy, x, mean, variance, s]) => k.layerNormGrad(dy, x, mean, variance, s ?? null, epsilon),
      { roundings: rowTolerance(Math.max(...shape)), magnitude: layerNormGradMagnitude(epsilon) },
      { settings: { epsilon } },
    )
  );

export const normalization = {
  softmax,
  logSoftmax,
  softmaxGrad,
  logSoftmaxGrad,
  crossEntropy,
  crossEntropyGrad,
  batchNorm: fc.oneof(batchNorm, batchNormRunning),
  batchNormInference,
  batchNormGrad,
  layerNorm,
  layerNormGrad,
};

function largeBatchNorm(shape: number[], order: number[] | null): Case {
  const x = inputOf(shape, order, 1, "positive");
  const perChannel = (seed: number) => inputOf([shape[1]], null, seed, "reals");
  return makeCase([x, perChannel(2), perChannel(3)], (k, [x, s, o]) => k.batchNorm(x, s, o, 1e-5), {
    roundings: 8 + 2 * Math.sqrt(valuesPerChannel(shape)),
    magnitude: batchNormMagnitude(1e-5),
  });
}

function largeBatchNormGrad(shape: number[], order: number[] | null): Case {
  const perChannel = (seed: number) => inputOf([shape[1]], null, seed, "positive");
  return makeCase(
    [
      inputOf(shape, order, 1, "reals"),
      inputOf(shape, order, 2, "reals"),
      perChannel(3),
      perChannel(4),
      perChannel(5),
    ],
    (k, [dy, x, m, v, s]) => k.batchNormGrad(dy, x, m, v, s, 1e-5),
    { roundings: 8 + 2 * Math.sqrt(valuesPerChannel(shape)), magnitude: batchNormGradMagnitude(1e-5) },
  );
}

const SIZES: [shape: number[], order: number[] | null][] = [
  [[16, 8, 57, 59], null],
  [[16, 8, 57, 59], [0, 3, 1, 2]],
  [[100_003, 5], null],
  [[3, 7, 31_013], null],
];

function largeLayerNorm([rows, columns]: number[]): Case {
  const perColumn = (seed: number) => inputOf([columns], null, seed, "reals");
  return makeCase(
    [inputOf([rows, columns], null, 1, "positive"), perColumn(2), perColumn(3)],
    (k, [x, s, o]) => k.layerNorm(x, s, o, 1e-5),
    { roundings: rowTolerance(columns), magnitude: layerNormMagnitude(1e-5) },
  );
}

function largeLayerNormGrad([rows, columns]: number[]): Case {
  const perRow = (seed: number) => inputOf([rows], null, seed, "positive");
  return makeCase(
    [
      inputOf([rows, columns], null, 1, "reals"),
      inputOf([rows, columns], null, 2, "reals"),
      perRow(3),
      perRow(4),
      inputOf([columns], null, 5, "reals"),
    ],
    (k, [dy, x, m, v, s]) => k.layerNormGrad(dy, x, m, v, s, 1e-5),
    { roundings: rowTolerance(Math.max(rows, columns)), magnitude: layerNormGradMagnitude(1e-5) },
  );
}

const LONG: number[][] = [[3, 200_003], [60_011, 7]];

/** By method. */
export const largeNormalizations: Record<string, () => Case[]> = {
  softmax: () =>
    ([[[2, 300_007], 1], [[300_007, 3], 0], [[30_011, 11], 1]] as const).map(([shape, dim]) =>
      makeCase(
        [inputOf(shape, null, 1, "reals")],
        (k, [x]) => [k.softmax(x, dim)],
        softmaxTolerance(shape[dim]),
        {
          settings: { dim },
        },
      )
    ),
  logSoftmax: () =>
    ([[[2, 300_007], 1], [[300_007, 3], 0], [[30_011, 11], 1]] as const).map(([shape, dim]) =>
      makeCase(
        [inputOf(shape, null, 1, "reals")],
        (k, [x]) => [k.logSoftmax(x, dim)],
        logTolerance(shape[dim]),
        {
          settings: { dim },
        },
      )
    ),
  crossEntropy: () => {
    const classes = inputOf([3001], null, 1, "integers", "int32");
    for (let i = 0; i < 3001; i++) classes.memory.data[i] = i * 7 % 101;
    return [
      makeCase(
        [inputOf([3001, 101], null, 1, "reals"), classes],
        (k, [x, c]) => k.crossEntropy(x, c, { ignored: 14, mean: true }),
        logTolerance(101),
      ),
    ];
  },
  batchNorm: () => SIZES.map(([shape, order]) => largeBatchNorm(shape, order)),
  batchNormGrad: () => SIZES.map(([shape, order]) => largeBatchNormGrad(shape, order)),
  layerNorm: () => LONG.map(largeLayerNorm),
  layerNormGrad: () => LONG.map(largeLayerNormGrad),
};
