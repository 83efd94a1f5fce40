/**
 * What is done to images on their way to a network, with torchvision's names and numbers. Images stay on the host, bytes or
 * floats, channels first; a loader applies a transform to each image and makes the tensors.
 *
 * @module
 */
export * from "./affine.ts";
export * from "./compose.ts";
export * from "./crop.ts";
export * from "./erase.ts";
export * from "./flip.ts";
export * from "./resize.ts";
export * from "./scale.ts";
