/**
 * Images and labels of the MNIST family, put together: as their authors give them away, in four files.
 *
 * @module
 */
import { text } from "../device/shape.ts";
import { FileError } from "../host/file_error.ts";
import { inFolder, listFolder, type Path, readFile, statFile } from "../host/files.ts";
import { FileFormatError } from "../host/format_error.ts";
import { type Idx, parseIdx } from "./idx.ts";
import { ImageDataset } from "./images.ts";
import type { Split } from "./split.ts";

/** What the files' names begin with. */
const PREFIX: Record<Split, string> = { train: "train", test: "t10k" };
/** The largest file that is read, and the most that a compressed one may become: 256 MiB. MNIST's takes 47 MB. */
const MOST_BYTES = 2 ** 28;

/**
 * Reads a part of a set from a folder that has its files, such as torchvision's MNIST/raw: train-images-idx3-ubyte and its like, or
 * the same compressed, with ".gz" behind.
 *
 * @param name The function, as its user calls it.
 * @param folder Where the files are.
 * @param split Which part.
 * @param classes What the classes are called.
 * @throws {FileError} if a file is not there, or must not be read.
 * @throws {FileFormatError} if one is damaged, or they do not belong together.
 */
export async function idxFolder(
  name: string,
  folder: Path,
  split: Split,
  classes: readonly string[],
): Promise<ImageDataset> {
  // Listed first: the one question that Deno asks is about the folder.
  const there = listFolder(name, folder);
  const read = async (what: "images-idx3" | "labels-idx1") => {
    const file = `${PREFIX[split]}-${what}-ubyte`;
    const found = [file, `${file}.gz`].find((one) => there.includes(one));
    if (found === undefined) {
      throw new FileError(`${name}: there is no ${file} or ${file}.gz in ${folder}`, "ENOENT");
    }
    return await readIdx(name, inFolder(name, folder, found));
  };
  return paired(name, await read("images-idx3"), await read("labels-idx1"), classes);
}

/**
 * Images and labels that belong together.
 *
 * @throws {FileFormatError} if they do not.
 */
export function paired(name: string, images: Idx, labels: Idx, classes: readonly string[]): ImageDataset {
  const [count, height, width] = images.shape;
  if (
    images.shape.length !== 3 || labels.shape.length !== 1 || labels.shape[0] !== count ||
    height * width === 0
  ) {
    throw new FileFormatError(
      `${name}: images ${text(images.shape)} and labels ${text(labels.shape)} do not belong together`,
    );
  }
  const odd = labels.data.find((label) => label >= classes.length);
  if (odd !== undefined) {
    throw new FileFormatError(`${name}: there is a label ${odd}, and there are ${classes.length} classes`);
  }
  return new ImageDataset({ images: images.data, labels: labels.data, classes, shape: [1, height, width] });
}

async function readIdx(name: string, path: string): Promise<Idx> {
  const tooLarge = () => new FileFormatError(`${name}: ${path} has more than ${MOST_BYTES} bytes`);
  if ((statFile(name, path)?.size ?? 0) > MOST_BYTES) throw tooLarge();
  let bytes: Uint8Array<ArrayBuffer> = readFile(name, path);
  if (path.endsWith(".gz")) {
    const inflated = await gunzip(bytes).catch(() => {
      throw new FileFormatError(`${name}: ${path} is damaged: it cannot be inflated`);
    });
    if (inflated === null) throw tooLarge();
    bytes = inflated;
  }
  try {
    return parseIdx(bytes, path);
  } catch (error) {
    throw new FileFormatError(`${name}: ${(error as Error).message.replace("parseIdx: ", "")}`);
  }
}

/** What a gzip file holds; null if that is too much. */
async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const piece of new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))) {
    size += piece.length;
    if (size > MOST_BYTES) return null;
    pieces.push(piece);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
