/**
 * Every method of the contract with arguments that try it.
 *
 * @module
 */
import type fc from "fast-check";
import { arrangement, largeArrangements } from "./arrange.ts";
import { attentions, largeAttentions } from "./attention.ts";
import type { Case, Method } from "./case.ts";
import { elementwise } from "./elementwise.ts";
import { making } from "./making.ts";
import { largeNormalizations, normalization } from "./normalization.ts";
import { steps } from "./optimizers.ts";
import { largeProducts, pooling, products } from "./products.ts";
import { largeReductions, reductions } from "./reduction.ts";
import { largeScans, scans } from "./scan.ts";

/** Arguments for each method. A method without them does not compile. */
export const properties = {
  ...making,
  ...elementwise,
  ...reductions,
  ...scans,
  ...arrangement,
  ...products,
  ...pooling,
  ...attentions,
  ...normalization,
  ...steps,
} satisfies Record<Method, fc.Arbitrary<Case>>;

/** Cases with arrays so large that a kernel goes another way, by the method. */
export const large: Record<string, () => Case[]> = {
  ...largeReductions,
  ...largeScans,
  ...largeArrangements,
  ...largeProducts,
  ...largeAttentions,
  ...largeNormalizations,
};

/** The names of all. */
export const methods = Object.keys(properties) as Method[];
