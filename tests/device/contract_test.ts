/**
 * Every method of the contract of kernels, on every device, against the reference: random arguments of any shape and order of
 * memory, edges of float32 and int32 as PyTorch has them, and arguments that do not fit.
 */
import { assertEquals } from "@std/assert";
import { currentDevice, type DeviceName } from "descent";
import { BINARY, UNARY } from "../../lib/device/elementwise.ts";
import { Reference } from "../../lib/device/reference/kernels.ts";
import { onEachDevice } from "../devices.ts";
import type { Method } from "./contract/case.ts";
import { examples } from "./contract/examples.ts";
import { large, methods, properties } from "./contract/methods.ts";
import { holds, runOne, runOnReference } from "./contract/run.ts";

/** Made of a dozen other methods on a GPU. */
const COMPOSED: readonly Method[] = ["attention", "attentionGrad"];

/** All functions of single elements go one way through a GPU, and there shapes and orders are tried with each of them. */
function runs(method: Method, device: DeviceName): number {
  if (device === "webgpu" && COMPOSED.includes(method)) return 20;
  return method in UNARY || method in BINARY ? device === "webgpu" ? 20 : 60 : 100;
}

/** What element-wise methods go through. */
const NOT_OF_THE_CONTRACT = new Set(["constructor", "unary", "binary"]);

/** The methods of an object, its own and its classes'. */
function methodsOf(object: object): string[] {
  const names = new Set<string>();
  for (let at = object; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const value: unknown = Object.getOwnPropertyDescriptor(at, name)?.value;
      if (typeof value === "function" && !NOT_OF_THE_CONTRACT.has(name)) names.add(name);
    }
  }
  return [...names].sort();
}

Deno.test("every method of the reference has a property", () => {
  assertEquals(methodsOf(new Reference()), [...methods].sort());
});

for (const [sentence, one] of Object.entries(examples)) {
  Deno.test(`PyTorch's example in the reference: ${sentence}`, () => runOnReference(one));
}

onEachDevice("every method of the contract has a property", () => {
  const { kernels } = currentDevice();
  assertEquals(methodsOf(kernels).filter((method) => !(method in properties)), []);
  assertEquals(methods.filter((method) => !(method in kernels)), []);
});
for (const [sentence, one] of Object.entries(examples)) {
  onEachDevice(`PyTorch's example: ${sentence}`, () => runOne(currentDevice(), one));
}
for (const method of methods) {
  onEachDevice(
    `${method} is what the reference computes`,
    (device) => holds(currentDevice(), method, properties[method], { numRuns: runs(method, device) }),
  );
  if (!(method in large)) continue;
  onEachDevice(`${method} of many numbers is what the reference computes`, async () => {
    for (const one of large[method]()) await runOne(currentDevice(), one, method);
  });
}
