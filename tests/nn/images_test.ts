/** Functions and layers of images and signals are PyTorch 2.13's, number for number. */
import { assertEquals } from "@std/assert";
import { onEachDevice } from "../devices.ts";
import layers from "../fixtures/image_layers.json" with { type: "json" };
import functions from "../fixtures/images.json" with { type: "json" };
import doubles from "../fixtures/images_double.json" with { type: "json" };
import type { Case } from "../parity/case.ts";
import { checkAll } from "../parity/check_all.ts";
import { checkDouble, type DoubleCase } from "../parity/double.ts";
import { checkImages, images } from "../parity/images.ts";
import { checkLayer, type LayerCase } from "../parity/layers.ts";

/** Checks side by side: a device's answers take their time. */
function together<T extends { name: string }>(
  cases: unknown,
  check: (one: T) => Promise<void>,
): Promise<void> {
  const list = cases as T[], running = list.map((one) => check(one).catch((error: Error) => error));
  return checkAll(list, async (one) => {
    const error = await running[list.indexOf(one)];
    if (error) throw error;
  });
}

onEachDevice(`the ${functions.length} functions of images have PyTorch's values and gradients`, () => {
  return together<Case>(functions, checkImages);
});

onEachDevice(`the gradients of the gradients of ${doubles.length} functions of images are PyTorch's`, () => {
  return together<DoubleCase>(doubles, checkDouble);
});

onEachDevice(`the ${layers.length} layers of images have PyTorch's values, gradients and state`, () => {
  return together<LayerCase>(layers, checkLayer);
});

Deno.test("every function of the table of images is met by a fixture", () => {
  const met = new Set(functions.map((one) => one.op));
  assertEquals(Object.keys(images).filter((name) => !met.has(name)), []);
});
