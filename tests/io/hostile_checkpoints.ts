/**
 * Checkpoints that were damaged in every way that chance finds: some in their bytes; some in their description or their header, with
 * all around it in order and the sum made anew. `deno run tests/io/hostile_checkpoints.ts 10000` tries so many of each; the test tries a
 * few, always the same.
 *
 * @module
 */
import fc from "fast-check";
import { FileFormatError, load } from "descent";
import { checkpointBytes, closed, described, opened, summed } from "./bytes.ts";
import { changed } from "./hostile.ts";
import { bitsOf, newRun, train } from "./run.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Stand in JSON for what no object of JavaScript's can have: the name, and a number beyond all. */
const PROTO = "a name to come", HUGE = "a number to come";

const text = (json: unknown) =>
  JSON.stringify(json).replaceAll(`"${PROTO}"`, '"__proto__"').replaceAll(`"${HUGE}"`, "1e999");

/** What a place in JSON may hold instead. */
const wild = fc.oneof(
  fc.constantFrom<unknown>(0, -1, 1, 0.5, 1e300, -1e300, 2 ** 31, 2 ** 32, 2 ** 53, HUGE, null, true, false),
  fc.constantFrom<unknown>("", "x", "NaN", "__proto__", "constructor", [], {}, [[]], [1, 2], { x: 1 }),
  fc.constantFrom<unknown>({ [PROTO]: { polluted: true } }, { $object: { [PROTO]: 1 } }, { value: 1 }, {
    state: {},
  }),
  fc.constantFrom("model.0.weight", "optimizer.state.0.expAvg", "descent.crc32", "toString").map((
    $tensor,
  ) => ({ $tensor })),
  fc.constantFrom("NaN", "Infinity", "-0", "1").map(($number) => ({ $number })),
  fc.nat(100).map((depth) => Array.from({ length: depth }).reduce((inside: unknown) => [inside], 1)),
);

const names = fc.constantFrom(
  PROTO,
  "constructor",
  "x",
  "0",
  "-1",
  "$tensor",
  "$number",
  "step",
  "lr",
  "state",
  "value",
);

/** A change at one place of JSON, which is found by a number. */
const change = fc.record({
  at: fc.nat(),
  how: fc.constantFrom("replace", "replace", "replace", "remove", "rename", "add", "copy"),
  wild,
  name: names,
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** All places of JSON: objects and lists with the names in them. */
// deno-lint-ignore no-explicit-any
function places(json: any): [holder: any, key: string][] {
  if (typeof json !== "object" || json === null) return [];
  return Object.keys(json).flatMap((key): [unknown, string][] => [[json, key], ...places(json[key])]);
}

function apply(json: unknown, { at, how, wild, name }: Change): void {
  const all = places(json);
  if (all.length === 0) return;
  const [holder, key] = all[at % all.length];
  if (how === "replace") holder[key] = wild;
  if (how === "remove") Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key];
  if (how === "rename") [holder[name], holder[key]] = [holder[key], undefined];
  if (how === "add") holder[name] = wild;
  if (how === "copy") {
    const [other, place] = all[(at * 7 + 1) % all.length];
    holder[key] = structuredClone(other[place]);
  }
}

const changes = fc.array(change, { minLength: 1, maxLength: 3 });

/** A kind of damage. */
export interface Damage {
  name: string;
  /** Damaged files of a good one. */
  files(good: Bytes): fc.Arbitrary<Bytes>;
}

export const damages: Damage[] = [
  { name: "bytes", files: changed },
  { name: "bytes, under the right sum,", files: (good) => changed(good).map(summed) },
  {
    name: "description",
    files: (good) =>
      changes.map((all) =>
        described(good, (content) => {
          for (const one of all) apply(content, one);
          return text(content);
        })
      ),
  },
  {
    name: "description's text",
    files: (good) => {
      const { header } = opened(good);
      return changed(new TextEncoder().encode(header.__metadata__["descent.checkpoint"])).map((bytes) =>
        described(good, () => new TextDecoder().decode(bytes))
      );
    },
  },
  {
    name: "header",
    files: (good) =>
      changes.map((all) => {
        const { header, data } = opened(good);
        for (const one of all) apply(header, one);
        return summed(closed(text(header), data));
      }),
  },
];

/** What came of loading damaged checkpoints. */
export interface Findings {
  whole: number;
  refused: number;
  /** Milliseconds. */
  slowest: number;
}

/** The longest sentence, and the longest time in milliseconds. */
const LONGEST = 600, SLOWEST = 2_000;

/**
 * Loads damaged checkpoints into a run.
 *
 * @throws {Error} if one ends in anything but a run that goes on, or a sentence and a run in which no bit has changed.
 */
export async function attack({ files }: Damage, numRuns: number, seed = 1): Promise<Findings> {
  const run = newRun(7);
  await train(run, 0, 3);
  const good = await checkpointBytes({ ...run, step: 3, note: ["a", { b: NaN }] });
  await train(run, 3, 4);
  const later = await checkpointBytes(run), before = await bitsOf(run);
  const found: Findings = { whole: 0, refused: 0, slowest: 0 };
  await fc.assert(
    fc.asyncProperty(files(good), async (bytes) => {
      const start = performance.now();
      let refused: unknown;
      try {
        await load(bytes, run);
      } catch (error) {
        refused = error;
      }
      const took = performance.now() - start;
      found.slowest = Math.max(found.slowest, took);
      if (took > SLOWEST) throw new Error(`takes ${took} ms`);
      if ("polluted" in {}) throw new Error("all objects have what one file says");
      if (refused === undefined) {
        found.whole++;
        await train(run, 3, 4);
        await load(later, run);
      } else {
        found.refused++;
        const { message } = refused as Error;
        const isSentence = [FileFormatError, RangeError, TypeError].some((kind) => refused instanceof kind) &&
          message.startsWith("load: ") && message.length < LONGEST && !message.includes("Maximum call stack");
        if (!isSentence) throw refused;
      }
      if (await bitsOf(run) !== before) throw new Error(`something has changed: ${refused}`);
    }),
    { seed, numRuns, endOnFailure: true },
  );
  return found;
}

if (import.meta.main) {
  const [runs = 10_000, seed = 1] = Deno.args.map(Number);
  for (const damage of damages) {
    const { whole, refused, slowest } = await attack(damage, runs, seed);
    console.log(`${damage.name}: ${whole} loaded, ${refused} refused, slowest ${slowest.toFixed(1)} ms`);
  }
}
