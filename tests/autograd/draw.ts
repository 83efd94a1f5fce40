/**
 * Random problems that are the same on every run.
 *
 * @module
 */
import { Plain } from "./plain.ts";

/** The kinds of shapes that a problem may ask for. */
export type Kind = "one element" | "empty" | "random" | "large";

/** A repeatable source of numbers, shapes and arrays (Park and Miller's generator, with a warm start). */
export class Draw {
  #state: number;

  constructor(seed: number, readonly kind: Kind = "random") {
    this.#state = 1 + (seed * 7919) % 2147483646;
    for (let i = 0; i < 3; i++) this.uniform();
  }

  /** In (0, 1). */
  uniform(): number {
    this.#state = (this.#state * 48271) % 2147483647;
    return this.#state / 2147483647;
  }

  /** A whole number from low to high, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** A size of a dimension: 1 in a problem of one element, more in a large one. */
  size(high = 3): number {
    if (this.kind === "one element") return 1;
    return this.kind === "large" ? this.int(high, 2 * high + 1) : this.int(1, high);
  }

  /**
   * Sizes of `low` to `high` dimensions, at most 24 elements; one size is 0 in an empty problem. A large problem has some
   * hundred elements, so that a device's own loops run and not its short cuts.
   */
  shape(low = 0, high = 6): number[] {
    if (this.kind === "one element") return Array(this.int(low, Math.max(low, Math.min(high, 2)))).fill(1);
    const least = this.kind === "random" ? low : Math.max(low, 1), most = this.kind === "large" ? 1200 : 24;
    const shape: number[] = Array(this.int(least, high)).fill(1);
    this.order(shape.length).forEach((d, i) => {
      const rest = most / shape.reduce((a, b) => a * b, 1);
      const share = this.kind === "large" ? Math.floor(rest ** (1 / (shape.length - i))) : Math.min(4, rest);
      shape[d] = this.kind === "large"
        ? this.int(Math.ceil(0.7 * share), share)
        : this.int(1, Math.max(1, share));
    });
    if (this.kind === "empty") shape[this.int(0, shape.length - 1)] = 0;
    return shape;
  }

  /** A random order of 0, 1, … */
  order(length: number): number[] {
    const order = Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** Some of the dimensions 0, 1, …, at least one if there is one. */
  dims(rank: number): number[] {
    return this.order(rank).slice(0, rank === 0 ? 0 : this.int(1, rank));
  }

  /** Numbers from low to high. */
  array(shape: readonly number[], low = -2, high = 2): Plain {
    return Plain.build(shape, () => Math.fround(low + (high - low) * this.uniform()));
  }

  /** Numbers from −2 to 2 that keep away from some points, where a function bends. */
  away(shape: readonly number[], ...kinks: number[]): Plain {
    const one = (): number => {
      const x = Math.fround(-2 + 4 * this.uniform());
      return kinks.some((kink) => Math.abs(x - kink) < 0.15) ? one() : x;
    };
    return Plain.build(shape, one);
  }

  /** Numbers of which any two are `gap` apart: no step of a difference changes which is the largest. */
  distinct(shape: readonly number[], gap = 0.15, shift = 0): Plain {
    const size = shape.reduce((a, b) => a * b, 1);
    const order = this.order(size);
    let i = 0;
    return Plain.build(shape, () => Math.fround(shift + gap * (order[i++] - Math.floor(size / 2))));
  }

  /** A shape that broadcasts with `shape`: dimensions of size 1, and fewer of them. */
  partner(shape: readonly number[]): number[] {
    return shape.slice(this.int(0, shape.length)).map((n) => this.uniform() < 0.4 ? 1 : n);
  }

  /** Two shapes that broadcast with each other, each stretching the other where chance has it. */
  pair(): [number[], number[]] {
    const whole = this.shape();
    const some = whole.map((n) => this.uniform() < 0.3 ? 1 : n);
    return this.uniform() < 0.5 ? [some, this.partner(whole)] : [this.partner(whole), some];
  }
}
