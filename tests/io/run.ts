/**
 * A small run with everything that has a state: means and variances, dropout, moments, a schedule, an order, random pictures.
 *
 * @module
 */
import { DataLoader, F, type Image, ImageDataset, manualSeed, nn, optim, Tensor } from "descent";
import type { Stateful } from "../../lib/io/parts.ts";
import { randomState } from "../../lib/tensor/random.ts";

/** The same pictures each time. */
function pictures(): ImageDataset {
  const images = Uint8Array.from({ length: 22 * 36 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  const labels = Uint8Array.from({ length: 22 }, (_, i) => i * 7 % 3);
  return new ImageDataset({ images, labels, classes: ["a", "b", "c"], shape: [1, 6, 6] });
}

/** Half of the pictures upside down. */
function flip({ data, shape }: Image, random: () => number): Image {
  return { data: random() < 0.5 ? data.slice().reverse() : data, shape };
}

/** A run that has not begun. Its seed is that of its first weights and of all that is random. */
export function newRun(seed: number, Optimizer: typeof optim.Adam | typeof optim.AdamW = optim.AdamW) {
  manualSeed(seed);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Dropout(0.5),
    new nn.Linear(64, 3),
  );
  const optimizer = new Optimizer(model.parameters(), { lr: 0.01, amsgrad: true });
  const schedule = new optim.lr.CosineAnnealingLR(optimizer, { tMax: 20 });
  const loader = new DataLoader(pictures(), { batchSize: 4, shuffle: true, transform: flip });
  return { model, optimizer, schedule, loader };
}

/**
 * Trains through as many epochs as it takes.
 *
 * @param run Where it is.
 * @param from So many steps were made.
 * @param to So many will have been.
 * @param after Called after each step with its number.
 */
export async function train(
  { model, optimizer, schedule, loader }: ReturnType<typeof newRun>,
  from: number,
  to: number,
  after: (step: number, loss: Tensor) => void | Promise<void> = () => {},
): Promise<void> {
  for (let step = from; step < to;) {
    for await (const [images, labels] of loader) {
      const loss = F.crossEntropy(model.forward(images), labels);
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
      schedule.step();
      await after(++step, loss);
      if (step === to) break;
    }
  }
}

/** Every bit of a run, as text: two that are the same have the same. */
export async function bitsOf(run: Record<string, Stateful>): Promise<string> {
  const plain = async (value: unknown): Promise<unknown> => {
    if (value instanceof Tensor) {
      const { buffer, byteOffset, byteLength } = await value.data();
      return [value.dtype, value.shape, new Uint8Array(buffer, byteOffset, byteLength).join()];
    }
    if (typeof value !== "object" || value === null) return value;
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, one]) => [key, await plain(one)]),
    );
    return Object.fromEntries(entries);
  };
  const states = Object.entries(run).map(([key, part]) => [key, part.stateDict()]);
  return JSON.stringify([await plain(Object.fromEntries(states)), randomState()]);
}
