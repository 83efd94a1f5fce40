/**
 * Matrix products.
 *
 * @module
 */
import { broadcastShapes, sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { expand } from "./arrange.ts";
import { fill } from "./fill.ts";
import { buffers, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";
import { matrix } from "./operands.ts";
import { inFours, type Product, productAndSums, tiledProduct } from "./product.ts";

/** A row-major matrix, or a batch of them, [..., rows, columns]; `transposed`: what is meant has these as columns. */
export interface Matrix {
  readonly memory: Storage;
  readonly transposed: boolean;
}

/** a · b (+ bias, one number a column); leading dimensions broadcast. */
export function matmul(gpu: Gpu, a: Matrix, b: Matrix, bias: Storage | null = null): Storage {
  const [rows, inner] = extents(a), columns = extents(b)[1];
  const batchA = a.memory.shape.slice(0, -2), batchB = b.memory.shape.slice(0, -2);
  const batch = broadcastShapes("matmul", batchA, batchB), count = sizeOf(batch);
  const shape = [...batch, rows, columns];
  if (sizeOf(shape) === 0) return gpu.allocate(shape, "float32");
  // A sum over nothing; its bias is all that is left.
  if (inner === 0) return bias === null ? fill(gpu, shape, 0, "float32") : expand(gpu, bias, shape);
  /** A batch of 1 serves all; others are made whole. */
  const whole = ({ memory, transposed }: Matrix, own: readonly number[]): Matrix =>
    sizeOf(own) === 1 || sizeOf(own) === count
      ? { memory, transposed }
      : { memory: expand(gpu, memory, [...batch, ...memory.shape.slice(-2)]), transposed };
  return tiledProduct(gpu, productOf(whole(a, batchA), whole(b, batchB), batch, bias));
}

/** dyᵀ x [out, in] and Σ dy [out], of dy [R, out] and x [R, in]; not of nothing. */
export function linearWeightBiasGrad(gpu: Gpu, dy: Storage, x: Storage): [dw: Storage, dBias: Storage] {
  const product = productOf({ memory: dy, transposed: true }, { memory: x, transposed: false }, [], null);
  return productAndSums(gpu, { ...product, summed: "a" });
}

/** The product of matrices with as many dimensions before as `batch` says, or of ones that serve all. */
function productOf(left: Matrix, right: Matrix, batch: readonly number[], bias: Storage | null): Product {
  const [rows, inner] = extents(left), columns = extents(right)[1], count = sizeOf(batch);
  const several = ({ memory }: Matrix) => sizeOf(memory.shape.slice(0, -2)) > 1;
  // Many matrices times one are one tall matrix times it.
  const tall = several(left) && !several(right) && !left.transposed;
  const groups = tall ? 1 : count, together = tall ? count * rows : rows;
  const [lineA, lineB] = [left, right].map(({ memory }) => memory.shape[memory.shape.length - 1]);
  const sizes = { groups, rows: together, columns, inner };
  const [wideA, wideB] = [lineA, lineB].map((line) => line % 4 === 0 && inFours(sizes));
  const far = (matrix: Matrix, wide: boolean) =>
    groups === 1 || !several(matrix) ? 0 : sizeOf(matrix.memory.shape.slice(-2)) / (wide ? 4 : 1);
  return {
    name: "matmul",
    a: matrix("left", !left.transposed, wideA),
    b: matrix("right", right.transposed, wideB),
    inputs: [left.memory, right.memory],
    bias,
    integers: {
      leftStride: wideA ? lineA / 4 : lineA,
      rightStride: wideB ? lineB / 4 : lineB,
      leftGroup: far(left, wideA),
      rightGroup: far(right, wideB),
    },
    ...sizes,
    ...{ shape: [...batch, rows, columns], outRow: columns, outGroup: together * columns },
  };
}

/** The turns of one loop: software adapters end longer ones early. */
const TURNS = 4096;

/**
 * The product of int32, which wraps: one thread an element.
 *
 * @param a Row-major, [..., rows, inner].
 * @param b Row-major, [..., inner, columns].
 */
export function matmulIntegers(gpu: Gpu, a: Storage, b: Storage, shape: readonly number[]): Storage {
  const result = gpu.allocate(shape, "int32"), size = sizeOf(shape);
  if (size === 0) return result;
  const batch = shape.slice(0, -2), [rows, columns] = shape.slice(-2), inner = a.shape[a.shape.length - 1];
  if (inner === 0) return fill(gpu, shape, 0, "int32");
  const whole = (x: Storage) => expand(gpu, x, [...batch, ...x.shape.slice(-2)]);
  gpu.dispatch({
    key: "matmul i32",
    code: () => /* wgsl */ `
struct Uniforms { size: u32, rows: u32, columns: u32, inner: u32 }
${buffers({ left: "i32", right: "i32" }, "i32")}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let column = index % uniforms.columns;
  let row = index / uniforms.columns;
  let top = row / uniforms.rows * uniforms.inner * uniforms.columns + column;
  var total = 0;
  for (var start = 0u; start < uniforms.inner; start += ${TURNS}u) {
    let end = min(uniforms.inner, start + ${TURNS}u);
    for (var k = start; k < end; k++) {
      total += left[row * uniforms.inner + k] * right[top + k * uniforms.columns];
    }
  }
  output[index] = total;`)
    }`,
    bindings: [whole(a), whole(b), result],
    uniforms: packUniforms([size, rows, columns, inner]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

function extents({ memory: { shape }, transposed }: Matrix): [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}
