/**
 * Random numbers: Philox 4×32-10 (see lib/philox.ts).
 *
 * @module
 */
import { type Distribution, type Draw, dropoutThreshold } from "../../../philox.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";

/** The distributions' numbers in wasm/random.ts, and what sixteen numbers take in nanoseconds. */
const KINDS: Record<Distribution, readonly [kind: number, cost: number]> = {
  uniform: [0, 30],
  normal: [1, 300],
  dropout: [2, 30],
};

/** Numbers of one draw; p is the probability of a 0 in "dropout". */
export function random(
  engine: Engine,
  distribution: Distribution,
  shape: number[],
  { seed, offset }: Draw,
  p = 0,
): Storage {
  const out = engine.allocate(shape), [kind, cost] = KINDS[distribution];
  engine.wasm.launch(
    "philox",
    Math.ceil(sizeOf(shape) / 16),
    cost,
    ...[kind, engine.pointer(out), seed[0] | 0, seed[1] | 0],
    ...[offset | 0, Math.floor(offset / 2 ** 32) | 0, dropoutThreshold(p), 1 / (1 - p)],
  );
  return out;
}
