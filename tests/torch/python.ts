/**
 * Python with what tools/torch needs, where it is there and may be started.
 *
 * @module
 */
import { type Python, pythonTest as test, pythonWith } from "../python.ts";

export { ROOT } from "../python.ts";

const MODULES = ["torch", "safetensors", "numpy"];

/** Runs it. */
export const python: Python = await pythonWith(...MODULES);
const vision = await pythonWith(...MODULES, "torchvision");

/** A test with a folder of its own, in Python's presence. */
export function pythonTest(
  name: string,
  fn: (folder: string) => Promise<void>,
  { torchvision = false } = {},
): void {
  test(name, torchvision ? vision : python, fn);
}
