import { assertEquals } from "@std/assert";
import { countingLine, reading } from "../../lib/course/reading.ts";

Deno.test("reading() says so once where lines stay", () => {
  const { log } = console, { isTerminal } = Deno.stdout, said: unknown[] = [];
  console.log = (line: unknown) => said.push(line);
  Deno.stdout.isTerminal = () => false;
  try {
    const onProgress = reading("Fashion-MNIST");
    assertEquals(said, [], "nothing before something is read");
    for (let done = 0; done <= 3; done++) onProgress(done, 3);
  } finally {
    console.log = log;
    Deno.stdout.isTerminal = isTerminal;
  }
  assertEquals(said, ["reading Fashion-MNIST …"]);
});

Deno.test("on a terminal the line counts, keeps to the width, and is gone at the end", () => {
  const screen: string[] = [];
  const onProgress = countingLine("reading Fashion-MNIST …", (text) => screen.push(text), () => 21);
  for (let done = 0; done <= 2; done++) onProgress(done, 2);
  assertEquals(screen, ["\rreading Fashion-MNI…\r", "\rreading Fashion-MNI…\r", `\r${" ".repeat(20)}\r`]);
  const wide: string[] = [];
  const counted = countingLine("reading x …", (text) => wide.push(text), () => 80);
  for (let done = 0; done <= 2; done++) counted(done, 2);
  assertEquals(wide, ["\rreading x … 0/2\r", "\rreading x … 1/2\r", `\r${" ".repeat(15)}\r`]);
});
