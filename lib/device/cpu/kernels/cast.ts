/**
 * From one dtype to another.
 *
 * @module
 */
import type { DType, Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import { room } from "./unary.ts";

/** The smallest int32: what a processor makes of a number that int32 cannot hold, and so PyTorch. */
const LEAST = -(2 ** 31);

/** x in another dtype, in x's order. */
export function cast(engine: Engine, x: Storage, dtype: DType): Storage {
  if (x.dtype === dtype) return engine.share(x);
  const block = engine.block(x), from = block.view();
  const out = room(engine, block.size, x.shape, dtype), to = engine.block(out).view();
  if (dtype === "bool") { for (let i = 0; i < from.length; i++) to[i] = from[i] !== 0 ? 1 : 0; }
  else if (x.dtype === "float32" && dtype === "int32") {
    for (let i = 0; i < from.length; i++) {
      const value = from[i];
      to[i] = value > LEAST - 1 && value < -LEAST ? value : LEAST;
    }
  } else to.set(from);
  out.order = x.order;
  return out;
}
