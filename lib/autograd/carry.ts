/**
 * Numbers carried from one device to another. What a GPU holds is read, which takes waiting; what the processor holds is there. So a
 * copy is always a promise, and a gradient flows back over one only where nothing has to be waited for: from the processor to a GPU.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import type { Storage } from "../device/storage.ts";
import { Buffer } from "./buffer.ts";
import { current } from "./context.ts";
import { crossing, leaf } from "./graph.ts";
import { take } from "./in_place.ts";
import { Value } from "./value.ts";

/** The numbers of a buffer as they are now, on another device. */
async function copied({ device, storage }: Buffer, target: Promise<Device>): Promise<[Storage, Device]> {
  const held = device.share(storage);
  try {
    const { shape, dtype } = held, to = await target;
    return [to.upload(await device.read(held), shape, dtype), to];
  } finally {
    device.free(held);
  }
}

/**
 * A value's numbers as a value on another device, as they are when this is called. Gradients flow back.
 *
 * @param target Another device.
 * @throws {Error} if the gradient would have to be waited for: it flows back from the processor only.
 */
export async function carried(value: Value, target: Promise<Device>): Promise<Value> {
  const { buffer, node } = value, { recording } = current(), from = buffer.device;
  const [storage, to] = await copied(buffer, target);
  const copy = new Value(new Buffer(to, storage, "to"));
  if (!recording || node === null) return copy;
  if (to.peek(storage) === null) {
    copy.buffer.free("by to()");
    throw new Error(
      `to: backward() does not wait, and a gradient would have to come back from ${to.name} to ${from.name}. ` +
        `x.detach().to(…) copies without one, net.to(…) moves a network whole; from webgpu to cpu gradients do flow back`,
    );
  }
  copy.node = crossing(node, copy.buffer);
  return copy;
}

/** A gradient of the processor's for the device that the graph goes on on. */
export function carryBack(gradient: Storage, from: Device, to: Device): Storage {
  const { shape, dtype } = gradient;
  return to.upload(from.peek(gradient)!, shape, dtype);
}

/**
 * Moves values, and the gradients they have, to another device: all of them, or none. Graphs that lead to them are spent.
 *
 * @param values Parameters, and what stands beside them.
 */
export async function relocate(values: readonly Value[], target: Promise<Device>): Promise<void> {
  const to = await target;
  const moving = values.flatMap((value) =>
    value.grad === null || value.grad.buffer.freed ? [value] : [value, value.grad]
  )
    .filter(({ buffer }) => buffer.device !== to);
  const copies = await Promise.all(moving.map(async ({ buffer }) => (await copied(buffer, target))[0]));
  moving.forEach((value, i) => {
    const { node } = value;
    take(value, new Buffer(to, copies[i], "to"), "to");
    value.node = null;
    // What was computed is a constant from now on, as its history is on the other device.
    if (node === null || node.rule !== null) return;
    node.spent = true;
    value.node = leaf(value.buffer, true).node;
    value.node!.keeper = value;
  });
}
