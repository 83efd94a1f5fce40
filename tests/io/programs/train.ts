// A run that keeps checkpoints and goes on from the last: tests/io/crash_test.ts kills it. Its arguments: a folder, how many steps.
import { Checkpoints } from "descent";
import { bitsOf, newRun, train } from "../run.ts";

const [folder, steps] = Deno.args, run = newRun(7);
const checkpoints = new Checkpoints(folder, { keep: 2, best: "loss" });
const at = await checkpoints.resume(run);
console.log(`from ${at?.step ?? 0}`);
await train(run, at?.step ?? 0, Number(steps), async (step, loss) => {
  await checkpoints.save(run, { step, loss: await loss.item() });
  console.log(`saved ${step}`);
});
const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(await bitsOf(run)));
console.log(`bits ${new Uint8Array(digest).toHex()}`);
