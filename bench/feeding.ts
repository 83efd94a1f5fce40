/**
 * What it costs to feed a network: `deno run bench/feeding.ts`. A loader's batches alone, and beside the training step that they
 * are for; medians of rounds that take turns.
 *
 * @module
 */
import {
  DataLoader,
  F,
  ImageDataset,
  nn,
  optim,
  steps,
  type Tensor,
  type Transform,
  transforms,
  useDevice,
} from "descent";

const { compose, normalize, randomCrop, randomHorizontalFlip, resize, toTensor } = transforms;
const scale = [toTensor(), normalize(0.1307, 0.3081)];
const ROUNDS = 9;

await useDevice("cpu");
const count = 20_000;
const digits = new ImageDataset({
  images: Uint8Array.from({ length: count * 784 }, (_, i) => i * 7919 >> 3),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  classes: [..."0123456789"],
  shape: [1, 28, 28],
});

type Batches = AsyncIterator<[Tensor, Tensor], void>;

/** Batches of one epoch after the other. */
async function* endless(batchSize: number, transform: Transform): AsyncGenerator<[Tensor, Tensor], void> {
  const loader = new DataLoader(digits, { batchSize, shuffle: true, dropLast: true, transform });
  while (true) yield* loader;
}

/** LeNet-5 as of today: rectifiers and maxima. */
const net = new nn.Sequential(
  ...[new nn.Conv2d(1, 6, 5, { padding: 2 }), new nn.ReLU(), new nn.MaxPool2d(2)],
  ...[new nn.Conv2d(6, 16, 5), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten()],
  ...[new nn.Linear(400, 120), new nn.ReLU(), new nn.Linear(120, 84), new nn.ReLU(), new nn.Linear(84, 10)],
);
const optimizer = new optim.SGD(net.parameters(), { lr: 0.01, momentum: 0.9 });

function train([images, labels]: [Tensor, Tensor]): void {
  F.crossEntropy(net.forward(images), labels).backward();
  optimizer.step();
  optimizer.zeroGrad();
}

/** Milliseconds for each turn of a loop. */
async function timed(turns: number, body: () => unknown): Promise<number> {
  const start = performance.now();
  for await (const _ of steps(turns, { progress: false })) await body();
  return (performance.now() - start) / turns;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

const fixed = (await endless(64, compose(scale)).next()).value!;
fixed.forEach((tensor) => tensor.keep());
const feed = async (batches: Batches) => (await batches.next()).value!;
const lean: Batches = endless(64, compose(scale)), alone: Batches = endless(64, compose(scale));
const augmented: Batches = endless(
  64,
  compose([randomCrop(28, { padding: 2 }), randomHorizontalFlip(), ...scale]),
);
const large: Batches = endless(128, compose([resize(224), ...scale]));

const rounds: number[][] = [];
for (let round = 0; round < ROUNDS + 2; round++) {
  rounds.push([
    await timed(200, () => {}),
    await timed(200, () => train(fixed)),
    await timed(200, async () => train(await feed(lean))),
    await timed(200, () => feed(alone)),
    await timed(200, () => feed(augmented)),
    await timed(4, () => feed(large)),
  ]);
}
// The first rounds are V8's.
const [empty, step, fed, plain, crops, wide] = rounds[0].map((_, i) =>
  median(rounds.slice(2).map((row) => row[i]))
);
const micros = (milliseconds: number) => `${Math.round(1000 * (milliseconds - empty))} µs`;
const share = (milliseconds: number) => `${(100 * (milliseconds - empty) / step).toFixed(1)} %`;
console.log(`LeNet, 64 digits, a training step       ${step.toFixed(2)} ms`);
console.log(`  fed by a loader                       ${fed.toFixed(2)} ms`);
console.log(`64 digits, normalized                   ${micros(plain)}, ${share(plain)} of the step`);
console.log(`64 digits, cropped, flipped, normalized ${micros(crops)}, ${share(crops)} of the step`);
console.log(`128 digits as 224 × 224, normalized     ${wide.toFixed(1)} ms`);
