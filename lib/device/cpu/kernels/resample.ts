/**
 * Sampling along a dimension.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Taps } from "../../taps.ts";
import type { Engine } from "../engine.ts";

/** From so many numbers behind the dimension on, each place is a unit of its own. */
const LONG = 64;

/** y[o, i, k] = Σ weight · x[o, place, k] over the taps of i, where o counts what lies before `dim`, and k what lies behind. */
export function resample(
  engine: Engine,
  x: Storage,
  dim: number,
  { starts, places, weights }: Taps,
): Storage {
  const size = x.shape[dim], count = starts.length - 1;
  const outer = sizeOf(x.shape.slice(0, dim)), inner = sizeOf(x.shape.slice(dim + 1));
  const out = engine.allocate(x.shape.with(dim, count));
  if (sizeOf(out.shape) === 0) return out;
  const table = (list: Int32Array | Float32Array) =>
    engine.pointer(engine.adopt(list, [list.length], list instanceof Int32Array ? "int32" : "float32"));
  const band = Math.max(1, Math.ceil(LONG / inner)), bands = Math.ceil(count / band);
  engine.wasm.launch(
    "resample",
    outer * bands,
    10 + band * inner * Math.max(1, places.length / count) / 2,
    ...[engine.pointer(x), engine.pointer(out), table(starts), table(places), table(weights)],
    ...[size, count, inner, band, bands],
  );
  return out;
}
