/** First values of parameters. */
import { currentDevice, type Device, type Values } from "../device/mod.ts";
import { Buffer } from "../autograd/buffer.ts";
import { freeAll } from "../autograd/scope.ts";
import { scoped } from "../autograd/scoped.ts";
import { sizeOf } from "../device/shape.ts";
import { Value } from "../autograd/value.ts";
import { draw, random } from "../tensor/random.ts";
import { made } from "../tensor/values.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Parameter } from "./parameter.ts";

/** Runs `make` and frees all that it made, but for the result. */
function keepOnly(make: () => Tensor): Tensor {
  return scoped(() => make().keep(), freeAll("when the parameter had its values"), { recording: false });
}

/**
 * So many numbers are drawn at a time on the CPU, a multiple of four: a large layer is made without room for another of its size,
 * where memory is what networks compete for.
 */
const AT_ONCE = 2 ** 20;

/** Random numbers times `factor`, plus `offset`: the same ones, whether they are made at a time or piece by piece. */
function drawn(
  distribution: "uniform" | "normal",
  shape: number[],
  factor: number,
  offset: number,
  device: Device = currentDevice(),
): Tensor {
  const size = sizeOf(shape), { kernels } = device;
  if (device.name !== "cpu" || size <= AT_ONCE) {
    const numbers = random(distribution, shape, false, device).mul_(factor);
    return offset === 0 ? numbers : numbers.add_(offset);
  }
  const { seed, offset: first } = draw(size);
  const piece = (start: number) => {
    const count = Math.min(AT_ONCE, size - start);
    const numbers = kernels.random(distribution, [count], { seed, offset: first + start / 4 });
    const scaled = kernels.mul(numbers, factor);
    return offset === 0 ? scaled : kernels.add(scaled, offset);
  };
  const write = (values: Values) => {
    for (let start = 0; start < size; start += AT_ONCE) {
      const storage = device.arena.tidy(() => piece(start));
      values.set(device.peek(storage)!, start);
      device.free(storage);
    }
  };
  return new Tensor(made(distribution, device, () => device.make(shape, "float32", write)));
}

/**
 * Uniform random numbers in [low, high).
 *
 * @returns A tensor that no scope frees.
 */
export function uniform(shape: number[], low: number, high: number, device?: Device): Tensor {
  return keepOnly(() => drawn("uniform", shape, high - low, low, device));
}

/**
 * Normally distributed random numbers.
 *
 * @returns A tensor that no scope frees.
 */
export function normal(shape: number[], mean: number, std: number, device?: Device): Tensor {
  return keepOnly(() => drawn("normal", shape, std, mean, device));
}

/** Filters [out, in, kH, kW] or [out, in, k] laid out once as convolutions read them. */
export function asFilters({ value: { buffer } }: Tensor): Tensor {
  const { device, storage } = buffer, { kernels } = device, { shape } = storage;
  const images = shape.length === 3 ? [shape[0], shape[1], 1, shape[2]] : shape;
  const laid = device.arena.tidy(() =>
    kernels.reshape(kernels.asFilters(kernels.reshape(storage, images)), shape)
  );
  buffer.free("when its numbers were laid out as filters");
  return new Tensor(new Value(new Buffer(device, laid, "filters"))).keep();
}

/** A parameter of numbers that nobody else has: it takes their memory over. */
export function learned(fresh: Tensor): Parameter {
  const parameter = new Parameter(fresh);
  fresh.value.buffer.free("when a parameter took it");
  return parameter;
}
