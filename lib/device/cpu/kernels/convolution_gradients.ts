/**
 * The two gradients of a convolution: that of its input and that of its filter.
 *
 * @module
 */
import type { ConvolutionSizes } from "../../geometry.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import { product, productTransposed } from "../product.ts";
import { type Part, whole, winograd, winogradFilterGradient, winogradWins } from "../winograd.ts";
import { adjoiningTaps, isWinograd, tapsOf } from "./taps.ts";

/**
 * dx: a convolution of dy with the transposed filter. With stride s the input pixels fall into s × s phases, each of
 * which meets its own share of the taps, at stride 1: no zeros are multiplied.
 */
export function inputGradient(engine: Engine, dy: Storage, filter: Storage, g: ConvolutionSizes): Storage {
  const out = engine.allocate([g.images, g.height, g.width, g.channels]);
  if (sizeOf(out.shape) === 0) return out;
  const output = engine.pointer(out);
  let parts = [whole({ images: g.images, outHeight: g.height, outWidth: g.width })];
  if (
    isWinograd(g) && sizeOf(dy.shape) > 0 &&
    winogradWins(g.outChannels, g.channels, g.images * g.height * g.width)
  ) {
    parts = winograd(engine, {
      ...{
        input: engine.pointer(dy),
        output,
        filter: engine.pointer(filter),
        bias: 0,
        relu: false,
      },
      ...{ images: g.images, height: g.outHeight, width: g.outWidth, channels: g.outChannels },
      ...{ outHeight: g.height, outWidth: g.width, outChannels: g.channels },
      ...{ top: 2 - g.top, left: 2 - g.left, flipped: true },
    });
  }
  for (const part of parts) sumPlainly(engine, dy, filter, g, out, part);
  return out;
}

/** A part of dx as products of matrices, one a phase; only all of it where the stride is not 1. */
function sumPlainly(
  engine: Engine,
  dy: Storage,
  filter: Storage,
  g: ConvolutionSizes,
  out: Storage,
  part: Part,
): void {
  const output = engine.pointer(out);
  const phases: { y: number; x: number; taps: number[]; tapIndices: number[] }[] = [];
  let empty = sizeOf(dy.shape) === 0;
  for (let y = 0; y < Math.min(g.strideY, g.height); y++) {
    for (let x = 0; x < Math.min(g.strideX, g.width); x++) {
      const taps: number[] = [], tapIndices: number[] = [];
      for (let ky = 0; ky < g.kernelHeight; ky++) {
        const fromY = y + part.row + g.top - ky * g.dilationY;
        if (fromY % g.strideY !== 0) continue;
        for (let kx = 0; kx < g.kernelWidth; kx++) {
          const fromX = x + part.column + g.left - kx * g.dilationX;
          if (fromX % g.strideX !== 0) continue;
          taps.push(fromY / g.strideY, fromX / g.strideX);
          tapIndices.push(ky * g.kernelWidth + kx);
        }
      }
      if (tapIndices.length === 0) empty = true;
      else phases.push({ y, x, taps, tapIndices });
    }
  }
  if (empty) engine.wasm.launch("fill", Math.ceil(sizeOf(out.shape) / 4), 1, output, 0);
  if (sizeOf(dy.shape) === 0) return;
  const input = engine.pointer(dy), weights = engine.pointer(filter);
  const channels = g.channels / g.groups, outChannels = g.outChannels / g.groups;
  const pixel = g.channels * 4, rowBytes = g.width * pixel, imageBytes = g.height * rowBytes;
  const to = output + part.image * imageBytes + part.row * rowBytes + part.column * pixel;
  const from = input + part.image * g.outHeight * g.outWidth * g.outChannels * 4;
  for (let group = 0; group < g.groups; group++) {
    for (const phase of phases) {
      product(engine, {
        input: from + group * outChannels * 4,
        height: g.outHeight,
        width: g.outWidth,
        pixelBytes: g.outChannels * 4,
        channels: outChannels,
        images: part.images,
        rows: Math.ceil((part.rows - phase.y) / g.strideY),
        columns: Math.ceil((part.columns - phase.x) / g.strideX),
        strideY: 1,
        strideX: 1,
        output: to + phase.y * rowBytes + phase.x * pixel + group * channels * 4,
        imageBytes,
        rowBytes: g.strideY * rowBytes,
        columnBytes: g.strideX * pixel,
        width8: channels,
        taps: Int32Array.from(phase.taps),
        bias: 0,
        relu: false,
        adjoining: 1,
      }, {
        from: phase.tapIndices.map((tap) =>
          weights + (tap * channels * g.outChannels + group * outChannels) * 4
        ),
        rows: outChannels,
        stride: g.outChannels * 4,
        transposed: true,
      });
    }
  }
}

/** dFilter[tap, c, o] = Σ over output pixels of x[pixel under tap, c] · dy[pixel, o]. */
export function filterGradient(engine: Engine, x: Storage, dy: Storage, g: ConvolutionSizes): Storage {
  const channels = g.channels / g.groups, outChannels = g.outChannels / g.groups;
  const out = engine.allocate([g.kernelHeight, g.kernelWidth, channels, g.outChannels]);
  if (sizeOf(out.shape) === 0) return out;
  const output = engine.pointer(out);
  if (sizeOf(dy.shape) === 0) {
    engine.wasm.launch("fill", Math.ceil(sizeOf(out.shape) / 4), 1, output, 0);
    return out;
  }
  const input = engine.pointer(x), right = engine.pointer(dy);
  if (
    isWinograd(g) && outChannels % 8 === 0 &&
    winogradWins(channels, outChannels, g.images * g.outHeight * g.outWidth) &&
    winogradFilterGradient(engine, {
      ...{ ...g, input, output: right, filter: output },
      ...{ bias: 0, relu: false, flipped: false },
    })
  ) return out;
  for (let group = 0; group < g.groups; group++) {
    productTransposed(engine, {
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
      imageBytes: 0,
      rowBytes: g.outChannels * 4,
      columnBytes: 0,
      width8: outChannels,
      taps: tapsOf(g),
      bias: 0,
      relu: false,
      adjoining: adjoiningTaps(g),
    }, {
      from: [right + group * outChannels * 4],
      rows: g.images * g.outHeight * g.outWidth,
      stride: g.outChannels * 4,
      transposed: false,
    });
  }
  return out;
}
