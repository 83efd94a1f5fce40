/**
 * Sampling along a dimension: every place of the result is a sum of a few weighted places of an array. Enlarging and shrinking,
 * mirrored and repeated borders, averages of uneven parts are all that.
 *
 * @module
 */

/** For each place of a result, the taps: which places it is made of, and by which weights. */
export interface Taps {
  /** Where the taps of each place begin in the two lists; last, where they all end. */
  readonly starts: Int32Array;
  readonly places: Int32Array;
  readonly weights: Float32Array;
}

/** The taps of `count` places, each as a list of pairs of a place and a weight. */
export function tapsOf(
  count: number,
  of: (place: number) => readonly (readonly [place: number, weight: number])[],
): Taps {
  const starts = new Int32Array(count + 1), places: number[] = [], weights: number[] = [];
  for (let i = 0; i < count; i++) {
    for (const [place, weight] of of(i)) {
      places.push(place);
      weights.push(weight);
    }
    starts[i + 1] = places.length;
  }
  return { starts, places: Int32Array.from(places), weights: Float32Array.from(weights) };
}

/** Taps that pick one place each, as it is. */
export function picks(places: readonly number[]): Taps {
  return tapsOf(places.length, (i) => [[places[i], 1]]);
}

/** The taps of the gradient: back from the results to `size` places. */
export function transposed({ starts, places, weights }: Taps, size: number): Taps {
  const back = new Int32Array(size + 1);
  for (const place of places) back[place + 1]++;
  for (let i = 0; i < size; i++) back[i + 1] += back[i];
  const next = back.slice(), from = new Int32Array(places.length), by = new Float32Array(places.length);
  for (let i = 0; i + 1 < starts.length; i++) {
    for (let t = starts[i]; t < starts[i + 1]; t++) {
      const at = next[places[t]]++;
      from[at] = i;
      by[at] = weights[t];
    }
  }
  return { starts: back, places: from, weights: by };
}
