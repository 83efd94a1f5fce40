/**
 * Random numbers: Philox 4×32-10. See KERNELS.md.
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import { type Call, type Kernel, sizeOf } from "../kernel.ts";

const DISTRIBUTIONS: Record<string, number> = { uniform: 0, normal: 1, dropout: 2 };

function philox({ attrs, backend }: Call): Storage {
  const { shape, distribution, seed, offset, p = 0 } = attrs;
  const kind = DISTRIBUTIONS[distribution];
  if (kind === undefined) {
    throw new RangeError(
      `Philox: unknown distribution "${distribution}"; it is "uniform", "normal" or "dropout".`,
    );
  }
  const out = backend.allocate(shape);
  backend.kernels.launch(
    "philox",
    Math.ceil(sizeOf(shape) / 16),
    kind === 1 ? 300 : 30,
    ...[
      kind,
      backend.block(out).pointer(),
      seed[0] | 0,
      seed[1] | 0,
      offset | 0,
      Math.floor(offset / 2 ** 32) | 0,
    ],
    // A word's upper 24 bits below the threshold are below p: exact, and the same on every device.
    ...[Math.ceil(p * 2 ** 24), 1 / (1 - p)],
  );
  return out;
}

/** This file's kernels; they are ours alone (see KERNELS.md). */
export const randomKernels: Record<string, Kernel> = { Philox: philox };
