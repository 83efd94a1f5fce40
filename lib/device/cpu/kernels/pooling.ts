/**
 * Pooling of channels-last images, and its gradients.
 *
 * @module
 */
import type { Averaging, PoolSizes } from "../../geometry.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";

/** What a window leaves: its largest, or its sum divided by what. */
export type PoolMode = "max" | NonNullable<Averaging["divisor"]>;

/** The modes' numbers in wasm/pooling.ts, and what the sum is divided by where that is said. */
function modeOf(mode: PoolMode): [number: number, divisor: number] {
  return typeof mode === "number" ? [3, mode] : [["max", "inside", "padded"].indexOf(mode), 1];
}

/** The words that the kernels read. */
function words(s: PoolSizes): number[] {
  return [
    ...[s.height, s.width, s.channels, s.outHeight, s.outWidth],
    ...[s.kernelHeight, s.kernelWidth, s.strideY, s.strideX, s.dilationY, s.dilationX, s.top, s.left],
  ];
}

/** What one window takes, in nanoseconds a pixel and channel. */
const cost = (s: PoolSizes) => s.outWidth * s.channels * s.kernelHeight * s.kernelWidth / 2;

/** Images [N, H, W, C] → [N, outH, outW, C]. */
export function pool(engine: Engine, mode: PoolMode, x: Storage, s: PoolSizes): Storage {
  const out = engine.allocate([s.images, s.outHeight, s.outWidth, s.channels]);
  if (sizeOf(out.shape) === 0) return out;
  const [from, to] = [engine.pointer(x), engine.pointer(out)];
  engine.wasm.launch(
    "pool",
    s.images * s.outHeight,
    cost(s),
    ...modeOf(mode),
    engine.describe(words(s)),
    from,
    to,
  );
  return out;
}

/** dx [N, H, W, C]; the largest also asks for x and what was pooled of it. */
export function poolGrad(
  engine: Engine,
  mode: PoolMode,
  dy: Storage,
  x: Storage | null,
  y: Storage | null,
  s: PoolSizes,
): Storage {
  const out = engine.zeroed([s.images, s.height, s.width, s.channels]);
  if (sizeOf(out.shape) === 0 || sizeOf(dy.shape) === 0) return out;
  const at = (storage: Storage | null) => storage === null ? 0 : engine.pointer(storage);
  engine.wasm.launch(
    "poolGrad",
    s.images * Math.ceil(s.channels / 16),
    16 * s.outHeight * s.outWidth * s.kernelHeight * s.kernelWidth,
    ...[...modeOf(mode), engine.describe(words(s)), at(dy), at(x), at(y), at(out)],
  );
  return out;
}

/** u [N, H, W, C] at the first largest x of each window. */
export function poolPick(engine: Engine, u: Storage, x: Storage, y: Storage, s: PoolSizes): Storage {
  const out = engine.allocate([s.images, s.outHeight, s.outWidth, s.channels]);
  if (sizeOf(out.shape) === 0) return out;
  const addresses = [u, x, y, out].map((one) => engine.pointer(one));
  engine.wasm.launch(
    "poolPick",
    s.images * s.outHeight,
    2 * cost(s),
    engine.describe(words(s)),
    ...addresses,
  );
  return out;
}
