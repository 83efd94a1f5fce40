/**
 * The part of `@std/cli` that Descent uses.
 *
 * @module
 */
export * from "./parse_args.ts";
