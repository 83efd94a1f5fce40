/** Checks of lib/autograd/rules/indexing.ts. */
import { tensor } from "descent";
import { Plain } from "../plain.ts";
import type { Checks } from "../prove.ts";

export const checks: Checks = {
  "gather() picks along a dimension, the same element several times too": (draw) => {
    const shape = draw.shape(1, 4), dim = draw.int(0, shape.length - 1);
    const sizes = shape.map((n, d) =>
      d === dim ? (n === 0 ? 0 : draw.int(1, 4)) : draw.int(Math.min(n, 1), n)
    );
    const picks = Plain.build(sizes, () => draw.int(0, shape[dim] - 1));
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.gather(dim, tensor(Int32Array.from(picks.data), { shape: sizes })),
      expected: (x) => Plain.build(sizes, (at) => x.at(at.with(dim, picks.at(at)))),
    };
  },
};
