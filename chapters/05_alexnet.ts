// %% [markdown]
// # 5. AlexNet: looking at pictures
//
// **The question.** A picture of $224 \times 224$ points has 50,176 numbers. Connect them all to 4,096 neurons, as in
// chapter 4, and the first layer alone has 206 million weights, none of which knows that neighbouring points belong
// together, or that a cat in the left corner is the same cat as in the right one. What does a layer for pictures look like?
//
// AlexNet (Krizhevsky, Sutskever and Hinton, 2012) was the network that settled the answer.

// %%
import { cat, chart, eye, F, manualSeed, nn, noGrad, ones, optim, randn, show, steps } from "descent";
import { summary, type Tensor, tensor, useDevice } from "descent";
import { chapterFlags, digits, photo, section } from "descent/course";

const flags = chapterFlags({
  title: "Chapter 5: AlexNet",
  description:
    "Convolution, pooling, dropout, and a network of 46,764,746 parameters that learns a picture by heart.",
  device: true,
  threads: true,
  steps: 50,
  batch: 1,
  data: true,
  seed: 0,
  out: true,
});
const device = await useDevice(flags.device, { threads: flags.threads });
console.log(`computing on ${device.name}: ${device.description}`);
manualSeed(flags.seed);

// %% [markdown]
// ## Convolution
//
// A small window of weights, the **kernel**, slides over the picture. At each place it multiplies what it sees with its
// weights, sums up, and writes one number:
//
// $$y_{oij} = b_o + \sum_{c,p,q} w_{ocpq}\; x_{c,\;si+p,\;sj+q}$$
//
// where $o$ counts the kernels, $c$ the **channels** of the picture (a grey one has one, a coloured one three), and $s$ is how
// far the window moves at a time. A few weights, used everywhere: 121 for each channel and a window of $11 \times 11$, whatever
// the size of the picture, and whatever they detect, they detect in every corner. Pictures are tensors of shape [count, channels, height, width]; a picture that one
// calls "300×200" is [1, 1, 200, 300].
//
// Here is a kernel that answers where the picture becomes brighter from left to right. The picture is dark on its left
// half, bright on its right half:

// %%
section("Convolution");
const halves = tensor([[[[0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1]]]]);
const edge = tensor([[[[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]]]);
console.log(`edges =\n${await F.conv2d(halves, edge).squeeze().format()}`);

// %% [markdown]
// It found the edge and nothing else. Now a photograph (the cat Chelsea, by Stefan van der Walt), and four kernels that people
// once designed by hand. The first two are the Sobel operators, the third takes the mean of $7 \times 7$ points, the
// last subtracts from five times a point its four neighbours:

// %%
const cats = await photo();
const portrait = tensor(cats.image, { shape: cats.shape });
const kernels: Record<string, Tensor> = {
  "left to right": tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
  "top to bottom": tensor([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
  "mean of 7 × 7": ones(7, 7).div(49),
  "sharpened": tensor([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
};
const filtered = Object.values(kernels).map((kernel) => {
  const [size] = kernel.shape;
  return F.conv2d(portrait, kernel.reshape(1, 1, size, size), { padding: (size - 1) / 2 });
});
await show(chart.imageGrid({
  images: cat([portrait, ...filtered]).at(null, null, [3, -3], [3, -3]),
  labels: ["the photograph", ...Object.keys(kernels)],
  columns: 3,
  range: "each",
  title: "One picture, four kernels",
}));

// %% [markdown]
// In the two pictures of edges grey is about 0: from dark to bright comes out white, from bright to dark black. The sides of the
// nose stand out in the first, the lids of the eyes in the second: each kernel finds the edges of its own direction. The
// mean has lost the fur. (Three points are cut off all around: there the kernels saw the zeros of the padding.)
//
// A layer has many kernels, and what each of them answers is a channel of the picture that the layer hands on. It does not get
// its kernels from us: they are parameters, learned like all others. Each kernel of a later layer looks at *all* channels of
// the layer before.
//
// **Stride** $s$: how far the window moves. **Padding** $p$: how many rows and columns of zeros are added on each side, so
// that the window can also be centred on the rim. With a kernel of size $k$ a side of $n$ becomes
//
// $$\left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1.$$
//
// For odd $k$ and stride 1, $p = (k-1)/2$ keeps the size. The book allows paddings from 1 to $k$. In truth any $p \ge 0$ is
// possible, 0 being the most common of all; beyond $(k-1)/2$ the result grows larger than the picture, and from $p = k$ on
// (so already at the book's upper end) there are windows that see nothing but zeros. With a kernel of nine ones on a picture
// of ones, each result counts the points of the picture that its window saw:

// %%
for (const padding of [0, 1, 2, 3]) {
  const seen = F.conv2d(ones(1, 1, 4, 4), ones(1, 1, 3, 3), { padding });
  console.log(
    `padding ${padding}: shape [${seen.shape.join(", ")}], first row ${await seen.at(0, 0, 0).format()}`,
  );
}

// %% [markdown]
// The gradient counts, too. Add up all results of a kernel of ones, and ask how the sum depends on each point: by as much as
// there are windows that see it. A picture of $7 \times 7$ under a window of $3 \times 3$:

// %%
const maps = [];
for (const [stride, padding] of [[1, 0], [1, 1], [2, 0], [2, 1]]) {
  const cells = ones([1, 1, 7, 7], { requiresGrad: true });
  const results = F.conv2d(cells, ones(1, 1, 3, 3), { stride, padding });
  results.sum().backward();
  const [, , side] = results.shape;
  console.log(`stride ${stride}, padding ${padding}: ${side} × ${side} windows`);
  maps.push(chart.heatmap({
    z: cells.grad!.squeeze(),
    values: true,
    title: `stride ${stride}, padding ${padding}`,
    zTitle: "windows",
    height: 480,
  }));
}
await show(chart.panels(maps, { title: "How many windows see each point" }));

// %% [markdown]
// Without padding the corners are seen once and the middle nine times: what happens at the rim counts less. A padding of 1 makes
// up for some of it. With stride 2 two neighbouring windows share no more than a row or a column, and the points there are seen
// twice, or four times where a row and a column cross.
//
// ## Pooling
//
// Max pooling slides a window too, and keeps the largest number it sees: "was there an edge somewhere around here?" It makes
// the picture smaller (less to compute for what follows) and forgives small shifts. The book says that it makes features
// invariant to translation, rotation and scale. Let us ask it. Seven pictures of one row, with a bright point at each of the
// seven places, under a window of 3 that moves by 2:

// %%
section("Pooling");
const points = eye(7).reshape(7, 1, 1, 7);
console.log(await F.maxPool2d(points, [1, 3], { stride: [1, 2] }).squeeze().format());

// %% [markdown]
// The first two rows are equal, so are the last two: that shift went unnoticed. The others changed a little, and a point that
// moves by three ends up elsewhere. Now a vertical bar, and the same bar lying down:

// %%
const bar = tensor([[[[0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0]]]]);
console.log(`upright =\n${await F.maxPool2d(bar, 3, { stride: 2 }).squeeze().format()}`);
console.log(`lying =\n${await F.maxPool2d(bar.transpose(2, 3), 3, { stride: 2 }).squeeze().format()}`);

// %% [markdown]
// Two different answers. So, more carefully than the book: pooling makes *small shifts* matter less. It knows nothing of
// rotation or scale; a network that is to recognize a rotated cat must have seen rotated cats.
//
// ## Dropout
//
// In training, dropout sets each number to zero with probability $p$, and scales the others by $1/(1-p)$, so that the
// expected sum stays the same. No neuron can rely on one particular other, which keeps a large network from learning its
// samples by rote. When the training is over, in `eval()` mode, it lets everything through.

// %%
section("Dropout");
const dropout = new nn.Dropout(0.5);
console.log(`training: ${await dropout.forward(ones(12)).format()}`);
const draws = dropout.forward(ones(3, 1, 16, 16));
dropout.eval();
console.log(`eval: ${await dropout.forward(ones(12)).format()}`);
const silent = await draws.eq(0).to("float32").mean().item();
await show(chart.imageGrid({
  images: cat([draws, dropout.forward(ones(1, 1, 16, 16))]),
  labels: ["first draw", "second draw", "third draw", "eval()"],
  columns: 4,
  title: "Missing units: 256 neurons, p = ½",
}));
console.log(`missing in three draws: ${(100 * silent).toFixed(0)} %`);

// %% [markdown]
// Black is a neuron that is missing, 0; white one that speaks for two, 2; grey is 1. Every draw makes another network of about
// half the neurons, and all of them share their weights.
//
// ## The network
//
// Five convolutions, three poolings, three linear layers, and behind each convolution and each linear layer but the
// last a ReLU, seven in all.

// %%
section("The network");
class AlexNet extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(1, 96, 11, { stride: 4 }),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2 }),
    new nn.Conv2d(96, 256, 5, { padding: 2 }),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2 }),
    new nn.Conv2d(256, 384, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.Conv2d(384, 384, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.Conv2d(384, 256, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2 }),
  );
  classifier = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(256 * 5 * 5, 4096),
    new nn.ReLU(),
    new nn.Dropout(0.5),
    new nn.Linear(4096, 4096),
    new nn.ReLU(),
    new nn.Dropout(0.5),
    new nn.Linear(4096, 10),
  );

  override forward(images: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(images));
  }
}

const net = new AlexNet();
console.log(summary(net, [flags.batch, 1, 224, 224]));

// %% [markdown]
// Two columns tell opposite stories. Nine tenths of the 46,764,746 **parameters** sit in the first two linear layers, and most of
// the **arithmetic** happens in the convolutions: few weights, used at many places.
//
// Why ReLU? Its slope is 1 wherever it lets something through, while that of a sigmoid is at most ¼, and seven factors of ¼
// make 0.00006. Let us exchange all seven and see what arrives at the first layer. The weights are the same, so is the
// picture (the cat, with a margin that brings it to $224 \times 224$), and from the end, the sum of the ten answers, both
// set out with the same gradient:

// %%
const framed = portrait.pad([[0, 0], [0, 0], [52, 52], [32, 32]]);
for (const Activation of [nn.ReLU, nn.Sigmoid]) {
  const layers = [...net.features, ...net.classifier];
  const swapped = layers.map((layer) => layer instanceof nn.ReLU ? new Activation() : layer);
  new nn.Sequential(...swapped).eval().forward(framed).sum().backward();
  const [kernels] = net.parameters();
  const norm = await kernels.grad!.square().sum().sqrt().item();
  console.log(`${Activation.name}: norm of the gradient at the first layer ${norm.toExponential(2)}`);
  net.zeroGrad();
}
net.train();

// %% [markdown]
// With sigmoids it is three thousand times smaller. (The book says that *only* ReLU carries deep networks. That was the
// experience of 2012; with good initialization, normalization, or relatives such as GELU there are other ways.)
//
// ## What a layer sees
//
// How much of the picture can change one number behind a layer? A window of $k$ sees $k$ points of the layer before, and
// those lie as far apart in the picture as all strides before them have made it. That **receptive field** grows with every
// layer:

// %%
section("What a layer sees");
const fields: { layer: string; side: number }[] = [];
let reach = 1, distance = 1;
for (const layer of net.features) {
  if (!(layer instanceof nn.Conv2d || layer instanceof nn.MaxPool2d)) continue;
  reach += (layer.kernelSize[0] - 1) * distance;
  distance *= layer.stride[0];
  const kind = layer instanceof nn.Conv2d ? "conv" : "pool";
  const count = fields.filter((field) => field.layer.startsWith(kind)).length + 1;
  fields.push({ layer: `${kind}${count}`, side: reach });
}
console.log(`receptive fields = ${fields.map(({ side }) => side).join(", ")}`);
await show(chart.bar({
  x: fields.map(({ layer }) => layer),
  y: fields.map(({ side }) => side),
  title: "Receptive field of one number behind each layer",
  yTitle: "side (points)",
}));

// %% [markdown]
// The first convolution judges by 11 points, the last pooling by 195 of 224. No layer got a larger window for that: the
// poolings and strides before it make the picture small, so that a window of 3 reaches far.
//
// The photograph on its way through the convolutions, six channels behind each of four of them, before the network has learned
// anything:

// %%
const sizes: string[] = [];
const stations: Tensor[] = [];
let signal = portrait;
for (const layer of net.features) {
  signal = noGrad(() => layer.forward(signal));
  if (layer instanceof nn.ReLU) stations.push(signal);
}
for (const [i, station] of stations.slice(0, 4).entries()) {
  sizes.push(`conv${i + 1} [${station.shape.join(", ")}]`);
  await show(chart.imageGrid({
    images: station.at(null, [0, 6]),
    columns: 6,
    range: "each",
    title: `Behind conv${i + 1}: ${station.shape[1]} channels of ${station.shape[2]} × ${station.shape[3]}`,
  }));
}
console.log(sizes.join("\n"));

// %% [markdown]
// In the first row one still knows the cat; each random kernel has picked out something of its own, mostly edges and brightness.
// A black map is a channel that ReLU silences; one with a bright rim answers to the zeros of the padding.
// Further on there are more channels, and fewer places: what stands somewhere in the picture gives way to what there is.
// (A photograph of $120 \times 160$ may pass: convolutions take any size. Only the first linear layer insists on
// $5 \times 5$ points.)
//
// ## Learning a picture by heart
//
// One picture of random numbers, to be called class 0. That is no recognition; it is the quickest proof that everything is
// connected rightly: a network that cannot learn one picture by heart learns nothing. With `--data mnist` the
// picture is a handwritten digit, with `--batch 10` there are ten of them, each different.

// %%
section("Learning a picture by heart");
const digit = flags.data === "mnist" ? await digits({ count: flags.batch, seed: flags.seed }) : null;
const x = digit ? tensor(digit.images, { shape: digit.shape }) : randn(flags.batch, 1, 224, 224);
const labels = digit?.labels ?? Int32Array.from({ length: flags.batch }, (_, n) => n % 10);
const target = F.oneHot(tensor(labels), 10);

// %% [markdown]
// The loss is the book's, $\sum \tfrac12 (y - t)^2$ over ten outputs, where $t$ is 1 for the right class and 0 elsewhere.
//
// The optimizer is **Adam**. Plain descent has one step size for all 47 million directions, and chapter 3 showed what that
// costs when their curvatures differ. Adam keeps two running averages for each parameter, of the gradient (its **momentum**)
// and of its square,
//
// $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2, \qquad
// \theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon},$$
//
// ($\hat m$ and $\hat v$ are corrected for having started at zero), so every parameter moves by about $\eta$ per step,
// however steep its own direction is.

// %%
const optimizer = new optim.Adam(net.parameters(), { lr: 1e-4 });
const losses: Promise<number>[] = [];

for await (const step of steps(flags.steps, { label: "AlexNet" })) {
  const y = net.forward(x);
  const loss = y.sub(target).square().div(2).sum();
  loss.backward();
  optimizer.step();
  optimizer.zeroGrad();
  losses.push(loss.item());
  step.log({ loss });
}

// %% [markdown]
// (`loss.item()` asks for the number and does not wait: the device delivers it while the next steps are under way.)

// %%
const history = await Promise.all(losses);
const last = history.slice(-5);
console.log(`first losses = ${history.slice(0, 3).map((loss) => loss.toFixed(4)).join(", ")}`);
console.log(`mean of the last ${last.length} = ${(last.reduce((a, b) => a + b) / last.length).toFixed(4)}`);

net.eval();
const answer = noGrad(() => net.forward(x));
console.log(`y =\n${await answer.format()}`);
console.log(`says ${await answer.argmax(1).format()}, is [${[...labels].join(", ")}]`);

// %% [markdown]
// ## What a kernel learns
//
// Our picture of noise has nothing in it that kernels could find. So here is a small layer of twelve $7 \times 7$ kernels that
// learns to tell 500 handwritten digits apart, for 60 steps:

// %%
section("What a kernel learns");
manualSeed(flags.seed);
const written = await digits({ count: 500, size: 28, seed: 1 });
const pages = tensor(written.images, { shape: written.shape }), names = tensor(written.labels);
const looking = new nn.Conv2d(1, 12, 7);
const reader = new nn.Sequential(
  looking,
  new nn.ReLU(),
  new nn.MaxPool2d(2),
  new nn.Flatten(),
  new nn.Linear(12 * 11 * 11, 10),
);
const atFirst = looking.weight.detach();
const adam = new optim.Adam(reader.parameters(), { lr: 3e-3 });
for await (const step of steps(60, { label: "digits" })) {
  const loss = F.crossEntropy(reader.forward(pages), names);
  loss.backward();
  adam.step();
  adam.zeroGrad();
  step.log({ loss });
}
const share = (images: Tensor, classes: Tensor) =>
  noGrad(() => reader.forward(images).argmax(1).eq(classes).to("float32").mean());
console.log(`digits told apart: ${(100 * await share(pages, names).item()).toFixed(1)} %`);
const unseen = await digits({ count: 1000, size: 28, split: "test" });
const others = share(tensor(unseen.images, { shape: unseen.shape }), tensor(unseen.labels));
console.log(`of a thousand others: ${(100 * await others.item()).toFixed(1)} %`);
await show(chart.imageGrid({
  images: looking.weight.detach().sub(atFirst),
  columns: 6,
  range: "each",
  colors: "diverging",
  title: "Twelve kernels: what they learned",
}));

// %% [markdown]
// All of those that it was trained on, that is. Of a thousand others, digits of a set that was in no step, it calls one in eight
// by a wrong name. How to teach a network what it is not shown, and how to find out whether it knows, is the question of the
// interlude behind this chapter, 5b.
//
// The picture shows the difference between the weights at the end and their random first values. Nobody asked for edges; yet
// most kernels learned to compare one side with the other, upright, lying or aslant, as the Sobel operators do. Pen strokes have
// edges, so edges are what helps.
//
// ## What to notice
//
// **The answer approaches the target**, 1 at the right class and 0 elsewhere, although nobody wrote a rule for it.
//
// **The loss does not fall evenly.** Adam's steps are as long near the goal as far from it, so it runs past; the first exercise
// shows that without dropout, too. And with dropout each step asks another network, half of whose neurons are silent. In
// `eval()` mode, for the answer above, all of them speak.
//
// **This is memory, not recognition.** 47 million parameters for one picture: what it would say about another picture means
// nothing. Try `--data mnist --batch 10`: ten handwritten digits, told apart after 50 steps. Recognizing digits that it has
// never seen takes thousands of them, the same loop, and an examination: that is 5b.
//
// ## Exercises
//
// 1. Give both `new nn.Dropout(0.5)` the rate 0. Is the loss smoother? Then 0.9.
// 2. Replace `optim.Adam` by `optim.SGD` with the same learning rate, and find one with which SGD learns the picture at all.
// 3. Set the stride of the first convolution to 2. Which layer complains, and what number does it want? What did the summary
//    say about parameters then?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// At rate 0 the loss is down to 0.016 at the third step and leaps to 1.28 at the fourth: Adam runs past, with or without dropout.
// After that it swings slowly and smoothly. With ½ it jitters, between 0.02 and 0.26 from the fourth step on, since each step asks
// another network. With 0.9 one neuron in ten speaks, ten times as loud, and after 20 steps the loss is still around 0.4.
//
// ```ts
// for (const rate of [0, 0.5, 0.9]) {
//   manualSeed(flags.seed);
//   const other = new AlexNet();
//   other.classifier = new nn.Sequential(
//     ...[...other.classifier].map((layer) => layer instanceof nn.Dropout ? new nn.Dropout(rate) : layer),
//   );
//   const tuned = new optim.Adam(other.parameters(), { lr: 1e-4 });
//   const seen: Promise<number>[] = [];
//   for await (const _ of steps(20, { progress: false })) {
//     const loss = other.forward(x).sub(target).square().div(2).sum();
//     loss.backward();
//     tuned.step();
//     tuned.zeroGrad();
//     seen.push(loss.item());
//   }
//   console.log(rate, (await Promise.all(seen)).map((loss) => loss.toFixed(3)).join(" "));
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// With 0.0001 nothing happens in 15 steps: 0.492, where it began. SGD's steps are as long as the gradient says, Adam's are not.
// With 0.01 the loss is 0.006, with 0.1 it is 0.003: a single picture is an easy landscape.
//
// ```ts
// for (const rate of [1e-4, 1e-2, 0.1]) {
//   manualSeed(flags.seed);
//   const other = new AlexNet();
//   const sgd = new optim.SGD(other.parameters(), { lr: rate });
//   let loss = ones();
//   for (let step = 0; step < 15; step++) {
//     loss = other.forward(x).sub(target).square().div(2).sum();
//     loss.backward();
//     sgd.step();
//     sgd.zeroGrad();
//   }
//   console.log(rate, (await loss.item()).toFixed(4));
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// The first linear layer: it gets 36,864 numbers, $256 \cdot 12 \cdot 12$, where it expects 6,400. With that number in its place it
// would have 151 million weights, and the network 171,545,290 parameters. The convolutions would have not one more; but each
// would have four times as many places to compute.
//
// ```ts
// const wider = new AlexNet();
// wider.features = new nn.Sequential(
//   new nn.Conv2d(1, 96, 11, { stride: 2 }),
//   ...[...wider.features].slice(1),
// );
// try {
//   wider.forward(randn(1, 1, 224, 224));
// } catch (error) {
//   console.log(error instanceof Error ? error.message : error);
// }
// console.log(`channels and points = [${noGrad(() => wider.features.forward(randn(1, 1, 224, 224))).shape.join(", ")}]`);
// ```
