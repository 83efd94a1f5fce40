import { assert, assertEquals } from "@std/assert";
import { attack, kinds } from "./hostile.ts";

const RUNS = 200;

for (const kind of kinds) {
  Deno.test(`a damaged ${kind.name} file ends in a sentence, or is whole`, async () => {
    for (const file of kind.good) assertEquals(await kind.read(Uint8Array.from(file)), null);
    const { whole, refused } = await attack(kind, RUNS);
    assert(refused > RUNS / 4, `${refused} refused`);
    assertEquals(whole + refused, RUNS);
  });
}
