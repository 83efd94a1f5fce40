/**
 * What kernels refuse, said once for all devices: sentences that name the kernel, and the shapes that follow from its arguments.
 *
 * @module
 */
import { broadcastShapes, placeOf, reducedShape, sameShape, sizeOf, text } from "./shape.ts";
import type { Border, Convolution, Pooling, Running, Slice } from "./kernels.ts";
import {
  type ConvolutionSizes,
  convolutionSizes,
  pooledShape,
  type PoolSizes,
  poolSizes,
} from "./geometry.ts";
import type { Taps } from "./taps.ts";
import { ARRAYS, type DType, type Shaped, type Values } from "./storage.ts";

/**
 * Checks an argument's dtype.
 *
 * @throws {TypeError} if it is none of those that the kernel takes.
 */
export function need(kernel: string, x: Shaped, takes: readonly DType[]): void {
  for (let i = 0; i < takes.length; i++) if (takes[i] === x.dtype) return;
  throw new TypeError(`${kernel}: ${takes.join(" or ")} is needed, not ${x.dtype}`);
}

/**
 * Checks values that come from a program.
 *
 * @returns How many there are.
 */
export function uploaded(values: Values, shape: readonly number[], dtype: DType): number {
  if (!(values instanceof ARRAYS[dtype])) {
    throw new TypeError(
      `upload: ${dtype} values come in a ${ARRAYS[dtype].name}, not a ${values.constructor.name}`,
    );
  }
  const size = sizeOf(shape);
  if (size !== values.length) {
    throw new RangeError(
      `upload: shape ${text(shape)} has ${size} elements but ${values.length} values were given`,
    );
  }
  return size;
}

/** Checks that arrays are float32. */
export function floats(kernel: string, ...arrays: readonly (Shaped | null)[]): void {
  for (const x of arrays) if (x !== null && x.dtype !== "float32") need(kernel, x, ["float32"]);
}

/** Checks that two arrays have one dtype. */
export function alike(kernel: string, a: Shaped, b: Shaped): void {
  if (a.dtype !== b.dtype) {
    throw new TypeError(`${kernel}: both must have one dtype, not ${a.dtype} and ${b.dtype}`);
  }
}

/** Checks a number of dimensions. */
function rank(kernel: string, what: string, x: Shaped, wanted: number): void {
  if (x.shape.length !== wanted) {
    throw new RangeError(`${kernel}: ${what} needs ${wanted} dimensions, not shape ${text(x.shape)}`);
  }
}

/** Checks that a shape is what it must be. */
export function shaped(kernel: string, what: string, x: Shaped, wanted: readonly number[]): void {
  if (!sameShape(x.shape, wanted)) {
    throw new RangeError(`${kernel}: ${what} has shape ${text(x.shape)}, not ${text(wanted)}`);
  }
}

/** The result's shape of a choice between two arrays; null: a plain number. */
export function selection(kernel: string, condition: Shaped, a: Shaped | null, b: Shaped | null): number[] {
  need(kernel, condition, ["bool"]);
  if (a !== null && b !== null) alike(kernel, a, b);
  let shape = [...condition.shape];
  if (a !== null) shape = broadcastShapes(kernel, shape, a.shape);
  if (b !== null) shape = broadcastShapes(kernel, shape, b.shape);
  return shape;
}

/** The result's shape of a reduction. */
export function reduction(kernel: string, x: Shaped, dims: readonly number[], keepdim: boolean): number[] {
  for (const d of dims) {
    inside(kernel, x.shape, d);
  }
  return reducedShape(x.shape, dims, keepdim);
}

/** The same where an element is chosen: there must be one. */
export function choice(kernel: string, x: Shaped, dims: readonly number[], keepdim: boolean): number[] {
  const shape = reduction(kernel, x, dims, keepdim);
  if (dims.some((d) => x.shape[d] === 0) && sizeOf(shape) > 0) {
    throw new RangeError(`${kernel}: there is nothing to choose from in shape ${text(x.shape)}`);
  }
  return shape;
}

/** Checks that a shape holds as many elements. */
export function reshaped(x: Shaped, shape: readonly number[]): void {
  if (sizeOf(shape) !== sizeOf(x.shape)) {
    throw new RangeError(
      `reshape: ${sizeOf(x.shape)} numbers of shape ${text(x.shape)} do not fit into ${text(shape)}`,
    );
  }
}

/** Checks that all dimensions are named once. */
export function permutation(x: Shaped, dims: readonly number[]): void {
  if (dims.length !== x.shape.length || x.shape.some((_, d) => !dims.includes(d))) {
    throw new RangeError(
      `permute: ${text(dims)} does not name each dimension of shape ${text(x.shape)} once`,
    );
  }
}

/** Checks that a shape repeats to another. */
export function expansion(x: Shaped, shape: readonly number[]): void {
  const lead = shape.length - x.shape.length;
  if (lead < 0 || x.shape.some((n, i) => n !== shape[i + lead] && n !== 1)) {
    throw new RangeError(`expand: shape ${text(x.shape)} does not repeat to ${text(shape)}`);
  }
}

/** Checks that a part lies inside of a shape. */
export function part(kernel: string, shape: readonly number[], { begin, size, step }: Slice): void {
  const fits = [begin, size, step].every((list) => list.length === shape.length) &&
    shape.every((n, d) => {
      const last = begin[d] + (size[d] - 1) * step[d], inside = (i: number) => i >= 0 && i < n;
      return size[d] === 0
        ? begin[d] >= 0 && begin[d] <= n
        : size[d] > 0 && step[d] !== 0 && inside(begin[d]) && inside(last);
    });
  if (fits) return;
  throw new RangeError(
    `${kernel}: ${text(size)} elements from ${text(begin)} by ${text(step)} are not inside of shape ${
      text(shape)
    }`,
  );
}

/** The shape with a border. */
export function bordered(x: Shaped, border: Border): number[] {
  if (border.length !== x.shape.length || border.flat().some((n) => !(n >= 0))) {
    throw new RangeError(`pad: one border ≥ 0 for each dimension of shape ${text(x.shape)} is needed`);
  }
  return x.shape.map((n, d) => border[d][0] + n + border[d][1]);
}

/** The shape of arrays one after the other. */
export function concatenation(list: readonly Shaped[], dim: number): number[] {
  const [first] = list;
  inside("concat", first.shape, dim);
  const shape = [...first.shape];
  for (const x of list.slice(1)) {
    alike("concat", first, x);
    const fits = x.shape.length === shape.length && x.shape.every((n, d) => d === dim || n === shape[d]);
    if (!fits) {
      throw new RangeError(
        `concat: shapes ${text(first.shape)} and ${text(x.shape)} differ outside of dimension ${dim}`,
      );
    }
    shape[dim] += x.shape[dim];
  }
  return shape;
}

/** Checks the arguments of gather. */
export function picks(kernel: string, shape: readonly number[], index: Shaped, dim: number): void {
  need(kernel, index, ["int32"]);
  inside(kernel, shape, dim);
  const fits = index.shape.length === shape.length &&
    index.shape.every((n, d) => d === dim || n === shape[d]);
  if (!fits) {
    throw new RangeError(
      `${kernel}: index ${text(index.shape)} does not fit shape ${text(shape)} along dimension ${dim}`,
    );
  }
}

/** Checks the arguments of indexSelect and, of its result's shape, of indexAdd. */
export function rows(kernel: string, shape: readonly number[], index: Shaped, dim: number): void {
  need(kernel, index, ["int32"]);
  inside(kernel, shape, dim);
  rank(kernel, "index", index, 1);
}

/** The shape of what indexAdd adds up. */
export function addedRows(kernel: string, dy: Shaped, index: Shaped, dim: number, size: number): number[] {
  need(kernel, dy, ["float32", "int32"]);
  rows(kernel, dy.shape, index, dim);
  if (dy.shape[dim] !== index.shape[0]) {
    throw new RangeError(
      `${kernel}: ${index.shape[0]} indices do not fit shape ${text(dy.shape)} along dimension ${dim}`,
    );
  }
  return dy.shape.with(dim, size);
}

/** Checks the arguments of indexCopy. */
export function copiedRows(x: Shaped, v: Shaped, index: Shaped, dim: number): void {
  rows("indexCopy", x.shape, index, dim);
  alike("indexCopy", x, v);
  shaped("indexCopy", "v", v, x.shape.with(dim, index.shape[0]));
}

/** Checks the arguments of scatter. */
export function scattered(x: Shaped, v: Shaped, index: Shaped, dim: number): void {
  picks("scatter", x.shape, index, dim);
  alike("scatter", x, v);
  shaped("scatter", "v", v, index.shape);
}

/** What kernels whose indices are classes call them. */
const CLASSES = ["oneHot", "crossEntropy", "crossEntropyGrad"];

/**
 * The error of an index out of range.
 *
 * @param place Where it stands; null where a GPU found it, which keeps only the index.
 */
export function outOfRange(
  kernel: string,
  index: number,
  size: number,
  place: readonly number[] | null,
): RangeError {
  const what = CLASSES.includes(kernel) ? "class" : "index";
  const where = place === null ? "" : ` at ${text(place)}`;
  const range = size > 0
    ? `it must be from ${kernel === "at" ? -size : 0} to ${size - 1}`
    : "there is nothing to pick from";
  const when = place === null ? "; the GPU met it in an earlier call, whose result is wrong there" : "";
  return new RangeError(`${kernel}: ${what} ${index}${where} is out of range: ${range}${when}`);
}

/**
 * Checks indices, or classes.
 *
 * @param list Their numbers in row-major order of `shape`.
 * @param size How many there are to pick from.
 * @param ignored One that need not be there; null: all must.
 * @throws {RangeError} for the first that is not from 0 to size − 1.
 */
export function indices(
  kernel: string,
  list: ArrayLike<number>,
  shape: readonly number[],
  size: number,
  ignored: number | null = null,
): void {
  for (let i = 0; i < list.length; i++) {
    if ((list[i] >= 0 && list[i] < size) || list[i] === ignored) continue;
    throw outOfRange(kernel, list[i], size, placeOf(i, shape));
  }
}

/**
 * Checks indices that may count from the end.
 *
 * @throws {RangeError} for the first that is not from −size to size − 1.
 */
export function countedIndices(list: ArrayLike<number>, shape: readonly number[], size: number): void {
  for (let i = 0; i < list.length; i++) {
    if (list[i] >= -size && list[i] < size) continue;
    throw outOfRange("at", list[i], size, placeOf(i, shape));
  }
}

/** The shape of a matrix product. */
export function product(a: Shaped, b: Shaped): number[] {
  need("matmul", a, ["float32", "int32"]);
  alike("matmul", a, b);
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new RangeError(`matmul: matrices are needed, not ${text(a.shape)} and ${text(b.shape)}`);
  }
  const inner = a.shape[a.shape.length - 1], other = b.shape[b.shape.length - 2];
  if (inner !== other) {
    throw new RangeError(
      `matmul: ${text(a.shape)} × ${text(b.shape)}: the inner sizes ${inner} and ${other} differ`,
    );
  }
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [...batch, a.shape[a.shape.length - 2], b.shape[b.shape.length - 1]];
}

/** Checks the gradient of a linear map's result, and what the map was of. */
export function linearGrad(dy: Shaped, x: Shaped): void {
  floats("linearWeightBiasGrad", dy, x);
  rank("linearWeightBiasGrad", "dy", dy, 2);
  rank("linearWeightBiasGrad", "x", x, 2);
  shaped("linearWeightBiasGrad", "x", x, [dy.shape[0], x.shape[1]]);
}

/** The shape of a linear map's result. */
export function linear(x: Shaped, w: Shaped, bias: Shaped): number[] {
  floats("linear", x, w, bias);
  rank("linear", "x", x, 2);
  rank("linear", "w", w, 2);
  shaped("linear", "w", w, [w.shape[0], x.shape[1]]);
  shaped("linear", "bias", bias, [w.shape[0]]);
  return [x.shape[0], w.shape[0]];
}

/** The sizes of a convolution of x (or of an input of shape x) with w; its result is [images, outChannels, outHeight, outWidth]. */
export function convolution(
  kernel: string,
  x: readonly number[],
  w: readonly number[],
  settings: Convolution,
): ConvolutionSizes {
  const { groups } = settings;
  if (x.length !== 4 || w.length !== 4) {
    throw new RangeError(
      `${kernel}: images [N, C, H, W] and filters [out, in, kH, kW] are needed, not ${text(x)} and ${
        text(w)
      }`,
    );
  }
  if (x[1] !== w[1] * groups || w[0] % groups !== 0) {
    throw new RangeError(
      `${kernel}: images ${text(x)} and filters ${text(w)} do not fit with ${groups} group${
        groups === 1 ? "" : "s"
      }`,
    );
  }
  return convolutionSizes(x, w, settings);
}

/** Checks the gradient of a convolution's result. */
export function convolutionGrad(kernel: string, dy: Shaped, s: ConvolutionSizes): void {
  shaped(kernel, "dy", dy, [s.images, s.outChannels, s.outHeight, s.outWidth]);
}

/** The sizes of a pooling of images of shape x. */
export function pooling(kernel: string, x: readonly number[], settings: Pooling): PoolSizes {
  if (x.length !== 4) throw new RangeError(`${kernel}: images [N, C, H, W] are needed, not ${text(x)}`);
  const { kernel: window, padding } = settings;
  if (padding.some((n, i) => n > window[i] / 2)) {
    throw new RangeError(
      `${kernel}: padding ${text(padding)} is more than half of the window ${text(window)}`,
    );
  }
  return poolSizes(x, pooledShape(x, settings), settings);
}

/** Checks what is as large as pooled images. */
export function pooled(kernel: string, what: string, x: Shaped, s: PoolSizes): void {
  fits(kernel, what, x, [s.images, s.channels, s.outHeight, s.outWidth]);
}

/** Checks what says where the largest of each window stands. */
export function placed(kernel: string, places: Shaped, s: PoolSizes): void {
  need(kernel, places, ["int32"]);
  shaped(kernel, "places", places, [s.images, s.channels, s.outHeight, s.outWidth]);
}

/** The shape of an array that is sampled anew along a dimension. */
export function resampled(x: Shaped, dim: number, { starts, places, weights }: Taps): number[] {
  floats("resample", x);
  inside("resample", x.shape, dim);
  if (places.length !== weights.length || starts[starts.length - 1] !== places.length) {
    throw new RangeError(
      `resample: ${places.length} places, ${weights.length} weights and an end at ${
        starts[starts.length - 1]
      } do not fit`,
    );
  }
  for (const place of places) {
    if (!(place >= 0 && place < x.shape[dim])) {
      throw new RangeError(`resample: there is no place ${place} in dimension ${dim} of ${text(x.shape)}`);
    }
  }
  return x.shape.with(dim, starts.length - 1);
}

/** Checks an array that must have a given shape. */
export function fits(kernel: string, what: string, x: Shaped, shape: readonly number[]): void {
  floats(kernel, x);
  shaped(kernel, what, x, shape);
}

/** Checks rows of weights, of at least one class, and of points. */
export function weighted(kernel: string, weights: Shaped, points: Shaped): void {
  floats(kernel, weights, points);
  rank(kernel, "weights", weights, 2);
  rank(kernel, "points", points, 2);
  if (points.shape[0] !== weights.shape[0] || weights.shape[1] === 0) {
    throw new RangeError(
      `${kernel}: weights ${text(weights.shape)} and points ${text(points.shape)} do not fit together`,
    );
  }
}

/** Checks that an array has the dimension. */
export function dimension(kernel: string, x: Shaped, dim: number): void {
  inside(kernel, x.shape, dim);
}

/** Checks the argument of a kernel that orders, or adds up, along a dimension. */
export function ordered(kernel: string, x: Shaped, dim: number): void {
  need(kernel, x, ["float32", "int32"]);
  inside(kernel, x.shape, dim);
}

/** The same of one that takes the first few of that order: the result's shape. */
export function top(x: Shaped, dim: number, count: number): number[] {
  ordered("argtop", x, dim);
  if (!(count >= 0 && count <= x.shape[dim])) {
    throw new RangeError(
      `argtop: there are no ${count} elements in dimension ${dim} of shape ${text(x.shape)}`,
    );
  }
  return x.shape.with(dim, count);
}

/** Checks the arguments of a recurrence. */
export function recurring(a: Shaped, b: Shaped, dim: number): void {
  floats("recurrence", a, b);
  inside("recurrence", a.shape, dim);
  shaped("recurrence", "b", b, a.shape);
}

function inside(kernel: string, shape: readonly number[], dim: number): void {
  if (!(dim >= 0 && dim < shape.length)) {
    throw new RangeError(`${kernel}: there is no dimension ${dim} in shape ${text(shape)}`);
  }
}

/** Checks the arguments of a cross-entropy. */
export function classification(kernel: string, logits: Shaped, classes: Shaped): void {
  floats(kernel, logits);
  need(kernel, classes, ["int32"]);
  rank(kernel, "logits", logits, 2);
  shaped(kernel, "classes", classes, [logits.shape[0]]);
}

/** Checks the arguments of a cross-entropy's gradient; `count`: that of the mean. */
export function classificationGrad(
  kernel: string,
  dy: Shaped,
  logs: Shaped,
  classes: Shaped,
  count: Shaped | null,
): void {
  classification(kernel, logs, classes);
  fits(kernel, "dy", dy, count === null ? [logs.shape[0]] : []);
  if (count !== null) fits(kernel, "count", count, []);
}

/** Checks the arguments of the gradient of a softmax y, or of its logarithm. */
export function softmaxGrad(kernel: string, dy: Shaped, y: Shaped, dim: number): void {
  floats(kernel, y);
  inside(kernel, y.shape, dim);
  fits(kernel, "dy", dy, y.shape);
}

/** Checks the arguments of a batch normalization: one number a channel. */
export function channels(kernel: string, x: Shaped, perChannel: Readonly<Record<string, Shaped>>): void {
  floats(kernel, x);
  if (x.shape.length < 2) throw new RangeError(`${kernel}: [N, C, ...] is needed, not ${text(x.shape)}`);
  for (const [name, one] of Object.entries(perChannel)) fits(kernel, name, one, [x.shape[1]]);
}

/** Checks what a batch normalization keeps of all batches of x. */
export function running(
  kernel: string,
  x: Shaped,
  { mean, variance, batches, momentum }: Running<Shaped>,
): void {
  for (const [name, one] of Object.entries({ mean, variance })) fits(kernel, name, one, [x.shape[1]]);
  if (sizeOf(x.shape) <= x.shape[1]) {
    throw new RangeError(
      `${kernel}: running statistics need more than one value a channel, which ${text(x.shape)} has not`,
    );
  }
  if (batches !== null) {
    need(kernel, batches, ["int32"]);
    shaped(kernel, "batches", batches, []);
  } else if (momentum === null) {
    throw new RangeError(`${kernel}: without a momentum the batches must be counted`);
  }
}

/** Checks the arguments of an attention; its result is [B, H, L, D]. */
export function attention(kernel: string, q: Shaped, k: Shaped, v: Shaped): number[] {
  floats(kernel, q, k, v);
  rank(kernel, "q", q, 4);
  const [batch, heads, length, inner] = q.shape;
  rank(kernel, "v", v, 4);
  const [, , keys, outer] = v.shape;
  shaped(kernel, "k", k, [batch, heads, keys, inner]);
  shaped(kernel, "v", v, [batch, heads, keys, outer]);
  return [batch, heads, length, outer];
}

/** Checks the arguments of a normalization of rows [R, C]. */
export function normalizedRows(
  kernel: string,
  x: Shaped,
  perRow: Readonly<Record<string, Shaped>>,
  perColumn: Readonly<Record<string, Shaped | null>>,
): void {
  floats(kernel, x);
  rank(kernel, "x", x, 2);
  for (const [name, one] of Object.entries(perRow)) fits(kernel, name, one, [x.shape[0]]);
  for (const [name, one] of Object.entries(perColumn)) {
    if (one !== null) fits(kernel, name, one, [x.shape[1]]);
  }
}

/** Checks an optimizer's arrays, parameter by parameter: each of the parameter's shape. */
export function updates<A extends { readonly param: Shaped } & { readonly [K in keyof A]: Shaped | null }>(
  kernel: string,
  list: readonly A[],
): void {
  for (const arrays of list) {
    const { param } = arrays;
    floats(kernel, param);
    for (const name in arrays) {
      const one = arrays[name];
      if (one !== null && one !== param) fits(kernel, name, one, param.shape);
    }
  }
}
