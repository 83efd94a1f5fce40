/**
 * Two-dimensional convolutions, forward and both gradients, channels last, filters [kH, kW, C / groups, O].
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import type { CpuBackend } from "../backend.ts";
import { type Call, type Kernel, type Override, sizeOf } from "../kernel.ts";
import { product } from "../product.ts";
import { winograd, winogradWins } from "../winograd.ts";
import { activate, isFused } from "./activation.ts";
import { filterGradient, inputGradient } from "./convolution_gradients.ts";
import { adjoiningTaps, type Geometry, geometry, isWinograd, tapsOf } from "./geometry.ts";

/** y = x ∗ filter, plus bias, relu. */
function forward(
  backend: CpuBackend,
  x: Storage,
  filter: Storage,
  g: Geometry,
  bias: Storage | undefined,
  relu: boolean,
): Storage {
  const out = backend.allocate([g.images, g.outHeight, g.outWidth, g.outChannels]);
  if (sizeOf(out.shape) === 0) return out;
  const input = backend.block(x).pointer(), weights = backend.block(filter).pointer();
  const output = backend.block(out).pointer(),
    biasAt = bias === undefined ? 0 : backend.block(bias).pointer();
  if (isWinograd(g) && winogradWins(g.channels, g.outChannels, g.images * g.outHeight * g.outWidth)) {
    winograd(backend, { ...g, input, output, filter: weights, bias: biasAt, relu, flipped: false });
    return out;
  }
  const channels = g.channels / g.groups, outChannels = g.outChannels / g.groups;
  const taps = tapsOf(g), pixel = g.outChannels * 4;
  for (let group = 0; group < g.groups; group++) {
    product(backend, {
      input: input + group * channels * 4,
      height: g.height,
      width: g.width,
      pixelBytes: g.channels * 4,
      channels,
      images: g.images,
      rows: g.outHeight,
      columns: g.outWidth,
      strideY: g.strideY,
      strideX: g.strideX,
      output: output + group * outChannels * 4,
      imageBytes: g.outHeight * g.outWidth * pixel,
      rowBytes: g.outWidth * pixel,
      columnBytes: pixel,
      width8: outChannels,
      taps,
      bias: biasAt === 0 ? 0 : biasAt + group * outChannels * 4,
      relu,
      adjoining: adjoiningTaps(g),
    }, {
      from: [weights + group * outChannels * 4],
      rows: taps.length / 2 * channels,
      stride: pixel,
      transposed: false,
    });
  }
  return out;
}

/** Whether all are float32. */
function floats(...storages: Storage[]): boolean {
  return storages.every((storage) => storage.dtype === "float32");
}

const conv2d: Override = (call: Call, inherited: Kernel) => {
  const { x, filter } = call.inputs;
  const g = floats(x, filter) ? geometry(x.shape, filter.shape, call) : null;
  return g === null ? inherited(call) : forward(call.backend, x, filter, g, undefined, false);
};

const fusedConv2d: Override = (call: Call, inherited: Kernel) => {
  const { x, filter, bias, preluActivationWeights } = call.inputs;
  const { activation } = call.attrs;
  const g = floats(x, filter) ? geometry(x.shape, filter.shape, call) : null;
  if (g === null || (bias != null && sizeOf(bias.shape) !== g.outChannels)) return inherited(call);
  const out = forward(call.backend, x, filter, g, bias ?? undefined, activation === "relu");
  return isFused(activation) ? out : activate(call.backend, out, call.attrs, preluActivationWeights);
};

const conv2dInput: Override = (call: Call, inherited: Kernel) => {
  const { dy, filter } = call.inputs;
  const g = floats(dy, filter) ? geometry(call.attrs.inputShape, filter.shape, call) : null;
  return g === null ? inherited(call) : inputGradient(call.backend, dy, filter, g);
};

const conv2dFilter: Override = (call: Call, inherited: Kernel) => {
  const { x, dy } = call.inputs;
  const g = floats(x, dy) ? geometry(x.shape, call.attrs.filterShape, call) : null;
  return g === null ? inherited(call) : filterGradient(call.backend, x, dy, g);
};

/** This file's kernels by their TensorFlow.js names. */
export const convolutionKernels: Record<string, Override> = {
  Conv2D: conv2d,
  FusedConv2D: fusedConv2d,
  Conv2DBackpropInput: conv2dInput,
  Conv2DBackpropFilter: conv2dFilter,
};
