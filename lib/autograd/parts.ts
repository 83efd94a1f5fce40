/**
 * The gradients of slices on their way to what they are slices of: they are laid side by side once all are there. Each as an array of
 * zeros with a part in it, and the sum of these, would take a pass over the whole for every slice: a recurrent network's sequence is
 * cut into as many as it has steps.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import type { Slice } from "../device/kernels.ts";
import type { Storage } from "../device/storage.ts";

/** A slice's gradient. */
export interface Part {
  readonly slice: Slice;
  readonly gradient: Storage;
}

/** The gradient of the whole; takes the parts. */
export function whole(device: Device, shape: readonly number[], parts: readonly Part[]): Storage {
  const { arena, kernels } = device, lines = parts.length > 1 ? inLine(shape, parts) : null;
  const made = arena.tidy(() => {
    if (lines !== null) return kernels.concat(filled(device, shape, lines.dim, lines.parts), lines.dim);
    const [first, ...rest] = parts.map((part) => kernels.sliceGrad(part.gradient, shape, part.slice));
    return rest.reduce((sum, one) => kernels.add(sum, one), first);
  });
  for (const { gradient } of parts) device.free(gradient);
  return made;
}

/** The parts one after the other along the only dimension that they do not fill; null where they are not so. */
function inLine(shape: readonly number[], parts: readonly Part[]): { dim: number; parts: Part[] } | null {
  const dim = shape.findIndex((n, d) => parts[0].slice.size[d] !== n);
  const fits = dim >= 0 &&
    parts.every(({ slice: { size, step } }) =>
      step.every((n) => n === 1) && size.every((n, d) => d === dim || n === shape[d])
    );
  if (!fits) return null;
  const sorted = [...parts].sort((a, b) => a.slice.begin[dim] - b.slice.begin[dim]);
  const apart = sorted.every(({ slice }, i) =>
    i === 0 || slice.begin[dim] >= sorted[i - 1].slice.begin[dim] + sorted[i - 1].slice.size[dim]
  );
  return apart ? { dim, parts: sorted } : null;
}

/** The parts with zeros where there is none. */
function filled(device: Device, shape: readonly number[], dim: number, parts: readonly Part[]): Storage[] {
  const pieces: Storage[] = [];
  let at = 0;
  const zerosTo = (end: number) => {
    if (end > at) pieces.push(device.kernels.fill(shape.map((n, d) => d === dim ? end - at : n), 0));
    at = end;
  };
  for (const { slice, gradient } of parts) {
    zerosTo(slice.begin[dim]);
    pieces.push(gradient);
    at += slice.size[dim];
  }
  zerosTo(shape[dim]);
  return pieces;
}
