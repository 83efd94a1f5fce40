/**
 * How large what is measured is.
 *
 * @module
 */

/** Sizes of a run. */
export interface Size {
  /** Whether they are those for software adapters. */
  small: boolean;
  /** Seconds for each case. */
  seconds: number;
  /** The side of the networks' pictures. */
  side: number;
  /** Of networks and convolutions, from the most telling on. */
  batches: number[];
  /** Rows of the square matrices that are multiplied. */
  products: number[];
  /** Numbers that are copied. */
  copied: number;
  /** Made-up digits of an epoch. */
  digits: number;
}

/** For a GPU. */
export const SIZES: Size = {
  small: false,
  seconds: 1.5,
  side: 224,
  batches: [32, 1, 128],
  products: [4096, 1024, 2048, 8192],
  copied: 2 ** 26,
  digits: 60_000,
};

/** For an adapter that computes on the processor. */
export const SMALL: Size = {
  small: true,
  seconds: 0.3,
  side: 64,
  batches: [1],
  products: [256, 512],
  copied: 2 ** 22,
  digits: 256,
};
