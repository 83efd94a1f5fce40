/**
 * Ctrl-C in a terminal, Stop in a notebook: a training loop ends, and what was learned stays.
 *
 * @module
 */
import { inNotebook } from "../show/terminal.ts";

/** A loop was stopped by the reader. What it computed so far is as it was after its last whole step. */
export class Stopped extends Error {
  /** Says how far it came. */
  constructor(message: string) {
    super(message);
    this.name = "Stopped";
    // Where in our code the loop noticed it is nobody's concern.
    this.stack = `${this.name}: ${message}`;
  }
}

/** A loop that can be stopped. */
interface Loop {
  /** Asked to stop; the loop looks here after each step. */
  stopped: boolean;
  /** Leaves the terminal clean. */
  tidy(): void;
}

const loops = new Set<Loop>();
/** The exit code of a program that Ctrl-C ended: 128 and the signal's number. */
const INTERRUPTED = 130;

/** In a notebook loops end at their next step; a script ends at once, as it would without us, but with a clean last line. */
function interrupt(): void {
  const running = [...loops].reverse();
  for (const loop of running) loop.stopped = true;
  if (inNotebook()) return;
  for (const loop of running) loop.tidy();
  Deno.exit(INTERRUPTED);
}

/**
 * From here on a loop can be stopped.
 *
 * @param tidy Called when the program is about to end.
 * @returns Whether it was asked to stop, and how to say that it has ended.
 */
export function stoppable(tidy: () => void): { readonly stopped: boolean; end(): void } {
  const loop: Loop = { stopped: false, tidy };
  if (loops.size === 0) listen("addSignalListener");
  loops.add(loop);
  return {
    get stopped() {
      return loop.stopped;
    },
    end() {
      if (loops.delete(loop) && loops.size === 0) listen("removeSignalListener");
    },
  };
}

function listen(how: "addSignalListener" | "removeSignalListener"): void {
  try {
    Deno[how]("SIGINT", interrupt);
  } catch {
    // Where there are no signals, Ctrl-C ends the program in its own way.
  }
}
