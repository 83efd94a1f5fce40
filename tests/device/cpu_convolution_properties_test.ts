/**
 * Whatever the sizes, strides, paddings, dilations and groups, the CPU device's convolutions and poolings do what
 * TensorFlow.js' own do (groups and dilated gradients: composed of these). Sums of small integers are exact in float32,
 * so there the results are equal; NaN and infinities stand in the images alone, for what a filter's mean next to the
 * zeros of a padding (0 · ∞) is left open.
 */
import * as tf from "@tensorflow/tfjs";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as composed from "../../lib/device/composed.ts";
import { createCpuDevice } from "../../lib/device/cpu/mod.ts";
import type { Storage } from "../../lib/device/device.ts";
import { arrayOf, holds, type Kind, seed } from "./cpu_arbitraries.ts";
import {
  compare,
  type HostArray,
  referenceDevice,
  stockArray,
  stockKernel,
  type Tolerance,
} from "./cpu_helpers.ts";

const device = createCpuDevice();

type Quad = [number, number, number, number];
type Padding = "same" | "valid" | [number, number][];

/** One convolution, all its sizes. */
interface Case {
  x: Quad;
  filter: Quad;
  y: Quad;
  /** What the kernel is given, and what the composed form is. */
  attrs: { strides: [number, number]; dilations: [number, number]; groups: number; pad: Padding };
  settings: composed.Convolution;
  kind: Kind;
  seed: number;
}

const two = (low: number, high: number) =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }));
const padding: fc.Arbitrary<Padding> = fc.oneof(
  fc.constantFrom<Padding>("same", "valid"),
  fc.tuple(two(0, 3), two(0, 3)).map(([rows, columns]): Padding => [[0, 0], rows, columns, [0, 0]]),
);
const few = (usual: number, most: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: usual }) },
    { weight: 1, arbitrary: fc.integer({ min: usual, max: most }) },
  );

/** The case of these numbers; null when no window fits. */
function caseOf(
  images: number,
  size: [number, number],
  kernel: [number, number],
  channels: [number, number],
  attrs: Case["attrs"],
  kind: Kind,
  seed: number,
): Case | null {
  const { strides, dilations, groups, pad } = attrs;
  const x: Quad = [images, ...size, channels[0] * groups];
  const filter: Quad = [...kernel, channels[0], channels[1] * groups];
  const info = tf.backend_util.computeConv2DInfo(
    ...[x, [...kernel, x[3], filter[3]] as Quad, strides, dilations] as const,
    ...[pad as "same", "floor", false, "channelsLast"] as const,
  );
  const { top, bottom, left, right } = info.padInfo;
  const y = info.outShape as Quad;
  if (y[1] < 1 || y[2] < 1) return null;
  const settings: composed.Convolution = {
    strides,
    dilations,
    groups,
    padding: [[top, bottom], [left, right]],
  };
  return { x, filter, y, attrs, settings, kind, seed };
}

const present = (c: Case | null): c is Case => c !== null;
const kinds = fc.constantFrom<Kind>("integers", "reals", "infinities");
const any: fc.Arbitrary<Case> = fc.tuple(
  ...[
    fc.constantFrom(1, 1, 2, 3, 0),
    two(1, 12),
    fc.oneof(two(1, 5), fc.constantFrom<[number, number]>([1, 1], [3, 3], [7, 7])),
  ],
  ...[
    fc.tuple(few(6, 20), few(9, 26)),
    two(1, 3),
    two(1, 3),
    fc.constantFrom(1, 1, 1, 2, 3),
    padding,
    kinds,
    seed,
  ],
).map(([images, size, kernel, channels, strides, dilations, groups, pad, kind, seed]) =>
  caseOf(images, size, kernel, channels, { strides, dilations, groups, pad }, kind, seed)
).filter(present);

/** 3 × 3 at stride 1, at least 144 output pixels and 16 channels in fours: where Winograd's method is taken. */
const winograd: fc.Arbitrary<Case> = fc.tuple(
  ...[fc.integer({ min: 1, max: 2 }), two(12, 15), two(4, 6), padding, kinds, seed],
).map(([images, size, channels, pad, kind, seed]) =>
  caseOf(
    ...[
      images,
      size,
      [3, 3] as [number, number],
      [4 * channels[0], 4 * channels[1]] as [number, number],
    ] as const,
    ...[{ strides: [1, 1], dilations: [1, 1], groups: 1, pad } as Case["attrs"], kind, seed] as const,
  )
).filter(present);

/** Sums of integers are exact, others round with the root of their length. */
function tolerance({ kind, filter, y }: Case, pixels = false): Tolerance {
  if (kind !== "reals") return {};
  const products = pixels ? y[0] * y[1] * y[2] : filter[0] * filter[1] * Math.max(filter[2], filter[3]);
  return { rtol: 1e-6, atol: 1e-6 * (3 + Math.sqrt(products)) };
}

/** The three directions of a case. */
function forward(c: Case, bounds: Tolerance): void {
  const x = arrayOf(c.x, c.seed, c.kind), filter = arrayOf(c.filter, c.seed + 1, finite(c));
  compare(device, "Conv2D", { x, filter }, c.attrs, bounds, (inputs) => {
    const { x, filter } = inputs as unknown as Record<string, Storage>;
    return composed.convolution(referenceDevice, x, filter, undefined, c.settings) as tf.TensorInfo;
  });
}
function inputGradient(c: Case, bounds: Tolerance): void {
  // The composed form has zeros between dilated taps, which make NaN of infinities.
  const dilated = Math.max(...c.settings.dilations) > 1;
  const dy = arrayOf(c.y, c.seed, dilated ? finite(c) : c.kind);
  const filter = arrayOf(c.filter, c.seed + 1, finite(c));
  const attrs = { ...c.attrs, inputShape: c.x };
  compare(device, "Conv2DBackpropInput", { dy, filter }, attrs, bounds, (inputs) => {
    const { dy, filter } = inputs as unknown as Record<string, Storage>;
    return composed.convolutionInputGrad(referenceDevice, dy, filter, c.x, c.settings) as tf.TensorInfo;
  });
}
function filterGradient(c: Case, bounds: Tolerance, expected = composed.convolutionFilterGrad): void {
  const x = arrayOf(c.x, c.seed, c.kind), dy = arrayOf(c.y, c.seed + 1, finite(c));
  const attrs = { ...c.attrs, filterShape: c.filter };
  compare(device, "Conv2DBackpropFilter", { x, dy }, attrs, bounds, (inputs) => {
    const { x, dy } = inputs as unknown as Record<string, Storage>;
    return expected(referenceDevice, x, dy, c.filter, c.settings) as tf.TensorInfo;
  });
}
/** The same at stride 1, by the forward kernel, which is 50 times as fast: x's channels are images, dy is the filter. */
const byForward: typeof composed.convolutionFilterGrad = (device, x, dy, _, { padding }) => {
  const images = device.run("Transpose", { x }, { perm: [3, 1, 2, 0] });
  const filter = device.run("Transpose", { x: dy }, { perm: [1, 2, 0, 3] });
  const attrs = { strides: [1, 1], pad: [[0, 0], ...padding, [0, 0]], dilations: [1, 1], dataFormat: "NHWC" };
  return device.run("Transpose", { x: device.run("Conv2D", { x: images, filter }, attrs) }, {
    perm: [1, 2, 0, 3],
  });
};
const finite = ({ kind }: Case): Kind => kind === "infinities" ? "integers" : kind;

Deno.test("Conv2D agrees with TensorFlow.js", () => holds(any, (c) => forward(c, tolerance(c))));
Deno.test("Conv2DBackpropInput agrees with TensorFlow.js", () => {
  holds(any, (c) => inputGradient(c, tolerance(c)));
});
Deno.test("Conv2DBackpropFilter agrees with TensorFlow.js", () => {
  holds(any, (c) => filterGradient(c, tolerance(c, true)));
});

// Winograd's sums meet ∞ − ∞ where the plain ones meet ∞: what is not finite stays so, but may be NaN.
const open = { anyNonFinite: true };
Deno.test("Conv2D by Winograd's method agrees with TensorFlow.js", () => {
  holds(winograd, (c) => forward(c, { ...tolerance(c), ...open }));
});
Deno.test("Conv2DBackpropInput by Winograd's method agrees with TensorFlow.js", () => {
  holds(winograd, (c) => inputGradient(c, { ...tolerance(c), ...open }));
});
Deno.test("Conv2DBackpropFilter by Winograd's method agrees with TensorFlow.js", () => {
  // A pixel at the border, seen by some taps alone, would make NaN of their neighbours, too.
  holds(winograd, (c) => filterGradient({ ...c, kind: finite(c) }, tolerance(c, true), byForward));
});

Deno.test("FusedConv2D agrees with TensorFlow.js", () => {
  const activations = fc.constantFrom("linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu");
  const plain = fc.oneof({ weight: 9, arbitrary: any }, { weight: 1, arbitrary: winograd })
    .filter(({ attrs }) => attrs.groups === 1);
  holds(fc.tuple(plain, activations, fc.boolean()), ([c, activation, biased]) => {
    const x = arrayOf(c.x, c.seed, finite(c)), filter = arrayOf(c.filter, c.seed + 1, finite(c));
    const bias = biased ? arrayOf([c.filter[3]], c.seed + 2) : undefined;
    const attrs = { ...c.attrs, activation, leakyreluAlpha: 0.2, dataFormat: "NHWC" };
    compare(device, "FusedConv2D", { x, filter, bias }, attrs, { rtol: 2e-6, atol: 3e-5 });
  });
});

/** A pooling: its input, the shape of its output, its attributes. */
const pooling = fc.tuple(
  ...[fc.constantFrom(1, 1, 2, 3, 0), two(1, 14), few(6, 40), two(1, 4), two(1, 4), padding],
  ...[fc.constantFrom<Kind>("integers", "reals"), seed],
).map(([images, size, channels, filterSize, strides, pad, kind, seed]) => {
  const shape: Quad = [images, ...size, channels];
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad as "same", "floor");
  return { shape, info, attrs: { filterSize, strides, pad, dimRoundingMode: "floor" }, kind, seed };
}).filter(({ info: { outHeight, outWidth, padInfo, filterHeight, filterWidth } }) =>
  // As in PyTorch, every window sees some pixel.
  outHeight > 0 && outWidth > 0 && Math.max(padInfo.top, padInfo.bottom) < filterHeight &&
  Math.max(padInfo.left, padInfo.right) < filterWidth
);

for (const kernel of ["MaxPool", "AvgPool"]) {
  Deno.test(`${kernel} agrees with TensorFlow.js`, () => {
    holds(pooling, ({ shape, attrs, kind, seed }) => {
      compare(device, kernel, { x: arrayOf(shape, seed, kind) }, attrs, kernel === "MaxPool" ? 0 : 1e-6);
    });
  });
}

Deno.test("MaxPoolGrad agrees with TensorFlow.js, ties included", () => {
  holds(pooling, ({ shape, attrs, info, kind, seed }) => {
    const input = arrayOf(shape, seed, kind), dy = arrayOf(info.outShape, seed + 1, kind);
    const output = compare(device, "MaxPool", { x: input }, attrs, 0);
    compare(device, "MaxPoolGrad", { dy, input, output }, attrs, 1e-6);
  });
});

Deno.test("AvgPoolGrad is TensorFlow.js' with each window divided by the pixels that it sees", () => {
  // TensorFlow.js divides by the window's size, even at a border where its forward pass does not.
  holds(pooling, ({ shape, attrs, info, kind, seed }) => {
    const dy = arrayOf(info.outShape, seed + 1, kind), input = arrayOf(shape, seed, kind);
    const seen = (i: number, stride: number, before: number, window: number, length: number) =>
      Math.min(length, i * stride - before + window) - Math.max(0, i * stride - before);
    const [, rows, columns, channels] = info.outShape, { padInfo, filterHeight, filterWidth } = info;
    const values = (dy.values as Float32Array).map((value, i) => {
      const column = Math.floor(i / channels) % columns, row = Math.floor(i / channels / columns) % rows;
      const pixels = seen(row, info.strideHeight, padInfo.top, filterHeight, info.inHeight) *
        seen(column, info.strideWidth, padInfo.left, filterWidth, info.inWidth);
      return value * filterHeight * filterWidth / pixels;
    });
    compare(device, "AvgPoolGrad", { dy, input }, attrs, 2e-6, (inputs) => {
      const scaled = stockArray({ ...dy, values });
      return stockKernel("AvgPoolGrad", { dy: scaled, input: inputs.input }, attrs);
    });
  });
});

Deno.test("a maximum is NaN when its window sees one, as in PyTorch; TensorFlow.js leaves NaN out", () => {
  holds(pooling, ({ shape, attrs, seed }) => {
    const x = arrayOf(shape, seed, "infinities") as HostArray & { values: Float32Array };
    const upload = (values: Float32Array) => device.upload(values, shape, "float32");
    const run = (storage: Storage) => {
      const y = device.run("MaxPool", { x: storage }, attrs);
      const values = device.backend.readSync(y.dataId) as Float32Array;
      [y, storage].forEach((storage) => device.free(storage));
      return values;
    };
    const got = run(upload(x.values)),
      most = run(upload(x.values.map((v) => Number.isNaN(v) ? Infinity : v)));
    const marks = run(upload(x.values.map((v) => Number.isNaN(v) ? 1 : 0)));
    assertEquals([...got], [...most].map((value, i) => marks[i] === 1 ? NaN : value));
  });
});
