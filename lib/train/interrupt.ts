/**
 * Ctrl-C in a terminal, Stop in a notebook, `kill`: a training loop ends, and what was learned stays.
 *
 * @module
 */
import { background } from "../host/background.ts";
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
/** The exit codes of programs that Ctrl-C and `kill` ended: 128 and the signal's number. */
const CODES = { SIGINT: 130, SIGTERM: 143 };
type Ending = keyof typeof CODES;
/** So many milliseconds a step may go on after SIGTERM. */
const GRACE = 1000;

/** In a notebook loops end at their next step. */
function stop(): void {
  for (const loop of loops) loop.stopped = true;
}

/** A script ends at once, as it would without us, but with a clean last line. */
function exit(signal: Ending): void {
  for (const loop of [...loops].reverse()) loop.tidy();
  Deno.exit(CODES[signal]);
}

/**
 * From here on a loop can be stopped.
 *
 * @param tidy Called when the program is about to end.
 * @returns Whether it was asked to stop, and how to say that it has ended.
 */
export function stoppable(tidy: () => void): { readonly stopped: boolean; end(): void } {
  const loop: Loop = { stopped: false, tidy };
  if (loops.size === 0) listen(true);
  loops.add(loop);
  return {
    get stopped() {
      return loop.stopped;
    },
    end() {
      if (loops.delete(loop) && loops.size === 0) listen(false);
    },
  };
}

/** A thread's end of the line to the program. */
interface Port {
  on(event: "message", listener: (listening: boolean) => void): void;
  postMessage(signal: Ending): void;
}

/** The thread that hears signals while a step computes. */
let listener: { postMessage(listening: boolean): void } | undefined;

function listen(listening: boolean): void {
  // Where there are no signals, Ctrl-C ends the program in its own way.
  if (!("Deno" in globalThis) || !("addSignalListener" in Deno)) return;
  if (inNotebook()) {
    if (listening) Deno.addSignalListener("SIGINT", stop);
    else Deno.removeSignalListener("SIGINT", stop);
    return;
  }
  listener ??= background(hear, [GRACE]).on("message", exit);
  listener.postMessage(listening);
}

/**
 * What the thread runs. It hands the first signal to the program, which ends cleanly when it gets there. If a step goes on for
 * long, another Ctrl-C ends the program in the middle of it, and so does SIGTERM after a while.
 */
function hear({ parentPort }: { parentPort: Port }, grace: number): void {
  const signals: Ending[] = ["SIGINT", "SIGTERM"];
  const listeners = new Map(signals.map((signal) => {
    let heard = false;
    const kill = () => {
      // A line of its own for what the shell writes next.
      if (Deno.stdout.isTerminal()) Deno.stdout.writeSync(new Uint8Array([10]));
      Deno.removeSignalListener(signal, hearing);
      // Now nobody hears it, and it does what it does to programs.
      Deno.kill(Deno.pid, signal);
    };
    const hearing = () => {
      if (heard) return kill();
      heard = true;
      parentPort.postMessage(signal);
      if (signal === "SIGTERM") setTimeout(kill, grace);
    };
    return [signal, hearing];
  }));
  let listening = false;
  parentPort.on("message", (wanted) => {
    if (wanted === listening) return;
    listening = wanted;
    for (const [signal, hearing] of listeners) {
      try {
        Deno[wanted ? "addSignalListener" : "removeSignalListener"](signal, hearing);
      } catch {
        // Windows knows no SIGTERM.
      }
    }
  });
}
