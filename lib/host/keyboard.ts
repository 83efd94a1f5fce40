/**
 * What a reader types.
 *
 * @module
 */
import { isTerminal } from "./process.ts";

const isDeno = (): boolean => "Deno" in globalThis;

/** Whether somebody sits at a terminal, sees what is printed and can press a key. */
export function hasKeyboard(): boolean {
  return isDeno() && isTerminal() && Deno.stdin.isTerminal();
}

/**
 * Waits for a key, without the Enter that a line needs.
 *
 * @param ask Is called when keys are heard: what is pressed before may be lost.
 * @returns What the key sends, several signs if it is an arrow; null: no more come.
 */
export async function readKey(ask: () => void): Promise<string | null> {
  const bytes = new Uint8Array(16);
  Deno.stdin.setRaw(true);
  try {
    ask();
    const count = await Deno.stdin.read(bytes);
    return count === null ? null : new TextDecoder().decode(bytes.subarray(0, count));
  } finally {
    Deno.stdin.setRaw(false);
  }
}

/** The lines that come in, from a terminal or a pipe. */
export async function* linesIn(): AsyncGenerator<string, void> {
  let text = "";
  const decoder = new TextDecoder(), bytes = new Uint8Array(1024);
  for (let count = await Deno.stdin.read(bytes); count !== null; count = await Deno.stdin.read(bytes)) {
    text += decoder.decode(bytes.subarray(0, count), { stream: true });
    const lines = text.split(/\r?\n/);
    text = lines.pop()!;
    yield* lines;
  }
  if (text !== "") yield text;
}
