/**
 * Where the pixels of an enlarged or shrunk dimension come from: the taps of a sampling, as PyTorch places them.
 *
 * @module
 */
import { picks, type Taps, tapsOf } from "./taps.ts";

/** How numbers between numbers are found along a dimension. */
export type SamplingMode = "nearest" | "nearest-exact" | "linear" | "cubic" | "area";

/** Settings of {@linkcode sampler}. */
export interface Sampling {
  /** How many times larger the result is, where the distance of the places follows from that and not from the sizes. */
  readonly scale?: number;
  /** Whether the outermost centers lie on one another. */
  readonly alignCorners: boolean;
  /** Whether what shrinks is smoothed over all that it covers. */
  readonly antialias: boolean;
}

const { fround } = Math;

/**
 * The taps of `to` places from `from`; null where nothing changes.
 *
 * Positions are float32, as in PyTorch, so that a place that falls on a boundary falls to the same side.
 */
export function sampler(mode: SamplingMode, from: number, to: number, settings: Sampling): Taps | null {
  const { scale, alignCorners, antialias } = settings;
  if (mode === "area") return from === to ? null : means(from, to);
  // One step of the result is so many of the input.
  const step = alignCorners
    ? to > 1 ? fround((from - 1) / (to - 1)) : 0
    : fround(scale === undefined ? from / to : 1 / scale);
  if (from === to && (step === 1 || (alignCorners && from === 1))) return null;
  if (mode === "nearest" || mode === "nearest-exact") {
    const half = mode === "nearest" ? 0 : 0.5;
    // Of what keeps its size or is twice as large, a factor that would say otherwise says nothing.
    if (mode === "nearest" && (from === to || 2 * from === to)) {
      return from === to ? null : picks(Array.from({ length: to }, (_, i) => i >> 1));
    }
    const at = (i: number) => Math.min(from - 1, Math.floor(fround(fround(i + half) * step)));
    return picks(Array.from({ length: to }, (_, i) => at(i)));
  }
  if (antialias) return smoothed(mode, from, to, step);
  return tapsOf(to, (i) => {
    const at = alignCorners ? fround(i * step) : fround(fround(step * (i + 0.5)) - 0.5);
    if (mode === "linear") return between(Math.max(0, at), from);
    const first = Math.floor(at), t = fround(at - first);
    const weights = [cubic(t + 1), cubic(t), cubic(1 - t), cubic(2 - t)];
    return weights.map((weight, k) => [Math.min(from - 1, Math.max(0, first - 1 + k)), weight] as const);
  });
}

/** Where each of so many parts of a size begins, and ends before; where they do not come out even, they share places. */
export function partsOf(size: number, parts: number): [begin: number, end: number][] {
  return Array.from(
    { length: parts },
    (_, i) => [Math.floor(i * size / parts), Math.ceil((i + 1) * size / parts)],
  );
}

/** The taps of the means of the parts of a size. */
export function means(size: number, parts: number): Taps {
  const list = partsOf(size, parts);
  return tapsOf(parts, (i) => {
    const [begin, end] = list[i];
    return Array.from({ length: end - begin }, (_, k) => [begin + k, 1 / (end - begin)] as const);
  });
}

/** The two places around a position, each by how near it is. */
function between(at: number, size: number): [place: number, weight: number][] {
  const first = Math.min(Math.floor(at), size - 1), share = fround(Math.min(1, at - first));
  return first === size - 1 || share === 0 ? [[first, 1]] : [[first, 1 - share], [first + 1, share]];
}

/** Cubic convolution (Keys 1981), with PyTorch's a for images as they are, −3/4, and the one for smoothed ones, −1/2. */
function cubic(x: number, a = -0.75): number {
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** Every pixel that a place covers, by a filter as wide as the step. */
function smoothed(mode: "linear" | "cubic", from: number, to: number, step: number): Taps {
  const reach = mode === "linear" ? 1 : 2, wide = Math.max(1, step), support = reach * wide;
  const filter = (x: number) => mode === "linear" ? Math.max(0, 1 - Math.abs(x)) : cubic(Math.abs(x), -0.5);
  return tapsOf(to, (i) => {
    // Aligned corners change the step alone, as in PyTorch.
    const center = step * (i + 0.5);
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const weights = Array.from({ length: end - first }, (_, k) => filter((first + k - center + 0.5) / wide));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight, k) => [first + k, weight / sum] as const);
  });
}
