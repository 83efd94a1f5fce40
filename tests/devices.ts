/**
 * The same test on every device.
 *
 * @module
 */
import { type DeviceName, useDevice } from "descent";

/** Why there is no WebGPU here, or whether its adapter computes on the processor. */
const gpu: { missing: string } | { software: boolean } = await useDevice("webgpu").then(
  (device) => ({ software: "software" in device && device.software === true }),
  (error: Error) => ({ missing: error.message.replace(/^webgpu: /, "").split(/[;\n]/)[0] }),
);
await useDevice("cpu");

/** The devices that this machine has. */
export const devices: readonly DeviceName[] = "missing" in gpu ? ["cpu"] : ["cpu", "webgpu"];

/**
 * Registers a test for the cpu and one for webgpu; the second is ignored, and says why, where there is no adapter.
 *
 * @param name A sentence.
 * @param body The test; the device is chosen already.
 * @param options `onSoftware`: whether it is quick enough for an adapter without a GPU; true if not said.
 */
export function onEachDevice(
  name: string,
  body: (device: DeviceName) => void | Promise<void>,
  { onSoftware = true }: { onSoftware?: boolean } = {},
): void {
  for (const device of ["cpu", "webgpu"] as const) {
    const why = device === "cpu"
      ? null
      : "missing" in gpu
      ? gpu.missing
      : gpu.software && !onSoftware
      ? "too slow on a software adapter"
      : null;
    Deno.test({
      name: `${name}, on ${device}${why === null ? "" : ` (skipped: ${why})`}`,
      ignore: why !== null,
      fn: () => onDevice(device, () => body(device)),
    });
  }
}

/** Runs `body` with tensors made on a device, and goes back to the cpu. */
export async function onDevice<T>(device: DeviceName, body: () => T | Promise<T>): Promise<T> {
  await useDevice(device);
  try {
    return await body();
  } finally {
    await useDevice("cpu");
  }
}
