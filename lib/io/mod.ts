/**
 * Files: what was trained, kept and read again.
 *
 * @module
 */
export type { Path } from "../host/files.ts";
