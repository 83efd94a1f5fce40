/**
 * Data to learn from.
 *
 * @module
 */
export { type Idx, parseIdx } from "./idx.ts";
export { type Photo, photo } from "./photo.ts";
export { type DigitBatch, digits, type DigitsOptions, type Mnist, mnist, MNIST_STATISTICS } from "./mnist.ts";
