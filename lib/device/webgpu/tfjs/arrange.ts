/**
 * TensorFlow.js' kernels that move elements. Its Transpose gives shaders that do not compile where sizes of 1 meet three and more
 * dimensions, its PadV2 none from five on, and its GatherV2 carries indices through float32, which loses those beyond 2²⁴.
 *
 * @module
 */
import { backend_util, slice_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { sizeOf, stepsOf } from "../../shape.ts";
import { Storage } from "../../storage.ts";
import { copyAlong, expand, pad, permute, slice } from "../kernels/arrange.ts";
import { stridedPart } from "../../strided_slice.ts";
import { gather } from "../kernels/indexing.ts";
import type { Walk } from "../kernels/swap.ts";
import { adapt, type Call, numberOf, storageOf } from "./adapter.ts";

/** What `compute` makes of the input x, if its dtype is one of ours. */
const ofX = (compute: (call: Call, x: Storage) => Storage) => (call: Call): Storage | null => {
  const x = storageOf(call, "x");
  return x === null ? null : compute(call, x);
};

function stridedSlice({ gpu, attrs }: Call, x: Storage): Storage {
  const { begin, size, strides, shape } = stridedPart(x.shape, attrs);
  const steps = stepsOf(x.shape);
  const start = begin.reduce((sum, value, d) => sum + value * steps[d], 0);
  const walks = size.map((n, d): Walk => [n, steps[d] * strides[d]]);
  return copyAlong(gpu, x, shape, walks, sizeOf(size) === 0 ? 0 : start);
}

function reverse({ gpu, attrs }: Call, x: Storage): Storage {
  const dims = util.parseAxisParam(attrs.dims as number[], x.shape);
  const begin = x.shape.map((size, d) => dims.includes(d) ? size - 1 : 0);
  return slice(gpu, x, { begin, size: x.shape, step: x.shape.map((_, d) => dims.includes(d) ? -1 : 1) });
}

function tile({ gpu, attrs }: Call, x: Storage): Storage {
  const reps = attrs.reps as number[], steps = stepsOf(x.shape);
  const walks = x.shape.flatMap((size, d): Walk[] => [[reps[d], 0], [size, steps[d]]]);
  return copyAlong(gpu, x, x.shape.map((size, d) => size * reps[d]), walks, 0);
}

/** [batch, outer, picks, slice] out of [batch, outer, dim, slice]. An index out of range gives 0. */
function gatherV2(call: Call): Storage | null {
  const x = storageOf(call, "x"), indices = storageOf(call, "indices");
  if (x === null || indices?.dtype !== "int32") return null;
  const [axis] = util.parseAxisParam(numberOf(call, "axis"), x.shape);
  const info = backend_util.segment_util.collectGatherOpShapeInfo(
    x,
    indices,
    axis,
    numberOf(call, "batchDims"),
  );
  const { batchSize, outerSize, dimSize, sliceSize } = info;
  const picks = batchSize === 0 ? 0 : sizeOf(indices.shape) / batchSize;
  const index = new Storage(indices.dataId, [batchSize, 1, picks, 1], "int32");
  const wide = expand(call.gpu, index, [batchSize, outerSize, picks, sliceSize]);
  const values = new Storage(x.dataId, [batchSize, outerSize, dimSize, sliceSize], x.dtype);
  return call.gpu.share(gather(call.gpu, values, wide, 2, false), info.outputShape);
}

/** Registers the kernels. */
export function adaptArrangement(): void {
  adapt("Transpose", ofX(({ gpu, attrs }, x) => permute(gpu, x, attrs.perm as number[])));
  adapt("StridedSlice", ofX(stridedSlice));
  adapt("Reverse", ofX(reverse));
  adapt("Tile", ofX(tile));
  adapt("GatherV2", gatherV2);
  adapt(
    "Slice",
    ofX(({ gpu, attrs }, x) => {
      const info: TensorInfo = x;
      const [begin, size] = slice_util.parseSliceParams(
        info,
        attrs.begin as number[],
        attrs.size as number[],
      );
      slice_util.assertParamsValid(info, begin, size);
      return slice(gpu, x, { begin, size, step: x.shape.map(() => 1) });
    }),
  );
  adapt(
    "PadV2",
    ofX((call, x) =>
      pad(call.gpu, x, call.attrs.paddings as [number, number][], numberOf(call, "constantValue"))
    ),
  );
}
