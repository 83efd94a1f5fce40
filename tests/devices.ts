/**
 * The same test on every device.
 *
 * @module
 */
import { type DeviceName, useDevice } from "descent";

const missing: string | null = await useDevice("webgpu").then(() => null, (error: Error) => error.message);
await useDevice("cpu");

/** The devices that this machine has. */
export const devices: readonly DeviceName[] = missing === null ? ["cpu", "webgpu"] : ["cpu"];

/**
 * Registers a test for the cpu and one for webgpu; the second is ignored, and says why, where there is no adapter.
 *
 * @param name A sentence.
 * @param body The test; the device is chosen already.
 */
export function onEachDevice(name: string, body: (device: DeviceName) => void | Promise<void>): void {
  for (const device of ["cpu", "webgpu"] as const) {
    const why = device === "webgpu" ? missing : null;
    Deno.test({
      name: `${name}, on ${device}${why === null ? "" : ` (skipped: ${why.split("\n")[0]})`}`,
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
