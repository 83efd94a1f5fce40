/**
 * Products in Einstein's notation (1916): dimensions named by letters, multiplied where they share one and summed where the result
 * does not have it. Two operands at a time, through matrix products, so that no product is made only to be summed.
 *
 * @module
 */
import { sizeOf, text } from "../device/shape.ts";
import { checkOptions, checkText, checkWhole, describe, isNumbers, surplus } from "../text/arguments.ts";
import { checkTensor } from "./check.ts";
import { promote } from "./dtype.ts";
import { checkDims } from "./shape.ts";
import { Tensor, type TensorLike } from "./tensor.ts";
import { makeValue } from "./values.ts";

/** A tensor whose dimensions have names, each once. */
interface Named {
  readonly x: Tensor;
  /** One a dimension: a letter, or "-1", "-2", … for those that an ellipsis covers, counted from its end. */
  readonly names: readonly string[];
}

/** An equation as it was read. */
interface Equation {
  /** The names of each operand, "…" for an ellipsis. */
  readonly operands: readonly string[][];
  /** Those of the result; null where there is no arrow. */
  readonly result: readonly string[] | null;
}

const ELLIPSIS = "…";

/** The names of one operand. */
function readTerm(term: string, equation: string): string[] {
  const names = term.replaceAll(" ", "").replace("...", ELLIPSIS).split("");
  for (const name of names) {
    if (name === ELLIPSIS || /[a-zA-Z]/.test(name)) continue;
    throw new RangeError(
      `einsum: a dimension is named by a letter, or ... stands for several, not by ${describe(name)} in ${
        describe(equation)
      }`,
    );
  }
  return names;
}

function read(equation: string, count: number): Equation {
  const arrow = equation.indexOf("->"), left = arrow < 0 ? equation : equation.slice(0, arrow);
  const operands = left.split(",").map((term) => readTerm(term, equation));
  if (operands.length !== count) {
    throw new RangeError(
      `einsum: ${describe(equation)} names ${operands.length} operands, and ${count} were given`,
    );
  }
  return { operands, result: arrow < 0 ? null : readTerm(equation.slice(arrow + 2), equation) };
}

/** Names for all dimensions of a tensor: those of an ellipsis are numbered from its end, as shapes broadcast. */
function nameAll(x: Tensor, names: readonly string[], at: number): string[] {
  const place = names.indexOf(ELLIPSIS), covered = x.ndim - names.length + 1;
  if (place < 0 ? names.length !== x.ndim : covered < 0) {
    throw new RangeError(
      `einsum: operand ${at} of shape ${text(x.shape)} has ${x.ndim} dimensions, and "${
        names.join("").replace(ELLIPSIS, "...")
      }" names ${place < 0 ? names.length : names.length - 1}`,
    );
  }
  if (place < 0) return [...names];
  return names.toSpliced(place, 1, ...Array.from({ length: covered }, (_, i) => String(i - covered)));
}

/** A name that a tensor has twice is its diagonal. */
function diagonals({ x, names }: Named, at: number): Named {
  const twice = names.find((name, d) => names.indexOf(name) !== d);
  if (twice === undefined) return { x, names };
  const dim1 = names.indexOf(twice), dim2 = names.indexOf(twice, dim1 + 1);
  if (x.shape[dim1] !== x.shape[dim2]) {
    throw new RangeError(
      `einsum: ${twice} is ${x.shape[dim1]} and ${x.shape[dim2]} in operand ${at} of shape ${text(x.shape)}`,
    );
  }
  const rest = names.filter((_, d) => d !== dim1 && d !== dim2);
  return diagonals({ x: x.diagonal(0, { dim1, dim2 }), names: [...rest, twice] }, at);
}

/** How long each named dimension is; a size of 1 repeats to any other. */
function sizesOf(terms: readonly Named[]): Map<string, number> {
  const sizes = new Map<string, number>();
  terms.forEach(({ x, names }, at) =>
    names.forEach((name, d) => {
      const size = x.shape[d], before = sizes.get(name) ?? 1;
      if (size !== 1 && before !== 1 && size !== before) {
        const what = name.startsWith("-") ? "a dimension of ..." : name;
        throw new RangeError(`einsum: ${what} is ${size} in operand ${at}, and ${before} in one before`);
      }
      sizes.set(name, size === 1 ? before : size);
    })
  );
  return sizes;
}

/** The names of the result: as the equation says, or what is named once, the ellipsis first and then by the alphabet. */
function resultOf({ operands, result }: Equation, sizes: ReadonlyMap<string, number>): string[] {
  const covered = [...sizes.keys()].filter((name) => name.startsWith("-")).sort((a, b) =>
    Number(a) - Number(b)
  );
  if (result === null) {
    const all = operands.flat();
    const once = [...sizes.keys()].filter((name) => all.filter((one) => one === name).length === 1);
    return [...covered, ...once.sort()];
  }
  for (const [d, name] of result.entries()) {
    if (name !== ELLIPSIS && !sizes.has(name)) {
      throw new RangeError(`einsum: the result's ${name} is no dimension of an operand`);
    }
    if (result.indexOf(name) !== d) throw new RangeError(`einsum: the result names ${name} twice`);
  }
  return result.flatMap((name) => name === ELLIPSIS ? covered : [name]);
}

/** Without the dimensions that a predicate picks, which are summed; those of size 1 only go. */
function summed({ x, names }: Named, goes: (name: string, size: number) => boolean): Named {
  const dims = names.flatMap((name, d) => goes(name, x.shape[d]) ? [d] : []);
  if (dims.length === 0) return { x, names };
  const rest = names.filter((_, d) => !dims.includes(d));
  return { x: dims.every((d) => x.shape[d] === 1) ? x.squeeze(dims) : x.sum(dims), names: rest };
}

/** The dimensions in another order; new names are dimensions of size 1. */
function arranged({ x, names }: Named, wanted: readonly string[]): Tensor {
  const there = wanted.filter((name) => names.includes(name)),
    dims = there.map((name) => names.indexOf(name));
  const turned = dims.every((d, i) => d === i) ? x : x.permute(dims);
  return there.length === wanted.length
    ? turned
    : turned.reshape(wanted.map((name) => names.includes(name) ? x.shape[names.indexOf(name)] : 1));
}

/** The product of two, summed over what both have and nobody needs further. */
function contract(a: Named, b: Named, needed: (name: string) => boolean): Named {
  const both = a.names.filter((name) => b.names.includes(name));
  const batch = both.filter(needed), inner = both.filter((name) => !needed(name));
  const rows = a.names.filter((name) => !both.includes(name));
  const columns = b.names.filter((name) => !both.includes(name));
  const names = [...batch, ...rows, ...columns];
  if (inner.length === 0) return { x: arranged(a, names).mul(arranged(b, names)), names };
  if (batch.length > 0 && rows.length + columns.length === 0) {
    const order = [...batch, ...inner], product = arranged(a, order).mul(arranged(b, order));
    return { x: product.sum(inner.map((_, i) => batch.length + i)), names };
  }
  const left = arranged(a, [...batch, ...rows, ...inner]),
    right = arranged(b, [...batch, ...inner, ...columns]);
  const many = left.shape.slice(0, batch.length), own = left.shape.slice(batch.length, -inner.length);
  const others = right.shape.slice(batch.length + inner.length),
    depth = sizeOf(left.shape.slice(-inner.length));
  const product = reshaped(left, [...many, sizeOf(own), depth]).matmul(
    reshaped(right, [...many, depth, sizeOf(others)]),
  );
  return { x: reshaped(product, [...many, ...own, ...others]), names };
}

/** In another shape, if it is another. */
function reshaped(x: Tensor, shape: readonly number[]): Tensor {
  const same = x.ndim === shape.length && x.value.shape.every((n, d) => n === shape[d]);
  return same ? x : x.reshape(shape);
}

/** By how much the product of two is larger than both together. */
function growth(a: Named, b: Named, needed: (name: string) => boolean): number {
  const sizes = new Map(
    [a, b].flatMap(({ x, names }) => names.map((name, d): [string, number] => [name, x.value.shape[d]])),
  );
  const kept = [...sizes].filter(([name]) => needed(name)).map(([, size]) => size);
  return sizeOf(kept) - a.x.size - b.x.size;
}

/**
 * A product of tensors in Einstein's notation: every dimension is named by a letter; dimensions of one name are multiplied with each
 * other, and those that the result does not name are summed. `"ik,kj->ij"` is a matrix product, `"ii->i"` a diagonal, `"ij->ji"` a
 * transposition, `"bhqd,bhkd->bhqk"` attention's scores. It is computed two operands at a time by matrix products, those first that
 * make little of much.
 *
 * PyTorch: `torch.einsum`.
 *
 * @param equation A term for each operand, commas between, and the result's behind `->`; spaces mean nothing. `...` stands for any
 * dimensions, which broadcast. Without an arrow the result names what is named once, in alphabetical order.
 * @param operands As many tensors, numbers or nested arrays.
 * @returns A tensor of the operands' common dtype; products and sums of booleans are int32.
 * @throws {RangeError} if the equation is none, or does not fit the operands, or sizes of one name differ (1 repeats to any).
 * @throws {TypeError} if the equation is no text, or an operand holds no numbers.
 * @example
 * ```ts
 * import { einsum, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const x = tensor([[1, 2], [3, 4]]);
 * assertEquals(await einsum("ij, j -> i", x, [1, 10]).array(), [21, 43]);
 * assertEquals(await einsum("ii", x).item(), 5);
 * ```
 */
export function einsum(equation: string, ...operands: TensorLike[]): Tensor {
  checkText("einsum", "the equation", equation);
  if (Array.isArray(operands[0]) && operands[0].some((one) => one instanceof Tensor)) {
    throw new TypeError('einsum: operands stand one after the other, as in einsum("ij,jk", a, b)');
  }
  const beside = operands.find((one) => one instanceof Tensor)?.device;
  const tensors = operands.map((one) =>
    one instanceof Tensor ? one : new Tensor(makeValue("einsum", one, { device: beside, literals: "int32" }))
  );
  const parsed = read(equation, tensors.length);
  const named = tensors.map((x, at): Named =>
    diagonals({ x, names: nameAll(x, parsed.operands[at], at) }, at)
  );
  const sizes = sizesOf(named), result = resultOf(parsed, sizes);
  const common = tensors.map((x) => x.dtype).reduce(promote), dtype = common === "bool" ? "int32" : common;
  let terms = named.map(({ x, names }): Named => {
    const alike = tensors.length > 1 && x.dtype !== dtype ? x.to(dtype) : x;
    // What repeats to a larger size is a factor without that dimension.
    return summed({ x: alike, names }, (name, size) => size === 1 && sizes.get(name) !== 1);
  });
  terms = terms.map((term, at) =>
    summed(
      term,
      (name) => !result.includes(name) && !terms.some((one, i) => i !== at && one.names.includes(name)),
    )
  );
  while (terms.length > 1) terms = withoutSmallest(terms, result);
  const [{ x, names }] = terms, product = arranged({ x, names }, result);
  return tensors.includes(product) ? product.clone() : product;
}

/** The terms with the two contracted whose product is the smallest beside them. */
function withoutSmallest(terms: readonly Named[], result: readonly string[]): Named[] {
  let best: { i: number; j: number; grows: number } | undefined;
  const need = (i: number, j: number) => (name: string) =>
    result.includes(name) || terms.some(({ names }, k) => k !== i && k !== j && names.includes(name));
  for (let i = 0; i < terms.length; i++) {
    for (let j = i + 1; j < terms.length; j++) {
      const grows = growth(terms[i], terms[j], need(i, j));
      if (best === undefined || grows < best.grows) best = { i, j, grows };
    }
  }
  const { i, j } = best!;
  return [contract(terms[i], terms[j], need(i, j)), ...terms.filter((_, k) => k !== i && k !== j)];
}

/**
 * The product of two tensors, summed over dimensions of both: the last ones of the first with the first ones of the second, or those
 * that are named.
 *
 * PyTorch: `torch.tensordot`.
 *
 * @param a The left factor.
 * @param b The right factor.
 * @param options `dims`: how many dimensions are summed, 2 by default; or two lists, of a's dimensions and of b's that go with them.
 * @returns The dimensions of a that are left, and those of b.
 * @throws {RangeError} if a dimension does not exist, or sizes differ.
 * @throws {TypeError} if one of the two is no tensor.
 * @example
 * ```ts
 * import { ones, tensordot } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(tensordot(ones(2, 3, 4), ones(3, 4, 5)).shape, [2, 5]);
 * assertEquals(tensordot(ones(2, 3), ones(4, 3), { dims: [[1], [1]] }).shape, [2, 4]);
 * ```
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  options: { dims?: number | readonly [readonly number[], readonly number[]] } = {},
): Tensor {
  if (arguments.length > 3) surplus("tensordot", arguments, 3);
  checkTensor("tensordot", "a", a);
  checkTensor("tensordot", "b", b);
  checkOptions("tensordot", options, ["dims"]);
  const [left, right] = summedDims(a, b, options.dims);
  left.forEach((d, i) => {
    if (a.shape[d] === b.shape[right[i]]) return;
    throw new RangeError(
      `tensordot: dimension ${d} of ${text(a.shape)} and dimension ${right[i]} of ${
        text(b.shape)
      } differ in size`,
    );
  });
  const aNames = a.shape.map((_, d) => left.includes(d) ? `inner ${left.indexOf(d)}` : `a ${d}`);
  const bNames = b.shape.map((_, d) => right.includes(d) ? `inner ${right.indexOf(d)}` : `b ${d}`);
  const common = promote(a.dtype, b.dtype), dtype = common === "bool" ? "int32" : common;
  const [x, y] = [a, b].map((one) => one.dtype === dtype ? one : one.to(dtype));
  return contract({ x, names: aNames }, { x: y, names: bNames }, (name) => !name.startsWith("inner")).x;
}

function summedDims(a: Tensor, b: Tensor, dims: unknown = 2): [number[], number[]] {
  if (Array.isArray(dims) && dims.length === 2 && dims.every(isNumbers)) {
    const [left, right] = [checkDims("tensordot", dims[0], a.ndim), checkDims("tensordot", dims[1], b.ndim)];
    if (left.length === right.length) return [left, right];
    throw new RangeError(
      `tensordot: as many dimensions of both are needed, not ${left.length} and ${right.length}`,
    );
  }
  if (typeof dims !== "number") {
    throw new TypeError(`tensordot: dims are how many, or two lists of them, not ${describe(dims)}`);
  }
  checkWhole("tensordot", "dims", dims, 0);
  if (dims > a.ndim || dims > b.ndim) {
    throw new RangeError(
      `tensordot: ${text(a.shape)} and ${text(b.shape)} do not both have ${dims} dimensions`,
    );
  }
  const list = Array.from({ length: dims }, (_, i) => i);
  return [list.map((i) => a.ndim - dims + i), list];
}
