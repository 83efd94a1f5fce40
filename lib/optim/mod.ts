/** Optimizers: how parameters follow their gradients; and schedules of the learning rate, `optim.lr`. @module */
export { Adam, type AdamBase, type AdamGroup, type AdamOptions, AdamW } from "./adam.ts";
export {
  type HasRate,
  Optimizer,
  type OptimizerState,
  type ParamGroup,
  type ParamGroupOptions,
  type Params,
  type ParamState,
} from "./optimizer.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
/** Schedules of the learning rate, as torch.optim.lr_scheduler. */
export * as lr from "./lr.ts";
