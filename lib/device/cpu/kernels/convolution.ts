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
import { type Part, whole, winograd, winogradWins } from "../winograd.ts";
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
  const parts = isWinograd(g) && winogradWins(g.channels, g.outChannels, g.images * g.outHeight * g.outWidth)
    ? winograd(engine, { ...g, input, output, filter: weights, bias: biasAt, relu, flipped: false })
    : [whole(g)];
  for (const part of parts) sumPlainly(engine, g, part, input, weights, output, biasAt, relu);
  return out;
}

/** A part of a convolution as a product of matrices. */
function sumPlainly(
  engine: Engine,
  g: ConvolutionSizes,
  part: Part,
  input: number,
  weights: number,
  output: number,
  bias: number,
  relu: boolean,
): void {
  const channels = g.channels / g.groups, outChannels = g.outChannels / g.groups;
  const pixel = g.outChannels * 4,
    imageBytes = g.outHeight * g.outWidth * pixel,
    rowBytes = g.outWidth * pixel;
  const from = input + part.image * g.height * g.width * g.channels * 4;
  const to = output + part.image * imageBytes + part.row * rowBytes + part.column * pixel;
  const taps = tapsOf(g, part.row * g.strideY, part.column * g.strideX);
  for (let group = 0; group < g.groups; group++) {
    product(engine, {
      input: from + group * channels * 4,
      height: g.height,
      width: g.width,
      pixelBytes: g.channels * 4,
      channels,
      images: part.images,
      rows: part.rows,
      columns: part.columns,
      strideY: g.strideY,
      strideX: g.strideX,
      output: to + group * outChannels * 4,
      imageBytes,
      rowBytes,
      columnBytes: pixel,
      width8: outChannels,
      taps,
      bias: bias === 0 ? 0 : bias + group * outChannels * 4,
      relu,
      adjoining: adjoiningTaps(g),
    }, {
      from: [weights + group * outChannels * 4],
      rows: taps.length / 2 * channels,
      stride: pixel,
      transposed: false,
    });
  }
}
