/**
 * Pictures of the reader's own: a folder that has a folder for each class.
 *
 * @module
 */
import { FileError } from "../host/file_error.ts";
import { FileFormatError } from "../host/format_error.ts";
import { inFolder, listFolder, openFile, type Path, statFile } from "../host/files.ts";
import { checkOptions, describe, surplus } from "../text/arguments.ts";
import { checkIndex, type Dataset } from "./dataset.ts";
import type { Image } from "./image.ts";
import { decodePicture } from "./picture/mod.ts";

/** Names of the files that are read end so. */
const READ = /\.(?:png|jpe?g)$/i;
/** Pictures that are not read: leaving them out without a word would train on less than what is there. */
const OTHER = /\.(?:avif|bmp|gif|heic|heif|jp2|jxl|pgm|ppm|tiff?|webp)$/i;
/** A class has folders within folders; of links that lead back there is no end. */
const DEEPEST = 16;
/** A larger file is no picture to train on: 256 MiB. */
const MOST_BYTES = 2 ** 28;

/** What {@linkcode imageFolder} takes. */
export interface ImageFolderOptions {
  /** 3: red, green, blue, the default; 1: grey. */
  channels?: 1 | 3;
}

/** A picture's file and its class. */
interface Entry {
  path: string;
  label: number;
}

/** Pictures in files, decoded when they are asked for. Each has a size of its own; `resize` and `randomCrop` make them equal. */
export class ImageFolder implements Dataset<[image: Image, label: number]> {
  /** What the classes are called: the names of their folders, sorted. */
  readonly classes: readonly string[];
  /** The paths of the pictures, class by class, sorted within. */
  readonly files: readonly string[];
  /** The class of each picture. */
  readonly labels: readonly number[];
  /** How many pictures there are. */
  readonly length: number;
  readonly #channels: 1 | 3;

  /** @internal */
  constructor(classes: string[], entries: Entry[], channels: 1 | 3) {
    this.classes = classes;
    this.files = entries.map(({ path }) => path);
    this.labels = entries.map(({ label }) => label);
    this.length = entries.length;
    this.#channels = channels;
  }

  /**
   * Reads and decodes a picture.
   *
   * @param index Which one.
   * @returns The image [channels, height, width] of bytes, and its label.
   * @throws {FileError} if the file is gone, or must not be read.
   * @throws {FileFormatError} if the file is damaged, or too large.
   * @throws {RangeError} if there is none of that index.
   * @throws {TypeError} if the index is no number.
   */
  async get(index: number): Promise<[image: Image, label: number]> {
    if (arguments.length > 1) surplus("ImageFolder.get", arguments, 1);
    const i = checkIndex("ImageFolder.get", index, this.length), path = this.files[i];
    const image = await decodePicture("ImageFolder.get", path, readPicture(path), this.#channels);
    return [image, this.labels[i]];
  }
}

/**
 * Finds the pictures of a folder that has a folder for each class: `animals/cat/1.jpg`, `animals/dog/2.png`. The classes are sorted by
 * name, as are the pictures of each, those in folders within included. PNG and JPEG are read, grey, in colours or with a palette, of 1 to
 * 16 bits; opacity is dropped, a JPEG stands upright as the camera's note (EXIF) says. Deno asks for the permission to read that
 * folder, unless `--allow-read=animals` gave it.
 *
 * PyTorch: `torchvision.datasets.ImageFolder`.
 *
 * @param folder The folder's path.
 * @param options.channels 3 (red, green, blue, the default) or 1 (grey). All pictures come so, however they are kept.
 * @returns The set; nothing is decoded yet.
 * @throws {FileError} if there is no such folder, or it must not be read; there is no class, or one without pictures.
 * @throws {FileFormatError} if a picture is of another format.
 * @throws {RangeError} if `channels` is neither.
 * @throws {TypeError} if something is of another kind, or there is no such option.
 *
 * @example
 * ```ts
 * import { DataLoader, imageFolder, transforms } from "descent";
 *
 * const animals = await imageFolder("animals").catch(() => null);
 * if (animals !== null) {
 *   const loader = new DataLoader(animals, { batchSize: 32, transform: transforms.resize([64, 64]) });
 *   for await (const [images, labels] of loader) console.log(images.shape, labels.shape);
 * }
 * ```
 */
// deno-lint-ignore require-await -- what is wrong is a rejected promise, here as in the other sets
export async function imageFolder(folder: Path, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  if (arguments.length > 2) surplus("imageFolder", arguments, 2);
  checkOptions("imageFolder", options, ["channels"]);
  const { channels = 3 } = options;
  if (typeof channels !== "number") {
    throw new TypeError(`imageFolder: channels must be 1 or 3, not ${describe(channels)}`);
  }
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`imageFolder: channels must be 1 (grey) or 3 (red, green, blue), not ${channels}`);
  }
  const names = listFolder("imageFolder", folder);
  const classes = names.filter((name) =>
    !name.startsWith(".") && statFile("imageFolder", inFolder("imageFolder", folder, name))?.kind === "folder"
  );
  if (classes.length === 0) {
    const hint = names.some((name) => READ.test(name)) ? "; its pictures have no class" : "";
    throw new FileError(
      `imageFolder: ${folder} has no folders; each class is one, such as ${folder}/cat/1.jpg${hint}`,
    );
  }
  const entries: Entry[] = [];
  for (const [label, name] of classes.entries()) {
    const before = entries.length, path = inFolder("imageFolder", folder, name);
    for (const file of pictures(path)) entries.push({ path: file, label });
    if (entries.length === before) {
      throw new FileError(
        `imageFolder: the class ${path} has no picture; names of PNG and JPEG files end in .png, .jpg or .jpeg`,
      );
    }
  }
  return new ImageFolder(classes, entries, channels);
}

/** The pictures in a folder and in those within it, in the order of their names. */
function* pictures(folder: string, depth = 0): Generator<string> {
  for (const name of listFolder("imageFolder", folder)) {
    // What systems keep for themselves.
    if (name.startsWith(".")) continue;
    const path = inFolder("imageFolder", folder, name);
    if (READ.test(name)) yield path;
    else if (OTHER.test(name)) {
      throw new FileFormatError(
        `imageFolder: ${path} is neither a PNG nor a JPEG; convert it, or take it away`,
      );
    } else if (statFile("imageFolder", path)?.kind === "folder") {
      if (depth === DEEPEST) {
        throw new FileError(
          `imageFolder: ${path} lies ${DEEPEST} folders deep; is it a link that leads back?`,
        );
      }
      yield* pictures(path, depth + 1);
    }
  }
}

/** The bytes of a picture's file. */
function readPicture(path: string): Uint8Array<ArrayBuffer> {
  const file = openFile("ImageFolder.get", path);
  try {
    if (file.size > MOST_BYTES) {
      throw new FileFormatError(
        `ImageFolder.get: ${path} has ${file.size} bytes; a picture of up to ${MOST_BYTES} can be read`,
      );
    }
    const bytes = new Uint8Array(file.size);
    return bytes.subarray(0, file.read(bytes, 0));
  } finally {
    file.close();
  }
}
