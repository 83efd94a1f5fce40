/**
 * An epoch of LeNet as its reader writes it: a loader, `epochs()`, Adam; digits are made up.
 *
 * @module
 */
import {
  capture,
  DataLoader,
  epochs,
  F,
  ImageDataset,
  manualSeed,
  optim,
  type Tensor,
  transforms,
} from "descent";
import { lenet } from "../cases/networks.ts";
import { build } from "../ours/network.ts";
import { counted, perStep } from "./count.ts";
import { attempt, digits, say } from "./line.ts";

const BATCH = 128;

/** Prints a line for eager steps, and one for captured ones. */
export async function lenetEpoch(count: number): Promise<void> {
  const name = `lenet epoch, ${count} digits, batch ${BATCH}`;
  await attempt("descent", name, () => epoch(name, count, false));
  await attempt("descent captured", name, () => epoch(name, count, true));
}

async function epoch(name: string, count: number, captured: boolean): Promise<void> {
  const data = new ImageDataset({
    images: Uint8Array.from({ length: count * 784 }, (_, i) => i * 7919 >> 3),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
    classes: [..."0123456789"],
    shape: [1, 28, 28],
  });
  manualSeed(1);
  const net = build(lenet), adam = new optim.Adam(net.parameters(), { lr: 1e-3 });
  const loader = new DataLoader(data, {
    batchSize: BATCH,
    shuffle: true,
    dropLast: true,
    transform: transforms.compose([transforms.toTensor(), transforms.normalize(0.1307, 0.3081)]),
  });
  const eager = (x: Tensor, y: Tensor) => {
    const loss = F.crossEntropy(net.forward(x), y);
    loss.backward();
    adam.step();
    adam.zeroGrad();
    return loss;
  };
  const step = captured ? capture(eager) : eager;
  const run = epochs(2, loader, { progress: false });
  let before = counted();
  for await (const one of run) {
    if (one.index === loader.length) before = counted();
    const [images, labels] = one.batch;
    one.log({ loss: step(images, labels) });
  }
  // The second epoch counts: the first compiles.
  const { seconds, loss } = run.history.at(-1)!;
  const { dispatches, submits, writes } = perStep(counted(), before, loader.length);
  const ms = digits(1000 * seconds);
  const steps = { dispatches: digits(dispatches), submits: digits(submits), writes: digits(writes) };
  say({
    who: captured ? "descent captured" : "descent",
    name,
    ms,
    step_ms: digits(ms / loader.length),
    ...steps,
    loss,
  });
}
