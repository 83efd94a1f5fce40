/**
 * The same test on every device.
 *
 * A real GPU is always tested. A software adapter takes ten times the cpu's time, so that a plain `deno test` leaves it out: it is
 * tested where starting programs is granted, as every permission is in `deno task ok`.
 *
 * @module
 */
import { type DeviceName, useDevice } from "descent";

/**
 * Where WGSL mixes && and || without parentheses. Browsers refuse it, as the language does, and Deno's compiler does not notice.
 *
 * @returns The text up to there; null: nowhere.
 */
function mixing(code: string): string | null {
  const text = code.replaceAll(/\/\/.*$/gm, "");
  const levels = [""];
  for (const { 0: token, index } of text.matchAll(/&&|\|\||[()[\]{};,]/g)) {
    const last = levels.length - 1;
    if (token === "(" || token === "[") levels.push("");
    else if (token === ")" || token === "]") levels.pop();
    else if (token === "&&" || token === "||") {
      if (levels[last] !== "" && levels[last] !== token) {
        return text.slice(Math.max(0, index - 60), index + 2);
      }
      levels[last] = token;
    } else levels[last] = "";
  }
  return null;
}

if ("GPUDevice" in globalThis) {
  const { prototype } = GPUDevice, { createShaderModule } = prototype;
  prototype.createShaderModule = function (descriptor) {
    const odd = mixing(descriptor.code);
    if (odd !== null) throw new Error(`WGSL of ${descriptor.label}: && and || need parentheses: …${odd}`);
    return createShaderModule.call(this, descriptor);
  };
}

/** Why webgpu is not tested here, or whether its adapter computes on the processor. */
const gpu: { missing: string } | { software: boolean } = await useDevice("webgpu").then(
  (device) => {
    const software = "software" in device && device.software === true;
    const granted = Deno.permissions.querySync({ name: "run" }).state === "granted";
    return software && !granted ? { missing: "a software adapter is slow; needs --allow-run" } : { software };
  },
  (error: Error) => ({ missing: error.message.replace(/^webgpu: /, "").split(/[;\n]/)[0] }),
);
await useDevice("cpu");

/** Why webgpu is not tested here; undefined where it is. */
export const noGpu: string | undefined = "missing" in gpu ? gpu.missing : undefined;
/** The devices that are tested on this machine. */
export const devices: readonly DeviceName[] = noGpu === undefined ? ["cpu", "webgpu"] : ["cpu"];

/**
 * Registers a test for the cpu and one for webgpu; the second is ignored, and says why, where webgpu is not tested.
 *
 * @param name A sentence.
 * @param body The test; the device is chosen already.
 * @param options `onSoftware`: whether it is quick enough for an adapter without a GPU; true by default.
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

/** Registers a test that runs on the cpu. */
export function onCpu(name: string, body: (device: DeviceName) => void | Promise<void>): void {
  Deno.test(`${name}, on cpu`, () => onDevice("cpu", () => body("cpu")));
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
