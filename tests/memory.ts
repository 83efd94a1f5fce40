/** Memory in use once JavaScript has collected its garbage. */
import { currentDevice, type MemoryUse } from "descent";
import { assert } from "@std/assert";

/**
 * Waits until nothing is collected any more.
 *
 * @param enough Stops early once no more tensors and bytes are in use than these.
 * @returns What is in use then.
 */
export async function settled(enough?: Pick<MemoryUse, "tensors" | "bytes">): Promise<MemoryUse> {
  const isEnough = ({ tensors, bytes }: MemoryUse) =>
    enough !== undefined && tensors <= enough.tensors && bytes <= enough.bytes;
  let last = currentDevice().memory();
  // Garbage that was held for a while is old when it is dropped; only the collection of that looks at old tensors.
  const held: unknown[] = [];
  for (let round = 0, still = 0; round < 200 && still < 8 && !isEnough(last); round++) {
    held[round % 4] = Array.from({ length: 40 }, (_, i) => new Array(50_000).fill(round + i));
    await new Promise((resolve) => setTimeout(resolve, 1));
    const now = currentDevice().memory();
    still = enough === undefined && now.tensors === last.tensors ? still + 1 : 0;
    last = now;
  }
  return last;
}

/** Asserts that no more is in use than before; less may be, where older garbage was collected meanwhile. */
export async function assertNoMore(before: MemoryUse): Promise<void> {
  const { tensors, bytes } = await settled(before);
  assert(
    tensors <= before.tensors && bytes <= before.bytes,
    `${tensors} tensors of ${bytes} bytes are in use, and before were ${before.tensors} of ${before.bytes}`,
  );
}
