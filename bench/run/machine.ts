/**
 * The machine that the figures are of.
 *
 * @module
 */
import { cpus, totalmem } from "node:os";

/** What it is. */
export interface Machine {
  processor: string;
  cores: number;
  memoryBytes: number;
  system: string;
  /** How many processes wanted a core in the last minute before the run; more than 0.5 and the figures suffer. */
  load: number;
}

/** Looks at the machine. */
export function lookAtMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim().replace(/\s+/g, " ") ?? "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${Deno.build.os} ${Deno.build.arch}`,
    load: Deno.loadavg()[0],
  };
}

/**
 * The most memory that a process has ever held.
 *
 * @throws {Error} where the system does not tell: it takes Linux' /proc.
 */
export async function peakMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(status);
  if (found === null) throw new Error("needs Linux");
  return Number(found[1]) * 1024;
}
