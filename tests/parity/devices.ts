/**
 * Runs a test on the CPU, and on WebGPU where there is an adapter.
 *
 * @module
 */
import { type DeviceName, useDevice } from "descent";

/** Why there is no WebGPU, or whether its adapter computes on the processor. */
const gpu: { missing: string } | { software: boolean } = await useDevice("webgpu").then(
  (device) => ({ software: "software" in device && device.software === true }),
  (error: Error) => ({ missing: firstSentence(error.message) }),
);
await useDevice("cpu");

/** Why a test cannot or should not run on WebGPU here; null where it runs. */
function reasonToSkip(onSoftware: boolean): string | null {
  if ("missing" in gpu) return gpu.missing;
  return gpu.software && !onSoftware ? "too slow on a software adapter" : null;
}

/**
 * Registers a test for each device. The tests of a file run one after the other, so the device is the test's alone.
 *
 * @param name A sentence; the device's name comes before it.
 * @param options `onSoftware`: whether it is quick enough for a WebGPU adapter without a GPU; true if not said.
 */
export function testOnDevices(
  name: string,
  run: (device: DeviceName) => Promise<void>,
  { onSoftware = true }: { onSoftware?: boolean } = {},
): void {
  for (const device of ["cpu", "webgpu"] as const) {
    const reason = device === "webgpu" ? reasonToSkip(onSoftware) : null;
    Deno.test({
      name: `${device}: ${name}${reason === null ? "" : ` (skipped: ${reason})`}`,
      ignore: reason !== null,
      fn: async () => {
        await useDevice(device);
        try {
          await run(device);
        } finally {
          await useDevice("cpu");
        }
      },
    });
  }
}

function firstSentence(text: string): string {
  return text.replace(/^webgpu: /, "").split(/[;\n]/)[0];
}

/**
 * Runs every case, then throws one error that names all that failed: the first failure seldom says what they share.
 *
 * @param cases What is run; each has a name.
 */
export async function checkAll<T extends { name: string }>(
  cases: readonly T[],
  check: (one: T) => Promise<void>,
): Promise<void> {
  if (cases.length === 0) throw new Error("There are no cases.");
  const failures: string[] = [];
  for (const one of cases) {
    try {
      await check(one);
    } catch (error) {
      failures.push(`${one.name}: ${(error as Error).message}`);
    }
  }
  if (failures.length === 0) return;
  const shown = failures.slice(0, 25).map((line) => `  - ${line}`);
  if (failures.length > shown.length) shown.push(`  … and ${failures.length - shown.length} more`);
  throw new Error(`${failures.length} of ${cases.length} cases failed:\n${shown.join("\n")}`);
}
