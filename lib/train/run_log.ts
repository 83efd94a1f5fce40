/**
 * The log of a run: what its steps and epochs came to, for other programs to read. JSON lines in a file, or TensorBoard's events in a
 * folder.
 *
 * @module
 */
import { currentDevice } from "../device/mod.ts";
import { FileError } from "../host/file_error.ts";
import { inFolder, type Log, openFile, openLog, type Path } from "../host/files.ts";
import { scalarEvent, startEvent, versionEvent } from "../io/events.ts";
import { checkWhole, describe } from "../text/arguments.ts";
import type { EpochRow } from "./history.ts";

/** What a run is, as its log says in the beginning. */
export interface RunInfo {
  label: string;
  /** How many steps there will be. */
  steps: number;
  /** How many epochs, and batches an epoch. */
  epochs?: number;
  batches?: number;
  /** So many steps were made before, by a program that this one goes on from. */
  done: number;
}

/** What writes a log. Steps and epochs are counted from 1. */
export interface RunLog {
  step(step: number, values: Record<string, number>): void;
  epoch(step: number, row: EpochRow): void;
  /** The run is over; why, if before its time. */
  end(step: number, stopped: string): void;
}

/** Where a run is logged. */
export type LogTarget = Path | readonly Path[];

/** Extensions of what people may think a log is, and is not. */
const ODD = /\.(json|txt|log|csv|tsv|md|html)$/i;

/**
 * Throws unless these are paths of logs.
 *
 * @returns All of them.
 */
function checkLogTarget(name: string, target: unknown): Path[] {
  const paths: unknown[] = Array.isArray(target) ? Array.from(target) : [target];
  for (const path of paths) {
    if (typeof path !== "string" && !(path instanceof URL) || String(path) === "") {
      throw new TypeError(
        `${name}: log must be a path such as "run.jsonl", or a list of them, not ${describe(target)}`,
      );
    }
    if (!ODD.test(String(path))) continue;
    throw new RangeError(
      `${name}: log is ${
        describe(String(path))
      }, and a log is a file of JSON lines, "run.jsonl", or a folder for TensorBoard, "runs/first"`,
    );
  }
  return paths as Path[];
}

/** Where a run is logged, and how often. */
export interface LogOptions {
  /**
   * Where the run is logged for other programs: a file of JSON lines, "run.jsonl", a folder for TensorBoard, "runs/first", or a
   * list of both. A run that goes on adds to them.
   */
  log?: LogTarget;
  /** Each time so many steps are done, what they logged goes there: 1 by default. */
  logEvery?: number;
}

/** Throws unless these say rightly where a run is logged. */
export function checkLogOptions(name: string, { log = [], logEvery = 1 }: LogOptions) {
  return { log: checkLogTarget(name, log), logEvery: checkWhole(name, "logEvery", logEvery, 1) };
}

/** Opens logs: a file where a name ends in .jsonl, else a folder. */
export function openRunLogs(
  name: string,
  { log, logEvery }: ReturnType<typeof checkLogOptions>,
  run: RunInfo,
): RunLog {
  const logs = log.map((path) =>
    /\.jsonl$/i.test(String(path)) ? new JsonLines(name, path, run) : new Events(name, path, run)
  );
  let ended = false;
  return {
    step(step, values) {
      if (step % logEvery === 0) { for (const one of logs) one.step(step, values); }
    },
    epoch(step, row) {
      for (const one of logs) one.epoch(step, row);
    },
    end(step, stopped) {
      if (ended) return;
      ended = true;
      for (const one of logs) one.end(step, stopped);
    },
  };
}

/** JSON lines: one for the run, one a step that logs something, one an epoch, one at the end. A run that goes on adds to the file. */
class JsonLines implements RunLog {
  readonly #log: Log;
  readonly #batches: number;
  readonly #began = Date.now();

  constructor(name: string, path: Path, { label, steps, epochs, batches, done }: RunInfo) {
    this.#batches = batches ?? Infinity;
    this.#log = openLog(name, path);
    if (this.#log.size > 0 && !endsWhole(name, path, this.#log.size)) this.#log.write("\n");
    const time = new Date(this.#began).toISOString();
    const { name: device, description } = currentDevice();
    const goesOn = done > 0 ? { resumedAt: done } : {};
    this.#write({ kind: "run", label, time, steps, epochs, batches, device, description, ...goesOn });
  }

  step(step: number, values: Record<string, number>): void {
    const epoch = this.#batches === Infinity ? undefined : Math.ceil(step / this.#batches);
    this.#write({ kind: "step", step, epoch, time: this.#time() }, values);
  }

  epoch(step: number, row: EpochRow): void {
    this.#write({ kind: "epoch", step, epoch: row.epoch, time: this.#time() }, row);
  }

  end(step: number, stopped: string): void {
    this.#write({ kind: "end", step, time: this.#time(), stopped });
    this.#log.close();
  }

  /** Seconds since the run's own line. */
  #time(): number {
    return (Date.now() - this.#began) / 1000;
  }

  /** Written at once: whatever happens to the program, no more than the last line is cut. */
  #write(head: Record<string, unknown>, values: Record<string, number> = {}): void {
    const line = { ...head, ...values, ...head };
    const finite = (_: string, value: unknown) =>
      typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
    this.#log.write(JSON.stringify(line, finite) + "\n");
  }
}

/** Whether a file's last line was written to its end; false where the file may not be read. */
function endsWhole(name: string, path: Path, size: number): boolean {
  try {
    const file = openFile(name, path), last = new Uint8Array(1);
    try {
      return file.read(last, size - 1) === 1 && last[0] === 10;
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

/** TensorBoard's events, in a file of this program's own: a folder is a run, whose files TensorBoard reads as one. */
class Events implements RunLog {
  readonly #log: Log;
  readonly #inEpochs: boolean;

  constructor(name: string, folder: Path, { batches, done }: RunInfo) {
    this.#inEpochs = batches !== undefined;
    const now = Date.now(), unique = crypto.randomUUID().slice(0, 8);
    // TensorBoard reads a folder's files in the order of their names.
    const file = `events.out.tfevents.${Math.floor(now / 1000)}.${now % 1000}.${unique}.descent`;
    this.#log = openLog(name, inFolder(name, folder, file));
    this.#log.write(versionEvent(now / 1000));
    if (done > 0) this.#log.write(startEvent(now / 1000, done + 1));
  }

  step(step: number, values: Record<string, number>): void {
    this.#write(
      step,
      Object.entries(values).map(([name, value]) => [this.#inEpochs ? `${name}/train` : name, value]),
    );
  }

  epoch(step: number, { epoch: _, ...values }: EpochRow): void {
    this.#write(step, Object.entries(values).map(([name, value]) => [epochTag(name), value]));
  }

  end(): void {
    this.#log.close();
  }

  #write(step: number, values: [string, number][]): void {
    if (values.length > 0) this.#log.write(scalarEvent(Date.now() / 1000, step, Object.fromEntries(values)));
  }
}

/** "loss/test" of "testLoss", "loss/epoch" of "loss". */
function epochTag(name: string): string {
  const test = /^test([^a-z])(.*)$/s.exec(name);
  return test === null ? `${name}/epoch` : `${test[1].toLowerCase()}${test[2]}/test`;
}
