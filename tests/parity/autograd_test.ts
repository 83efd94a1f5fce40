/** Gradients that are asked for, hooks, operations of one's own and tied weights give PyTorch's numbers. */
import { assertEquals } from "@std/assert";
import { type Tensor, tensor } from "descent";
import cases from "../fixtures/autograd.json" with { type: "json" };
import { onEachDevice } from "../devices.ts";
import { programs } from "./autograd.ts";
import { checkAll } from "./check_all.ts";
import { compareTensor } from "./compare.ts";
import { makeTensor } from "./text.ts";

interface ProgramCase {
  name: string;
  inputs: Record<string, string>;
  results: string[];
}

const programCases = cases as unknown as ProgramCase[];

async function check(
  { name, inputs, results }: ProgramCase,
  make: (text: string) => Tensor | Promise<Tensor>,
): Promise<void> {
  const given: Record<string, Tensor> = {};
  for (const [key, text] of Object.entries(inputs)) given[key] = await make(text);
  const found = programs[name](given);
  assertEquals(found.length, results.length, name);
  for (const [i, text] of results.entries()) await compareTensor(`result ${i}`, found[i], text);
}

onEachDevice(`the ${cases.length} programs of autograd end with PyTorch's numbers`, () => {
  return checkAll(programCases, (one) => check(one, (text) => makeTensor(text, true)));
});

/** The same numbers, lying in memory with the last dimension first. */
async function turned(text: string): Promise<Tensor> {
  const x = makeTensor(text), back = x.shape.map((_, i) => i).reverse(), mirrored = x.permute(...back);
  const y = tensor(await mirrored.data(), { shape: mirrored.shape }).permute(...back);
  y.requiresGrad = true;
  return y;
}

Deno.test("they do so whatever the order in memory of what they are given", () => {
  return checkAll(programCases, (one) => check(one, turned));
});

Deno.test("every program of autograd has a fixture", () => {
  assertEquals(Object.keys(programs).sort(), cases.map(({ name }) => name).sort());
});
