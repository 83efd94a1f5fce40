/** Data sets: good calls, from which tests/arguments.ts makes wrong ones. */
import type { Room } from "../arguments.ts";

export const dataRoom: Room = {
  entries: {
    "mnist": { good: [() => [{ split: "test" }]] },
    "parseIdx": { good: [() => [new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 7]), "a file"]] },
  },
};
