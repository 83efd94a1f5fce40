// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** What the module exports. */
export { setScratch } from "./simd";
export { packColumns, packRows } from "./pack";
export { product, productTransposed } from "./convolution";
export { thinColumns, thinRows, thinUpdate } from "./thin";
export { adam, rmsprop, sgd } from "./optimizers";
export { binary, fill, unary, zip } from "./elementwise";
