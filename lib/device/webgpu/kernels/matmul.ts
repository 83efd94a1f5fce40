/**
 * Matrix products. TensorFlow.js' program is fast and computes most; ours the few that it refuses (more tiles along a side than
 * a dispatch has workgroups) or gets wrong (two batches that both broadcast).
 *
 * @module
 */
import { BINARY } from "../../elementwise.ts";
import { broadcastShapes, sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { callStock, withoutSplit } from "../stock.ts";
import { expand } from "./arrange.ts";
import { binary } from "./binary.ts";
import { fill } from "./fill.ts";
import { buffers, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";
import { tiledProduct } from "./product.ts";

/** A row-major matrix, or a batch of them, [..., rows, columns]; `transposed`: what is meant has these as columns. */
export interface Matrix {
  readonly memory: Storage;
  readonly transposed: boolean;
}

/** The most workgroups along a side of a dispatch, and the smallest tile of TensorFlow.js'. */
const MOST = 65535, SMALLEST_TILE = 8;

/** a · b (+ bias, one number a column); leading dimensions broadcast. */
export function matmul(gpu: Gpu, a: Matrix, b: Matrix, bias: Storage | null = null): Storage {
  const [rows, inner] = sizes(a), columns = sizes(b)[1];
  const batchA = a.memory.shape.slice(0, -2), batchB = b.memory.shape.slice(0, -2);
  const batch = broadcastShapes("matmul", batchA, batchB), count = sizeOf(batch);
  const shape = [...batch, rows, columns], outputs = sizeOf(shape);
  if (outputs === 0) return gpu.allocate(shape, "float32");
  // A sum over nothing; its bias is all that is left.
  if (inner === 0) return bias === null ? fill(gpu, shape, 0, "float32") : expand(gpu, bias, shape);
  // TensorFlow.js repeats a batch of 1, and no other.
  const whole = ({ memory, transposed }: Matrix, own: readonly number[]): Matrix =>
    sizeOf(own) === 1 || sizeOf(own) === count
      ? { memory, transposed }
      : { memory: expand(gpu, memory, [...batch, ...memory.shape.slice(-2)]), transposed };
  const left = whole(a, batchA), right = whole(b, batchB);
  if (Math.max(count, Math.ceil(rows / SMALLEST_TILE), Math.ceil(columns / SMALLEST_TILE)) > MOST) {
    const product = ownProduct(gpu, left, right, count, shape);
    return bias === null ? product : binary(gpu, BINARY.add, product, bias, shape, "float32");
  }
  const tiles = count * Math.ceil(rows / 32) * Math.ceil(columns / 32);
  const attrs = { transposeA: a.transposed, transposeB: b.transposed };
  const result = withoutSplit(
    inner,
    outputs,
    tiles,
    () =>
      bias === null
        ? callStock(gpu, "BatchMatMul", { a: left.memory, b: right.memory }, attrs)
        : callStock(gpu, "_FusedMatMul", { a: left.memory, b: right.memory, bias }, {
          ...attrs,
          activation: "linear",
          leakyreluAlpha: 0,
        }),
  );
  return gpu.adopt(result, shape);
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

function sizes({ memory: { shape }, transposed }: Matrix): [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

/** With the tiles of product.ts. A batch of 1 serves all. */
function ownProduct(gpu: Gpu, a: Matrix, b: Matrix, groups: number, shape: readonly number[]): Storage {
  const [rows, inner] = sizes(a), columns = sizes(b)[1];
  const far = ({ memory }: Matrix) =>
    sizeOf(memory.shape.slice(0, -2)) === 1 ? 0 : sizeOf(memory.shape.slice(-2));
  const place = (row: string, column: string, across: string, { transposed }: Matrix, down: string) =>
    transposed ? `${column} * ${down} + ${row}` : `${row} * ${across} + ${column}`;
  return tiledProduct(gpu, {
    key: `matmul ${a.transposed} ${b.transposed}`,
    inputs: { left: a.memory, right: b.memory },
    integers: { farLeft: far(a), farRight: far(b) },
    functions: /* wgsl */ `
fn a(row: i32, k: i32, group: i32) -> f32 {
  return left[group * u.farLeft + ${place("row", "k", "u.inner", a, "u.rows")}];
}
fn b(k: i32, column: i32, group: i32) -> f32 {
  return right[group * u.farRight + ${place("k", "column", "u.columns", b, "u.inner")}];
}`,
    along: { a: !a.transposed, b: b.transposed },
    ...{ groups, rows, columns, inner, shape, groupsFirst: true },
  });
}
