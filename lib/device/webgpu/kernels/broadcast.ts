/**
 * Functions of several elements, with broadcasting over any number of dimensions, one thread each.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { DType, Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { part, type Run, runsOf } from "../part.ts";
import { helpersFor } from "../functions.ts";
import {
  buffers,
  emit,
  isNoProduct,
  onePerThread,
  packUniforms,
  wgslType,
  word,
  WORKGROUP,
} from "../wgsl.ts";

/** What a function takes: an array, or a number everywhere. */
export type Operand = Storage | number;

/** One dimension of the result: its size, and how far each array moves along it (0: broadcast). */
type Dimension = number[];

/** The result's dimensions, as few as say the same: neighbours through which all arrays run evenly are one. */
function dimensionsOf(shape: readonly number[], arrays: readonly (readonly number[])[]): Dimension[] {
  const dimensions: Dimension[] = [];
  const strides = arrays.map(() => 1);
  for (let back = 1; back <= shape.length; back++) {
    const size = shape[shape.length - back];
    const own = arrays.map((array) => array[array.length - back] ?? 1);
    if (size !== 1) {
      const next = [size, ...own.map((n, i) => n === 1 ? 0 : strides[i])];
      const inner = dimensions[0];
      const even = inner !== undefined &&
        next.every((stride, i) => i === 0 || stride === inner[i] * inner[0]);
      if (even) inner[0] *= size;
      else dimensions.unshift(next);
    }
    own.forEach((n, i) => strides[i] *= n);
  }
  if (dimensions.length === 0) dimensions.push([1, ...arrays.map(() => 0)]);
  return dimensions;
}

/**
 * f of each place.
 *
 * @param operands At most three, at least one of them an array, by the names that the expression gives them; row-major.
 * @param shape What their shapes broadcast to.
 * @param type The dtype of the numbers.
 * @param to The result's dtype.
 * @param expression WGSL of f in terms of the names; it also names the program.
 */
export function combine(
  gpu: Gpu,
  operands: Readonly<Record<string, Operand>>,
  shape: readonly number[],
  type: DType,
  to: DType,
  expression: string,
): Storage {
  const result = gpu.allocate(shape, to);
  const size = sizeOf(shape);
  if (size === 0) return result;
  const arrays: [string, Storage][] = [], numbers: [string, number][] = [];
  for (const [name, operand] of Object.entries(operands)) {
    if (typeof operand === "number") numbers.push([name, operand]);
    else arrays.push([name, operand]);
  }
  const dimensions = dimensionsOf(shape, arrays.map(([, array]) => array.shape));
  const types = arrays.map(([name, array]) => [`in_${name}`, wgslType(array.dtype)] as const);
  const plain = wgslType(type), toType = wgslType(to);
  const names = arrays.map(([name]) => name);
  const emits = toType === "f32" && isNoProduct(expression);
  const even = numbers.length === 0 &&
    arrays.every(([name, array], i) =>
      name === "ab"[i] && array.dtype === "float32" && sizeOf(array.shape) === size
    );
  // Along the outermost dimension arrays are cut where they are too large; those that are repeated along it stay whole.
  const [[rows, ...strides]] = dimensions, row = size / rows;
  const cut = (array: Storage, run: Run, each: number) => each === 0 ? array : part(array, run, each);
  const runs = runsOf(gpu, rows, [row, ...strides.filter((stride) => stride > 0)]), whole = runs.length === 1;
  for (const run of runs) {
    gpu.dispatch({
      key: `broadcast ${types} ${
        numbers.map(([name]) => name)
      } ${plain} ${toType} ${dimensions.length} ${expression}`,
      code: () => /* wgsl */ `
struct Uniforms {
  dimensions: array<vec4<u32>, ${dimensions.length}>, size: u32,
  ${numbers.map(([name]) => `${name}: ${plain}`).join(", ")}
}
${buffers(Object.fromEntries(types), toType)}
${helpersFor(expression)}
${emits ? emit("output") : ""}
${
        onePerThread(`
  if (index >= uniforms.size) { return; }
  var rest = index;
${names.map((name) => `  var at_${name} = 0u;`).join("\n")}
${dimensions.map((_, d) => step(d, names)).reverse().join("")}
${names.map((name) => `  let ${name} = in_${name}[at_${name}];`).join("\n")}
${numbers.map(([name]) => `  let ${name} = uniforms.${name};`).join("\n")}
  ${emits ? "emit(index, " : "output[index] = ("}${toType}(${expression}));`)
      }`,
      bindings: [...arrays.map(([, array], i) => cut(array, run, strides[i])), part(result, run, row)],
      emits: emits && whole ? arrays.length : undefined,
      maps: emits && even && whole ? expression : undefined,
      uniforms: packUniforms([
        ...dimensions.flatMap((dimension) => [0, 1, 2, 3].map((i) => dimension[i] ?? 0)),
        run.count * row,
        ...numbers.map(([, value]) => word(value, type)),
      ]),
      workgroups: workgroupsFor(run.count * row, WORKGROUP),
    });
  }
  return result;
}

/** WGSL: takes dimension d's coordinate off `rest`. */
function step(d: number, names: readonly string[]): string {
  const dimension = `uniforms.dimensions[${d}]`;
  const coordinate = d === 0 ? "rest" : `inner${d}`;
  const moves = names.map((name, i) => `  at_${name} += ${coordinate} * ${dimension}[${i + 1}];\n`).join("");
  if (d === 0) return moves;
  return `
  let outer${d} = rest / ${dimension}.x;
  let inner${d} = rest - outer${d} * ${dimension}.x;
${moves}  rest = outer${d};
`;
}
