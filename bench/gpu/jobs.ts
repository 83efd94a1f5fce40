/**
 * What is timed, on our device: training steps of networks, eager and captured.
 *
 * @module
 */
import { capture, F, manualSeed, optim, randn, type Tensor, tensor } from "descent";
import type { Layer } from "../cases/network.ts";
import type { Job } from "../cases/task.ts";
import { build } from "../ours/network.ts";

/** A step of Adam on one batch of made-up pictures, of which each call returns the loss. */
export function step(layers: Layer[], input: number[], captured = false): () => Tensor {
  manualSeed(1);
  const net = build(layers), adam = new optim.Adam(net.parameters(), { lr: 1e-4 });
  const x = randn(input), y = tensor(Int32Array.from({ length: input[0] }, (_, n) => n % 10));
  const eager = (x: Tensor, y: Tensor) => {
    const loss = F.crossEntropy(net.forward(x), y);
    loss.backward();
    adam.step();
    adam.zeroGrad();
    return loss;
  };
  const step = captured ? capture(eager) : eager;
  return () => step(x, y);
}

/** Such steps, to be timed. */
export function training(layers: Layer[], input: number[], captured: boolean): Job {
  const run = step(layers, input, captured);
  return {
    async run(count) {
      let last: Tensor | undefined;
      for (let i = 0; i < count; i++) last = run();
      await last!.item();
    },
  };
}
