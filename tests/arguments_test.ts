/** What is called with wrong arguments, and that it is everything: tests/arguments.ts says how. */
import { assert, assertEquals } from "@std/assert";
import * as descent from "descent";
import * as course from "descent/course";
import * as tfjs from "descent/tfjs";
import { callables, examine, filesGranted, type Room } from "./arguments.ts";
import { autogradRoom } from "./arguments/autograd.ts";
import { courseRoom } from "./arguments/course.ts";
import { dataRoom } from "./arguments/data.ts";
import { functionalRoom } from "./arguments/functional.ts";
import { ioRoom } from "./arguments/io.ts";
import { nnRoom } from "./arguments/nn.ts";
import { optimRoom } from "./arguments/optim.ts";
import { showRoom } from "./arguments/show.ts";
import { tensorRoom } from "./arguments/tensor.ts";
import { tfjsRoom } from "./arguments/tfjs.ts";
import { trainRoom } from "./arguments/train.ts";

/** By the names that tests are filtered by. */
const rooms: Record<string, Room> = {
  Tensor: tensorRoom,
  autograd: autogradRoom,
  F: functionalRoom,
  nn: nnRoom,
  optim: optimRoom,
  data: dataRoom,
  io: ioRoom,
  show: showRoom,
  train: trainRoom,
  course: courseRoom,
  tfjs: tfjsRoom,
};

/** Two entry points may call different things by one name. */
const all = new Map([
  ...callables(descent),
  ...[...callables(course)].map(([path, one]) => [`course.${path}`, one] as const),
  ...[...callables(tfjs)].map(([path, one]) => [`tfjs.${path}`, one] as const),
]);

// What is given to programs, and of no exported class.
for (const { entries, receivers = {} } of Object.values(rooms)) {
  for (const path of Object.keys(entries)) {
    const [owner, name] = [path.slice(0, path.lastIndexOf(".")), path.slice(path.lastIndexOf(".") + 1)];
    if (owner in receivers && !all.has(path)) all.set(path, { kind: "method", owner, value: name });
  }
}

/** "nn.*.describe" stands for the methods of that name in all classes. */
const internal = Object.values(rooms).flatMap((room) => room.internal ?? []).map((path) =>
  new RegExp(`^${path.replaceAll(".", "\\.").replaceAll("*", ".*")}$`)
);

Deno.test("every public function, class and method is called with wrong arguments", () => {
  const there = Object.values(rooms).flatMap(({ entries }) => Object.keys(entries));
  const open = [...all.keys()].filter((path) => !internal.some((one) => one.test(path)));
  assertEquals(open.filter((path) => !there.includes(path)), [], "exported, and not called");
  assertEquals(there.filter((path) => !all.has(path)), [], "called, and not exported");
  assertEquals(there.filter((path, i) => there.indexOf(path) !== i), [], "listed twice");
});

for (const [name, room] of Object.entries(rooms)) {
  Deno.test(`wrong arguments of ${name} end in a result or in a sentence that names the function`, async () => {
    const failures: string[] = [];
    for (const [path, entry] of Object.entries(room.entries)) {
      if (entry.needsFiles && !filesGranted) continue;
      const found = await examine(path, all.get(path)!, entry, room);
      failures.push(...found.failures);
      // Memory goes back between macrotasks.
      await new Promise((resolve) => setTimeout(resolve));
    }
    assert(failures.length === 0, failures.join("\n"));
  });
}
