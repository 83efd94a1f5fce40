/**
 * The contract of kernels on the GPU: arguments checked, arrays brought into the order that a program wants, results said to lie
 * as they do.
 *
 * @module
 */
import type { Draw } from "../../philox.ts";
import * as check from "../check.ts";
import {
  BINARY,
  type Binary,
  type BinaryName,
  Elementwise,
  UNARY,
  type Unary,
  type UnaryName,
} from "../elementwise.ts";
import type { Averaging, Convolution, Pooling, PoolSizes } from "../geometry.ts";
import type {
  AdamArrays,
  AdamSettings,
  Attention,
  Border,
  DeviceKernels,
  Losses,
  RmspropArrays,
  RmspropSettings,
  Running,
  SgdArrays,
  SgdSettings,
  Slice,
} from "../kernels.ts";
import * as layout from "../layout.ts";
import { channelsLast, dense, FILTERS, inOrder, plain, seen } from "../layout.ts";
import * as composed from "../reference/composed.ts";
import { broadcastShapes, reducedShape, sizeOf } from "../shape.ts";
import { type DType, type Order, Storage } from "../storage.ts";
import type { Taps } from "../taps.ts";
import type { Gpu } from "./gpu.ts";
import { byRows, fits, overRows } from "./part.ts";
import { argExtreme } from "./kernels/argmax.ts";
import * as arrange from "./kernels/arrange.ts";
import { batchNorm, batchNormGrad, batchNormInference } from "./kernels/batch_norm.ts";
import { binary } from "./kernels/binary.ts";
import { cast } from "./kernels/cast.ts";
import {
  convolution,
  convolutionFilterBiasGrad,
  convolutionFilterGrad,
  convolutionInputGrad,
} from "./kernels/convolution.ts";
import { fill } from "./kernels/fill.ts";
import { at, gather, oneHot, scatterAdd, scatterLast } from "./kernels/indexing.ts";
import { fitsLoops, layerNorm, layerNormGrad } from "./kernels/layer_norm.ts";
import { scale, squares } from "./kernels/lists.ts";
import { linearWeightBiasGrad, matmul, matmulIntegers, type Matrix } from "./kernels/matmul.ts";
import { adamStep, rmspropStep, sgdStep } from "./kernels/optimizers.ts";
import { order } from "./kernels/order.ts";
import * as pooling from "./kernels/pooling.ts";
import { dropout, random } from "./kernels/random.ts";
import { reduce, type ReductionName } from "./kernels/reduction.ts";
import { indexAdd, indexSelect } from "./kernels/rows.ts";
import { inverseCdf } from "./kernels/sampling.ts";
import { resample } from "./kernels/resample.ts";
import * as scan from "./kernels/scan.ts";
import { select } from "./kernels/select.ts";
import * as classification from "./kernels/softmax.ts";
import { unary } from "./kernels/unary.ts";

type N = Storage | number;

/** How the results of parts become that of all. */
const JOINS: Record<ReductionName, Binary> = {
  sum: BINARY.add,
  product: BINARY.mul,
  max: BINARY.maximum,
  min: BINARY.minimum,
};

/** What the GPU computes. */
export class WebGpuKernels extends Elementwise<Storage> implements DeviceKernels {
  readonly #gpu: Gpu;

  constructor(gpu: Gpu) {
    super();
    this.#gpu = gpu;
  }

  /** The row-major copy y[i] = x[i permuted] of a row-major array. */
  readonly #transpose = (x: Storage, perm: number[]): Storage => arrange.permute(this.#gpu, x, perm);

  fill(shape: readonly number[], value: number, dtype: DType = "float32"): Storage {
    return fill(this.#gpu, shape, value, dtype);
  }
  random(distribution: "uniform" | "normal", shape: readonly number[], draw: Draw): Storage {
    return random(this.#gpu, distribution, shape, draw);
  }
  dropout(x: Storage, p: number, draw: Draw): [Storage, Storage] {
    check.floats("dropout", x);
    const [y, mask] = dropout(this.#gpu, dense(x), p, draw);
    return [seen(y, x.order), seen(mask, x.order)];
  }

  protected override unary(name: UnaryName, x: Storage, p?: number, q?: number): Storage {
    const f: Unary = UNARY[name];
    check.need(name, x, f.takes);
    return seen(unary(this.#gpu, f, dense(x), p, q), x.order);
  }
  cast(x: Storage, dtype: DType): Storage {
    return x.dtype === dtype ? this.#gpu.share(x) : seen(cast(this.#gpu, dense(x), dtype), x.order);
  }

  protected override binary(name: BinaryName, a: N, b: N): Storage {
    const f: Binary = BINARY[name];
    // Of two numbers, the first becomes an array.
    const left = typeof a === "number" && typeof b === "number" ? this.#gpu.arena.constant(a) : a;
    const operands = [left, b].filter((operand) => typeof operand !== "number");
    const [first, second = first] = operands;
    check.need(name, first, f.takes);
    check.alike(name, first, second);
    const shape = broadcastShapes(name, first.shape, second.shape);
    const { parts, order } = layout.aligned(operands, this.#transpose);
    const [x, y] = [left, b].map((operand) => typeof operand === "number" ? operand : parts.shift()!);
    return seen(binary(this.#gpu, f, x, y, layout.inMemory(order, shape), first.dtype), order);
  }
  select(condition: Storage, a: N, b: N): Storage {
    const choices = [a, b].filter((choice) => typeof choice !== "number");
    const [first = this.#gpu.arena.constant(0), second = first] = choices;
    const shape = check.selection("select", condition, first, second);
    const { parts, order } = layout.aligned([condition, ...choices], this.#transpose);
    const [c, x, y] = [condition, a, b].map((one) => typeof one === "number" ? one : parts.shift()!);
    return seen(select(this.#gpu, c as Storage, x, y, layout.inMemory(order, shape), first.dtype), order);
  }

  #reduce(name: ReductionName, x: Storage, dims: readonly number[], keepdim: boolean): Storage {
    if (dims.length === 0) return this.#gpu.share(x);
    const axes = layout.axesOf(x.order, dims), order = layout.reducedOrder(x.order, dims, keepdim);
    return seen(this.#reduceMemory(name, dense(x), axes, keepdim), order);
  }
  #reduceMemory(name: ReductionName, x: Storage, axes: readonly number[], keepdim: boolean): Storage {
    const gpu = this.#gpu;
    if (fits(gpu, x)) return reduce(gpu, name, x, axes, keepdim);
    const shape = reducedShape(x.shape, axes, keepdim);
    // What is reduced whole is a line; else dimensions of one element in front are no rows.
    const whole = x.shape.every((n, d) => n === 1 || axes.includes(d));
    const lead = whole ? 0 : x.shape.findIndex((n) => n !== 1);
    const rows = new Storage(x.dataId, whole ? [sizeOf(x.shape)] : x.shape.slice(lead), x.dtype);
    const inner = whole ? [0] : axes.map((d) => d - lead).filter((d) => d >= 0);
    const some = ([x]: Storage[]) => reduce(gpu, name, x, inner, false);
    const join = (a: Storage, b: Storage) => binary(gpu, JOINS[name], a, b, a.shape, x.dtype);
    const result = inner[0] === 0
      ? overRows(gpu, [rows], some, join)
      : byRows(gpu, [rows], reducedShape(rows.shape, inner, false), some);
    result.shape = shape;
    return result;
  }
  sum(x: Storage, dims: readonly number[], keepdim = false): Storage {
    check.need("sum", x, ["float32", "int32"]);
    check.reduction("sum", x, dims, keepdim);
    return this.#reduce("sum", x, dims, keepdim);
  }
  prod(x: Storage, dims: readonly number[], keepdim = false): Storage {
    check.need("prod", x, ["float32", "int32"]);
    check.reduction("prod", x, dims, keepdim);
    return this.#reduce("product", x, dims, keepdim);
  }
  max(x: Storage, dims: readonly number[], keepdim = false): Storage {
    check.choice("max", x, dims, keepdim);
    return this.#reduce("max", x, dims, keepdim);
  }
  min(x: Storage, dims: readonly number[], keepdim = false): Storage {
    check.choice("min", x, dims, keepdim);
    return this.#reduce("min", x, dims, keepdim);
  }
  argmax(x: Storage, dim: number): Storage {
    check.choice("argmax", x, [dim], false);
    const [axis] = layout.axesOf(x.order, [dim]), order = layout.reducedOrder(x.order, [dim], false);
    return seen(argExtreme(this.#gpu, "max", dense(x), axis), order);
  }

  /** f of arrays of one shape along an axis; of a run of rows at a time where they are too large and that is not the rows'. */
  #rows(arrays: readonly Storage[], axis: number, f: (arrays: Storage[]) => Storage): Storage {
    return axis === 0 ? f([...arrays]) : byRows(this.#gpu, arrays, arrays[0].shape, f);
  }

  /** Runs along one dimension, which goes last in memory; the others keep their order, and so does what comes out. */
  #along(dim: number, [x, ...others]: readonly Storage[], run: (rows: Storage[]) => Storage): Storage {
    const order = layout.withLast(x.order, x.shape.length, dim);
    const memory = [x, ...others].map((one) => dense(inOrder(one, order, this.#transpose)));
    return seen(run(memory), order);
  }
  cumsum(x: Storage, dim: number, back = false): Storage {
    check.ordered("cumsum", x, dim);
    return this.#along(dim, [x], ([x]) => scan.cumsum(this.#gpu, x, back));
  }
  cumprod(x: Storage, dim: number, back = false): Storage {
    check.ordered("cumprod", x, dim);
    return this.#along(dim, [x], ([x]) => scan.recurrence(this.#gpu, x, null, back));
  }
  recurrence(a: Storage, b: Storage, dim: number, back = false): Storage {
    check.recurring(a, b, dim);
    return this.#along(dim, [a, b], ([a, b]) => scan.recurrence(this.#gpu, a, b, back));
  }
  logcumsumexp(x: Storage, dim: number): Storage {
    check.floats("logcumsumexp", x);
    check.dimension("logcumsumexp", x, dim);
    return this.#along(dim, [x], ([x]) => scan.logcumsumexp(this.#gpu, x));
  }
  argcummax(x: Storage, dim: number): Storage {
    check.ordered("argcummax", x, dim);
    return this.#along(dim, [x], ([x]) => scan.argcummax(this.#gpu, x));
  }

  argsort(x: Storage, dim: number, descending: boolean): Storage {
    check.ordered("argsort", x, dim);
    return this.#along(dim, [x], ([x]) => order(this.#gpu, x, x.shape[x.shape.length - 1], descending));
  }
  argtop(x: Storage, dim: number, count: number, descending: boolean): Storage {
    check.top(x, dim, count);
    return this.#along(dim, [x], ([x]) => order(this.#gpu, x, count, descending));
  }

  #plain(x: Storage): Storage {
    return plain(x, this.#transpose);
  }
  reshape(x: Storage, shape: readonly number[]): Storage {
    check.reshaped(x, shape);
    const order = layout.reshapedOrder(x, shape);
    const { dataId, dtype } = order === undefined ? this.#plain(x) : x;
    return this.#gpu.share(new Storage(dataId, [...shape], dtype, order ?? null));
  }
  permute(x: Storage, dims: readonly number[]): Storage {
    check.permutation(x, dims);
    const order = layout.permuted(x.order, dims);
    return this.#gpu.share(new Storage(x.dataId, dims.map((d) => x.shape[d]), x.dtype, order));
  }
  expand(x: Storage, shape: readonly number[]): Storage {
    check.expansion(x, shape);
    if (sizeOf(shape) === sizeOf(x.shape)) return this.reshape(x, shape);
    if (shape.length > x.shape.length) return arrange.expand(this.#gpu, this.#plain(x), shape);
    return seen(arrange.expand(this.#gpu, dense(x), layout.inMemory(x.order, shape)), x.order);
  }
  slice(x: Storage, part: Slice): Storage {
    check.part("slice", x.shape, part);
    return seen(arrange.slice(this.#gpu, dense(x), inMemory(x.order, part)), x.order);
  }
  sliceGrad(dy: Storage, shape: readonly number[], part: Slice): Storage {
    check.part("sliceGrad", shape, part);
    check.shaped("sliceGrad", "dy", dy, part.size);
    const { order } = dy, memory = layout.inMemory(order, shape);
    return seen(arrange.sliceGrad(this.#gpu, dense(dy), memory, inMemory(order, part)), order);
  }
  pad(x: Storage, border: Border, value: number): Storage {
    check.bordered(x, border);
    return seen(arrange.pad(this.#gpu, dense(x), layout.inMemory(x.order, border), value), x.order);
  }
  concat(list: readonly Storage[], dim: number): Storage {
    check.dimension("concat", list[0], dim);
    const shape = check.concatenation(list, dim), { order } = list[0];
    const parts = list.map((x) => dense(inOrder(x, order, this.#transpose)));
    const [axis] = layout.axesOf(order, [dim]);
    return seen(arrange.concat(this.#gpu, parts, layout.inMemory(order, shape), axis), order);
  }

  asFilters(w: Storage): Storage {
    return this.#laid(w, FILTERS);
  }
  laidLike(x: Storage, like: Storage): Storage {
    return this.#laid(x, like.order);
  }
  #laid(x: Storage, order: Order): Storage {
    const laid = inOrder(x, order, this.#transpose);
    // A view owns nothing, so it becomes a reference.
    return laid.dataId === x.dataId ? this.#gpu.share(laid) : laid;
  }

  gather(x: Storage, index: Storage, dim: number): Storage {
    check.dimension("gather", x, dim);
    check.picks("gather", x.shape, index, dim);
    const order = sizeOf(index.shape) > sizeOf(x.shape) ? index.order : x.order;
    const [values, places] = [x, index].map((one) => dense(inOrder(one, order, this.#transpose)));
    const [axis] = layout.axesOf(order, [dim]);
    return seen(gather(this.#gpu, values, places, axis), order);
  }
  scatterAdd(dy: Storage, index: Storage, dim: number, shape: readonly number[]): Storage {
    check.dimension("scatterAdd", { shape, dtype: dy.dtype }, dim);
    check.picks("scatterAdd", shape, index, dim);
    check.need("scatterAdd", dy, ["float32", "int32"]);
    check.shaped("scatterAdd", "dy", dy, index.shape);
    const { order } = dy, [axis] = layout.axesOf(order, [dim]);
    const places = dense(inOrder(index, order, this.#transpose));
    return seen(scatterAdd(this.#gpu, dense(dy), places, axis, layout.inMemory(order, shape)), order);
  }
  indexSelect(x: Storage, index: Storage, dim: number): Storage {
    check.rows("indexSelect", x.shape, index, dim);
    const [axis] = layout.axesOf(x.order, [dim]);
    return seen(indexSelect(this.#gpu, dense(x), index, axis), x.order);
  }
  indexAdd(dy: Storage, index: Storage, dim: number, size: number): Storage {
    const shape = check.addedRows("indexAdd", dy, index, dim, size), { order } = dy;
    const [axis] = layout.axesOf(order, [dim]);
    return seen(indexAdd(this.#gpu, dense(dy), index, axis, layout.inMemory(order, shape)), order);
  }
  indexCopy(x: Storage, v: Storage, index: Storage, dim: number): Storage {
    check.copiedRows(x, v, index, dim);
    if (index.shape[0] === 0) return this.#gpu.share(x);
    return composed.indexCopy(this, x, v, scatterLast(this.#gpu, index, 0, x.shape[dim], "indexCopy"), dim);
  }
  scatter(x: Storage, v: Storage, index: Storage, dim: number): Storage {
    check.scattered(x, v, index, dim);
    if (index.shape[dim] === 0) return this.#gpu.share(x);
    return composed.scatter(this, x, v, this.#scatterLast(index, dim, x.shape[dim], "scatter"), dim);
  }
  at(index: Storage, size: number): Storage {
    check.need("at", index, ["int32"]);
    return seen(at(this.#gpu, dense(index), size), index.order);
  }
  scatterLast(index: Storage, dim: number, size: number): Storage {
    check.need("scatterLast", index, ["int32"]);
    check.dimension("scatterLast", index, dim);
    return this.#scatterLast(index, dim, size);
  }
  #scatterLast(index: Storage, dim: number, size: number, asked?: "scatter"): Storage {
    const [axis] = layout.axesOf(index.order, [dim]);
    return seen(scatterLast(this.#gpu, dense(index), axis, size, asked), index.order);
  }
  oneHot(x: Storage, classes: number): Storage {
    check.need("oneHot", x, ["int32"]);
    return seen(oneHot(this.#gpu, dense(x), classes), x.order && [...x.order, x.order.length]);
  }
  inverseCdf(weights: Storage, points: Storage): Storage {
    check.weighted("inverseCdf", weights, points);
    return inverseCdf(this.#gpu, this.#plain(weights), this.#plain(points));
  }

  /** A factor as it lies, if that is row by row or column by column; else a copy. */
  #factor(x: Storage): Matrix {
    const { order } = x, last = x.shape.length - 1;
    const turned = order !== null && order[last] === last - 1 && order[last - 1] === last &&
      order.slice(0, -2).every((axis, d) => axis === d);
    return turned ? { memory: dense(x), transposed: true } : { memory: this.#plain(x), transposed: false };
  }
  matmul(a: Storage, b: Storage): Storage {
    const shape = check.product(a, b);
    if (a.dtype === "int32") return matmulIntegers(this.#gpu, this.#plain(a), this.#plain(b), shape);
    return this.#product(this.#factor(a), this.#factor(b), null, shape);
  }
  linear(x: Storage, w: Storage, bias: Storage): Storage {
    check.linear(x, w, bias);
    const { memory, transposed } = this.#factor(w);
    const shape = [x.shape[0], w.shape[0]];
    return this.#product(this.#factor(x), { memory, transposed: !transposed }, bias, shape);
  }
  linearWeightBiasGrad(dy: Storage, x: Storage): [Storage, Storage] {
    check.linearGrad(dy, x);
    const [g, input] = [dy, x].map((one) => this.#plain(one));
    const whole = [g, input, { shape: [dy.shape[1], x.shape[1]] }].every((one) => fits(this.#gpu, one));
    if (whole && sizeOf(x.shape) > 0 && dy.shape[1] > 0) return linearWeightBiasGrad(this.#gpu, g, input);
    return [this.matmul(this.permute(dy, [1, 0]), x), this.sum(dy, [0])];
  }
  /** a · b + bias; of some rows, or some of a batch, at a time where they are too large. */
  #product(a: Matrix, b: Matrix, bias: Storage | null, shape: readonly number[]): Storage {
    const left = a.memory, right = b.memory;
    if (b.memory.shape.length === 2 && !a.transposed) {
      if (fits(this.#gpu, { shape }) && fits(this.#gpu, left)) return matmul(this.#gpu, a, b, bias);
      const columns = shape[shape.length - 1],
        rows = sizeOf(shape.slice(0, -1)),
        inner = left.shape[left.shape.length - 1];
      const flat = new Storage(left.dataId, [rows, inner], left.dtype);
      const some = ([memory]: Storage[]) => matmul(this.#gpu, { memory, transposed: false }, b, bias);
      const result = byRows(this.#gpu, [flat], [rows, columns], some);
      result.shape = [...shape];
      return result;
    }
    // A sum over rows of both, as the gradient of a layer's weights: its parts are added.
    if (
      a.transposed && !b.transposed && bias === null && left.shape.length === 2 && right.shape.length === 2
    ) {
      const some = ([left, right]: Storage[]) =>
        matmul(this.#gpu, { ...a, memory: left }, { ...b, memory: right });
      return overRows(this.#gpu, [left, right], some, this.#plus);
    }
    const batches = left.shape.length === shape.length && right.shape.length === shape.length &&
      shape.length > 2 &&
      left.shape[0] === right.shape[0];
    if (!batches) return matmul(this.#gpu, a, b, bias);
    return byRows(
      this.#gpu,
      [left, right],
      shape,
      ([left, right]) => matmul(this.#gpu, { ...a, memory: left }, { ...b, memory: right }, bias),
    );
  }

  /** a + b, of one shape. */
  readonly #plus = (a: Storage, b: Storage): Storage => binary(this.#gpu, BINARY.add, a, b, a.shape, a.dtype);

  /** Images and filters as the programs want them in memory. */
  #images(x: Storage): Storage {
    return dense(inOrder(x, channelsLast(4), this.#transpose));
  }
  #filters(w: Storage): Storage {
    return dense(inOrder(w, FILTERS, this.#transpose));
  }
  conv2d(x: Storage, w: Storage, bias: Storage | null, settings: Convolution): Storage {
    check.floats("conv2d", x, w, bias);
    const sizes = check.convolution("conv2d", x.shape, w.shape, settings);
    if (bias !== null) check.fits("conv2d", "bias", bias, [w.shape[0]]);
    const filters = this.#filters(w), shape = [sizes.outHeight, sizes.outWidth, sizes.outChannels];
    return this.#byImages([x], sizes, shape, ([x], s) => convolution(this.#gpu, x, filters, bias, s));
  }
  conv2dInputGrad(dy: Storage, w: Storage, shape: readonly number[], settings: Convolution): Storage {
    check.floats("conv2dInputGrad", dy, w);
    const sizes = check.convolution("conv2dInputGrad", shape, w.shape, settings);
    check.convolutionGrad("conv2dInputGrad", dy, sizes);
    const filters = this.#filters(w);
    return this.#byImages(
      [dy],
      sizes,
      unpooled(sizes),
      ([dy], s) => convolutionInputGrad(this.#gpu, dy, filters, s),
    );
  }
  conv2dFilterGrad(x: Storage, dy: Storage, shape: readonly number[], settings: Convolution): Storage {
    check.floats("conv2dFilterGrad", x, dy);
    const sizes = check.convolution("conv2dFilterGrad", x.shape, shape, settings);
    check.convolutionGrad("conv2dFilterGrad", dy, sizes);
    const some = ([x, dy]: Storage[]) =>
      convolutionFilterGrad(this.#gpu, x, dy, { ...sizes, images: x.shape[0] });
    return seen(overRows(this.#gpu, [x, dy].map((one) => this.#images(one)), some, this.#plus), FILTERS);
  }
  conv2dFilterBiasGrad(
    x: Storage,
    dy: Storage,
    shape: readonly number[],
    settings: Convolution,
  ): [Storage, Storage] {
    check.floats("conv2dFilterBiasGrad", x, dy);
    const sizes = check.convolution("conv2dFilterBiasGrad", x.shape, shape, settings);
    check.convolutionGrad("conv2dFilterBiasGrad", dy, sizes);
    if (!fits(this.#gpu, x) || !fits(this.#gpu, dy)) {
      return [this.conv2dFilterGrad(x, dy, shape, settings), this.sum(dy, [0, 2, 3])];
    }
    const [dw, dBias] = convolutionFilterBiasGrad(this.#gpu, this.#images(x), this.#images(dy), sizes);
    return [seen(dw, FILTERS), dBias];
  }

  /** f of images, which gives images of a shape [height, width, channels]; of some at a time where they are too large. */
  #byImages<S extends { readonly images: number }>(
    images: readonly Storage[],
    sizes: S,
    shape: readonly number[],
    f: (images: Storage[], sizes: S) => Storage,
  ): Storage {
    const memory = images.map((one) => this.#images(one));
    const some = (images: Storage[]) => f(images, { ...sizes, images: images[0].shape[0] });
    return seen(byRows(this.#gpu, memory, [sizes.images, ...shape], some), channelsLast(4));
  }

  maxPool2d(x: Storage, settings: Pooling): [y: Storage, places: Storage] {
    check.floats("maxPool2d", x);
    const sizes = check.pooling("maxPool2d", x.shape, settings), images = this.#images(x);
    if (fits(this.#gpu, images)) {
      const [y, places] = pooling.maxPool(this.#gpu, images, sizes);
      return [seen(y, channelsLast(4)), seen(places, channelsLast(4))];
    }
    // Runs of images have one result: they are gone over once for each.
    const only = (which: 0 | 1) =>
      this.#byImages([x], sizes, pooled(sizes), ([x], s) => {
        const both = pooling.maxPool(this.#gpu, x, s);
        this.#gpu.free(both[1 - which]);
        return both[which];
      });
    return [only(0), only(1)];
  }
  maxPool2dGrad(dy: Storage, places: Storage, shape: readonly number[], settings: Pooling): Storage {
    const sizes = check.pooling("maxPool2dGrad", shape, settings);
    check.pooled("maxPool2dGrad", "dy", dy, sizes);
    check.placed("maxPool2dGrad", places, sizes);
    return this.#byImages(
      [dy, places],
      sizes,
      unpooled(sizes),
      ([dy, places], s) => pooling.maxPoolGrad(this.#gpu, dy, places, s),
    );
  }
  maxPool2dPick(u: Storage, places: Storage, settings: Pooling): Storage {
    check.floats("maxPool2dPick", u);
    const sizes = check.pooling("maxPool2dPick", u.shape, settings);
    check.placed("maxPool2dPick", places, sizes);
    return this.#byImages(
      [u, places],
      sizes,
      pooled(sizes),
      ([u, places], s) => pooling.maxPoolPick(this.#gpu, u, places, s),
    );
  }
  avgPool2d(x: Storage, settings: Averaging): Storage {
    check.floats("avgPool2d", x);
    const sizes = check.pooling("avgPool2d", x.shape, settings);
    return this.#byImages(
      [x],
      sizes,
      pooled(sizes),
      ([x], s) => pooling.avgPool(this.#gpu, x, s, settings.divisor),
    );
  }
  avgPool2dGrad(dy: Storage, shape: readonly number[], settings: Averaging): Storage {
    const sizes = check.pooling("avgPool2dGrad", shape, settings);
    check.pooled("avgPool2dGrad", "dy", dy, sizes);
    return this.#byImages(
      [dy],
      sizes,
      unpooled(sizes),
      ([dy], s) => pooling.avgPoolGrad(this.#gpu, dy, s, settings.divisor),
    );
  }

  resample(x: Storage, dim: number, taps: Taps): Storage {
    check.resampled(x, dim, taps);
    const [axis] = layout.axesOf(x.order, [dim]);
    return seen(resample(this.#gpu, dense(x), axis, taps), x.order);
  }

  softmax(x: Storage, dim: number): Storage {
    check.floats("softmax", x);
    check.dimension("softmax", x, dim);
    if (!classification.fitsLines(x, dim)) return composed.softmax(this, x, dim);
    const [axis] = layout.axesOf(x.order, [dim]);
    return seen(this.#rows([dense(x)], axis, ([x]) => classification.softmax(this.#gpu, x, axis)), x.order);
  }
  logSoftmax(x: Storage, dim: number): Storage {
    check.floats("logSoftmax", x);
    check.dimension("logSoftmax", x, dim);
    if (!classification.fitsLines(x, dim)) return composed.logSoftmax(this, x, dim);
    const [axis] = layout.axesOf(x.order, [dim]);
    return seen(
      this.#rows([dense(x)], axis, ([x]) => classification.logSoftmax(this.#gpu, x, axis)),
      x.order,
    );
  }
  softmaxGrad(dy: Storage, y: Storage, dim: number): Storage {
    check.softmaxGrad("softmaxGrad", dy, y, dim);
    if (!classification.fitsLines(y, dim)) return composed.softmaxGrad(this, dy, y, dim);
    const g = dense(inOrder(dy, y.order, this.#transpose)), [axis] = layout.axesOf(y.order, [dim]);
    return seen(
      this.#rows([g, dense(y)], axis, ([g, y]) => classification.softmaxGrad(this.#gpu, g, y, axis)),
      y.order,
    );
  }
  logSoftmaxGrad(dy: Storage, y: Storage, dim: number): Storage {
    check.softmaxGrad("logSoftmaxGrad", dy, y, dim);
    if (!classification.fitsLines(y, dim)) return composed.logSoftmaxGrad(this, dy, y, dim);
    const g = dense(inOrder(dy, y.order, this.#transpose)), [axis] = layout.axesOf(y.order, [dim]);
    return seen(
      this.#rows([g, dense(y)], axis, ([g, y]) => classification.logSoftmaxGrad(this.#gpu, g, y, axis)),
      y.order,
    );
  }
  crossEntropy(logits: Storage, classes: Storage, { ignored, mean }: Losses): Storage[] {
    check.classification("crossEntropy", logits, classes);
    if (logits.shape[1] > classification.MOST_CLASSES) {
      return composed.crossEntropy(this, logits, classes, { ignored, mean });
    }
    const [losses, logs] = classification.crossEntropy(this.#gpu, this.#plain(logits), classes, ignored);
    if (!mean) return [losses, logs];
    const [loss, count] = losses.shape[0] > classification.MOST_LOSSES
      ? composed.meanLoss(this, losses, classes, ignored)
      : classification.meanLoss(this.#gpu, losses, classes, ignored);
    return [loss, logs, count];
  }
  crossEntropyGrad(
    dy: Storage,
    logs: Storage,
    classes: Storage,
    ignored: number | null,
    count: Storage | null,
  ): Storage {
    check.classificationGrad("crossEntropyGrad", dy, logs, classes, count);
    return classification.crossEntropyGrad(this.#gpu, dy, this.#plain(logs), classes, ignored, count);
  }
  batchNorm(
    x: Storage,
    scale: Storage,
    offset: Storage,
    epsilon: number,
    running?: Running<Storage>,
  ): [Storage, Storage, Storage] {
    check.channels("batchNorm", x, { scale, offset });
    if (running !== undefined) check.running("batchNorm", x, running);
    const [axis] = layout.axesOf(x.order, [1]);
    const [y, mean, variance] = batchNorm(this.#gpu, dense(x), axis, scale, offset, epsilon, running ?? null);
    return [seen(y, x.order), mean, variance];
  }
  batchNormInference(
    x: Storage,
    mean: Storage,
    variance: Storage,
    scale: Storage,
    offset: Storage,
    epsilon: number,
  ): Storage {
    check.channels("batchNormInference", x, { mean, variance, scale, offset });
    const [axis] = layout.axesOf(x.order, [1]), perChannel = [mean, variance, scale, offset];
    return seen(batchNormInference(this.#gpu, dense(x), axis, perChannel, epsilon), x.order);
  }
  batchNormGrad(
    dy: Storage,
    x: Storage,
    mean: Storage,
    variance: Storage,
    scale: Storage,
    epsilon: number,
  ): [Storage, Storage, Storage] {
    check.channels("batchNormGrad", x, { mean, variance, scale });
    check.fits("batchNormGrad", "dy", dy, x.shape);
    const [axis] = layout.axesOf(x.order, [1]), g = dense(inOrder(dy, x.order, this.#transpose));
    const [dx, dScale, dOffset] = batchNormGrad(this.#gpu, g, dense(x), axis, mean, variance, scale, epsilon);
    return [seen(dx, x.order), dScale, dOffset];
  }
  attention(q: Storage, k: Storage, v: Storage, settings: Attention): Storage {
    check.attention("attention", q, k, v);
    return composed.attention(this, q, k, v, settings);
  }
  attentionGrad(
    dy: Storage,
    q: Storage,
    k: Storage,
    v: Storage,
    settings: Attention,
  ): [Storage, Storage, Storage] {
    check.fits("attentionGrad", "dy", dy, check.attention("attentionGrad", q, k, v));
    return composed.attentionGrad(this, dy, q, k, v, settings);
  }
  layerNorm(
    x: Storage,
    scale: Storage | null,
    offset: Storage | null,
    epsilon: number,
  ): [Storage, Storage, Storage] {
    check.normalizedRows("layerNorm", x, {}, { scale, offset });
    if (!fitsLoops(x)) return composed.layerNorm(this, x, scale, offset, epsilon);
    return layerNorm(this.#gpu, this.#plain(x), scale, offset, epsilon);
  }
  layerNormGrad(
    dy: Storage,
    x: Storage,
    mean: Storage,
    variance: Storage,
    scale: Storage | null,
    epsilon: number,
  ): [Storage, Storage, Storage] {
    check.normalizedRows("layerNormGrad", x, { mean, variance }, { scale });
    check.fits("layerNormGrad", "dy", dy, x.shape);
    if (!fitsLoops(x)) return composed.layerNormGrad(this, dy, x, mean, variance, scale, epsilon);
    return layerNormGrad(this.#gpu, this.#plain(dy), this.#plain(x), mean, variance, scale, epsilon);
  }

  sumOfSquares(list: readonly Storage[]): Storage {
    check.floats("sumOfSquares", ...list);
    return this.sum(squares(this.#gpu, list), [0]);
  }
  scale(list: readonly Storage[], factor: Storage): void {
    check.floats("scale", ...list);
    check.fits("scale", "factor", factor, []);
    scale(this.#gpu, list, factor);
  }
  sgdStep(list: readonly SgdArrays<Storage>[], settings: SgdSettings): void {
    check.updates("sgdStep", list);
    this.#inPlace(list, (alike) => sgdStep(this.#gpu, alike, settings));
  }
  adamStep(list: readonly AdamArrays<Storage>[], settings: AdamSettings): void {
    check.updates("adamStep", list);
    this.#inPlace(list, (alike) => adamStep(this.#gpu, alike, settings));
  }
  rmspropStep(list: readonly RmspropArrays<Storage>[], settings: RmspropSettings): void {
    check.updates("rmspropStep", list);
    this.#inPlace(list, (alike) => rmspropStep(this.#gpu, alike, settings));
  }
  /**
   * Runs a step on arrays that lie in memory as their parameter does; of those that do not, on copies, and copies them back if the
   * step changes them.
   */
  #inPlace<A extends { readonly param: Storage } & { readonly [K in keyof A]: Storage | null }>(
    list: readonly A[],
    step: (alike: readonly A[]) => void,
  ): void {
    const back: (() => void)[] = [];
    const alike = list.map((arrays) => {
      const { order } = arrays.param, laid: Partial<Record<keyof A, Storage>> = {};
      for (const name in arrays) {
        const own: Storage | null = arrays[name];
        if (own === null || layout.sameOrder(own.order, order)) continue;
        const copy = laid[name] = inOrder(own, order, this.#transpose);
        if (name === "grad" || copy.dataId === own.dataId) continue;
        back.push(() => this.#gpu.overwrite(own, inOrder(copy, own.order, this.#transpose)));
      }
      return { ...arrays, ...laid };
    });
    step(alike);
    for (const give of back) give();
  }
}

/** The result's height, width and channels, and the input's. */
const pooled = (s: PoolSizes) => [s.outHeight, s.outWidth, s.channels];
const unpooled = (s: PoolSizes) => [s.height, s.width, s.channels];

/** A slice's lists as they lie in memory. */
function inMemory(order: Order, { begin, size, step }: Slice): Slice {
  return {
    begin: layout.inMemory(order, begin),
    size: layout.inMemory(order, size),
    step: layout.inMemory(order, step),
  };
}
