/** What must not compile: `deno check` is the test, and this file says nothing at run time. */
import { nn, randn, type Tensor } from "descent";
import { rule } from "../lib/autograd/rule.ts";

Deno.test("what must not compile is marked in this file, and deno check sees to it", () => {
  // @ts-expect-error: a tensor is no parameter, and in a field of that type it would stay out of parameters().
  const r: nn.Parameter = randn(3);
  const p: nn.Parameter = new nn.Parameter(randn(3));
  const t: Tensor = p;
  void [r, t];
});

export const misspelt = rule({
  maths: "",
  saves: {},
  // @ts-expect-error: a setting that the kernel does not have.
  forward: (k, [x]) => k.avgPool2d(x, { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }),
  gradient: "none: it does not compile",
});
export const unknown = rule({
  maths: "",
  saves: {},
  // @ts-expect-error: a kernel that there is not.
  forward: (k, [x]) => k.expp(x),
  gradient: "none: it does not compile",
});
