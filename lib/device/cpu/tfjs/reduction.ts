/**
 * TensorFlow.js' kernels that make few numbers of many, softmax, and normalization with given statistics.
 *
 * @module
 */
import { util } from "@tensorflow/tfjs-core";
import { reducedShape, sizeOf } from "../../shape.ts";
import { Storage } from "../../storage.ts";
import { argmax } from "../kernels/argmax.ts";
import { binary } from "../kernels/binary.ts";
import { normalizeWith } from "../kernels/normalization.ts";
import { reduce, type ReductionName } from "../kernels/reduction.ts";
import { softmax } from "../kernels/softmax.ts";
import { type Adapter, type Adapters, floats, hasNaN } from "./adapter.ts";

/** A reduction, and perhaps the division by how many numbers went in. */
const reduction = (name: ReductionName, mean = false): Adapter => ({ engine, input, attrs }) => {
  const x = input("x"), float = x?.dtype === "float32";
  // The sum of bools is one of integers, and so on: TensorFlow.js converts first.
  if (x === null || (mean && !float) || (name === "sum" && x.dtype === "bool")) return null;
  const axis = attrs.axis ?? attrs.reductionIndices ?? [...x.shape.keys()];
  const dims = util.parseAxisParam(axis as number | number[], x.shape);
  const shape = reducedShape(x.shape, dims, Boolean(attrs.keepDims)), size = sizeOf(x.shape);
  if (size === 0 || dims.length === 0) return null;
  const result = reduce(engine, name, x, dims, shape);
  if (!mean) return result;
  // Theirs divides first: there, no sum is too large for float32.
  return engine.block(result).view().every(Number.isFinite)
    ? binary(engine, "div", result, size / sizeOf(shape))
    : null;
};

/** Theirs leaves NaN out, ours takes the first. */
const argMax: Adapter = ({ engine, input, attrs }) => {
  const x = input("x");
  if (x === null || x.shape.length === 0 || sizeOf(x.shape) === 0 || hasNaN(engine, x)) return null;
  const [axis] = util.parseAxisParam(attrs.axis as number | number[], x.shape);
  return argmax(engine, x, axis);
};

const rows: Adapter = (call) => {
  const [x] = floats(call, "logits") ?? [], dim = Number(call.attrs.dim ?? -1);
  if (x === undefined || x.shape.length === 0) return null;
  return dim === -1 || dim === x.shape.length - 1 ? softmax(call.engine, x, false) : null;
};

const normalization: Adapter = (call) => {
  const [x, ...perChannel] = floats(call, "x", "mean", "variance", "scale", "offset") ?? [];
  const channels = x?.shape.at(-1) ?? 0;
  if (channels === 0 || sizeOf(x.shape) === 0 || perChannel.some((one) => sizeOf(one.shape) !== channels)) {
    return null;
  }
  const [mean, variance, scale, offset] = perChannel.map((one) =>
    new Storage(one.dataId, [channels], one.dtype)
  );
  const epsilon = Number(call.attrs.varianceEpsilon ?? 0.001);
  return normalizeWith(call.engine, x, mean, variance, scale, offset, epsilon);
};

/** This file's kernels. */
export const reductions: Adapters = {
  Sum: reduction("sum"),
  Mean: reduction("sum", true),
  Max: reduction("max"),
  Min: reduction("min"),
  ArgMax: argMax,
  Softmax: rows,
  FusedBatchNorm: normalization,
};
