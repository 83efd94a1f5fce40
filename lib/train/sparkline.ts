/**
 * A curve in one line of text.
 *
 * @module
 */

/** From low to high. */
const BARS = "▁▂▃▄▅▆▇█";

/** The course of a value, in a few letters: ▇▅▃▂▂▁▁. Takes the same memory however many values come. */
export class Sparkline {
  readonly #width: number;
  /** Means of `#stride` values each. */
  #means: number[] = [];
  #stride = 1;
  #sum = 0;
  #count = 0;

  /** @param width At most so many letters. */
  constructor(width: number) {
    this.#width = width;
  }

  /** The next value. What is not finite is left out. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.#sum += value;
    if (++this.#count < this.#stride) return;
    this.#means.push(this.#sum / this.#count);
    this.#sum = this.#count = 0;
    if (this.#means.length < 2 * this.#width) return;
    this.#means = Array.from(
      { length: this.#width },
      (_, i) => (this.#means[2 * i] + this.#means[2 * i + 1]) / 2,
    );
    this.#stride *= 2;
  }

  /** The curve; "" until there are two different values. */
  toString(): string {
    const means = this.#means;
    if (means.length < 2) return "";
    const low = Math.min(...means), span = Math.max(...means) - low;
    if (span === 0) return "";
    const across = Math.min(this.#width, means.length);
    return Array.from({ length: across }, (_, i) => {
      const value = means[Math.round(i * (means.length - 1) / Math.max(1, across - 1))];
      return BARS[Math.min(BARS.length - 1, Math.floor((value - low) / span * BARS.length))];
    }).join("");
  }
}
