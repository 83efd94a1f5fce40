/**
 * Two-dimensional convolutions, channels last, filters [kH, kW, C / groups, O]; their gradients stand beside.
 *
 * @module
 */
import type { ConvolutionSizes } from "../../geometry.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import { product } from "../product.ts";
import { winograd, winogradWins } from "../winograd.ts";
import { adjoiningTaps, isWinograd, tapsOf } from "./taps.ts";

/** y = x ∗ filter, plus bias, relu. */
export function convolution(
  engine: Engine,
  x: Storage,
  filter: Storage,
  g: ConvolutionSizes,
  bias: Storage | null,
  relu: boolean,
): Storage {
  const out = engine.allocate([g.images, g.outHeight, g.outWidth, g.outChannels]);
  if (sizeOf(out.shape) === 0) return out;
  const input = engine.pointer(x), weights = engine.pointer(filter);
  const output = engine.pointer(out),
    biasAt = bias === null ? 0 : engine.pointer(bias);
  if (isWinograd(g) && winogradWins(g.channels, g.outChannels, g.images * g.outHeight * g.outWidth)) {
    winograd(engine, { ...g, input, output, filter: weights, bias: biasAt, relu, flipped: false });
    return out;
  }
  const channels = g.channels / g.groups, outChannels = g.outChannels / g.groups;
  const taps = tapsOf(g), pixel = g.outChannels * 4;
  for (let group = 0; group < g.groups; group++) {
    product(engine, {
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
