/** Whatever the shapes, the CPU device reduces and moves elements as TensorFlow.js' own kernels do. */
import fc from "fast-check";
import { createCpuDevice } from "../../lib/device/cpu/mod.ts";
import { arrayOf, arrays, dtype, finite, holds, kind, length, seed, shapes } from "./cpu_arbitraries.ts";
import { compare, size } from "./cpu_helpers.ts";

const device = createCpuDevice();

/** For every dimension of the shape one value. */
function each<T>(shape: number[], value: (n: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.tuple(...shape.map(value)) as unknown as fc.Arbitrary<T[]>;
}

/** An array, some of its dimensions (an empty list too), and whether these are kept as 1. */
const reductions = (kinds: typeof kind) =>
  arrays(shapes(), kinds, dtype).chain((x) =>
    fc.tuple(
      fc.constant(x),
      fc.subarray(x.shape.map((_, d) => counted(d, x.shape.length))),
      fc.boolean(),
    )
  );

/** Every second dimension is counted from the end. */
const counted = (d: number, rank: number) => d % 2 ? d - rank : d;

for (const kernel of ["Sum", "Mean"]) {
  Deno.test(`${kernel} over any dimensions agrees with TensorFlow.js`, () => {
    holds(reductions(finite), ([x, axis, keepDims]) => {
      // TensorFlow.js adds in float64, ours in float32 inside small blocks: some rounding of the largest partial sum.
      const atol = 3e-6 * (kernel === "Sum" ? Math.sqrt(size(x.shape)) : 1);
      compare(device, kernel, { x }, { axis, keepDims }, { rtol: 1e-6, atol });
    });
  });
}

for (const [kernel, name] of [["Max", "reductionIndices"], ["Min", "axis"]]) {
  Deno.test(`${kernel} over any dimensions agrees with TensorFlow.js, NaN included`, () => {
    holds(reductions(kind), ([x, axis, keepDims]) => {
      compare(device, kernel, { x }, { [name]: axis, keepDims }, 0);
    });
  });
}

Deno.test("a sum with infinities and NaN is what TensorFlow.js' is", () => {
  const values = fc.array(fc.constantFrom(0, 1, -2, NaN, Infinity, -Infinity), {
    minLength: 1,
    maxLength: 300,
  });
  holds(fc.tuple(values, fc.boolean()), ([list, column]) => {
    const values = Float32Array.from(list), shape = column ? [list.length, 1] : [1, list.length];
    compare(device, "Sum", { x: { shape, values, dtype: "float32" } }, { axis: [column ? 0 : 1] }, 0);
  });
});

Deno.test("Transpose agrees with TensorFlow.js", () => {
  const cases = arrays(shapes(), kind, dtype).chain((x) => {
    const axes = x.shape.map((_, d) => d);
    return fc.tuple(fc.constant(x), fc.shuffledSubarray(axes, { minLength: axes.length }));
  });
  holds(cases, ([x, perm]) => void compare(device, "Transpose", { x }, { perm }, 0));
});

Deno.test("Slice agrees with TensorFlow.js", () => {
  const cases = arrays(shapes(), kind, dtype).chain((x) =>
    fc.tuple(
      fc.constant(x),
      each(x.shape, (n) =>
        fc.nat(n).chain((begin) =>
          fc.tuple(fc.constant(begin), fc.integer({ min: -1, max: n - begin }))
        )),
    )
  );
  holds(cases, ([x, parts]) => {
    compare(device, "Slice", { x }, { begin: parts.map(([b]) => b), size: parts.map(([, n]) => n) }, 0);
  });
});

Deno.test("PadV2 agrees with TensorFlow.js", () => {
  const cases = arrays(shapes({ most: 1000 }), kind, dtype).chain((x) =>
    fc.tuple(
      fc.constant(x),
      each(x.shape, () => fc.tuple(fc.nat(2), fc.nat(2))),
      fc.constantFrom(0, 1, -3),
    )
  );
  holds(cases, ([x, paddings, constantValue]) => {
    compare(device, "PadV2", { x }, { paddings, constantValue: x.dtype === "bool" ? 0 : constantValue }, 0);
  });
});

Deno.test("Concat agrees with TensorFlow.js", () => {
  const cases = fc.tuple(
    shapes({ minLength: 1 }),
    fc.nat(5),
    fc.array(length, { minLength: 1, maxLength: 4 }),
    seed,
    dtype,
  );
  holds(cases, ([shape, dimension, lengths, seed, dtype]) => {
    const axis = dimension % shape.length;
    const parts = lengths.map((n, i) =>
      arrayOf(shape.map((m, d) => size(shape) > 10_000 ? m : d === axis ? n : m), seed + i, "specials", dtype)
    );
    compare(device, "Concat", parts, { axis: seed % 2 ? axis : axis - shape.length }, 0);
  });
});

Deno.test("Tile agrees with TensorFlow.js", () => {
  const cases = arrays(shapes({ most: 300, large: 0 }), kind, dtype).chain((x) =>
    fc.tuple(
      fc.constant(x),
      each(x.shape, (n) => n === 1 ? fc.integer({ min: 1, max: 5 }) : fc.constantFrom(1, 1, 2, 3)),
    )
  );
  holds(cases, ([x, reps]) => void compare(device, "Tile", { x }, { reps }, 0));
});

Deno.test("StridedSlice agrees with TensorFlow.js", () => {
  // From the first to the last, for TensorFlow.js itself fails when there is nothing between them.
  const range = (n: number) =>
    fc.tuple(fc.nat(n - 1), fc.nat(n - 1), fc.constantFrom(1, 2, 3, -1, -2), fc.constantFrom(0, n)).map(
      ([a, b, step, back]) => {
        const [low, high] = [Math.min(a, b) - back, Math.max(a, b) - back];
        return step > 0 ? [low, high, step] : [high, low, step];
      },
    );
  const mask = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(63) });
  const cases = arrays(shapes({ minLength: 1 }), kind, dtype).filter((x) => size(x.shape) > 0).chain((x) =>
    fc.tuple(fc.constant(x), each(x.shape, range), mask, mask, mask)
  );
  holds(cases, ([x, ranges, beginMask, endMask, mask]) => {
    const [begin, end, strides] = [0, 1, 2].map((part) => ranges.map((range) => range[part]));
    // TensorFlow.js takes the wrong elements when one dimension is a single index and another has a step.
    const shrinkAxisMask = strides.every((step) => step === 1) ? mask : 0;
    const masks = { beginMask, endMask, shrinkAxisMask, newAxisMask: 0, ellipsisMask: 0 };
    compare(device, "StridedSlice", { x }, { begin, end, strides, ...masks }, 0);
  });
});

Deno.test("Reverse agrees with TensorFlow.js", () => {
  const cases = arrays(shapes({ minLength: 1 }), kind, dtype).chain((x) =>
    fc.tuple(fc.constant(x), fc.subarray(x.shape.map((_, d) => counted(d, x.shape.length))))
  );
  holds(cases, ([x, dims]) => void compare(device, "Reverse", { x }, { dims }, 0));
});

Deno.test("SplitV agrees with TensorFlow.js", () => {
  const cases = arrays(shapes({ minLength: 1 }), kind, dtype).chain((x) =>
    fc.nat(x.shape.length - 1).chain((axis) =>
      fc.tuple(fc.constant(x), fc.constant(axis), fc.array(fc.nat(x.shape[axis]), { maxLength: 4 }))
    )
  );
  holds(cases, ([x, axis, cuts]) => {
    const places = [0, ...cuts.sort((a, b) => a - b), x.shape[axis]];
    const numOrSizeSplits = places.slice(1).map((place, i) => place - places[i]);
    compare(device, "SplitV", { x }, { numOrSizeSplits, axis }, 0);
  });
});

Deno.test("GatherV2 agrees with TensorFlow.js", () => {
  const cases = arrays(shapes({ minLength: 1, large: 0 }), kind, dtype).filter((x) => size(x.shape) > 0)
    .chain((x) =>
      fc.nat(x.shape.length - 1).chain((axis) =>
        fc.tuple(
          ...[fc.constant(x), fc.constant(axis), fc.nat(Math.min(axis, 2)), seed],
          fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
        )
      )
    );
  holds(cases, ([x, axis, batchDims, seed, more]) => {
    const shape = [...x.shape.slice(0, batchDims), ...more],
      numbers = arrayOf(shape, seed, "integers", "int32");
    const values = (numbers.values as Int32Array).map((value) => (value + 9) % x.shape[axis]);
    compare(device, "GatherV2", { x, indices: { ...numbers, values } }, { axis, batchDims }, 0);
  });
});

for (const kernel of ["ArgMax", "ArgMin"]) {
  Deno.test(`${kernel} agrees with TensorFlow.js`, () => {
    const cases = arrays(shapes({ minLength: 1 }), kind, dtype).filter((x) => size(x.shape) > 0)
      .chain((x) => fc.tuple(fc.constant(x), fc.integer({ min: -x.shape.length, max: x.shape.length - 1 })));
    holds(cases, ([x, axis]) => void compare(device, kernel, { x }, { axis }, 0));
  });
}
