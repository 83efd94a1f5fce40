/** Networks: modules that hold parameters, layers, losses, first values. @module */
export * from "./activation.ts";
export { type BatchNorm, BatchNorm1d, BatchNorm2d, type BatchNormLayerOptions } from "./batchnorm.ts";
export { Conv2d, type Conv2dLayerOptions } from "./conv.ts";
export * as init from "./init.ts";
export { Linear, type LinearOptions } from "./linear.ts";
export { BCEWithLogitsLoss, CrossEntropyLoss, type Loss, MSELoss, NLLLoss } from "./loss.ts";
export { Module } from "./module.ts";
export { Parameter } from "./parameter.ts";
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d, type Pooling } from "./pooling.ts";
export { Sequential } from "./sequential.ts";
export { Dropout, Flatten, Identity } from "./shape.ts";
export type { LoadResult, StateDict } from "./state.ts";
