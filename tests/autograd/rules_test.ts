/**
 * Every rule of the table, through the public methods: values against float64, gradients against finite differences, on
 * random shapes, one element, none at all, and inputs stored in other orders. The checks stand in rules/, one file for
 * each of lib/autograd/rules/.
 */
import { F, tensor } from "descent";
import { assertEquals } from "@std/assert";
import { rules } from "../../lib/autograd/rules/mod.ts";
import type { Rule } from "../../lib/autograd/rule.ts";
import { prove } from "./prove.ts";
import { checks as activation } from "./rules/activation.ts";
import { checks as arithmetic, onCpu } from "./rules/arithmetic.ts";
import { checks as arrange } from "./rules/arrange.ts";
import { checks as attention } from "./rules/attention.ts";
import { checks as comparison } from "./rules/comparison.ts";
import { checks as convolution } from "./rules/convolution.ts";
import { checks as elementwise } from "./rules/elementwise.ts";
import { checks as functions } from "./rules/functions.ts";
import { checks as indexing } from "./rules/indexing.ts";
import { checks as losses } from "./rules/losses.ts";
import { checks as matmul } from "./rules/matmul.ts";
import { checks as normalization } from "./rules/normalization.ts";
import { checks as pooling } from "./rules/pooling.ts";
import { checks as reduction } from "./rules/reduction.ts";
import { checks as rounding } from "./rules/rounding.ts";
import { checks as resample } from "./rules/resample.ts";
import { checks as scan } from "./rules/scan.ts";
import { checks as shape } from "./rules/shape.ts";

/** The gradients that were computed, and those that could have been: "mul[0]", "mul[1]". */
const computed = new Set<string>(), possible = new Set<string>();
const differentiable: string[] = [];

// deno-lint-ignore no-explicit-any
for (const [name, rule] of Object.entries<Rule<any>>(rules)) {
  const { gradient } = rule;
  if (typeof gradient === "string") continue;
  differentiable.push(name);
  const watched: typeof gradient = (k, call) =>
    gradient(k, call).map((compute, i) => {
      if (compute === null) return null;
      possible.add(`${name}[${i}]`);
      return () => {
        computed.add(`${name}[${i}]`);
        return compute();
      };
    });
  (rule as { gradient: unknown }).gradient = watched;
}

prove("activation", activation, "cpu");
prove("arithmetic", arithmetic);
prove("arithmetic", onCpu, "cpu");
prove("arrange", arrange);
prove("attention", attention);
prove("comparison", comparison);
prove("convolution", convolution);
prove("elementwise", elementwise);
prove("functions", functions, "cpu");
prove("indexing", indexing);
prove("losses", losses);
prove("matmul", matmul);
prove("normalization", normalization);
prove("pooling", pooling);
prove("reduction", reduction);
prove("rounding", rounding, "cpu");
prove("resample", resample);
prove("scan", scan, "cpu");
prove("shape", shape);

Deno.test("what maxPool2d leaves can be differentiated three times", async () => {
  const x = tensor([[[[1, 0.5], [0.25, 0.5]]]], { requiresGrad: true });
  let y = F.maxPool2d(x, 2).pow(4).sum();
  for (let order = 0; order < 2; order++) {
    y.backward(undefined, { createGraph: true });
    y = x.grad!.square().sum();
    x.zeroGrad();
  }
  y.backward();
  // 4x³, then its square 16x⁶ → 96x⁵, then the square of that, 9216x¹⁰ → 92160x⁹.
  assertEquals(await x.grad!.array(), [[[[92160, 0], [0, 0]]]]);
});

Deno.test("every gradient of the table was checked, for every input that has one", () => {
  assertEquals(
    differentiable.filter((name) => !possible.has(`${name}[0]`) && !possible.has(`${name}[1]`)),
    [],
  );
  assertEquals([...possible].filter((one) => !computed.has(one)), []);
});
