/**
 * TensorFlow.js' kernels that make few numbers of many. Its own lose NaN, add in float32 what is int32, and its Cumsum is wrong
 * where it is both exclusive and reversed.
 *
 * @module
 */
import { util } from "@tensorflow/tfjs-core";
import { BINARY } from "../../elementwise.ts";
import { dense, inOrder, plain, seen, withLast } from "../../layout.ts";
import { sizeOf } from "../../shape.ts";
import { argExtreme, type Extreme } from "../kernels/argmax.ts";
import { permute } from "../kernels/arrange.ts";
import { binary } from "../kernels/binary.ts";
import { reduce, type ReductionName } from "../kernels/reduction.ts";
import { cumsum } from "../kernels/scan.ts";
import { fitsLines, softmax } from "../kernels/softmax.ts";
import { adapt, type Call, labelled, numberOf, storageOf } from "./adapter.ts";

const REDUCTIONS: Readonly<Record<string, ReductionName>> = {
  ...{ Sum: "sum", Prod: "product", Max: "max", Min: "min", Mean: "sum" },
};

function reduction(call: Call, kernel: string) {
  const { gpu, attrs } = call;
  const x = storageOf(call, "x"), mean = kernel === "Mean";
  if (x === null || (mean && x.dtype !== "float32")) return null;
  const axis = attrs[kernel === "Max" ? "reductionIndices" : "axis"] as number | number[] | undefined;
  const dims = util.parseAxisParam(axis ?? [...x.shape.keys()], x.shape).sort((a, b) => a - b);
  const count = sizeOf(dims.map((d) => x.shape[d]));
  const result = reduce(
    gpu,
    REDUCTIONS[kernel],
    labelled(x, x.dtype === "bool" ? "int32" : x.dtype),
    dims,
    Boolean(attrs.keepDims),
  );
  if (count === 0 && sizeOf(result.shape) > 0 && (kernel === "Max" || kernel === "Min")) {
    throw new RangeError(`${kernel}: the shape [${x.shape.join(", ")}] has no elements to choose from.`);
  }
  return mean ? binary(gpu, BINARY.div, result, count, result.shape, "float32") : result;
}

function argument(call: Call, kernel: string, extreme: Extreme) {
  const x = storageOf(call, "x");
  if (x === null) return null;
  const [axis] = util.parseAxisParam(call.attrs.axis as number, x.shape);
  if (x.shape[axis] === 0 && sizeOf(x.shape.filter((_, d) => d !== axis)) > 0) {
    throw new RangeError(
      `${kernel}: dimension ${axis} of the shape [${x.shape.join(", ")}] has no elements to choose from.`,
    );
  }
  return argExtreme(call.gpu, extreme, x, axis);
}

/** Registers the kernels. */
export function adaptReductions(): void {
  for (const kernel of Object.keys(REDUCTIONS)) adapt(kernel, (call) => reduction(call, kernel));
  adapt("ArgMax", (call) => argument(call, "ArgMax", "inner max"));
  adapt("ArgMin", (call) => argument(call, "ArgMin", "inner min"));
  adapt("Softmax", (call) => {
    const logits = storageOf(call, "logits");
    if (logits?.dtype !== "float32" || logits.shape.length === 0) return null;
    const last = logits.shape.length - 1;
    return fitsLines(logits, last) ? softmax(call.gpu, logits, last) : null;
  });
  adapt("Cumsum", (call) => {
    const x = storageOf(call, "x");
    if (x === null) return null;
    const [axis] = util.parseAxisParam(numberOf(call, "axis"), x.shape);
    const counted = labelled(x, x.dtype === "bool" ? "int32" : x.dtype);
    const { exclusive, reverse } = call.attrs, rank = x.shape.length;
    const last = withLast(null, rank, axis);
    const rows = dense(inOrder(counted, last, (y, dims) => permute(call.gpu, y, dims)));
    const sums = seen(cumsum(call.gpu, rows, Boolean(reverse), Boolean(exclusive)), last);
    return plain(sums, (y, dims) => permute(call.gpu, y, dims));
  });
}
