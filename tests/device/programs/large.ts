/** Makes large tensors one after the other, and says how much the process grew by each, at most, beside what it held itself. */
import { arange, type Tensor, tensor, useDevice, zeros } from "descent";

await useDevice("cpu");
const n = 2 ** 27, int32 = { dtype: "int32" } as const, bool = { dtype: "bool" } as const;

/** From booleans to floats: each is as large as all before it, so that memory taken once does not hide what comes. */
const makes: Record<string, [expected: number, make: () => Tensor]> = {
  "zeros of bool": [n, () => zeros([n], bool)],
  "zeros of int32": [4 * n, () => zeros([n], int32)],
  "arange of int32": [4 * n, () => arange(0, n, 1, int32)],
  "an Int32Array": [4 * n, () => tensor(new Int32Array(n))],
  "a Uint8Array as bool": [4 * n, () => tensor(new Uint8Array(n), bool)],
  "zeros of float32": [4 * n, () => zeros(n)],
};

const grown: Record<string, { bytes: number; expected: number }> = {};
const before = Deno.memoryUsage().rss;
for (const [what, [expected, make]] of Object.entries(makes)) {
  const x = make();
  if (x.size !== n) throw new Error(`${what} has ${x.size} elements`);
  grown[what] = { bytes: Deno.memoryUsage().rss - before, expected };
  x.value.buffer.free("when it was measured");
}
console.log(JSON.stringify(grown));
