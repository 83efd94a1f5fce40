/**
 * From what a kernel publishes to what a notebook keeps.
 *
 * @module
 */
import { lines, type MimeBundle, type Output } from "./nbformat.ts";
import type { Message } from "./wire.ts";

/** Gathers the outputs of a notebook's cells. Keeps places that have a name: a later cell may redraw them. */
export class Outputs {
  readonly #places = new Map<string, { data: MimeBundle; metadata: Record<string, unknown> }[]>();

  /**
   * The outputs of one cell.
   *
   * @param messages What was published while it ran.
   */
  of(messages: readonly Message[]): Output[] {
    let outputs: (Output | { output_type: "stream"; name: "stdout" | "stderr"; text: string })[] = [];
    let clearing = false;
    for (const { header, content } of messages) {
      const type = header.msg_type;
      if (type === "clear_output") {
        clearing = true;
        if (!content.wait) [outputs, clearing] = [[], false];
        continue;
      }
      if (type === "update_display_data") {
        for (const place of this.#places.get(content.transient?.display_id) ?? []) {
          Object.assign(place, { data: tidy(content.data), metadata: content.metadata ?? {} });
        }
        continue;
      }
      if (type !== "stream" && type !== "display_data" && type !== "execute_result") continue;
      if (clearing) [outputs, clearing] = [[], false];
      if (type === "stream") {
        const last = outputs.at(-1);
        if (last?.output_type === "stream" && last.name === content.name) last.text += content.text;
        else outputs.push({ output_type: "stream", name: content.name, text: content.text });
        continue;
      }
      const shown = { data: tidy(content.data), metadata: content.metadata ?? {} };
      const output: Output = type === "display_data"
        ? { output_type: type, ...shown }
        : { output_type: type, execution_count: content.execution_count, ...shown };
      outputs.push(output);
      const id = content.transient?.display_id;
      if (id !== undefined) this.#places.set(id, [...this.#places.get(id) ?? [], output]);
    }
    return outputs.map((output) => {
      if (output.output_type !== "stream") return output;
      return { ...output, text: lines(overwritten(output.text as string)) };
    });
  }
}

/** Text types become lists of lines, and keys a fixed order, so that files differ where notebooks do. */
function tidy(data: MimeBundle): MimeBundle {
  return Object.fromEntries(
    Object.entries(data).sort(([a], [b]) => a < b ? -1 : 1).map(([type, value]) => {
      const isText = type.startsWith("text/") || type === "image/svg+xml";
      return [type, isText && typeof value === "string" ? lines(value) : value];
    }),
  );
}

/** What a terminal shows at the end of text with carriage returns: of each line the last version. */
function overwritten(text: string): string {
  return text.split("\n").map((line) => line.trimEnd().split("\r").at(-1)).join("\n");
}
