/**
 * Places named by integers.
 *
 * @module
 */
import * as check from "../check.ts";
import * as sampling from "../sampling.ts";
import { around, type HostArray, places, zeros } from "./array.ts";

/** Calls `visit` for each entry of an index along a dimension of an array of `shape`, with where the entry is and where it points. */
function follow(
  index: HostArray,
  dim: number,
  shape: readonly number[],
  visit: (entry: number, target: number) => void,
): void {
  const { outer, size, inner } = around(index.shape, dim);
  const bound = shape[dim];
  for (let o = 0, entry = 0; o < outer; o++) {
    for (let j = 0; j < size; j++) {
      for (let i = 0; i < inner; i++, entry++) {
        visit(entry, (o * bound + index.data[entry]) * inner + i);
      }
    }
  }
}

/** {@linkcode Kernels.gather} */
export function gather(x: HostArray, index: HostArray, dim: number): HostArray {
  check.dimension("gather", x, dim);
  check.picks("gather", x.shape, index, dim);
  check.indices("gather", index.data, index.shape, x.shape[dim]);
  const y = zeros(index.shape, x.dtype);
  follow(index, dim, x.shape, (entry, target) => y.data[entry] = x.data[target]);
  return y;
}

/** {@linkcode Kernels.scatterAdd} */
export function scatterAdd(
  dy: HostArray,
  index: HostArray,
  dim: number,
  shape: readonly number[],
): HostArray {
  check.dimension("scatterAdd", { shape, dtype: dy.dtype }, dim);
  check.picks("scatterAdd", shape, index, dim);
  check.need("scatterAdd", dy, ["float32", "int32"]);
  check.shaped("scatterAdd", "dy", dy, index.shape);
  check.indices("scatterAdd", index.data, index.shape, shape[dim]);
  const y = zeros(shape, dy.dtype);
  // float64 is exact for as many int32 as there are; a typed array takes their sum modulo 2³².
  const totals = new Float64Array(y.data.length);
  follow(index, dim, shape, (entry, target) => totals[target] += dy.data[entry]);
  y.data.set(totals);
  return y;
}

/** An index [N] at every place of the other dimensions of `shape`, as gather takes it. */
function spread(index: HostArray, dim: number, shape: readonly number[]): HostArray {
  const wide = shape.with(dim, index.shape[0]);
  const data = Int32Array.from(places(wide, wide.map((_, d) => d === dim ? 1 : 0)), (n) => index.data[n]);
  return { shape: wide, dtype: "int32", data };
}

/** {@linkcode Kernels.indexSelect} */
export function indexSelect(x: HostArray, index: HostArray, dim: number): HostArray {
  check.rows("indexSelect", x.shape, index, dim);
  check.indices("indexSelect", index.data, index.shape, x.shape[dim]);
  return gather(x, spread(index, dim, x.shape), dim);
}

/** {@linkcode Kernels.indexAdd} */
export function indexAdd(dy: HostArray, index: HostArray, dim: number, size: number): HostArray {
  const shape = check.addedRows("indexAdd", dy, index, dim, size);
  check.indices("indexAdd", index.data, index.shape, size);
  return scatterAdd(dy, spread(index, dim, shape), dim, shape);
}

/** {@linkcode Kernels.scatter} */
export function scatter(x: HostArray, v: HostArray, index: HostArray, dim: number): HostArray {
  check.scattered(x, v, index, dim);
  check.indices("scatter", index.data, index.shape, x.shape[dim]);
  const y = { ...x, data: x.data.slice() };
  follow(index, dim, x.shape, (entry, target) => y.data[target] = v.data[entry]);
  return y;
}

/** {@linkcode Kernels.indexCopy} */
export function indexCopy(x: HostArray, v: HostArray, index: HostArray, dim: number): HostArray {
  check.copiedRows(x, v, index, dim);
  check.indices("indexCopy", index.data, index.shape, x.shape[dim]);
  return scatter(x, v, spread(index, dim, x.shape), dim);
}

/** {@linkcode Kernels.at} */
export function at(index: HostArray, size: number): HostArray {
  check.need("at", index, ["int32"]);
  check.countedIndices(index.data, index.shape, size);
  return { ...index, data: index.data.map((i) => i < 0 ? i + size : i) };
}

/** {@linkcode Kernels.scatterLast} */
export function scatterLast(index: HostArray, dim: number, size: number): HostArray {
  check.need("scatterLast", index, ["int32"]);
  check.dimension("scatterLast", index, dim);
  check.indices("scatterLast", index.data, index.shape, size);
  const y = zeros(index.shape.with(dim, size), "int32");
  y.data.fill(-1);
  const { size: picks, inner } = around(index.shape, dim);
  follow(index, dim, y.shape, (entry, target) => y.data[target] = Math.floor(entry / inner) % picks);
  return y;
}

/** {@linkcode Kernels.oneHot} */
export function oneHot(x: HostArray, classes: number): HostArray {
  check.need("oneHot", x, ["int32"]);
  check.indices("oneHot", x.data, x.shape, classes);
  const y = zeros([...x.shape, classes]);
  const index = { ...x, shape: [...x.shape, 1] };
  follow(index, x.shape.length, y.shape, (_, target) => y.data[target] = 1);
  return y;
}

/** {@linkcode Kernels.inverseCdf} */
export function inverseCdf(weights: HostArray, points: HostArray): HostArray {
  check.weighted("inverseCdf", weights, points);
  const [rows, classes] = weights.shape, y = zeros(points.shape, "int32");
  if (y.data.length > 0) {
    sampling.inverseCdf(weights.data, points.data, y.data as Int32Array, rows, classes);
  }
  return y;
}
