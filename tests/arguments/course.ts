/** What chapters need: good calls, from which tests/arguments.ts makes wrong ones. */
import type { Room } from "../arguments.ts";

export const courseRoom: Room = {
  entries: { "course.section": { good: [() => ["Walking down"]] } },
  pending: [
    "course.chapterFlags",
    "course.digits",
    "course.photo",
  ],
};
