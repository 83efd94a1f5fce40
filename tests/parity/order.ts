/**
 * The library's side of tools/fixtures/order.py: what goes along one dimension, or folds several.
 *
 * @module
 */
import type { Tensor, ValuesAndIndices } from "descent";
import type { Settings } from "./operation.ts";
import type { Several } from "./sequences.ts";

/** JSON has no Infinity. */
const power = (p: Settings[string]) => p === "inf" ? Infinity : p === "-inf" ? -Infinity : p;
const pair = ({ values, indices }: ValuesAndIndices): Tensor[] => [values, indices];

/** By the names that the fixtures use. */
export const order: Record<string, Several> = {
  std: ([x], { dim, ...options }) => x.std(dim, options),
  variance: ([x], { dim, ...options }) => x.var(dim, options),
  prod: ([x], { dim, ...options }) => x.prod(dim, options),
  any: ([x], { dim, ...options }) => x.any(dim, options),
  all: ([x], { dim, ...options }) => x.all(dim, options),
  countNonzero: ([x], { dim }) => x.countNonzero(dim),
  norm: ([x], { p, dim, ...options }) => x.norm(power(p), dim, options),
  argmin: ([x], { dim, ...options }) => x.argmin(dim, options),
  maxOfLine: ([x], { dim, ...options }) => pair(x.max(dim, { ...options, indices: true })),
  minOfLine: ([x], { dim, ...options }) => pair(x.min(dim, { ...options, indices: true })),
  median: ([x]) => x.median(),
  medianOfLine: ([x], { dim, ...options }) => pair(x.median(dim, { ...options, indices: true })),
  mode: ([x], { dim, ...options }) => pair(x.mode(dim, options)),
  kthvalue: ([x], { k, dim, ...options }) => pair(x.kthvalue(k, dim, options)),
  sort: ([x], { dim, ...options }) => pair(x.sort(dim, options)),
  argsort: ([x], { dim, ...options }) => x.argsort(dim, options),
  topk: ([x], { k, ...options }) => pair(x.topk(k, options)),
  cumsum: ([x], { dim }) => x.cumsum(dim),
  cumprod: ([x], { dim }) => x.cumprod(dim),
  logcumsumexp: ([x], { dim }) => x.logcumsumexp(dim),
  cummax: ([x], { dim }) => pair(x.cummax(dim)),
  cummin: ([x], { dim }) => pair(x.cummin(dim)),
  diff: ([x], { n, ...options }) => x.diff(n, options),
  diffBetween: ([x, prepend, append], { n, ...options }) => x.diff(n, { ...options, prepend, append }),
  searchsorted: ([x, wanted], options) => x.searchsorted(wanted, options),
  unique: async ([x], options) => {
    const found = await x.unique(options) as Tensor | Record<string, Tensor>;
    return "shape" in found ? found as Tensor : Object.values(found);
  },
  bincount: ([x], options) => x.bincount(options),
  bincountWeighted: ([x, weights], options) => x.bincount({ weights, ...options }),
  histc: ([x], { bins, ...options }) => x.histc(bins, options),
};
