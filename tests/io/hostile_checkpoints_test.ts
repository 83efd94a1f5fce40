// Checkpoints that were made to harm; tests/io/hostile_checkpoints.ts makes more of them by chance.
import { assert, assertEquals } from "@std/assert";
import { attack, damages } from "./hostile_checkpoints.ts";

const RUNS = 20;

for (const damage of damages) {
  Deno.test(`a checkpoint that was damaged in its ${damage.name} changes no bit of a run and ends in a sentence, or is whole`, async () => {
    const { whole, refused } = await attack(damage, RUNS);
    assert(refused > RUNS / 4, `${refused} refused`);
    assertEquals(whole + refused, RUNS);
  });
}
