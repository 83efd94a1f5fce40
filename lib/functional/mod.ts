/** Functions of tensors that networks are made of; the layers of `nn` call them with parameters of their own. @module */
export * from "./convolution.ts";
export * from "./normalization.ts";
export * from "./pooling.ts";
export {
  binaryCrossEntropyWithLogits,
  type BinaryLossOptions,
  type LossOptions,
  mseLoss,
  type Reduction,
} from "./losses.ts";
export * from "./cross_entropy.ts";
