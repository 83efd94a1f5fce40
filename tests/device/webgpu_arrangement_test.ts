import { Draw } from "./helpers.ts";
import { assertLikeCpu, floats, type Host, integers, onGpu } from "./hosts.ts";

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
