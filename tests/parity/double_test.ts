/** What `backward(seed, { createGraph: true })` records has PyTorch's derivatives in turn. */
import { assertEquals } from "@std/assert";
import chains from "../fixtures/double_chains.json" with { type: "json" };
import penalties from "../fixtures/double_penalty.json" with { type: "json" };
import cases from "../fixtures/double.json" with { type: "json" };
import { onEachDevice } from "../devices.ts";
import { checkAll } from "./check_all.ts";
import {
  type ChainCase,
  checkChain,
  checkDouble,
  checkPenalty,
  type DoubleCase,
  type PenaltyCase,
} from "./double.ts";

// TypeScript gives every JSON file a type of its own, a union of all the shapes its cases have.
const doubles = cases as unknown as DoubleCase[];
onEachDevice(`the gradients of the gradients of ${doubles.length} operations are PyTorch's`, () => {
  return checkAll(doubles, checkDouble);
});

onEachDevice(`the ${penalties.length} gradient penalties have PyTorch's gradients`, () => {
  return checkAll(penalties as unknown as PenaltyCase[], checkPenalty);
});

onEachDevice(`the derivatives of ${chains.length} functions, one after the other, are PyTorch's`, () => {
  return checkAll(chains as unknown as ChainCase[], checkChain);
});

Deno.test("every function of each element has a fixture of its second derivative", () => {
  // deno-fmt-ignore
  const functions = [
    "neg", "exp", "log", "sqrt", "square", "abs", "sin", "cos", "relu", "leakyRelu", "sigmoid", "tanh", "gelu",
    "softplus", "clamp", "add", "sub", "mul", "div", "pow", "powNumber", "maximum", "minimum", "where",
  ];
  const met = new Set(doubles.map((one) => one.op));
  assertEquals(functions.filter((name) => !met.has(name)), []);
});
