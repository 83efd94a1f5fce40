/**
 * Files: what was trained, kept and read again; what PyTorch and NumPy wrote.
 *
 * @module
 */
export type { Path } from "../host/files.ts";
export { FileError } from "../host/file_error.ts";
export { FileFormatError } from "../host/format_error.ts";
export type { FileSource } from "./source.ts";
export {
  type Best,
  Checkpoints,
  type CheckpointsOptions,
  type ResumedValues,
  type SavedValues,
} from "./checkpoints.ts";
export type { Parts, Stateful } from "./parts.ts";
export { load, type LoadOptions, save } from "./save.ts";
export type { Plain } from "./tree.ts";
export { inspectSafetensors, readSafetensors, type SafetensorsInfo } from "./safetensors.ts";
export { type SafetensorsOptions, writeSafetensors } from "./safetensors_write.ts";
export { type PthValue, readPth } from "./pth.ts";
export { readNpy, readNpz } from "./npy.ts";
