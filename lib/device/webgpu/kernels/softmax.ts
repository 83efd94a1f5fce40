/**
 * Softmax, log-softmax, their gradients, and cross-entropy: the threads of a line find the largest logit, then Σ exp(x − largest),
 * so that no exponential overflows.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { rangeCheck } from "../range.ts";
import { buffers, NAN, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";
import {
  alone,
  type Lines,
  linesOf,
  lineStruct,
  lineUniforms,
  overLines,
  shared,
  together,
} from "./lines.ts";

/**
 * The turns of one loop: there are three of them, and llvmpipe ends what comes after 65,535 turns of all loops of a program
 * together, unasked.
 */
const TURNS = 1 << 14;
/** A line so long leaves a GPU idle where there are few of them. */
const LONG = 1 << 16, FEW = 32;
/** Losses whose mean one workgroup takes, and classes of a row that it chooses from: whatever else it costs, its loops end. */
export const MOST_LOSSES = 1 << 20, MOST_CLASSES = 256 * TURNS;

function along({ shape }: Storage, dim: number): Lines {
  return linesOf([sizeOf(shape.slice(0, dim)), shape[dim], sizeOf(shape.slice(dim + 1))]);
}

/** Whether workgroups can share lines: not a few that are very long, nor any that is too long for them. */
export function fitsLines(x: Storage, dim: number): boolean {
  const length = x.shape[dim], { lanes, size } = along(x, dim);
  return length / lanes <= TURNS && (length <= LONG || size >= FEW);
}

const ADD = "fn plus(a: f32, b: f32) -> f32 { return a + b; }";
/** WGSL: visits the thread's elements, at places `at`. */
const each = (body: string) => `
  for (var k = begin; k < end; k += stride) {
    let at = start + k * uniforms.inner;
    ${body}
  }`;

/** WGSL: the line's `largest` and `logSum` = ln Σ exp(x − largest). A NaN among a line's logits makes its sum, hence all, NaN. */
const logSum = (lines: Lines) => `
  var largest = -infinity();
  ${each("largest = max(largest, logits[at]);")}
  ${together(lines, "largest", "max")}
  var sum = 0.0;
  ${each("sum += exp(logits[at] - largest);")}
  ${together(lines, "sum", "plus")}
  let logSum = log(sum);`;

/** One dispatch over the lines of arrays of one shape; `output` is one more of them. */
function linewise(
  gpu: Gpu,
  key: string,
  inputs: Readonly<Record<string, Storage>>,
  dim: number,
  body: (lines: Lines) => string,
): Storage {
  const [{ shape }] = Object.values(inputs), result = gpu.allocate(shape, "float32");
  if (sizeOf(shape) === 0) return result;
  const lines = along(result, dim);
  gpu.dispatch({
    key: `${key} ${alone(lines)}`,
    code: () => /* wgsl */ `
${lineStruct()}
${buffers(Object.fromEntries(Object.keys(inputs).map((name) => [name, "f32"])), "f32")}
${NAN}
${ADD}
${shared(lines, "f32")}
${overLines(lines, body(lines))}`,
    bindings: [...Object.values(inputs), result],
    uniforms: lineUniforms(lines),
    workgroups: lines.workgroups,
  });
  return result;
}

/** eˣ / Σ eˣ along a dimension. */
export function softmax(gpu: Gpu, x: Storage, dim: number): Storage {
  return linewise(gpu, "softmax", { logits: x }, dim, (lines) =>
    `${logSum(lines)}
  ${each("output[at] = exp(logits[at] - largest) / sum;")}`);
}

/** x − ln Σ eˣ along a dimension. */
export function logSoftmax(gpu: Gpu, x: Storage, dim: number): Storage {
  return linewise(gpu, "logSoftmax", { logits: x }, dim, (lines) =>
    `${logSum(lines)}
  ${each("output[at] = (logits[at] - largest) - logSum;")}`);
}

/** y (dy − Σ dy y), y a softmax. */
export function softmaxGrad(gpu: Gpu, dy: Storage, y: Storage, dim: number): Storage {
  return linewise(gpu, "softmaxGrad", { dy, y }, dim, (lines) => `
  var sum = 0.0;
  ${each("sum += dy[at] * y[at];")}
  ${together(lines, "sum", "plus")}
  ${each("output[at] = y[at] * (dy[at] - sum);")}`);
}

/** dy − eʸ Σ dy, y a log-softmax. */
export function logSoftmaxGrad(gpu: Gpu, dy: Storage, y: Storage, dim: number): Storage {
  return linewise(gpu, "logSoftmaxGrad", { dy, y }, dim, (lines) => `
  var sum = 0.0;
  ${each("sum += dy[at];")}
  ${together(lines, "sum", "plus")}
  ${each("output[at] = dy[at] - exp(y[at]) * sum;")}`);
}

/** What stands for rows that do not count: none of them, or a class. */
const ignoredWords = (ignored: number | null) => [Number(ignored !== null), ignored ?? 0];
const IGNORED = "ignores: u32, ignored: i32";

/** −log-softmax at each row's class, 0 where the class is `ignored`, NaN where there is no such class; and the log-softmax. */
export function crossEntropy(
  gpu: Gpu,
  logits: Storage,
  classes: Storage,
  ignored: number | null,
): [losses: Storage, logs: Storage] {
  const [rows] = logits.shape;
  const losses = gpu.allocate([rows], "float32"), logs = gpu.allocate(logits.shape, "float32");
  if (rows === 0) return [losses, logs];
  const lines = along(logits, 1);
  gpu.dispatch({
    key: `crossEntropy ${alone(lines)}`,
    code: () => /* wgsl */ `
${lineStruct(IGNORED)}
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> classes: array<i32>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
@group(0) @binding(3) var<storage, read_write> logs: array<f32>;
@group(0) @binding(4) var<uniform> uniforms: Uniforms;
${NAN}
${ADD}
${rangeCheck("crossEntropy", 5)}
${shared(lines, "f32")}
${
      overLines(
        lines,
        `${logSum(lines)}
  ${each("logs[at] = (logits[at] - largest) - logSum;")}
  if (exists && lane == 0u) {
    let class_ = classes[line];
    if (uniforms.ignores == 1u && class_ == uniforms.ignored) {
      losses[line] = 0.0;
    } else if (class_ < 0 || u32(class_) >= uniforms.length) {
      outOfRange(class_, uniforms.length);
      losses[line] = nan();
    } else {
      losses[line] = logSum - (logits[start + u32(class_)] - largest);
    }
  }`,
      )
    }`,
    bindings: [logits, classes, losses, logs],
    uniforms: lineUniforms(lines, ignoredWords(ignored)),
    workgroups: lines.workgroups,
    checks: "crossEntropy",
  });
  return [losses, logs];
}

const THREADS = 256;

/** The mean of the losses of rows that count, and how many those are; at most {@linkcode MOST_LOSSES}. */
export function meanLoss(
  gpu: Gpu,
  losses: Storage,
  classes: Storage,
  ignored: number | null,
): [mean: Storage, count: Storage] {
  const mean = gpu.allocate([], "float32"), count = gpu.allocate([], "float32");
  gpu.dispatch({
    key: "crossEntropy, the mean",
    code: () => /* wgsl */ `
struct Uniforms { rows: u32, ${IGNORED} }
@group(0) @binding(0) var<storage, read> losses: array<f32>;
@group(0) @binding(1) var<storage, read> classes: array<i32>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> count: array<f32>;
@group(0) @binding(4) var<uniform> uniforms: Uniforms;
${NAN}
var<workgroup> sums: array<vec2<f32>, ${THREADS}>;
// The row's loss, and 1 where it counts.
fn row(at: u32) -> vec2<f32> {
  return vec2(losses[at], select(1.0, 0.0, uniforms.ignores == 1u && classes[at] == uniforms.ignored));
}
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) local: u32) {
  var a = vec2<f32>();
  var b = vec2<f32>();
  var k = local;
  for (; k + ${THREADS}u < uniforms.rows; k += ${2 * THREADS}u) {
    a += row(k);
    b += row(k + ${THREADS}u);
  }
  if (k < uniforms.rows) { a += row(k); }
  sums[local] = a + b;
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0u; half >>= 1u) {
    if (local < half) { sums[local] += sums[local + half]; }
    workgroupBarrier();
  }
  if (local == 0u) {
    let total = sums[0];
    mean[0] = select(total.x / max(total.y, 1.0), nan(), total.y == 0.0);
    count[0] = total.y;
  }
}`,
    bindings: [losses, classes, mean, count],
    uniforms: packUniforms([losses.shape[0], ...ignoredWords(ignored)]),
    workgroups: [1, 1, 1],
  });
  return [mean, count];
}

/**
 * dy · (e^logs − one-hot of the class), 0 where the class is `ignored`: what a logit was too likely, or too unlikely.
 *
 * @param count Of how many losses there is the mean; null: dy has a number a row.
 */
export function crossEntropyGrad(
  gpu: Gpu,
  dy: Storage,
  logs: Storage,
  classes: Storage,
  ignored: number | null,
  count: Storage | null,
): Storage {
  const result = gpu.allocate(logs.shape, "float32");
  const size = sizeOf(logs.shape);
  if (size === 0) return result;
  const counted: Record<string, "f32"> = count === null ? {} : { count: "f32" };
  gpu.dispatch({
    key: `crossEntropyGrad ${count !== null}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, columns: u32, ${IGNORED} }
${buffers({ dy: "f32", logs: "f32", classes: "i32", ...counted }, "f32")}
${rangeCheck("crossEntropyGrad", count === null ? 5 : 6)}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.columns;
  let column = index - row * uniforms.columns;
  let class_ = classes[row];
  if (uniforms.ignores == 1u && class_ == uniforms.ignored) {
    output[index] = 0.0;
    return;
  }
  if (column == 0u && (class_ < 0 || u32(class_) >= uniforms.columns)) { outOfRange(class_, uniforms.columns); }
  let slope = ${count === null ? "dy[row]" : "dy[0] / count[0]"};
  output[index] = slope * (exp(logs[index]) - select(0.0, 1.0, i32(column) == class_));`)
    }`,
    bindings: [dy, logs, classes, ...(count === null ? [] : [count]), result],
    uniforms: packUniforms([size, logs.shape[1], ...ignoredWords(ignored)]),
    workgroups: workgroupsFor(size, WORKGROUP),
    checks: "crossEntropyGrad",
  });
  return result;
}
