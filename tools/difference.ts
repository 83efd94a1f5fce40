/**
 * What makes one run of bytes of another: pieces that are copied, and bytes in between. lib/device/cpu/module.ts puts them together.
 *
 * @module
 */

/** So many equal bytes are worth a copy, which takes four. */
const LEAST = 6;
/** So many places with the same first bytes are looked at. */
const PLACES = 2000;

/**
 * The difference of two runs of bytes, greedily: at each place the longest piece of `from` that goes on as `to` does.
 *
 * @returns For each piece three numbers, how many new bytes come before it, where it begins and how long it is, in LEB128, and after
 * the first number the new bytes.
 */
export function differenceOf(from: Uint8Array, to: Uint8Array): Uint8Array {
  const places = new Map<string, number[]>();
  const key = (bytes: Uint8Array, at: number) => bytes.subarray(at, at + LEAST).join();
  for (let at = 0; at + LEAST <= from.length; at++) {
    const first = key(from, at), list = places.get(first);
    if (list === undefined) places.set(first, [at]);
    else if (list.length < PLACES) list.push(at);
  }
  const out: number[] = [];
  let fresh: number[] = [];
  const piece = (begin: number, length: number) => {
    out.push(...leb128(fresh.length), ...fresh, ...leb128(begin), ...leb128(length));
    fresh = [];
  };
  for (let at = 0; at < to.length;) {
    let begin = 0, length = 0;
    for (const place of places.get(key(to, at)) ?? []) {
      let same = LEAST;
      while (at + same < to.length && place + same < from.length && to[at + same] === from[place + same]) {
        same++;
      }
      if (same > length) [begin, length] = [place, same];
    }
    if (length === 0) fresh.push(to[at++]);
    else piece(begin, length);
    at += length;
  }
  if (fresh.length > 0) piece(0, 0);
  return Uint8Array.from(out);
}

/** A whole number in seven bits a byte, the lowest first. */
function leb128(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...leb128(value >>> 7)];
}
