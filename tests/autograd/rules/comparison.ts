/** Checks of lib/autograd/rules/comparison.ts. */
import { tensor, where } from "descent";
import { Plain } from "../plain.ts";
import type { Check, Checks } from "../prove.ts";

/** Three shapes that broadcast; the condition is fixed. */
const choice: Check = (draw) => {
  const [a, b] = draw.pair();
  const whole = draw.array(a).zip(draw.array(b), () => 0).shape;
  const condition = Plain.build(draw.partner(whole), () => draw.int(0, 1));
  return {
    inputs: [draw.array(a), draw.array(b)],
    fn: (x, y) => {
      const chosen = tensor(Uint8Array.from(condition.data), { shape: condition.shape, dtype: "bool" });
      return x.where(chosen, y);
    },
    expected: (x, y) => {
      const either = x.zip(y, (p) => p).zip(condition, (p) => p),
        other = x.zip(y, (_, q) => q).zip(condition, (q) => q);
      return condition.expand(either.shape).zip(
        new Plain(either.shape, either.data.map((_, i) => i)),
        (c, i) => {
          return c ? either.data[i] : other.data[i];
        },
      );
    },
  };
};

export const checks: Checks = {
  "where() takes a where the condition holds, else b": choice,
  "where() takes numbers": (draw) => ({
    inputs: [draw.away(draw.shape(), 0)],
    fn: (x) => where(x.gt(0), x, -1),
    expected: (x) => x.map((p) => p > 0 ? p : -1),
  }),
};
