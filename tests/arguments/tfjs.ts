/** The bridge to TensorFlow.js: good calls, from which tests/arguments.ts makes wrong ones. */
import type { Room } from "../arguments.ts";

export const tfjsRoom: Room = {
  entries: {},
  pending: [
    "tfjs.fromTfjs",
    "tfjs.toTfjs",
    "tfjs.useDevice",
  ],
};
