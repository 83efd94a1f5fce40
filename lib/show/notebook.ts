/**
 * Notebooks: nothing that a cell prints or shows gets lost.
 *
 * Deno's kernel reports a cell as finished while its output is still queued, and a client such as nbconvert drops what
 * arrives afterwards: of 200 printed lines about 50 remain. So text is sent in few, large messages, and a cell ends
 * when its messages have had the time to leave.
 *
 * This is the one place of the library where something happens on import, and it happens in a kernel only: what a cell prints
 * before it first calls us is lost, too. A program's console stays as it is.
 *
 * @module
 */
import { inNotebook } from "../host/process.ts";

/** What Deno keeps under its internal symbol, as far as it is used here. Any of it may be missing one day. */
interface Internals {
  Console?: new (print: (text: string, level: number) => void) => Record<string, unknown>;
  jupyter?: { broadcastResult?: (count: number, result: unknown) => Promise<void> };
}

/** Milliseconds that the kernel takes to send a message: measured 0.15, more while all cores are computing. */
const PER_MESSAGE = 0.5;
/** The same for each character of a picture. */
const PER_CHARACTER = 1e-4;
/** How long a cell that showed something waits beyond that, in milliseconds. */
const SETTLE = 20;
/** On a machine that is busy with other things it waits at most so many times as long. */
const TURNS = 5;
/** So many messages of one cell leave at once; those of a cell that prints on and on are gathered for a while. */
const PROMPT = 50;
const GATHER = 50;

/** What a viewer may show, by MIME type, and what is to be said about it. */
export interface Shown {
  /** Text, JSON, or base64 for pictures. */
  bundle: Record<string, unknown>;
  /** By MIME type, as nbformat has it. */
  metadata: Record<string, unknown>;
}

let installed = false;
/** Pictures that are being made, and the promises of all. */
const underWay = new Set<Promise<void>>(), shows = new WeakSet<Promise<void>>();
/** How a cell's last value is shown; null: as Deno does it. */
let present: (value: unknown) => Promise<Shown | null> = () => Promise.resolve(null);
let waiting: { name: "stdout" | "stderr"; text: string }[] = [];
let scheduled = false;
let sent = 0;
/** When the kernel will have sent all that it was given. */
let busyUntil = 0;

/** From here on a notebook keeps what its cells print, and shows their last values as we do. */
function keepOutput(): void {
  installed = true;
  const { internal } = Deno as unknown as { internal: symbol };
  const { Console, jupyter } = (Deno as unknown as Record<symbol, Internals>)[internal] ?? {};
  const broadcastResult = jupyter?.broadcastResult;
  if (Console === undefined || jupyter === undefined || broadcastResult === undefined) return;
  const gathering = new Console((text, level) => print(level > 1 ? "stderr" : "stdout", text));
  for (const [name, method] of Object.entries(gathering)) {
    if (typeof method === "function" && name in console) Object.assign(console, { [name]: method });
  }
  jupyter.broadcastResult = async (count, result) => {
    await flushOutput();
    await Promise.allSettled(underWay);
    const shown = shows.has(result as Promise<void>) ? await failure(result) : await present(result);
    if (shown === undefined) result = undefined;
    else if (shown === null) await broadcastResult(count, result);
    else {
      const { bundle: data, metadata } = shown;
      await Deno.jupyter.broadcast("execute_result", {
        execution_count: count,
        data,
        metadata,
        transient: {},
      });
      occupy(JSON.stringify(data).length);
    }
    if (result !== undefined) occupy(0);
    await settleOutput();
  };
}

/** Of a cell that ends with `show(x)`, without await: nothing, or why nothing is shown. */
async function failure(show: unknown): Promise<Shown | undefined> {
  try {
    await show;
  } catch (error) {
    return { bundle: { "text/plain": error instanceof Error ? error.message : String(error) }, metadata: {} };
  }
}

/**
 * A cell waits for this before it ends, also if nobody awaits it: a picture that comes later is lost, or stands below another cell.
 *
 * @param show What makes and shows the picture.
 */
export function cellWaitsFor(show: Promise<void>): Promise<void> {
  if (!installed) return show;
  const arrived = show.then(() => {}, () => {}).then(() => void underWay.delete(arrived));
  underWay.add(arrived);
  shows.add(show);
  return show;
}

/**
 * Says how the last value of a cell is shown, where nothing was said about it.
 *
 * @param how What to show of a value; null: what Deno shows. It must not throw: that would be taken for the cell's error.
 */
export function presentValues(how: (value: unknown) => Promise<Shown | null>): void {
  present = how;
}

/**
 * Waits until what was printed and shown has left the kernel. A cell that ends well does this by itself; what is about
 * to throw may do it before, so that the lines above the error are seen.
 */
export async function settleOutput(): Promise<void> {
  if (!installed) return;
  await flushOutput();
  if (sent === 0) return;
  sent = 0;
  // Where a timer comes late, the machine is busy, and what sends the messages waits for its turn as we do.
  for (let turn = 0, late = Infinity; turn < TURNS && late > SETTLE; turn++) {
    const due = Math.max(busyUntil, performance.now()) + SETTLE;
    await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    late = performance.now() - due;
  }
}

/** Hands what was printed to the kernel, in a notebook that keeps its output. A picture that follows comes after it. */
async function flushOutput(): Promise<void> {
  const texts = waiting;
  waiting = [];
  await Promise.all(texts.map((content) => {
    occupy(content.text.length);
    return Deno.jupyter.broadcast("stream", content);
  }));
}

/**
 * Shows a MIME bundle under the running cell, after all that was printed before it.
 *
 * @param data By MIME type; text, JSON, or base64 for pictures.
 * @param options.id Names the place, for a later `update` of it.
 * @param options.update Whether to replace what that place shows.
 * @param options.metadata By MIME type, as nbformat has it.
 */
export async function display(
  data: Record<string, unknown>,
  options: { id?: string; update?: boolean; metadata?: Record<string, unknown> } = {},
): Promise<void> {
  const { id, update = false, metadata = {} } = options;
  await flushOutput();
  occupy(JSON.stringify(data).length);
  await Deno.jupyter.broadcast(update ? "update_display_data" : "display_data", {
    data,
    metadata,
    transient: id === undefined ? {} : { display_id: id },
  });
}

/** Gathers printed text. */
function print(name: "stdout" | "stderr", text: string): void {
  const last = waiting.at(-1);
  if (last?.name === name) last.text += text;
  else waiting.push({ name, text });
  if (scheduled) return;
  scheduled = true;
  const send = () => {
    scheduled = false;
    return flushOutput();
  };
  if (sent < PROMPT) queueMicrotask(send);
  else setTimeout(send, GATHER);
}

/** Notes that the kernel was given a message of so many characters. */
function occupy(characters: number): void {
  sent++;
  busyUntil = Math.max(busyUntil, performance.now()) + PER_MESSAGE + PER_CHARACTER * characters;
}

if (inNotebook()) keepOutput();
