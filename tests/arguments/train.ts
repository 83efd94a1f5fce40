/** The training loop: good calls, from which tests/arguments.ts makes wrong ones. */
import type { Room } from "../arguments.ts";

export const trainRoom: Room = {
  entries: {},
  pending: [
    "Progress",
    "Progress.step",
    "Progress.expect",
    "Progress.log",
    "Progress.print",
    "Progress.end",
    "steps",
  ],
};
