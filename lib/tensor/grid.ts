/** Tensors that are repeated to each other's sizes. */
import { broadcastShapes, text } from "../device/shape.ts";
import { checkChoice, checkOptions, surplus } from "../text/arguments.ts";
import { checkTensors, stack } from "./join.ts";
import type { Tensor } from "./tensor.ts";

/** A list of vectors; a single number counts as one. */
function vectors(name: string, tensors: readonly Tensor[]): Tensor[] {
  checkTensors(name, tensors);
  return tensors.map((one) => {
    if (one.ndim > 1) throw new RangeError(`${name}: vectors are needed, not shape ${text(one.shape)}`);
    return one.reshape(-1);
  });
}

/**
 * Coordinates of the points of a grid: for vectors of m and n numbers two tensors [m, n], one with the first, one with the second
 * coordinate of each point.
 *
 * PyTorch: `torch.meshgrid`.
 *
 * @param tensors The coordinates along each dimension: vectors, or single numbers.
 * @param options `indexing`: "ij", or "xy" for pictures, where the second vector's dimension comes first; "ij" by default.
 * @returns As many tensors as vectors.
 * @throws {RangeError} if one has more than one dimension, or there is no such indexing.
 * @throws {TypeError} if it is no list of tensors.
 * @example
 * ```ts
 * import { arange, meshgrid } from "descent";
 * import { assertEquals } from "@std/assert";
 * const [i, j] = meshgrid([arange(2), arange(3)]);
 * assertEquals(await i.array(), [[0, 0, 0], [1, 1, 1]]);
 * assertEquals(await j.array(), [[0, 1, 2], [0, 1, 2]]);
 * ```
 */
export function meshgrid(tensors: readonly Tensor[], options: { indexing?: "ij" | "xy" } = {}): Tensor[] {
  if (arguments.length > 2) {
    surplus("meshgrid", arguments, 2, "the tensors are one list, as in meshgrid([a, b])");
  }
  const all = vectors("meshgrid", tensors);
  checkOptions("meshgrid", options, ["indexing"]);
  const { indexing = "ij" } = options;
  const swap = checkChoice("meshgrid", "indexing", indexing, ["ij", "xy"]) === "xy" && all.length > 1;
  const sizes = all.map((one) => one.size), place = (i: number) => swap && i < 2 ? 1 - i : i;
  const shape = sizes.map((_, d) => sizes[place(d)]);
  return all.map((one, i) => one.reshape(shape.map((n, d) => d === place(i) ? n : 1)).expand(shape));
}

/**
 * Every choice of one number from each vector, the last one changing fastest.
 *
 * PyTorch: `torch.cartesian_prod`.
 *
 * @param tensors The vectors.
 * @returns A row for each choice, [choices, vectors]; of a single vector itself.
 * @throws {RangeError} if one has more than one dimension.
 * @throws {TypeError} if it is no list of tensors.
 * @example
 * ```ts
 * import { arange, cartesianProd } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await cartesianProd([arange(2), arange(2)]).array(), [[0, 0], [0, 1], [1, 0], [1, 1]]);
 * ```
 */
export function cartesianProd(tensors: readonly Tensor[]): Tensor {
  if (arguments.length > 1) {
    surplus("cartesianProd", arguments, 1, "the tensors are one list, as in cartesianProd([a, b])");
  }
  const all = vectors("cartesianProd", tensors);
  return all.length === 1 ? all[0] : stack(meshgrid(all).map((one) => one.reshape(-1)), 1);
}

/**
 * Tensors repeated to the shape that all broadcast to.
 *
 * PyTorch: `torch.broadcast_tensors`.
 *
 * @param tensors At least one.
 * @returns As many tensors, all of one shape.
 * @throws {RangeError} if the shapes do not broadcast.
 * @throws {TypeError} if it is no list of tensors.
 * @example
 * ```ts
 * import { broadcastTensors, ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(broadcastTensors([ones(3, 1), ones(2)]).map((x) => x.shape), [[3, 2], [3, 2]]);
 * ```
 */
export function broadcastTensors(tensors: readonly Tensor[]): Tensor[] {
  if (arguments.length > 1) {
    surplus("broadcastTensors", arguments, 1, "the tensors are one list, as in broadcastTensors([a, b])");
  }
  checkTensors("broadcastTensors", tensors);
  const shape = tensors.map((one) => one.shape).reduce((a, b) => broadcastShapes("broadcastTensors", a, b));
  return tensors.map((one) => one.expand(shape));
}
