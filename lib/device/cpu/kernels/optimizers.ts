/**
 * One step of an optimizer, in place: PyTorch's update rules. Scalars are computed here, in float64.
 *
 * @module
 */
import type {
  AdamArrays,
  AdamSettings,
  RmspropArrays,
  RmspropSettings,
  SgdArrays,
  SgdSettings,
} from "../../kernels.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";

/** The address of an optional array, or 0. */
function address(engine: Engine, storage: Storage | null): number {
  return storage === null ? 0 : engine.pointer(storage);
}

/** Units of four elements. */
const units = (engine: Engine, param: Storage) => Math.ceil(engine.block(param).size / 4);

/** A step of SGD. */
export function sgdStep(engine: Engine, { param, grad, buffer }: SgdArrays<Storage>, s: SgdSettings): void {
  engine.wasm.launch(
    "sgd",
    units(engine, param),
    2,
    ...[engine.pointer(param), engine.pointer(grad), address(engine, buffer)],
    ...[s.lr, s.momentum, 1 - s.dampening, s.weightDecay, s.maximize ? -1 : 1],
    ...[s.nesterov ? 1 : 0, s.first ? 1 : 0],
  );
}

/** A step of Adam. */
export function adamStep(engine: Engine, arrays: AdamArrays<Storage>, s: AdamSettings): void {
  const { param, grad, m, v, vMax } = arrays, { beta1, beta2, weightDecay, decoupled } = s;
  engine.wasm.launch(
    "adam",
    units(engine, param),
    4,
    ...[param, grad, m, v].map((one) => engine.pointer(one)),
    address(engine, vMax),
    ...[s.lr / (1 - beta1 ** s.step), Math.sqrt(1 - beta2 ** s.step)],
    ...[1 - beta1, beta2, 1 - beta2, s.epsilon],
    ...[decoupled ? 0 : weightDecay, decoupled ? 1 - s.lr * weightDecay : 1, s.maximize ? -1 : 1],
  );
}

/** A step of RMSprop. */
export function rmspropStep(engine: Engine, arrays: RmspropArrays<Storage>, s: RmspropSettings): void {
  const { param, grad, square, average, buffer } = arrays;
  engine.wasm.launch(
    "rmsprop",
    units(engine, param),
    4,
    ...[param, grad, square].map((one) => engine.pointer(one)),
    ...[address(engine, average), address(engine, buffer)],
    ...[s.lr, s.alpha, 1 - s.alpha, s.epsilon, s.momentum, s.weightDecay, s.maximize ? -1 : 1],
  );
}
