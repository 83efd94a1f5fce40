/**
 * Optimizers: how parameters follow their gradients; and schedules of the learning rate, `optim.lr`.
 *
 * Only `export *` here, from files that export nothing else: it is what `deno doc` follows into a namespace.
 *
 * @module
 */
export * from "./adagrad.ts";
export * from "./adam.ts";
export * from "./adamax.ts";
export * from "./muon.ts";
export * from "./nadam.ts";
export * from "./optimizer.ts";
export * from "./radam.ts";
export * from "./rmsprop.ts";
export * from "./sgd.ts";
export * from "./state.ts";
/** Schedules of the learning rate, as torch.optim.lr_scheduler. */
export * as lr from "./lr.ts";
