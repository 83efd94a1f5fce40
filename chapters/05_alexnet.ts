// %% [markdown]
// # 5. AlexNet: looking at pictures
//
// *About 35 minutes. Before it: chapter 4.*
//
// **The question.** A grey picture of $224 \times 224$ pixels has 50,176 numbers. Connect them all to 4,096 neurons, as
// in chapter 4, and the first layer alone has 206 million weights, none of which knows that neighbouring pixels belong
// together, or that a cat in the left corner is the same cat as in the right one. What does a layer for pictures look
// like?
//
// **LeNet** (LeCun and others, 1989; its best-known form, 1998) gave the first answer that was learned from end to end,
// and read handwritten digits. **AlexNet** (Krizhevsky, Sutskever and Hinton, 2012) made it deep, and settled the
// matter for photographs. The book calls them the first convolutional network and the first deep one. Both had
// forerunners: LeNet's layers are those of the Neocognitron (Fukushima, 1980), and deep networks of them had been
// trained on GPUs before (Cireșan and others, 2011). Here we build AlexNet; the interlude behind this chapter trains
// LeNet.

// %%
import {
  arange,
  cat,
  chart,
  F,
  linspace,
  manualSeed,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  show,
  stack,
} from "descent";
import { steps, summary, type Tensor, tensor, useDevice, zerosLike } from "descent";
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
// ## A picture is numbers
//
// A picture is a grid of **pixels**. Each has coordinates, counted from the top left corner, which is $(0, 0)$: first
// how far to the right, then how far down. A grey pixel is one number, how bright it is; files store whole numbers from
// 0 (black) to 255 (white), and here 0 to 1 will do. A coloured pixel is three: how much red, green and blue light it
// sends out (**RGB**). So a coloured picture is three grey ones on top of each other, its **channels**. Three lamps in
// the dark, one of each colour:

// %%
section("A picture is numbers");
const across = linspace(0, 1, 48).expand(48, 48), down = across.t();
const lamp = (x: number, y: number) =>
  across.sub(x).square().add(down.sub(y).square()).lt(0.08).to("float32");
const lamps = stack([lamp(0.5, 0.36), lamp(0.36, 0.62), lamp(0.64, 0.62)]);
console.log(`lamps: shape [${lamps.shape.join(", ")}]`);
for (const [x, y] of [[24, 5], [24, 35], [24, 24], [0, 0]]) {
  console.log(`pixel (${x}, ${y}): red, green, blue = ${await lamps.at(null, y, x).format()}`);
}

const alpha = across;
const board = across.mul(6).floor().add(down.mul(6).floor()).remainder(2).mul(0.6);
const blended = lamps.mul(alpha).add(board.mul(alpha.neg().add(1)));
await show(chart.imageGrid({
  images: [lamps, lamps.at(0), lamps.at(1), lamps.at(2), blended],
  labels: ["the picture", "red", "green", "blue", "with alpha"],
  columns: 5,
  range: [0, 1],
  title: "One picture, three channels",
}));

// %% [markdown]
// Where two lamps overlap their light adds up, red and green to yellow, and all three to white. Some files have a
// fourth channel, **alpha**: how opaque a pixel is. Laid upon a background, it counts with $\alpha$ and the background
// with $1 - \alpha$. In the last picture $\alpha$ runs from 0 at the left to 1 at the right. Networks mostly take three
// channels, or one.
//
// As tensors pictures have the shape [count, channels, height, width]. Beware of the order: people say width × height
// and $(x, y)$, tensors have the row first.

// %% [markdown] tags=["question"]
// **Predict.** A grey picture is 300 pixels wide and 200 high, and `x` is its tensor. Which element is the pixel at the
// bottom right?
//
// - [ ] `x.at(0, 0, 299, 199)`
// - [ ] `x.at(0, 0, 300, 200)`
// - [x] `x.at(0, 0, 199, 299)`
// - [ ] `x.at(0, 0, 200, 300)`
//
// **Answer.** Its shape is [1, 1, 200, 300]: row 199 is the last, and in it column 299. The first choice, the
// coordinates $(x, y)$, asks for a row that does not exist; in a square picture it would have gone unnoticed.
//
// ```ts
// const x = arange(200 * 300).reshape(1, 1, 200, 300);
// console.log(`x.at(0, 0, 199, 299) is number ${await x.at(0, 0, 199, 299).item()} of ${x.size}, from 0`);
// try {
//   x.at(0, 0, 299, 199);
// } catch (error) {
//   console.log(error instanceof Error ? error.message : error);
// }
// ```

// %% [markdown]
// ## Convolution
//
// A small window of weights, the **kernel**, slides over the picture, from left to right and row by row. At each place it
// multiplies what it sees by its weights, sums up, over all channels, and writes one number:
//
// $$y_{oij} = b_o + \sum_c \sum_p \sum_q w_{ocpq}\; x_{c,\;si+p,\;sj+q}$$
//
// where $o$ counts the kernels, $i$ and $j$ the places of the window, $c$ the channels of the picture, $p$ and $q$ the
// rows and columns of the window, and $s$, the **stride**, is how far the window moves at a time. In plain TypeScript,
// for one kernel and a stride of 1, two loops go through the places. The kernel below answers where the picture becomes
// brighter from left to right; the picture is dark in its left half and bright in its right half:

// %%
section("Convolution");
function convolve(picture: number[][][], kernel: number[][][]): number[][] {
  const size = kernel[0].length, [{ length: height, 0: { length: width } }] = picture;
  const result: number[][] = [];
  for (let i = 0; i <= height - size; i++) {
    result.push([]);
    for (let j = 0; j <= width - size; j++) {
      const products = kernel.flatMap((slice, c) =>
        slice.flatMap((row, p) => row.map((weight, q) => weight * picture[c][i + p][j + q]))
      );
      result[i].push(products.reduce((a, b) => a + b));
    }
  }
  return result;
}

const bright = [[0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1]];
const edge = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]];
console.log(`two loops = ${JSON.stringify(convolve([bright], [edge]))}`);
console.log(
  `F.conv2d = ${JSON.stringify(await F.conv2d(tensor([bright]), tensor([[edge]])).squeeze().array())}`,
);

// %% [markdown]
// It found the edge and nothing else. Now the left half red and the right half green, both equally bright. A kernel has
// a slice of weights for each channel, and the sum over the channels lets it compare them:

// %%
const dark = bright.map((row) => row.map((value) => 1 - value));
const none = bright.map((row) => row.map(() => 0));
const flipped = edge.map((row) => row.map((weight) => -weight)), blank = edge.map((row) => row.map(() => 0));
console.log(`three equal slices: ${JSON.stringify(convolve([dark, bright, none], [edge, edge, edge])[0])}`);
console.log(`opposite slices: ${JSON.stringify(convolve([dark, bright, none], [flipped, edge, blank])[0])}`);

// %% [markdown]
// To a kernel that treats all colours alike nothing happens at the border: as much green comes as red goes. The other
// one sees the colour change.
//
// A few weights, used everywhere: what they detect, they detect in every corner, however large the picture. A layer has
// many kernels, and what each of them answers becomes one channel of what the layer hands on. Each kernel of the next
// layer looks at *all* of these channels. AlexNet's first layer has 96 kernels of $11 \times 11$: 121 weights a slice.

// %% [markdown] tags=["question"]
// **Predict.** Let that layer look at coloured pictures: `new nn.Conv2d(3, 96, 11)`. How many numbers does it learn,
// biases included?
//
// - [ ] 11,712: 96 kernels of 121 weights and a bias, whatever the colour.
// - [x] 34,944: 96 kernels of $3 \cdot 121$ weights and a bias.
// - [ ] 35,136: 96 kernels of three slices, each with its 121 weights and its bias.
// - [ ] It depends on how large the pictures are.
//
// **Answer.** A kernel has a slice for each channel, but only one answer at each place, and so one bias:
// $96 \cdot 364$. The size of the picture only says how often they are used.
//
// ```ts
// const layer = new nn.Conv2d(3, 96, 11);
// console.log(`weight [${layer.weight.shape.join(", ")}], bias [${layer.bias!.shape.join(", ")}]`);
// console.log(`parameters = ${layer.parameters().reduce((sum, { size }) => sum + size, 0)}`);
// ```

// %% [markdown]
// Now a photograph (the cat Chelsea, by Stefan van der Walt), and four kernels that people
// once designed by hand. The first two are the Sobel operators, the third takes the mean of $7 \times 7$ pixels, the
// last subtracts from five times a pixel its four neighbours:

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
// In the two pictures of edges grey is about 0: from dark to bright comes out white, from bright to dark black. The
// sides of the nose stand out in the first, the lids of the eyes in the second: each kernel finds the edges of its own
// direction. The mean has lost the fur.
//
// The window cannot reach beyond the rim, so a picture loses pixels at each layer. **Padding** $p$ puts rows and
// columns of zeros around it. With a kernel of size $k$ a side of $n$ becomes
//
// $$\left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1.$$
//
// For odd $k$ and stride 1, $p = (k-1)/2$ keeps the size.

// %% [markdown] tags=["question"]
// **Predict.** A kernel of nine ones slides over a picture of $4 \times 4$ ones: each result counts the pixels that the
// window saw. With a padding of 3, what is the first row of results?
//
// - [ ] 4, 6, 6, 4: more than a padding of 1 changes nothing.
// - [x] Eight zeros.
// - [ ] 1, 2, 3, 3, 3, 3, 2, 1
// - [ ] There is none: no padding may be as large as the kernel.
//
// **Answer.** From $p = k$ on the outermost windows see nothing but zeros. (The book allows $p$ from 1 to $k$. Any
// padding from 0 up is possible, and 0 is common; beyond $(k - 1)/2$ the result grows larger than the picture.)
//
// ```ts
// for (const padding of [0, 1, 2, 3]) {
//   const seen = F.conv2d(ones(1, 1, 4, 4), ones(1, 1, 3, 3), { padding });
//   console.log(`padding ${padding}: [${seen.shape.join(", ")}], first row ${await seen.at(0, 0, 0).format()}`);
// }
// ```

// %% [markdown]
// ## A kernel from examples
//
// Nobody has to design a kernel. Suppose that we have the photograph and its edges, and that the kernel is lost. Start
// with nine small random numbers, compare what they make of the photograph with what they should, and walk downhill.
// `recover` does so for 500 steps, with an optimizer of our choice:

// %%
section("A kernel from examples");
const edges = F.conv2d(portrait, kernels["left to right"].reshape(1, 1, 3, 3));
const guess = randn(1, 1, 3, 3).mul(0.1);

async function recover(optimizerOf: (kernel: Tensor) => { step(): void; zeroGrad(): void }) {
  const kernel = guess.detach();
  kernel.requiresGrad = true;
  const optimizer = optimizerOf(kernel);
  const losses: Promise<number>[] = [];
  for (let step = 0; step < 500; step++) {
    const loss = F.mseLoss(F.conv2d(portrait, kernel), edges);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    losses.push(loss.item());
  }
  return { kernel, losses: await Promise.all(losses) };
}

const plain = await recover((kernel) => new optim.SGD([kernel], { lr: 0.2 }));
console.log(`kernel =\n${await plain.kernel.squeeze().format()}`);
console.log(`loss: ${plain.losses[0].toFixed(4)} at first, ${plain.losses[499].toFixed(4)} in the end`);

// %% [markdown]
// Three columns, negative, about zero and positive, the middle row the strongest: it is on its way to the Sobel
// operator. That is all there is to a **convolutional layer**: its kernels are parameters like all others, and
// gradients tell them what to look for.
//
// It is slow, though: pixels are mostly as bright as their neighbours, so it matters little which of two neighbouring
// weights is the larger, and the landscape is one of chapter 3's narrow valleys. We shall come back to it with a better
// optimizer.
//
// ## Pooling
//
// **Max pooling** slides a window, too, and keeps the largest number it sees: "was there an edge somewhere around
// here?" The book gives three reasons for it. It makes the picture smaller, so that there is less to compute. It makes
// features invariant to translation, rotation and scale. And it prevents overfitting, that is, learning the samples by
// rote. The first is plain; the third is measured in 5b, and holds. Let us look into the second.

// %% [markdown] tags=["question"]
// **Predict.** Seven pictures of a single row, each with one bright pixel, which moves from the first place to the
// last. Max pooling takes windows of 3 that move by 2. Of the six moves by one pixel, how many leave the result
// unchanged?
//
// - [ ] None
// - [x] Two
// - [ ] Three
// - [ ] All six
//
// **Answer.** The windows cover the places 0 to 2, 2 to 4 and 4 to 6, so places 2 and 4 are seen by two windows each.
// Only from 0 to 1, and from 5 to 6, does nothing change.
//
// ```ts
// const points = arange(7).unsqueeze(1).eq(arange(7)).to("float32").reshape(7, 1, 1, 7);
// console.log(await F.maxPool2d(points, [1, 3], { stride: [1, 2] }).squeeze().format());
// ```

// %% [markdown]
// A bright pixel is a strange picture. So let us take a hundred handwritten digits, shift them to the right by one
// pixel, by two, three and four, and ask how much a digit still resembles itself: the cosine between it and its shifted
// copy, 1 being the same. Once for the pixels, and once behind one or two poolings. And lest mere smallness get the
// credit: once for every second pixel, without a maximum.

// %%
section("Pooling");
const written = await digits({ count: 500, size: 28, seed: 1 });
const pages = tensor(written.images, { shape: written.shape }), names = tensor(written.labels);
const ink = pages.at([0, 100]).sub(pages.min());
const moved = (by: number) => ink.pad([[0, 0], [0, 0], [0, 0], [by, 0]]).at(null, null, null, [0, 28]);
const likeness = (a: Tensor, b: Tensor) => F.cosineSimilarity(a.flatten(1), b.flatten(1)).mean().item();

const pool = (x: Tensor) => F.maxPool2d(x, 3, { stride: 2 });
const views: Record<string, (x: Tensor) => Tensor> = {
  "pixels": (x) => x,
  "every second pixel": (x) => x.at(null, null, [0, 28, 2], [0, 28, 2]),
  "pooled": pool,
  "pooled twice": (x) => pool(pool(x)),
};
const shifts = [0, 1, 2, 3, 4];
const resemblance: Record<string, number[]> = {};
for (const [name, view] of Object.entries(views)) {
  resemblance[name] = await Promise.all(shifts.map((by) => likeness(view(ink), view(moved(by)))));
  console.log(`${name}: ${resemblance[name].map((cosine) => cosine.toFixed(2)).join(", ")}`);
}
await show(chart.line({
  x: shifts,
  series: resemblance,
  mode: "lines+markers",
  title: "A hundred digits and their shifted copies",
  xTitle: "shifted by (pixels)",
  yTitle: "cosine",
  yRange: [0, 1],
}));

// %% [markdown]
// Pooling forgives *small shifts*: one pixel costs the digits a sixth of their likeness, behind a pooling less than a
// tenth. It is the maximum that does it: leaving out every second pixel changes nothing (its curve hides that of the
// pixels). And it is forgiveness, not invariance, since the curves fall. As to rotation, here is an upright bar, and
// the same one lying down:

// %%
const bar = tensor([[[[0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0]]]]);
console.log(`upright =\n${await pool(bar).squeeze().format()}`);
console.log(`lying =\n${await pool(bar.transpose(2, 3)).squeeze().format()}`);

// %% [markdown]
// Two different answers: pooling knows nothing of rotation. A network that is to recognize a rotated cat must have seen
// rotated cats.
//
// ## Dropout
//
// In training, **dropout** sets each number to zero with probability $p$. No neuron can rely on one particular other,
// which keeps a large network from learning its samples by rote. When the training is over, in `eval()` mode, it lets
// everything through.

// %% [markdown] tags=["question"]
// **Predict.** Twelve ones go through `new nn.Dropout(0.5)`, in training. Which numbers can come out?
//
// - [ ] 0 and 1
// - [ ] 0 and ½
// - [ ] Only ½, twelve times
// - [x] 0 and 2
//
// **Answer.** Those that remain are scaled by $1/(1-p)$. So the expected sum stays the same, and `eval()`, which lets
// everything through, does not surprise the next layer.
//
// ```ts
// const dropout = new nn.Dropout(0.5);
// console.log(`training: ${await dropout.forward(ones(12)).format()}`);
// dropout.eval();
// console.log(`eval: ${await dropout.forward(ones(12)).format()}`);
// ```

// %% [markdown]
// Every step draws another network of about half the neurons, and all of them share their weights. Does that help?
// Three linear layers, as AlexNet has at its end, but of 256 neurons, learn 500 handwritten digits, and are asked about
// 4,000 others that they have never seen; three times, each time from other first weights.

// %%
section("Dropout");
const others = await digits({ count: 4000, size: 28, split: "test" });
const unseen = tensor(others.images, { shape: others.shape }), truth = tensor(others.labels);

async function learn(net: nn.Module, count: number, lr: number, label = "") {
  const optimizer = new optim.Adam(net.parameters(), { lr });
  for await (const step of steps(count, { label, progress: label !== "" })) {
    const loss = F.crossEntropy(net.forward(pages), names);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    step.log({ loss });
  }
  net.eval();
}

function right(net: nn.Module, images: Tensor, labels: Tensor): Promise<number> {
  return noGrad(() => net.forward(images).argmax(1).eq(labels).to("float32").mean()).item();
}

const heads: Record<string, unknown>[] = [];
for (const seed of [0, 1, 2].map((more) => flags.seed + more)) {
  for (const rate of [0, 0.5]) {
    manualSeed(seed);
    const head = new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(28 * 28, 256),
      new nn.ReLU(),
      new nn.Dropout(rate),
      new nn.Linear(256, 256),
      new nn.ReLU(),
      new nn.Dropout(rate),
      new nn.Linear(256, 10),
    );
    await learn(head, 40, 3e-3);
    const [own, foreign] = [await right(head, pages, names), await right(head, unseen, truth)]
      .map((share) => `${(100 * share).toFixed(1)} %`);
    heads.push({ seed, dropout: `${rate}`, own, unseen: foreign });
  }
}
await show(heads);

// %% [markdown]
// All six know their own digits by heart. Of the others those with dropout know about one in a hundred more, each time.
// It is no miracle cure; 5b compares it with others. (`F.crossEntropy` is the loss for telling classes apart, and 5b
// explains that, too.)
//
// ## The network
//
// Five convolutions, three poolings, three linear layers, and behind each convolution and each linear layer but the
// last a ReLU, seven in all.

// %% [markdown] tags=["question"]
// **Predict.** Of its eight layers with weights, which has the most?
//
// - [ ] The first convolution: it has the largest kernels, $11 \times 11$.
// - [ ] The fourth: it goes from 384 channels to 384.
// - [x] The first linear layer: from $256 \cdot 5 \cdot 5$ numbers to 4,096.
// - [ ] The second linear layer: from 4,096 numbers to 4,096.
//
// **Answer.** More than half of all parameters are in it, 26 million, and nearly all others in the second linear layer.
// A convolution shares its weights among all places, so that even the fourth has but 1.3 million.
//
// ```ts
// const most = {
//   "first convolution": new nn.Conv2d(1, 96, 11),
//   "fourth convolution": new nn.Conv2d(384, 384, 3),
//   "first linear layer": new nn.Linear(256 * 5 * 5, 4096),
//   "second linear layer": new nn.Linear(4096, 4096),
// };
// for (const [name, layer] of Object.entries(most)) console.log(`${name}: ${layer.weight.size}`);
// ```

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
await show(summary(net, [flags.batch, 1, 224, 224]));

// %% [markdown]
// Two columns tell opposite stories. Nine tenths of the 46,764,746 **parameters** sit in the first two linear layers,
// and most of the **arithmetic** happens in the convolutions: few weights, used at many places.
//
// Why ReLU? Its slope is 1 wherever it lets something through, while that of a sigmoid is at most ¼, and seven factors
// of ¼ make 0.00006. Let us swap all seven and see what arrives at the first layer. The weights are the same, so is the
// picture (the cat, with a margin that brings it to $224 \times 224$), and all set out from the same gradient, that of
// the sum of the ten answers. (What is drawn is the gradient of each layer's weights, in which the numbers that come in
// count, too: so the curves differ at the last layer already.)

// %%
const framed = portrait.pad([[0, 0], [0, 0], [52, 52], [32, 32]]);
const arriving: Record<string, number[]> = {};
net.eval();
for (const Activation of [nn.ReLU, nn.Tanh, nn.GELU, nn.Sigmoid]) {
  const layers = [...net.features, ...net.classifier];
  const swapped = layers.map((layer) => layer instanceof nn.ReLU ? new Activation() : layer);
  new nn.Sequential(...swapped).forward(framed).sum().backward();
  const weights = net.parameters().filter(({ ndim }) => ndim > 1);
  const norms = await Promise.all(weights.map(({ grad }) => grad!.norm().item()));
  net.zeroGrad();
  arriving[Activation.name] = norms;
  const [first, last] = [norms[0], norms.at(-1)!].map((norm) => norm.toExponential(1));
  console.log(`${Activation.name}: ${first} at layer 1, ${last} at layer 8`);
}
net.train();
await show(chart.line({
  x: arange(1, 9),
  series: arriving,
  mode: "lines+markers",
  title: "The gradient at each of the eight layers",
  xTitle: "layer, 1 being the first convolution",
  yTitle: "norm",
  yLog: true,
}));

// %% [markdown]
// The gradient comes from the right. With sigmoids it loses a factor of ten or so at every layer, and on the whole way
// it becomes some five million times smaller: at the first layer next to nothing arrives. But the book says that *only*
// ReLU carries deep networks, and that is not so: tanh, whose slope is 1 in its middle, loses less here than ReLU, and
// GELU, which is in many of today's language models, loses more. What spoke for ReLU was practical: it is cheap, and
// does not **saturate**: however large its input, its slope stays 1, where that of tanh goes to 0. Since then a better
// **initialization** of the weights, and normalization (chapter 6), have made all of them usable.
//
// ## What a layer sees
//
// How much of the picture can change one number behind a layer? That is its **receptive field**.

// %% [markdown] tags=["question"]
// **Predict.** Two convolutions of $3 \times 3$, one behind the other, stride 1. How many pixels can change one number
// behind the second?
//
// - [ ] 9
// - [ ] 18
// - [x] 25
// - [ ] 81
//
// **Answer.** It sees $3 \times 3$ numbers of the layer before, each of which sees $3 \times 3$ pixels, and these
// windows overlap: together they cover $5 \times 5$. The gradient shows it: pixels that can change a number are those
// at which its gradient is not 0.
//
// ```ts
// const pixels = ones([1, 1, 9, 9], { requiresGrad: true });
// const twice = F.conv2d(F.conv2d(pixels, ones(1, 1, 3, 3)), ones(1, 1, 3, 3));
// twice.at(0, 0, 2, 2).backward();
// console.log(`pixels that it sees: ${await pixels.grad!.ne(0).to("float32").sum().item()}`);
// console.log(await pixels.grad!.squeeze().format());
// ```

// %% [markdown]
// A window of $k$ sees $k$ numbers of the layer before, and in the picture those lie as far apart as the product of all
// strides before them. So it grows with every layer:

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
  yTitle: "side (pixels)",
}));

// %% [markdown]
// The first convolution judges by 11 pixels, the last pooling by 195 of 224. No layer got a larger window for that: the
// poolings and strides before it make the picture small, so that a window of 3 reaches far.
//
// ## Adam, in ten lines
//
// The book trains AlexNet with **Adam** (Kingma and Ba, 2015). Plain descent has one step size for all 47 million
// directions, and chapter 3 showed what that costs when their curvatures differ. Adam keeps two running averages for
// each parameter: $m$ of its gradient $g$ (its **momentum**) and $v$ of the gradient's square,
//
// $$\begin{gathered} m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \\ v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2, \\
// \beta_1 = 0.9,\; \beta_2 = 0.999. \end{gathered}$$
//
// Both start at zero, and after $t$ steps they have taken in only a share of $1 - \beta^t$ of what they average. That
// is divided out, and the ratio is the step:
//
// $$\begin{gathered} \hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \\
// \theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}. \end{gathered}$$

// %%
section("Adam, in ten lines");
function adam(theta: Tensor, lr: number, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8) {
  const m = zerosLike(theta), v = zerosLike(theta);
  let t = 0;
  function step() {
    const g = theta.grad!;
    m.mul_(beta1).add_(g.mul(1 - beta1));
    v.mul_(beta2).add_(g.square().mul(1 - beta2));
    t++;
    const mHat = m.div(1 - beta1 ** t), vHat = v.div(1 - beta2 ** t);
    noGrad(() => theta.sub_(mHat.div(vHat.sqrt().add(epsilon)).mul(lr)));
  }
  return { step, zeroGrad: () => theta.zeroGrad() };
}

const byHand = await recover((kernel) => adam(kernel, 0.1));
const library = await recover((kernel) => new optim.Adam([kernel], { lr: 0.1 }));
console.log(`by hand =\n${await byHand.kernel.squeeze().format()}`);
console.log(`optim.Adam =\n${await library.kernel.squeeze().format()}`);
const apart = await byHand.kernel.sub(library.kernel).abs().max().item();
console.log(`largest difference of a weight: ${apart.toExponential(1)}`);
const [reached] = plain.losses.slice(-1);
console.log(
  `Adam is below ${reached.toFixed(4)} after ${byHand.losses.findIndex((loss) => loss < reached)} steps`,
);
await show(chart.line({
  series: { "plain descent, η = 0.2": plain.losses, "Adam, η = 0.1": byHand.losses },
  title: "The lost kernel, again",
  xTitle: "step",
  yTitle: "loss",
  yLog: true,
}));

// %% [markdown]
// Ours and the library's are the same to the last digits of float32, after 500 steps. And what plain descent reaches
// with all its steps, Adam reaches with a quarter of them; then it nears the Sobel operator.

// %% [markdown] tags=["question"]
// **Predict.** A parameter has the gradient 1,000. Adam takes its first step with $\eta = 0.1$. By how much does it move?
//
// - [ ] 100: $\eta$ times the gradient.
// - [ ] 10: a tenth of that, since $1 - \beta_1$ is 0.1.
// - [x] 0.1: $\eta$.
// - [ ] 0.0001: $\eta$ divided by the gradient.
//
// **Answer.** After one step $\hat m$ is $g$ and $\hat v$ is $g^2$, so their ratio is 1, or $-1$: the sign alone.
// Later, too, a parameter moves by about $\eta$ as long as its gradients agree, however steep its own direction is, and
// by less when they contradict each other.
//
// ```ts
// for (const slope of [1000, 1, 0.001]) {
//   const theta = tensor(0, { requiresGrad: true });
//   const optimizer = new optim.Adam([theta], { lr: 0.1 });
//   theta.mul(slope).backward();
//   optimizer.step();
//   console.log(`gradient ${slope}: moved by ${(await theta.item()).toFixed(4)}`);
// }
// ```

// %% [markdown]
// ## Learning a picture by heart
//
// One picture of random numbers, to be called class 0. That is no recognition; it is the quickest proof that everything
// is connected as it should be: a network that cannot learn one picture by heart learns nothing. With `--data mnist`
// the picture is a handwritten digit, with `--batch 10` there are ten of them, each different.

// %%
section("Learning a picture by heart");
const digit = flags.data === "mnist" ? await digits({ count: flags.batch, seed: flags.seed }) : null;
const x = digit ? tensor(digit.images, { shape: digit.shape }) : randn(flags.batch, 1, 224, 224);
const labels = digit?.labels ?? Int32Array.from({ length: flags.batch }, (_, n) => n % 10);
const target = F.oneHot(tensor(labels), 10);

// %% [markdown]
// The loss is the book's, $\sum \tfrac12 (y - t)^2$ over ten outputs, where $t$ is 1 for the right class and 0 elsewhere.

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
// ## What the kernels learn
//
// Our picture of noise has nothing in it that kernels could find. So here is an AlexNet in miniature, five convolutions
// in the same order, which learns to tell the 500 handwritten digits apart, for 60 steps:

// %%
section("What the kernels learn");
function miniature(Activation: new () => nn.Module): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(1, 12, 7, { padding: 1 }),
    new Activation(),
    new nn.MaxPool2d(3, { stride: 2 }),
    new nn.Conv2d(12, 16, 5, { padding: 2 }),
    new Activation(),
    new nn.MaxPool2d(3, { stride: 2 }),
    new nn.Conv2d(16, 24, 3, { padding: 1 }),
    new Activation(),
    new nn.Conv2d(24, 24, 3, { padding: 1 }),
    new Activation(),
    new nn.Conv2d(24, 16, 3, { padding: 1 }),
    new Activation(),
    new nn.MaxPool2d(3, { stride: 2 }),
    new nn.Flatten(),
    new nn.Linear(16 * 2 * 2, 10),
  );
}

manualSeed(flags.seed);
const small = miniature(nn.ReLU);
const [looking] = small.parameters();
const atFirst = looking.detach();
await learn(small, 60, 4e-3, "digits");
const thousand = unseen.at([0, 1000]), answers = truth.at([0, 1000]);
console.log(`its own digits: ${(100 * await right(small, pages, names)).toFixed(1)} %`);
console.log(`a thousand others: ${(100 * await right(small, thousand, answers)).toFixed(1)} %`);
await show(chart.imageGrid({
  images: looking.detach().sub(atFirst),
  labels: Array.from({ length: 12 }, (_, channel) => `channel ${channel}`),
  columns: 6,
  range: "each",
  colors: "diverging",
  title: "The twelve kernels of conv1: what they learned",
}));

// %% [markdown]
// The picture shows the difference between the weights at the end and their random first values: orange where a weight
// grew, blue where it fell. Nobody asked for edges; yet many kernels learned to compare one side with the other,
// upright, lying or aslant, as the Sobel operators do. Pen strokes have edges, so edges are what helps.
//
// Now a digit that it has never seen goes through the network. Behind each convolution and its ReLU, the six channels
// that answer the most:

// %%
const stations: Tensor[] = [];
let signal = thousand;
for (const layer of small) {
  signal = noGrad(() => layer.forward(signal));
  if (layer instanceof nn.ReLU) stations.push(signal);
}
const tiles = [], captions: string[] = [];
for (const [i, station] of stations.entries()) {
  const { indices } = station.at(4).mean([1, 2]).topk(6);
  for (const channel of await indices.data()) {
    tiles.push(station.at(4, channel));
    captions.push(`conv${i + 1}: ${channel}`);
  }
}
await show(chart.imageGrid({
  images: tiles,
  labels: captions,
  columns: 6,
  range: "each",
  title: "A 4 on its way through five convolutions",
}));

// %%
const told: number[] = [];
for (const station of stations) {
  const means = station.mean([2, 3]);
  const byClass = stack(Array.from({ length: 10 }, (_, digit) => means.at(answers.eq(digit)).mean(0)));
  told.push(
    await byClass.var(0, { unbiased: false }).sum().div(means.var(0, { unbiased: false }).sum()).item(),
  );
}
console.log(`told by the class: ${told.map((part) => `${(100 * part).toFixed(0)} %`).join(", ")}`);

// %% [markdown]
// In conv1 one still knows the digit; each channel has picked out strokes of its own direction. Further on the maps get
// small, and what they show is no picture any more: what stands somewhere gives way to what there is. That can be
// measured. Forget the places, take the mean of each channel over its map, and ask how much of its variation over the
// thousand digits is explained by which digit it is. Behind conv1 it is 29 %, behind conv5 more than half, 59 %. (With
// seeds 1 and 2 the last number is 62 % and 50 %.)
//
// The digits that it was trained on it knows, all of them; of a thousand others it calls one in ten by a wrong name.
// How to teach a network what it is not shown, and how to find out whether it knows, is the question of 5b.
//
// ## What to notice
//
// **Few weights, used everywhere.** That is the whole difference between a convolution and a linear layer, and it is
// what pictures need: what is an edge here is an edge there.
//
// **The loss does not fall evenly.** Adam's steps are about as long near the goal as far from it, so it runs past; and
// with dropout each step asks another network, half of whose neurons are silent. In `eval()` mode, for the answer
// above, all of them speak.
//
// **Learning by heart is memory, not recognition.** 47 million parameters for one picture: what it would say about
// another picture means nothing. Try `--data mnist --batch 10`: ten handwritten digits, told apart after 50 steps.
// Recognizing digits that it has never seen takes thousands of them, the same loop, and an examination.
//
// ## Exercises
//
// 1. Give `recover`'s task a twist: the edges without their sign, `edges.abs()`. Why can no kernel do that, whoever
//    looks for it? Which small network can?
// 2. Swap the activation of the network in miniature: `nn.Tanh`, `nn.Sigmoid`. What do they know after 60 steps?
// 3. Set the stride of AlexNet's first convolution to 2. Which layer complains, and which number would have to
//    stand there? How many parameters would the network have then?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// A convolution is linear: a picture with all its signs turned gives all answers with their signs turned, and an
// absolute value does not do that. So the loss of the single kernel stays at 0.09. Four kernels, a ReLU and a weighted
// sum bring it to less than a hundredth of that: one kernel finds what becomes brighter, another what becomes darker.
//
// ```ts
// const strength = edges.abs();
// const makers = {
//   "one kernel": () => new nn.Conv2d(1, 1, 3),
//   "four, a ReLU, a sum": () =>
//     new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.Conv2d(4, 1, 1)),
// };
// for (const [name, make] of Object.entries(makers)) {
//   manualSeed(flags.seed);
//   const finder = make();
//   const optimizer = new optim.Adam(finder.parameters(), { lr: 0.03 });
//   let loss = ones();
//   for (let step = 0; step < 600; step++) {
//     loss = F.mseLoss(finder.forward(portrait), strength);
//     loss.backward();
//     optimizer.step();
//     optimizer.zeroGrad();
//   }
//   console.log(`${name}: loss ${(await loss.item()).toFixed(4)}`);
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// With tanh it knows 91.9 % of the others, a little more than with ReLU, and with seeds 1 and 2 that is so, too. With
// sigmoids it knows a third, and less than a half with seeds 1 and 2. It does learn, since Adam makes up for the size
// of small gradients; but slowly, as they say little.
//
// ```ts
// for (const Activation of [nn.Tanh, nn.Sigmoid]) {
//   manualSeed(flags.seed);
//   const swapped = miniature(Activation);
//   await learn(swapped, 60, 4e-3);
//   const shares = [await right(swapped, pages, names), await right(swapped, thousand, answers)];
//   console.log(`${Activation.name}: ${shares.map((share) => `${(100 * share).toFixed(1)} %`).join(" and ")}`);
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// The first linear layer: it gets 36,864 numbers, $256 \cdot 12 \cdot 12$, where it expects 6,400. With that number in
// its place it would have 151 million weights, and the network 171,545,290 parameters. The convolutions would have not
// one more; but each would have four times as many places to compute.
//
// ```ts
// const wider = new nn.Sequential(
//   new nn.Conv2d(1, 96, 11, { stride: 2 }),
//   ...[...net.features].slice(1),
// );
// const wide = noGrad(() => wider.forward(x.at([0, 1])));
// console.log(`channels and pixels = [${wide.shape.join(", ")}]`);
// try {
//   net.classifier.forward(wide);
// } catch (error) {
//   console.log(error instanceof Error ? error.message : error);
// }
// ```
