/**
 * A figure: one line of JSON, the same from bench/gpu.ts and from its PyTorch twin bench/gpu.py.
 *
 * @module
 */

/** Who was measured. */
export type Who = "descent" | "descent captured" | "stock" | "torch" | "torch tf32";

/** What a line says; who and name together say which figure it is, and the last of several counts. */
export interface Line {
  who: Who;
  name: string;
  /** Milliseconds, the median. */
  ms?: number;
  /** 10¹² floating-point operations a second. */
  tflops?: number;
  /** 10⁹ bytes a second. */
  gbs?: number;
  /** Why there is no figure. */
  error?: string;
  [more: string]: unknown;
}

/** Prints one. */
export function say(line: Line): void {
  console.log(JSON.stringify(line));
}

/** Rounded to so many digits. */
export function digits(value: number, count = 4): number {
  return Number(value.toPrecision(count));
}

/** Does what a line is about; what fails becomes a line, too, and the next case goes on. */
export async function attempt(who: Who, name: string, body: () => Promise<void>): Promise<boolean> {
  try {
    await body();
    return true;
  } catch (error) {
    say({ who, name, error: String((error as Error)?.message ?? error).slice(0, 300) });
    return false;
  }
}
