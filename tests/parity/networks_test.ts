/** One training step of the book's three networks, from equal weights: PyTorch's output, losses and gradients. */
import networks from "../fixtures/networks.json" with { type: "json" };
import { onEachDevice } from "../devices.ts";
import { checkNetwork, type NetworkCase } from "./networks.ts";

// On the two cores of a CI machine a software adapter takes a minute for the three losses of an AlexNet, and shows nothing
// that two losses of ResNet-18 do not.
const slow = (one: NetworkCase) => one.name.startsWith("AlexNet");

for (const one of networks as unknown as NetworkCase[]) {
  const name = `a training step of ${one.name} gives PyTorch's losses and gradients`;
  const run = (device: string) => checkNetwork(one, device === "webgpu" ? 2 : 3);
  onEachDevice(name, run, { onSoftware: !slow(one) });
}
