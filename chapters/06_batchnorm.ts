// %% [markdown]
// # 6. Batch normalization: keeping signals in range
//
// **The question.** A deep network is a long chain of multiplications. If each layer passes on a little less than it
// receives, the end of the chain hears nothing; if a little more, it is deafened. Can a layer make sure that what it hands on
// has a sensible size, whatever came before?
//
// **The idea** (Ioffe and Szegedy, 2015). Statistics has known it for long: subtract the mean, divide by the standard
// deviation. Do that *inside* the network, channel by channel, with the mean and deviation of the batch that is just
// passing through.

// %%
import { chart, F, manualSeed, nn, noGrad, optim, randn, show, steps, tensor } from "descent";
import { type Tensor, useDevice } from "descent";
import { chapterFlags, digits, section } from "descent/course";

const flags = chapterFlags({
  title: "Chapter 6: Batch normalization",
  description: "Batch normalization by hand, and AlexNet trained with it, without it, and without dropout.",
  device: true,
  threads: true,
  steps: 20,
  mostSteps: 500,
  batch: 2,
  data: true,
  seed: 0,
  out: true,
});
const device = await useDevice(flags.device, { threads: flags.threads });
console.log(`computing on ${device.name}: ${device.description}`);
manualSeed(flags.seed);

// %% [markdown]
// ## Four steps
//
// For all numbers $x_1, \dots, x_m$ of one channel (over the pictures of the batch, and over all their points):
//
// $$\mu = \frac1m \sum_i x_i, \qquad \sigma^2 = \frac1m \sum_i (x_i - \mu)^2, \qquad
// \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y_i = \gamma\, \hat x_i + \beta.$$
//
// (The book prints the second one as $\frac1m \sum_i x_i$, which is the mean once more: the square of the distance to
// $\mu$ was lost.) $\epsilon = 10^{-5}$ guards against a division by zero. $\gamma$ and $\beta$ are parameters: should the
// network be better off with another mean and another spread, it can learn them.
//
// By hand, for pictures whose numbers spread by 3 around 7:

// %%
section("Four steps");
const pictures = randn(4, 3, 8, 8).mul(3).add(7);

const mean = pictures.mean([0, 2, 3], { keepdim: true });
const variance = pictures.sub(mean).square().mean([0, 2, 3], { keepdim: true });
const normalized = pictures.sub(mean).div(variance.add(1e-5).sqrt());
const byHand = normalized.mul(1).add(0);

// %% [markdown]
// and by the layer, which starts with $\gamma = 1$, $\beta = 0$:

// %%
const layer = new nn.BatchNorm2d(3);
const byLayer = layer.forward(pictures);
const spreadOut = await byLayer.var([0, 2, 3]).sqrt().format();
console.log(`mean of each channel before = ${await mean.squeeze().format()}`);
console.log(`spread of each channel after = ${spreadOut}`);
console.log(`largest difference = ${(await byHand.sub(byLayer).abs().max().item()).toExponential(1)}`);

// %% [markdown]
// (1.0020 and not 1, as `var()` divides by $m - 1$, where normalization divides by $m$: of $m = 4 \cdot 8 \cdot 8 = 256$ numbers
// $\sqrt{256/255} = 1.0020$. And $\epsilon$ is too small to be seen.)
//
// ## Two samples are few
//
// With two numbers $a > b$ there is little to normalize: their mean lies in the middle, their deviation is half their
// distance, and the result is $+1$ and $-1$ (but for $\epsilon$), *whatever* $a$ and $b$ were. Three channels, two samples:

// %%
section("Two samples are few");
const pair = tensor([[0.1, 5, -3], [0.3, -200, -2.9]]);
console.log(`two samples = ${await new nn.BatchNorm1d(3).forward(pair).format()}`);

// %% [markdown]
// Keep that in mind for what follows: the book trains with a batch of two.
//
// ## AlexNet, with and without
//
// The same eight layers as in chapter 5, sorted into stages. The book puts normalization after the first, the third and the
// fifth convolution, and after the first linear layer; `normalize` chooses between it and a layer that does nothing.

// %%
section("AlexNet, with and without");
class AlexNet extends nn.Module {
  stages: nn.Module[];

  constructor(normalize: boolean, dropout = 0.5) {
    super();
    const norm2d = (channels: number) => normalize ? new nn.BatchNorm2d(channels) : new nn.Identity();
    const norm1d = (features: number) => normalize ? new nn.BatchNorm1d(features) : new nn.Identity();
    const conv = (inputs: number, outputs: number) => new nn.Conv2d(inputs, outputs, 3, { padding: 1 });
    const relu = () => new nn.ReLU();
    const pool = () => new nn.MaxPool2d(3, { stride: 2 });
    this.stages = [
      new nn.Sequential(new nn.Conv2d(1, 96, 11, { stride: 4 }), relu(), norm2d(96), pool()),
      new nn.Sequential(new nn.Conv2d(96, 256, 5, { padding: 2 }), relu(), pool()),
      new nn.Sequential(conv(256, 384), relu(), norm2d(384)),
      new nn.Sequential(conv(384, 384), relu()),
      new nn.Sequential(conv(384, 256), relu(), norm2d(256), pool(), new nn.Flatten()),
      new nn.Sequential(new nn.Linear(6400, 4096), relu(), norm1d(4096), new nn.Dropout(dropout)),
      new nn.Sequential(new nn.Linear(4096, 4096), relu(), new nn.Dropout(dropout)),
      new nn.Linear(4096, 10),
    ];
  }

  override forward(images: Tensor): Tensor {
    return this.stages.reduce((signal, stage) => stage.forward(signal), images);
  }
}

// %% [markdown]
// Normalization draws no random numbers, so that from one seed all networks start with exactly the same weights. (Each has
// 47 million of them, 187 MB, and training wants three times as much again, for the gradient and Adam's two averages. So none is
// kept longer than it is looked at.)

// %%
function network(normalize: boolean, dropout?: number): AlexNet {
  manualSeed(flags.seed);
  return new AlexNet(normalize, dropout);
}

const digit = flags.data === "mnist" ? await digits({ count: flags.batch, seed: flags.seed }) : null;
const x = digit ? tensor(digit.images, { shape: digit.shape }) : randn(flags.batch, 1, 224, 224);
const labels = digit?.labels ?? Int32Array.from({ length: flags.batch }, (_, n) => n % 10);
const target = F.oneHot(tensor(labels), 10);

// %% [markdown]
// ## The spread of the signal on its way
//
// How far do the numbers spread (their standard deviation) behind each stage?

// %%
section("The spread of the signal on its way");
function signals(net: AlexNet): Tensor[] {
  let signal = x;
  return noGrad(() => net.stages.map((stage) => signal = stage.forward(signal)));
}

async function spreads(behind: Tensor[]): Promise<string> {
  const found = await Promise.all(behind.map((signal) => signal.var().sqrt().item()));
  return found.map((spread) => spread.toFixed(3).padStart(7)).join("");
}

const faint = signals(network(false)), clear = signals(network(true));
console.log(`stage            1      2      3      4      5      6      7      8`);
console.log(`plain      ${await spreads(faint)}`);
console.log(`normalized ${await spreads(clear)}`);

async function share(of: Tensor): Promise<string> {
  return `${(100 * await of.to("float32").mean().item()).toFixed(0)} %`;
}

console.log(`plain, behind stage 5: ${await share(faint[4].lt(0.1))} are below 0.1`);
console.log(`normalized, behind stage 7: ${await share(clear[6].eq(0))} are 0`);
const said = noGrad(() => network(false, 0).forward(x));
const apart = await said.at(0).sub(said.at(1)).abs().max().item();
console.log(`plain, without dropout: the answers to two pictures differ by up to ${apart.toFixed(4)}`);

// %% [markdown]
// The same as histograms, behind every second stage:

// %%
const histograms = [0, 2, 4, 6].map((i) =>
  chart.histogram({
    series: { plain: faint[i], normalized: clear[i] },
    bins: 60,
    xRange: [-1, 5],
    normalize: true,
    title: `Behind stage ${i + 1}`,
    xTitle: "activation",
    height: 440,
  })
);
await show(chart.panels(histograms, { title: "How far the numbers spread" }));

// %% [markdown]
// (The bar at 0 holds what ReLU cut off, behind the seventh stage also what dropout did, and all that is smaller than 0.1.)
// Behind the first stage the two differ by a factor of three. Behind the fifth nine tenths of what the plain network says lie
// between 0 and 0.1: nearly all its numbers are one bar. The normalized one still fills the whole width. Behind the seventh
// dropout and ReLU silence three quarters of it, and the rest still reaches up to 5.
//
// The book says that the nearer to the output, the larger the fluctuations, since ReLU has no upper end. It depends on the
// weights. With these (drawn from $\pm 1/\sqrt n$, the default) the signal *fades*: of the 1 by which the pictures spread, 0.016
// is left behind eight layers. Most of that is bias, the same for every picture: without dropout
// the answers to two different pictures differ by little more than a thousandth. With weights three times as large the signal would grow (exercise 2).
// Either way each layer multiplies the spread by some factor, and the factors multiply. Normalization sets the spread back
// to 1 wherever it stands. (Max pooling, dropout and the layers that follow change it again before their stage ends.)
//
// ## Training
//
// Adam, learning rate 0.0001, 20 steps, as in the book; and since something there will look odd, the same once more without
// dropout: four runs from the same weights.

// %%
section("Training");
const criterion = (net: AlexNet) => net.forward(x).sub(target).square().div(2).sum();
const evaluated = (net: AlexNet) => noGrad(() => criterion(net.eval())).item();

async function train(net: AlexNet, label: string, watch?: () => void) {
  const optimizer = new optim.Adam(net.parameters(), { lr: 1e-4 });
  const losses: Promise<number>[] = [];
  for await (const step of steps(flags.steps, { label })) {
    const loss = criterion(net);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    step.log({ loss });
    losses.push(loss.item());
    watch?.();
  }
  const spread = await spreads(signals(net));
  return { losses: await Promise.all(losses), spread, evaluated: await evaluated(net) };
}

const watched = { mean: [] as Promise<number>[], variance: [] as Promise<number>[] };
const runs = [
  await train(network(false), "plain"),
  await train(network(true), "normalized"),
  await train(network(false, 0), "plain, no dropout"),
];
const learned = network(true, 0);
const norm = [...learned.stages[5] as nn.Sequential][2] as nn.BatchNorm1d;
runs.push(
  await train(learned, "normalized, no dropout", () => {
    watched.mean.push(norm.runningMean!.mean().item());
    watched.variance.push(norm.runningVar!.mean().item());
  }),
);

console.log(`           dropout ½             no dropout`);
console.log(`step     plain  normalized     plain  normalized`);
for (let step = 0; step < flags.steps; step++) {
  const [a, b, c, d] = runs.map(({ losses }) => losses[step].toFixed(4));
  const cells = [a.padStart(8), b.padStart(10), c.padStart(8), d.padStart(10)];
  console.log(`${String(step).padStart(4)}  ${cells.join("  ")}`);
}
const [hard, hardNormed, calm, calmNormed] = runs.map(({ losses }) => losses);
await show(chart.line({
  title: "Four runs from the same weights",
  xTitle: "step",
  yTitle: "loss",
  yLog: true,
  series: {
    "plain": { y: hard, dash: "dash" },
    "normalized": { y: hardNormed, dash: "dash" },
    "plain, no dropout": calm,
    "normalized, no dropout": calmNormed,
  },
}));
console.log(`spread behind each stage, trained:`);
console.log(`plain      ${runs[0].spread}`);
console.log(`normalized ${runs[1].spread}`);

// %% [markdown]
// **The book's run (second column) does not settle.** Its loss jumps around, mostly between one and two, and shows no steady
// fall, and that is no accident of the seed. Recall what normalization makes of two samples: $+1$ and $-1$, for each of the 4,096
// neurons behind the first linear layer. Dropout then silences half of them, another half each time, and doubles the rest.
// What reaches the output is mostly noise.
//
// **Without normalization (first column) the loss is calm, and stuck.** With two pictures it soon hovers above 0.5, which is
// what one gets for answering "½ for class 0, ½ for class 1" to both: the faded signal hardly tells them apart.
//
// **Without dropout one sees what normalization is for.** The normalized network (last column) leaps at first, then learns
// both pictures within a dozen steps. The plain one (third column) sits near 0.5 for half of the run, before it finds the way
// down and learns them, too.
//
// A larger batch makes the statistics less coarse: with `--batch 8` (a minute or two on a processor) the columns show the
// same picture, only that the noisy run now comes down from 13 to about 5. That is still above the 3.5 of answering
// ⅛ to all eight: 20 steps against dropout are few.
//
// ## Two modes
//
// When the network is used, there may be no batch: somebody shows it one picture. So in training each normalization layer
// keeps **running statistics** on the side,
//
// $$\text{running} \leftarrow 0.9 \cdot \text{running} + 0.1 \cdot \text{batch},$$
//
// and in `eval()` mode it normalizes with those. (The running variance divides by $m - 1$ instead of $m$: an unbiased
// estimate of the variance of all pictures, of which the batch is a sample.)
//
// While the last of the four networks was learning, we noted the running mean and variance behind its first linear layer,
// averaged over the 4,096 neurons. What the batch itself had can be had from two neighbouring ones: it is ten times the running one minus
// nine times the one before.

// %%
section("Two modes");
const followed = [];
for (const [name, first] of [["mean", 0], ["variance", 1]] as const) {
  const running = await Promise.all(watched[name]);
  const batch = running.map((value, i) => 10 * value - 9 * (running[i - 1] ?? first));
  console.log(`${name} at the end: batch ${batch.at(-1)!.toFixed(2)}, running ${running.at(-1)!.toFixed(2)}`);
  followed.push(chart.line({
    title: name,
    xTitle: "step",
    yTitle: name,
    height: 440,
    series: { "of the batch": { y: batch, mode: "markers" }, "running": running },
  }));
}
await show(chart.panels(followed, { title: "Statistics behind the first linear layer" }));

// %% [markdown]
// The mean rises because the weights change, and the running one comes after: at the end it stands at 0.79, where the batch has
// 1.03. The running variance started at 1 and had to come down while the batch's went up. Both remember weights that are no longer
// there.
//
// So much for training. Now the evaluation:

// %%
console.log(`plain, no dropout: loss in eval mode ${runs[2].evaluated.toFixed(4)}`);
console.log(`normalized, no dropout: loss in eval mode ${runs[3].evaluated.toFixed(4)}`);

// %% [markdown]
// The normalized network has learned its pictures, and in `eval()` mode it does not know them! Its running statistics
// remember networks of ten and twenty steps ago, whose weights were quite different. Let them catch up: run the pictures
// through again and again, in training mode, without learning anything. Of what was there before, each pass leaves nine tenths:
// after 30 passes $0.9^{30} = 4\,\%$, after 60 two thousandths, after 90 nothing that counts.

// %%
let passes = 0;
for (const until of [30, 60, 90]) {
  learned.train();
  for (; passes < until; passes++) noGrad(() => learned.forward(x));
  console.log(`loss in eval mode after ${passes} passes ${(await evaluated(learned)).toFixed(4)}`);
}

// %% [markdown]
// Better, and still not what training had. What is left is $m - 1$: behind the linear layer a batch of two has $m = 2$ numbers,
// the running variance is twice the batch's, and $\hat x$ is $\pm 0.7$ where the network was trained on $\pm 1$. With half of it:

// %%
noGrad(() => norm.runningVar!.div_(2));
console.log(`loss in eval mode, variance halved ${(await evaluated(learned)).toFixed(4)}`);

// %% [markdown]
// That is about what training had come to. With the batches of 32 and more that one uses in earnest, after thousands of steps, both differences
// disappear.
//
// ## A batch of one
//
// The book says that `BatchNorm1d` needs more than one sample. In training, yes: with one number there is no deviation to
// divide by.

// %%
section("A batch of one");
const single = x.at([0, 1]);
try {
  learned.train().forward(single);
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}

// %% [markdown]
// In `eval()` mode the running statistics serve, and one picture is enough. (`BatchNorm2d` takes a single picture even in
// training: each channel has one number per point. Chapter 7 relies on it.)

// %%
const answer = noGrad(() => learned.eval().forward(single));
console.log(`one picture in eval mode: shape [${answer.shape.join(", ")}]`);

// %% [markdown]
// ## Exercises
//
// 1. Swap `relu()` and `norm2d(96)` in the first stage: normalize *before* the kink, as the paper does. Does the last column
//    change?
// 2. In `network`, make all weights three times as large: `noGrad(() => net.parameters().forEach((p) => p.mul_(3)))`. What
//    becomes of the spreads of both networks? ($\gamma$ is among the parameters, too.)
// 3. Run with `--batch 1`. At which line does it stop, and which single layer would you have to remove?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// It leaps at first (to 3.18, where the other order went to 3.90), and from the twelfth step on both stay below a tenth: with
// two pictures, next to no difference. What differs is what comes out: behind ReLU there are no negative numbers, so the stage hands on a mean that is
// not 0. Both orders are in use.
//
// ```ts
// const paper = network(true, 0);
// const [conv, kink, norm, pool] = paper.stages[0] as nn.Sequential;
// paper.stages[0] = new nn.Sequential(conv, norm, kink, pool);
// const { losses } = await train(paper, "normalized before the kink");
// console.log(losses.map((loss) => loss.toFixed(4)).join(" "));
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// The plain network's spread now grows from layer to layer, from 1 to 69: three times the weights, three times the spread, again at
// each layer, where the default lost something. The normalized one stays between 2.6 and 10.5. Each normalization sets the spread to
// $\gamma$, which is 3 now, whatever came in.
//
// ```ts
// for (const normalize of [false, true]) {
//   const loud = network(normalize);
//   noGrad(() => loud.parameters().forEach((parameter) => parameter.mul_(3)));
//   console.log(await spreads(signals(loud)));
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// At the first normalization that has one number per channel, `BatchNorm1d(4096)`: "in training more than one value per channel is
// needed". The other three have a number for each point. Without that one layer the network takes a single picture.
//
// ```ts
// for (const without of [false, true]) {
//   const one = network(true);
//   if (without) {
//     const layers = [...one.stages[5] as nn.Sequential];
//     one.stages[5] = new nn.Sequential(...layers.filter((layer) => !(layer instanceof nn.BatchNorm1d)));
//   }
//   try {
//     console.log(one.forward(single).shape);
//   } catch (error) {
//     console.log(error instanceof Error ? error.message : error);
//   }
// }
// ```
