/** Optimizers: how parameters follow their gradients; and schedules of the learning rate, `optim.lr`. @module */
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { Optimizer, type OptimizerState, type ParamGroup, type Params } from "./optimizer.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
export * as lr from "./lr.ts";
