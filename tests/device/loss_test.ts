/**
 * A GPU that is lost or has no memory left, at every moment of a program: what happens is an error that says so, with a way out; nothing
 * waits for ever, and a new device serves.
 */
import { capture, device, F, nn, optim, randn, steps, type Tensor, useDevice, zeros } from "descent";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Device } from "../../lib/device/device.ts";
import { OutOfMemoryError } from "../../lib/device/memory.ts";
import { WebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import { gpuOf, newGpu, onGpu } from "./gpu.ts";

/** The current device, and how it is lost. */
async function losable(): Promise<{ gpu: WebGpuDevice; lose: () => void }> {
  const gpu = await useDevice("webgpu");
  assert(gpu instanceof WebGpuDevice);
  const raw = await gpuOf(gpu);
  return { gpu, lose: () => raw.destroy() };
}

/** A few layers and their optimizer on the current device, and what a step of training ends with. */
function training(): { x: Tensor; forward: () => Tensor; update: (loss: Tensor) => void } {
  const x = randn(64, 32),
    net = new nn.Sequential(new nn.Linear(32, 64), new nn.ReLU(), new nn.Linear(64, 4));
  const target = zeros([64], { dtype: "int32" }), optimizer = new optim.Adam(net.parameters());
  const forward = () => F.crossEntropy(net.forward(x), target);
  const update = (loss: Tensor) => {
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  };
  return { x, forward, update };
}

/** What a GPU that was lost says; what never comes fails. */
async function tellsOfLoss(gpu: Device, what: () => Promise<unknown>): Promise<void> {
  let timer;
  const never = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it waits for ever")), 10_000);
  });
  const { message } = await assertRejects(() => Promise.race([what(), never]), Error);
  clearTimeout(timer);
  assertStringIncludes(message, `webgpu: ${gpu.description} was lost (destroyed: `);
  assertStringIncludes(message, 'useDevice("webgpu") makes a new device');
  assertStringIncludes(message, 'useDevice("cpu")');
}

/** Moments at which the GPU goes. */
const moments: Record<string, (lose: () => void) => Promise<unknown>> = {
  "before a step": async (lose) => {
    const { forward, update } = training(), loss = forward();
    await loss.item();
    lose();
    update(loss);
    return await forward().item();
  },
  "in the middle of a step": async (lose) => {
    const { forward, update } = training(), loss = forward();
    lose();
    update(loss);
    return await loss.item();
  },
  "before numbers are read": async (lose) => {
    const { forward } = training(), loss = forward();
    lose();
    return await loss.item();
  },
  "while numbers are read": async (lose) => {
    const { x, forward } = training(), reads = [forward().item(), x.data()];
    lose();
    const [first, second] = await Promise.allSettled(reads);
    assertEquals([first.status, second.status], ["rejected", "rejected"]);
    return await reads[1];
  },
  "while a long computation is waited for": async (lose) => {
    let x = randn(512, 512);
    for (let i = 0; i < 4; i++) x = x.matmul(x).tanh();
    const read = x.sum().item();
    setTimeout(lose, 5);
    return await read;
  },
  "in a loop of steps()": async (lose) => {
    const { forward, update } = training();
    for await (const step of steps(9, { progress: false })) {
      const loss = forward();
      update(loss);
      step.log({ loss });
      if (step.index === 2) lose();
    }
  },
  "between captured steps": async (lose) => {
    const { x, forward, update } = training();
    const step = capture((_: Tensor) => {
      const loss = forward();
      update(loss);
      return loss;
    });
    for (let i = 0; i < 3; i++) await (await step(x)).item();
    lose();
    return await (await step(x)).item();
  },
  "while a device is asked for": async (lose) => {
    const same = useDevice("webgpu");
    lose();
    await same;
    return await zeros(3).sum().item();
  },
};

for (const [moment, run] of Object.entries(moments)) {
  onGpu(`a GPU that is lost ${moment} says so`, async () => {
    const { gpu, lose } = await losable();
    await tellsOfLoss(gpu, () => run(lose));
    assert(gpu.lost);
    await useDevice("cpu");
  });
}

onGpu("after a loss useDevice() makes a new device, and only what was on the lost one is gone", async () => {
  const { gpu, lose } = await losable(), x = zeros(3), here = zeros(3, { device: "cpu" });
  lose();
  await tellsOfLoss(gpu, () => x.data());
  assertThrows(() => zeros(3, { device: "webgpu" }), Error, "was lost");
  const next = await useDevice("webgpu");
  assertNotEquals(next, gpu);
  assertEquals(await device("webgpu"), next);
  assertEquals(await zeros(3).add(1).sum().item(), 3);
  assertEquals(await here.add(1).sum().item(), 3);
  for (
    const use of [() => x.add(1).data(), () => x.add(zeros(3)).data(), () => x.to(next), () => here.to(gpu)]
  ) {
    await tellsOfLoss(gpu, async () => await use());
  }
  await useDevice("cpu");
  assertEquals(await zeros(3).add(1).sum().item(), 3);
});

/** Gives the GPU no memory for buffers that are larger, until the function that is returned is called. */
function starve(gpu: GPUDevice, bytes: number): () => void {
  const { createBuffer, popErrorScope } = gpu;
  const failed: boolean[] = [];
  gpu.createBuffer = (descriptor) => {
    failed.push(descriptor.size > bytes);
    // What a driver without memory gives is as good as one that is destroyed.
    const buffer = createBuffer.call(gpu, { ...descriptor, size: Math.min(descriptor.size, bytes) });
    if (failed.at(-1)) buffer.destroy();
    return Object.defineProperty(buffer, "size", { value: descriptor.size });
  };
  gpu.popErrorScope = async () => {
    const own = popErrorScope.call(gpu), short = failed.shift();
    return await own ?? (short ? new GPUOutOfMemoryError("not enough memory left") : null);
  };
  return () => Object.assign(gpu, { createBuffer, popErrorScope });
}

onGpu(
  "where there is no memory for an array, the next call says so with sizes, once, and smaller ones fit",
  async () => {
    const device = await newGpu(), gpu = await gpuOf(device), { kernels, arena } = device;
    const held = arena.tidy(() => kernels.fill([1000], 1));
    await device.read(held);
    const feed = starve(gpu, 1e6);
    const large = arena.tidy(() => kernels.exp(kernels.fill([10 ** 6], 1)));
    const { message } = await assertRejects(() => device.read(large), OutOfMemoryError);
    const said =
      `webgpu: ${device.description} had no memory for another array of 4.0 MB. There were 8.0 MB in use, and 4.0 MB idle`;
    assertStringIncludes(message, said);
    assertStringIncludes(message, "take a smaller batch or a smaller model");
    device.free(large);
    // Commands that were refused with it are not told of, and what fits goes on.
    const small = arena.tidy(() => kernels.exp(kernels.sub(held, 1)));
    assertEquals((await device.read(small)).slice(0, 3), Float32Array.of(1, 1, 1));
    // Once there is room again, nothing of what failed is used.
    feed();
    const again = arena.tidy(() => kernels.exp(kernels.fill([10 ** 6], 0)));
    assertEquals((await device.read(again)).at(-1), 1);
    assertEquals(device.memory().bytes, 4 * (1000 + 1000 + 10 ** 6));
    gpu.destroy();
  },
);
