/**
 * What is timed, on our device: training steps of networks, eager and captured.
 *
 * @module
 */
import { capture, F, manualSeed, optim, randn, type Tensor, tensor } from "descent";
import type { Layer } from "../cases/network.ts";
import type { Job } from "../cases/task.ts";
import { build } from "../ours/network.ts";

type Step = (x: Tensor, y: Tensor) => Tensor;

/** Steps of Adam on one batch of made-up pictures. */
export function training(layers: Layer[], input: number[], captured: boolean): Job {
  manualSeed(1);
  const net = build(layers), adam = new optim.Adam(net.parameters(), { lr: 1e-4 });
  const x = randn(input), y = tensor(Int32Array.from({ length: input[0] }, (_, n) => n % 10));
  const eager: Step = (x, y) => {
    const loss = F.crossEntropy(net.forward(x), y);
    loss.backward();
    adam.step();
    adam.zeroGrad();
    return loss;
  };
  const step = captured ? capture(eager) : eager;
  return {
    async run(count) {
      let last: Tensor | undefined;
      for (let i = 0; i < count; i++) last = step(x, y);
      await last!.item();
    },
  };
}
