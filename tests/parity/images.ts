/**
 * The library's side of tools/fixtures/images.py: functions of images and signals. Each case runs twice: with inputs as they are
 * made, and with inputs that lie in memory the other way round.
 *
 * @module
 */
import { F } from "descent";
import type { Case } from "./case.ts";
import { compareTensor } from "./compare.ts";
import type { Operation } from "./operation.ts";
import { makeInputs } from "./sequences.ts";
import { makeTensor } from "./text.ts";

/** By the names that the fixtures use. */
export const images: Record<string, Operation> = {
  conv1d: ([x, weight, bias = null], settings) => F.conv1d(x, weight, { bias, ...settings }),
  conv2dOf: ([x, weight, bias = null], settings) => F.conv2d(x, weight, { bias, ...settings }),
  convTranspose1d: ([x, weight, bias = null], settings) =>
    F.convTranspose1d(x, weight, { bias, ...settings }),
  convTranspose2d: ([x, weight, bias = null], settings) =>
    F.convTranspose2d(x, weight, { bias, ...settings }),
  maxPool1d: ([x], { kernel, ...settings }) => F.maxPool1d(x, kernel, settings),
  maxPool2dOf: ([x], { kernel, ...settings }) => F.maxPool2d(x, kernel, settings),
  maxPool1dIndices: ([x], { kernel, ...settings }) =>
    F.maxPool1d(x, kernel, { ...settings, returnIndices: true }).indices,
  maxPool2dIndices: ([x], { kernel, ...settings }) =>
    F.maxPool2d(x, kernel, { ...settings, returnIndices: true }).indices,
  avgPool1d: ([x], { kernel, ...settings }) => F.avgPool1d(x, kernel, settings),
  avgPool2dOf: ([x], { kernel, ...settings }) => F.avgPool2d(x, kernel, settings),
  adaptiveAvgPool1d: ([x], { size }) => F.adaptiveAvgPool1d(x, size),
  adaptiveAvgPool2dOf: ([x], { size }) => F.adaptiveAvgPool2d(x, size),
  adaptiveMaxPool1d: ([x], { size }) => F.adaptiveMaxPool1d(x, size),
  adaptiveMaxPool2d: ([x], { size }) => F.adaptiveMaxPool2d(x, size),
  adaptiveMaxPool1dIndices: ([x], { size }) => F.adaptiveMaxPool1d(x, size, { returnIndices: true }).indices,
  adaptiveMaxPool2dIndices: ([x], { size }) => F.adaptiveMaxPool2d(x, size, { returnIndices: true }).indices,
  maxUnpool1d: ([x, indices], { kernel, ...settings }) => F.maxUnpool1d(x, indices, kernel, settings),
  maxUnpool2d: ([x, indices], { kernel, ...settings }) => F.maxUnpool2d(x, indices, kernel, settings),
  padding: ([x], { pads, ...settings }) => F.pad(x, pads, settings),
  interpolate: ([x], settings) => F.interpolate(x, settings),
  unfold: ([x], { kernel, ...settings }) => F.unfold(x, kernel, settings),
  fold: ([x], { size, kernel, ...settings }) => F.fold(x, size, kernel, settings),
  pixelShuffle: ([x], { factor }) => F.pixelShuffle(x, factor),
  pixelUnshuffle: ([x], { factor }) => F.pixelUnshuffle(x, factor),
  channelShuffle: ([x], { groups }) => F.channelShuffle(x, groups),
};

/** Runs an operation both ways and compares all that comes out. */
export async function checkImages(one: Case): Promise<void> {
  const operation = images[one.op], grads = one.grads ?? {};
  if (operation === undefined) throw new Error(`tests/parity/images.ts does not know "${one.op}"`);
  const compare = async (turned: boolean) => {
    const how = turned ? " of turned inputs" : "";
    const { seen, gradOf } = makeInputs(one.inputs, grads, turned);
    const output = await operation(Object.values(seen), one.settings ?? {});
    if (one.cotangents !== undefined) output.backward(makeTensor(one.cotangents[0]));
    await Promise.all([
      compareTensor(`the output${how}`, output, one.outputs[0]),
      ...Object.entries(grads).map(([name, text]) =>
        compareTensor(`the gradient of ${name}${how}`, gradOf(name), text)
      ),
    ]);
  };
  await Promise.all([compare(false), compare(true)]);
}
