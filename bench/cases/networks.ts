/**
 * The networks of the chapters, and small ones.
 *
 * @module
 */
import type { Conv, Layer } from "./network.ts";

const relu: Layer = { kind: "relu" };
const flatten: Layer = { kind: "flatten" };
const dropout: Layer = { kind: "dropout", p: 0.5 };

function conv(inputs: number, outputs: number, kernel: number, stride = 1, padding = 0): Conv {
  return { kind: "conv", inputs, outputs, kernel, stride, padding };
}

function linear(inputs: number, outputs: number): Layer {
  return { kind: "linear", inputs, outputs };
}

function maxPool(kernel: number, stride: number, padding = 0): Layer {
  return { kind: "maxPool", kernel, stride, padding };
}

function norm(features: number, images = true): Layer {
  return { kind: "norm", features, images };
}

/** 784-256-10, as chapter 4's. */
export const mlp: Layer[] = [linear(784, 256), relu, linear(256, 10)];

/** LeNet, with the nonlinearity and the pooling of today. */
export const lenet: Layer[] = [
  ...[conv(1, 6, 5, 1, 2), relu, maxPool(2, 2)],
  ...[conv(6, 16, 5), relu, maxPool(2, 2), flatten],
  ...[linear(400, 120), relu, linear(120, 84), relu, linear(84, 10)],
];

/** Chapter 5's network; with normalization, chapter 6's. */
export function alexnet(normalize: boolean): Layer[] {
  const norm2d = (features: number) => normalize ? [norm(features)] : [];
  return [
    ...[conv(1, 96, 11, 4), relu, ...norm2d(96), maxPool(3, 2)],
    ...[conv(96, 256, 5, 1, 2), relu, maxPool(3, 2)],
    ...[conv(256, 384, 3, 1, 1), relu, ...norm2d(384)],
    ...[conv(384, 384, 3, 1, 1), relu],
    ...[conv(384, 256, 3, 1, 1), relu, ...norm2d(256), maxPool(3, 2), flatten],
    ...[linear(6400, 4096), relu, ...(normalize ? [norm(4096, false)] : []), dropout],
    ...[linear(4096, 4096), relu, dropout, linear(4096, 10)],
  ];
}

function residual(inputs: number, outputs: number, stride = 1): Layer {
  return {
    kind: "residual",
    body: [
      ...[conv(inputs, outputs, 3, stride, 1), norm(outputs), relu],
      ...[conv(outputs, outputs, 3, 1, 1), norm(outputs)],
    ],
    shortcut: stride === 1 ? null : conv(inputs, outputs, 1, stride),
  };
}

/** Chapter 7's network. */
export const resnet18: Layer[] = [
  ...[conv(1, 64, 7, 2, 3), norm(64), relu, maxPool(3, 2, 1)],
  ...[residual(64, 64), residual(64, 64), residual(64, 128, 2), residual(128, 128)],
  ...[residual(128, 256, 2), residual(256, 256), residual(256, 512, 2), residual(512, 512)],
  ...[{ kind: "meanPool" } as const, flatten, linear(512, 10)],
];

/** A small one for pictures of 28 × 28: one block of 16, 32 and 64 channels each. */
export const resnet8: Layer[] = [
  ...[conv(1, 16, 3, 1, 1), norm(16), relu],
  ...[residual(16, 16), residual(16, 32, 2), residual(32, 64, 2)],
  ...[{ kind: "meanPool" } as const, flatten, linear(64, 10)],
];
