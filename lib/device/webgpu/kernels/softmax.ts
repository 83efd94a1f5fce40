/**
 * Softmax and LogSoftmax over the last dimension: a workgroup per row finds the largest logit, then Σ exp(x − largest),
 * so that no exponential overflows.
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import { workgroupsFor } from "../backend.ts";
import { NAN, packUniforms } from "../wgsl.ts";
import { type GpuKernelCall, registerKernel, sizeOf } from "./registry.ts";

const THREADS = 64;

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

function rowwise({ inputs: { logits }, backend }: GpuKernelCall, key: string, finish: string): Storage {
  const result = backend.allocate([...logits.shape], "float32");
  const size = sizeOf(logits.shape);
  if (size === 0) return result;
  const columns = logits.shape.at(-1) ?? 1, rows = size / columns;
  backend.dispatch({
    key,
    code: () => /* wgsl */ `
struct Uniforms { rows: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${NAN}
var<workgroup> shared_: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  if (row >= uniforms.rows) { return; }
  let start = row * uniforms.columns;
  let end = start + uniforms.columns;
  var value = -infinity();
  for (var at = start + local; at < end; at += ${THREADS}u) { value = max(value, logits[at]); }
  ${together("max(a, b)", "largest")}
  value = 0.0;
  for (var at = start + local; at < end; at += ${THREADS}u) { value += exp(logits[at] - largest); }
  ${together("a + b", "sum")}
  let logSum = log(sum);
  for (var at = start + local; at < end; at += ${THREADS}u) {
    let shifted = logits[at] - largest;
    output[at] = ${finish};
  }
}`,
    bindings: [logits, result],
    uniforms: packUniforms([rows, columns]),
    workgroups: workgroupsFor(rows, 1),
  });
  return result;
}

/** Registers the kernels. A NaN among a row's logits makes its sum, hence the whole row, NaN. */
export function registerSoftmaxKernels(): void {
  registerKernel("Softmax", (call) => rowwise(call, "Softmax", "exp(shifted) / sum"));
  registerKernel("LogSoftmax", (call) => rowwise(call, "LogSoftmax", "shifted - logSum"));
}
