/**
 * What PyTorch's brackets mean, in plain JavaScript: for every element of x[…] where it stands in x. Nothing of the library's way is
 * in here: no slices, no permutations, one coordinate at a time.
 *
 * @module
 */

/** Numbers in a grid. */
export interface Grid {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One index. */
export type Part =
  | { readonly kind: "number"; readonly at: number }
  | {
    readonly kind: "range";
    readonly start: number | null;
    readonly end: number | null;
    readonly step: number;
  }
  | { readonly kind: "all" | "ellipsis" | "newaxis" }
  | { readonly kind: "index" | "mask"; readonly grid: Grid };

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** All coordinates of a shape, row by row. */
export function coordinates(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (list, size) => list.flatMap((one) => Array.from({ length: size }, (_, i) => [...one, i])),
    [[]],
  );
}

const placeIn = (shape: readonly number[], at: readonly number[]) =>
  at.reduce((place, i, d) => place * shape[d] + i, 0);

/** The number of a grid at coordinates of a shape that it broadcasts to. */
function broadcastAt({ shape, data }: Grid, at: readonly number[]): number {
  const own = at.slice(at.length - shape.length).map((i, d) => shape[d] === 1 ? 0 : i);
  return data[placeIn(shape, own)];
}

function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, d) => {
    const sizes = shapes.map((shape) => shape[d - rank + shape.length] ?? 1);
    const size = sizes.find((n) => n !== 1) ?? 1;
    if (sizes.some((n) => n !== 1 && n !== size)) throw new RangeError("indices do not broadcast");
    return size;
  });
}

/** What a dimension of the result walks along: a list of places, a new axis, or the common dimensions of the indices. */
type Axis = { dim: number; takes: number[] } | { dim: -1; takes: [0] };

/**
 * Where the elements of `x[parts]` stand.
 *
 * @throws {RangeError} if PyTorch refuses the index.
 */
export function places(
  shape: readonly number[],
  parts: readonly Part[],
): { shape: number[]; places: number[] } {
  const taken = (part: Part) =>
    part.kind === "ellipsis" || part.kind === "newaxis"
      ? 0
      : part.kind === "mask"
      ? part.grid.shape.length
      : 1;
  const left = shape.length - parts.reduce((sum, part) => sum + taken(part), 0);
  if (left < 0) throw new RangeError("too many indices");
  const all = parts.flatMap((part): Part[] =>
    part.kind === "ellipsis" ? Array.from({ length: left }, () => ({ kind: "all" })) : [part]
  );
  const fixed = new Map<number, number>(), axes: Axis[] = [];
  const advanced: { dim: number; grid: Grid; at: number }[] = [];
  let dim = 0;
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  for (const part of all) {
    const size = shape[dim];
    if (part.kind === "number" || (part.kind === "index" && part.grid.shape.length === 0)) {
      const at = part.kind === "number" ? part.at : part.grid.data[0];
      if (at < -size || at >= size) throw new RangeError("outside");
      fixed.set(dim++, at < 0 ? at + size : at);
    } else if (part.kind === "range") {
      const turn = (i: number) => i < 0 ? i + size : i;
      const start = turn(part.start ?? 0), end = turn(part.end ?? size);
      axes.push({
        dim: dim++,
        takes: range(size).filter((i) => i >= start && i < end && (i - Math.max(0, start)) % part.step === 0),
      });
    } else if (part.kind === "all") axes.push({ dim: dim++, takes: range(size) });
    else if (part.kind === "newaxis") axes.push({ dim: -1, takes: [0] });
    else if (part.kind === "index") {
      if (part.grid.data.some((i) => i < -size || i >= size)) throw new RangeError("outside");
      advanced.push({ dim: dim++, grid: part.grid, at: axes.length });
      axes.push({ dim: -1, takes: [0] });
    } else if (part.kind === "mask") {
      const over = part.grid.shape;
      if (over.some((n, d) => n !== shape[dim + d])) throw new RangeError("a mask of another shape");
      const found = coordinates(over).filter((_, i) => part.grid.data[i] !== 0);
      over.forEach((_, d) => {
        advanced.push({
          dim: dim + d,
          grid: { shape: [found.length], data: found.map((at) => at[d]) },
          at: axes.length,
        });
        axes.push({ dim: -1, takes: [0] });
      });
      // Of no dimensions: one new axis, kept or not.
      if (over.length === 0) {
        advanced.push({
          dim: -1,
          grid: { shape: [found.length], data: found.map(() => 0) },
          at: axes.length,
        });
        axes.push({ dim: -1, takes: [0] });
      }
      dim += over.length;
    }
  }
  for (; dim < shape.length; dim++) axes.push({ dim, takes: range(shape[dim]) });
  const common = broadcast(advanced.map(({ grid }) => grid.shape));
  const together = advanced.every(({ at }, i) => i === 0 || at === advanced[i - 1].at + 1);
  const front = advanced.length === 0 || !together ? 0 : advanced[0].at;
  const others = axes.filter((_, i) => !advanced.some(({ at }) => at === i));
  const sizes = others.map(({ takes }) => takes.length);
  const result = advanced.length === 0 ? sizes : [...sizes.slice(0, front), ...common, ...sizes.slice(front)];
  const list = coordinates(result).map((at) => {
    const rest = advanced.length === 0 ? at : at.toSpliced(front, common.length);
    const shared = at.slice(front, front + common.length);
    const source = shape.map((_, d) => fixed.get(d) ?? 0);
    others.forEach((axis, i) => {
      if (axis.dim >= 0) source[axis.dim] = axis.takes[rest[i]];
    });
    for (const { dim, grid } of advanced) {
      const i = broadcastAt(grid, shared);
      if (dim >= 0) source[dim] = i < 0 ? i + shape[dim] : i;
    }
    return placeIn(shape, source);
  });
  return { shape: result, places: list };
}

/** How many numbers a shape holds. */
export { sizeOf };
