// deno-lint-ignore-file no-explicit-any
import {
  capture,
  type Captured,
  currentDevice,
  F,
  manualSeed,
  nn,
  optim,
  randn,
  type Tensor,
  tensor,
} from "descent";
import { assert, assertEquals } from "@std/assert";
import { onEachDevice } from "../devices.ts";

/** What a training came to: every loss, the parameters, the running statistics. */
type Outcome = { losses: number[]; state: Record<string, unknown> };
type Step = (x: Tensor, y: Tensor) => Tensor;

/** A network with all that changes from step to step: running statistics, dropout, momentum, a schedule. */
function network() {
  manualSeed(3);
  const net = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Dropout(0.4),
    new nn.Linear(64, 3),
  );
  return net;
}

async function train(
  make: (net: nn.Sequential) => optim.Optimizer<any>,
  wrap: (step: Step) => Step,
  batches: readonly number[] = [5, 5, 5, 5, 5, 5],
): Promise<Outcome> {
  const net = network(), optimizer = make(net);
  const schedule = new optim.lr.ExponentialLR(optimizer, { gamma: 0.8 });
  const step = wrap((x, y) => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(net.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  const losses: number[] = [];
  for (const [i, n] of batches.entries()) {
    const y = tensor(Int32Array.from({ length: n }, (_, j) => (i + j) % 3));
    losses.push(await step(randn(n, 1, 8, 8), y).item());
    schedule.step();
  }
  const state: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(net.stateDict())) state[name] = await value.array();
  return { losses, state };
}

const OPTIMIZERS: Record<string, (net: nn.Sequential) => optim.Optimizer<any>> = {
  SGD: (net) => new optim.SGD(net.parameters(), { lr: 0.1 }),
  "SGD with momentum": (net) => new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true }),
  Adam: (net) => new optim.Adam(net.parameters(), { lr: 0.01 }),
  AdamW: (net) => new optim.AdamW(net.parameters(), { lr: 0.01, weightDecay: 0.1 }),
  RMSprop: (net) => new optim.RMSprop(net.parameters(), { lr: 0.01, momentum: 0.5, centered: true }),
};

for (const [name, make] of Object.entries(OPTIMIZERS)) {
  onEachDevice(`captured steps with ${name} are those that are written, bit for bit`, async () => {
    const plain = await train(make, (step) => step);
    let captured: Captured<[Tensor, Tensor], Tensor> | undefined;
    const whole = await train(make, (step) => captured = capture(step));
    assertEquals(whole, plain);
    assertEquals(captured!.recordings, currentDevice().name === "cpu" ? 6 : 2);
  });
}

onEachDevice("another shape is recorded for itself, and both are used again", async () => {
  const batches = [4, 4, 4, 2, 4, 2, 2, 4, 2], make = OPTIMIZERS.SGD;
  let captured: Captured<[Tensor, Tensor], Tensor> | undefined;
  const whole = await train(make, (step) => captured = capture(step), batches);
  assertEquals(whole, await train(make, (step) => step, batches));
  if (currentDevice().name === "webgpu") {
    assert(captured!.recordings < batches.length, `${captured!.recordings}`);
  }
});
