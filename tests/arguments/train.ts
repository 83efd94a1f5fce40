/** The training loop: good calls, from which tests/arguments.ts makes wrong ones. */
import { Progress, steps, tensor } from "descent";
import type { Room } from "../arguments.ts";

const quiet = { write: () => {}, isTerminal: false };
const { value: step } = await steps(1, { progress: false }).next();

export const trainRoom: Room = {
  receivers: { Progress: () => new Progress(5, quiet), step: () => step! },
  entries: {
    "Progress": {
      good: [
        () => [3, {
          label: "x",
          write: () => {},
          columns: () => 80,
          isTerminal: true,
          color: true,
          now: () => 0,
        }],
      ],
    },
    "Progress.step": { good: [() => [3]] },
    "Progress.expect": { good: [() => [3]] },
    "Progress.log": { good: [() => [3, { loss: 0.5 }]], records: [1] },
    "Progress.print": { good: [() => ["a line"]] },
    "Progress.end": { good: [() => [{ error: new Error("x") }]], anything: ["0.error"] },
    "step.log": { good: [() => [{ loss: 0.5, rate: tensor([1]) }]], records: [0] },
    "step.print": { good: [() => ["a line"]] },
    "steps": { good: [() => [0, { label: "x", progress: false }]] },
  },
};
