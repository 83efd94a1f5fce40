/**
 * A run over epochs that is to be stopped: prints when its third step begins, which takes half a second, and whether it was finished.
 * `epochs_stopped.ts slow-test`: what takes long is the test behind the first epoch.
 */
import { epochs } from "descent";

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const checkpoints = {
  save: (_: unknown, { step }: { step: number }) => Promise.resolve(console.log(`saved at ${step}`)),
  resume: () => Promise.resolve(undefined),
};
const test = async () => {
  if (Deno.args[0] === "slow-test") {
    console.log("it begins");
    await wait(500);
  }
  return { loss: 1 };
};
for await (const step of epochs(3, [1, 2, 3, 4], { label: "Stopped", checkpoints, test })) {
  if (step.index === 2 && Deno.args[0] !== "slow-test") {
    console.log("it begins");
    // A step that computes, and one that waits.
    const until = performance.now() + 250;
    while (performance.now() < until);
    await wait(250);
    console.log("step 3 is done");
  }
}
console.log("the end");
