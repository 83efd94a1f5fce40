/**
 * The order of numbers along a dimension.
 *
 * @module
 */
import * as check from "../check.ts";
import { around, type HostArray, zeros } from "./array.ts";

/** Whether a comes before b where both are sorted upwards: NaN is larger than all. */
function before(a: number, b: number): boolean {
  return Number.isNaN(b) ? !Number.isNaN(a) : a < b;
}

/** {@linkcode Kernels.argsort} */
export function argsort(x: HostArray, dim: number, descending: boolean): HostArray {
  check.ordered("argsort", x, dim);
  const y = zeros(x.shape, "int32");
  const { outer, size, inner } = around(x.shape, dim);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (j: number) => (o * size + j) * inner + i;
      const places = Array.from({ length: size }, (_, j) => j).sort((p, q) => {
        const [a, b] = [x.data[at(p)], x.data[at(q)]];
        const upwards = before(a, b) ? -1 : before(b, a) ? 1 : 0;
        return (descending ? -upwards : upwards) || p - q;
      });
      places.forEach((place, j) => y.data[at(j)] = place);
    }
  }
  return y;
}
