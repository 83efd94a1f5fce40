/**
 * Ctrl-C in a terminal, Stop in a notebook, `kill`: a training loop ends, and what was learned stays.
 *
 * @module
 */
import { type Background, background } from "../host/background.ts";
import { exit as endProgram, inNotebook, onSignals } from "../host/process.ts";

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
  /** Says that the loop ends after its step; undefined if the program does not wait for that. */
  readonly finishes: (() => void) | undefined;
}

const loops = new Set<Loop>();
/** The exit codes of programs that Ctrl-C and `kill` ended: 128 and the signal's number. */
const CODES = { SIGINT: 130, SIGTERM: 143 };
type Ending = keyof typeof CODES;
/**
 * So many milliseconds a step may go on after SIGTERM; and where it is waited for, and a checkpoint is written after it. Who stops
 * programs so waits for ten seconds or more.
 */
const GRACE = 1000, LONG_GRACE = 30_000;

/** In a notebook loops end at their next step. */
function stop(): void {
  for (const loop of loops) loop.stopped = true;
}

/** The signal that the program ends for, once the loop that it waits for has done so. */
let ending: Ending | undefined;

/** A script ends at once, as it would without us, but with a clean last line; or after the step of a loop that it waits for. */
function exit(signal: Ending): void {
  ending = signal;
  const finishing = [...loops].filter(({ finishes }) => finishes !== undefined);
  if (finishing.length === 0) return leave();
  for (const loop of finishing) {
    if (!loop.stopped) loop.finishes!();
    loop.stopped = true;
  }
}

/** Ends the program, if that is what a loop was stopped for. */
export function leave(): void {
  if (ending === undefined) return;
  for (const loop of [...loops].reverse()) loop.tidy();
  endProgram(CODES[ending]);
}

/**
 * From here on a loop can be stopped.
 *
 * @param tidy Called when the program is about to end.
 * @param finishes Called when the program is to end after the loop's step: then the loop calls {@linkcode leave}. If it is not
 * given, the program ends at once.
 * @returns Whether it was asked to stop, and how to say that it has ended.
 */
export function stoppable(
  tidy: () => void,
  finishes?: () => void,
): { readonly stopped: boolean; end(): void } {
  const loop: Loop = { stopped: false, tidy, finishes };
  loops.add(loop);
  listen();
  return {
    get stopped() {
      return loop.stopped;
    },
    end() {
      if (loops.delete(loop)) listen();
    },
  };
}

/** A thread's end of the line to the program. */
interface Port {
  on(event: "message", listener: (grace: number) => void): void;
  postMessage(signal: Ending): void;
}

/** The thread that hears signals while a step computes. */
let listener: Background | null = null;
/** So many milliseconds of grace it gives; 0: it does not listen. */
let listening = 0;

function listen(): void {
  const waits = [...loops].some(({ finishes }) => finishes !== undefined);
  if (!("Deno" in globalThis)) return hearBetweenSteps(waits);
  // Where there are no signals, Ctrl-C ends the program in its own way.
  if (!("addSignalListener" in Deno)) return;
  const grace = loops.size === 0 ? 0 : waits ? LONG_GRACE : GRACE;
  if (grace === listening) return;
  if (inNotebook()) {
    if (listening === 0) Deno.addSignalListener("SIGINT", stop);
    else if (grace === 0) Deno.removeSignalListener("SIGINT", stop);
  } else {
    listener ??= background(hear, [], undefined, exit);
    listener?.postMessage(grace);
  }
  listening = grace;
}

/** How not to hear signals any more, outside of Deno. */
let forget: (() => void) | null = null;

/** Node's threads hear no signals, and its main one hears them between steps. Where no step is waited for, they end the program. */
function hearBetweenSteps(waits: boolean): void {
  if (waits === (forget !== null)) return;
  if (!waits) {
    forget?.();
    forget = null;
    return;
  }
  const signals: Ending[] = ["SIGINT", "SIGTERM"];
  forget = onSignals(signals, (signal) => ending === undefined ? exit(signal) : endProgram(CODES[signal]));
}

/**
 * What the thread runs. It hands the first signal to the program, which ends cleanly when it gets there. If a step goes on for
 * long, another Ctrl-C ends the program in the middle of it, and so does SIGTERM after a while. It is
 * handed over as text, and must not refer to anything outside.
 */
function hear({ parentPort }: { parentPort: Port }): void {
  let grace = 0;
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
  parentPort.on("message", (given) => {
    const before = grace;
    grace = given;
    if ((given > 0) === (before > 0)) return;
    for (const [signal, hearing] of listeners) {
      try {
        Deno[given > 0 ? "addSignalListener" : "removeSignalListener"](signal, hearing);
      } catch {
        // Windows knows no SIGTERM.
      }
    }
  });
}
