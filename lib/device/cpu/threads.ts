/**
 * Threads that share the heap: fork, join, nothing in between.
 *
 * A job is an exported kernel, its arguments and a number of units of work. Whoever is free takes the next few units
 * from a shared counter; each unit's result depends on the unit alone, so results do not depend on who did what, or
 * on how many there are. The calling thread works, too, and does not wait for a thread that never woke up.
 *
 * @module
 */
import { background } from "../../host/background.ts";

/** Words of the control block. */
const JOB = 0,
  NEXT = 1,
  UNITS = 2,
  GRAIN = 3,
  KERNEL = 4,
  COUNT = 5,
  ACTIVE = 6,
  OPEN = 7,
  FAILED = 8,
  READY = 9,
  LIMIT = 10;
/** Scratch address of each thread, from here on. */
const SCRATCH = 16;
const WORDS = 16 + 64;
/** Bytes of the control block: words, then arguments as float64. */
export const CONTROL_BYTES = WORDS * 4 + 32 * 8;
/** Threads at most. */
export const MAX_THREADS = 32;

/** How long a thread looks for the next job before it sleeps, and the caller for the last unit: some 50 µs. */
const SPINS = 20_000;
/** Waits of so long for the last threads … */
const WAIT_MS = 100;
/** … and so many of them at least, all without an answer: then a thread has died at its work. A busy machine may let it wait for seconds. */
const WAITS = 100;
/** A thread that is alive has come back after so many times what the calling thread takes for a grain of the work. */
const SLACK = 50;

/** What a thread runs. It is handed over as text, and must not refer to anything outside. */
function work(
  { workerData }: { workerData: Record<string, unknown> },
  words: {
    JOB: number;
    NEXT: number;
    UNITS: number;
    GRAIN: number;
    KERNEL: number;
    COUNT: number;
    ACTIVE: number;
  },
  more: {
    OPEN: number;
    FAILED: number;
    READY: number;
    LIMIT: number;
    SCRATCH: number;
    WORDS: number;
    SPINS: number;
  },
): void {
  const { JOB, NEXT, UNITS, GRAIN, KERNEL, COUNT, ACTIVE } = words;
  const { OPEN, FAILED, READY, LIMIT, SCRATCH, WORDS, SPINS } = more;
  const { module, memory, control, index, names } = workerData as {
    module: WebAssembly.Module;
    memory: WebAssembly.Memory;
    control: number;
    index: number;
    names: string[];
  };
  const c = new Int32Array(memory.buffer, control, WORDS);
  const args = new Float64Array(memory.buffer, control + WORDS * 4, 32);
  const abort = () => {
    throw new Error("abort");
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  const kernels = names.map((name) => exports[name]) as ((...args: number[]) => void)[];
  const setScratch = exports.setScratch as (pointer: number) => void;
  let seen = 0;
  Atomics.add(c, READY, 1);
  for (;;) {
    const limit = Atomics.load(c, LIMIT);
    if (index >= limit) {
      Atomics.wait(c, LIMIT, limit);
      continue;
    }
    let job = Atomics.load(c, JOB);
    for (let spin = 0; job === seen && spin < SPINS; spin++) job = Atomics.load(c, JOB);
    if (job === seen) {
      Atomics.wait(c, JOB, seen);
      continue;
    }
    seen = job;
    // From here on the caller waits for us; if it has closed the job before, there is nothing to do.
    Atomics.add(c, ACTIVE, 1);
    if (Atomics.load(c, OPEN) === job && index < Atomics.load(c, LIMIT)) {
      try {
        setScratch(c[SCRATCH + index]);
        const kernel = kernels[c[KERNEL]], grain = c[GRAIN], units = c[UNITS];
        const given = Array.from(args.subarray(0, c[COUNT]));
        for (let unit = Atomics.add(c, NEXT, grain); unit < units; unit = Atomics.add(c, NEXT, grain)) {
          kernel(...given, unit, Math.min(units, unit + grain));
        }
      } catch {
        Atomics.store(c, FAILED, 1);
        Atomics.store(c, NEXT, 0x40000000);
      }
    }
    if (Atomics.sub(c, ACTIVE, 1) === 1) Atomics.notify(c, ACTIVE);
  }
}

/** Whether the calling thread may sleep: a page's main thread must not. */
export function maySleep(words: Int32Array): boolean {
  try {
    Atomics.wait(words, 0, ~words[0], 0);
    return true;
  } catch {
    return false;
  }
}

/** As `Atomics.wait()`, without sleep. What is waited for is short: the others are at their last grain. */
export function look(
  words: Int32Array,
  index: number,
  value: number,
  milliseconds: number,
): "ok" | "timed-out" {
  const end = performance.now() + milliseconds;
  while (Atomics.load(words, index) === value) if (performance.now() > end) return "timed-out";
  return "ok";
}

/** The helpers of the calling thread. */
export class Threads {
  readonly #words: Int32Array;
  readonly #args: Float64Array;
  readonly #wait: typeof Atomics.wait;
  #started = 0;
  #count = 1;
  /** After how many waits without an answer a thread counts as dead. */
  patience: number = WAITS;

  /**
   * @param module The kernels.
   * @param memory The heap.
   * @param control Address of {@linkcode CONTROL_BYTES} bytes in it.
   * @param names The kernels' names in the order of their numbers.
   * @param count Threads in all, the calling one included.
   */
  constructor(
    readonly module: WebAssembly.Module,
    readonly memory: WebAssembly.Memory,
    readonly control: number,
    readonly names: string[],
    count: number,
  ) {
    this.#words = new Int32Array(memory.buffer, control, WORDS);
    this.#args = new Float64Array(memory.buffer, control + WORDS * 4, 32);
    this.#wait = maySleep(this.#words) ? Atomics.wait : look as typeof Atomics.wait;
    this.count = count;
  }

  /** Threads in all, the calling one included. Those that are too many from now on sleep. */
  get count(): number {
    return this.#count;
  }
  set count(count: number) {
    this.#count = count;
    Atomics.store(this.#words, LIMIT, count);
    Atomics.notify(this.#words, LIMIT);
  }

  /** Tells a thread where its scratch memory is; 0 is the calling thread. */
  setScratch(thread: number, pointer: number): void {
    this.#words[SCRATCH + thread] = pointer;
  }

  /** Starts one more thread, until there are enough. It joins in when it is ready; nobody waits for it. */
  #start(): void {
    const index = ++this.#started;
    const words = { JOB, NEXT, UNITS, GRAIN, KERNEL, COUNT, ACTIVE };
    const more = { OPEN, FAILED, READY, LIMIT, SCRATCH, WORDS, SPINS };
    const { module, memory, control, names } = this;
    background(work, [words, more], { module, memory, control, index, names });
  }

  /** How many helpers have come up. */
  get ready(): number {
    return Atomics.load(this.#words, READY);
  }

  /**
   * Runs a kernel on all threads.
   *
   * @param kernel Its number among the names.
   * @param own The calling thread's instance of it.
   * @throws {Error} if a thread failed.
   */
  run(kernel: number, own: (...args: number[]) => void, units: number, args: readonly number[]): void {
    if (this.#started < this.count - 1) this.#start();
    const c = this.#words;
    const grain = Math.max(1, Math.floor(units / (this.count * 8)));
    for (let i = 0; i < args.length; i++) this.#args[i] = args[i];
    c[KERNEL] = kernel;
    c[COUNT] = args.length;
    c[UNITS] = units;
    c[GRAIN] = grain;
    Atomics.store(c, NEXT, 0);
    const job = (c[JOB] + 1) | 0;
    Atomics.store(c, OPEN, job);
    Atomics.store(c, JOB, job);
    Atomics.notify(c, JOB);
    const start = performance.now();
    let grains = 0;
    try {
      for (let unit = Atomics.add(c, NEXT, grain); unit < units; unit = Atomics.add(c, NEXT, grain)) {
        own(...args, unit, Math.min(units, unit + grain));
        grains++;
      }
    } finally {
      Atomics.store(c, OPEN, job - 1);
      this.#join((performance.now() - start) / Math.max(1, grains));
    }
    if (Atomics.exchange(c, FAILED, 0) !== 0) {
      throw new Error(`A thread of the CPU device failed in the kernel ${this.names[kernel]}.`);
    }
  }

  /** Waits until no thread works on the job any more; a grain of it takes some `milliseconds`. */
  #join(milliseconds: number): void {
    const c = this.#words;
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(c, ACTIVE) === 0) return;
    const most = Math.max(this.patience, SLACK * milliseconds / WAIT_MS);
    let waits = 0;
    for (let active = Atomics.load(c, ACTIVE); active !== 0; active = Atomics.load(c, ACTIVE)) {
      // Waits are counted, not seconds: this process may have been stopped for a while.
      if (this.#wait(c, ACTIVE, active, WAIT_MS) === "timed-out" && ++waits >= most) {
        throw new Error("A thread of the CPU device does not answer any more. Restart the program.");
      }
    }
  }
}
