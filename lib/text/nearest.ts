/**
 * Which word was meant.
 *
 * @module
 */

/**
 * The word that was probably meant: the shortest that contains the text ("gpu": webgpu), else the one with the fewest typing
 * errors, if there are few enough; of several, one that begins as the text does.
 *
 * @param text What was written.
 * @param words What there is.
 * @returns One of `words`, or undefined when none is near.
 */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const written = text.toLowerCase();
  const whole = written.length > 2 ? words.filter((word) => word.toLowerCase().includes(written)) : [];
  if (whole.length > 0) return whole.reduce((a, b) => b.length < a.length ? b : a);
  let best: string | undefined;
  let fewest = Infinity;
  const begins = (word: string) => word[0]?.toLowerCase() === written[0];
  for (const word of words) {
    // Half an error more where the first letter differs.
    const errors = distance(written, word.toLowerCase()) + (begins(word) ? 0 : 0.5);
    // A third of the letters wrong is still a typing error; more is another word.
    if (errors < fewest && Math.floor(errors) <= Math.max(1, Math.floor(word.length / 3))) {
      best = word;
      fewest = errors;
    }
  }
  return best;
}

/**
 * Letters to insert, delete, replace, or swap with a neighbour to make `b` of `a`: the optimal string alignment
 * distance (Damerau 1964), by dynamic programming over prefixes.
 */
function distance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array(b.length).fill(0)]);
  for (let j = 1; j <= b.length; j++) table[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i][j] = Math.min(
        table[i - 1][j] + 1,
        table[i][j - 1] + 1,
        table[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.length][b.length];
}
