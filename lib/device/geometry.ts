/**
 * How windows move over images: sizes and offsets of convolutions and poolings, height before width.
 *
 * @module
 */

/** One number for rows and one for columns. */
export type Pair = readonly [rows: number, columns: number];

/** How a filter moves over an image. */
export interface Convolution {
  readonly strides: Pair;
  /** Rows of zeros above and below, columns of zeros left and right. */
  readonly padding: Pair;
  readonly dilations: Pair;
  /** How many groups the channels fall into; each output channel sees those of its own. */
  readonly groups: number;
}

/** How a pooling's window moves over an image. */
export interface Pooling {
  readonly kernel: Pair;
  readonly strides: Pair;
  /** Rows above and below, columns left and right; at most half the window. */
  readonly padding: Pair;
  /** Distance between the window's rows and between its columns; 1 by default. Averages take no other. */
  readonly dilations?: Pair;
  /** Whether a last window may hang over the far border, if it begins before it: false by default. */
  readonly ceil?: boolean;
}

/** How an average's window moves over an image. */
export interface Averaging extends Pooling {
  /**
   * What a window's sum is divided by: the number of pixels that it covers with those of the padding ("padded" by default), of
   * those inside of the image ("inside"), or a number.
   */
  readonly divisor?: "padded" | "inside" | number;
}

/**
 * How many places a window takes along one dimension. The last pixels may be left over, or, with `ceil`, have a window of their
 * own that hangs over the border. 0 if it does not fit.
 */
export function places(
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation = 1,
  ceil = false,
): number {
  const way = size + 2 * padding - dilation * (kernel - 1) - 1;
  const count = (ceil ? Math.ceil(way / stride) : Math.floor(way / stride)) + 1;
  // No window begins in the padding behind the image.
  return Math.max(0, ceil && (count - 1) * stride >= size + padding ? count - 1 : count);
}

/** All sizes of one convolution of images [N, C, H, W] with filters [out, C / groups, kH, kW]. */
export interface ConvolutionSizes {
  images: number;
  height: number;
  width: number;
  channels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  kernelHeight: number;
  kernelWidth: number;
  strideY: number;
  strideX: number;
  dilationY: number;
  dilationX: number;
  /** Padding above and on the left. */
  top: number;
  left: number;
  groups: number;
}

/** The sizes of a convolution, from its logical shapes. */
export function convolutionSizes(
  [images, channels, height, width]: readonly number[],
  [outChannels, , kernelHeight, kernelWidth]: readonly number[],
  { strides, padding, dilations, groups }: Convolution,
): ConvolutionSizes {
  return {
    ...{ images, height, width, channels, outChannels, kernelHeight, kernelWidth, groups },
    ...{ strideY: strides[0], strideX: strides[1], dilationY: dilations[0], dilationX: dilations[1] },
    ...{ top: padding[0], left: padding[1] },
    outHeight: places(height, kernelHeight, strides[0], padding[0], dilations[0]),
    outWidth: places(width, kernelWidth, strides[1], padding[1], dilations[1]),
  };
}

/** The shape [N, C, outH, outW] of pooled images [N, C, H, W]. */
export function pooledShape(
  [images, channels, height, width]: readonly number[],
  { kernel, strides, padding, dilations = [1, 1], ceil }: Pooling,
): number[] {
  return [
    images,
    channels,
    places(height, kernel[0], strides[0], padding[0], dilations[0], ceil),
    places(width, kernel[1], strides[1], padding[1], dilations[1], ceil),
  ];
}

/** All sizes of one pooling. */
export interface PoolSizes {
  images: number;
  channels: number;
  height: number;
  width: number;
  outHeight: number;
  outWidth: number;
  kernelHeight: number;
  kernelWidth: number;
  strideY: number;
  strideX: number;
  dilationY: number;
  dilationX: number;
  /** Padding above and on the left; as much is below and on the right. */
  top: number;
  left: number;
}

/** The sizes of a pooling of images of shape x to images of shape y. */
export function poolSizes(
  [images, channels, height, width]: readonly number[],
  [, , outHeight, outWidth]: readonly number[],
  { kernel, strides, padding, dilations = [1, 1] }: Pooling,
): PoolSizes {
  return {
    ...{ images, channels, height, width, outHeight, outWidth },
    ...{ kernelHeight: kernel[0], kernelWidth: kernel[1], strideY: strides[0], strideX: strides[1] },
    ...{ dilationY: dilations[0], dilationX: dilations[1], top: padding[0], left: padding[1] },
  };
}
