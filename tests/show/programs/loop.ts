/** A training loop that somebody will interrupt. */
import { steps } from "descent";

for await (const step of steps(1_000_000_000, { label: "Long" })) {
  if (step.index === 10) step.print("ten steps");
  step.log({ loss: 1 / (step.index + 1) });
}
console.log("never reached");
