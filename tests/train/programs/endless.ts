/** A training loop whose second step does not end: `endless.ts compute` never listens in it, `endless.ts wait` waits for something. */
import { steps } from "descent";

for await (const step of steps(10, { label: "Endless" })) {
  if (step.index === 0) continue;
  console.log("it begins");
  let number = 0;
  while (Deno.args[0] === "compute") number = Math.cos(number);
  await new Promise(() => setInterval(() => {}, 1000));
}
