/** One training step of the book's three networks, from equal weights: PyTorch's output, losses and gradients. */
import networks from "../fixtures/networks.json" with { type: "json" };
import { useDevice } from "descent";
import { checkNetwork, type NetworkCase } from "./networks.ts";

for (const one of networks as unknown as NetworkCase[]) {
  Deno.test(`cpu: a training step of ${one.name} gives PyTorch's losses and gradients`, async () => {
    await useDevice("cpu");
    await checkNetwork(one);
  });
}
