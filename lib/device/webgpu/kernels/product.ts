/**
 * A matrix product whose matrices are found where they lie (operands.ts): Σₖ a(row, k) · b(k, column) in tiles through workgroup memory.
 * Each thread has several rows and columns of results in variables of their own; what a step of the sum needs is read from memory while
 * the step before it is computed.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { emit, packUniforms } from "../wgsl.ts";
import type { Operand } from "./operands.ts";
import { addParts } from "./parts.ts";
import { chooseTile, LARGE, multiplications, type Sizes, threadsOf, type Tile } from "./tiles.ts";

/** The product [groups] × [rows, inner] · [inner, columns]. */
export interface Product {
  /** What it is for: names the program, with the operands. */
  readonly name: string;
  readonly a: Operand;
  readonly b: Operand;
  /** The arrays of a and b. */
  readonly inputs: readonly [a: Storage, b: Storage];
  /** One number for each column of each group. */
  readonly bias?: Storage | null;
  /** The factor, which must run along its side, whose sums along k are wanted, too: one for each row or column of each group. */
  readonly summed?: "a" | "b";
  /** Integers that operands and `setup` read as `u.name`. */
  readonly integers: Readonly<Record<string, number>>;
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** Products of one kind that differ in what `setup` declares from `part`, the place among them: 1 by default. */
  readonly parts?: number;
  /** WGSL before all else; it may declare `rows` and `inner` smaller than the whole. */
  readonly setup?: string;
  /** WGSL: where the results of `row` begin, counted in numbers; by default, `row * u.outRow + group * u.outGroup`. */
  readonly place?: string;
  /** The result, a row [columns] after the other at their places. */
  readonly shape: readonly number[];
  /** How far apart results of neighbouring rows, and of groups, are. */
  readonly outRow: number;
  readonly outGroup: number;
}

/** Whether such a product is worth programs that read and write numbers in fours, where they come so. */
export function inFours(sizes: Omit<Sizes, "name">): boolean {
  return multiplications(sizes) >= LARGE;
}

/** Computes the product. Long sums of few results are split among workgroups and their parts added, always alike. */
export function tiledProduct(gpu: Gpu, product: Product): Storage {
  return compute(gpu, product)[0];
}

/** The product and the sums of a factor that is `summed`, [groups · rows] or [groups · columns]. */
export function productAndSums(
  gpu: Gpu,
  product: Product & { summed: "a" | "b" },
): [product: Storage, sums: Storage] {
  const [result, sums] = compute(gpu, product);
  return [result, sums!];
}

function compute(gpu: Gpu, product: Product): [Storage, Storage?] {
  const { shape, bias, summed } = product;
  if (sizeOf(shape) === 0) {
    return [gpu.allocate(shape, "float32"), summed && gpu.allocate([0], "float32")];
  }
  const { tile, splits } = chooseTile(gpu, product);
  if (splits === 1) return dispatch(gpu, product, tile, 1);
  const [parts, others] = dispatch(gpu, { ...product, bias: null }, tile, splits);
  const result = addParts(gpu, { parts, others, bias, splits, shape });
  gpu.free(parts);
  if (others !== undefined) gpu.free(others);
  return result;
}

function dispatch(
  gpu: Gpu,
  product: Product,
  tile: Tile,
  splits: number,
): [Storage, Storage?] {
  const { name, a, b, rows, columns, inner, groups, parts = 1, shape, bias, summed } = product;
  const lead = splits === 1 ? [] : [splits], size = sizeOf(shape);
  const result = gpu.allocate([...lead, ...shape], "float32");
  const sums = summed && gpu.allocate([...lead, groups * (summed === "a" ? rows : columns)], "float32");
  const wide = inFours(product) &&
    [columns, product.outRow, product.outGroup, size].every((n) => n % 4 === 0);
  const tilesAcross = Math.ceil(columns / tile.columns), tilesDown = Math.ceil(rows / tile.rows);
  const integers = {
    ...{ rows, columns, inner, groups, splits, parts, tilesAcross, tilesDown, outSplit: size },
    ...{
      outRow: product.outRow,
      outGroup: product.outGroup,
      biasGroup: sizeOf(bias?.shape ?? []) === columns ? 0 : columns,
    },
    depth: tile.depth * Math.ceil(inner / splits / tile.depth),
    ...product.integers,
  };
  const biased = bias !== null && bias !== undefined;
  gpu.dispatch({
    key: [name, a.key, b.key, Object.values(tile), wide ? 4 : 1, biased && "bias", summed].join(
      " ",
    ),
    code: () => code(product, tile, Object.keys(integers), { wide, biased }),
    bindings: [...product.inputs, ...(biased ? [bias] : []), result, ...(sums ? [sums] : [])],
    emits: product.inputs.length + (biased ? 1 : 0),
    uniforms: packUniforms(Object.values(integers)),
    workgroups: workgroupsFor(tilesAcross * tilesDown * groups * parts * splits, 1),
    flops: 2 * groups * rows * columns * inner,
  });
  return [result, sums];
}

const range = (count: number) => [...Array(count).keys()];

/** How a factor's tile lies in workgroup memory, in vec4: along k a place after the other, else a k after the other. */
interface Layout {
  readonly size: number;
  /** The vec4 of a place (of four of them, if they run along the side) and a k (or four). */
  at(place: string, k: string): string;
}

function layoutOf({ alongK }: Operand, side: number, depth: number): Layout {
  // One vec4 more for every four places: threads that read every fourth place meet no bank twice.
  if (alongK) {
    return {
      size: side / 4 * (depth + 1),
      at: (place, k) => `(${place}) / 4u * ${depth + 1}u + (${place}) % 4u * ${depth / 4}u + ${k}`,
    };
  }
  return { size: side / 4 * depth, at: (place, k) => `(${k}) * ${side / 4}u + ${place}` };
}

/** WGSL of how a factor comes into workgroup memory: before the sum, at each step, and from variables into the tile. */
function fetching(name: "a" | "b", operand: Operand, side: number, tile: Tile) {
  const { depth } = tile,
    threads = threadsOf(tile),
    count = side * depth / 4,
    turns = Math.ceil(count / threads);
  const { alongK, wide } = operand, first = name === "a" ? "firstRow" : "firstColumn";
  const limit = name === "a" ? "rows" : "u.columns", line = alongK ? depth / 4 : side / 4;
  const lanes = range(wide ? 1 : 4), each = wide ? 1 : 4, step = alongK && wide ? depth / 4 : depth;
  /** Past the last place there is nothing to see, but something to read. */
  const clamped = (place: string) => `min(${place}, ${alongK || !wide ? limit : `${limit} / 4`} - 1)`;
  // A thread's vec4s differ along the one or the other, by whole lines.
  const along = `i32(thread % ${line}u)`,
    across = (turn: number) => `i32(thread / ${line}u) + ${turn * threads / line}`;
  const sides: string[] = [], ks: string[] = [];
  const p = (turn: number, lane: number) => `_${name}p${alongK ? turn : lane}`;
  const k = (turn: number, lane: number) => `_${name}k${alongK ? lane : turn}`;
  if (alongK) {
    for (const turn of range(turns)) {
      sides.push(operand.side(p(turn, 0), clamped(`${first} + ${across(turn)}`)));
    }
  } else {
    for (const lane of lanes) {
      const place = wide ? `${first} / 4 + ${along}` : `${first} + ${along} * 4 + ${lane}`;
      sides.push(operand.side(p(0, lane), clamped(place)));
    }
  }
  const places = alongK
    ? lanes.map((lane) => ({ k: k(0, lane), at: `${along} * 4 + ${lane}` }))
    : range(turns).map((turn) => ({ k: k(turn, 0), at: across(turn) }));
  for (const { k, at } of places) {
    ks.push(`var place${k} = begin + ${at};`);
    ks.push(operand.depth(k, alongK && wide ? `place${k} / 4` : `place${k}`));
  }
  const value = (p: string, k: string) => {
    const exists = operand.exists?.(p, k);
    const there = `place${k} < end${exists === undefined ? "" : ` && ${exists}`}`;
    return `select(${wide ? "vec4<f32>(0.0)" : "0.0"}, ${name}[${operand.address(p, k)}], ${there})`;
  };
  return {
    before: [...sides, ...ks].join("\n  "),
    variables: range(turns).map((turn) => `var ${name}${turn}: vec4<f32>;`).join(" "),
    read: [
      ...places.map(({ k }) => operand.derived?.(k) ?? ""),
      ...range(turns).map((turn) =>
        `${name}${turn} = ${
          wide
            ? value(p(turn, 0), k(turn, 0))
            : `vec4<f32>(${lanes.map((lane) => value(p(turn, lane), k(turn, lane))).join(", ")})`
        };`
      ),
    ].join("\n    "),
    advance: places.map(({ k }) => `place${k} += ${depth};\n    ${operand.advance(k, step)}`).join("\n    "),
    store: (layout: Layout) =>
      range(turns).map((turn) => {
        const far = `thread / ${line}u + ${turn * threads / line}u`, near = `thread % ${line}u`;
        const line_ = `tile_${name}[${
          alongK ? layout.at(far, near) : layout.at(near, far)
        }] = ${name}${turn};`;
        return (turn + 1) * threads <= count
          ? line_
          : `if (thread + ${turn * threads}u < ${count}u) { ${line_} }`;
      }).join("\n    "),
    each,
  };
}

/** WGSL: the products of a tile's step, added to `sum…`. */
function products(product: Product, tile: Tile, layoutA: Layout, layoutB: Layout): string {
  const { a, b } = product, { depth, eachRow, eachColumn } = tile;
  const across = tile.columns / eachColumn, down = tile.rows / eachRow;
  const fourRows = range(eachRow / 4), fourColumns = range(eachColumn / 4);
  // Threads have groups of four neighbours; the next group is as far as all threads' first ones.
  const rowQuad = (q: number) => `(y + ${q * down}u)`, columnQuad = (q: number) => `(x + ${q * across}u)`;
  /** Four k, of which what lies along k comes at once. */
  const four = (kq: number) => {
    const lines: string[] = [];
    const along = (name: "a" | "b", quad: string, q: number) =>
      range(4).map((i) =>
        `let ${name}_${4 * q + i} = tile_${name}[${quad} * ${depth + 1}u + ${i * depth / 4 + kq}u];`
      );
    if (a.alongK) lines.push(...fourRows.flatMap((q) => along("a", rowQuad(q), q)));
    if (b.alongK) lines.push(...fourColumns.flatMap((q) => along("b", columnQuad(q), q)));
    for (const j of range(4)) {
      const k = `${4 * kq + j}u`;
      lines.push("{");
      if (!a.alongK) {
        for (const q of fourRows) lines.push(`let a_${q} = tile_a[${layoutA.at(rowQuad(q), k)}];`);
      }
      for (const q of fourColumns) {
        lines.push(
          b.alongK
            ? `let b${q} = vec4<f32>(${range(4).map((c) => `b_${4 * q + c}[${j}]`).join(", ")});`
            : `let b${q} = tile_b[${layoutB.at(columnQuad(q), k)}];`,
        );
      }
      for (const r of range(eachRow)) {
        const factor = a.alongK ? `a_${r}[${j}]` : `a_${r >> 2}[${r & 3}]`;
        for (const q of fourColumns) lines.push(`sum${r}_${q} += ${factor} * b${q};`);
      }
      lines.push("}");
    }
    return `{\n    ${lines.join("\n    ")}\n    }`;
  };
  return range(depth / 4).map(four).join("\n    ");
}

/** WGSL: results from variables to memory. */
function storing(tile: Tile, place: string, wide: boolean, biased: boolean): string {
  const across = tile.columns / tile.eachColumn, down = tile.rows / tile.eachRow;
  const column = (q: number) => `firstColumn + i32(x + ${q * across}u) * 4`;
  const offsets = biased
    ? range(tile.eachColumn / 4).map((q) =>
      `let bias${q} = vec4<f32>(${
        range(4).map((c) => `bias[group * u.biasGroup + min(${column(q)} + ${c}, u.columns - 1)]`).join(", ")
      });`
    )
    : [];
  const rows = range(tile.eachRow).map((r) => {
    const each = range(tile.eachColumn / 4).map((q) => {
      const value = `sum${r}_${q}${biased ? ` + bias${q}` : ""}`;
      if (wide) return `if (${column(q)} < u.columns) { emit(u32(at + ${column(q)}) / 4u, ${value}); }`;
      return `{
        let value = ${value};
        ${
        range(4).map((c) =>
          `if (${column(q)} + ${c} < u.columns) { emit(u32(at + ${column(q)} + ${c}), value[${c}]); }`
        ).join("\n        ")
      }
      }`;
    });
    return `{
      let row = firstRow + i32(y + ${(r >> 2) * down}u) * 4 + ${r & 3};
      if (row < rows) {
        let at = split * u.outSplit + ${place};
        ${each.join("\n        ")}
      }
    }`;
  });
  return [...offsets, ...rows].join("\n  ");
}

function code(
  product: Product,
  tile: Tile,
  integers: readonly string[],
  { wide, biased }: { wide: boolean; biased: boolean },
): string {
  const { a, b, summed, setup = "let rows = u.rows; let inner = u.inner;" } = product;
  const { place = "row * u.outRow + group * u.outGroup" } = product;
  const threads = threadsOf(tile), across = tile.columns / tile.eachColumn;
  const layoutA = layoutOf(a, tile.rows, tile.depth), layoutB = layoutOf(b, tile.columns, tile.depth);
  const left = fetching("a", a, tile.rows, tile), right = fetching("b", b, tile.columns, tile);
  const type = (wide: boolean) => `array<${wide ? "vec4<f32>" : "f32"}>`;
  const bindings = [
    `var<storage, read> a: ${type(a.wide)};`,
    `var<storage, read> b: ${type(b.wide)};`,
    ...(biased ? [`var<storage, read> bias: array<f32>;`] : []),
    `var<storage, read_write> output: ${type(wide)};`,
    ...(summed ? [`var<storage, read_write> sums: array<f32>;`] : []),
    `var<uniform> u: Uniforms;`,
  ];
  const lines = summed && summing(summed, tile, summed === "a" ? layoutA : layoutB);
  const sums = range(tile.eachRow).flatMap((r) => range(tile.eachColumn / 4).map((q) => `sum${r}_${q}`));
  return /* wgsl */ `
struct Uniforms { ${integers.map((name) => `${name}: i32`).join(", ")} }
${bindings.map((line, i) => `@group(0) @binding(${i}) ${line}`).join("\n")}
${emit("output", wide ? "vec4<f32>" : "f32")}
var<workgroup> tile_a: array<vec4<f32>, ${layoutA.size}>;
var<workgroup> tile_b: array<vec4<f32>, ${layoutB.size}>;
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  var rest = i32(workgroup.y * workgroups.x + workgroup.x);
  let firstColumn = rest % u.tilesAcross * ${tile.columns};
  rest /= u.tilesAcross;
  let firstRow = rest % u.tilesDown * ${tile.rows};
  rest /= u.tilesDown;
  let group = rest % u.groups;
  rest /= u.groups;
  let part = rest % u.parts;
  let split = rest / u.parts;
  if (split >= u.splits) { return; }
  ${setup}
  let begin = split * u.depth;
  let end = min(begin + u.depth, inner);
  let x = ${across === threads ? "thread" : `thread % ${across}u`};
  let y = ${across === threads ? "0u" : `thread / ${across}u`};
  ${sums.map((name) => `var ${name} = vec4<f32>(0.0);`).join(" ")}
  ${lines?.declare ?? ""}
  ${left.before}
  ${right.before}
  ${left.variables}
  ${right.variables}
  {
    ${left.read}
    ${right.read}
  }
  for (var start = begin; start < end; start += ${tile.depth}) {
    workgroupBarrier();
    ${left.store(layoutA)}
    ${right.store(layoutB)}
    workgroupBarrier();
    if (start + ${tile.depth} < end) {
    ${left.advance}
    ${right.advance}
    ${left.read}
    ${right.read}
    }
    ${products(product, tile, layoutA, layoutB)}
    ${lines?.add ?? ""}
  }
  ${storing(tile, place, wide, biased)}
  ${lines?.store ?? ""}
}`;
}

/** WGSL: a factor's sums along k, by the workgroups of the other side's first tile, from what they have in workgroup memory. */
function summing(factor: "a" | "b", tile: Tile, layout: Layout) {
  const [first, other, count, quads] = factor === "a"
    ? ["firstRow", "firstColumn", "u.rows", tile.rows / 4]
    : ["firstColumn", "firstRow", "u.columns", tile.columns / 4];
  const where = `if (${other} == 0 && thread < ${quads}u)`;
  const each = (line: (i: number) => string, count: number) => range(count).map(line).join("\n      ");
  return {
    declare: "var four = vec4<f32>(0.0);",
    add: `${where} {
      ${each((k) => `four += tile_${factor}[${layout.at("thread", `${k}u`)}];`, tile.depth)}
    }`,
    store: `${where} {
      let at = (split * u.groups + group) * ${count};
      let place = ${first} + i32(thread) * 4;
      ${each((i) => `if (place + ${i} < ${count}) { sums[at + place + ${i}] = four[${i}]; }`, 4)}
    }`,
  };
}
