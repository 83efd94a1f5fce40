/**
 * CIFAR-10: 60,000 photographs of animals and vehicles, 32 × 32 pixels in colours, from files of the reader's own.
 *
 * Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009; the binary version of its archive,
 * cifar-10-binary.tar.gz.
 *
 * @module
 */
import { FileError } from "../host/file_error.ts";
import { FileFormatError } from "../host/format_error.ts";
import { inFolder, listFolder, openFile, type Path } from "../host/files.ts";
import { surplus } from "../text/arguments.ts";
import { ImageDataset } from "./images.ts";
import { type Split, splitOf } from "./split.ts";

/** The mean and the standard deviation of the training pixels, red, green and blue, scaled to 0 … 1. */
export const CIFAR10_STATISTICS = {
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
} as const;

/** What the classes are called, where the archive's own list is not there. */
const CLASSES = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];
const SHAPE = [3, 32, 32] as const;
const PIXELS = 3 * 32 * 32;
/** A record: the label, then the red, the green and the blue pixels. */
const RECORD = 1 + PIXELS;
/** So many records a file has. */
const RECORDS = 10_000;

const FILES: Record<Split, string[]> = {
  train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  test: ["test_batch.bin"],
};
const NAMES = "batches.meta.txt";
/** A list of ten names is not longer. */
const MOST_NAMES = 4096;

/**
 * Reads CIFAR-10 from the folder that its archive of the binary version unpacks to. Deno asks for the permission to read that folder,
 * unless `--allow-read=data/cifar-10-batches-bin` gave it.
 *
 * PyTorch: `torchvision.datasets.CIFAR10`.
 *
 * @param folder The path of cifar-10-batches-bin.
 * @param options.split "train" (50,000 images, the default) or "test" (10,000).
 * @returns Images [N, 3, 32, 32] and labels [N] as bytes, in the order of the files: 154 MB to train on, 31 MB to test with.
 * @throws {FileError} if a file is not there, or must not be read.
 * @throws {FileFormatError} if a file was cut short, or has a label that there is not.
 * @throws {RangeError} if `split` is neither.
 * @throws {TypeError} if something is of another kind, or there is no such option.
 *
 * @example
 * ```ts
 * import { cifar10 } from "descent";
 *
 * const test = await cifar10("data/cifar-10-batches-bin", { split: "test" }).catch(() => null);
 * console.log(test?.length ?? "The archive lies elsewhere.");
 * ```
 */
export async function cifar10(folder: Path, options: { split?: Split } = {}): Promise<ImageDataset> {
  if (arguments.length > 2) surplus("cifar10", arguments, 2);
  const split = splitOf("cifar10", options);
  // Listed first: the one question that Deno asks is about the folder.
  const there = listFolder("cifar10", folder), files = FILES[split];
  const missing = files.find((file) => !there.includes(file));
  if (missing !== undefined) {
    const hint = there.includes("cifar-10-batches-bin")
      ? "; the folder in it, cifar-10-batches-bin, is the one to name"
      : "; the binary version of CIFAR-10, cifar-10-binary.tar.gz, has it";
    throw new FileError(`cifar10: there is no ${missing} in ${folder}${hint}`, "ENOENT");
  }
  const classes = there.includes(NAMES) ? readNames(inFolder("cifar10", folder, NAMES)) : CLASSES;
  const images = new Uint8Array(files.length * RECORDS * PIXELS);
  const labels = new Uint8Array(files.length * RECORDS);
  for (const [i, file] of files.entries()) {
    const path = inFolder("cifar10", folder, file);
    parseCifar10(
      readExactly(path),
      path,
      images.subarray(i * RECORDS * PIXELS, (i + 1) * RECORDS * PIXELS),
      labels.subarray(i * RECORDS, (i + 1) * RECORDS),
    );
    // Between files other flows of the program have their turn.
    await Promise.resolve();
  }
  return new ImageDataset({ images, labels, classes, shape: SHAPE });
}

/** The bytes of a file of records, if it has as many as it must. */
function readExactly(path: string): Uint8Array {
  const file = openFile("cifar10", path);
  try {
    checkLength(file.size, RECORDS, path);
    const bytes = new Uint8Array(file.size);
    checkLength(file.read(bytes, 0), RECORDS, path);
    return bytes;
  } finally {
    file.close();
  }
}

/**
 * Takes a file's records apart.
 *
 * @param bytes The whole file.
 * @param name What to call it in an error.
 * @param images Receives the pixels of all records.
 * @param labels Receives their labels; says how many there must be.
 * @throws {FileFormatError} if it has more or fewer records, or a label is none of the ten.
 */
export function parseCifar10(bytes: Uint8Array, name: string, images: Uint8Array, labels: Uint8Array): void {
  checkLength(bytes.length, labels.length, name);
  for (let record = 0; record < labels.length; record++) {
    const at = record * RECORD, label = bytes[at];
    if (label >= CLASSES.length) {
      throw new FileFormatError(
        `cifar10: record ${record} of ${name} has the label ${label}, and there are ${CLASSES.length} classes: ` +
          "this is another file, or it is damaged",
      );
    }
    labels[record] = label;
    images.set(bytes.subarray(at + 1, at + RECORD), record * PIXELS);
  }
}

function checkLength(length: number, records: number, name: string): void {
  const wanted = records * RECORD;
  if (length === wanted) return;
  throw new FileFormatError(
    `cifar10: ${name} should have ${wanted} bytes, ${records} images of ${RECORD}, and has ${length}: ` +
      (length < wanted ? "it was cut short" : "this is another file"),
  );
}

function readNames(path: string): string[] {
  const file = openFile("cifar10", path);
  try {
    const bytes = new Uint8Array(Math.min(file.size, MOST_NAMES));
    const text = new TextDecoder().decode(bytes.subarray(0, file.read(bytes, 0)));
    const names = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
    if (file.size <= MOST_NAMES && names.length === CLASSES.length) return names;
    throw new FileFormatError(
      `cifar10: ${path} should have the names of ${CLASSES.length} classes, a line each`,
    );
  } finally {
    file.close();
  }
}
