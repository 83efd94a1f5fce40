/**
 * What a profile found, and its table.
 *
 * @module
 */
import { legible } from "../../text/escape.ts";
import { amount, duration, grouped } from "../../text/numbers.ts";
import { truncate, wrap } from "../../text/width.ts";
import type { GpuCounters } from "./counters.ts";
import type { DevicePeak } from "./peak.ts";
import type { Measured, Tally } from "./meter.ts";

/** One kernel of a {@linkcode Profile}: all its calls. */
export interface ProfileRow {
  /** Its name; that of a program that runs outside of kernels, where a tensor is read, in brackets. */
  kernel: string;
  /** The shapes of the arrays that it was given, with `shapes: true`: "[8, 3] [3, 2]"; else "". */
  shapes: string;
  /** The program of the GPU, with `programs: true`; else "". */
  program: string;
  /** How often it was called. */
  calls: number;
  /** Milliseconds that it took, all calls together. */
  time: number;
  /** Which part of the time of all kernels this is. */
  share: number;
  /** Milliseconds of JavaScript that it took to call: on the cpu all of it. */
  host: number;
  /** Floating-point operations of products, convolutions and attention, two per multiply-add; 0 of all others. */
  flops: number;
  /** Bytes of the arrays that it read and wrote, each once a call. */
  bytes: number;
  /** 10⁹ of these operations per second. */
  gflops: number;
  /** 10⁹ of these bytes per second. */
  gbs: number;
  /** Which part that is of the most that the device was measured to do: of operations or of bytes, whichever is more. */
  ofPeak: number;
}

/** Rows beyond this are added up in the table. */
const ROWS = 24;
/** The columns of sentences. */
const PROSE = 80;
/** Rates and parts below this are not worth a place in it. */
const TELLING = 0.005;

/** What {@linkcode profile} found; printed, it is a table. */
export class Profile {
  /** The kernels, from the one that took most of the time. */
  readonly rows: readonly ProfileRow[];
  /** Milliseconds of all kernels together. */
  readonly kernelTime: number;
  /** Milliseconds from the start until all was computed. */
  readonly total: number;
  /**
   * What the times of rows are: "gpu": the GPU's own; "host": the processor's; "issue": how long JavaScript took to ask for the
   * kernels, where the GPU does not tell the time.
   */
  readonly clock: "host" | "gpu" | "issue";
  /** What was sent to the GPU: dispatches, submits, writes, bytesWritten; null on the cpu. */
  readonly counters: GpuCounters | null;
  readonly #step: number;

  /**
   * Profiles are made by {@linkcode profile}.
   *
   * @param measured What was measured.
   * @param peak What the device can do at best.
   * @param title What was measured, and where.
   * @internal
   */
  constructor(measured: Measured, readonly peak: DevicePeak, readonly title: string) {
    const { tallies, clock, total, counters, step } = measured;
    this.kernelTime = tallies.reduce((sum, { time }) => sum + time, 0);
    this.total = total;
    this.clock = clock;
    this.counters = counters;
    this.#step = step;
    this.rows = tallies.map((tally) => this.#row(tally)).sort((a, b) => b.time - a.time);
  }

  #row({ kernel, shapes, program, calls, time, host, flops, bytes }: Tally): ProfileRow {
    // Numbers in 10⁶ per millisecond are those in 10⁹ per second.
    const known = time > 0 && this.clock !== "issue";
    const gflops = known ? flops / time / 1e6 : 0, gbs = known ? bytes / time / 1e6 : 0;
    const ofPeak = Math.max(gflops / this.peak.gflops, gbs / this.peak.gbs);
    const share = this.kernelTime > 0 ? time / this.kernelTime : 0;
    const name = kernel === "" ? `(${nameOf(program)})` : kernel;
    const shown = kernel === "" ? "" : program;
    return {
      kernel: name,
      shapes,
      program: shown,
      calls,
      time,
      share,
      host,
      flops,
      bytes,
      gflops,
      gbs,
      ofPeak,
    };
  }

  /** Milliseconds in which no kernel ran: JavaScript between the kernels, and waiting. */
  get outside(): number {
    return Math.max(0, this.total - this.kernelTime);
  }

  /**
   * The table, cell by cell, headings first; the names of kernels stand on the left, and what was told apart within them on the right.
   *
   * @internal
   */
  cells(): string[][] {
    const first = this.rows.slice(0, ROWS), rest = this.rows.slice(ROWS);
    const told = (["program", "shapes"] as const).filter((name) => this.rows.some((row) => row[name] !== ""));
    const digits = this.kernelTime < 100 ? 3 : this.kernelTime < 10_000 ? 1 : 0;
    const spent = ({ calls, time, share }: Pick<ProfileRow, "calls" | "time" | "share">) => [
      grouped(calls),
      time.toFixed(digits),
      percent(share, 1),
    ];
    const lines = first.map((row) => [
      row.kernel,
      ...spent(row),
      row.gflops >= TELLING ? rate(row.gflops) : "",
      row.gbs >= TELLING ? rate(row.gbs) : "",
      row.ofPeak >= TELLING ? percent(row.ofPeak, 0) : "",
      ...(told.length > 0 ? [told.map((name) => row[name]).join("  ")] : []),
    ]);
    if (rest.length > 0) {
      const sum = (key: "calls" | "time" | "share") => rest.reduce((all, row) => all + row[key], 0);
      const all = { calls: sum("calls"), time: sum("time"), share: sum("share") };
      lines.push([`${rest.length} more`, ...spent(all), "", "", "", ...(told.length > 0 ? [""] : [])]);
    }
    const asked = this.clock === "issue" ? "ms to ask" : "ms";
    const head = ["kernel", "calls", asked, "share", "GFLOP/s", "GB/s", "of peak"];
    return [[...head, ...(told.length > 0 ? [told.join(", ")] : [])], ...lines];
  }

  /**
   * What stands below the table, a sentence a line.
   *
   * @internal
   */
  notes(): string[] {
    const { kernelTime, total, outside, clock, counters, peak } = this;
    const notes = [
      clock === "issue"
        ? `${time(kernelTime)} to ask for the kernels, ${time(total)} until all was computed: ` +
          "the GPU tells no time."
        : `${time(total)} in all: ${time(kernelTime)} in kernels, ${time(outside)} outside of them ` +
          "(JavaScript, waiting).",
    ];
    if (counters !== null) {
      const { dispatches, submits, writes, bytesWritten } = counters;
      const asked = clock === "issue" ? 0 : this.rows.reduce((sum, { host }) => sum + host, 0);
      notes.push(
        `${counted(dispatches, "dispatch")} in ${counted(submits, "submit")}, ${counted(writes, "write")} ` +
          `(${amount(bytesWritten, "B")})${
            asked > 0 ? `; JavaScript asked for them in ${time(asked)}` : ""
          }.`,
      );
    }
    if (this.#step > 0) {
      notes.push(
        `The GPU's clock goes in steps of ${time(this.#step / 1e6)}: short kernels are measured badly.`,
      );
    }
    notes.push(
      `Peak: ${rate(peak.gflops)} GFLOP/s (product of ${peak.size} rows), ${rate(peak.gbs)} GB/s ` +
        `(copy of ${amount(peak.bytes, "B")}).`,
    );
    return notes;
  }

  /** The table as text: calls, time, share, operations and bytes per second, by kernel. */
  toString(): string {
    return this.text(Infinity);
  }

  /**
   * The same, no wider than so many columns.
   *
   * @internal
   */
  text(columns: number): string {
    const cells = this.cells();
    const widths = cells[0].map((_, j) => Math.max(...cells.map((line) => line[j].length)));
    const lines = cells.map((line) =>
      line.map((cell, j) => j === 0 || j > 6 ? cell.padEnd(widths[j]) : cell.padStart(widths[j]))
        .join("  ").trimEnd()
    );
    const rule = "─".repeat(widths.reduce((a, b) => a + b + 2, -2));
    const prose = (text: string) => wrap(text, Math.min(columns, PROSE));
    const table = [lines[0], rule, ...lines.slice(1), rule].map((line) => truncate(line, columns));
    return [...prose(legible(this.title)), ...table, ...this.notes().flatMap(prose)].join("\n");
  }

  /** @internal What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** What a program is called before the kinds of its numbers. */
function nameOf(program: string): string {
  return program.split(/[\s,]/)[0];
}

function counted(count: number, what: string): string {
  const plural = what.endsWith("ch") ? "es" : "s";
  return `${grouped(count)} ${what}${count === 1 ? "" : plural}`;
}

function percent(part: number, digits: number): string {
  return `${(100 * part).toFixed(digits)} %`;
}

/** Three digits of a number from 1 on, and all before the point. */
function rate(value: number): string {
  return value >= 100 ? grouped(Math.round(value)) : value.toFixed(value < 10 ? 2 : 1);
}

/** A time in milliseconds: in milliseconds while these are few. */
function time(milliseconds: number): string {
  return milliseconds < 1000 ? `${Number(milliseconds.toPrecision(3))} ms` : duration(milliseconds);
}
