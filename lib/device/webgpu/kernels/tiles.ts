/**
 * Which tile a product is cut into, and among how many workgroups its sums are split.
 *
 * @module
 */

/** What a workgroup computes, and how. All are multiples of 4. */
export interface Tile {
  /** Rows and columns of results of a workgroup. */
  readonly rows: number;
  readonly columns: number;
  /** Those of one thread. */
  readonly eachRow: number;
  readonly eachColumn: number;
  /** How many k are in workgroup memory at a time. */
  readonly depth: number;
}

/** A tile, and into how many parts each sum is split. */
export interface Choice {
  readonly tile: Tile;
  readonly splits: number;
}

/** What a choice depends on. */
export interface Sizes {
  readonly name: string;
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly parts?: number;
}

/** A tile, and how long a multiplication takes in it, beside the best. */
interface Candidate {
  readonly tile: Tile;
  readonly cost: number;
}

const candidate = (
  [rows, columns]: [number, number],
  [eachRow, eachColumn]: [number, number],
  depth: number,
  cost: number,
): Candidate => ({ tile: { rows, columns, eachRow, eachColumn, depth }, cost });

/** What the choice knows of an adapter. */
interface Adapter {
  readonly candidates: readonly Candidate[];
  /** Threads that keep it busy. */
  readonly threads: number;
  /** How many multiplications a second pass is worth, and each number that goes through it. */
  readonly pass: number;
  readonly number: number;
}

/**
 * A GPU: 64 results a thread where there is work for all; fewer where there is not. The numbers are those of its kind (some 30,000
 * threads, 5 to 15 multiplications for each byte of memory), not of one card; tools/tune.ts measures.
 */
const GPU: Adapter = {
  candidates: [
    candidate([128, 128], [8, 8], 8, 1),
    candidate([64, 64], [8, 8], 16, 1.1),
    candidate([32, 32], [4, 4], 16, 1.6),
    candidate([8, 256], [8, 4], 8, 1.6),
    candidate([256, 8], [4, 8], 8, 1.6),
  ],
  ...{ threads: 1 << 15, pass: 1 << 25, number: 64 },
};

/**
 * A processor: each access to memory costs a turn for each thread, so that large tiles win, which are compiled in a quarter of a
 * second.
 */
const PROCESSOR: Adapter = {
  candidates: [
    candidate([64, 64], [8, 8], 4, 1),
    candidate([16, 64], [8, 8], 4, 1.3),
    candidate([64, 16], [8, 8], 4, 1.3),
  ],
  ...{ threads: 1 << 8, pass: 1 << 20, number: 16 },
};

/** Of small products: one program serves them all. */
const SMALL = candidate([32, 32], [4, 4], 16, 1).tile;

/** From how many multiplications on it pays to have programs of one's own: larger tiles, and memory read in fours. */
export const LARGE = 1 << 20;

/** The least of a sum that is worth a workgroup of its own. */
const LEAST = 64;
/** The most steps of one workgroup's sum: software adapters end a loop after 65,535 turns, unasked. */
const MOST_STEPS = 1 << 15;

/** How many multiplications a product is. */
export function multiplications({ groups, rows, columns, inner, parts = 1 }: Omit<Sizes, "name">): number {
  return groups * parts * rows * columns * inner;
}

/** Threads of a tile's workgroup. */
export function threadsOf({ rows, columns, eachRow, eachColumn }: Tile): number {
  return rows / eachRow * columns / eachColumn;
}

/** What a table's six numbers are. */
export const NUMBERS = "rows and columns of a tile and of a thread, a depth and a number of splits";

/** What a choice is measured for: products of one kind, each size within a factor of √2. */
export function keyOf({ name, groups, rows, columns, inner, parts = 1 }: Sizes): string {
  return [name, ...[groups * parts, rows, columns, inner].map((n) => Math.round(Math.log2(n)))].join(" ");
}

/** The tiles worth measuring on an adapter. */
export function candidates(software: boolean): Tile[] {
  return (software ? PROCESSOR : GPU).candidates.map(({ tile }) => tile);
}

/** What decides. */
export interface Chooser {
  /** See gpu.ts. */
  readonly software: boolean;
  /** See gpu.ts. */
  readonly slowCompiler: boolean;
  /** What was measured, by {@linkcode keyOf}. */
  readonly tuning?: { get(key: string): Choice | undefined };
}

/** The tile and the number of splits that were measured to be fastest, or that are estimated to be. */
export function chooseTile({ software, slowCompiler, tuning }: Chooser, sizes: Sizes): Choice {
  const measured = tuning?.get(keyOf(sizes));
  return measured === undefined ? estimate(software, slowCompiler, sizes) : withinLoops(measured, sizes);
}

/** With as many splits as loops demand. */
function withinLoops({ tile, splits }: Choice, { inner }: Sizes): Choice {
  return { tile, splits: Math.max(Math.min(splits, inner), leastSplits(tile, inner)) };
}

const leastSplits = (tile: Tile, inner: number) => Math.max(1, Math.ceil(inner / tile.depth / MOST_STEPS));

function estimate(software: boolean, slowCompiler: boolean, sizes: Sizes): Choice {
  const { candidates, threads, pass, number } = software ? PROCESSOR : GPU;
  const { groups, rows, columns, inner, parts = 1 } = sizes, results = groups * rows * columns;
  const small = slowCompiler || multiplications(sizes) < LARGE;
  let best: Choice | undefined, least = Infinity;
  for (const { tile, cost } of small ? [{ tile: SMALL, cost: 1 }] : candidates) {
    const workgroups = groups * parts * Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
    const each = threadsOf(tile), results_ = tile.eachRow * tile.eachColumn;
    const must = leastSplits(tile, inner), most = Math.max(must, Math.floor(inner / LEAST));
    // None, or as many as fill the adapter's threads once or a few times.
    const fill = threads / (workgroups * each);
    for (const turns of [0, 1, 2, 4]) {
      const splits = Math.min(Math.max(Math.floor(turns * fill), must), most);
      const waves = Math.max(1, splits / fill);
      const time =
        (waves < 4 ? Math.ceil(waves) : waves) * threads * results_ * Math.ceil(inner / splits) * cost +
        (splits === 1 ? 0 : pass + number * splits * results);
      if (time < least) [best, least] = [{ tile, splits }, time];
    }
  }
  return best!;
}
