// %% [markdown]
// # 8. Training: the reference's table
//
// *About 35 minutes. Before it: chapters 5b and 7.*
//
// **The question.** Chapters 5 to 7b built networks of eight, eighteen, fifty and more layers, and showed them one
// picture, or ten. What are those networks worth on thousands of real pictures, and on others that they have never seen?
// (Interlude 5b asked it of a small one, and of digits.) There are numbers to compare with: the course's AlexNet and
// ResNet-18 are those of Tang's *Dive into Deep Learning (PyTorch)*, sections 5.6 and 5.11. That book trains both to tell
// clothes apart, and reports what share of the test pictures they get right: 0.902 and 0.926.
//
// And does what chapter 7b showed with ten tiny pictures hold for real ones: can more layers be worse?

// %%
import {
  accuracy,
  capture,
  type Chart,
  chart,
  Checkpoints,
  DataLoader,
  type Dataset,
  epochs,
  evaluate,
} from "descent";
import { F, fashionMnist, type Image, manualSeed, mnist, nn, optim, predict, type Series } from "descent";
import { show, subset, summary, type Tensor, tensor, transforms, useDevice } from "descent";
import { chapterFlags, reading, section } from "descent/course";

const flags = chapterFlags({
  title: "Chapter 8: Training",
  description:
    "AlexNet and ResNet-18 on Fashion-MNIST, beside published figures, and what depth does to real " +
    "pictures. Small versions unless --model names a whole one.",
  device: true,
  threads: true,
  data: ["fashion", "mnist"],
  model: ["small", "alexnet", "resnet18", "depth"],
  images: true,
  epochs: true,
  batch: true,
  lr: 1e-3,
  schedule: ["constant", "cosine", "onecycle"],
  seed: 0,
  out: true,
  log: true,
  checkpoints: true,
  resume: true,
});
const device = await useDevice(flags.device, { threads: flags.threads });
console.log(`computing on ${device.name}: ${device.description}`);

// %% [markdown]
// ## Clothes
//
// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017) is MNIST's successor: grey pictures of $28 \times 28$ points again, 60,000
// to train on and 10,000 to test with, ten classes; but clothes from a shop's catalogue, and harder to tell apart than
// digits. (`--data mnist` takes the digits.) The first three of each class:

// %%
section("Clothes");
const isFashion = flags.data === "fashion";
const training = isFashion ? await fashionMnist({ onProgress: reading("Fashion-MNIST") }) : await mnist();
const testing = await (isFashion ? fashionMnist : mnist)({ split: "test" });
const [many, others] = [training, testing].map(({ length }) => length.toLocaleString("en-US"));
console.log(`${many} pictures to train on, ${others} to test with`);
const first = Array.from({ length: 30 }, (_, n) => {
  const row = Math.floor(n / 10);
  const places = [...training.labels.keys()].filter((i) => training.labels[i] === n % 10);
  const { data, shape } = training.get(places[row])[0];
  return tensor(data, { shape: [...shape], dtype: "float32" });
});
await show(chart.imageGrid({
  images: first,
  labels: [...training.classes],
  columns: 10,
  title: "Ten classes, three of each",
  width: 720,
}));

// %% [markdown] tags=["question"]
// **Predict.** A network gets 90 % of the 10,000 test pictures right. With 10,000 other pictures, by how much would the
// figure typically differ?
//
// - [ ] By 3 percentage points.
// - [x] By 0.3 percentage points.
// - [ ] By 0.03 percentage points.
// - [ ] Not at all: 10,000 are enough.
//
// **Answer.** Each picture is a throw that succeeds with probability 0.9. The share of successes in $n$ throws has the
// standard deviation $\sqrt{0.9 \cdot 0.1 / n}$, which falls with the *root* of $n$ only. Two accuracies that differ by
// less than half a percentage point may be equally good.
//
// ```ts
// const throws = tensor(new Float32Array(100 * 10_000).fill(1), { shape: [100, 10_000] });
// const shares = F.dropout(throws, 0.1).gt(0).to("float32").mean(1);
// const deviation = await shares.var().sqrt().item();
// console.log(`a hundred examinations of 10,000 pictures: standard deviation ${deviation.toFixed(4)}`);
// ```

// %% [markdown]
// Some are easy: nothing else looks like a pair of trousers. Shirt, T-shirt, pullover and coat are one shape with more
// or less sleeve, and some are called what they are for reasons that 784 grey points do not show.
//
// One thing must be said before any number is compared. The npm package that these pictures come from holds the set's
// *first* release, which was divided into training and test pictures differently from the files in use today. Classes
// and counts are the same; which picture is in which half is not. So our 10,000 are not Tang's 10,000, and an accuracy
// here may differ from one there as two draws of test pictures do: at an accuracy of 0.9, the standard deviation of each
// is $\sqrt{0.9 \cdot 0.1 / 10000} = 0.003$. (Whoever has today's files writes `fashionMnist({ folder })`.)
//
// ## Two networks, and what they cost
//
// Chapter 5's AlexNet and chapter 7's ResNet-18, with two things left open: how wide the layers are, and AlexNet's first
// window. Pictures of $28 \times 28$ are stretched to $224 \times 224$ for the one, to $96 \times 96$ for the other.
// That adds nothing to a picture; it makes AlexNet's window of 11 points, which moves by 4, as fine as one of 1⅜ would
// be on the original.

// %%
section("Two networks, and what they cost");
class AlexNet extends nn.Module {
  features: nn.Sequential;
  classifier: nn.Sequential;

  constructor(first: nn.Conv2d, width: number, places: number) {
    super();
    const [few, more, most, hidden] = [96, 256, 384, 4096].map((count) => count * width);
    const conv = (inputs: number, outputs: number) => new nn.Conv2d(inputs, outputs, 3, { padding: 1 });
    const relu = () => new nn.ReLU();
    const pool = () => new nn.MaxPool2d(3, { stride: 2 });
    this.features = new nn.Sequential(
      first,
      relu(),
      pool(),
      new nn.Conv2d(few, more, 5, { padding: 2 }),
      relu(),
      pool(),
      conv(more, most),
      relu(),
      conv(most, most),
      relu(),
      conv(most, more),
      relu(),
      pool(),
    );
    this.classifier = new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(more * places ** 2, hidden),
      relu(),
      new nn.Dropout(0.5),
      new nn.Linear(hidden, hidden),
      relu(),
      new nn.Dropout(0.5),
      new nn.Linear(hidden, 10),
    );
  }

  override forward(images: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(images));
  }
}

class Residual extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  shortcut: nn.Module;

  constructor(inputs: number, outputs: number, stride = 1) {
    super();
    this.conv1 = new nn.Conv2d(inputs, outputs, 3, { stride, padding: 1 });
    this.bn1 = new nn.BatchNorm2d(outputs);
    this.conv2 = new nn.Conv2d(outputs, outputs, 3, { padding: 1 });
    this.bn2 = new nn.BatchNorm2d(outputs);
    this.shortcut = stride === 1 ? new nn.Identity() : new nn.Conv2d(inputs, outputs, 1, { stride });
  }

  override forward(x: Tensor): Tensor {
    const hidden = this.bn1.forward(this.conv1.forward(x)).relu();
    return this.bn2.forward(this.conv2.forward(hidden)).add(this.shortcut.forward(x)).relu();
  }
}

class ResNet extends nn.Module {
  features: nn.Sequential;
  head: nn.Sequential;

  constructor(width = 1) {
    super();
    const [one, two, three, four] = [64, 128, 256, 512].map((count) => count * width);
    this.features = new nn.Sequential(
      new nn.Conv2d(1, one, 7, { stride: 2, padding: 3 }),
      new nn.BatchNorm2d(one),
      new nn.ReLU(),
      new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
      new Residual(one, one),
      new Residual(one, one),
      new Residual(one, two, 2),
      new Residual(two, two),
      new Residual(two, three, 2),
      new Residual(three, three),
      new Residual(three, four, 2),
      new Residual(four, four),
    );
    this.head = new nn.Sequential(new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(four, 10));
  }

  override forward(images: Tensor): Tensor {
    return this.head.forward(this.features.forward(images));
  }
}

// %% [markdown] tags=["question"]
// **Predict.** A picture of $28 \times 28$ points is stretched to $224 \times 224$; the network stays as it is. How many
// times as much work does a convolution have to do?
//
// - [ ] 1: its kernels are as large as before.
// - [ ] 8
// - [x] 64
// - [ ] 512
//
// **Answer.** The kernel does the same work at each place, and there are eight times as many places in a row, and eight
// times as many rows.
//
// ```ts
// const layer = new nn.Conv2d(1, 16, 3, { padding: 1 });
// const [small, large] = [28, 224].map((side) => summary(layer, [1, 1, side, side]).flops);
// console.log(`${small} and ${large} operations: ${large / small} times as many`);
// ```

// %% [markdown]
// A **recipe** is all that a run depends on, apart from the random numbers. Tang's: five epochs over all pictures,
// batches of 128 and 256, Adam with a learning rate of 0.001. And a small version of each, with an eighth and a quarter
// of the channels, on the pictures as they are, and on a tenth of them. AlexNet's first window has to shrink with the
// picture; ResNet-18 takes any size.

// %%
interface Recipe {
  name: string;
  network: () => nn.Module & { features: nn.Sequential; forward(images: Tensor): Tensor };
  side: number;
  images: number;
  tests: number;
  epochs: number;
  batch: number;
  progress?: boolean;
}

const whole = { images: 60_000, tests: 10_000, epochs: 5 };
const part = { images: 6_000, tests: 2_000, epochs: 4, side: 28, batch: 64 };
const recipes: Record<"alexnet" | "resnet18" | "small" | "depth", Recipe[]> = {
  alexnet: [{
    ...whole,
    name: "AlexNet",
    network: () => new AlexNet(new nn.Conv2d(1, 96, 11, { stride: 4 }), 1, 5),
    side: 224,
    batch: 128,
  }],
  resnet18: [{ ...whole, name: "ResNet-18", network: () => new ResNet(), side: 96, batch: 256 }],
  small: [
    {
      ...part,
      name: "small AlexNet",
      network: () => new AlexNet(new nn.Conv2d(1, 12, 7, { padding: 3 }), 1 / 8, 2),
    },
    { ...part, name: "small ResNet-18", network: () => new ResNet(1 / 4) },
  ],
  depth: [],
};

// %% [markdown] tags=["question"]
// **Predict.** A network has 1,000,000 weights, 4 MB. It is trained with Adam. How much memory does that take, without
// what the layers hand on?
//
// - [ ] 4 MB: the weights.
// - [ ] 8 MB: weights and gradients.
// - [ ] 12 MB: weights, gradients, and Adam's average.
// - [x] 16 MB: weights, gradients, and Adam's two averages.
//
// **Answer.** Adam keeps a mean of the gradients and one of their squares, each as large as the weights. SGD without
// momentum would keep neither. So training takes four times the memory of using the network, and then what the layers
// hand on.
//
// ```ts
// const before = device.memory().bytes;
// const million = new nn.Linear(1000, 1000, { bias: false });
// const adam = new optim.Adam(million.parameters());
// million.forward(tensor([new Float32Array(1000)])).sum().backward();
// adam.step();
// console.log(`${((device.memory().bytes - before) / 1e6).toFixed(1)} MB`);
// ```

// %% [markdown]
// What does a run cost? `summary()` knows the weights, what each layer hands on, and the products of a forward pass. A step
// keeps, in four bytes each: every weight, its gradient, Adam's two averages, and what every layer handed on for every
// picture of the batch, since the way back needs it. The way back takes about twice the products of the way there. The
// last columns are all operations of a run, and the seconds that they take at 100 GFLOP/s:

// %%
const costs = Object.values(recipes).flat().map(({ name, network, side, images, batch, epochs }) => {
  const { rows, parameters, flops } = summary(network(), [1, 1, side, side]);
  const layers = rows.filter(({ name }) =>
    name !== "" && !rows.some((inner) => inner.name.startsWith(`${name}.`))
  );
  const numbers = layers.reduce((sum, { outputShape }) => sum + outputShape!.reduce((a, b) => a * b), 0);
  const work = 3 * flops * images * epochs;
  return {
    network: name,
    pictures: `${side}²`,
    parameters,
    batch,
    "MB": Math.round(4 * (4 * parameters + batch * numbers) / 1e6),
    "GFLOP": Math.round(work / 1e9),
    "seconds": Math.round(work / 1e11),
  };
});
await show(costs);

// %% [markdown]
// Memory is no obstacle: a laptop has enough, and a smaller batch (`--batch 32`) needs less. Time is. 100 GFLOP/s is
// about what two good cores do when nothing keeps them waiting. At that speed AlexNet's five epochs take nearly five
// hours, ResNet-18's an hour and a half; in practice it may be several times as long. Tang's graphics card took 130
// seconds an epoch for the one and 32 for the other.
//
// So this chapter has two sizes. As it stands it trains the small versions, in a minute or two. `--model alexnet` and
// `--model resnet18` train one of the whole ones by Tang's recipe, and everything below is then about that one: for a
// GPU, or for a night. (`--images 1000` takes some of the pictures only, to see whether all is well.)
//
// ## The recipe, followed
//
// One function trains any network by any recipe: the loop of 5b, batch by batch through shuffled pictures, epoch by
// epoch, with the cross-entropy of the ten answers as its loss. Bytes become numbers from 0 to 1; nothing else is done
// to the pictures, as in Tang's book. A step is captured, as in chapter 7; the schedule stays outside, and its learning
// rate still reaches the captured step. After each epoch the network is asked about the test pictures, in `eval()` mode,
// and learns nothing from them.

// %%
section("The recipe, followed");
const schedules = {
  constant: (optimizer: optim.Adam) => new optim.lr.LambdaLR(optimizer, { lrLambda: () => 1 }),
  cosine: (optimizer: optim.Adam, total: number) =>
    new optim.lr.CosineAnnealingLR(optimizer, { tMax: total }),
  onecycle: (optimizer: optim.Adam, total: number) =>
    new optim.lr.OneCycleLR(optimizer, { maxLr: flags.lr, totalSteps: total }),
};

function loaderOf(set: Dataset<[Image, number]>, count: number, side: number, options = {}) {
  const some = subset(set, Array.from({ length: Math.min(count, set.length) }, (_, i) => i));
  const transform = transforms.compose([transforms.resize(side), transforms.toTensor()]);
  return new DataLoader(some, { transform, ...options });
}

function placesOf(run: string) {
  const { checkpoints, log } = flags, folder = run.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase();
  const best = { best: "testAccuracy" };
  return {
    checkpoints: checkpoints === undefined ? undefined : new Checkpoints(`${checkpoints}/${folder}`, best),
    log: log === undefined || log.endsWith(".jsonl") ? log : `${log}/${folder}`,
  };
}

async function train({ name, network, side, progress, ...recipe }: Recipe, seed = flags.seed) {
  manualSeed(seed);
  const { images = recipe.images, epochs: count = recipe.epochs, batch: batchSize = recipe.batch } = flags;
  const loader = loaderOf(training, images, side, { batchSize, shuffle: true });
  const testLoader = loaderOf(testing, Math.min(recipe.tests, images), side, { batchSize });
  const net = network();
  const kernels = net.parameters()[0].detach().clone();
  const optimizer = new optim.Adam(net.parameters(), { lr: flags.lr });
  const schedule = schedules[flags.schedule](optimizer, count * loader.length);
  const run = epochs(count, loader, {
    label: name,
    progress,
    test: () => evaluate(net, testLoader),
    parts: { model: net, optimizer, schedule },
    resume: flags.resume,
    ...placesOf(`${name}, seed ${seed}`),
  });
  const learn = capture((pictures: Tensor, labels: Tensor) => {
    const logits = net.forward(pictures);
    const loss = F.crossEntropy(logits, labels);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    return { loss, accuracy: accuracy(logits, labels) };
  });
  for await (const step of run) {
    const [pictures, labels] = step.batch;
    step.log(learn(pictures, labels));
    schedule.step();
  }
  return { name, net, kernels, testLoader, images, history: run.history };
}

// %% [markdown] tags=["question"]
// **Predict.** The `cosine` schedule takes the learning rate from 0.001 to 0. How large is it after a quarter of the steps?
//
// - [ ] 0.00025
// - [ ] 0.00050
// - [ ] 0.00075
// - [x] 0.00085
//
// **Answer.** Half a cosine begins level: $\tfrac12 (1 + \cos 45°) = 0.854$. It stays high for long, falls fast in the
// middle, and comes in slowly at the end.
//
// ```ts
// const optimizer = new optim.Adam([new nn.Linear(1, 1).weight], { lr: 1e-3 });
// const schedule = new optim.lr.CosineAnnealingLR(optimizer, { tMax: 100 });
// for (let step = 1; step <= 100; step++) {
//   optimizer.step();
//   schedule.step();
//   if (step % 25 === 0) console.log(`after ${step} of 100 steps: ${schedule.lastLr[0].toFixed(6)}`);
// }
// ```

// %% [markdown] tags=["question"]
// **Predict.** AlexNet has dropout. After each epoch it is asked about pictures that it has never seen. Where is its
// test accuracy, next to the training accuracy of that epoch?
//
// - [ ] Below: new pictures are harder.
// - [ ] Level with it: it has not had time to learn by heart.
// - [x] Above: in training it works with half of its neurons.
//
// **Answer.** Training accuracy is measured on the way, with dropout in place; the test is taken in `eval()` mode, with
// all neurons. Below, a network with dropout is asked about the *same* pictures in both modes.
//
// ```ts
// manualSeed(0);
// const clothes = subset(await fashionMnist(), Array.from({ length: 500 }, (_, i) => i));
// const batches = await Array.fromAsync(new DataLoader(clothes, { batchSize: 500 }));
// const [images, labels] = batches[0];
// const layers = [new nn.Linear(784, 64), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(64, 10)] as const;
// const net = new nn.Sequential(new nn.Flatten(), ...layers);
// const adam = new optim.Adam(net.parameters(), { lr: 1e-3 });
// for (let step = 0; step < 60; step++) {
//   F.crossEntropy(net.forward(images), labels).backward();
//   adam.step();
//   adam.zeroGrad();
// }
// for (const mode of ["train", "eval"] as const) {
//   const share = await accuracy(net[mode]().forward(images), labels).item();
//   console.log(`in ${mode} mode: ${share.toFixed(3)}`);
// }
// ```

// %%
const trained = [];
for (const recipe of recipes[flags.model]) {
  const run = await train(recipe);
  trained.push(run);
  const { testAccuracy } = run.history.at(-1)!;
  console.log(`${run.name}: ${(100 * testAccuracy).toFixed(1)} % of the test pictures right`);
}

// %% [markdown]
// Beside the published curves, dotted:

// %%
const published: Record<string, number[]> = {
  "AlexNet": [0.865, 0.889, 0.901, 0.9, 0.902],
  "ResNet-18": [0.885, 0.899, 0.911, 0.916, 0.926],
};
const panels = trained.map(({ name, history }) => {
  const x = history.map(({ epoch }) => epoch);
  const there = published[name.replace("small ", "")];
  return chart.line({
    title: name,
    series: {
      "training": { x, y: history.map(({ accuracy }) => accuracy), dash: "dash" },
      "test": { x, y: history.map(({ testAccuracy }) => testAccuracy) },
      "test, the whole, Tang": { x: there.map((_, i) => i + 1), y: there, dash: "dot" },
    },
    mode: "lines+markers",
    xTitle: "epoch",
    yTitle: "accuracy",
    yRange: [0.3, 1],
    height: 480,
  });
});
if (panels.length > 0) await show(chart.panels(panels, { title: "Clothes told apart" }));

// %% [markdown]
// The small versions stay below the whole ones, with a tenth of the pictures and an eighth or a quarter of the channels.
// Their order is the same: the residual network learns faster from the same pictures. (Much of that is due to batch
// normalization, which AlexNet does not have: exercise 1.)
//
// AlexNet's test curve runs above its training curve, as if it knew best the pictures that it has never seen. There are two
// reasons: in training half of its neurons are silent in two layers, in `eval()` mode none; and the training
// accuracy is a mean over an epoch, during which the network was still getting better, where the test comes at its end.
//
// ResNet-18's curves cross. Its training accuracy goes on rising; on pictures that it does not know, it gains less. With
// 6,000 pictures and seven hundred thousand parameters it begins to learn them by heart. More pictures are the cure, which
// is why one trains with all of them.
//
// ## What is mixed up
//
// One number hides which clothes it is made of. A **confusion matrix** counts, for each class (a row), what the network
// called its pictures (the columns). On the diagonal is what is right:

// %% [markdown] tags=["question"]
// **Predict.** A network recognizes eight of the ten classes without a mistake, and for shirts and T-shirts it flips a
// coin. What is its accuracy, if all classes are equally frequent?
//
// - [ ] 0.5
// - [ ] 0.8
// - [x] 0.9
// - [ ] 0.95
//
// **Answer.** Two classes of ten are half right: $0.8 + 0.2 / 2$. One number looks good, and for a fifth of what it is
// asked, the network only guesses.
//
// ```ts
// const labels = tensor(Int32Array.from({ length: 1000 }, (_, i) => i % 10));
// const says = tensor(Int32Array.from({ length: 1000 }, (_, i) => i % 10 % 6 === 0 ? (i % 4 < 2 ? 0 : 6) : i % 10));
// console.log(`accuracy ${(await accuracy(F.oneHot(says, 10), labels).item()).toFixed(2)}`);
// ```

// %%
section("What is mixed up");
for (const { name, net, testLoader } of trained.slice(-1)) {
  const { labels, predictions } = await predict(net, testLoader);
  const counts = F.oneHot(labels, 10).t().matmul(F.oneHot(predictions, 10));
  const shares = await counts.div(counts.sum(1, { keepdim: true })).array() as number[][];
  for (const [i, of] of shares.entries()) {
    const [taken] = [...of.keys()].filter((j) => j !== i).sort((a, b) => of[b] - of[a]);
    const right = `${training.classes[i]}: ${(100 * of[i]).toFixed(0)} % right`;
    console.log(`${right}, ${(100 * of[taken]).toFixed(0)} % taken for ${training.classes[taken]}`);
  }
  await show(chart.heatmap({
    z: counts,
    xLabels: training.classes.map((name) => name.split(/[/ ]/)[0]),
    yLabels: [...training.classes],
    xTitle: "the network says",
    yTitle: "it is",
    zTitle: "pictures",
    width: 720,
    title: `What the ${name} takes for what`,
  }));
}

// %% [markdown]
// Two blocks: tops, coats and dresses are mixed up with each other, shoes with shoes, and hardly anything across. Nobody
// told the network that there are such kinds; it saw ten names. Trousers and bags look like nothing else. The worst row
// is that of the shirts, which it takes for pullovers, T-shirts or dresses. Look again at the first picture of this
// chapter, and say what makes the third shirt a shirt.
//
// ## What the first layer looks for
//
// The kernels of the first layer are the only ones that can be looked at as pictures, since they are applied to one. As
// in chapter 5, what is shown is what they have learned: the weights minus their first values.

// %%
section("What the first layer looks for");
for (const { name, net, kernels } of trained) {
  const [layer] = net.features;
  const { weight } = layer as nn.Conv2d;
  await show(chart.imageGrid({
    images: weight.detach().sub(kernels),
    columns: 8,
    range: "each",
    colors: "diverging",
    title: `${name}: ${weight.shape[0]} kernels of ${weight.shape[2]} × ${weight.shape[3]}`,
  }));
}

// %% [markdown]
// Many of AlexNet's are edges, with orange on one side and blue on the other, upright, level or slanted: again nobody
// asked for edges, and clothes teach them as digits did. ResNet-18's show less: a few edges, much noise. Its first layer
// is followed by a normalization and sixteen more convolutions, and may be useful in ways that the eye does not see.
//
// ## The table

// %%
section("The table");
const rows = trained.map(({ name, images, history }) => {
  const { accuracy, testAccuracy, seconds } = history.at(-1)!;
  return {
    network: name,
    images,
    epochs: history.length,
    "training": accuracy.toFixed(3),
    "test": testAccuracy.toFixed(3),
    "Tang, test": published[name.replace("small ", "")].at(-1)!.toFixed(3),
    "time an epoch": `${seconds.toFixed(1)} s`,
  };
});
if (rows.length > 0) await show(rows);

// %% [markdown]
// A small version stands beside what the whole one came to in Tang's book. Compare their order, not their size. Only
// five epochs of the whole may be compared, and even those with care: other test pictures (see above), other random
// numbers. The second exercise asks how much random numbers do alone. (This notebook was made on a machine without a
// GPU: it has no row of a whole network, and none was made up.)
//
// ## A run that takes hours
//
// A long run may be stopped, by you or by the machine. Five epochs of AlexNet with
//
// ```sh
// deno run chapters/08_training.ts --model alexnet --checkpoints runs
// ```
//
// leave a file in `runs/` after each epoch (nothing else in this chapter touches your disk, and Deno asks you first). It
// holds the weights, Adam's averages, the schedule, the state of the random numbers, and which pictures have had their
// turn; the last three files are kept, and the best. Ctrl-C lets the current step finish and saves that, too. The same
// command with `--resume` goes on from there, and on a processor it ends with the same weights, bit for bit, as a run
// that was never stopped. `--log run.jsonl` writes down every step for other programs to read; `--log runs` does so for
// TensorBoard.

// %% [markdown] tags=["question"]
// **Predict.** A run with Adam is stopped halfway. Its weights were saved, nothing else; a new Adam goes on from them,
// with the same data. Does it end where it would have ended?
//
// - [ ] Yes: all that was learned is in the weights.
// - [x] No: the next step already differs.
// - [ ] Only if the learning rate is small.
//
// **Answer.** Adam divides a mean of the gradients by the root of a mean of their squares. A new Adam begins both anew,
// and its first step is as long as the learning rate, whatever the gradient. With its old state it goes on as if nothing
// had happened.
//
// ```ts
// const adamOf = (x: Tensor) => new optim.Adam([x], { lr: 0.1 });
// const fiveSteps = (x: Tensor, adam: optim.Adam) => {
//   for (let step = 0; step < 5; step++) {
//     x.square().sum().backward();
//     adam.step();
//     adam.zeroGrad();
//   }
// };
// for (const name of ["never stopped", "weights saved", "all saved"]) {
//   const x = tensor([1], { requiresGrad: true }), first = adamOf(x);
//   fiveSteps(x, first);
//   const second = name === "never stopped" ? first : adamOf(x);
//   if (name === "all saved") second.loadStateDict(first.stateDict());
//   fiveSteps(x, second);
//   console.log(`${name}: x = ${(await x.item()).toFixed(6)}`);
// }
// ```

// %% [markdown]
// ## Does depth hurt?
//
// Chapter 7b showed it with ten tiny pictures. He, Zhang, Ren and Sun (2015, section 4.2) showed it with photographs of
// $32 \times 32$ points, and with networks made for the question: one convolution, then three stages of $n$ blocks with
// 16, 32 and 64 channels, $6n + 2$ layers in all. Where a stage begins, the way around the block leaves out every second
// row and column, and fills the new channels with zeros. So it has no weights, and plain and residual networks of one
// depth have exactly the same ones.

// %%
section("Does depth hurt?");
class Block extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;

  constructor(readonly residual: boolean, inputs: number, outputs: number) {
    super();
    const stride = outputs / inputs;
    this.conv1 = new nn.Conv2d(inputs, outputs, 3, { stride, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(outputs);
    this.conv2 = new nn.Conv2d(outputs, outputs, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(outputs);
  }

  override forward(x: Tensor): Tensor {
    const hidden = this.bn1.forward(this.conv1.forward(x)).relu();
    const y = this.bn2.forward(this.conv2.forward(hidden));
    return (this.residual ? y.add(this.around(x)) : y).relu();
  }

  around(x: Tensor): Tensor {
    const [, inputs, height, width] = x.shape;
    const [stride] = this.conv1.stride;
    if (stride === 1) return x;
    const fewer = x.at(null, null, [0, height, stride], [0, width, stride]);
    return fewer.pad([[0, 0], [0, inputs], [0, 0], [0, 0]]);
  }
}

class Deep extends nn.Module {
  features: nn.Sequential;

  constructor(residual: boolean, layers: number) {
    super();
    const blocks = [[1, 16], [16, 32], [32, 64]].flatMap(([before, channels]) =>
      Array.from({ length: (layers - 2) / 6 }, (_, i) => {
        const inputs = i === 0 && before > 1 ? before : channels;
        return new Block(residual, inputs, channels);
      })
    );
    this.features = new nn.Sequential(
      new nn.Conv2d(1, 16, 3, { padding: 1, bias: false }),
      new nn.BatchNorm2d(16),
      new nn.ReLU(),
      ...blocks,
      new nn.AdaptiveAvgPool2d(1),
      new nn.Flatten(),
      new nn.Linear(64, 10),
    );
  }

  override forward(images: Tensor): Tensor {
    return this.features.forward(images);
  }
}

// %% [markdown]
// In small: 8 and 32 layers, 2,000 pictures, brought to $14 \times 14$ points, four epochs. All else is the recipe from
// above, and the two of one depth start from the same weights and see the same batches.

// %%
const most = device.name === "webgpu" ? [56] : [];
const depths = { alexnet: [], resnet18: [], small: [8, 32], depth: [8, 20, 32, ...most] }[flags.model];
const pictures = flags.model === "small"
  ? { side: 14, images: 2_000, tests: 2_000, epochs: 4, batch: 50, progress: false }
  : { side: 28, images: 60_000, tests: 2_000, epochs: 5, batch: 128 };
const losses: Record<string, number[]> = {};
for (const layers of depths) {
  for (const residual of [false, true]) {
    const name = `${residual ? "residual" : "plain"}, ${layers} layers`;
    const { history } = await train({ ...pictures, name, network: () => new Deep(residual, layers) });
    losses[name] = history.map(({ loss }) => loss);
    const shown = losses[name].map((loss) => loss.toFixed(3)).join(", ");
    console.log(
      `${name}: training losses ${shown}; test accuracy ${history.at(-1)!.testAccuracy.toFixed(3)}`,
    );
  }
}

function depthChart(title: string, losses: Record<string, number[]>): Chart {
  const series = Object.entries(losses).map(([name, y]): [string, Series] => [
    name,
    { x: y.map((_, i) => i + 1), y, dash: name.startsWith("plain") ? "dash" : undefined },
  ]);
  return chart.line({
    title,
    series: Object.fromEntries(series),
    mode: "lines+markers",
    xTitle: "epoch",
    yTitle: "training loss",
    yLog: true,
  });
}

if (depths.length > 0) await show(depthChart("Plain and residual, by depth", losses));

// %% [markdown]
// With 8 layers it makes no difference whether a block adds what came in. With 32 it makes all the difference: the plain
// network is far behind its little brother, on the very pictures that it is trained on, and the residual one is ahead of
// both. So chapter 7b's claim holds for real pictures, too, even with batch normalization in every block.
//
// (On the test pictures the deep residual network is *not* ahead: 2,000 pictures are few, and it learns them partly by
// heart.)
//
// Now the same at full size, with twice as many pictures, and with 20 layers in between. This was computed once, on 28
// November 2026, with
//
// ```sh
// deno run chapters/08_training.ts --model depth --images 4000 --epochs 4 --batch 64
// ```
//
// on two busy cores in half an hour, and written down here: the training loss of each epoch. (On a GPU the same command
// takes 56 layers, too; without `--images` it takes all pictures.)

// %%
const recorded = {
  "plain, 8 layers": [1.453, 0.833, 0.616, 0.508],
  "residual, 8 layers": [1.403, 0.790, 0.613, 0.525],
  "plain, 20 layers": [1.325, 0.674, 0.555, 0.460],
  "residual, 20 layers": [1.044, 0.554, 0.471, 0.401],
  "plain, 32 layers": [1.620, 0.980, 0.788, 0.699],
  "residual, 32 layers": [0.928, 0.551, 0.453, 0.399],
};
await show(depthChart("Plain and residual, by depth: 28 × 28 points", recorded));

// %% [markdown]
// Eight layers need no help. With 20 the plain network is ahead of its little brother, as it should be, and the residual
// one is ahead of it. With 32 the plain one has lost more than the first twelve additional layers had gained, and the
// residual one of the same depth is level with that of 20. He and his co-authors began with 20 layers, and went on to
// 32, 44 and 56: the plain networks became worse and worse, the residual ones better and better.
//
// (Each of these is one run, with seed 0. Another seed shifts the small differences, and may reverse some of them. The
// one between the two networks of 32 layers is far larger.)
//
// ## What to notice
//
// **The training loss is not the goal.** What counts is what a network says of pictures that it has not seen, and they
// must have no part in the recipe. Here they had a small one: the learning rate is Tang's, but the width of the small
// networks was chosen with an eye on the test. Whoever chooses by the test pictures has trained on them, too, if only a
// little, and needs others to know what the choice is worth.
//
// **A recipe belongs to a result.** "ResNet-18 is better than AlexNet" means: trained like this, on these pictures. The
// first exercise takes most of the distance away with one kind of layer.
//
// **A published number is one draw.** It has a test set, a seed, a version of everything. Reproduce it as closely as these
// allow, and say what was different.
//
// ## Exercises
//
// 1. Put batch normalization behind each convolution of the small AlexNet. Chapter 6 showed with two pictures of noise what
//    it is for. Does it help with 6,000 pictures of clothes?
// 2. Train the small ResNet-18 with the seeds 1 and 2: `train(recipe, 1)`. How far apart are three runs of one recipe? What
//    does that say of the third digit of an accuracy?
// 3. Run with `--schedule cosine`: the learning rate falls from 0.001 to 0 along half a cosine. What becomes of the small
//    ResNet-18?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// A great deal: it gets four of five test pictures right instead of three of four, and is level with the small
// ResNet-18. It begins to learn at once, while the plain one spends half an epoch giving the same answer to all
// pictures. Most of the distance between the two networks of the table is normalization.
//
// ```ts
// const normalized: Recipe = {
//   ...recipes.small[0],
//   name: "normalized AlexNet",
//   network: () => {
//     const net = new AlexNet(new nn.Conv2d(1, 12, 7, { padding: 3 }), 1 / 8, 2);
//     const layers = [...net.features].flatMap((layer) =>
//       layer instanceof nn.Conv2d ? [layer, new nn.BatchNorm2d(layer.outChannels)] : [layer]
//     );
//     net.features = new nn.Sequential(...layers);
//     return net;
//   },
// };
// const { history } = await train(normalized);
// console.log(history.map(({ testAccuracy }) => testAccuracy.toFixed(3)).join(" "));
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// A few hundredths. The three differ in their first weights and in the order of the pictures, and in nothing else. At a
// constant learning rate the network goes up and down, and where it happens to stop is chance; 2,000 test pictures add a
// hundredth of their own. With all pictures and more epochs the spread is smaller, but the third digit of a single run
// still means little.
//
// ```ts
// for (const seed of [1, 2]) {
//   const { history } = await train(recipes.small[1], seed);
//   console.log(`seed ${seed}: ${history.at(-1)!.testAccuracy.toFixed(3)}`);
// }
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// It ends better, and its test loss falls in every epoch: large steps to get there, small ones to settle. The training
// accuracy is nine tenths by then. Again this is one draw; but nearly everybody finds the same, and hardly anybody keeps
// the rate constant to the end.
//
// ```ts
// flags.schedule = "cosine";
// const { history } = await train(recipes.small[1]);
// console.log(history.map(({ testAccuracy }) => testAccuracy.toFixed(3)).join(" "));
// ```
