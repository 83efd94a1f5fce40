/**
 * Data sets.
 *
 * @module
 */
export { type Idx, parseIdx } from "./idx.ts";
export { type Mnist, mnist, MNIST_STATISTICS } from "./mnist.ts";
