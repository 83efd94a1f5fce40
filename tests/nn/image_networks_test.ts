/** Two usual networks of images, that enlarge: a DCGAN (Radford et al. 2015) and a U-Net (Ronneberger et al. 2015). */
import { assert, assertAlmostEquals } from "@std/assert";
import { cat, F, manualSeed, nn, noGrad, optim, rand, randn, type Tensor, useDevice, zeros } from "descent";
import { onEachDevice } from "../devices.ts";

/** A training of so many steps; the losses, and what the network does afterwards. */
type Training<T> = (steps: number) => Promise<{ losses: number[]; result: T }>;

/** On the CPU all steps; on a GPU, which software imitates here, a few, which have the CPU's losses. */
function trains<T>(name: string, steps: number, run: Training<T>, learned: (result: T) => void): void {
  onEachDevice(name, async (device) => {
    if (device === "cpu") return learned((await run(steps)).result);
    const { losses } = await run(3);
    await useDevice("cpu");
    const expected = (await run(3)).losses;
    losses.forEach((loss, i) => assertAlmostEquals(loss, expected[i], 1e-3 * Math.abs(expected[i])));
  });
}

/** Images [N, 1, 8, 8] of a bright band on dark ground, whose place is drawn. */
function bands(count: number): Tensor {
  const images = zeros(count, 1, 8, 8).sub(0.8);
  const at = Array.from({ length: count }, (_, i) => 1 + i % 5);
  at.forEach((row, i) => images.set_([i, 0, [row, row + 2]], 0.8));
  return images;
}

const gan: Training<{ bright: number; spread: number }> = async (steps) => {
  manualSeed(3);
  const generator = new nn.Sequential(
    ...[new nn.ConvTranspose2d(6, 16, 4, { bias: false }), new nn.BatchNorm2d(16), new nn.ReLU()],
    ...[new nn.ConvTranspose2d(16, 1, 4, { stride: 2, padding: 1 }), new nn.Tanh()],
  );
  const critic = new nn.Sequential(
    ...[new nn.Conv2d(1, 12, 4, { stride: 2, padding: 1 }), new nn.LeakyReLU(0.2)],
    ...[new nn.Conv2d(12, 1, 4), new nn.Flatten()],
  );
  const betas = [0.5, 0.999] as const;
  const forG = new optim.Adam(generator.parameters(), { lr: 0.01, betas });
  const forD = new optim.Adam(critic.parameters(), { lr: 0.005, betas });
  const real = bands(10), yes = zeros(10, 1).add(1), no = zeros(10, 1), losses: number[] = [];
  const judge = (images: Tensor, target: Tensor) =>
    F.binaryCrossEntropyWithLogits(critic.forward(images), target);
  for (let step = 0; step < steps; step++) {
    const fake = generator.forward(randn(10, 6, 1, 1));
    forD.zeroGrad();
    const loss = judge(real, yes).add(judge(fake.detach(), no));
    loss.backward();
    forD.step();
    forG.zeroGrad();
    judge(fake, yes).backward();
    forG.step();
    losses.push(await loss.item());
  }
  const made = noGrad(() => generator.forward(randn(64, 6, 1, 1)));
  // Rows are bright or dark as a whole, and two of eight are bright.
  const rows = made.mean(3);
  return { losses, result: { bright: await made.mean().item(), spread: await rows.var().sqrt().item() } };
};

trains("a DCGAN learns what its images are like", 120, gan, ({ bright, spread }) => {
  // Of a quarter at 0.8 and the rest at −0.8: mean −0.4, deviation 0.7.
  assertAlmostEquals(bright, -0.4, 0.15);
  assert(spread > 0.45, `rows are ${spread} apart`);
});

class UNet extends nn.Module {
  down = new nn.Sequential(new nn.Conv2d(1, 8, 3, { padding: "same" }), new nn.ReLU());
  deep = new nn.Sequential(
    ...[new nn.MaxPool2d(2, { ceilMode: true }), new nn.Conv2d(8, 12, 3, { padding: 1 }), new nn.ReLU()],
    new nn.Upsample({ size: [9, 11], mode: "bilinear" }),
  );
  up = new nn.Conv2d(20, 1, 3, { padding: 1, paddingMode: "reflect" });
  override forward(x: Tensor): Tensor {
    const h = this.down.forward(x);
    return this.up.forward(cat([h, this.deep.forward(h)], 1));
  }
}

/** Noisy images of a square, and where the square is. */
function squares(count: number): [Tensor, Tensor] {
  const masks = zeros(count, 1, 9, 11);
  for (let i = 0; i < count; i++) masks.set_([i, 0, [i % 5, i % 5 + 4], [i % 7, i % 7 + 4]], 1);
  return [masks.add(rand(count, 1, 9, 11).mul(0.9)), masks];
}

const unet: Training<number> = async (steps) => {
  manualSeed(4);
  const net = new UNet(), optimizer = new optim.Adam(net.parameters(), { lr: 0.02 });
  const [images, masks] = squares(12), losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const loss = F.binaryCrossEntropyWithLogits(net.forward(images), masks);
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
  }
  const [others, theirs] = squares(9);
  const found = noGrad(() => net.forward(others).gt(0).eq(theirs.gt(0)));
  return { losses, result: await found.mean().item() };
};

trains("a U-Net of an odd size finds squares in noise", 60, unet, (share) => {
  assert(share > 0.97, `${share} of the pixels are right`);
});
