/** Whether there is room for a result, asked before the many small steps that lead to it. */
import type { Device } from "../device/device.ts";
import { sizeOf } from "../device/shape.ts";
import { made } from "../tensor/values.ts";

/** What is smaller is not worth asking for. */
const LARGE = 2 ** 22;

/**
 * Asks a device for the memory of a result, and gives it back.
 *
 * @throws {RangeError} if there is not as much.
 */
export function checkRoom(name: string, device: Device, shape: readonly number[]): void {
  if (sizeOf(shape) < LARGE) return;
  made(name, device, () => device.make(shape, "float32", () => {})).buffer.free("when there was room");
}
