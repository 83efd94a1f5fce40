/** Data sets: good calls, from which tests/arguments.ts makes wrong ones. */
import type { Room } from "../arguments.ts";

export const dataRoom: Room = {
  entries: {},
  pending: [
    "mnist",
    "parseIdx",
  ],
};
