/**
 * The attributes of TensorFlow.js' StridedSlice, read alike for both devices.
 *
 * @module
 */
import { slice_util } from "@tensorflow/tfjs-core";

/** A part of an array, and the shape that it is given in the end. */
export interface StridedPart {
  begin: number[];
  strides: number[];
  /** How many elements along each dimension of the array. */
  size: number[];
  /** Dimensions of a single index left out, new ones put in. */
  shape: number[];
}

/** The part that is meant. */
export function stridedPart(shape: number[], attrs: Record<string, unknown>): StridedPart {
  const numbers = (name: string) => attrs[name] as number[], mask = (name: string) => Number(attrs[name]);
  const { begin, end, strides, finalShape } = slice_util.sliceInfo(
    shape,
    ...([numbers("begin"), numbers("end"), numbers("strides")] as const),
    mask("beginMask"),
    mask("endMask"),
    mask("ellipsisMask"),
    mask("newAxisMask"),
    mask("shrinkAxisMask"),
  );
  const size = slice_util.computeOutShape(begin, end, strides).map((n) => Math.max(0, n));
  return { begin, strides, size, shape: finalShape };
}
