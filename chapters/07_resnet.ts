// %% [markdown]
// # 7. ResNet: layers that may do nothing
//
// **The question.** If eight layers are good, are fifty better? One would think that they cannot be worse: the additional
// layers would only have to do nothing. Yet around 2015 people saw deep networks with a larger error than shallow ones, and
// not just on new pictures (that would be overfitting) but on the very pictures they were *trained* on.

// %%
import { capture, cat, type Chart, chart, F, graph, manualSeed, nn, noGrad, ones } from "descent";
import { optim, rand, randn, type Series, show, steps, summary } from "descent";
import { type Tensor, tensor, useDevice } from "descent";
import { chapterFlags, digits, section } from "descent/course";

const flags = chapterFlags({
  title: "Chapter 7: ResNet",
  description: "Residual blocks, and an eighteen-layer network of 11,178,378 parameters that learns.",
  device: true,
  threads: true,
  steps: 5,
  batch: 1,
  data: true,
  seed: 0,
  out: true,
});
const device = await useDevice(flags.device, { threads: flags.threads });
console.log(`computing on ${device.name}: ${device.description}`);
manualSeed(flags.seed);

// %% [markdown]
// ## The idea: add what came in
//
// He, Zhang, Ren and Sun (2015) looked at "doing nothing", the **identity mapping** $y = x$. For a plain stack of layers
// $y = f(x)$ that is one function among all others, and the weights have to find it. So they gave the layers an easier task.
// Let the block compute a *correction* $g$, and add its input:
//
// $$y = \mathrm{relu}\big(g(x) + x\big).$$
//
// Now doing nothing is $g = 0$, and for that it is enough that the weights of the last layer of $g$ are zero, whatever the
// others are. And the derivative $\partial (g(x) + x) / \partial x = g'(x) + 1$ has a 1 that does not depend on any weight:
// besides the way through the layers, there is one around them.
//
// The correction consists of two convolutions, each with batch normalization, and a ReLU between them. Where a block halves the
// size of the picture and changes the number of channels, its input no longer fits the sum; a $1 \times 1$ convolution (the
// **shortcut**) brings it into shape. (`normalize` is for an experiment below.)

// %%
section("The idea: add what came in");
class Residual extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.Module;
  conv2: nn.Conv2d;
  bn2: nn.Module;
  shortcut: nn.Module;

  constructor(inputs: number, outputs: number, { stride = 1, normalize = true } = {}) {
    super();
    const norm = () => normalize ? new nn.BatchNorm2d(outputs) : new nn.Identity();
    this.conv1 = new nn.Conv2d(inputs, outputs, 3, { stride, padding: 1 });
    this.bn1 = norm();
    this.conv2 = new nn.Conv2d(outputs, outputs, 3, { padding: 1 });
    this.bn2 = norm();
    this.shortcut = stride === 1 ? new nn.Identity() : new nn.Conv2d(inputs, outputs, 1, { stride });
  }

  override forward(x: Tensor): Tensor {
    return this.correction(x).add(this.shortcut.forward(x)).relu();
  }

  correction(x: Tensor): Tensor {
    const hidden = this.bn1.forward(this.conv1.forward(x)).relu();
    return this.bn2.forward(this.conv2.forward(hidden));
  }
}

// %% [markdown]
// Both kinds as graphs. Follow the arrows at the side: the grey one carries $x$ around the layers to the sum, in the second
// block through the shortcut, and the orange one brings the gradient back the same way. Without that way around, what is
// left is a plain block.

// %%
const input = rand(1, 64, 56, 56);
input.requiresGrad = true;
const kinds = {
  "A residual block": new Residual(64, 64),
  "A residual block that halves the picture": new Residual(64, 128, { stride: 2 }),
};
for (const [title, block] of Object.entries(kinds)) {
  const output = block.forward(input);
  await show(graph(output, { module: block, names: { x: input, y: output }, depth: 1, title }));
}

// %% [markdown]
// A **plain** block is the same without the sum:

// %%
class Plain extends Residual {
  override forward(x: Tensor): Tensor {
    return this.correction(x).relu();
  }
}

// %% [markdown]
// ## Doing nothing, in numbers
//
// Set all weights of both blocks to zero. Does the input come out again? (Its numbers lie between 0 and 1: nothing for the last
// ReLU to cut, as behind any other ReLU.)

// %%
section("Doing nothing, in numbers");
const signal = rand(1, 4, 6, 6);
for (const block of [new Plain(4, 4), new Residual(4, 4)]) {
  noGrad(() => block.parameters().forEach((parameter) => parameter.zero_()));
  const difference = noGrad(() => block.forward(signal).sub(signal).abs().max());
  console.log(`${block.constructor.name}: largest |y - x| = ${(await difference.item()).toFixed(4)}`);
}

// %% [markdown]
// The residual block is the identity, the plain one says 0 to everything. Now set to zero the last layer only, the second
// normalization ($\gamma = \beta = 0$), and leave all other weights as they were drawn. And try a second input, with numbers
// of both signs: the ReLU stands *behind* the sum, and that input it cuts.

// %%
const quiet = new Residual(4, 4);
noGrad(() => quiet.bn2.parameters().forEach((parameter) => parameter.zero_()));
for (const [kind, x] of Object.entries({ "not negative": signal, "of both signs": signal.sub(0.5) })) {
  const y = noGrad(() => quiet.forward(x));
  const [same, cut] = await Promise.all([x, x.relu()].map((other) => y.sub(other).abs().max().item()));
  console.log(`input ${kind}: |y - x| up to ${same.toFixed(4)}, |y - relu(x)| up to ${cut.toFixed(4)}`);
}

// %% [markdown]
// So such a block is the identity for what is not negative, and $\mathrm{relu}$ for the rest. In a network that is enough:
// what a block receives was made by the ReLU of the block before it.
//
// The book gives another reason for the degradation: a network cannot be the identity, since from the ten numbers that come out
// nobody could get the picture back, and $f(x) \ne x$ in any case. That argument does not hold. Nothing has to be got back: the
// question is whether *additional* layers, between two of the same size, can pass their input on. And they can. A kernel with a
// single 1 in its middle copies its channel:

// %%
const copy = noGrad(() => ones(1).reshape(1, 1, 1, 1).pad([[0, 0], [0, 0], [1, 1], [1, 1]]));
const kernels = F.oneHot(tensor([0, 1, 2, 3], { dtype: "int32" }), 4).reshape(4, 4, 1, 1).mul(copy);
const copied = F.conv2d(F.conv2d(signal, kernels, { padding: 1 }).relu(), kernels, { padding: 1 }).relu();
console.log(
  `Plain, with kernels that copy: largest |y - x| = ${await copied.sub(signal).abs().max().item()}`,
);

// %% [markdown]
// So a plain block *can* be the identity. It just does not get there: descent would have to find these particular kernels,
// in every additional layer at once. The observation that started it all is about *finding*, not about what can be expressed.
//
// ## The experiment
//
// Ten small pictures of random numbers, to be learned by heart by networks of 3 and of 24 blocks (8 and 50 layers), plain and
// residual. All have batch normalization, all train for 40 steps with Adam. Equally deep ones start from the same weights.
// The loss is that of the training pictures.

// %%
section("The experiment");
const small = randn(10, 1, 8, 8);
const classes = F.oneHot(tensor(Int32Array.from({ length: 10 }, (_, n) => n)), 10);

function stack(Block: typeof Residual, depth: number, normalize = true): nn.Sequential {
  manualSeed(flags.seed);
  return new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }),
    ...Array.from({ length: depth }, () => new Block(16, 16, { normalize })),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Linear(16, 10),
  );
}

function lossOf(net: nn.Sequential): Tensor {
  return net.forward(small).sub(classes).square().div(2).sum();
}

async function learn(net: nn.Sequential, lr: number, count: number): Promise<number[]> {
  const adam = new optim.Adam(net.parameters(), { lr });
  const losses: Promise<number>[] = [];
  for await (const _ of steps(count, { progress: false })) {
    const loss = lossOf(net);
    loss.backward();
    adam.step();
    adam.zeroGrad();
    losses.push(loss.item());
  }
  return await Promise.all(losses);
}

function lastOf(losses: number[]): string {
  return (losses.slice(-5).reduce((a, b) => a + b) / 5).toFixed(3);
}

// %%
const curves: Record<string, Series> = {};
for (const Block of [Plain, Residual]) {
  for (const depth of [3, 24]) {
    const losses = await learn(stack(Block, depth), 1e-2, 40);
    console.log(`${Block.name.padEnd(8)} ${String(depth).padStart(2)} blocks: loss ${lastOf(losses)}`);
    curves[`${Block.name}, ${depth} blocks`] = { y: losses, dash: depth === 3 ? "dash" : undefined };
  }
}
curves["one tenth for every class"] = { x: [0, 39], y: [4.5, 4.5], dash: "dot" };
const title = "Ten pictures to be learned by heart";
await show(chart.line({ title, series: curves, xTitle: "step", yTitle: "training loss", yLog: true }));

// %% [markdown]
// The deep plain network has forty-two more layers than its little brother, and is far worse at the same pictures. It comes
// down to about 4 and stays there, near the dotted line: 4.5 is what the same answer to all ten pictures costs at best. The
// residual one of the same depth begins with the largest loss of all (each block adds to the signal), and learns them. (It is not
// ahead of the shallow ones: depth does not help with ten pictures of noise. It hurts far less.)
//
// ## Does the gradient arrive?
//
// The usual explanation is that a gradient **vanishes** on its way down through many layers. Let us measure: in networks
// of 8, 20 and 56 layers that have not learned yet, the norm of the gradient of each kernel, from the first convolution to
// the last. The weights are drawn as they are by default, here as in PyTorch: evenly between $\pm 1/\sqrt n$, where $n$ is how
// many numbers a kernel sees at a time ($9 \cdot 16$ in the blocks). First *without* normalization.

// %%
section("Does the gradient arrive?");
async function gradientNorms(net: nn.Sequential): Promise<number[]> {
  lossOf(net).backward();
  const weights = net.parameters().filter(({ ndim }) => ndim === 4);
  return await Promise.all(weights.map(async ({ grad }) => Math.hypot(...await grad!.data())));
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
//
// So the sum cures vanishing gradients. But it was not the first cure: one can draw larger weights (exercise 3), or
// normalize. The networks of the experiment were normalized:

// %%
const normed = await gradientsByDepth(true, [1, 1e5]);
await show(chart.panels(normed, { title: "Gradients by depth, with batch normalization" }));

// %% [markdown]
// Nothing vanishes here. In the deep plain networks the gradient even *grows* on its way from the output (right) to the input
// (left): with 56 layers by 1.09 per layer, a factor of more than a hundred; with 8 there is nothing of it yet. (Yang and others
// proved in 2019 that normalized plain networks must start like this.) In the residual ones 56 layers make a factor of four.
//
// Hence the plain network of the experiment did not fail for want of a gradient. He and his co-authors say so themselves: they
// checked that theirs did not vanish, and left open what else it is.
//
// ## How far does a gradient hold?
//
// A gradient only speaks of the place where it was taken. How far may one go by it? Take the gradient of all weights at the start,
// let Adam move each of them by $\delta$, take the gradient there, and compare the two directions. A cosine of 1 says that
// they are the same, 0 that they have nothing in common.

// %%
section("How far does a gradient hold?");
async function agreement(Block: typeof Residual, depth: number, delta: number): Promise<number> {
  const net = stack(Block, depth);
  const adam = new optim.Adam(net.parameters(), { lr: delta });
  const gradients: Tensor[] = [];
  for (let place = 0; place < 2; place++) {
    lossOf(net).backward();
    const gradient = cat(net.parameters().map(({ grad }) => grad!.flatten()));
    gradients.push(gradient.div(gradient.square().sum().sqrt()));
    adam.step();
    adam.zeroGrad();
  }
  return await gradients[0].mul(gradients[1]).sum().item();
}

const deltas = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2];
const cosines: Record<string, Series> = {};
console.log(`cosine, delta = ${deltas.map((delta) => delta.toExponential(0).padStart(7)).join("")}`);
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
// In the deep plain network a move by a millionth is enough, and the gradient has nothing to do with the one before. The
// experiment moved its weights by about 0.01 per step, ten thousand times as far: it went all but blindly. In the residual network
// of the same depth the direction survives such a step, if roughly, and one of 0.0001 well.
//
// That the gradient is large and that it does not hold are two sides of one thing. The layers that multiply a gradient on its
// way down multiply a small change on its way up. (Balduzzi and others, 2017, compared gradients at neighbouring *inputs*
// instead, found noise in plain networks, and called such gradients **shattered**.)
//
// ## Shorter steps
//
// If that is the trouble, shorter steps should help. Once more 24 blocks, with a tenth of the learning rate and 120 steps,
// with and without normalization:

// %%
section("Shorter steps");
const remedies: Record<string, Series> = {};
for (const normalize of [false, true]) {
  for (const Block of [Plain, Residual]) {
    const name = `${Block.name}, ${normalize ? "normalized" : "not normalized"}`;
    const losses = await learn(stack(Block, 24, normalize), 1e-3, 120);
    console.log(`${name}: loss ${lastOf(losses)}`);
    remedies[name] = { y: losses, dash: normalize ? undefined : "dash" };
  }
}
await show(chart.line({
  title: "Fifty layers, a tenth of the learning rate",
  series: remedies,
  xTitle: "step",
  yTitle: "training loss",
  yLog: true,
  yRange: [1e-3, 1e3],
}));

// %% [markdown]
// With neither remedy the loss ends at 4.500, the same answer to all. Each of the two alone lets fifty layers learn, slowly; both
// together do it best. And the normalized plain network *can* learn its pictures, by many short steps: after 120 its loss is
// 1.551, and falling. What the sum buys is that the steps may be longer.
//
// ## ResNet-18
//
// A convolution that quickly makes the picture smaller, then four stages of two blocks. Each stage but the first halves height
// and width and doubles the channels. In the end the mean of each channel (**global average pooling**) and one linear layer:
// no trace of AlexNet's 43 million weights in its linear layers. As in the book, and unlike in the paper, the convolutions
// have biases; the normalization behind them takes each one out again, so they do no harm and no good.

// %%
section("ResNet-18");
class ResNet extends nn.Module {
  stem = new nn.Sequential(
    new nn.Conv2d(1, 64, 7, { stride: 2, padding: 3 }),
    new nn.BatchNorm2d(64),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
  );
  stage1 = new nn.Sequential(new Residual(64, 64), new Residual(64, 64));
  stage2 = new nn.Sequential(new Residual(64, 128, { stride: 2 }), new Residual(128, 128));
  stage3 = new nn.Sequential(new Residual(128, 256, { stride: 2 }), new Residual(256, 256));
  stage4 = new nn.Sequential(new Residual(256, 512, { stride: 2 }), new Residual(512, 512));
  head = new nn.Sequential(new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(512, 10));

  override forward(images: Tensor): Tensor {
    let y = this.stem.forward(images);
    for (const stage of [this.stage1, this.stage2, this.stage3, this.stage4]) y = stage.forward(y);
    return this.head.forward(y);
  }
}

manualSeed(flags.seed);
const net = new ResNet();

// %% [markdown]
// What happens to a picture on its way:

// %%
net.eval();
let y = noGrad(() => randn(1, 1, 224, 224));
console.log(`${"picture".padEnd(8)} [${y.shape.join(", ")}]`);
for (const name of ["stem", "stage1", "stage2", "stage3", "stage4", "head"] as const) {
  y = noGrad(() => net[name].forward(y));
  console.log(`${name.padEnd(8)} [${y.shape.join(", ")}]`);
}
net.train();
const count = net.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
console.log(`${count.toLocaleString("en-US")} parameters`);

// %% [markdown]
// And each layer, with what it costs:

// %%
await show(summary(net, [1, 1, 224, 224]));

// %% [markdown]
// The blocks that keep the size take 462 million operations each, in every stage: half the height and half the width are a
// quarter of the points, twice the channels on both sides four times the products at each.
//
// ## Learning
//
// As before: a picture of random numbers, to be called class 0; with `--data mnist` handwritten digits, `--batch 8` of them,
// each different. Batch normalization lets the learning rate be ten times AlexNet's.

// %%
section("Learning");
const digit = flags.data === "mnist" ? await digits({ count: flags.batch, seed: flags.seed }) : null;
const x = digit ? tensor(digit.images, { shape: digit.shape }) : randn(flags.batch, 1, 224, 224);
const labels = digit?.labels ?? Int32Array.from({ length: flags.batch }, (_, n) => n % 10);
const target = F.oneHot(tensor(labels), 10);

// %% [markdown]
// The loss as a graph, from the picture down; blocks are closed here, and look inside as they did above.

// %%
await show(graph(
  net.forward(x).sub(target).square().div(2).sum(),
  { module: net, names: { picture: x, target }, title: "ResNet-18 and its loss" },
));

// %% [markdown]
// The name counts the convolutions and linear layers on the longest way down: one in the stem, two in each of eight blocks, one
// in the head.
//
// One word is new. A step of this network is two hundred programs for a GPU, and JavaScript hands them over one by one. What stands
// in `capture(() => …)` is written down the first two times; from then on the device works through the list, which is the same
// numbers without the handing over. (The CPU has nobody to wait for: there the function runs each time.) Five steps:

// %%
const optimizer = new optim.Adam(net.parameters(), { lr: 1e-3 });
const trainingStep = capture(() => {
  const loss = net.forward(x).sub(target).square().div(2).sum();
  loss.backward();
  optimizer.step();
  optimizer.zeroGrad();
  return loss;
});
const history: Promise<number>[] = [];

for await (const step of steps(flags.steps, { label: "ResNet-18" })) {
  const loss = trainingStep();
  step.log({ loss });
  history.push(loss.item());
}
console.log(`losses = ${(await Promise.all(history)).map((loss) => loss.toFixed(4)).join(", ")}`);

const answer = noGrad(() => net.forward(x));
console.log(`says ${await answer.argmax(1).format()}, is [${[...labels].join(", ")}]`);
const judged = noGrad(() => net.eval().forward(x));
console.log(`in eval mode it says ${await judged.argmax(1).format()}`);

// %% [markdown]
// ## What to notice
//
// **A quarter of AlexNet's parameters, twice its layers.** Nearly all weights are in $3 \times 3$ kernels, used at many places.
//
// **The loss does not fall evenly.** Adam's first steps move every weight by about the learning rate, whichever way its gradient
// pointed; with eleven million weights that is a large move. It overshoots, and then finds its way.
//
// **The answer above was given in training mode.** After so few steps the running statistics of chapter 6 lag far behind the
// weights (each step blends in a tenth). With
// `--data mnist --batch 8 --steps 20` the network knows all eight digits in training mode, and three of them in `eval()` mode, the last line.
//
// Residual networks of over a hundred layers train as this one does. DenseNet (2016) went on to hand each layer the outputs
// of *all* layers before it; and $x + g(x)$ is found in nearly every deep network since, the transformers among them.
//
// ## Exercises
//
// 1. In `Residual.forward` add only half of the way around, `this.shortcut.forward(x).mul(0.5)`. Is half an identity enough for
//    24 blocks? Then the whole one again, but without the last `.relu()`: a first step towards what He and others did a year later,
//    when they moved normalization and ReLU *before* the convolutions, so that nothing at all stands in the way of the sum.
// 2. Let each block begin by doing nothing: as the last line of the constructor,
//    `this.bn2.parameters().forEach((p) => nn.init.zeros_(p))`. How do 24 blocks learn now, and 48?
// 3. Draw larger weights for the 56 layers without normalization: `nn.init.kaimingNormal_` (He's initialization) gives the variance
//    $\frac2n$, six times that of the default, to make up for the ReLU. Which gradients vanish now?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// Half is not enough: the loss ends at 2.9, not far from the plain network's 3.7. Of the way around, $0.5^{24}$ is left at the
// end, one part in seventeen million. The factor must be 1. Without the last ReLU it ends at 0.04, where the residual network
// had 0.33: the fewer the obstacles, the better. (The numbers are a processor's, seed 0.)
//
// ```ts
// class Half extends Residual {
//   override forward(x: Tensor): Tensor {
//     return this.correction(x).add(this.shortcut.forward(x).mul(0.5)).relu();
//   }
// }
// class Open extends Residual {
//   override forward(x: Tensor): Tensor {
//     return this.correction(x).add(this.shortcut.forward(x));
//   }
// }
// for (const Block of [Half, Open]) {
//   const losses = await learn(stack(Block, 24), 1e-2, 40);
//   console.log(`${Block.name}, 24 blocks: loss ${lastOf(losses)}`);
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// Much better: 24 blocks end at 0.024 (instead of 0.329), 48 at 0.014 (instead of 0.661). The network begins as if it had
// no blocks, with a loss of 8 instead of 244, and each block grows as it is needed. At the first step only the last
// normalization of a block gets a gradient that is not 0, from the second on all its layers do. Goyal and others (2017)
// began their ResNet-50 this way.
//
// ```ts
// class Quiet extends Residual {
//   constructor(inputs: number, outputs: number, options = {}) {
//     super(inputs, outputs, options);
//     this.bn2.parameters().forEach((p) => nn.init.zeros_(p));
//   }
// }
// for (const depth of [24, 48]) {
//   for (const Block of [Residual, Quiet]) {
//     const losses = await learn(stack(Block, depth), 1e-2, 40);
//     console.log(`${Block.name}, ${depth} blocks: loss ${losses[0].toFixed(0)} → ${lastOf(losses)}`);
//   }
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// The plain network's no longer: the first kernel gets 0.1, the last 0.6. So vanishing gradients had a cure before there were
// residual networks. It does not suit these: now each block adds a correction about as large as its input, so that the square of
// the signal, and with it the loss, grows about twofold, 27 times over. The loss begins at $1.6 \cdot 10^{10}$, and the gradients
// are as large. A residual network wants small corrections: by small weights, or by normalization.
//
// ```ts
// for (const Block of [Plain, Residual]) {
//   const net = stack(Block, 27, false);
//   for (const p of net.parameters()) if (p.ndim === 4) nn.init.kaimingNormal_(p, { nonlinearity: "relu" });
//   const norms = await gradientNorms(net);
//   const [first, last] = [norms[0], norms.at(-1)!].map((norm) => norm.toExponential(0));
//   const loss = await lossOf(net).item();
//   console.log(`${Block.name}: loss ${loss.toPrecision(2)}, first kernel ${first}, last kernel ${last}`);
// }
// ```
