/**
 * Softmax, log-softmax and cross-entropy: a workgroup per line finds the largest logit, then Σ exp(x − largest), so that no
 * exponential overflows.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { rangeCheck } from "../range.ts";
import { buffers, NAN, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";

const THREADS = 64;

/** The longest line that a workgroup takes: on llvmpipe a thread's loops end after 65,535 turns, unasked. */
export const LONGEST = 1 << 20;

/** WGSL: every thread's `value` made one, the same way each time; `result` is the same in all threads. */
const together = (combine: string, result: string) => `
  shared_[local] = value;
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0u; half >>= 1u) {
    if (local < half) {
      let a = shared_[local];
      let b = shared_[local + half];
      shared_[local] = ${combine};
    }
    workgroupBarrier();
  }
  let ${result} = shared_[0];
  workgroupBarrier();`;

/** A NaN among a line's logits makes its sum, hence the whole line, NaN. */
function linewise(gpu: Gpu, logits: Storage, dim: number, finish: string): Storage {
  const result = gpu.allocate(logits.shape, "float32");
  const size = sizeOf(logits.shape);
  if (size === 0) return result;
  const length = logits.shape[dim], inner = sizeOf(logits.shape.slice(dim + 1)), lines = size / length;
  const each = (body: string) =>
    `for (var k = local; k < uniforms.length; k += ${THREADS}u) {
    let at = start + k * uniforms.inner;
    ${body}
  }`;
  gpu.dispatch({
    key: `softmax ${finish}`,
    code: () => /* wgsl */ `
struct Uniforms { lines: u32, length: u32, inner: u32 }
${buffers({ logits: "f32" }, "f32")}
${NAN}
var<workgroup> shared_: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let line = group.y * groups.x + group.x;
  if (line >= uniforms.lines) { return; }
  let outer = line / uniforms.inner;
  let start = outer * uniforms.length * uniforms.inner + line - outer * uniforms.inner;
  var value = -infinity();
  ${each("value = max(value, logits[at]);")}
  ${together("max(a, b)", "largest")}
  value = 0.0;
  ${each("value += exp(logits[at] - largest);")}
  ${together("a + b", "sum")}
  let logSum = log(sum);
  ${each(`let shifted = logits[at] - largest;\n    output[at] = ${finish};`)}
}`,
    bindings: [logits, result],
    uniforms: packUniforms([lines, length, inner]),
    workgroups: workgroupsFor(lines, 1),
  });
  return result;
}

/** eˣ / Σ eˣ along a dimension of at most {@linkcode LONGEST}. */
export function softmax(gpu: Gpu, x: Storage, dim: number): Storage {
  return linewise(gpu, x, dim, "exp(shifted) / sum");
}

/** x − ln Σ eˣ along a dimension of at most {@linkcode LONGEST}. */
export function logSoftmax(gpu: Gpu, x: Storage, dim: number): Storage {
  return linewise(gpu, x, dim, "shifted - logSum");
}

/** −log-softmax at each row's class; NaN where there is no such class. */
export function classLoss(gpu: Gpu, logs: Storage, classes: Storage): Storage {
  const [rows, columns] = logs.shape;
  const result = gpu.allocate([rows], "float32");
  if (rows === 0) return result;
  gpu.dispatch({
    key: "crossEntropy",
    code: () => /* wgsl */ `
struct Uniforms { rows: u32, columns: u32 }
${buffers({ logs: "f32", classes: "i32" }, "f32")}
${NAN}
${rangeCheck("crossEntropy", 4)}
${
      onePerThread(`
  if (index >= uniforms.rows) { return; }
  let class_ = classes[index];
  if (class_ < 0 || u32(class_) >= uniforms.columns) {
    outOfRange(class_, uniforms.columns);
    output[index] = nan();
    return;
  }
  output[index] = -logs[index * uniforms.columns + u32(class_)];`)
    }`,
    bindings: [logs, classes, result],
    uniforms: packUniforms([rows, columns]),
    workgroups: workgroupsFor(rows, WORKGROUP),
    checks: "crossEntropy",
  });
  return result;
}

/** dy · (e^logs − one-hot of the class): what a logit was too likely, or too unlikely. */
export function crossEntropyGrad(gpu: Gpu, dy: Storage, logs: Storage, classes: Storage): Storage {
  const result = gpu.allocate(logs.shape, "float32");
  const size = sizeOf(logs.shape);
  if (size === 0) return result;
  gpu.dispatch({
    key: "crossEntropyGrad",
    code: () => /* wgsl */ `
struct Uniforms { size: u32, columns: u32 }
${buffers({ dy: "f32", logs: "f32", classes: "i32" }, "f32")}
${rangeCheck("crossEntropyGrad", 5)}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.columns;
  let column = index - row * uniforms.columns;
  let class_ = classes[row];
  if (column == 0u && (class_ < 0 || u32(class_) >= uniforms.columns)) { outOfRange(class_, uniforms.columns); }
  output[index] = dy[row] * (exp(logs[index]) - select(0.0, 1.0, i32(column) == class_));`)
    }`,
    bindings: [dy, logs, classes, result],
    uniforms: packUniforms([size, logs.shape[1]]),
    workgroups: workgroupsFor(size, WORKGROUP),
    checks: "crossEntropyGrad",
  });
  return result;
}
