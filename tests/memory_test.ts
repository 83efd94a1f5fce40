/**
 * A thousand training steps end with as many tensors and bytes as ten, whatever loop they run in.
 */
import { currentDevice, F, type MemoryUse, noGrad, rand, randint, steps, type Tensor } from "descent";
import { assert, assertEquals } from "@std/assert";
import { onEachDevice } from "./devices.ts";

/** A small convolutional network and its optimizer, written out. */
class Convolutional {
  readonly parameters: Tensor[];
  readonly mean = rand(4);
  readonly variance = rand(4);

  constructor() {
    const shapes = [[4, 1, 3, 3], [4], [4], [4], [3, 16], [3]];
    this.parameters = shapes.map((shape) => rand(shape, { requiresGrad: true }));
  }

  loss(): Tensor {
    const [filter, bias, scale, offset, weight, shift] = this.parameters;
    const x = rand(2, 1, 6, 6), target = F.oneHot(randint(0, 3, [2]), 3);
    let h = F.conv2d(x, filter, { bias, padding: 1 });
    const running = { runningMean: this.mean, runningVar: this.variance };
    h = F.batchNorm(h, { weight: scale, bias: offset, ...running, training: true }).relu();
    h = F.dropout(F.maxPool2d(h, 3, { stride: 2, padding: 1 }), 0.2);
    h = F.adaptiveAvgPool2d(h, 2).flatten(1);
    return F.linear(h, weight, shift).logSoftmax(1).mul(target).sum([0, 1]).neg();
  }

  train(): Tensor {
    const loss = this.loss();
    loss.backward();
    noGrad(() => {
      for (const parameter of this.parameters) parameter.sub_(parameter.grad!.mul(0.01));
    });
    for (const parameter of this.parameters) parameter.zeroGrad();
    return loss;
  }
}

const TRAINING = { cpu: 1000, webgpu: 200 };

/** Memory in use once nothing is forgotten and not yet collected: garbage is made until the numbers stand still. */
async function settled(): Promise<MemoryUse> {
  let last = currentDevice().memory(), still = 0;
  for (let round = 0; round < 200 && still < 4; round++) {
    for (let i = 0; i < 40; i++) new Array(50_000).fill(round + i);
    await new Promise((resolve) => setTimeout(resolve, 1));
    const now = currentDevice().memory();
    still = now.tensors === last.tensors ? still + 1 : 0;
    last = now;
  }
  return last;
}

const inUse = ({ tensors, bytes }: MemoryUse) => ({ tensors, bytes });

onEachDevice("memory is constant from step to step in steps()", async (device) => {
  const network = new Convolutional();
  await settled();
  const uses: MemoryUse[] = [], peaks: number[] = [];
  for await (const step of steps(TRAINING[device], { progress: false })) {
    uses.push(currentDevice().memory());
    currentDevice().resetPeak();
    const loss = network.train();
    step.log({ loss });
    peaks.push(currentDevice().memory().peakBytes);
  }
  assertEquals(inUse(uses.at(-1)!), inUse(uses[10]));
  assert(Math.max(...peaks.slice(10)) <= Math.max(...peaks.slice(0, 10)), "a later step takes more memory");
});

onEachDevice(
  "memory comes back in a bare loop, when JavaScript has collected its garbage",
  async (device) => {
    const network = new Convolutional();
    let early: MemoryUse | undefined;
    for (let i = 0; i < TRAINING[device]; i++) {
      await network.train().item();
      if (i === 9) early = await settled();
    }
    assertEquals(inUse(await settled()), inUse(early!));
  },
);

onEachDevice(
  "memory comes back under noGrad(), when JavaScript has collected its garbage",
  async (device) => {
    const network = new Convolutional();
    let early: MemoryUse | undefined;
    for (let i = 0; i < TRAINING[device]; i++) {
      await noGrad(() => network.loss()).item();
      if (i === 9) early = await settled();
    }
    assertEquals(inUse(await settled()), inUse(early!));
  },
);

onEachDevice("memory is constant from step to step under noGrad() in steps()", async (device) => {
  const network = new Convolutional();
  await settled();
  const uses: MemoryUse[] = [];
  for await (const _ of steps(TRAINING[device], { progress: false })) {
    uses.push(currentDevice().memory());
    noGrad(() => network.loss());
  }
  assertEquals(inUse(uses.at(-1)!), inUse(uses[10]));
});

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
    const before = (await settled()).tensors, kept: Tensor[] = [];
    for await (const { index } of steps(5, { progress: false })) {
      const y = step();
      if (index === 3) kept.push(y.keep());
      assert(currentDevice().memory().tensors > before);
    }
    // x's gradient, y, and y's gradient, which lives as long as y.
    assertEquals(currentDevice().memory().tensors, before + 3);
    assertEquals((await kept[0].grad!.data()).length, 4096);
  },
);
