/**
 * Numbers with their units.
 *
 * @module
 */

/** Three digits: 1.23, 12.3, 123, 1234. */
function digits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value.toPrecision(3);
}

/** "48.2 µs", "121 ms", "1.52 s", "981 MB". */
export function formatValue(value: number, unit: "s" | "B"): string {
  if (unit === "B") return `${digits(value / 1e6)} MB`;
  if (value < 1e-3) return `${digits(value * 1e6)} µs`;
  return value < 1 ? `${digits(value * 1e3)} ms` : `${digits(value)} s`;
}

/** "45.1 GFLOP/s", "12.3 GB/s", or nothing where no work is counted. */
export function formatRate(work: { flops: number; bytes: number }, seconds: number): string {
  if (work.flops > 0) return `${digits(work.flops / seconds / 1e9)} GFLOP/s`;
  return work.bytes > 0 ? `${digits(work.bytes / seconds / 1e9)} GB/s` : "";
}

/** Ours / peer: "0.42". */
export function formatRatio(ratio: number): string {
  return ratio < 0.001 ? ratio.toExponential(0) : ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2);
}
