import { assertEquals } from "@std/assert";
import { Outputs } from "../../tools/notebooks/outputs.ts";
import type { Message } from "../../tools/notebooks/wire.ts";

const message = (msg_type: string, content: Record<string, unknown>) =>
  ({ header: { msg_type }, parent_header: {}, metadata: {}, content }) as unknown as Message;
const print = (text: string, name = "stdout") => message("stream", { name, text });

Deno.test("printed text is joined per stream, and a line that overwrites itself keeps its last version", () => {
  const outputs = new Outputs().of([
    print("a\n"),
    print("1/2\r2/2 \r"),
    print("\nb\n"),
    print("e\n", "stderr"),
  ]);
  assertEquals(outputs, [
    { output_type: "stream", name: "stdout", text: ["a\n", "2/2\n", "b\n"] },
    { output_type: "stream", name: "stderr", text: ["e\n"] },
  ]);
});

Deno.test("what is shown stays in order, and a place that was named is redrawn, also by a later cell", () => {
  const outputs = new Outputs();
  const show = (type: string, text: string, id: string) =>
    message(type, { data: { "text/plain": text }, metadata: {}, transient: { display_id: id } });
  const first = outputs.of([
    print("before\n"),
    show("display_data", "1", "curve"),
    show("update_display_data", "2", "curve"),
  ]);
  outputs.of([show("update_display_data", "3", "curve")]);
  assertEquals(first[1], { output_type: "display_data", data: { "text/plain": ["3"] }, metadata: {} });
});

Deno.test("clear_output forgets, at once or when something follows", () => {
  const clear = (wait: boolean) => message("clear_output", { wait });
  assertEquals(new Outputs().of([print("a\n"), clear(false)]), []);
  assertEquals(new Outputs().of([print("a\n"), clear(true)]).length, 1);
  assertEquals(new Outputs().of([print("a\n"), clear(true), print("b\n")]), [
    { output_type: "stream", name: "stdout", text: ["b\n"] },
  ]);
});
