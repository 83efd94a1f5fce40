/**
 * Properties of products of matrices, of convolutions, and of pooling.
 *
 * @module
 */
import fc from "fast-check";
import type { Averaging, Convolution, Pooling } from "../../../lib/device/geometry.ts";
import { convolutionSizes, pooledShape } from "../../../lib/device/geometry.ts";
import { Reference } from "../../../lib/device/reference/kernels.ts";
import { arrayOf, given, inputOf, inputs, type Kind, lengths } from "./arbitraries.ts";
import { type Case, EXACT, type Input, makeCase, sumOf, type Tolerance } from "./case.ts";

const KINDS: Kind[] = ["integers", "reals"];
const sums = { kinds: KINDS };
const infinite = { kinds: [...KINDS, "infinities"] satisfies Kind[] };

/** Leading dimensions that broadcast. */
const batches = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }).chain((batch) => {
  const cut = fc.tuple(fc.nat(batch.length), fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }))
    .map(([from, ones]) => batch.map((n, d) => ones[d] ? 1 : n).slice(from));
  return fc.tuple(cut, cut);
});
const sides = lengths.map((n) => n > 300 ? 300 : n);

/** Of int32, kinds other than "integers" reach the edges of what it holds: products and sums wrap. */
const ofIntegers = { kinds: KINDS, dtypes: ["int32"] as const };

const matmul = given(
  fc.tuple(batches, sides, sides, sides)
    .map(([batch, m, n, k]) =>
      m * n * k > 100_000 ? { batch, m: Math.min(m, 9), n: Math.min(n, 9), k } : { batch, m, n, k }
    ),
  ({ batch: [a, b], m, n, k }) =>
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.tuple(
          inputs([...a, m, k], { kinds: [...KINDS, "infinities"] }),
          inputs([...b, k, n], sums),
        ),
      },
      { weight: 1, arbitrary: fc.tuple(inputs([...a, m, k], ofIntegers), inputs([...b, k, n], ofIntegers)) },
    ),
).map(({ a: { k: terms }, b }) => makeCase(b, (k, [a, b]) => [k.matmul(a, b)], sumOf(terms)));

const linear = given(
  fc.tuple(sides, sides, sides).map(([rows, from, to]) =>
    rows * from * to > 100_000 ? [Math.min(rows, 9), from, Math.min(to, 9)] : [rows, from, to]
  ),
  ([rows, from, to]) =>
    fc.tuple(inputs([rows, from], infinite), inputs([to, from], infinite), inputs([to], infinite)),
).map(({ a: [, terms], b }) => makeCase(b, (k, [x, w, bias]) => [k.linear(x, w, bias)], sumOf(terms + 1)));

const linearWeightBiasGrad = given(
  fc.tuple(sides, sides, sides).map(([rows, from, to]) =>
    rows * from * to > 100_000 ? [rows, Math.min(from, 9), Math.min(to, 9)] : [rows, from, to]
  ),
  ([rows, from, to]) => fc.tuple(inputs([rows, to], infinite), inputs([rows, from], infinite)),
).map(({ a: [terms], b }) => makeCase(b, (k, [dy, x]) => k.linearWeightBiasGrad(dy, x), sumOf(terms)));

const upTo = (max: number) => fc.integer({ min: 1, max });
const pair = (one: fc.Arbitrary<number>) => fc.tuple(one, one);

/** A convolution's sizes: x, w, and the settings. */
interface Sizes {
  readonly x: number[];
  readonly w: number[];
  readonly settings: Convolution;
}

const odd: fc.Arbitrary<Sizes> = fc.record({
  images: fc.nat(3),
  groups: upTo(3),
  channels: upTo(4),
  outputs: upTo(5),
  image: pair(fc.nat(11)),
  kernel: pair(upTo(4)),
  strides: pair(upTo(3)),
  padding: pair(fc.nat(3)),
  dilations: pair(upTo(3)),
}).map(({ images, groups, channels, outputs, image, kernel, ...settings }) => ({
  x: [images, groups * channels, ...image],
  w: [groups * outputs, channels, ...kernel],
  settings: { ...settings, groups },
}));

/** What networks are made of: square kernels, equal strides, many channels. */
const usual: fc.Arbitrary<Sizes> = fc.record({
  images: upTo(2),
  channels: fc.constantFrom(1, 3, 4, 8, 16, 32, 33),
  outputs: fc.constantFrom(1, 4, 8, 16, 17, 32),
  size: upTo(16),
  kernel: fc.constantFrom(1, 3, 3, 3, 5),
  stride: upTo(2),
  grouped: fc.boolean(),
}).map(({ images, channels, outputs, size, kernel, stride, grouped }) => {
  const groups = grouped ? channels : 1;
  return {
    x: [images, channels, size, size],
    w: grouped ? [channels, 1, kernel, kernel] : [outputs, channels, kernel, kernel],
    settings: {
      strides: [stride, stride],
      padding: [kernel >> 1, kernel >> 1],
      dilations: [1, 1],
      groups,
    },
  };
});

const convolutions = fc.oneof({ weight: 3, arbitrary: odd }, { weight: 2, arbitrary: usual });

/**
 * Winograd's algorithm for 3 × 3 filters adds and subtracts numbers before it multiplies, up to 10 times larger than their
 * products (A. Lavin, S. Gray, "Fast algorithms for convolutional neural networks", 2016), so the bound has that factor, and an
 * absolute part, where the terms themselves are zeros.
 */
export function windowSum(n: number): Tolerance {
  return sumOf(n, { roundings: 10 * (8 + 2 * Math.sqrt(n)), absolute: 2e-5 });
}

/** The shape of a convolution's result. */
function convolved({ x, w, settings }: Sizes): number[] {
  const s = convolutionSizes(x, w, settings);
  return [s.images, s.outChannels, s.outHeight, s.outWidth];
}

const taps = ({ w }: Sizes) => w[1] * w[2] * w[3];

const conv2d = given(
  convolutions,
  ({ x, w }) => fc.tuple(inputs(x, infinite), inputs(w, infinite), inputs([w[0]], sums), fc.boolean()),
)
  .map(({ a: sizes, b: [x, w, bias, biased] }) => {
    const { settings } = sizes;
    return biased
      ? makeCase([x, w, bias], (k, [x, w, b]) => [k.conv2d(x, w, b, settings)], windowSum(taps(sizes)), {
        settings,
      })
      : makeCase([x, w], (k, [x, w]) => [k.conv2d(x, w, null, settings)], windowSum(taps(sizes)), {
        settings,
      });
  });

const conv2dInputGrad = given(
  convolutions,
  // PyTorch leaves out windows that there are not; a device may take them for zeros, and 0 · ∞ is NaN.
  (sizes) => fc.tuple(inputs(convolved(sizes), infinite), inputs(sizes.w, sums)),
)
  .map(({ a: sizes, b }) => {
    const { x: shape, settings } = sizes;
    const terms = taps(sizes) * sizes.w[0] / settings.groups;
    return makeCase(b, (k, [dy, w]) => [k.conv2dInputGrad(dy, w, shape, settings)], windowSum(terms), {
      settings: { shape, ...settings },
    });
  });

/** What filters' gradients are made of. */
const seenAndGiven = given(
  convolutions,
  (sizes) => fc.tuple(inputs(sizes.x, infinite), inputs(convolved(sizes), infinite)),
);

const conv2dFilterGrad = seenAndGiven.map(({ a: sizes, b }) => {
  const { w: shape, settings } = sizes;
  const [images, , height, width] = convolved(sizes);
  return makeCase(
    b,
    (k, [x, dy]) => [k.conv2dFilterGrad(x, dy, shape, settings)],
    windowSum(images * height * width),
    { settings: { shape, ...settings } },
  );
});

const conv2dFilterBiasGrad = seenAndGiven.map(({ a: sizes, b }) => {
  const { w: shape, settings } = sizes;
  const [images, , height, width] = convolved(sizes);
  return makeCase(
    b,
    (k, [x, dy]) => k.conv2dFilterBiasGrad(x, dy, shape, settings),
    windowSum(images * height * width),
    { settings: { shape, ...settings } },
  );
});

/** Images and a window; seldom a padding that is too large. */
const poolings = given(
  fc.record({
    images: fc.nat(2),
    channels: fc.nat(5),
    image: pair(upTo(24)),
    kernel: pair(upTo(4)),
    strides: pair(upTo(3)),
    ceil: fc.boolean(),
    wrong: fc.nat(20),
  }),
  ({ kernel, wrong }) => fc.tuple(...kernel.map((k) => wrong === 0 ? fc.constant(k) : fc.nat(k >> 1))),
).map(({ a: { images, channels, image, kernel, strides, ceil }, b }) => ({
  x: [images, channels, ...image],
  settings: { kernel, strides, padding: [b[0], b[1]], ceil } satisfies Pooling as Pooling,
}));

/** Windows of a maximum may have gaps. */
const maxima = fc.tuple(poolings, fc.oneof(fc.constant<[number, number]>([1, 1]), pair(upTo(3))))
  .map(([{ x, settings }, dilations]) => ({ x, settings: { ...settings, dilations } }));

/** Means of all of a window or of what lies inside, and sums divided by a number. */
const averages = fc.tuple(poolings, fc.constantFrom("padded" as const, "inside" as const, 3, 5))
  .map(([{ x, settings }, divisor]) => ({ x, settings: { ...settings, divisor } satisfies Averaging }));

/** Few different numbers, so that windows have several that are largest. */
const choices = { kinds: ["integers", "specials"] satisfies Kind[] };
const windowed = ({ kernel }: Pooling) => sumOf(kernel[0] * kernel[1], { relative: 2 ** -22 });

const maxPool2d = given(maxima, ({ x }) => inputs(x, choices)).map(({ a: { settings }, b: x }) =>
  makeCase([x], (k, [x]) => k.maxPool2d(x, settings), EXACT, { settings })
);

const reference = new Reference();

/** Images, and where the largest of their windows stand. */
const pooled = given(maxima, ({ x }) => inputs(x, choices)).chain(({ a: { x: shape, settings }, b: x }) => {
  const seen = x.dims === null ? x.memory : reference.permute(x.memory, x.dims);
  const fits = settings.padding.every((n, i) => 2 * n <= settings.kernel[i]);
  const places: Input = {
    memory: fits
      ? reference.maxPool2d(seen, settings)[1]
      : arrayOf(pooledShape(shape, settings), 1, "integers", "int32"),
    dims: null,
  };
  return fc.record({ dy: inputs(places.memory.shape, sums), u: inputs(shape, choices) })
    .map((arrays) => ({ ...arrays, places, shape, settings }));
});

const maxPool2dGrad = pooled.map(({ dy, places, shape, settings }) =>
  makeCase(
    [dy, places],
    (k, [dy, places]) => [k.maxPool2dGrad(dy, places, shape, settings)],
    windowed(settings),
    { settings: { shape, ...settings }, consistent: true },
  )
);

const maxPool2dPick = pooled.map(({ u, places, settings }) =>
  makeCase([u, places], (k, [u, places]) => [k.maxPool2dPick(u, places, settings)], EXACT, {
    settings,
    consistent: true,
  })
);

const avgPool2d = given(averages, ({ x }) => inputs(x, { kinds: ["integers", "reals", "infinities"] }))
  .map(({ a: { settings }, b: x }) =>
    makeCase([x], (k, [x]) => [k.avgPool2d(x, settings)], windowed(settings), { settings })
  );

const avgPool2dGrad = given(averages, ({ x, settings }) => inputs(pooledShape(x, settings), sums))
  .map(({ a: { x: shape, settings }, b: dy }) =>
    makeCase([dy], (k, [dy]) => [k.avgPool2dGrad(dy, shape, settings)], windowed(settings), {
      settings: { shape, ...settings },
    })
  );

export const products = {
  matmul,
  linear,
  linearWeightBiasGrad,
  conv2d,
  conv2dInputGrad,
  conv2dFilterGrad,
  conv2dFilterBiasGrad,
};
export const pooling = { maxPool2d, maxPool2dGrad, maxPool2dPick, avgPool2d, avgPool2dGrad };

function largeProduct(m: number, inner: number, n: number): Case {
  return makeCase(
    [inputOf([m, inner], null, 1, "reals"), inputOf([inner, n], null, 2, "reals")],
    (k, [a, b]) => [k.matmul(a, b)],
    sumOf(inner),
  );
}

const LARGE: Sizes = {
  x: [3, 32, 27, 29],
  w: [24, 32, 3, 3],
  settings: { strides: [1, 1], padding: [1, 1], dilations: [1, 1], groups: 1 },
};
const LONG: Sizes = { ...LARGE, x: [16, 3, 64, 61], w: [7, 3, 3, 3] };

function largeFilterGrad(sizes: Sizes): Case {
  const { x, w, settings } = sizes, shape = convolved(sizes);
  return makeCase(
    [inputOf(x, null, 1, "reals"), inputOf(shape, null, 2, "reals")],
    (k, [x, dy]) => k.conv2dFilterBiasGrad(x, dy, w, settings),
    windowSum(shape[0] * shape[2] * shape[3]),
    { settings },
  );
}

/** By method. */
export const largeProducts: Record<string, () => Case[]> = {
  matmul: () => [largeProduct(129, 513, 257), largeProduct(1, 100_003, 3), largeProduct(7, 65_537, 1)],
  linear: () => [
    makeCase(
      [
        inputOf([65, 1025], null, 1, "reals"),
        inputOf([130, 1025], null, 2, "reals"),
        inputOf([130], null, 3, "reals"),
      ],
      (k, [x, w, b]) => [k.linear(x, w, b)],
      sumOf(1026),
    ),
  ],
  conv2d: () =>
    [LARGE, LONG].map((sizes) =>
      makeCase(
        [inputOf(sizes.x, null, 1, "reals"), inputOf(sizes.w, null, 2, "reals")],
        (k, [x, w]) => [k.conv2d(x, w, null, sizes.settings)],
        windowSum(taps(sizes)),
        { settings: sizes.settings },
      )
    ),
  conv2dInputGrad: () =>
    [LARGE, LONG].map((sizes) =>
      makeCase(
        [inputOf(convolved(sizes), null, 1, "reals"), inputOf(sizes.w, null, 2, "reals")],
        (k, [dy, w]) => [k.conv2dInputGrad(dy, w, sizes.x, sizes.settings)],
        windowSum(9 * sizes.w[0]),
        { settings: sizes.settings },
      )
    ),
  conv2dFilterBiasGrad: () => [largeFilterGrad(LARGE), largeFilterGrad(LONG)],
};
