/** What chapters need: good calls, from which tests/arguments.ts makes wrong ones. */
import type { Room } from "../arguments.ts";

export const courseRoom: Room = {
  entries: {
    "course.chapterFlags": {
      good: [
        () => [{
          title: "A chapter",
          description: "What it does.",
          device: "cpu",
          threads: true,
          steps: 2,
          mostSteps: 9,
          batch: 2,
          data: "mnist",
          seed: 7,
          verbose: true,
        }],
        () => [{
          title: "A chapter",
          device: true,
          data: true,
          epochs: 2,
          lr: 0.1,
          out: true,
          log: true,
          checkpoints: true,
          resume: true,
        }],
        () => [{
          title: "A chapter",
          images: true,
          epochs: true,
          batch: true,
          schedule: ["constant", "cosine"],
          data: ["fashion", "mnist"],
          model: ["small", "large"],
        }],
        () => [{ title: "A chapter", images: 600 }],
      ],
    },
    "course.digits": {
      good: [
        () => [{ count: 2, size: 2, seed: 3, split: "test" }],
        () => [{ indices: [4, 5], size: 2 }],
        () => [{ indices: new Int32Array([4]), size: 2 }],
        () => [{ indices: new Float32Array([4]), size: 2 }],
      ],
    },
    "course.photo": { good: [() => []] },
    "course.reading": { good: [() => ["digits"]] },
    "course.section": { good: [() => ["Walking down"]] },
  },
};
