/** First values of parameters. */
import type { Device } from "../device/mod.ts";
import { Buffer } from "../autograd/buffer.ts";
import { freeAll } from "../autograd/scope.ts";
import { scoped } from "../autograd/scoped.ts";
import { Value } from "../autograd/value.ts";
import { random } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Parameter } from "./parameter.ts";

/** Runs `make` and frees all that it made, but for the result. */
function keepOnly(make: () => Tensor): Tensor {
  return scoped(() => make().keep(), freeAll("when the parameter had its values"), { recording: false });
}

/**
 * Uniform random numbers in [low, high).
 *
 * @returns A tensor that no scope frees.
 */
export function uniform(shape: number[], low: number, high: number, device?: Device): Tensor {
  return keepOnly(() => random("uniform", shape, false, device).mul_(high - low).add_(low));
}

/**
 * Normally distributed random numbers.
 *
 * @returns A tensor that no scope frees.
 */
export function normal(shape: number[], mean: number, std: number, device?: Device): Tensor {
  return keepOnly(() => {
    const drawn = random("normal", shape, false, device).mul_(std);
    return mean === 0 ? drawn : drawn.add_(mean);
  });
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
