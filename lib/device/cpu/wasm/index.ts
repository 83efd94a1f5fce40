// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** What the module exports. */
export { setScratch } from "./simd";
export { attention, attentionGrad } from "./attention";
export { packColumns, packRows } from "./pack";
export { product, productTransposed } from "./convolution";
export { thinColumns, thinRows, thinUpdate } from "./thin";
export { adam, rmsprop, sgd } from "./optimizers";
export { binary, fill, unary, zip } from "./elementwise";
export { addRows, copyRows, selectRows, transposePlanes } from "./arrange";
export { compare, select } from "./compare";
export { normApply, normChunks, normGradApply, normGradStatistics, normStatistics } from "./normalization";
export { layerNorm, layerNormGrad, layerNormSums } from "./layer_norm";
export { firstDigits, leastOfPairs, leastOfParts, orderRows, pairs, pairsUpTo, radixCount, radixMove } from "./order";
export { pool, poolGrad, poolPick, poolPlace } from "./pooling";
export { philox } from "./random";
export { reduceChunks, reduceTogether } from "./reduce";
export { resample } from "./resample";
export {
  scanIntegers, scanLargest, scanLinear, scanLogSum, scanProduct, scanSum, scanTotals,
} from "./scan";
export { crossEntropy, crossEntropyGrad, softmax } from "./softmax";
export { pixelSizes } from "./uneven";
export { winograd } from "./winograd";
export { winogradFilter } from "./winograd_filter";
export {
  winogradFilterGrad, winogradJoin, winogradOutputTiles, winogradPartSums, winogradSums, winogradTiles, winogradWeights,
} from "./winograd_gradient";
