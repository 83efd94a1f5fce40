/** Data sets: good calls, from which tests/arguments.ts makes wrong ones. */
import {
  DataLoader,
  type Image,
  ImageDataset,
  imageFolder,
  randn,
  type Transform,
  transforms,
} from "descent";
import { filesGranted, type Room } from "../arguments.ts";
import { idx } from "../data/hostile.ts";
import pictures from "../fixtures/pictures.json" with { type: "json" };

const numbers = { length: 4, get: (index: number) => index };
const shape = [1, 2, 2] as const;
const images = () =>
  new ImageDataset({
    images: new Uint8Array(8),
    labels: new Uint8Array([0, 1]),
    classes: ["a", "b"],
    shape,
  });
const bytes = (): Image => ({ data: new Uint8Array([1, 2, 3, 4]), shape });
const floats = (): Image => ({ data: new Float32Array([1, 2, 3, 4]), shape });

/** What a transform does, it does when it is called. */
const onBytes = { use: (transform: Transform) => transform(bytes(), Math.random) };
const onFloats = { use: (transform: Transform) => transform(floats(), Math.random) };

/** A folder that has a picture in a class, and a file of CIFAR-10's; "" where none can be made. */
function makeFolder(): string {
  if (!filesGranted) return "";
  const path = Deno.makeTempDirSync();
  addEventListener("unload", () => Deno.removeSync(path, { recursive: true }));
  Deno.mkdirSync(`${path}/cat`);
  Deno.writeFileSync(`${path}/cat/1.png`, Uint8Array.fromBase64(pictures.read[0].file));
  using file = Deno.openSync(`${path}/test_batch.bin`, { create: true, write: true });
  file.truncateSync(10_000 * 3073);
  return path;
}

/** A folder of IDX files: an image to train on, and one to test with. */
function makeIdxFiles(): string {
  if (!filesGranted) return "";
  const path = Deno.makeTempDirSync();
  addEventListener("unload", () => Deno.removeSync(path, { recursive: true }));
  for (const part of ["train", "t10k"]) {
    Deno.writeFileSync(`${path}/${part}-images-idx3-ubyte`, idx([1, 1, 1], [7]));
    Deno.writeFileSync(`${path}/${part}-labels-idx1-ubyte`, idx([1], [3]));
  }
  return path;
}

const folder = makeFolder(), idxFiles = makeIdxFiles();
const folderOfImages = filesGranted ? await imageFolder(folder) : {};

export const dataRoom: Room = {
  receivers: {
    ImageFolder: () => folderOfImages,
    DataLoader: () => new DataLoader(numbers),
    ImageDataset: images,
  },
  entries: {
    "DataLoader": {
      good: [
        () => [images(), {
          batchSize: 2,
          shuffle: true,
          dropLast: true,
          transform: transforms.toTensor(),
          collate: (samples: unknown[]) => samples,
        }],
        () => [numbers],
      ],
      records: [0],
    },
    "DataLoader.stateDict": { good: [() => []] },
    "DataLoader.loadStateDict": {
      good: [
        () => [{ key: [1, 2], epoch: 0, position: 0, samples: 4, batchSize: 1, shuffle: true }],
        () => [{ key: null, epoch: 3, position: 0, samples: 4, batchSize: 1, shuffle: false }],
      ],
    },
    "ImageDataset": {
      good: [
        () => [{ images: new Uint8Array(8), labels: new Uint8Array(2), classes: ["a"], shape: [1, 2, 2] }],
      ],
    },
    "ImageDataset.get": { good: [() => [1]] },
    "randomSplit": { good: [() => [numbers, [3, 1]], () => [numbers, [0.5, 0.5]]], records: [0] },
    "subset": {
      good: [
        () => [numbers, [3, 1]],
        () => [numbers, new Int32Array([2])],
        () => [numbers, new Uint32Array(1)],
      ],
      records: [0],
    },
    "tensorDataset": { good: [() => [randn(3, 2), randn(3)]], variadic: true },
    "transforms.affine": {
      good: [
        () => [{ angle: 1, translate: [1, 0], scale: 2, shear: 3, interpolation: "bilinear", fill: 1 }],
        () => [{ shear: [3, 4] }],
      ],
      ...onBytes,
    },
    "transforms.centerCrop": { good: [() => [2], () => [[1, 2]]], ...onBytes },
    "transforms.compose": { good: [() => [[transforms.toTensor()]]], ...onBytes },
    "transforms.normalize": { good: [() => [0.5, 0.5], () => [[0.5], [0.5]]], ...onFloats },
    "transforms.pad": { good: [() => [1, { fill: 1, paddingMode: "edge" }], () => [[1, 2]]], ...onBytes },
    "transforms.randomAffine": {
      good: [
        () => [10, { translate: [0.1, 0.2], scale: [1, 2], shear: 3, interpolation: "nearest", fill: 1 }],
        () => [[-10, 20], { shear: [1, 2, 3, 4] }],
      ],
      ...onBytes,
    },
    "transforms.randomCrop": {
      good: [
        () => [2, { padding: 1, padIfNeeded: true, fill: 1, paddingMode: "constant" }],
        () => [[1, 2], { padding: [1, 2] }],
      ],
      ...onBytes,
    },
    "transforms.randomErasing": {
      good: [
        () => [{ p: 1, scale: [0.1, 0.2], ratio: [1, 2], value: 3 }],
        () => [{ value: [3] }],
        () => [{ value: "random", p: 0.1 }],
      ],
      ...onFloats,
    },
    "transforms.randomHorizontalFlip": { good: [() => [{ p: 0.1 }]], ...onBytes },
    "transforms.randomRotation": {
      good: [() => [10, { interpolation: "bilinear", fill: 1 }], () => [[1, 2]]],
      ...onBytes,
    },
    "transforms.resize": { good: [() => [2, { antialias: false }], () => [[1, 2]]], ...onBytes },
    "transforms.toTensor": { good: [() => []], ...onBytes },
    "cifar10": {
      good: [() => [folder, { split: "test" }], () => [new URL(`file://${folder}/`), { split: "test" }]],
      needsFiles: true,
    },
    "imageFolder": {
      good: [() => [folder, { channels: 1 }], () => [new URL(`file://${folder}/`), { channels: 3 }]],
      needsFiles: true,
    },
    "ImageFolder.get": { good: [() => [0]], needsFiles: true },
    // Ten large files are decoded.
    "fashionMnist": {
      good: [
        () => [{ split: "test", onProgress: () => {} }],
        () => [{ folder: idxFiles }],
        () => [{ folder: new URL(`file://${idxFiles}/`) }],
      ],
      needsFiles: true,
    },
    "mnist": {
      good: [() => [{ split: "test", folder: idxFiles }], () => [{ folder: new URL(`file://${idxFiles}/`) }]],
      needsFiles: true,
    },
    "parseIdx": { good: [() => [new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 7]), "a file"]] },
  },
};
