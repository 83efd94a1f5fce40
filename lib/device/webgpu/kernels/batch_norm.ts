/**
 * Batch normalization in training: two dispatches forward, two back. A workgroup takes a few neighbouring channels of a chunk of
 * the rest, first for the statistics of that chunk. Then each begins with those of all chunks, joined in a fixed order, and changes
 * its own chunk; the first chunk's also write down what there is one of a channel.
 *
 * Statistics are sums and squares of distances from the mean of what was summed (Chan, Golub & LeVeque 1979), never Σ x² − n μ²,
 * which loses the digits that both have in common.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Running } from "../../kernels.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, type Workgroups, workgroupsFor } from "../gpu.ts";
import { emit, NAN, packUniforms } from "../wgsl.ts";
import { fill } from "./fill.ts";

const THREADS = 256;
/** Rows that a thread has under way at once: so many reads wait for memory together. */
const EACH = 8;
/** As many workgroups fill a GPU; with more, each would only join more chunks. */
const ENOUGH = 1024;
/** Bytes of neighbouring channels that a workgroup reads at once, and how many numbers that is. */
const LANES = 16;

/** How x is cut up: seen as `rows` of `columns`, where a column is a channel, or four in one vector. */
interface Grid {
  /** The WGSL type of an element. */
  readonly type: "f32" | "vec4<f32>";
  /** Whether channels lie last in memory. */
  readonly last: boolean;
  readonly rows: number;
  readonly columns: number;
  /** Numbers of a channel that lie side by side. */
  readonly inner: number;
  /** Columns of a workgroup, a power of 2. */
  readonly lanes: number;
  readonly blocks: number;
  readonly chunks: number;
  readonly chunkRows: number;
  readonly workgroups: Workgroups;
}

/** @param axis The dimension of memory in which the channels lie. */
function gridOf({ shape }: Storage, axis: number): Grid {
  const channels = shape[axis], rows = sizeOf(shape) / channels;
  const inner = channels === 1 ? 1 : sizeOf(shape.slice(axis + 1)), last = inner === 1;
  const vectors = last && channels % 4 === 0;
  const columns = vectors ? channels / 4 : channels;
  let lanes = 1;
  const beside = last ? vectors ? LANES / 4 : LANES : 1;
  // Where a channel has few values, threads that it does not need take other channels.
  while (lanes < columns && (lanes < beside || 2 * lanes * rows <= THREADS)) lanes *= 2;
  const blocks = Math.ceil(columns / lanes), batch = EACH * THREADS / lanes;
  const wanted = Math.min(Math.ceil(rows / batch), Math.max(1, Math.ceil(ENOUGH / blocks)));
  const chunkRows = batch * Math.ceil(rows / wanted / batch), chunks = Math.ceil(rows / chunkRows);
  return {
    ...{ type: vectors ? "vec4<f32>" : "f32", last, rows, columns, inner, lanes, blocks, chunks, chunkRows },
    workgroups: workgroupsFor(blocks * chunks, 1),
  };
}

const uniformsOf = (grid: Grid, epsilon: number, momentum = 0) =>
  packUniforms([
    ...[grid.rows, grid.columns, grid.inner, grid.lanes, grid.blocks, grid.chunks, grid.chunkRows],
    ...[{ f: epsilon }, { f: momentum }, { f: grid.rows / (grid.rows - 1) }],
  ]);

/** The partial sums of each chunk, two of a channel, and behind them rows of what the second dispatch wants to know of a channel. */
const partials = (gpu: Gpu, grid: Grid, channels: number, more: number) =>
  gpu.allocate([2 * grid.chunks + more, channels], "float32");

/**
 * WGSL: the entry point. `body` has `chunk`, its `row`s from the thread's own on to `end`, `stride` apart, and the `column`; a
 * thread without one has no rows.
 */
function program(
  { type, last }: Grid,
  read: readonly string[],
  written: readonly (readonly [name: string, type: string])[],
  body: string,
): string {
  const buffers = [
    ...read.map((name) => `var<storage, read> ${name}: array<T>;`),
    ...written.map(([name, of]) => `var<storage, read_write> ${name}: array<${of}>;`),
    "var<uniform> u: Uniforms;",
  ];
  return /* wgsl */ `
alias T = ${type};
alias U = ${type.replace("f32", "u32")};
${NAN}
struct Uniforms {
  rows: u32, columns: u32, inner: u32, lanes: u32, blocks: u32, chunks: u32, chunkRows: u32,
  epsilon: f32, momentum: f32, unbiased: f32,
}
${buffers.map((line, b) => `@group(0) @binding(${b}) ${line}`).join("\n")}
var<workgroup> counts: array<f32, ${THREADS}>;
var<workgroup> firsts: array<T, ${THREADS}>;
var<workgroup> seconds: array<T, ${THREADS}>;
fn at(row: u32, column: u32) -> u32 {
  ${
    last
      ? "return row * u.columns + column;"
      : "return (row / u.inner * u.columns + column) * u.inner + row % u.inner;"
  }
}
${written[0][0] === "y" ? emit("y", type) : ""}
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let unit = group.y * groups.x + group.x;
  if (unit >= u.blocks * u.chunks) { return; }
  let chunk = unit / u.blocks;
  let lane = local & (u.lanes - 1u);
  let column = (unit - chunk * u.blocks) * u.lanes + lane;
  let stride = ${THREADS}u / u.lanes;
  let line = local / u.lanes;
  let end = select(0u, min((chunk + 1u) * u.chunkRows, u.rows), column < u.columns);
  let far = ${EACH - 1}u * stride;
  var row = chunk * u.chunkRows + line;
${body}
}`;
}

const EIGHT = Array.from({ length: EACH }, (_, i) => i);
/** WGSL: a statement for each of the rows under way. */
const eight = (statement: (i: number) => string) => EIGHT.map(statement).join("\n    ");
/** WGSL: the sum of all, pair by pair. */
function sumOf(terms: readonly string[]): string {
  if (terms.length === 1) return terms[0];
  const half = terms.length / 2;
  return `(${sumOf(terms.slice(0, half))} + ${sumOf(terms.slice(half))})`;
}
/** WGSL: runs over the thread's rows: as long as there are eight, those at once, then one at a time. */
const overRows = (eight: string, one: string) => `
  for (; row + far < end; row += far + stride) {
    ${eight}
  }
  for (; row < end; row += stride) {
    ${one}
  }`;

/** WGSL: what the threads of a column have, joined by `join(a, b)`, which puts b's into a's; then it is at place `lane`. */
const joined = `
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half >= u.lanes; half >>= 1u) {
    if (local < half) { join(local, local + half); }
    workgroupBarrier();
  }`;

/** WGSL: takes `more` numbers with the sum `first` and the squares `second` to the thread's own `count`, `sum` and `squares`. */
const take = (more: string, first: string, second: string) => `
    let mean = ${first} / ${more};
    // The first have no distance from those before them, not even an infinite one.
    let gap = select(T(), mean - sum / max(count, 1.0), count > 0.0);
    squares += ${second} + gap * gap * (count * ${more} / (count + ${more}));
    sum += ${first};
    count += ${more};`;

/** WGSL: the statistics of the threads put together. */
const MOMENTS = `
fn join(a: u32, b: u32) {
  let n = counts[a];
  let m = counts[b];
  let gap = select(T(), firsts[b] / max(m, 1.0) - firsts[a] / max(n, 1.0), n * m > 0.0);
  seconds[a] += seconds[b] + gap * gap * (n * m / max(n + m, 1.0));
  firsts[a] += firsts[b];
  counts[a] = n + m;
}`;

/** WGSL: two sums of the threads put together. */
const SUMS = `
fn join(a: u32, b: u32) {
  firsts[a] += firsts[b];
  seconds[a] += seconds[b];
}`;

const SHARE_MOMENTS = `
  counts[local] = count;
  firsts[local] = sum;
  seconds[local] = squares;${joined}`;
const SHARE_SUMS = `
  firsts[local] = first;
  seconds[local] = second;${joined}`;

/** WGSL: writes what one thread a column of each chunk has, and once for all what `more` says of a column. */
const writePartials = (more: readonly string[]) => `
  if (line == 0u && column < u.columns) {
    partial[chunk * u.columns + column] = firsts[lane];
    partial[(u.chunks + chunk) * u.columns + column] = seconds[lane];
    if (chunk == 0u) {
      ${more.map((what, i) => `partial[(2u * u.chunks + ${i}u) * u.columns + column] = ${what};`).join("\n")}
    }
  }`;
/** WGSL: a row of what {@linkcode writePartials} said once. */
const ofColumn = (i: number) => `partial[(2u * u.chunks + ${i}u) * u.columns + min(column, u.columns - 1u)]`;

/** y, and the batch's mean and biased variance; x is row-major, its channels in dimension `axis`. */
export function batchNorm(
  gpu: Gpu,
  x: Storage,
  axis: number,
  scale: Storage,
  offset: Storage,
  epsilon: number,
  running: Running<Storage> | null,
): [y: Storage, mean: Storage, variance: Storage] {
  const channels = x.shape[axis];
  // The mean of nothing.
  if (channels > 0 && sizeOf(x.shape) === 0) {
    return [gpu.allocate(x.shape, "float32"), ...[1, 2].map(() => fill(gpu, [channels], NaN, "float32"))] as [
      Storage,
      Storage,
      Storage,
    ];
  }
  const [y, mean, variance] = [x.shape, [channels], [channels]].map((shape) =>
    gpu.allocate(shape, "float32")
  );
  if (channels === 0) return [y, mean, variance];
  const grid = gridOf(x, axis), { type, last } = grid, partial = partials(gpu, grid, channels, 2);
  const counted = running?.batches ?? null, even = running !== null && running.momentum === null;
  const uniforms = uniformsOf(grid, epsilon, running?.momentum ?? 0);
  const squares = EIGHT.map((i) => `d${i} * d${i}`);
  gpu.dispatch({
    key: `batchNorm statistics ${type} ${last} ${counted !== null}`,
    code: () =>
      program(
        grid,
        ["x", "scale", "offset"],
        [["partial", "T"], ...(counted === null ? [] : [["batches", "i32"]] as const)],
        `
  ${counted === null ? "" : "if (unit == 0u && local == 0u) { batches[0] += 1; }"}
  var count = 0.0;
  var sum = T();
  var squares = T();
  ${
          overRows(
            `${eight((i) => `let v${i} = x[at(row + ${i}u * stride, column)];`)}
    let eight = ${sumOf(EIGHT.map((i) => `v${i}`))};
    let middle = eight * ${1 / EACH};
    ${eight((i) => `let d${i} = v${i} - middle;`)}
    ${take(`${EACH}.0`, "eight", sumOf(squares))}`,
            `let v = x[at(row, column)];
    ${take("1.0", "v", "T()")}`,
          )
        }
  ${SHARE_MOMENTS}
  ${writePartials(["scale[column]", "offset[column]"])}`,
      ) + MOMENTS,
    bindings: [x, scale, offset, partial, ...(counted === null ? [] : [counted])],
    uniforms,
    workgroups: grid.workgroups,
  });
  const kept = running === null ? [] : [running.mean, running.variance];
  const share = even ? "1.0 / f32(batches[0])" : "u.momentum";
  gpu.dispatch({
    key: `batchNorm ${type} ${last} ${kept.length} ${even}`,
    code: () =>
      program(
        grid,
        ["x", "partial"],
        [
          ...["y", "means", "variances"].map((name) => [name, "T"] as const),
          ...(running === null ? [] : ["runningMean", "runningVariance"]).map((name) => [name, "T"] as const),
          ...(even ? [["batches", "i32"]] as const : []),
        ],
        `
  var count = 0.0;
  var sum = T();
  var squares = T();
  for (var k = line; k < u.chunks && column < u.columns; k += stride) {
    let n = f32(min((k + 1u) * u.chunkRows, u.rows) - k * u.chunkRows);
    let first = partial[k * u.columns + column];
    let second = partial[(u.chunks + k) * u.columns + column];
    ${take("n", "first", "second")}
  }
  ${SHARE_MOMENTS}
  let middle = firsts[lane] / f32(u.rows);
  // Nothing has a distance from an infinite mean, which joins may take for an infinite one.
  let infinite = (bitcast<U>(middle) & U(0x7fffffffu)) >= U(0x7f800000u);
  let spread = select(seconds[lane] / f32(u.rows), T(nan()), infinite);
  let factor = ${ofColumn(0)} * inverseSqrt(spread + u.epsilon);
  let shift = ${ofColumn(1)};
  ${
          overRows(
            `${eight((i) => `let p${i} = at(row + ${i}u * stride, column);`)}
    ${eight((i) => `let v${i} = x[p${i}];`)}
    ${eight((i) => `emit(p${i}, (v${i} - middle) * factor + shift);`)}`,
            `let p = at(row, column);
    emit(p, (x[p] - middle) * factor + shift);`,
          )
        }
  if (chunk == 0u && line == 0u && column < u.columns) {
    means[column] = middle;
    variances[column] = spread;
    ${
          running === null ? "" : `let share = ${share};
    runningMean[column] = (1.0 - share) * runningMean[column] + share * middle;
    runningVariance[column] = (1.0 - share) * runningVariance[column] + share * (spread * u.unbiased);`
        }
  }`,
      ) + MOMENTS,
    bindings: [x, partial, y, mean, variance, ...kept, ...(even ? [counted!] : [])],
    emits: 2,
    uniforms,
    workgroups: grid.workgroups,
  });
  gpu.free(partial);
  return [y, mean, variance];
}

/** The gradients of x, scale and offset; dy and x are row-major, their channels in dimension `axis`. */
export function batchNormGrad(
  gpu: Gpu,
  dy: Storage,
  x: Storage,
  axis: number,
  mean: Storage,
  variance: Storage,
  scale: Storage,
  epsilon: number,
): [dx: Storage, dScale: Storage, dOffset: Storage] {
  const channels = x.shape[axis];
  if (sizeOf(x.shape) === 0) {
    return [
      gpu.allocate(x.shape, "float32"),
      fill(gpu, [channels], 0, "float32"),
      fill(gpu, [channels], 0, "float32"),
    ];
  }
  const [dx, dScale, dOffset] = [x.shape, [channels], [channels]].map((shape) =>
    gpu.allocate(shape, "float32")
  );
  const grid = gridOf(x, axis), { type, last } = grid, partial = partials(gpu, grid, channels, 3);
  const uniforms = uniformsOf(grid, epsilon);
  gpu.dispatch({
    key: `batchNormGrad sums ${type} ${last}`,
    code: () =>
      program(
        grid,
        ["dy", "x", "mean", "variance", "scale"],
        [["partial", "T"]],
        `
  let middle = mean[min(column, u.columns - 1u)];
  let inverse = inverseSqrt(variance[min(column, u.columns - 1u)] + u.epsilon);
  var first = T();
  var second = T();
  ${
          overRows(
            `${eight((i) => `let p${i} = at(row + ${i}u * stride, column);`)}
    ${eight((i) => `let g${i} = dy[p${i}];`)}
    ${eight((i) => `let h${i} = g${i} * (x[p${i}] - middle);`)}
    first += ${sumOf(EIGHT.map((i) => `g${i}`))};
    second += ${sumOf(EIGHT.map((i) => `h${i}`))};`,
            `let p = at(row, column);
    first += dy[p];
    second += dy[p] * (x[p] - middle);`,
          )
        }
  second *= inverse;
  ${SHARE_SUMS}
  ${writePartials(["middle", "inverse", "scale[column] * inverse"])}`,
      ) + SUMS,
    bindings: [dy, x, mean, variance, scale, partial],
    uniforms,
    workgroups: grid.workgroups,
  });
  gpu.dispatch({
    key: `batchNormGrad ${type} ${last}`,
    code: () =>
      program(
        grid,
        ["dy", "x", "partial"],
        [["dx", "T"], ["dScale", "T"], ["dOffset", "T"]],
        `
  var first = T();
  var second = T();
  for (var k = line; k < u.chunks && column < u.columns; k += stride) {
    first += partial[k * u.columns + column];
    second += partial[(u.chunks + k) * u.columns + column];
  }
  ${SHARE_SUMS}
  let middle = ${ofColumn(0)};
  let inverse = ${ofColumn(1)};
  let factor = ${ofColumn(2)};
  let away = firsts[lane] / f32(u.rows);
  let slope = inverse * (seconds[lane] / f32(u.rows));
  ${
          overRows(
            `${eight((i) => `let p${i} = at(row + ${i}u * stride, column);`)}
    ${eight((i) => `let v${i} = factor * (dy[p${i}] - away - (x[p${i}] - middle) * slope);`)}
    ${eight((i) => `dx[p${i}] = v${i};`)}`,
            `let p = at(row, column);
    dx[p] = factor * (dy[p] - away - (x[p] - middle) * slope);`,
          )
        }
  if (chunk == 0u && line == 0u && column < u.columns) {
    dScale[column] = seconds[lane];
    dOffset[column] = firsts[lane];
  }`,
      ) + SUMS,
    bindings: [dy, x, partial, dx, dScale, dOffset],
    uniforms,
    workgroups: grid.workgroups,
  });
  gpu.free(partial);
  return [dx, dScale, dOffset];
}

/** y = scale · (x − mean) / √(variance + ε) + offset with statistics as given, one number a channel; x as in {@linkcode batchNorm}. */
export function batchNormInference(
  gpu: Gpu,
  x: Storage,
  axis: number,
  [mean, variance, scale, offset]: readonly Storage[],
  epsilon: number,
): Storage {
  const y = gpu.allocate(x.shape, "float32");
  if (sizeOf(x.shape) === 0) return y;
  const grid = gridOf(x, axis), { type, last } = grid;
  gpu.dispatch({
    key: `batchNormInference ${type} ${last}`,
    code: () =>
      program(
        grid,
        ["x", "mean", "variance", "scale", "offset"],
        [["y", "T"]],
        `
  if (column >= u.columns) { return; }
  let middle = mean[column];
  let factor = scale[column] * inverseSqrt(variance[column] + u.epsilon);
  let shift = offset[column];
  ${
          overRows(
            `${eight((i) => `let p${i} = at(row + ${i}u * stride, column);`)}
    ${eight((i) => `let v${i} = x[p${i}];`)}
    ${eight((i) => `emit(p${i}, (v${i} - middle) * factor + shift);`)}`,
            `let p = at(row, column);
    emit(p, (x[p] - middle) * factor + shift);`,
          )
        }`,
      ),
    bindings: [x, mean, variance, scale, offset, y],
    emits: 5,
    uniforms: uniformsOf(grid, epsilon),
    workgroups: grid.workgroups,
  });
  return y;
}
