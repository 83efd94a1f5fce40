/**
 * Rows become columns, in batches, through a tile in workgroup memory, so that reads and writes are runs.
 *
 * @module
 */
import type { Storage } from "../../storage.ts";
import type { Gpu } from "../gpu.ts";
import { buffers, packUniforms, wgslType } from "../wgsl.ts";

/** Threads along one side of a tile. */
const TILE = 16;
const MOST = 65535;

/** One coordinate of the result: how many values it has and how far each step goes in the input. */
export type Walk = readonly [size: number, stride: number];

/** The sizes [batch, rows, columns] of the input, if this walk swaps the last two and both are long enough to fill tiles. */
export function swappable(walks: readonly Walk[]): number[] | null {
  if (walks.length < 2 || walks.length > 3) return null;
  const [rows, columns] = walks.slice(-2), batch = walks.length === 3 ? walks[0] : null;
  if (rows[1] !== 1 || columns[1] !== rows[0]) return null;
  if (batch !== null && batch[1] !== rows[0] * columns[0]) return null;
  if (Math.min(rows[0], columns[0]) < TILE / 2 || Math.max(rows[0], columns[0]) > TILE * MOST) return null;
  return [batch?.[0] ?? 1, columns[0], rows[0]];
}

/** [batch, columns, rows], seen as `shape`, from [batch, rows, columns]. */
export function swapRows(
  gpu: Gpu,
  x: Storage,
  shape: readonly number[],
  [batch, rows, columns]: readonly number[],
): Storage {
  const result = gpu.allocate(shape, x.dtype);
  const type = wgslType(x.dtype);
  gpu.dispatch({
    key: `swap ${type}`,
    code: () => /* wgsl */ `
struct Uniforms { rows: u32, columns: u32, batch: u32 }
${buffers({ input: type }, type)}
// One more column than threads, so that a column's elements lie in different banks.
var<workgroup> tile: array<${type}, ${TILE * (TILE + 1)}>;
@compute @workgroup_size(${TILE}, ${TILE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  for (var batch = group.z; batch < uniforms.batch; batch += ${MOST}u) {
    let start = batch * uniforms.rows * uniforms.columns;
    let row = group.y * ${TILE}u + local.y;
    let column = group.x * ${TILE}u + local.x;
    if (row < uniforms.rows && column < uniforms.columns) {
      tile[local.y * ${TILE + 1}u + local.x] = input[start + row * uniforms.columns + column];
    }
    workgroupBarrier();
    let outRow = group.x * ${TILE}u + local.y;
    let outColumn = group.y * ${TILE}u + local.x;
    if (outRow < uniforms.columns && outColumn < uniforms.rows) {
      output[start + outRow * uniforms.rows + outColumn] = tile[local.x * ${TILE + 1}u + local.y];
    }
    workgroupBarrier();
  }
}`,
    bindings: [x, result],
    uniforms: packUniforms([rows, columns, batch]),
    workgroups: [Math.ceil(columns / TILE), Math.ceil(rows / TILE), Math.min(batch, MOST)],
  });
  return result;
}
