/** How JavaScript's garbage collector is made to find what was forgotten. */
import { assert, assertEquals } from "@std/assert";
import { Pressure } from "../../lib/device/pressure.ts";

const LARGE = 512 * 2 ** 20;

Deno.test("what was forgotten after a long life is found by the next relief, each time", async () => {
  const use = { bytes: LARGE }, released: number[] = [];
  const pressure = new Pressure<number>(use, (round) => {
    released.push(round);
    use.bytes -= LARGE;
  });
  /** As a network that was trained: it has seen the collector come by. */
  const live = async (round: number) => {
    const owner = { round };
    pressure.watch(owner, round);
    use.bytes += LARGE;
    await pressure.relieve();
    await pressure.relieve();
    assertEquals(released.length, round, `${owner.round} is in use`);
  };
  for (let round = 0; round < 10; round++) {
    await live(round);
    await pressure.relieve();
    assertEquals(released.length, round + 1);
  }
});

Deno.test("what never grew old is found by the first relief", async () => {
  const use = { bytes: LARGE };
  const pressure = new Pressure<null>(use, () => use.bytes = 0);
  (() => pressure.watch({}, null))();
  assert(pressure.isHigh);
  await pressure.relieve();
  assertEquals(use.bytes, 0);
});
