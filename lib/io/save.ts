/** What a run needs to go on, in one file. */
import { type Path, writeFile } from "../host/files.ts";
import { checkBoolean, checkOptions, surplus } from "../text/arguments.ts";
import { imageOf, openCheckpoint } from "./checkpoint_file.ts";
import type { Parts } from "./parts.ts";
import { restore } from "./restore.ts";
import { type FileSource, openSource } from "./source.ts";

/** Settings of {@linkcode load}. */
export interface LoadOptions {
  /** Whether the file may have parts that are not given: false by default. The random numbers then go on as they are. */
  partial?: boolean;
}

/**
 * Saves a run: what has a state, such as a network, an optimizer, a schedule, a loader; values of your own; and where the sequence
 * of random numbers stands. `load()` goes on from there, on the cpu device with the same bits as a run that was never stopped.
 *
 * It is one safetensors file, in which other programs find the tensors by name: "model.conv.weight", "optimizer.state.0.expAvg".
 * All is taken down when the function is called; what the program does while the file is written does not reach it. The file
 * is written beside the one that is there, and takes its name when it is whole: whatever happens, one of them is there.
 *
 * @param path Where to: a path, or a file: URL. Folders that are missing are made. Deno asks for permission to write in the folder
 * and to read in it.
 * @param parts By names that you choose. What has `stateDict()` and `loadStateDict()` is saved by its state; numbers, texts,
 * booleans, null, tensors, and lists and objects of them as they are.
 * @throws {TypeError} if a part can be none.
 * @throws {FileError} if the file cannot be written: a full disk, a permission that is missing. What was there before is as it was.
 * @example
 * ```ts
 * import { load, nn, optim, save } from "descent";
 * import { assertEquals } from "@std/assert";
 * const model = new nn.Linear(3, 2), optimizer = new optim.Adam(model.parameters());
 * const path = `${Deno.makeTempDirSync()}/run.safetensors`;
 * await save(path, { model, optimizer, step: 12 });
 * // Perhaps in another program:
 * const { step } = await load(path, { model, optimizer });
 * assertEquals(step, 12);
 * ```
 */
export async function save(path: Path, parts: Parts): Promise<void> {
  if (arguments.length > 2) surplus("save", arguments, 2, "all parts stand in one object");
  await saveAs("save", path, parts);
}

/** What {@linkcode save} does, for a function of another name. */
export async function saveAs(name: string, path: Path, parts: Parts): Promise<void> {
  const image = imageOf(name, parts);
  try {
    await writeFile(name, path, image.chunks());
  } finally {
    image.free();
  }
}

/**
 * Goes on from a file that `save()` wrote: all parts are as they were then, and so is the sequence of random numbers. All of the
 * file is looked at before anything is changed; if something does not fit, nothing is.
 *
 * @param source The file's path, a file: URL, or its bytes.
 * @param parts What to restore, by the names under which it was saved: networks, optimizers, schedules, loaders of the same making.
 * Values may stand there, too, and are not read: `load(path, parts)` takes what `save(path, parts)` took.
 * @param options `partial`: whether the file may have parts that are not given, such as an optimizer that is not needed any more.
 * @returns The values that were saved, by name. What they are is for you to know: it is what the file says.
 * @throws {RangeError} if the file has not all parts that are given, or more; if names, shapes or numbers do not fit.
 * @throws {TypeError} if a part is of another kind than the one that was saved.
 * @throws {FileFormatError} if the file is damaged, no checkpoint, or of a newer version.
 * @throws {FileError} if there is no such file, or it may not be read.
 * @example
 * ```ts
 * import { load, nn, optim, save } from "descent";
 * import { assertEquals } from "@std/assert";
 * const model = new nn.Linear(3, 2), optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const path = `${Deno.makeTempDirSync()}/run.safetensors`;
 * await save(path, { model, optimizer, accuracy: 0.98 });
 * // The network alone, to be used:
 * const { accuracy } = await load(path, { model }, { partial: true });
 * assertEquals(accuracy, 0.98);
 * ```
 */
// deno-lint-ignore require-await -- an error is the promise's
export async function load<Values = Record<string, unknown>>(
  source: FileSource,
  parts: Parts,
  options: LoadOptions = {},
): Promise<Values> {
  if (arguments.length > 3) surplus("load", arguments, 3, "all parts stand in one object");
  checkOptions("load", options, ["partial"]);
  const { partial = false } = options;
  checkBoolean("load", "partial", partial);
  const file = openSource("load", source);
  try {
    return restore(openCheckpoint(file), parts, partial) as Values;
  } finally {
    file.close();
  }
}
