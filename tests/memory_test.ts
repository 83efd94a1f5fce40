/**
 * A thousand training steps end with as many tensors and bytes as ten, whatever loop they run in.
 */
import { currentDevice, type MemoryUse, nn, noGrad, optim, rand, randint, steps, type Tensor } from "descent";
import { assert, assertEquals } from "@std/assert";
import { onEachDevice } from "./devices.ts";
import { assertNoMore, settled } from "./memory.ts";

/** A small convolutional network and its optimizer. */
class Training {
  readonly network = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    new nn.Conv2d(4, 4, 3, { stride: 2, bias: false }),
    new nn.GELU(),
    new nn.Dropout(0.2),
    new nn.AdaptiveAvgPool2d(2),
    new nn.Flatten(),
    new nn.Linear(16, 3),
  );
  readonly optimizer = new optim.Adam(this.network.parameters(), { lr: 0.01, weightDecay: 0.1 });
  readonly criterion = new nn.CrossEntropyLoss();

  loss(): Tensor {
    return this.criterion.forward(this.network.forward(rand(2, 1, 10, 10)), randint(0, 3, [2]));
  }

  step(): Tensor {
    const loss = this.loss();
    this.optimizer.zeroGrad();
    loss.backward();
    this.optimizer.step();
    return loss;
  }
}

/** How many steps; a software adapter is slow. */
const STEPS = { cpu: 1000, webgpu: 100 };

/** Fails if more is in use than before; less may be, where garbage of earlier tests was collected meanwhile. */
function assertConstant(last: MemoryUse, before: MemoryUse): void {
  assert(
    last.tensors <= before.tensors && last.bytes <= before.bytes,
    `${last.tensors} tensors of ${last.bytes} bytes are in use, and before were ${before.tensors} of ${before.bytes}`,
  );
}

onEachDevice("memory is constant from step to step in steps()", async (device) => {
  const training = new Training();
  await settled();
  const uses: MemoryUse[] = [], peaks: number[] = [];
  for await (const step of steps(STEPS[device], { progress: false })) {
    uses.push(currentDevice().memory());
    currentDevice().resetPeak();
    const loss = training.step();
    step.log({ loss });
    peaks.push(currentDevice().memory().peakBytes);
  }
  assertConstant(uses.at(-1)!, uses[10]);
  assert(Math.max(...peaks.slice(10)) <= Math.max(...peaks.slice(0, 10)), "a later step takes more memory");
});

onEachDevice(
  "memory comes back in a bare loop, when JavaScript has collected its garbage",
  async (device) => {
    const training = new Training();
    let early: MemoryUse | undefined;
    for (let i = 0; i < STEPS[device]; i++) {
      await training.step().item();
      if (i === 9) early = await settled();
    }
    await assertNoMore(early!);
  },
);

onEachDevice(
  "memory comes back under noGrad(), when JavaScript has collected its garbage",
  async (device) => {
    const training = new Training();
    let early: MemoryUse | undefined;
    for (let i = 0; i < STEPS[device]; i++) {
      await noGrad(() => training.loss()).item();
      if (i === 9) early = await settled();
    }
    await assertNoMore(early!);
  },
);

onEachDevice(
  "what a module makes inside is freed by backward(), and where nothing is recorded when it returns",
  async () => {
    const training = new Training();
    training.step();
    training.optimizer.zeroGrad();
    const before = (await settled()).tensors;
    const x = rand(2, 1, 10, 10), target = randint(0, 3, [2]);
    const logits = training.network.forward(x), loss = training.criterion.forward(logits, target);
    assert(currentDevice().memory().tensors > before + 4);
    loss.backward();
    training.optimizer.zeroGrad();
    // x, target, logits and loss; a tiny one may be no array of the device's.
    assert(currentDevice().memory().tensors <= before + 4);
    assertEquals((await logits.data()).length, 6);
    // One more, and a small constant.
    const evaluated = noGrad(() => training.network.eval().forward(x));
    assert(currentDevice().memory().tensors <= before + 6);
    assertEquals((await evaluated.data()).length, 6);
    assert((await loss.item()) > 0);
  },
);

onEachDevice("memory is constant from step to step under noGrad() in steps()", async (device) => {
  const training = new Training();
  await settled();
  const uses: MemoryUse[] = [];
  for await (const _ of steps(STEPS[device], { progress: false })) {
    uses.push(currentDevice().memory());
    noGrad(() => training.loss());
  }
  assertConstant(uses.at(-1)!, uses[10]);
});

onEachDevice(
  "graphs that nobody differentiates do not keep old parameters beyond the iteration",
  async () => {
    const training = new Training(), uses: MemoryUse[] = [];
    await settled();
    for await (const _ of steps(12, { progress: false })) {
      uses.push(currentDevice().memory());
      training.step();
      training.loss();
      // The second graph has saved the parameters that this changes.
      training.step();
    }
    assertConstant(uses.at(-1)!, uses[5]);
  },
);

onEachDevice(
  "gradients of what was made outside, and kept tensors, are all that an iteration leaves",
  async () => {
    const x = rand([4096], { requiresGrad: true });
    const step = () => {
      const y = x.mul(2).retainGrad();
      y.square().sum().backward();
      return y;
    };
    step(); // What is made once, such as the constant 2, is there now.
    x.zeroGrad();
    const before = await settled(), kept: Tensor[] = [];
    const loop = async () => {
      for await (const { index } of steps(5, { progress: false })) {
        const y = step();
        if (index === 3) kept.push(y.keep());
        assert(currentDevice().memory().tensors > before.tensors);
      }
    };
    await loop();
    // x's gradient, y, and y's gradient, which lives as long as y; the last iteration's are JavaScript's to forget.
    await assertNoMore({ ...before, tensors: before.tensors + 3, bytes: before.bytes + 3 * 4 * x.size });
    assertEquals((await kept[0].grad!.data()).length, 4096);
  },
);
