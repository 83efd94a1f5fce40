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

/** Images [N, H, W, C] → `out` [N, outH, outW, C]; of the largest, `places` takes where they stand. */
function windows(
  engine: Engine,
  mode: PoolMode,
  [x, out, places]: readonly Storage[],
  s: PoolSizes,
): void {
  if (sizeOf(out.shape) === 0) return;
  engine.wasm.launch(
    "pool",
    s.images * s.outHeight,
    cost(s),
    ...modeOf(mode),
    engine.describe(words(s)),
    engine.pointer(x),
    engine.pointer(out),
    places === undefined ? 0 : engine.pointer(places),
  );
}

const outOf = (s: PoolSizes) => [s.images, s.outHeight, s.outWidth, s.channels];

/** Images [N, H, W, C] → [N, outH, outW, C]. */
export function pool(engine: Engine, mode: PoolMode, x: Storage, s: PoolSizes): Storage {
  const out = engine.allocate(outOf(s));
  windows(engine, mode, [x, out], s);
  return out;
}

/** The largest of each window, and where the first of them stands. */
export function maxPool(engine: Engine, x: Storage, s: PoolSizes): [y: Storage, places: Storage] {
  const y = engine.allocate(outOf(s)), places = engine.allocate(outOf(s), "int32");
  windows(engine, "max", [x, y, places], s);
  return [y, places];
}

/** dx [N, H, W, C] of an average. */
export function poolGrad(
  engine: Engine,
  mode: Exclude<PoolMode, "max">,
  dy: Storage,
  s: PoolSizes,
): Storage {
  const out = engine.zeroed([s.images, s.height, s.width, s.channels]);
  if (sizeOf(out.shape) === 0 || sizeOf(dy.shape) === 0) return out;
  engine.wasm.launch(
    "poolGrad",
    s.images * Math.ceil(s.channels / 16),
    16 * s.outHeight * s.outWidth * s.kernelHeight * s.kernelWidth,
    ...[...modeOf(mode), engine.describe(words(s)), engine.pointer(dy), engine.pointer(out)],
  );
  return out;
}

/** dx [N, H, W, C]: dy at the places of the largest. */
export function maxPoolGrad(engine: Engine, dy: Storage, places: Storage, s: PoolSizes): Storage {
  const out = engine.zeroed([s.images, s.height, s.width, s.channels]);
  if (sizeOf(out.shape) === 0 || sizeOf(dy.shape) === 0) return out;
  engine.wasm.launch(
    "poolPlace",
    s.images * Math.ceil(s.channels / 16),
    32 * s.outHeight * s.outWidth,
    ...[engine.describe(words(s)), ...[dy, places, out].map((one) => engine.pointer(one))],
  );
  return out;
}

/** u [N, H, W, C] at the places of the largest. */
export function maxPoolPick(engine: Engine, u: Storage, places: Storage, s: PoolSizes): Storage {
  const out = engine.allocate([s.images, s.outHeight, s.outWidth, s.channels]);
  if (sizeOf(out.shape) === 0) return out;
  engine.wasm.launch(
    "poolPick",
    s.images * s.outHeight,
    2 * s.outWidth * s.channels,
    ...[engine.describe(words(s)), ...[u, places, out].map((one) => engine.pointer(one))],
  );
  return out;
}
