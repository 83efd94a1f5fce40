/** A run that tools/torch began and left in a checkpoint: the file stands in a fixture, so that no Python is needed. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import fixture from "../fixtures/torch_run.json" with { type: "json" };
import { pictures, Run } from "./small_net.ts";

Deno.test("a run that began in PyTorch goes on here with the same batches to the same losses", async () => {
  const [{ step, losses, file }] = fixture, run = new Run("AdamW under StepLR", pictures());
  assertEquals(await run.load(Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0))), {});
  assertEquals(run.step, step);
  for (const [i, loss] of (await run.train(losses.length)).entries()) {
    assertAlmostEquals(loss, losses[i], 2e-5, `step ${step + 1 + i}`);
  }
});
