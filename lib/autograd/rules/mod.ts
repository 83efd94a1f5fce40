/**
 * The table of rules: every operation of the library, its forward, its gradient and its maths.
 *
 * @module
 */
import type { Rule } from "../rule.ts";
import * as activation from "./activation.ts";
import * as arithmetic from "./arithmetic.ts";
import * as attention from "./attention.ts";
import * as comparison from "./comparison.ts";
import * as convolution from "./convolution.ts";
import * as elementwise from "./elementwise.ts";
import * as functions from "./functions.ts";
import * as indexing from "./indexing.ts";
import * as losses from "./losses.ts";
import * as matmul from "./matmul.ts";
import * as normalization from "./normalization.ts";
import * as order from "./order.ts";
import * as pooling from "./pooling.ts";
import * as reduction from "./reduction.ts";
import * as rounding from "./rounding.ts";
import * as resample from "./resample.ts";
import * as scan from "./scan.ts";
import * as shape from "./shape.ts";

/** All rules by name. `satisfies` makes a rule without a gradient (or a reason for none) a type error. */
export const rules = {
  ...activation,
  ...arithmetic,
  ...attention,
  ...comparison,
  ...convolution,
  ...elementwise,
  ...functions,
  ...indexing,
  ...losses,
  ...matmul,
  ...normalization,
  ...order,
  ...pooling,
  ...reduction,
  ...rounding,
  ...resample,
  ...scan,
  ...shape,
  // deno-lint-ignore no-explicit-any
} satisfies Record<string, Rule<any>>;

/** The name of an operation. */
export type RuleName = keyof typeof rules;
