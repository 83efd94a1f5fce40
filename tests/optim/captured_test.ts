/** Optimizers in captured steps: the same numbers as without, whatever changes from step to step. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { capture, currentDevice, F, manualSeed, nn, optim, randn, type Tensor } from "descent";
import { onEachDevice } from "../devices.ts";

type Kind = (params: Tensor[]) => optim.Optimizer<optim.HasRate>;

const KINDS: Record<string, Kind> = {
  SGD: (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  "Adam with amsgrad": (params) => new optim.Adam(params, { lr: 0.1, amsgrad: true }),
  AdamW: (params) => new optim.AdamW(params, { lr: 0.1, betas: [0.5, 0.9] }),
  RMSprop: (params) => new optim.RMSprop(params, { lr: 0.01, centered: true, momentum: 0.5 }),
};

/** Steps under a schedule: the losses, what parameters and optimizer are in the end, and how often a step was recorded. */
async function train(make: Kind, captured: boolean, steps = 6) {
  manualSeed(3);
  const [slope, offset] = [randn(8), randn(1)].map((start) => new nn.Parameter(start));
  const optimizer = make([slope, offset]), schedule = new optim.lr.ExponentialLR(optimizer, { gamma: 0.7 });
  const written = (x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = F.mseLoss(x.mul(slope).tanh().add(offset), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const step = captured ? capture(written) : written, seen: unknown[] = [];
  for (let i = 0; i < steps; i++) {
    seen.push(await step(randn(4, 8), randn(4, 8)).item());
    schedule.step();
  }
  seen.push(await slope.array(), await offset.array());
  const { state } = optimizer.stateDict();
  for (const entry of Object.values(state)) {
    for (const part of Object.values(entry)) seen.push(typeof part === "number" ? part : await part!.array());
  }
  return { seen, recordings: captured ? (step as ReturnType<typeof capture>).recordings : 0 };
}

for (const [name, make] of Object.entries(KINDS)) {
  onEachDevice(
    `${name} in a captured step is ${name} in a written one, bit for bit, under a schedule`,
    async () => {
      const written = await train(make, false), captured = await train(make, true);
      assertEquals(captured.seen, written.seen);
      // The first step finds no gradients to forget; what an optimizer remembers is made apart, and makes no difference.
      if (currentDevice().name === "webgpu") assertEquals(captured.recordings, 3);
    },
  );
}

onEachDevice("what cannot be captured says so, and names what can", (device) => {
  const w = nn.init.ones_(new nn.Parameter(randn(3)));
  const optimizer = new optim.Adagrad([w]);
  const step = capture(() => {
    w.square().sum().backward();
    optimizer.step();
  });
  if (device === "cpu") return step();
  const { message } = assertThrows(step, Error);
  assertStringIncludes(message, "Adagrad: its step cannot be captured");
  assertStringIncludes(message, "SGD, Adam, AdamW and RMSprop can be");
});

onEachDevice(
  "a hyper-parameter that asks for another memory is noticed before a captured step runs",
  (device) => {
    const w = new nn.Parameter(randn(3)), optimizer = new optim.SGD([w], { lr: 0.1 });
    const step = capture(() => {
      optimizer.zeroGrad();
      w.square().sum().backward();
      optimizer.step();
    });
    for (let i = 0; i < 3; i++) step();
    optimizer.paramGroups[0].lr = -1;
    assertThrows(step, RangeError, "SGD: lr must be a finite number ≥ 0, not -1");
    Object.assign(optimizer.paramGroups[0], { lr: 0.1, momentum: 0.5 });
    if (device === "webgpu") {
      assertThrows(step, Error, "a memory of [], and the hyper-parameters now ask for [momentumBuffer]");
      step.free();
    }
    step();
  },
);
