// %% [markdown]
// # 7b. Depth: where it hurts, and how far one can go
//
// *About 30 minutes. Before it: chapter 7.*
//
// **The question.** Chapter 7 built a block that finds it easy to do nothing, because people had seen deep networks do
// worse than shallow ones on the very pictures they were trained on. Is that so? What is wrong with the deep ones: does
// the gradient vanish on its way down? And with the sum in each block, how deep can one go: 152 layers, as He and his
// co-authors did, or 1,001?
//
// (An interlude of experiments, each small enough to be repeated in seconds. The book has the claims.)

// %%
import { cat, type Chart, chart, F, linspace, manualSeed, nn, optim, randn } from "descent";
import { type Series, show, steps, summary, type Tensor, tensor, useDevice } from "descent";
import { chapterFlags, digits, section } from "descent/course";

const flags = chapterFlags({
  title: "Chapter 7b: Depth",
  description:
    "Plain and residual networks by depth, their gradients, their learning rates; 152 and 1,001 layers.",
  device: true,
  threads: true,
  steps: 40,
  seed: 0,
  out: true,
});
const device = await useDevice(flags.device, { threads: flags.threads });
console.log(`computing on ${device.name}: ${device.description}`);

// %% [markdown]
// ## Does depth hurt?
//
// Chapter 7's block once more, for layers that keep their size, and the plain one beside it. (With `normalize` one can leave
// out the normalization, for an experiment below.) Networks of 1 to 24 such blocks, 4 to 50 layers, are to learn ten small
// pictures by heart: ten of random numbers, and, since noise might be a special case, ten handwritten digits.

// %%
section("Does depth hurt?");
class Residual extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.Module;
  conv2: nn.Conv2d;
  bn2: nn.Module;

  constructor(channels: number, normalize = true) {
    super();
    const norm = () => normalize ? new nn.BatchNorm2d(channels) : new nn.Identity();
    this.conv1 = new nn.Conv2d(channels, channels, 3, { padding: 1 });
    this.bn1 = norm();
    this.conv2 = new nn.Conv2d(channels, channels, 3, { padding: 1 });
    this.bn2 = norm();
  }

  override forward(x: Tensor): Tensor {
    return this.correction(x).add(x).relu();
  }

  correction(x: Tensor): Tensor {
    const hidden = this.bn1.forward(this.conv1.forward(x)).relu();
    return this.bn2.forward(this.conv2.forward(hidden));
  }
}

class Plain extends Residual {
  override forward(x: Tensor): Tensor {
    return this.correction(x).relu();
  }
}

manualSeed(flags.seed);
const noise = randn(10, 1, 8, 8);
const { images, shape } = await digits({ count: 10, size: 8, seed: flags.seed });
const written = tensor(images, { shape });
const classes = F.oneHot(tensor(Int32Array.from({ length: 10 }, (_, n) => n)), 10);
await show(chart.panels([
  chart.imageGrid({ images: noise, columns: 5, title: "Noise" }),
  chart.imageGrid({ images: written, columns: 5, title: "Digits" }),
], { title: "Ten pictures of 8 × 8 points each, to be learned by heart" }));

// %% [markdown] tags=["question"]
// **Predict.** The loss is $\sum (y - t)^2 / 2$ over ten pictures with ten answers each, of which one should be 1 and the
// others 0. How small can it be for a network that says the same to every picture?
//
// - [ ] 0.45
// - [x] 4.5
// - [ ] 5
// - [ ] 50
//
// **Answer.** The best it can do is to say the mean of what is wanted: one tenth for each class. That costs
// $(0.9^2 + 9 \cdot 0.1^2) / 2 = 0.45$ a picture. (To say 0 to all costs 5.) A loss near 4.5 will mean below: this
// network does not tell its pictures apart.
//
// ```ts
// const targets = F.oneHot(tensor(Int32Array.from({ length: 10 }, (_, n) => n)), 10);
// for (const same of [0, 0.1, 0.5]) {
//   const loss = targets.sub(same).square().div(2).sum();
//   console.log(`says ${same} to all: ${(await loss.item()).toFixed(1)}`);
// }
// ```

// %% [markdown]
// All have batch normalization, all train for 40 steps with Adam. Those of one depth start from the same weights. The
// loss is that of the training pictures.

// %%
function stack(
  Block: typeof Residual,
  depth: number,
  normalize = true,
  ending: nn.Module[] = [],
): nn.Sequential {
  manualSeed(flags.seed);
  return new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }),
    ...Array.from({ length: depth }, () => new Block(16, normalize)),
    ...ending,
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Linear(16, 10),
  );
}

function lossOf(net: nn.Module, pictures: Tensor): Tensor {
  return net.forward(pictures).sub(classes).square().div(2).sum();
}

async function learn(net: nn.Module, pictures: Tensor, lr = 1e-2, count = flags.steps): Promise<number[]> {
  const adam = new optim.Adam(net.parameters(), { lr });
  const losses: Promise<number>[] = [];
  for await (const _ of steps(count, { progress: false })) {
    const loss = lossOf(net, pictures);
    loss.backward();
    adam.step();
    adam.zeroGrad();
    losses.push(loss.item());
  }
  return await Promise.all(losses);
}

function lastOf(losses: number[]): number {
  const last = losses.slice(-5);
  return last.reduce((a, b) => a + b) / last.length;
}

const depths = [1, 3, 6, 12, 24];
console.log(`${"blocks".padEnd(16)} ${depths.map((depth) => String(depth).padStart(5)).join("  ")}`);
const curves: Record<string, Series> = {
  "one tenth for every class": { x: [0, flags.steps - 1], y: [4.5, 4.5], dash: "dot" },
};
const ladder: Record<string, Series> = {};
for (const [kind, pictures] of Object.entries({ noise, digits: written })) {
  for (const Block of [Plain, Residual]) {
    const ends: number[] = [];
    for (const depth of depths) {
      const losses = await learn(stack(Block, depth), pictures);
      ends.push(lastOf(losses));
      if (pictures === noise && (depth === 3 || depth === 24)) {
        curves[`${Block.name}, ${depth} blocks`] = { y: losses, dash: depth === 3 ? "dash" : undefined };
      }
    }
    const name = `${Block.name}, ${kind}`;
    console.log(`${name.padEnd(16)} ${ends.map((loss) => loss.toFixed(3)).join("  ")}`);
    ladder[name] = { x: depths, y: ends, dash: pictures === noise ? undefined : "dash" };
  }
}
const title = "Ten pictures of noise, to be learned by heart";
await show(chart.line({ title, series: curves, xTitle: "step", yTitle: "training loss", yLog: true }));
await show(chart.line({
  title: "What 40 steps come to, by depth",
  series: ladder,
  mode: "lines+markers",
  xTitle: "blocks",
  yTitle: "training loss",
  xLog: true,
  yLog: true,
}));

// %% [markdown]
// It does. From 6 blocks on, each doubling makes the plain networks worse, and with 24 they end between 2.9 and 4.3
// (noise and digits, seeds 0, 1 and 2): not far from the dotted line, and about a hundred times the loss of those with 3
// blocks, or more. Digits are no easier than noise. The residual network of the same depth begins with the largest loss
// of all, since each block adds to the signal, and learns its pictures. It is not ahead of the shallow ones, since ten
// pictures need no depth; but depth hurts it far less.
//
// ## Does the gradient arrive?
//
// The usual explanation is that a gradient **vanishes** on its way down through many layers. Let us measure: in networks
// of 8, 20 and 56 layers that have not learned yet, the norm of the gradient of each kernel, from the first convolution to
// the last. The weights are drawn as they are by default, here as in PyTorch: evenly between $\pm 1/\sqrt n$, where $n$ is how
// many numbers a kernel sees at a time ($9 \cdot 16$ in the blocks). First *without* normalization.

// %%
section("Does the gradient arrive?");
async function gradientNorms(net: nn.Module, pictures = noise): Promise<number[]> {
  lossOf(net, pictures).backward();
  const kernels = net.parameters().filter(({ ndim, grad }) => ndim === 4 && grad !== null);
  return await Promise.all(kernels.map(async ({ grad }) => Math.hypot(...await grad!.data())));
}

async function gradientsByDepth(normalize: boolean, yRange: [number, number]): Promise<Chart[]> {
  const panels: Chart[] = [];
  for (const Block of [Plain, Residual]) {
    const series: Record<string, Series> = {};
    for (const depth of [3, 9, 27]) {
      const layers = `${2 * depth + 2} layers`;
      const norms = await gradientNorms(stack(Block, depth, normalize));
      const [first, last] = [norms[0], norms.at(-1)!].map((norm) => norm.toExponential(1));
      const perLayer = (norms[0] / norms.at(-1)!) ** (1 / (norms.length - 1));
      console.log(
        `${Block.name.padEnd(8)} ${layers.padStart(9)}: ` +
          `first kernel ${first}, last kernel ${last}: ${perLayer.toFixed(2)} per layer`,
      );
      series[layers] = { x: norms.map((_, i) => i + 1), y: norms };
    }
    const axes = {
      xTitle: "convolution, counted from the input",
      yTitle: "gradient norm",
      yLog: true,
      yRange,
    };
    panels.push(chart.line({ title: Block.name, series, height: 480, ...axes }));
  }
  return panels;
}

const bare = await gradientsByDepth(false, [1e-24, 1e2]);
await show(chart.panels(bare, { title: "Gradients by depth, without normalization" }));

// %% [markdown]
// On the left the gradient vanishes indeed: each layer passes on about 0.4 of it. (Such weights have the variance
// $\frac1{3n}$, and ReLU lets half of the signal through: that leaves a sixth of the square, and $\sqrt{1/6} \approx 0.41$.
// The pictures' borders take a little more.) The first of 55 kernels gets $10^{-23}$ of what the last one gets, and
// will never move. On the right the curves are flat, whatever the depth: that is the 1 in $g'(x) + 1$.

// %% [markdown] tags=["question"]
// **Predict.** Each layer passes on 0.41 of the gradient. After how many layers is nothing left of it: not a tiny number,
// but 0?
//
// - [ ] None: 0.41 times something is something.
// - [ ] About 40, as a 32-bit number has so few digits.
// - [x] About a hundred.
// - [ ] About a thousand.
//
// **Answer.** A 32-bit number has 7 digits, but its exponent reaches down to $10^{-38}$, and with fewer and fewer digits
// to $10^{-45}$. $0.41^{100}$ is $10^{-39}$. (Some processors round the last stretch to 0 and need fewer layers.)
//
// ```ts
// let gradient = tensor(1), layers = 0;
// while (await gradient.item() > 0) {
//   gradient = gradient.mul(0.41);
//   layers++;
// }
// console.log(`0 after ${layers} layers`);
// ```

// %% [markdown]
// So the sum cures vanishing gradients. But it was not the first cure: one can draw larger weights (exercise 3), or
// normalize. The networks of the experiment were normalized:

// %%
const normed = await gradientsByDepth(true, [1, 1e5]);
await show(chart.panels(normed, { title: "Gradients by depth, with batch normalization" }));

// %% [markdown]
// Nothing vanishes here. In the deep plain networks the gradient even *grows* on its way from the output (right) to the
// input (left): with 56 layers by 1.11 per layer, a factor of more than a hundred; with 8 there is nothing of it yet.
// (Yang and others proved in 2019 that normalized plain networks must start like this. It is the opposite of a vanishing
// gradient, an **exploding gradient**; the book says that batch normalization takes care of both, and of this one it does
// not.) In the residual ones the first of 56 layers' kernels gets two to four times as much as the last. (The dip at the
// left is the first convolution, which reads one channel and has a sixteenth of the weights.)
//
// Hence the plain network of the experiment did not fail for want of a gradient. He and his co-authors say so themselves: they
// checked that theirs did not vanish, and left open what else it is.
//
// ## How far does a gradient hold?
//
// A gradient only speaks of the place where it was taken. How far may one go by it? Take the gradient of all weights at
// the start, let Adam move each of them by $\delta$, take the gradient there, and compare the two directions by the
// **cosine** of the angle between them: 1 for the same direction.

// %% [markdown] tags=["question"]
// **Predict.** Two gradients of 10,000 weights have nothing to do with each other. What is the cosine of the angle
// between them?
//
// - [ ] −1: they point away from each other.
// - [x] Nearly 0: about 0.01, of either sign.
// - [ ] Anything between −1 and 1.
// - [ ] 0.5 on average.
//
// **Answer.** In many dimensions nearly all directions are at right angles to a given one. Products of both signs cancel;
// what $n$ of them leave is about $1/\sqrt n$ of what it could be. So a cosine near 0 says that two gradients have
// nothing in common.
//
// ```ts
// manualSeed(0);
// const [a, b] = [randn(1000, 10_000), randn(1000, 10_000)];
// const cosine = F.cosineSimilarity(a, b, { dim: 1 });
// console.log(`standard deviation ${(await cosine.square().mean().sqrt().item()).toFixed(3)}`);
// ```

// %%
section("How far does a gradient hold?");
async function agreement(Block: typeof Residual, depth: number, delta: number): Promise<number> {
  const net = stack(Block, depth);
  const adam = new optim.Adam(net.parameters(), { lr: delta });
  const gradients: Tensor[] = [];
  for (let place = 0; place < 2; place++) {
    lossOf(net, noise).backward();
    const gradient = cat(net.parameters().map(({ grad }) => grad!.flatten()));
    gradients.push(gradient.div(gradient.square().sum().sqrt()));
    adam.step();
    adam.zeroGrad();
  }
  return await gradients[0].mul(gradients[1]).sum().item();
}

const deltas = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2];
const cosines: Record<string, Series> = {};
console.log(
  `${"cosine, delta =".padEnd(19)}${deltas.map((delta) => delta.toExponential(0).padStart(7)).join("")}`,
);
for (const Block of [Plain, Residual]) {
  for (const depth of [3, 24]) {
    const name = `${Block.name}, ${depth} blocks`;
    const found: number[] = [];
    for (const delta of deltas) found.push(await agreement(Block, depth, delta));
    console.log(`${name.padEnd(19)}${found.map((cosine) => cosine.toFixed(2).padStart(7)).join("")}`);
    cosines[name] = { y: found, dash: depth === 3 ? "dash" : undefined };
  }
}
await show(chart.line({
  title: "How far does a gradient hold?",
  x: deltas,
  series: cosines,
  mode: "lines+markers",
  xTitle: "δ, by which each weight moves",
  yTitle: "cosine",
  xLog: true,
  yRange: [-0.2, 1.1],
}));

// %% [markdown]
// In the deep plain network a move by a millionth is enough, and the gradient has little to do with the one before. The
// experiment moved its weights by about 0.01 per step, ten thousand times as far: it went all but blindly. In the
// residual network of the same depth a move by 0.0001 leaves most of the direction (0.79), and one by 0.001 half of it.
// (At 0.01 it depends on the start: 0.40 is left here, 0.25 and 0.04 with the seeds 1 and 2.)
//
// That the gradient is large and that it does not hold are two sides of one thing. The layers that multiply a gradient on its
// way down multiply a small change on its way up.
//
// ## Shattered gradients
//
// Balduzzi and others (2017) asked the same of the *inputs*: how does the gradient change from one picture to a picture
// beside it? Let us walk from a one to a two in 127 steps so small that nobody would see one of them, and take at each of
// the 128 places the gradient of the network's first answer with respect to the 64 points of the picture. Then compare
// every place with every other. (All 128 pictures pass the network at once, so that normalization is the same for all.)

// %%
section("Shattered gradients");
const way = linspace(0, 1, 128).reshape(128, 1, 1, 1);
const walk = written.at([1, 2]).mul(way.neg().add(1)).add(written.at([2, 3]).mul(way));
await show(chart.imageGrid({
  images: walk.at([0, 128, 18]),
  columns: 8,
  title: "From a one to a two: every eighteenth picture of the walk",
}));

const maps: Chart[] = [], apart = [1, 2, 4, 8, 16, 32], seconds = linspace(0, 126, 64);
console.log(`${"steps apart".padEnd(19)} ${apart.map((k) => String(k).padStart(6)).join("")}`);
for (const [Block, depth] of [[Plain, 3], [Residual, 3], [Plain, 24], [Residual, 24]] as const) {
  const places = walk.detach();
  places.requiresGrad = true;
  stack(Block, depth).forward(places).at(null, 0).sum().backward();
  const gradients = F.normalize(places.grad!.flatten(1), { dim: 1 });
  const similar = gradients.matmul(gradients.t());
  const means = await Promise.all(
    apart.map((k) => similar.at([k, null], [0, 128 - k]).diagonal().mean().item()),
  );
  const name = `${Block.name}, ${depth} blocks`;
  const shown = means.map((mean) => mean.toFixed(2).replace("-0.00", "0.00").padStart(6));
  console.log(`${name.padEnd(19)} ${shown.join("")}`);
  const axes = { x: seconds, y: seconds, xTitle: "place", yTitle: "place", zTitle: "cosine" };
  const z = similar.at([0, 128, 2], [0, 128, 2]);
  maps.push(chart.heatmap({ z, zRange: [-1, 1], colors: "diverging", title: name, ...axes }));
}
await show(chart.panels(maps, { title: "How alike the gradients at two places of the walk are" }));

// %% [markdown]
// The numbers are means over all places that are so many steps apart. In the pictures every second place has a
// row: what is orange points the same way. In the shallow networks there is a broad band, and neighbours agree. In the deep
// plain network the band is one row wide: each gradient stands alone, and a pixel that should become brighter here may
// just as well have to become darker one invisible step further on. Balduzzi and his co-authors call such gradients
// **shattered**; along the walk they look like noise. The sum brings the band back. (It is narrower than with 3 blocks.
// The sum does not undo depth; it slows what depth does.)
//
// ## Shorter and longer steps
//
// If that is the trouble, shorter steps should help, and longer ones should hurt. Once more 24 blocks and the pictures of
// noise, with a tenth of the learning rate (and three times as many steps), and with ten times as much. And, since
// chapter 7 gave the credit to batch normalization, the first two without it, too.

// %%
section("Shorter and longer steps");
const few = flags.steps;
const paces: [lr: number, count: number][] = [[1e-3, 3 * few], [1e-2, few], [1e-1, few]];
console.log(`${"learning rate".padEnd(24)} ${paces.map(([lr]) => String(lr).padStart(5)).join("  ")}`);
const byPace: Record<string, Series> = {};
for (const normalize of [false, true]) {
  for (const Block of [Plain, Residual]) {
    const tried = normalize ? paces : paces.slice(0, 2), ends: number[] = [];
    for (const [lr, count] of tried) {
      ends.push(lastOf(await learn(stack(Block, 24, normalize), noise, lr, count)));
    }
    const name = `${Block.name}, ${normalize ? "normalized" : "not normalized"}`;
    console.log(`${name.padEnd(24)} ${ends.map((loss) => loss.toFixed(3)).join("  ")}`);
    byPace[name] = { x: tried.map(([lr]) => lr), y: ends, dash: normalize ? undefined : "dash" };
  }
}
await show(chart.line({
  title: "Fifty layers at three learning rates",
  series: byPace,
  mode: "lines+markers",
  xTitle: "learning rate",
  yTitle: "training loss",
  xLog: true,
  yLog: true,
}));

// %% [markdown]
// Shorter steps do help. After 120 of them the loss of the normalized plain network is 1.372, and falling: it *can* learn
// its pictures, if slowly. With longer ones, of 0.1, both end above 4: the residual network, too, says nearly the same to
// all ten. So what the sum buys is a factor of ten. The plain network needs steps of 0.001, the residual one stands
// 0.01, and neither stands 0.1.
//
// The dashed lines are the networks without normalization. With neither remedy nothing is learned at either rate. With the
// sum alone 0.001 works and 0.01 does not. Steps of 0.01 take both, the sum and the normalization. (All this holds for
// the seeds 1 and 2, too.)
//
// ## Nothing in the way
//
// One ReLU in our blocks still stands in the way of the sum: everything that goes around a block is cut at 0 behind it. A
// year later He and his co-authors (2016) moved normalization and ReLU *before* the convolutions, into the correction.
// What is left of a network of such **pre-activation** blocks is one long sum, $x + g_1 + g_2 + \dots$, from the first
// layer to the last.

// %%
section("Nothing in the way");
class PreActivated extends Residual {
  override forward(x: Tensor): Tensor {
    return this.correction(x).add(x);
  }

  override correction(x: Tensor): Tensor {
    const hidden = this.conv1.forward(this.bn1.forward(x).relu());
    return this.conv2.forward(this.bn2.forward(hidden).relu());
  }
}

for (const depth of [24, 48]) {
  const nets = {
    "sum, then ReLU": stack(Residual, depth),
    "pre-activation": stack(PreActivated, depth, true, [new nn.BatchNorm2d(16), new nn.ReLU()]),
  };
  for (const [name, net] of Object.entries(nets)) {
    const losses = await learn(net, noise);
    console.log(`${name}, ${depth} blocks: loss ${losses[0].toFixed(0)} → ${lastOf(losses).toFixed(3)}`);
  }
}

// %% [markdown]
// They learn better yet: 0.064 against 0.290 with 24 blocks, 0.245 against 0.898 with 48. (With the seeds 0, 1 and 2 they
// won five of six such pairs, and lost that of 48 blocks and seed 2.) And the loss no longer begins in the hundreds: a
// correction now ends with a convolution of small weights, not with a normalization, so the sum grows more slowly.
//
// ## 152 layers
//
// ResNet-152, with which He and his co-authors won the ImageNet competition of 2015, looks at photographs of
// $224 \times 224$ points and tells a thousand classes apart. It has up to 2,048 channels, and a $3 \times 3$ convolution
// from 2,048 to 2,048 would have 38 million weights. So its blocks have a **bottleneck**: a $1 \times 1$ convolution down
// to a quarter of the channels, the $3 \times 3$ one there, and a $1 \times 1$ one up again.

// %% [markdown] tags=["question"]
// **Predict.** A block of two $3 \times 3$ convolutions with 256 channels, and one with a bottleneck of 64. How many
// weights does the second have?
//
// - [ ] A quarter of the first's.
// - [ ] Half: it has one layer more.
// - [x] A seventeenth.
// - [ ] More: three layers instead of two.
//
// **Answer.** The $3 \times 3$ convolution that is left has a quarter of the channels on both sides, so a sixteenth of
// the weights; and the two others are $1 \times 1$, which is a ninth of $3 \times 3$.
//
// ```ts
// const basic = [new nn.Conv2d(256, 256, 3, { bias: false }), new nn.Conv2d(256, 256, 3, { bias: false })];
// const bottleneck = [
//   new nn.Conv2d(256, 64, 1, { bias: false }),
//   new nn.Conv2d(64, 64, 3, { bias: false }),
//   new nn.Conv2d(64, 256, 1, { bias: false }),
// ];
// const [first, second] = [basic, bottleneck].map((layers) =>
//   layers.reduce((sum, { weight }) => sum + weight.size, 0)
// );
// console.log(`${first} and ${second} weights: ${(first / second).toFixed(1)} times as many`);
// ```

// %%
section("152 layers");
function conv(inputs: number, outputs: number, kernel: number, stride = 1): nn.Conv2d {
  return new nn.Conv2d(inputs, outputs, kernel, { stride, padding: (kernel - 1) / 2, bias: false });
}

class Bottleneck extends nn.Module {
  correction: nn.Sequential;
  shortcut: nn.Module;

  constructor(inputs: number, outputs: number, stride: number) {
    super();
    const width = outputs / 4;
    this.correction = new nn.Sequential(
      conv(inputs, width, 1, stride),
      new nn.BatchNorm2d(width),
      new nn.ReLU(),
      conv(width, width, 3),
      new nn.BatchNorm2d(width),
      new nn.ReLU(),
      conv(width, outputs, 1),
      new nn.BatchNorm2d(outputs),
    );
    this.shortcut = inputs === outputs
      ? new nn.Identity()
      : new nn.Sequential(conv(inputs, outputs, 1, stride), new nn.BatchNorm2d(outputs));
  }

  override forward(x: Tensor): Tensor {
    return this.correction.forward(x).add(this.shortcut.forward(x)).relu();
  }
}

type BlockClass = new (inputs: number, outputs: number, stride: number) => nn.Module;

function stages(Block: BlockClass, inputs: number, ...plan: [count: number, outputs: number][]): nn.Module[] {
  return plan.flatMap(([count, outputs], stage) =>
    Array.from({ length: count }, (_, i) => {
      const before = i > 0 ? outputs : stage > 0 ? plan[stage - 1][1] : inputs;
      return new Block(before, outputs, i === 0 && stage > 0 ? 2 : 1);
    })
  );
}

function resnet152(): nn.Sequential {
  return new nn.Sequential(
    conv(3, 64, 7, 2),
    new nn.BatchNorm2d(64),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    ...stages(Bottleneck, 64, [3, 256], [8, 512], [36, 1024], [3, 2048]),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Linear(2048, 1000),
  );
}

// %% [markdown]
// No big machine is needed to build it, to count it, and to train it for one step. (The step is plain descent. Adam would
// keep two more numbers for each weight.)

// %%
function cost(name: string, net: nn.Module, input: number[]): void {
  const { parameters, flops } = summary(net, input);
  console.log(
    `${name}: ${parameters.toLocaleString("en-US")} parameters, ${(flops / 1e9).toFixed(1)} G operations, ` +
      `${(flops / 2e9).toFixed(1)} G multiply-adds`,
  );
}

async function oneStep(): Promise<void> {
  const net = resnet152();
  cost("152 layers", net, [1, 3, 224, 224]);
  const sgd = new optim.SGD(net.parameters(), { lr: 0.01 });
  const photograph = randn(1, 3, 224, 224), start = performance.now();
  for await (const _ of steps(1, { progress: false })) {
    const loss = F.crossEntropy(net.forward(photograph), tensor(Int32Array.of(0)));
    loss.backward();
    sgd.step();
    sgd.zeroGrad();
    console.log(`loss ${(await loss.item()).toFixed(2)}`);
  }
  console.log(`one step: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
await oneStep();

// %% [markdown]
// Sixty million weights are 241 MB, and their gradients as much again. A step takes a second or a few on a processor; what
// is dear is the number of steps, for more than a million photographs, about a hundred times over. The loss is near
// $\ln 1000 = 6.9$, as it must be of a network that knows nothing yet and has a thousand classes to choose from.

// %% [markdown] tags=["question"]
// **Predict.** The paper says that ResNet-152 takes 11.3 billion FLOPs; `summary` says twice that. Who is right?
//
// - [ ] The paper: `summary` counts the way back, too.
// - [ ] `summary`: the paper leaves out the shortcuts.
// - [x] Both.
// - [ ] Neither: it depends on the processor.
//
// **Answer.** An output of a convolution is a sum of products. The papers count a **multiply-add** as one; `summary`, as
// the makers of processors do, counts a multiplication and an addition.
//
// ```ts
// const layer = new nn.Conv2d(2, 1, 3, { bias: false });
// const { flops } = summary(layer, [1, 2, 3, 3]);
// console.log(`${layer.weight.size} products in the one output: ${flops} operations`);
// ```

// %% [markdown]
// ## 1,001 layers
//
// For pictures of $32 \times 32$ points He and his co-authors (2016) built 1,001 layers: one convolution, three stages of
// 111 bottlenecks with 64, 128 and 256 channels, in pre-activation order, and a linear layer.

// %% [markdown] tags=["question"]
// **Predict.** In a normalized plain network a gradient grew by a factor of about 1.1 per layer on its way down. By what
// factor does it grow in 1,000 layers?
//
// - [ ] By 1,100.
// - [ ] By about a million.
// - [ ] Batch normalization keeps it from growing that far.
// - [x] By more than a 32-bit number can hold.
//
// **Answer.** $1.1^{1000}$ is $2.5 \cdot 10^{41}$, and 32 bits end at $3.4 \cdot 10^{38}$. What comes out is infinity,
// and from infinity minus infinity comes what is not a number.
//
// ```ts
// let gradient = tensor(1);
// for (let layer = 0; layer < 1000; layer++) gradient = gradient.mul(1.1);
// console.log(`as numbers of 32 bits: ${await gradient.item()}; of 64: ${(1.1 ** 1000).toExponential(1)}`);
// ```

// %%
section("1,001 layers");
class PreBottleneck extends nn.Module {
  correction: nn.Sequential;
  shortcut: nn.Module;

  constructor(inputs: number, outputs: number, stride: number) {
    super();
    const width = outputs / 4;
    this.correction = new nn.Sequential(
      new nn.BatchNorm2d(inputs),
      new nn.ReLU(),
      conv(inputs, width, 1, stride),
      new nn.BatchNorm2d(width),
      new nn.ReLU(),
      conv(width, width, 3),
      new nn.BatchNorm2d(width),
      new nn.ReLU(),
      conv(width, outputs, 1),
    );
    this.shortcut = inputs === outputs ? new nn.Identity() : conv(inputs, outputs, 1, stride);
  }

  override forward(x: Tensor): Tensor {
    return this.correction.forward(x).add(this.shortcut.forward(x));
  }
}

class PlainPreBottleneck extends PreBottleneck {
  override forward(x: Tensor): Tensor {
    return this.correction.forward(x);
  }
}

function resnet1001(channels: number, Block: BlockClass = PreBottleneck): nn.Sequential {
  manualSeed(flags.seed);
  return new nn.Sequential(
    conv(channels, 16, 3),
    ...stages(Block, 16, [111, 64], [111, 128], [111, 256]),
    new nn.BatchNorm2d(256),
    new nn.ReLU(),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Linear(256, 10),
  );
}

const theirs = resnet1001(3);
cost("1,001 layers", theirs, [1, 3, 32, 32]);
const weights = theirs.parameters().filter(({ ndim }) => ndim > 1);
const inWeights = weights.reduce((sum, { size }) => sum + size, 0);
console.log(`without those of normalization: ${inWeights.toLocaleString("en-US")}`);

// %% [markdown]
// A sixth of the weights of the 152 layers, and for such small pictures an eighth of the arithmetic: depth is cheap,
// width is dear. (The paper says 10.2 million, which is the count without normalization's weights.)
//
// Can a gradient pass through all that? The ten digits again, and one way back through 1,001 layers, without the sums and
// with them:

// %%
const passes: Record<string, Series> = {};
for (const [name, Block] of Object.entries({ plain: PlainPreBottleneck, residual: PreBottleneck })) {
  const norms = await gradientNorms(resnet1001(1, Block), written);
  const lost = norms.filter((norm) => !Number.isFinite(norm)).length;
  console.log(
    `${name}: first kernel ${norms[0].toExponential(1)}, last kernel ${norms.at(-1)!.toExponential(1)}, ` +
      `${lost} of ${norms.length} kernels without a gradient`,
  );
  passes[name] = {
    x: norms.map((_, i) => i + 1),
    y: norms.map((norm) => Number.isFinite(norm) ? norm : NaN),
  };
}
await show(chart.line({
  title: "Gradients of 1,001 layers",
  series: passes,
  xTitle: "convolution, counted from the input",
  yTitle: "gradient norm",
  yLog: true,
}));

// %% [markdown]
// In the plain network the gradient grows on its way down, in this picture from right to left, until it leaves the range
// of 32-bit numbers with half of the layers still to come: those get infinity, or what is not a number, and a step of any
// length makes nonsense of their weights. With the sums it arrives at the first layer, having grown by less than one
// per cent per layer. (There are 1,003 kernels with the three shortcuts.)
//
// And does it learn? In chapter 7's way each block begins by doing nothing: its last convolution is set to zero. Then
// eight steps:

// %%
const deep = resnet1001(1);
for (const block of deep.modules()) {
  if (block instanceof PreBottleneck) block.correction.at(-1).parameters().forEach((p) => nn.init.zeros_(p));
}
const adam = new optim.Adam(deep.parameters(), { lr: 1e-3 });
for await (const step of steps(8, { label: "1,001 layers" })) {
  const answers = deep.forward(written);
  const loss = answers.sub(classes).square().div(2).sum();
  loss.backward();
  adam.step();
  adam.zeroGrad();
  const right = answers.argmax(1).eq(classes.argmax(1)).sum();
  step.log({ loss, right });
}

// %% [markdown]
// At the fourth step it gets all ten right (with the seeds 1 and 2, too): 1,001 layers, in seconds, on a processor.
//
// ## What to notice
//
// **Degradation is real, and it is not overfitting.** It is the training loss that is worse.
//
// **It is not vanishing gradients, either, once there is normalization.** What goes wrong is how far a gradient can be
// trusted: from one step to the next, and from one picture to the next. The sum keeps the gradients of neighbours alike,
// so that steps may be ten times as long.
//
// **Depth is not free.** 24 residual blocks learn these ten pictures worse than 3. More layers are for tasks that need
// them: on chapter 8's two thousand pictures the deeper residual network learns faster.
//
// ## Exercises
//
// 1. In `Residual.forward` add only half of the way around, `x.mul(0.5)`. Is half an identity enough for 24 blocks?
// 2. Let each block begin by doing nothing: as the last line of the constructor,
//    `this.bn2.parameters().forEach((p) => nn.init.zeros_(p))`. How do 24 blocks learn now, and 48?
// 3. Draw larger weights for the 56 layers without normalization: `nn.init.kaimingNormal_` (He's initialization) gives
//    the variance $\frac2n$, six times that of the default, to make up for the ReLU. Which gradients vanish now?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// Half is not enough: the loss ends at 2.980, where the whole identity comes to 0.290. Of the way around, $0.5^{24}$ is
// left at the end, one part in seventeen million. The factor must be 1.
//
// ```ts
// class Half extends Residual {
//   override forward(x: Tensor): Tensor {
//     return this.correction(x).add(x.mul(0.5)).relu();
//   }
// }
// console.log(`Half, 24 blocks: loss ${lastOf(await learn(stack(Half, 24), noise)).toFixed(3)}`);
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// Much better: 24 blocks end at 0.017 instead of 0.290, and 48 at 0.013 instead of 0.898. The network begins as if it had
// no blocks, with a loss of 7 instead of 243, and each block grows as it is needed. At the first step only the last
// normalization of a block gets a gradient that is not 0, from the second step on all its layers do. Goyal and others
// (2017) began their ResNet-50 this way.
//
// ```ts
// class Quiet extends Residual {
//   constructor(channels: number, normalize = true) {
//     super(channels, normalize);
//     this.bn2.parameters().forEach((p) => nn.init.zeros_(p));
//   }
// }
// for (const depth of [24, 48]) {
//   const losses = await learn(stack(Quiet, depth), noise);
//   console.log(`Quiet, ${depth} blocks: loss ${losses[0].toFixed(0)} → ${lastOf(losses).toFixed(3)}`);
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// No longer the plain network's: the first kernel gets 0.1, the last 0.6. So vanishing gradients had a cure before there
// were residual networks. It does not suit these: now each block adds a correction about as large as its input, so that
// the square of the signal, and with it the loss, grows about twofold, 27 times over. The loss begins at
// $1.5 \cdot 10^{10}$, and the gradients are as large. A residual network wants small corrections: by small weights, or
// by normalization.
//
// ```ts
// for (const Block of [Plain, Residual]) {
//   const net = stack(Block, 27, false);
//   for (const p of net.parameters()) if (p.ndim === 4) nn.init.kaimingNormal_(p, { nonlinearity: "relu" });
//   const norms = await gradientNorms(net);
//   const [first, last] = [norms[0], norms.at(-1)!].map((norm) => norm.toExponential(0));
//   const loss = await lossOf(net, noise).item();
//   console.log(`${Block.name}: loss ${loss.toPrecision(2)}, first kernel ${first}, last kernel ${last}`);
// }
// ```
