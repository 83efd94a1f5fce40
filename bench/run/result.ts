/**
 * What a run brings: everything that `--json` writes.
 *
 * @module
 */
import type { Machine } from "./machine.ts";

/** The measurements of one competitor in one case. */
export interface Samples {
  /** Seconds or bytes, for the whole case. */
  values: number[];
  /** For a peer: what ours took right before, one for each value. */
  ours?: number[];
  /** When it was too slow for all iterations: how many were done; the values are scaled up. */
  did?: number;
  /** Bytes that the device itself counted, where that was asked for. */
  deviceBytes?: number;
  /** Why there is no value. */
  missing?: string;
}

/** One case. */
export interface CaseResult {
  name: string;
  title: string;
  unit: "s" | "B";
  /** Iterations in a value. */
  count: number;
  /** Floating point operations, and bytes of traffic, in a value. */
  flops: number;
  bytes: number;
  /** By competitor: "ours", "ours-1" (one thread), "torch" … */
  samples: Record<string, Samples>;
}

/** A whole run. */
export interface Results {
  date: string;
  machine: Machine;
  threads: number;
  repeats: number;
  quick: boolean;
  /** Who took part: label, version, threads. */
  competitors: Record<string, { label: string; version: string; threads: number; device?: string }>;
  /** Sentences about the peers that were not there. */
  absent: string[];
  cases: CaseResult[];
}

/** The middle of some numbers. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Ours / peer: the median of the ratios of neighbouring measurements. */
export function ratio({ values, ours }: Samples): number | undefined {
  return ours && median(ours.map((own, i) => own / values[i]));
}

/** The largest rate that anyone reached in a case, per second; undefined where it was not measured. */
export function bestRate(results: Results, name: string, work: "flops" | "bytes"): number | undefined {
  const found = results.cases.find((result) => result.name === name);
  if (found === undefined) return undefined;
  const times = Object.values(found.samples).flatMap(({ values }) => values);
  return times.length > 0 ? found[work] / Math.min(...times) : undefined;
}
