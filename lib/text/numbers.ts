/**
 * Numbers as people read them: in charts, tables, graphs, summaries, beside a progress bar.
 *
 * @module
 */

/**
 * A number in few letters. Whole numbers stand as they are; others have four decimals, as the chapters print, zeros and all:
 * what stands in columns or is drawn again and again keeps its width. Very small and very large ones are written by their
 * powers of ten.
 *
 * @param value The number.
 * @param options.digits Instead of four decimals: so many digits that tell something, and none that is a zero at the end.
 *   Before the point all digits stay.
 */
export function shortNumber(value: number, { digits }: { digits?: number } = {}): string {
  const size = Math.abs(value);
  // Where room is scarce, 1e5 says what 100000 does.
  const round = digits !== undefined && size >= 1e5 && Number(value.toPrecision(1)) === value;
  if (!Number.isFinite(value) || Number.isInteger(value) && size < 1e6 && !round) return String(value);
  const isDecimal = size >= 1e-3 && size < 1e5;
  if (digits === undefined) return isDecimal ? value.toFixed(4) : value.toExponential(2);
  // The power takes the room of a digit.
  if (!isDecimal) return value.toExponential(Math.max(0, digits - 2)).replace(/\.?0*e\+?/, "e");
  return size >= 10 ** digits ? value.toFixed(0) : String(Number(value.toPrecision(digits)));
}

/** A count, digits in groups of three: "46,764,746". */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** A count that is read by its size, three digits of it: "2.27 G", "20.6 kB", "96". */
export function amount(count: number, unit = ""): string {
  for (const [prefix, size] of [["T", 1e12], ["G", 1e9], ["M", 1e6], ["k", 1e3]] as const) {
    // Rounded to three digits, what is a little less is as much.
    if (count >= 0.9995 * size) return `${(count / size).toPrecision(3)} ${prefix}${unit}`;
  }
  return `${count} ${unit}`.trimEnd();
}

/** A time in milliseconds as people say it: 3.2 s, 42 s, 1:05, 2:03:04. */
export function duration(milliseconds: number): string {
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
