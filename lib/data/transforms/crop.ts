/** More around an image, or less of it. */
import {
  checkBoolean,
  checkChoice,
  checkOptions,
  checkRange,
  describe,
  isNumbers,
  surplus,
} from "../../text/arguments.ts";
import { pair, type Size } from "../../tensor/shape.ts";
import type { Format, Pixels } from "../image.ts";
import { fillFor } from "./options.ts";
import { fixed, type FixedTransform, random, type Transform } from "./plan.ts";

/** What is around an image: one value; its outermost pixels again; its mirror image, without or with those. */
export type PaddingMode = "constant" | "edge" | "reflect" | "symmetric";

/** A number for all four sides; one for left and right and one for top and bottom; or left, top, right, bottom. */
export type Padding =
  | number
  | readonly [x: number, y: number]
  | readonly [
    left: number,
    top: number,
    right: number,
    bottom: number,
  ];

/** Options of {@linkcode pad}. */
export interface PadOptions {
  /** The value of the new pixels, where the mode is "constant": 0 by default. */
  fill?: number;
  /** What is put there: "constant" by default. */
  paddingMode?: PaddingMode;
}

/** Options of {@linkcode randomCrop}. */
export interface RandomCropOptions extends PadOptions {
  /** How much is put around the image before, as by {@linkcode pad}: nothing by default. */
  padding?: Padding;
  /** Whether an image that is still too small is padded on both sides by what it lacks: false by default. */
  padIfNeeded?: boolean;
}

const MODES = ["constant", "edge", "reflect", "symmetric"] as const;

/** One dimension of an image with something around it: which of its places is seen at each; −1: none. */
type Line = Int32Array;

function line(name: string, size: number, before: number, after: number, mode: PaddingMode): Line {
  const most = mode === "reflect" ? size - 1 : mode === "symmetric" ? size : Infinity;
  if (Math.max(before, after) > most) {
    throw new RangeError(
      `${name}: ${
        Math.max(before, after)
      } pixels beside ${size} cannot be its mirror image; with paddingMode "${mode}" it is at most ${most}`,
    );
  }
  return Int32Array.from({ length: before + size + after }, (_, i) => {
    const place = i - before, beyond = place >= size;
    if (place >= 0 && !beyond) return place;
    switch (mode) {
      case "constant":
        return -1;
      case "edge":
        return beyond ? size - 1 : 0;
      case "reflect":
        return beyond ? 2 * (size - 1) - place : -place;
      case "symmetric":
        return beyond ? 2 * size - 1 - place : -1 - place;
    }
  });
}

/** A line around which there is something already, with more around it. */
function around(name: string, inner: Line, more: number, mode: PaddingMode): Line {
  if (more <= 0) return inner;
  return line(name, inner.length, more, more, mode).map((place) => place < 0 ? -1 : inner[place]);
}

/** Copies a part of an image with something around it. */
function cut(
  source: Pixels,
  target: Pixels,
  { shape: [channels, height, width] }: Format,
  { rows, columns, fill }: { rows: Line; columns: Line; fill: number },
  [top, left]: readonly [number, number],
  [toHeight, toWidth]: readonly [number, number],
): void {
  for (let channel = 0, at = 0; channel < channels; channel++) {
    for (let y = 0; y < toHeight; y++, at += toWidth) {
      const row = rows[top + y];
      if (row < 0) {
        target.fill(fill, at, at + toWidth);
        continue;
      }
      const from = (channel * height + row) * width;
      for (let x = 0; x < toWidth; x++) {
        const column = columns[left + x];
        target[at + x] = column < 0 ? fill : source[from + column];
      }
    }
  }
}

/** Left, top, right, bottom. */
function sides(name: string, padding: unknown): [number, number, number, number] {
  const list = typeof padding === "number" ? [padding] : padding;
  const numbers = isNumbers(list);
  if (!numbers || ![1, 2, 4].includes(list.length) || !list.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    const message =
      `${name}: padding must be one whole number ≥ 0, two for [left and right, top and bottom], or four for ` +
      `[left, top, right, bottom], not ${describe(padding)}`;
    throw numbers ? new RangeError(message) : new TypeError(message);
  }
  const [left, top = left, right = left, bottom = top] = list;
  return [left, top, right, bottom];
}

function checkPad(name: string, { fill = 0, paddingMode = "constant" }: PadOptions): Required<PadOptions> {
  return {
    fill: checkRange(name, "fill", fill),
    paddingMode: checkChoice(name, "paddingMode", paddingMode, MODES),
  };
}

/**
 * Puts pixels around an image, as torchvision's Pad.
 *
 * PyTorch: `torchvision.transforms.Pad`.
 *
 * @param padding How many: one number for all sides, [left and right, top and bottom], or [left, top, right, bottom].
 * @param options fill, paddingMode.
 * @returns The transform; it throws a RangeError if a mirror image is not large enough, or `fill` does not fit an image of bytes.
 * @throws {RangeError} if a number is no whole one ≥ 0, or there is no such mode.
 * @throws {TypeError} if something is of another kind, or there is no such option.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const image = { data: new Uint8Array([1, 2, 3]), shape: [1, 1, 3] } as const;
 * assertEquals([...transforms.pad([1, 0])(image).data], [0, 1, 2, 3, 0]);
 * assertEquals([...transforms.pad([2, 0], { paddingMode: "reflect" })(image).data], [3, 2, 1, 2, 3, 2, 1]);
 * ```
 */
export function pad(padding: Padding, options: PadOptions = {}): FixedTransform {
  if (arguments.length > 2) surplus("pad", arguments, 2, "the sides are one list, as in pad([1, 2])");
  checkOptions("pad", options, ["fill", "paddingMode"]);
  const [left, top, right, bottom] = sides("pad", padding), { fill, paddingMode } = checkPad("pad", options);
  return fixed("pad", (format) => {
    const [channels, height, width] = format.shape;
    const window = {
      rows: line("pad", height, top, bottom, paddingMode),
      columns: line("pad", width, left, right, paddingMode),
      fill: fillFor("pad", "fill", fill, format),
    };
    const size = [window.rows.length, window.columns.length] as const;
    return {
      result: { shape: [channels, ...size], bytes: format.bytes },
      scalings: null,
      run: (source, target) => cut(source, target, format, window, [0, 0], size),
    };
  });
}

/**
 * The middle of an image, as torchvision's CenterCrop: what is larger than the image has 0 around it.
 *
 * PyTorch: `torchvision.transforms.CenterCrop`.
 *
 * @param size The height and the width wanted, or one number for both.
 * @returns The transform.
 * @throws {RangeError} if a size is no whole number ≥ 1.
 * @throws {TypeError} if it is no number.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const image = { data: new Uint8Array([1, 2, 3, 4, 5]), shape: [1, 1, 5] } as const;
 * assertEquals([...transforms.centerCrop([1, 3])(image).data], [2, 3, 4]);
 * ```
 */
export function centerCrop(size: Size): FixedTransform {
  if (arguments.length > 1) surplus("centerCrop", arguments, 1, "a height and a width are one list");
  const [toHeight, toWidth] = pair("centerCrop", "size", size, 1);
  return fixed("centerCrop", (format) => {
    const [channels, height, width] = format.shape;
    const [rows, top] = middle(height, toHeight), [columns, left] = middle(width, toWidth);
    return {
      result: { shape: [channels, toHeight, toWidth], bytes: format.bytes },
      scalings: null,
      run: (source, target) =>
        cut(source, target, format, { rows, columns, fill: 0 }, [top, left], [toHeight, toWidth]),
    };
  });
}

/** A line that is long enough, and where its middle begins: of two middles the one that Python's round() gives. */
function middle(size: number, wanted: number): [Line, number] {
  if (wanted > size) {
    const lacking = wanted - size, before = Math.floor(lacking / 2);
    return [line("centerCrop", size, before, lacking - before, "constant"), 0];
  }
  const half = Math.floor((size - wanted) / 2), isMiddle = (size - wanted) % 2 === 0;
  return [line("centerCrop", size, 0, 0, "constant"), isMiddle || half % 2 === 0 ? half : half + 1];
}

/**
 * A part of an image at a random place, as torchvision's RandomCrop. `randomCrop(32, { padding: 4 })` shifts images of 32 × 32
 * pixels by up to four.
 *
 * PyTorch: `torchvision.transforms.RandomCrop`.
 *
 * @param size The height and the width of the part, or one number for both.
 * @param options padding, padIfNeeded, fill, paddingMode.
 * @returns The transform; it throws a RangeError if the image is too small.
 * @throws {RangeError} if a number is no whole one, or there is no such mode.
 * @throws {TypeError} if something is of another kind, or there is no such option.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const image = { data: new Uint8Array([1, 2, 3]), shape: [1, 1, 3] } as const;
 * const shift = transforms.randomCrop([1, 3], { padding: [1, 0] });
 * assertEquals([...shift(image, () => 0).data], [0, 1, 2]);
 * assertEquals([...shift(image, () => 0.99).data], [2, 3, 0]);
 * ```
 */
export function randomCrop(size: Size, options: RandomCropOptions = {}): Transform {
  if (arguments.length > 2) surplus("randomCrop", arguments, 2, "a height and a width are one list");
  const [toHeight, toWidth] = pair("randomCrop", "size", size, 1);
  checkOptions("randomCrop", options, ["padding", "padIfNeeded", "fill", "paddingMode"]);
  const { padding = 0, padIfNeeded = false } = options;
  const [left, top, right, bottom] = sides("randomCrop", padding),
    { fill, paddingMode } = checkPad("randomCrop", options);
  checkBoolean("randomCrop", "padIfNeeded", padIfNeeded);
  return random("randomCrop", (format) => {
    const [channels, height, width] = format.shape;
    const enough = (size: number, before: number, after: number, wanted: number) => {
      const padded = line("randomCrop", size, before, after, paddingMode);
      return padIfNeeded ? around("randomCrop", padded, wanted - padded.length, paddingMode) : padded;
    };
    const window = {
      rows: enough(height, top, bottom, toHeight),
      columns: enough(width, left, right, toWidth),
      fill: fillFor("randomCrop", "fill", fill, format),
    };
    const down = window.rows.length - toHeight, aside = window.columns.length - toWidth;
    if (down < 0 || aside < 0) {
      throw new RangeError(
        `randomCrop: a part of ${toHeight} × ${toWidth} does not fit into ${window.rows.length} × ${window.columns.length} ` +
          "pixels; { padIfNeeded: true } makes room",
      );
    }
    const among = (random: () => number, most: number) => most === 0 ? 0 : Math.floor(random() * (most + 1));
    return {
      result: { shape: [channels, toHeight, toWidth], bytes: format.bytes },
      scalings: null,
      run(source, target, random) {
        const y = among(random, down), x = among(random, aside);
        cut(source, target, format, window, [y, x], [toHeight, toWidth]);
      },
    };
  });
}
