/** What a training step asks of WebGPU, and what it holds: on a real GPU each dispatch, write and byte is time. */
import { assert, assertEquals } from "@std/assert";
import { capture, currentDevice, F, manualSeed, nn, optim, randn, steps, type Tensor, tensor } from "descent";
import { alexnet, resnet18 } from "../../bench/cases/networks.ts";
import { counted, held, perStep, watch } from "../../bench/gpu/count.ts";
import { idle } from "../../bench/gpu/idle.ts";
import { step } from "../../bench/gpu/jobs.ts";
import { needed } from "../../bench/gpu/memory.ts";
import { noGpu, onDevice } from "../devices.ts";
import { onGpu } from "./gpu.ts";

if (noGpu === undefined) watch();

/** A test of what runs on the GPU that all tests share. */
const onShared = (name: string, body: () => void | Promise<void>) =>
  onGpu(name, () => onDevice("webgpu", body));

/** Until everything is compiled, and recorded twice where that is asked for. */
const WARM = 3;
const SMALL = [1, 1, 64, 64];

/** What a step asks for when it has run before: a read ends each of two series, and their difference has none. */
async function asked(captured: boolean) {
  const run = step(resnet18, SMALL, captured), times: number[] = [];
  const series = async (count: number) => {
    const before = counted();
    let loss: Tensor | undefined;
    for (let i = 0; i < count; i++) {
      const { waitedMs } = counted(), start = performance.now();
      loss = run();
      times.push(performance.now() - start - (counted().waitedMs - waitedMs));
    }
    await loss!.item();
    return perStep(counted(), before, 1);
  };
  await series(WARM);
  const one = await series(1), two = await series(2);
  return { ...perStep(two, one, 1), javaScriptMs: times.slice(WARM).sort((a, b) => a - b)[1] };
}

onShared("a step of ResNet-18 is at most 250 dispatches and 60 writes", async () => {
  const { dispatches, writes } = await asked(false);
  console.log(`eager: ${dispatches} dispatches, ${writes} writes`);
  assert(dispatches <= 250 && writes <= 60, `${dispatches} dispatches, ${writes} writes`);
});

onShared("a captured step of ResNet-18 is at most 200 dispatches in one submission", async () => {
  const { dispatches, submits, writes, javaScriptMs } = await asked(true);
  const ms = javaScriptMs.toFixed(2);
  console.log(
    `captured: ${dispatches} dispatches, ${submits} submits, ${writes} writes, ${ms} ms of JavaScript`,
  );
  assert(dispatches <= 200 && submits === 1, `${dispatches} dispatches, ${submits} submits`);
  // 1.5 ms where nobody else computes.
  assert(javaScriptMs < 15, `${ms} ms of JavaScript`);
});

/** A thousand steps of a small network, the loss read now and then, as they are written. */
async function thousand(captured: boolean): Promise<void> {
  manualSeed(1);
  const net = new nn.Sequential(
    ...[new nn.Conv2d(1, 4, 3, { padding: 1 }), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.MaxPool2d(2)],
    ...[new nn.Flatten(), new nn.Dropout(0.2), new nn.Linear(64, 3)],
  );
  const adam = new optim.Adam(net.parameters(), { lr: 1e-3 });
  const x = randn(4, 1, 8, 8), y = tensor([0, 1, 2, 0], { dtype: "int32" });
  const eager = () => {
    const loss = F.crossEntropy(net.forward(x), y);
    loss.backward();
    adam.step();
    adam.zeroGrad();
    return loss;
  };
  const learn = captured ? capture(eager) : eager;
  const uses: { tensors: number; bytes: number; held: number; buffers: number }[] = [];
  for await (const one of steps(1000, { progress: false })) {
    const { tensors, bytes } = currentDevice().memory();
    uses.push({ tensors, bytes, held: held.bytes, buffers: counted().buffers });
    const loss = learn();
    if (one.index % 50 === 0) await loss.item();
  }
  // A pool finds out what it needs, but not for long. Less may be in use, where garbage of earlier tests was collected meanwhile.
  const early = uses[200], late = uses[999];
  const more = Object.entries(late).filter(([name, value]) => value > early[name as keyof typeof early]);
  assertEquals(more, [], `after 200 steps there were ${JSON.stringify(early)}`);
}

onShared("a thousand steps take no more memory than two hundred, and make no buffer", () => thousand(false));
onShared("a thousand captured steps take no more memory, either", () => thousand(true));

onShared("a captured step of AlexNet holds at most 1.2 times what it has to", () => {
  // Nothing is submitted: on a processor this batch takes minutes.
  const input = [128, 1, 224, 224], before = held.bytes, least = needed(alexnet(false), input);
  idle(() => {
    const run = step(alexnet(false), input, true);
    for (let i = 0; i < WARM; i++) run();
  });
  const bytes = held.bytes - before;
  console.log(`${bytes} bytes are held, ${(bytes / least).toFixed(3)} times the least`);
  assert(bytes <= 1.2 * least, `${bytes} bytes are held, and ${least} would do`);
});
