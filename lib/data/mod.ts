/**
 * Data sets, and what goes through them in batches.
 *
 * @module
 */
export { cifar10, CIFAR10_STATISTICS } from "./cifar10.ts";
export type { Collated } from "./collate.ts";
export type { Dataset } from "./dataset.ts";
export { FASHION_MNIST_STATISTICS, fashionMnist, type FashionMnistOptions } from "./fashion_mnist.ts";
export { type Idx, parseIdx } from "./idx.ts";
export type { Image, ImageShape, Pixels } from "./image.ts";
export { type ImageFolder, imageFolder, type ImageFolderOptions } from "./image_folder.ts";
export { ImageDataset, type ImageDatasetParts } from "./images.ts";
export { DataLoader, type DataLoaderOptions } from "./loader.ts";
export { mnist, MNIST_STATISTICS, type MnistOptions } from "./mnist.ts";
export type { Split } from "./split.ts";
export type { LoaderState } from "./state.ts";
export { randomSplit, subset } from "./subset.ts";
export { type Rows, tensorDataset } from "./tensors.ts";
/** What is done to images on their way to a network. */
export * as transforms from "./transforms/mod.ts";
export type { FixedTransform, Random, Transform } from "./transforms/plan.ts";
