/** Borders: constant ones, and such that continue an image by itself. */
import { text } from "../device/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { describe, isNumbers } from "../text/arguments.ts";
import { checkRoom } from "./room.ts";

/** What a border is made of: a number, the mirror image, the outermost pixel, or the other side. */
export type PaddingMode = "constant" | "reflect" | "replicate" | "circular";

/**
 * x with a border, as `F.pad` says.
 *
 * @param name The function or layer that is asked for it, for the errors.
 * @throws {RangeError} if the border does not fit.
 * @throws {TypeError} if it is no list of numbers.
 */
export function bordered(
  name: string,
  x: Tensor,
  padding: readonly number[],
  mode: PaddingMode,
  value = 0,
): Tensor {
  const border = checkBorder(name, padding, x.shape);
  if (mode === "constant") return withConstant(x, border, value);
  const count = padding.length / 2;
  if (x.ndim !== count + 1 && x.ndim !== count + 2) {
    throw new RangeError(
      `${name}: a border of mode "${mode}" around ${count} dimension${
        count === 1 ? "" : "s"
      } needs a tensor of ${count + 1} or ${count + 2} dimensions, not shape ${text(x.shape)}`,
    );
  }
  checkRoom(name, x.device, x.shape.map((n, dim) => n + border[dim][0] + border[dim][1]));
  return border.reduce((y, pair, dim) => continued(name, y, dim, pair, mode), x.clone());
}

/** Before and after, for every dimension from the front. */
function checkBorder(
  name: string,
  padding: readonly number[],
  shape: readonly number[],
): [before: number, after: number][] {
  if (!isNumbers(padding)) {
    throw new TypeError(
      `${name}: the padding is a list of numbers such as [left, right, top, bottom], not ${
        describe(padding)
      }`,
    );
  }
  const count = padding.length / 2, fits = padding.every((n) => Number.isSafeInteger(n));
  if (!fits || !Number.isInteger(count) || count > shape.length) {
    throw new RangeError(
      `${name}: two whole numbers a dimension are needed, for at most the ${shape.length} of shape ${
        text(shape)
      }, not ${describe(padding)}`,
    );
  }
  const border = shape.map((): [number, number] => [0, 0]);
  for (let i = 0; i < count; i++) border[shape.length - 1 - i] = [padding[2 * i], padding[2 * i + 1]];
  border.forEach(([before, after], dim) => {
    if (shape[dim] + before + after >= 0 && shape[dim] + Math.min(before, 0) + Math.min(after, 0) >= 0) {
      return;
    }
    throw new RangeError(
      `${name}: a padding of ${before} and ${after} cuts more off than the ${
        shape[dim]
      } of dimension ${dim} of shape ${text(shape)}`,
    );
  });
  return border;
}

function withConstant(x: Tensor, border: readonly [number, number][], value: number): Tensor {
  const cut = border.some((pair) => pair.some((n) => n < 0));
  const inside = cut
    ? x.at(...border.map(([before, after], dim): [number, number] => {
      return [Math.max(0, -before), x.shape[dim] + Math.min(0, after)];
    }))
    : x;
  return inside.pad(
    border.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const),
    value,
  );
}

/** How a mode says in a sentence how wide its border may be, and what it may not be. */
const LIMITS = {
  reflect: ["less than", (n: number) => n - 1],
  circular: ["at most", (n: number) => n],
  replicate: ["", () => Infinity],
} as const;

/** x with a border along one dimension that repeats its own places. */
function continued(
  name: string,
  x: Tensor,
  dim: number,
  [before, after]: readonly [number, number],
  mode: Exclude<PaddingMode, "constant">,
): Tensor {
  if (before === 0 && after === 0) return x;
  const size = x.shape[dim], [how, limit] = LIMITS[mode];
  const widest = Math.max(before, after);
  // A circle is closed after something was cut off; a mirror stands where it stood before.
  const start = mode === "circular" ? Math.max(0, -before) : 0;
  const period = mode === "circular" ? size - start + Math.min(0, after) : size;
  if (widest > limit(size) || period === 0) {
    throw new RangeError(
      period === 0
        ? `${name}: there is nothing to continue in shape ${text(x.shape)}`
        : `${name}: a padding of ${widest} must be ${how} the ${size} of dimension ${dim} of shape ${
          text(x.shape)
        } in mode "${mode}"`,
    );
  }
  const places = Array.from({ length: before + size + after }, (_, i) => {
    return start + place(i - before - start, period, mode);
  });
  return x.indexSelect(dim, places);
}

/** The place that stands at i, which may lie outside. */
function place(i: number, size: number, mode: Exclude<PaddingMode, "constant">): number {
  if (mode === "circular") return (i % size + size) % size;
  if (mode === "replicate") return Math.min(size - 1, Math.max(0, i));
  return i < 0 ? -i : i < size ? i : 2 * (size - 1) - i;
}
