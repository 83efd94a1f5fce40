/**
 * Runs cases on a device and compares them with the reference.
 *
 * @module
 */
import fc from "fast-check";
import type { Device } from "../../../lib/device/device.ts";
import type { HostArray } from "../../../lib/device/reference/array.ts";
import { Reference } from "../../../lib/device/reference/kernels.ts";
import { sizeOf, text } from "../../../lib/device/shape.ts";
import type { Storage, Values } from "../../../lib/device/storage.ts";
import { withSpoiled } from "./arbitraries.ts";
import { type Case, describe, type Input, type Method, type Tolerance } from "./case.ts";

const reference = new Reference();

/** What a call comes to. */
type Outcome = { readonly values: readonly HostArray[] } | { readonly error: Error };

/** The argument as the reference sees it. */
function seen({ memory, dims }: Input): HostArray {
  return dims === null ? { ...memory, data: memory.data.slice() } : reference.permute(memory, dims);
}

/** What a case should come to. */
export function expectation(method: Method | "", one: Case): Outcome {
  try {
    return { values: one.expected?.(reference) ?? one.call(reference, one.inputs.map(seen)) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!error.message.startsWith(`${method}: `)) throw new Error(`the reference fails: ${error.stack}`);
    return { error };
  }
}

/** A case on its way through a device. */
interface Running {
  readonly inputs: Storage[];
  readonly results: readonly Storage[];
}

/** Brings an argument to the device, in its order of memory. */
function upload(device: Device, { memory, dims }: Input): Storage {
  const stored = device.upload(memory.data, memory.shape, memory.dtype);
  if (dims === null) return stored;
  // The permuted array is to be the only one that holds the data, since steps of optimizers change them.
  const permuted = device.arena.tidy(() => device.kernels.permute(stored, dims));
  device.free(stored);
  return permuted;
}

function start(device: Device, one: Case): Running {
  const inputs = one.inputs.map((input) => upload(device, input));
  try {
    const results = device.arena.tidy(() => one.call(device.kernels, inputs));
    return { inputs, results };
  } catch (error) {
    inputs.forEach((storage) => device.free(storage));
    throw error;
  }
}

/** Runs cases together: their readbacks wait for the device once. Each must give what is expected. */
export async function runTogether(
  device: Device,
  batch: readonly { one: Case; values: readonly HostArray[] }[],
  again = false,
): Promise<void> {
  const before = device.memory().tensors;
  const running = batch.map(({ one }) => {
    try {
      return start(device, one);
    } catch (error) {
      throw new Error(`${describe(one)}: ${error instanceof Error ? error.stack : error}`);
    }
  });
  const reads = await Promise.all(
    running.map(({ inputs, results }) =>
      Promise.all([
        Promise.all(results.map((storage) => device.read(storage))),
        Promise.all(inputs.map((storage) => device.read(storage))),
      ])
    ),
  );
  for (const { inputs, results } of running) {
    [...results, ...inputs].forEach((storage) => device.free(storage));
  }
  const after = device.memory().tensors;
  batch.forEach(({ one, values }, i) => {
    const { inputs, results } = running[i], [numbers, arguments_] = reads[i];
    const fail = (why: string): never => {
      throw new Error(`${describe(one)}\n${why}`);
    };
    if (results.length !== values.length) {
      fail(`there are ${results.length} results, not ${values.length}`);
    }
    const magnitudes = magnitudesOf(one);
    values.forEach((expected, r) => {
      const { shape, dtype } = results[r];
      const actual = { shape, dtype, data: numbers[r] };
      compare(actual, expected, one.tolerance, magnitudes?.[r], (why) => fail(`result ${r}: ${why}`));
    });
    if (one.inPlace) return;
    inputs.forEach(({ shape, dtype }, a) => {
      compare({ shape, dtype, data: arguments_[a] }, seen(one.inputs[a]), {}, undefined, (why) => {
        fail(`argument ${a} was changed: ${why}`);
      });
    });
  });
  if (after !== before) {
    // Constants are kept for good; what is left over a second time is lost.
    if (!again) return await runTogether(device, batch, true);
    const which = batch.length === 1 ? describe(batch[0].one) : `${batch.length} cases`;
    throw new Error(`${which}: ${after - before} arrays more are alive than before`);
  }
}

/** Checks that the reference itself gives what a case expects. */
export function runOnReference(one: Case): void {
  const expected = one.expected?.(reference) ?? [];
  one.call(reference, one.inputs.map(seen)).forEach((actual, r) => {
    compare(actual, expected[r], one.tolerance, undefined, (why) => {
      throw new Error(`${describe(one)}\nresult ${r}: ${why}`);
    });
  });
}

/** The magnitudes that a tolerance refers to. */
function magnitudesOf({ call, inputs, tolerance }: Case): readonly HostArray[] | undefined {
  if (tolerance.roundings === undefined) return undefined;
  const arrays = inputs.map(seen);
  if (tolerance.magnitude !== undefined) return tolerance.magnitude(reference, arrays);
  return call(reference, arrays.map((x) => x.dtype === "float32" ? reference.abs(x) : x));
}

/** float32's smallest normal number: what is smaller, processors may take for 0. */
const TINY = 2 ** -126;

/** Compares shapes, dtypes, and numbers. */
export function compare(
  actual: { shape: readonly number[]; dtype: string; data: Values },
  expected: HostArray,
  { relative = 0, absolute = 0, roundings = 0 }: Tolerance,
  magnitude: HostArray | undefined,
  fail: (why: string) => void,
): void {
  const { data } = expected;
  if (actual.dtype !== expected.dtype) return fail(`its dtype is ${actual.dtype}, not ${expected.dtype}`);
  if (text(actual.shape) !== text(expected.shape)) {
    return fail(`its shape is ${text(actual.shape)}, not ${text(expected.shape)}`);
  }
  if (actual.data.length !== data.length || data.length !== sizeOf(expected.shape)) {
    return fail(`there are ${actual.data.length} numbers, not ${data.length}`);
  }
  const exact = expected.dtype !== "float32";
  const rounded = relative + absolute + roundings > 0;
  for (let i = 0; i < data.length; i++) {
    const a = actual.data[i], b = data[i];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (!exact && Number.isFinite(b) && Number.isFinite(a)) {
      const bound = (rounded ? TINY : 0) + absolute + relative * Math.abs(b) +
        (magnitude === undefined ? 0 : roundings * 2 ** -24 * magnitude.data[i]);
      if (Math.abs(a - b) <= bound) continue;
      return fail(`element ${i} is ${a}, not ${b}: ${Math.abs(a - b)} apart, ${bound} allowed`);
    }
    return fail(`element ${i} is ${a}, not ${b}`);
  }
}

/** A message as the device has it: of an index out of range, a GPU does not know the place, but adds when it was. */
function asTold({ name }: Device, message: string): string {
  if (name !== "webgpu") return message;
  return message.replace(
    / at \[[\d, ]*\] (is out of range: .*)$/,
    " $1; the GPU met it in an earlier call, whose result is wrong there",
  );
}

/** Runs a case that must fail: when it is called, or when its results are read. */
async function runWrong(device: Device, one: Case, expected: Error, again = false): Promise<void> {
  const before = device.memory().tensors;
  let actual: unknown = null, running: Running | null = null;
  try {
    running = start(device, one);
    for (const storage of running.results) await device.read(storage);
  } catch (error) {
    actual = error;
  }
  if (running !== null) [...running.results, ...running.inputs].forEach((storage) => device.free(storage));
  const said = actual instanceof Error ? `${actual.name}: ${actual.message}` : `${actual}`;
  const wanted = `${expected.name}: ${asTold(device, expected.message)}`;
  if (said !== wanted) {
    throw new Error(
      `${describe(one)}\nfails with "${said}", not "${wanted}"${
        actual instanceof Error ? `\n${actual.stack}` : ""
      }`,
    );
  }
  const after = device.memory().tensors;
  if (after === before) return;
  if (!again) return await runWrong(device, one, expected, true);
  throw new Error(`${describe(one)}: ${after - before} arrays are left over after an error`);
}

/** Runs one case; of several methods, if none is named. */
export async function runOne(device: Device, one: Case, method: Method | "" = ""): Promise<void> {
  const outcome = expectation(method, one);
  if ("error" in outcome) await runWrong(device, one, outcome.error);
  else await runTogether(device, [{ one, values: outcome.values }]);
}

/** A seed for each method, the same at every run. */
function seedOf(method: Method): number {
  return [...method].reduce((seed, letter) => (31 * seed + letter.charCodeAt(0)) % 1_000_003, 7);
}

/**
 * Runs random cases, some of them wrong, the same at every run. They go through the device in batches; only when one fails, one by one, so that
 * fast-check finds a smallest one that fails.
 */
export async function holds(
  device: Device,
  method: Method,
  property: fc.Arbitrary<Case>,
  { seed = seedOf(method), numRuns = 100, together = 20 } = {},
): Promise<void> {
  const batch: { one: Case; values: readonly HostArray[] }[] = [];
  const cases = withSpoiled(property, (one) => "values" in expectation(method, one));
  // Without fast-check's preference of small values.
  const parameters = { seed, numRuns, unbiased: true };
  const flush = () => runTogether(device, batch.splice(0));
  try {
    for (const one of fc.sample(cases, parameters)) {
      const outcome = expectation(method, one);
      if ("error" in outcome) await runWrong(device, one, outcome.error);
      else if (batch.push({ one, values: outcome.values }) === together) await flush();
    }
    await flush();
  } catch (error) {
    await fc.assert(fc.asyncProperty(cases, (one) => runOne(device, one, method)), parameters);
    // Only together they fail.
    throw error;
  }
}
