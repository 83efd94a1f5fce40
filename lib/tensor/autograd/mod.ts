/**
 * Gradients that are asked for, and operations of one's own.
 *
 * Only `export *` here, from files that export nothing else: it is what `deno doc` follows into a namespace.
 *
 * @module
 */
export * from "./definition.ts";
export * from "./grad.ts";
export * from "./jacobian.ts";
export * from "./operation.ts";
