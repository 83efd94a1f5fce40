// %% [markdown]
// # 6. Batch normalization: keeping signals in range
//
// *About 30 minutes. Before it: chapter 5, and what a standard deviation is.*
//
// **The question.** A deep network is a long chain of multiplications. If each layer passes on a little less than it
// receives, the end of the chain hears nothing; if a little more, it is deafened. Can a layer make sure that what it hands on
// has a sensible size, whatever came before?
//
// **The idea** (Ioffe and Szegedy, 2015) is as old as statistics: subtract the mean, divide by the standard deviation. The new
// part is to do it *inside* the network, channel by channel, with the mean and deviation of the batch that is passing through.

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
// **Batch normalization** takes all numbers $x_1, \dots, x_m$ of one channel (from every picture of the batch, and every point
// of each) and does this with them:
//
// $$\begin{gathered} \mu = \frac1m \sum_i x_i, \qquad \sigma^2 = \frac1m \sum_i (x_i - \mu)^2, \\
// \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y_i = \gamma\, \hat x_i + \beta. \end{gathered}$$
//
// (The book prints the second as $\frac1m \sum_i x_i$, which is the mean once more: the square of the distance to
// $\mu$ was lost.) $\epsilon = 10^{-5}$ guards against division by zero. $\gamma$ and $\beta$ are parameters: if the
// network is better off with another mean and another spread, it can learn them.
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
// (1.0020 and not 1, because `var()` divides by $m - 1$ and normalization by $m$: with $m = 4 \cdot 8 \cdot 8 = 256$ numbers,
// $\sqrt{256/255} = 1.0020$. That little difference will matter at the end of the chapter. $\epsilon$ is too small to be seen.)

// %% [markdown] tags=["question"]
// **Predict.** Somebody stores the same pictures on another scale: every number is 100 times as large, plus 5. What does the
// normalization layer make of them?
//
// - [ ] Numbers 100 times as large as before.
// - [ ] Numbers as before, shifted by 5.
// - [x] The same numbers as before, but for rounding.
// - [ ] Something else, until $\gamma$ and $\beta$ have been learned anew.
//
// **Answer.** The mean moves along with the pictures and is subtracted; the deviation grows with them and is divided out. What
// remains is how a number compares with the others, and that is the same on every scale.
//
// ```ts
// const stored = randn(4, 3, 8, 8), rescaled = stored.mul(100).add(5);
// const [before, after] = [stored, rescaled].map((x) => new nn.BatchNorm2d(3).forward(x));
// console.log(`largest difference = ${(await before.sub(after).abs().max().item()).toFixed(4)}`);
// ```

// %% [markdown] tags=["question"]
// **Predict.** A convolution has a bias, one number per channel, and its output goes straight into a normalization layer. You add
// 5 to every bias. What changes behind the normalization?
//
// - [x] Nothing.
// - [ ] All numbers grow by 5.
// - [ ] All numbers grow, but by less than 5.
// - [ ] The mean stays 0, and the spread grows.
//
// **Answer.** The bias moves all numbers of its channel alike, so it moves their mean as far, and the mean is subtracted. In front of
// a normalization a bias is a parameter without effect, which is why many networks are written with `{ bias: false }` there;
// $\beta$ does its work behind.
//
// ```ts
// const conv = new nn.Conv2d(1, 4, 3), bn = new nn.BatchNorm2d(4), seen = randn(2, 1, 9, 9);
// const before = bn.forward(conv.forward(seen));
// noGrad(() => conv.bias!.add_(5));
// const after = bn.forward(conv.forward(seen));
// console.log(`largest difference = ${(await before.sub(after).abs().max().item()).toFixed(4)}`);
// ```

// %% [markdown] tags=["question"]
// **Predict.** Behind a linear layer, the smallest batch that can be normalized has two samples. Of three neurons the first
// saw 0.1 and 0.3, the second 5 and −200, the third −3 and −2.9. What comes out?
//
// - [ ] Small numbers for the first and the last neuron, large ones for the second.
// - [ ] Zeros: with two numbers there is nothing to compare.
// - [ ] 0 and 1, or 1 and 0, for each of the three.
// - [x] 1 and −1, or −1 and 1, for each of the three, but for $\epsilon$.
//
// **Answer.** The mean of two numbers lies in the middle, and their deviation is half their distance. So one of them is one deviation
// above the mean and the other one below, whatever they were.
//
// ```ts
// const seen = tensor([[0.1, 5, -3], [0.3, -200, -2.9]]);
// console.log(await new nn.BatchNorm1d(3).forward(seen).format({ digits: 2 }));
// ```

// %% [markdown]
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
// Normalization draws no random numbers, so from one seed all networks start with exactly the same weights. (Each has
// 47 million of them, 187 MB, and training wants three times as much again, for the gradient and Adam's two averages. So no
// network is kept longer than it is looked at.)

// %%
function network(normalize: boolean, dropout?: number): AlexNet {
  manualSeed(flags.seed);
  return new AlexNet(normalize, dropout);
}

const digit = flags.data === "mnist" ? await digits({ count: flags.batch, seed: flags.seed }) : null;
const x = digit ? tensor(digit.images, { shape: digit.shape }) : randn(flags.batch, 1, 224, 224);
const labels = digit?.labels ?? Int32Array.from({ length: flags.batch }, (_, n) => n % 10);
const target = F.oneHot(tensor(labels), 10);

// %% [markdown] tags=["question"]
// **Predict.** Eight linear layers of 256 neurons, nothing between them, with the library's default weights, drawn from
// $\pm 1/\sqrt n$. In go numbers that spread by 1. By how much do they spread at the end?
//
// - [ ] By about 1: the default is made for that.
// - [ ] By about a third.
// - [x] By about a hundredth.
// - [ ] By about a hundred.
//
// **Answer.** Numbers from $\pm 1/\sqrt n$ have the variance $\frac1{3n}$, and a neuron adds up $n$ products: each layer divides the
// variance by three, the spread by $\sqrt 3$. Eight times over, that is a division by 81.
//
// ```ts
// const chain = new nn.Sequential(...Array.from({ length: 8 }, () => new nn.Linear(256, 256, { bias: false })));
// console.log(`spread = ${(await chain.forward(randn(64, 256)).var().sqrt().item()).toFixed(4)}`);
// ```

// %% [markdown]
// ## The signal on its way
//
// How far do the numbers spread (their standard deviation) behind each stage? Dropout is left out here: it adds noise of its own.

// %%
section("The signal on its way");
function signals(net: AlexNet): Tensor[] {
  let signal = x;
  return noGrad(() => net.stages.map((stage) => signal = stage.forward(signal)));
}

async function row(of: Tensor[]): Promise<string> {
  const numbers = await Promise.all(of.map((one) => one.item()));
  return numbers.map((number) => number.toFixed(3).padStart(8)).join("");
}

const spreads = (behind: Tensor[]) => row(behind.map((signal) => signal.var().sqrt()));

const faint = signals(network(false, 0)), clear = signals(network(true, 0));
console.log(`spread behind stage  1       2       3       4       5       6       7       8`);
console.log(`plain          ${await spreads(faint)}`);
console.log(`normalized     ${await spreads(clear)}`);
const small = await faint[4].lt(0.1).to("float32").mean().item();
console.log(`plain, behind stage 5: ${(100 * small).toFixed(0)} % are below 0.1`);

// %% [markdown]
// The same as histograms, behind the first and the fifth stage:

// %%
const histograms = [0, 4].map((i) =>
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
// (The bar at 0 holds what ReLU cut off, and all that is smaller than 0.1.) Behind the first stage the two differ by a factor of
// three. Behind the fifth, nine tenths of the plain network's numbers lie between 0 and 0.1: nearly all of them are one bar. Those
// of the normalized one still fill the whole width.
//
// The book says that the fluctuations grow towards the output, since ReLU has no upper end. That depends on the
// weights. With these the signal *fades*: of the 1 by which the pictures spread, 0.011 is left behind eight stages. With weights
// three times as large it would grow (exercise 2). Either way each layer multiplies the spread by some factor, and the factors
// multiply. Normalization sets the spread back to 1 wherever it stands. (Max pooling and the layers that follow change it again
// before their stage ends.)
//
// A faint signal alone would not be so bad: the next layer could turn up the volume. But is what arrives still about the
// *pictures*? The **cosine** between what two pictures leave behind a stage is 1 if they point the same way, 0 if they have nothing
// in common, and −1 if they are opposites.

// %%
const together = (behind: Tensor[]) =>
  row(
    behind.map((signal) => F.cosineSimilarity(signal.at(0).flatten(), signal.at(-1).flatten(), { dim: 0 })),
  );

console.log(`cosine of the pictures themselves = ${(await together([x])).trim()}`);
console.log(`cosine behind stage  1       2       3       4       5       6       7       8`);
console.log(`plain          ${await together(faint)}`);
console.log(`normalized     ${await together(clear)}`);
const apart = await faint[7].at(0).sub(faint[7].at(-1)).abs().max().item();
console.log(`plain, largest difference of two answers = ${apart.toFixed(4)}`);

// %% [markdown]
// The pictures are noise and have nothing in common. To the plain network they look more alike with every stage, and in the end
// almost the same: the cosine of its answers is 0.998. What is left is mostly bias, which is the same for every picture, and the answers
// differ by little more than a thousandth. The normalized network keeps the two apart. Behind the sixth stage, where its last
// normalization stands, they are exact opposites, −1.000, since two samples become $+1$ and $-1$. The ReLU behind it then
// leaves a neuron to one picture or to the other, and the cosine is 0.
//
// ## The gradient on its way back
//
// The book says that normalization also copes rather well with vanishing and exploding gradients. Let the loss send its gradient back,
// and look behind each stage: how large is it there (the root of its mean square)?

// %%
section("The gradient on its way back");
const criterion = (net: AlexNet) => net.forward(x).sub(target).square().div(2).sum();

async function gradients(net: AlexNet): Promise<string> {
  let signal = x;
  const behind = net.stages.map((stage) => (signal = stage.forward(signal)).retainGrad());
  signal.sub(target).square().div(2).sum().backward();
  const sizes = behind.map(({ grad }) => grad!.square().mean().sqrt().item());
  return (await Promise.all(sizes)).map((size) => size.toExponential(0).padStart(8)).join("");
}

console.log(`gradient behind      1       2       3       4       5       6       7       8`);
console.log(`plain          ${await gradients(network(false, 0))}`);
console.log(`normalized     ${await gradients(network(true, 0))}`);

// %% [markdown]
// Read it from right to left, as the gradient travels. In the plain network it **vanishes**: the last layer alone leaves a
// thirtieth, then from stage to stage it loses a half, two thirds, three quarters, and behind the first it is $10^{-5}$,
// where the loss sent off 0.3. In the normalized network it falls as steeply behind the last stages, but no further: from
// the fifth to the first it stays at a few hundredths, and behind the first that is thousands of times what the plain
// network has. A normalization that divides a signal by its small spread divides the gradient on its way back by that
// spread, too.
//
// ## Training
//
// Adam, learning rate 0.0001, 20 steps, as in the book; and since something there will look odd, the same once more without
// dropout: four runs from the same weights.

// %%
section("Training");
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
  return Promise.all(losses);
}

const hard = await train(network(false), "plain");
const hardNormed = await train(network(true), "normalized");
const calm = await train(network(false, 0), "plain, no dropout");

const learned = network(true, 0);
const norms = learned.modules().filter((module) =>
  module instanceof nn.BatchNorm2d || module instanceof nn.BatchNorm1d
);
const watched: Promise<number>[] = [];
const calmNormed = await train(learned, "normalized, no dropout", () => {
  watched.push(norms[3].runningMean!.mean().item());
});

console.log(`           dropout ½             no dropout`);
console.log(`step     plain  normalized     plain  normalized`);
for (let step = 0; step < flags.steps; step++) {
  const [a, b, c, d] = [hard, hardNormed, calm, calmNormed].map((losses) => losses[step].toFixed(4));
  const cells = [a.padStart(8), b.padStart(10), c.padStart(8), d.padStart(10)];
  console.log(`${String(step).padStart(4)}  ${cells.join("  ")}`);
}
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

// %% [markdown]
// **The book's run (second column) does not settle.** Its loss jumps around, mostly between one and two, and shows no steady
// fall, and that is no accident of the seed. Recall what normalization makes of two samples: $+1$ and $-1$, for each of the 4,096
// neurons behind the first linear layer. Dropout then silences half of them, another half each time, and doubles the rest.
// What reaches the output is mostly noise.
//
// **Without normalization (first column) the loss is calm, and stuck.** With two pictures it soon hovers a little above 0.5, which is
// what one gets for answering "½ for class 0, ½ for class 1" to both: two pictures that look almost the same get the same
// answer.
//
// **Without dropout one sees what normalization is for.** The normalized network (last column) leaps at first, then learns
// both pictures within a dozen steps; so it does with each of three seeds (0, 1 and 2). The plain one (third column) sits near 0.5 for
// half of the run before it finds the way down and learns them as well. That is luck: with the other two seeds it does not find it in
// 20 steps.
//
// A larger batch makes the statistics less coarse: with `--batch 8` (a minute or two on a processor) the columns show the
// same picture, except that the noisy run now comes down from 13 to about 5. That is still above the 3.5 of answering
// ⅛ to all eight: 20 steps against dropout are few.

// %% [markdown] tags=["question"]
// **Predict.** Once the network is in use there may be no batch, so a normalization layer keeps a running mean on the side. It starts
// at 0, and each batch in training moves it a tenth of the way to that batch's mean. Every batch has the mean 1. Where does the running
// mean stand after ten batches?
//
// - [ ] At 0.1.
// - [x] At 0.65.
// - [ ] At 1: ten tenths.
// - [ ] At 0.99.
//
// **Answer.** Each batch leaves nine tenths of the distance that was left, and $0.9^{10} = 0.35$. A tenth of the *remaining* way is less
// every time.
//
// ```ts
// const counting = new nn.BatchNorm1d(1), ofMeanOne = tensor([[0], [2]]);
// for (let batch = 0; batch < 10; batch++) counting.forward(ofMeanOne);
// console.log(`running mean = ${(await counting.runningMean!.item()).toFixed(2)}`);
// ```

// %% [markdown]
// ## Two modes
//
// When the network is used, there may be no batch: somebody shows it one picture. So in training each normalization layer
// keeps **running statistics** on the side,
//
// $$\text{running} \leftarrow (1 - \alpha) \cdot \text{running} + \alpha \cdot \text{batch},$$
//
// and in `eval()` mode it normalizes with those. The share $\alpha$ of the new batch is what PyTorch calls the layer's **momentum**;
// it is 0.1 unless you ask for another. (The running variance divides by $m - 1$ instead of $m$: an unbiased
// estimate of the variance of all pictures, of which the batch is a sample.)
//
// What is a good share? Two tests. In the first the world stands still: sixty batches of eight numbers around 1. In the second it
// moves: the mean behind the first linear layer of our fourth network while it learned, averaged over the 4,096 neurons. (We noted
// the layer's running mean. The batch's own follows from two of them: ten times the running one minus nine times the one before.)

// %%
section("Two modes");
function follow(batches: number[], share: number): number[] {
  let running = 0;
  return batches.map((batch) => running = (1 - share) * running + share * batch);
}

const noted = await Promise.all(watched);
const worlds = {
  "a world that stands still": await randn(60, 8).add(1).mean(1).array<number[]>(),
  "a network that learns": noted.map((value, i) => 10 * value - 9 * (noted[i - 1] ?? 0)),
};
const followed = Object.entries(worlds).map(([title, batches]) => {
  const runs = [0.5, 0.1, 0.01].map((share) => [`momentum ${share}`, follow(batches, share)] as const);
  for (const [name, running] of runs) {
    const late = running.slice(running.length >> 1);
    const [low, high] = [Math.min(...late), Math.max(...late)].map((value) => value.toFixed(2));
    console.log(
      `${title}, ${name}: ${low} to ${high} in the second half, ${running.at(-1)!.toFixed(2)} at the end`,
    );
  }
  console.log(`${title}, the last batch: ${batches.at(-1)!.toFixed(2)}`);
  return chart.line({
    title,
    xTitle: "batch",
    yTitle: "mean",
    height: 440,
    series: { "of the batch": { y: batches, mode: "markers" }, ...Object.fromEntries(runs) },
  });
});
await show(chart.panels(followed, { title: "What a running mean makes of its batches" }));

// %% [markdown]
// A large share follows closely, and trembles with every batch. A small one is calm, and comes late: with 0.01 the running mean
// still remembers, after sixty batches, the 0 that it started from. 0.1 is the usual compromise, and for the network that
// learns it is not fast enough: the mean rises because the weights change, and at the end the running one stands at 0.79
// where the batch has 1.03. It remembers weights that are no longer there.

// %% [markdown] tags=["question"]
// **Predict.** A normalization layer fresh from its constructor is put into `eval()` mode before it has seen any batch. In go
// numbers that spread by 3 around 7. What comes out?
//
// - [ ] Numbers that spread by 1 around 0.
// - [ ] Zeros.
// - [ ] An error: it has no statistics yet.
// - [x] The numbers that went in.
//
// **Answer.** The running mean starts at 0 and the running variance at 1, and to subtract 0 and divide by 1 is to do nothing (but for
// $\epsilon$). No error tells you: a network that is evaluated too early just answers badly.
//
// ```ts
// const fresh = new nn.BatchNorm1d(4).eval(), given = randn(100, 4).mul(3).add(7);
// console.log(`largest difference = ${(await fresh.forward(given).sub(given).abs().max().item()).toFixed(4)}`);
// ```

// %% [markdown]
// ## What evaluation remembers
//
// Now evaluate the normalized network without dropout. And for comparison, its loss with the same weights in training mode,
// with the statistics of the batch:

// %%
section("What evaluation remembers");
const present = await noGrad(() => criterion(learned.train())).item();
console.log(`normalized, loss in training mode: ${present.toFixed(4)}`);
console.log(`normalized, loss in eval mode: ${(await evaluated(learned)).toFixed(4)}`);

// %% [markdown]
// The normalized network has learned its pictures, and in `eval()` mode it does not know them! Its running statistics
// remember networks of ten and twenty steps ago, whose weights were quite different. Let them catch up: run the pictures
// through again and again, in training mode, without learning anything, until the loss no longer moves. Of what was there before,
// thirty passes leave $0.9^{30} = 4\,\%$.

// %%
let passes = 0, settled = await evaluated(learned), before = Infinity;
while (Math.abs(settled - before) > 0.01 * settled) {
  learned.train();
  for (let pass = 0; pass < 30; pass++) noGrad(() => learned.forward(x));
  [before, settled] = [settled, await evaluated(learned)];
  console.log(`loss in eval mode after ${passes += 30} passes ${settled.toFixed(4)}`);
}

// %% [markdown]
// Better, and settled, and still several times what training mode has. The statistics are those of this very batch now, so what
// is left?

// %% [markdown] tags=["question"]
// **Predict.** A neuron saw 0 and 2 in every batch of two, a thousand times. In training mode its normalization hands on −1 and 1. What
// does it hand on in `eval()` mode, when the same two numbers come in?
//
// - [ ] −1 and 1.
// - [x] −0.71 and 0.71.
// - [ ] −1.41 and 1.41.
// - [ ] 0 and 2.
//
// **Answer.** Training divides by the batch's own variance, $\frac12(1 + 1) = 1$. What is put aside for evaluation is the estimate with
// $m - 1$, which is $\frac11(1 + 1) = 2$, and $1/\sqrt 2 = 0.71$. With two samples that is a large difference.
//
// ```ts
// const two = new nn.BatchNorm1d(1), seen = tensor([[0], [2]]);
// for (let batch = 0; batch < 1000; batch++) two.forward(seen);
// console.log(`training: ${await two.forward(seen).flatten().format({ digits: 2 })}`);
// console.log(`eval: ${await two.eval().forward(seen).flatten().format({ digits: 2 })}`);
// ```

// %% [markdown]
// It is the $m - 1$. The running variance is $\frac{m}{m - 1}$ times what training divides by. A convolution's channel has many
// numbers, one per point and picture, but behind the linear layer a batch of two has $m = 2$: the variance is
// twice as large, and $\hat x$ is $\pm 0.71$ where the network was trained on $\pm 1$. Take the factor back, layer by layer, from the last to the
// first:

// %%
const points = [54 * 54, 12 * 12, 12 * 12, 1];
for (let i = norms.length - 1; i >= 0; i--) {
  const m = flags.batch * points[i];
  noGrad(() => norms[i].runningVar!.mul_((m - 1) / m));
  const loss = (await evaluated(learned)).toFixed(4);
  console.log(
    `normalization ${i + 1}, m = ${m}: variance · ${((m - 1) / m).toFixed(4)}, loss in eval mode ${loss}`,
  );
}

// %% [markdown]
// The first line is nearly all of it, and with the last the two modes agree to a ten-thousandth: nothing else was different. With the
// batches of 32 and more that one uses in earnest, over thousands of steps, both causes fade: $m - 1$ is nearly $m$, and the
// weights of ten steps ago are nearly those of now.

// %% [markdown] tags=["question"]
// **Predict.** You train with a batch of a single picture. Which normalization layers can still do their work?
//
// - [ ] None: one sample has no deviation.
// - [ ] All: the running statistics step in.
// - [x] Those behind convolutions, but not the one behind the linear layer.
// - [ ] The one behind the linear layer, but not those behind convolutions.
//
// **Answer.** What counts is not the pictures but the numbers per channel. Behind a convolution one picture still has a number at every
// point; behind a linear layer it has one in all.
//
// ```ts
// const cases = [
//   [new nn.BatchNorm2d(3), randn(1, 3, 8, 8)],
//   [new nn.BatchNorm1d(3), randn(1, 3)],
// ] as const;
// for (const [norm, input] of cases) {
//   try {
//     console.log(`${norm.constructor.name}: shape [${norm.forward(input).shape}]`);
//   } catch (error) {
//     console.log(`${norm.constructor.name}: ${(error as Error).message}`);
//   }
// }
// ```

// %% [markdown]
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
  console.log(error instanceof Error ? error.message.replaceAll("; ", ";\n") : error);
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
// 3. Run with `--batch 1`. At which layer does it stop, and would the network take a single picture without it?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// It leaps at first (to 3.18, where the other order went to 3.90), and from the twelfth step on both stay below a tenth: with
// two pictures, next to no difference. What differs is what comes out: behind ReLU there are no negative numbers, so the stage hands on
// a mean that is not 0. Both orders are in use.
//
// ```ts
// const paper = network(true, 0);
// const [conv, kink, norm, pool] = paper.stages[0] as nn.Sequential;
// paper.stages[0] = new nn.Sequential(conv, norm, kink, pool);
// const losses = await train(paper, "normalized before the kink");
// console.log(losses.map((loss) => loss.toFixed(4)).join(" "));
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// The plain network's spread now grows from layer to layer, from 1 to 36: three times the weights, three times the spread, again at
// each layer, where the default lost something. The normalized one stays between 2.4 and 8.3. Each normalization sets the spread to
// $\gamma$, which is 3 now, whatever came in.
//
// ```ts
// for (const normalize of [false, true]) {
//   const loud = network(normalize, 0);
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
