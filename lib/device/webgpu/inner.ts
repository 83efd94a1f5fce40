/**
 * The end of the sums in TensorFlow.js' matrix products and convolutions. Their tiles reach over it; there the left factor is read as 0,
 * the right one from wherever the address leads, and 0 · ∞ is NaN: one infinite weight spoils results that do not see it.
 *
 * @module
 */

/** A program of TensorFlow.js', as far as it matters here. */
export interface StockProgram {
  /** Names of its own numbers. */
  readonly uniforms?: string;
  /** Whether its tiles end where the sums do. */
  readonly fitInner?: boolean;
  getUserCode(): string;
}

const READ_RIGHT = /fn mm_readB\(batch ?: i32, row ?: i32, col ?: i32\) -> ([\w<>]+) \{/;

/** Makes a product's program read zeros of the right factor, too, past the end of the sums. */
export function endSums(program: StockProgram): void {
  if (program.fitInner === true || program.uniforms?.includes("dimInner") !== true) return;
  const stock = program.getUserCode;
  program.getUserCode = function (): string {
    return stock.call(this).replace(
      READ_RIGHT,
      (head, type) => `${head}\n    if (row >= uniforms.dimInner) { return ${type}(0.0); }`,
    );
  };
}
