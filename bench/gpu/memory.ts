/**
 * What a training step holds, beside what it has to: parameter, gradient and Adam's two averages, and what the backward pass needs of
 * the forward pass, each array once.
 *
 * @module
 */
import { currentDevice } from "descent";
import { costOf, keptOf, type Layer } from "../cases/network.ts";
import { held } from "./count.ts";
import { training } from "./jobs.ts";
import { attempt, digits, say } from "./line.ts";

const BYTES = 4;
const STEPS = 3;

/** Bytes without which no training step with Adam can be. */
export function needed(layers: Layer[], [batch, ...sample]: number[]): number {
  return 4 * BYTES * costOf(layers, sample).parameters + BYTES * batch * keptOf(layers, sample);
}

/** Prints what steps held at most, beside that. */
export async function memory(
  name: string,
  layers: Layer[],
  input: number[],
  captured: boolean,
): Promise<void> {
  const who = captured ? "descent captured" : "descent";
  await attempt(who, name, async () => {
    const device = currentDevice();
    await training(layers, input, captured).run(STEPS);
    const bytes = needed(layers, input);
    say({
      who,
      name,
      needed_bytes: bytes,
      tensor_bytes: device.memory().peakBytes,
      buffer_bytes: held.peakBytes,
      ratio: digits(held.peakBytes / bytes, 3),
    });
  });
}
