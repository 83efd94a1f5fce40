/** The checkpoints of a run, in a folder: the last few, and the best. */
import {
  askForFolder,
  checkPath,
  inFolder,
  listFolder,
  type Path,
  removeFile,
  removeTemporary,
} from "../host/files.ts";
import { FileError } from "../host/file_error.ts";
import {
  checkChoice,
  checkOptions,
  checkText,
  checkWhole,
  describe,
  isPlain,
  surplus,
} from "../text/arguments.ts";
import { nearest } from "../text/nearest.ts";
import { shouldRise } from "../text/rising.ts";
import { describeFile, openCheckpoint, type Saved, valueIn, VersionError } from "./checkpoint_file.ts";
import { FileFormatError } from "../host/format_error.ts";
import { checkParts, type Parts } from "./parts.ts";
import { restore } from "./restore.ts";
import { saveAs } from "./save.ts";
import { openSource } from "./source.ts";
import type { Plain } from "./tree.ts";

/** Which checkpoint is the best: the one with the largest ("max") or the smallest ("min") value of a name. */
export interface Best {
  /** The value's name, such as "testAccuracy". */
  name: string;
  /** What is better; by default, an accuracy should rise and all else should fall. */
  mode?: "min" | "max";
}

/** Settings of {@linkcode Checkpoints}. */
export interface CheckpointsOptions {
  /** How many of the last are kept: 3 by default. */
  keep?: number;
  /** Which one is kept beside them, however old it is: a value's name, such as "testAccuracy" or "testLoss", or with what is better. */
  best?: string | Best;
}

/** What is saved beside the parts of a run. */
export type SavedValues = { readonly step: number } & { readonly [name: string]: Plain | undefined };

/** What was saved beside the parts of a run. */
export type ResumedValues = { step: number } & Record<string, unknown>;

/** The names of the files: "step-00001200.safetensors". */
const NAME = /^step-(\d{8,16})\.safetensors$/;

/**
 * The checkpoints of one run, a file each in a folder of their own. Each is written whole or not at all, and only then an older one is
 * removed: whatever happens to the program, the run goes on from the last.
 *
 * @example
 * ```ts
 * import { Checkpoints, nn, optim, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const model = new nn.Linear(3, 1), optimizer = new optim.Adam(model.parameters());
 * const checkpoints = new Checkpoints(Deno.makeTempDirSync(), { keep: 2, best: "loss" });
 * const at = await checkpoints.resume({ model, optimizer }); // undefined the first time
 * for (let step = (at?.step ?? 0) + 1; step <= 4; step++) {
 *   const loss = model.forward(randn(8, 3)).square().mean();
 *   loss.backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 *   await checkpoints.save({ model, optimizer }, { step, loss: await loss.item() });
 * }
 * assertEquals((await checkpoints.latest())!.endsWith("step-00000004.safetensors"), true);
 * ```
 */
export class Checkpoints {
  readonly #folder: string;
  readonly #keep: number;
  readonly #best: Required<Best> | null;
  /** The value that counts, of the files that were looked at; null: a file that has none. */
  readonly #scores = new Map<string, number | null>();
  /** The last step that is this run's; null: nobody has said so. */
  #step: number | null = null;

  /**
   * Nothing is read or written yet.
   *
   * @param folder Where: a path, or a file: URL. It is made when it is needed. One folder holds one run.
   * @param options How many are kept, and which is the best.
   * @throws {RangeError} if `keep` is no whole number ≥ 1, or a mode is neither "min" nor "max".
   * @throws {TypeError} if an argument is of the wrong kind.
   */
  constructor(folder: Path, options: CheckpointsOptions = {}) {
    if (arguments.length > 2) surplus("Checkpoints", arguments, 2);
    this.#folder = checkPath("Checkpoints", folder);
    checkOptions("Checkpoints", options, ["keep", "best"]);
    const { keep = 3, best } = options;
    this.#keep = checkWhole("Checkpoints", "keep", keep, 1);
    this.#best = best === undefined ? null : checkBest(best);
  }

  /**
   * Saves a run as `save()` does, and removes what is neither one of the last nor the best.
   *
   * @param parts What has a state, by names that you choose: `{ model, optimizer, schedule, loader }`.
   * @param values What is saved beside it: `step`, which names the file, and what you like, by other names.
   * @returns The path of the file.
   * @throws {RangeError} if the folder has a checkpoint that is not behind this one and that was not resumed: of another run.
   * @throws {TypeError} if a part or a value can be none; if there is no number `step`; if there
   * are other numbers, and none of the name that says what is best.
   * @throws {FileError} if it cannot be written. What was there before is as it was.
   */
  async save(parts: Parts, values: SavedValues): Promise<string> {
    const name = "Checkpoints.save";
    if (arguments.length > 2) surplus(name, arguments, 2);
    if (!isPlain(values)) {
      throw new TypeError(
        `${name}: values stand in one object such as { step: 12 }, not ${describe(values)}`,
      );
    }
    const step = checkWhole(name, "step", values.step, 0);
    for (const [key] of checkParts(name, parts)) {
      if (Object.hasOwn(values, key)) throw new TypeError(`${name}: ${describe(key)} is a part and a value`);
    }
    const score = this.#scoreOf(name, values);
    this.#checkOwn(name, step);
    const file = `step-${String(step).padStart(8, "0")}.safetensors`,
      path = inFolder(name, this.#folder, file);
    const saved = saveAs(name, path, { ...parts, ...values });
    this.#step = Math.max(step, this.#step ?? 0);
    await saved;
    this.#scores.set(file, score);
    this.#prune(name);
    return path;
  }

  /** The value that counts; null where none does, as in the middle of an epoch. */
  #scoreOf(name: string, values: Record<string, unknown>): number | null {
    if (this.#best === null) return null;
    const { [this.#best.name]: score, step: _, ...rest } = values;
    if (typeof score === "number") return score;
    const others = Object.keys(rest).filter((key) => typeof rest[key] === "number");
    if (score === undefined && others.length === 0) return null;
    const guess = nearest(this.#best.name, others);
    throw new TypeError(
      `${name}: the best is told by ${
        describe(this.#best.name)
      }, which must be a number among the values, not ${describe(score)}${
        guess === undefined ? "" : `; did you mean ${guess}?`
      }`,
    );
  }

  /** Two runs in one folder would remove each other's. */
  #checkOwn(name: string, step: number): void {
    if (this.#step !== null) return;
    const other = this.#files(name).find((file) => file.step >= step);
    if (other === undefined) return;
    throw new RangeError(
      `${name}: ${other.path} is there already; resume(…) goes on from it, another folder keeps two runs apart`,
    );
  }

  /**
   * Says that a run begins anew and will be saved here: what stands in its way, such as a permission or another run's checkpoints,
   * is said now, and not when the first epoch is over.
   *
   * @internal
   */
  begin(name: string): void {
    askForFolder(name, this.#folder);
    this.#checkOwn(name, 0);
  }

  /** Removes what need not be kept, and what a killed program left half written. */
  #prune(name: string): void {
    removeTemporary(name, this.#folder, (file) => NAME.test(file));
    // What is further than this run was passed over when it was resumed: damaged, and not one of the last.
    const own = this.#files(name).filter(({ step, file }) =>
      step <= this.#step! && this.#score(name, file) !== undefined
    );
    const kept = new Set(own.slice(0, this.#keep)), best = this.#bestOf(name, own);
    if (best !== undefined) kept.add(best);
    for (const one of own) {
      if (kept.has(one)) continue;
      removeFile(name, one.path);
      this.#scores.delete(one.file);
    }
  }

  /** The files, the newest first. */
  #files(name: string): CheckpointFile[] {
    let names: string[];
    try {
      names = listFolder(name, this.#folder);
    } catch (error) {
      if (error instanceof FileError && error.code === "ENOENT") return [];
      throw error;
    }
    return names.filter((file) => NAME.test(file))
      .map((file) => ({ file, step: Number(NAME.exec(file)![1]), path: inFolder(name, this.#folder, file) }))
      .sort((a, b) => b.step - a.step);
  }

  /** The value that counts, as the file says; null if it has none; undefined if it cannot be read. */
  #score(name: string, file: string): number | null | undefined {
    const known = this.#scores.get(file);
    if (known !== undefined) return known;
    try {
      const source = openSource(name, inFolder(name, this.#folder, file));
      try {
        const value = this.#best === null ? null : valueIn(describeFile(source), this.#best.name);
        const score = typeof value === "number" ? value : null;
        this.#scores.set(file, score);
        return score;
      } finally {
        source.close();
      }
    } catch (error) {
      if (error instanceof FileError) return undefined;
      throw error;
    }
  }

  /** Of equals, the oldest. */
  #bestOf(name: string, files: readonly CheckpointFile[]): CheckpointFile | undefined {
    if (this.#best === null) return undefined;
    const sign = this.#best.mode === "max" ? 1 : -1;
    let best: CheckpointFile | undefined, most = -Infinity;
    for (const one of [...files].reverse()) {
      const score = sign * (this.#score(name, one.file) ?? NaN);
      if (score > most) [best, most] = [one, score];
    }
    return best;
  }

  /** Opens files until one is whole; what is said of the others goes to the console. */
  #first<T>(
    name: string,
    files: Iterable<CheckpointFile>,
    use: (file: CheckpointFile, saved: Saved) => T,
  ): T | undefined {
    for (const one of files) {
      try {
        const source = openSource(name, one.path);
        try {
          return use(one, openCheckpoint(source));
        } finally {
          source.close();
        }
      } catch (error) {
        const gone = error instanceof FileError && error.code === "ENOENT";
        const damaged = error instanceof FileFormatError && !(error instanceof VersionError);
        if (!gone && !damaged) throw error;
        if (damaged) console.warn(`${error.message}; it is passed over`);
      }
    }
    return undefined;
  }

  /**
   * The newest checkpoint that is whole. What is said of a damaged one goes to the console.
   *
   * @returns Its path; undefined if there is none.
   * @throws {FileError} if the folder may not be read.
   */
  // deno-lint-ignore require-await -- an error is the promise's
  async latest(): Promise<string | undefined> {
    if (arguments.length > 0) surplus("Checkpoints.latest", arguments, 0);
    const found = this.#first("Checkpoints.latest", this.#files("Checkpoints.latest"), (file) => file);
    this.#step = found?.step ?? -1;
    return found?.path;
  }

  /**
   * The best checkpoint of those that are there and whole.
   *
   * @returns Its path; undefined if there is none.
   * @throws {RangeError} if it was not said what is best.
   * @throws {FileError} if the folder may not be read.
   */
  // deno-lint-ignore require-await -- an error is the promise's
  async best(): Promise<string | undefined> {
    const name = "Checkpoints.best";
    if (arguments.length > 0) surplus(name, arguments, 0);
    if (this.#best === null) {
      throw new RangeError(`${name}: say what is best: new Checkpoints(folder, { best: "testAccuracy" })`);
    }
    const left = this.#files(name), byRank: CheckpointFile[] = [];
    for (let one = this.#bestOf(name, left); one !== undefined; one = this.#bestOf(name, left)) {
      byRank.push(...left.splice(left.indexOf(one), 1));
    }
    return this.#first(name, byRank, ({ path }) => path);
  }

  /**
   * Goes on from the newest checkpoint that is whole, as `load()` does. Deno asks for permission to read and to write in the folder:
   * who goes on will save.
   *
   * @param parts What to restore: those that are saved.
   * @returns The values that were saved; undefined if there is no checkpoint, and nothing was changed.
   * @throws {RangeError | TypeError} if the checkpoint and the parts do not fit. Nothing is changed then.
   * @throws {FileFormatError} if the checkpoint is of a newer version.
   * @throws {FileError} if the folder may not be read.
   */
  // deno-lint-ignore require-await -- an error is the promise's
  async resume(parts: Parts): Promise<ResumedValues | undefined> {
    const name = "Checkpoints.resume";
    if (arguments.length > 1) surplus(name, arguments, 1);
    checkParts(name, parts);
    // Who goes on will save, and is asked for that now.
    askForFolder(name, this.#folder);
    const resumed = this.#first(name, this.#files(name), ({ step }, saved) => ({
      ...restore(saved, parts, false),
      step,
    }));
    this.#step = resumed?.step ?? -1;
    return resumed;
  }
}

/** A file of the folder. */
interface CheckpointFile {
  file: string;
  step: number;
  path: string;
}

function checkBest(best: unknown): Required<Best> {
  const name = "Checkpoints", given = typeof best === "string" ? { name: best } : best;
  if (!isPlain(given)) {
    throw new TypeError(
      `${name}: best is a value's name such as "testAccuracy", or { name, mode }, not ${describe(best)}`,
    );
  }
  checkOptions(name, given, ["name", "mode"]);
  const value = checkText(name, "the name of the best", given.name);
  const { mode = shouldRise(value) ? "max" : "min" } = given;
  return { name: value, mode: checkChoice(name, "the mode of the best", mode, ["min", "max"]) };
}
