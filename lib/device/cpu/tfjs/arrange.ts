/**
 * TensorFlow.js' kernels that move elements.
 *
 * @module
 */
import { backend_util, slice_util, util } from "@tensorflow/tfjs-core";
import { sizeOf, stepsOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { concat, pad, slice, transpose } from "../kernels/arrange.ts";
import { stridedPart } from "../../strided_slice.ts";
import { copyBox } from "../kernels/box.ts";
import { room } from "../kernels/unary.ts";
import type { Adapter, Adapters, Call } from "./adapter.ts";

/** What `compute` makes of the input x, if its dtype is one of ours. */
const ofX = (compute: (call: Call, x: Storage) => Storage | Storage[]): Adapter => (call) => {
  const x = call.input("x");
  return x === null ? null : compute(call, x);
};

const ones = (x: Storage): number[] => x.shape.map(() => 1);

function sliced({ engine, attrs }: Call, x: Storage): Storage {
  const [begin, size] = slice_util.parseSliceParams(x, attrs.begin as number[], attrs.size as number[]);
  slice_util.assertParamsValid(x, begin, size);
  return slice(engine, x, begin, size, ones(x));
}

function stridedSlice({ engine, attrs }: Call, x: Storage): Storage {
  const { begin, size, strides, shape } = stridedPart(x.shape, attrs);
  const part = slice(engine, x, begin, size, strides);
  part.shape = shape;
  return part;
}

function reverse({ engine, attrs }: Call, x: Storage): Storage {
  const axes = util.parseAxisParam(attrs.dims as number[], x.shape);
  const begin = x.shape.map((length, d) => axes.includes(d) ? length - 1 : 0);
  return slice(engine, x, begin, x.shape, x.shape.map((_, d) => axes.includes(d) ? -1 : 1));
}

function splitV({ engine, attrs }: Call, x: Storage): Storage[] {
  const [axis] = util.parseAxisParam(attrs.axis as number, x.shape), begin = x.shape.map(() => 0);
  const lengths = backend_util.prepareSplitSize(x, attrs.numOrSizeSplits as number[] | number, axis);
  return lengths.map((length) => {
    const part = slice(engine, x, begin, x.shape.with(axis, length), ones(x));
    begin[axis] += length;
    return part;
  });
}

const concatenated: Adapter = ({ engine, attrs, list }) => {
  const all = list();
  if (all === null || all.length === 0 || all.some((x) => x.dtype !== all[0].dtype)) return null;
  const shapes = all.map((x) => x.shape), [axis] = util.parseAxisParam(attrs.axis as number, shapes[0]);
  backend_util.assertParamsConsistent(shapes, axis);
  return concat(engine, all, backend_util.computeOutShape(shapes, axis), axis);
};

/** The whole array again and again: each dimension becomes two, of which the outer one goes nowhere in the source. */
function tile({ engine, attrs }: Call, x: Storage): Storage {
  const reps = attrs.reps as number[], shape = x.shape.map((length, i) => length * reps[i]);
  const out = room(engine, sizeOf(shape), shape, x.dtype),
    steps = stepsOf(x.shape),
    outSteps = stepsOf(shape);
  const dimensions = x.shape.flatMap((length, i) => [
    { length: reps[i], from: 0, to: outSteps[i] * length },
    { length, from: steps[i], to: outSteps[i] },
  ]);
  copyBox(engine, x, 0, out, 0, dimensions);
  return out;
}

/** Runs of elements by their indices: [batch, outer, picks, run] out of [batch, outer, length, run]. */
const gathered: Adapter = ({ engine, input, attrs }) => {
  const x = input("x"), indices = input("indices");
  if (x === null || indices === null) return null;
  const [axis] = util.parseAxisParam(attrs.axis as number, x.shape), length = x.shape[axis];
  const list = engine.block(indices).view();
  for (const index of list) {
    if (index >= 0 && index < length) continue;
    throw new RangeError(`GatherV2: the index value ${index} is not in [0, ${length - 1}]`);
  }
  const { batchSize, outerSize, sliceSize, outputShape } = backend_util.segment_util.collectGatherOpShapeInfo(
    x,
    indices,
    axis,
    Number(attrs.batchDims ?? 0),
  );
  const out = room(engine, sizeOf(outputShape), outputShape, x.dtype), to = engine.block(out).view();
  const from = engine.block(x).view(), picks = list.length / batchSize;
  for (let row = 0, at = 0; row < batchSize * outerSize; row++) {
    const first = Math.floor(row / outerSize) * picks;
    for (let i = first; i < first + picks; i++, at += sliceSize) {
      const start = (row * length + list[i]) * sliceSize;
      to.set(from.subarray(start, start + sliceSize), at);
    }
  }
  return out;
};

/** This file's kernels. */
export const arrangements: Adapters = {
  Transpose: ofX(({ engine, attrs }, x) => {
    const perm = attrs.perm as number[];
    return perm.every((axis, i) => axis === i) ? x : transpose(engine, x, perm);
  }),
  Slice: ofX(sliced),
  StridedSlice: ofX(stridedSlice),
  Reverse: ofX(reverse),
  SplitV: ofX(splitV),
  PadV2: ofX(({ engine, attrs }, x) =>
    pad(engine, x, attrs.paddings as [number, number][], Number(attrs.constantValue ?? 0))
  ),
  Concat: concatenated,
  Tile: ofX(tile),
  GatherV2: gathered,
};
