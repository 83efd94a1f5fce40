// %% [markdown]
// # 7. ResNet: layers that may do nothing
//
// **The question.** If eight layers are good, are fifty better? One would think that they cannot be worse: the additional
// layers would only have to do nothing. Yet around 2015 people saw deep networks with a larger error than shallow ones, and
// not just on new pictures (that would be overfitting) but on the very pictures they were *trained* on.

// %%
import { chapterFlags, digits, F, manualSeed, nn, noGrad, ones, optim, rand, randn } from "descent";
import { steps, type Tensor, tensor, useDevice } from "descent";

const flags = chapterFlags({
  title: "Chapter 7: ResNet",
  description: "Residual blocks, and an eighteen-layer network of 11,178,378 parameters that learns.",
  device: true,
  steps: 5,
  batch: 1,
  data: true,
  seed: 0,
});
const device = await useDevice(flags.device);
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
// Now doing nothing is $g = 0$: all weights at zero, the place from which weights start out anyway. And the derivative
// $\partial (g(x) + x) / \partial x = g'(x) + 1$ has a 1 that does not depend on any weight: through it the gradient arrives
// at the lower layers undiminished.
//
// The correction consists of two convolutions, each with batch normalization, and a ReLU between them. Where a block halves the
// size of the picture and changes the number of channels, its input no longer fits the sum; a $1 \times 1$ convolution (the
// **shortcut**) brings it into shape.

// %%
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
    return this.correction(x).add(this.shortcut.forward(x)).relu();
  }

  correction(x: Tensor): Tensor {
    const hidden = this.bn1.forward(this.conv1.forward(x)).relu();
    return this.bn2.forward(this.conv2.forward(hidden));
  }
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
// Set all weights of both blocks to zero. Does the input come out again? (It is positive here, as behind any ReLU, so that the
// last ReLU has nothing to cut.)

// %%
const signal = rand(1, 4, 6, 6);
for (const block of [new Plain(4, 4), new Residual(4, 4)]) {
  noGrad(() => block.parameters().forEach((parameter) => parameter.zero_()));
  const difference = noGrad(() => block.forward(signal).sub(signal).abs().max());
  console.log(`${block.constructor.name}: largest |y - x| = ${(await difference.item()).toFixed(4)}`);
}

// %% [markdown]
// The residual block is the identity, the plain one says 0 to everything.
//
// The book gives another reason: a network cannot be the identity, since from the ten numbers that come out nobody could get
// the picture back, and $f(x) \ne x$ in any case. That argument does not hold. Nothing has to be got back: the question is
// whether *additional* layers, between two of the same size, can pass their input on. And they can. A kernel with a
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
// residual. All have batch normalization, all train for 40 steps. The loss is that of the training pictures.

// %%
const small = randn(10, 1, 8, 8);
const classes = F.oneHot(tensor(Int32Array.from({ length: 10 }, (_, n) => n)), 10);

for (const Block of [Plain, Residual]) {
  for (const depth of [3, 24]) {
    const stack = new nn.Sequential(
      new nn.Conv2d(1, 16, 3, { padding: 1 }),
      ...Array.from({ length: depth }, () => new Block(16, 16)),
      new nn.AdaptiveAvgPool2d(1),
      new nn.Flatten(),
      new nn.Linear(16, 10),
    );
    const adam = new optim.Adam(stack.parameters(), { lr: 1e-2 });
    const losses: Promise<number>[] = [];
    for await (const _ of steps(40, { progress: false })) {
      const loss = stack.forward(small).sub(classes).square().div(2).sum();
      loss.backward();
      adam.step();
      adam.zeroGrad();
      losses.push(loss.item());
    }
    const last = (await Promise.all(losses)).slice(-5);
    const mean = last.reduce((a, b) => a + b) / 5;
    console.log(`${Block.name.padEnd(8)} ${String(depth).padStart(2)} blocks: loss ${mean.toFixed(3)}`);
  }
}

// %% [markdown]
// The plain network has forty-two more layers than its little brother, and is far worse at the same pictures. The residual
// one of the same depth learns them. (It is not ahead of the shallow ones: depth does not help with ten pictures of noise. It
// no longer hurts much.)
//
// ## ResNet-18
//
// A convolution that quickly makes the picture smaller, then four stages of two blocks. Each stage but the first halves height
// and width and doubles the channels. In the end the mean of each channel (**global average pooling**) and one linear layer:
// no trace of AlexNet's 43 million weights in its linear layers. As in the book, and unlike in the paper, the convolutions
// have biases; the normalization behind them takes each one out again, so they do no harm and no good.

// %%
class ResNet extends nn.Module {
  stem = new nn.Sequential(
    new nn.Conv2d(1, 64, 7, { stride: 2, padding: 3 }),
    new nn.BatchNorm2d(64),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
  );
  stage1 = new nn.Sequential(new Residual(64, 64), new Residual(64, 64));
  stage2 = new nn.Sequential(new Residual(64, 128, 2), new Residual(128, 128));
  stage3 = new nn.Sequential(new Residual(128, 256, 2), new Residual(256, 256));
  stage4 = new nn.Sequential(new Residual(256, 512, 2), new Residual(512, 512));
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
// ## Learning
//
// As before: a picture of random numbers, to be called class 0; with `--data mnist` handwritten digits, `--batch 8` of them,
// each different. Batch normalization lets the learning rate be ten times AlexNet's.

// %%
const digit = flags.data === "mnist" ? await digits({ count: flags.batch, seed: flags.seed }) : null;
const x = digit ? tensor(digit.images, { shape: digit.shape }) : randn(flags.batch, 1, 224, 224);
const labels = digit?.labels ?? Int32Array.from({ length: flags.batch }, (_, n) => n % 10);
const target = F.oneHot(tensor(labels), 10);

const optimizer = new optim.Adam(net.parameters(), { lr: 1e-3 });
const history: Promise<number>[] = [];

for await (const step of steps(flags.steps, { label: "ResNet-18" })) {
  const loss = net.forward(x).sub(target).square().div(2).sum();
  loss.backward();
  optimizer.step();
  optimizer.zeroGrad();
  step.log({ loss });
  history.push(loss.item());
}
console.log(`losses = ${(await Promise.all(history)).map((loss) => loss.toFixed(4)).join(", ")}`);

const answer = noGrad(() => net.forward(x));
console.log(`says ${await answer.argmax(1).format()}, is [${[...labels].join(", ")}]`);

// %% [markdown]
// ## What to notice
//
// **A quarter of AlexNet's parameters, twice its layers.** Nearly all weights are in $3 \times 3$ kernels, used at many places.
//
// **The loss does not fall evenly.** Adam's first steps move every weight by about the learning rate, whichever way its gradient
// pointed; with eleven million weights that is a large move. It overshoots, and then finds its way.
//
// **The answer above was given in training mode.** After so few steps the running statistics of chapter 6 lag far behind the
// weights (each step blends in a tenth). In `eval()` mode, after 20 steps with eight digits, this network knew three of them;
// in training mode all eight.
//
// Residual networks of over a hundred layers train as this one does. DenseNet (2016) went on to hand each layer the outputs
// of *all* layers before it; and $x + g(x)$ is found in nearly every deep network since, the transformers among them.
//
// ## Exercises
//
// 1. In the experiment, add 48 to the list of depths. Which of the two kinds still learns?
// 2. In `Plain`, return `this.correction(x).add(x.mul(0.5)).relu()`. Half an identity: is it enough?
// 3. He and others later moved normalization and ReLU *before* the convolutions, so that nothing at all stands in the way of
//    the sum. Try a first step in that direction: drop the last `.relu()` of `Residual.forward`.
