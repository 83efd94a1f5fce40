// %% [markdown]
// # 7. ResNet: layers that may do nothing
//
// *About 25 minutes. Before it: chapter 6, and chapter 5's convolutions.*
//
// **The question.** If eight layers are good, are fifty better? One would think that they cannot be worse: the additional
// layers would only have to do nothing. Yet around 2015 people saw deep networks with a larger error than shallow ones,
// and not just on new pictures (that would be overfitting) but on the very pictures they were *trained* on. This
// **degradation** should not be: what must a layer look like that finds it easy to do nothing?
//
// (Whether deep networks really do worse, why, and how deep one can go: experiments tell, and they have a chapter of their
// own, 7b.)

// %%
import { capture, chart, F, graph, manualSeed, nn, noGrad, ones, optim, rand, randn, show } from "descent";
import { steps, summary, type Tensor, tensor, useDevice } from "descent";
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
// others are. Such a **residual block** has two convolutions, each with batch normalization, and a ReLU between them. Where a
// block halves the size of the picture and changes the number of channels, its input no longer fits the sum; a $1 \times 1$
// convolution (the **shortcut**) brings it into shape.

// %%
section("The idea: add what came in");
class Residual extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  shortcut: nn.Module;

  constructor(inputs: number, outputs: number, { stride = 1 } = {}) {
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
// Both kinds as graphs. Follow the arrows at the side: the grey one carries $x$ around the layers to the sum, in the second
// block through the shortcut, and the orange one brings the gradient back the same way.

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
// And the gradient? The derivative of $g(x) + x$ is $g'(x) + 1$, with a 1 that does not depend on any weight: besides the way
// through the layers, there is one around them. Fifty such blocks in a row multiply their derivatives.

// %% [markdown] tags=["question"]
// **Predict.** Fifty layers stand one behind another, and the derivative of each is 0.4: of the whole, $0.4^{50}$, which is
// nothing. Now each layer adds its input. What is the derivative of the whole?
//
// - [ ] 1: what is left is the way around all fifty.
// - [ ] 50: one way around for each.
// - [ ] $0.4^{50} + 1$.
// - [x] About twenty million.
//
// **Answer.** Each derivative is $0.4 + 1$, and fifty of these multiply: $1.4^{50}$. The sum keeps a gradient from
// vanishing, but it does not keep it at 1. That is why corrections should be small, or normalized, or zero at the start.
//
// ```ts
// const x = tensor(1, { requiresGrad: true });
// for (const kind of ["plain", "residual"]) {
//   let y = x;
//   for (let i = 0; i < 50; i++) y = kind === "plain" ? y.mul(0.4) : y.mul(0.4).add(y);
//   y.backward();
//   console.log(`${kind}: ${(await x.grad!.item()).toPrecision(3)}`);
//   x.zeroGrad();
// }
// ```

// %% [markdown]
// Without the way around, what is left is a **plain** block:

// %%
class Plain extends Residual {
  override forward(x: Tensor): Tensor {
    return this.correction(x).relu();
  }
}

// %% [markdown] tags=["question"]
// **Predict.** All weights of a residual block are zero, those of its normalization, too. What comes out for the inputs
// −1 and 2?
//
// - [ ] 0 and 0: zeros say nothing.
// - [ ] −1 and 2: it is the identity.
// - [x] 0 and 2.
// - [ ] −1 and 0.
//
// **Answer.** The correction is zero, so the sum is the input; but the last ReLU stands *behind* the sum, and cuts the −1.
//
// ```ts
// const convolution = new nn.Conv2d(1, 1, 3, { padding: 1 }), bn = new nn.BatchNorm2d(1);
// for (const parameter of [...convolution.parameters(), ...bn.parameters()]) nn.init.zeros_(parameter);
// const x = tensor([-1, 2]).reshape(1, 1, 1, 2);
// const y = bn.forward(convolution.forward(x)).add(x).relu();
// console.log(`out: ${await y.flatten().format({ digits: 0 })}`);
// ```

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

// %% [markdown] tags=["question"]
// **Predict.** A network of such blocks, in each of which the last normalization is zero, takes its first training step. Which
// layers of a block that keeps its size get a gradient that is not zero?
//
// - [ ] All: the gradient arrives on the way around.
// - [ ] None: the block does nothing, so nothing can be said about it.
// - [x] Only the last normalization.
// - [ ] Only the last normalization and the convolution before it.
//
// **Answer.** What the last normalization multiplies by is zero, so the gradient of everything before it in the block is
// multiplied by zero, too. But that factor has a gradient itself, since what it multiplies is not zero. After one step
// it is not zero either, and then all layers learn.
//
// ```ts
// const layers = {
//   conv1: new nn.Conv2d(1, 4, 3, { padding: 1 }),
//   bn1: new nn.BatchNorm2d(4),
//   relu: new nn.ReLU(),
//   conv2: new nn.Conv2d(4, 1, 3, { padding: 1 }),
//   bn2: new nn.BatchNorm2d(1),
// };
// for (const parameter of layers.bn2.parameters()) nn.init.zeros_(parameter);
// const x = rand(2, 1, 6, 6);
// const y = Object.values(layers).reduce((signal, layer) => layer.forward(signal), x).add(x).relu();
// y.square().sum().backward();
// for (const [name, layer] of Object.entries(layers)) {
//   for (const { grad } of layer.parameters().slice(0, 1)) {
//     console.log(`${name}: ${await grad!.abs().max().item() === 0 ? "zero" : "not zero"}`);
//   }
// }
// ```

// %% [markdown]
// The book gives another reason for the degradation: a network cannot be the identity, since nobody could get the picture
// back from the ten numbers that come out, and $f(x) \ne x$ in any case. That argument does not hold. Nothing has to be
// got back: the question is whether *additional* layers, between two of the same size, can pass their input on. And they
// can. A kernel with a single 1 in its middle copies its channel:

// %%
const copy = noGrad(() => ones(1).reshape(1, 1, 1, 1).pad([[0, 0], [0, 0], [1, 1], [1, 1]]));
const kernels = F.oneHot(tensor([0, 1, 2, 3], { dtype: "int32" }), 4).reshape(4, 4, 1, 1).mul(copy);
const copied = F.conv2d(F.conv2d(signal, kernels, { padding: 1 }).relu(), kernels, { padding: 1 }).relu();
console.log(
  `Plain, with kernels that copy: largest |y - x| = ${await copied.sub(signal).abs().max().item()}`,
);

// %% [markdown]
// So a plain block *can* be the identity. It just does not get there: descent would have to find these particular
// kernels, in every additional layer at once. The trouble lies in *finding* it, not in what can be expressed. (Chapter 7b
// shows it: 24 plain blocks against 24 residual ones, on the same ten pictures.)
//
// ## ResNet-18
//
// A convolution that quickly makes the picture smaller, then four stages of two blocks. Each stage but the first halves height
// and width and doubles the channels. In the end the mean of each channel (**global average pooling**) and one linear layer:
// no trace of AlexNet's 43 million weights in its linear layers. As in the book, and unlike in the paper, the convolutions
// have biases.

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

// %% [markdown] tags=["question"]
// **Predict.** Behind each convolution stands a batch normalization. In training, add 5 to all biases of one convolution.
// What does the normalization put out then?
//
// - [ ] Numbers that are 5 larger.
// - [ ] Numbers that are scaled by 5.
// - [x] The same as before.
// - [ ] Mostly zeros: what is left is behind the kink.
//
// **Answer.** The normalization subtracts the mean of each channel, and the mean has the 5 in it, too. So the biases do
// no harm and no good; the paper leaves them out.
//
// ```ts
// const convolution = new nn.Conv2d(1, 4, 3), bn = new nn.BatchNorm2d(4), x = randn(8, 1, 12, 12);
// const before = noGrad(() => bn.forward(convolution.forward(x)));
// noGrad(() => convolution.bias!.add_(5));
// const after = noGrad(() => bn.forward(convolution.forward(x)));
// console.log(`changed by ${(await after.sub(before).abs().max().item()).toFixed(3)}`);
// ```

// %% [markdown] tags=["question"]
// **Predict.** The first stage has kernels $3 \times 3$ from 64 to 64 channels, on $56 \times 56$ points; the second from
// 128 to 128, on $28 \times 28$. Which of these two convolutions takes more arithmetic?
//
// - [ ] The first: four times as many points.
// - [x] Neither.
// - [ ] The second: four times as many weights.
// - [ ] The second, twice as much: twice as many channels.
//
// **Answer.** Half the height and half the width are a quarter of the points; twice the channels on both sides are four
// times the products at each.
//
// ```ts
// for (const [channels, points] of [[64, 56], [128, 28]]) {
//   const layer = new nn.Conv2d(channels, channels, 3, { padding: 1 });
//   const { parameters, flops } = summary(layer, [1, channels, points, points]);
//   console.log(`${channels} channels: ${parameters} parameters, ${(flops / 1e6).toFixed(0)} million operations`);
// }
// ```

// %% [markdown]
// And each layer, with what it costs:

// %%
const costs = summary(net, [1, 1, 224, 224]);
await show(costs);

// %%
const parts = costs.rows.filter(({ depth }) => depth === 1);
const partNames = parts.map(({ name }) => name);
await show(chart.panels([
  chart.bar({
    x: partNames,
    y: parts.map(({ parameters }) => parameters / 1e6),
    yTitle: "million parameters",
  }),
  chart.bar({ x: partNames, y: parts.map(({ flops }) => flops / 1e6), yTitle: "million operations" }),
], { title: "Where ResNet-18 has its weights, and where its work" }));
console.log(`${(costs.flops / 2e9).toFixed(2)} G multiply-adds`);

// %% [markdown]
// Three quarters of the weights are in the last stage; the work is spread evenly. The blocks that keep the size take 462
// million operations each, in every stage.
//
// A word of warning about such numbers. `summary` counts a multiplication and an addition as two operations, as one does
// with hardware. The papers count the pair as one, a **multiply-add**, and call these FLOPs all the same: their ResNet-18
// has 1.8 G, ours 1.73 G. (What is missing is the red, green and blue of their pictures: the first layer sees one channel
// here.)
//
// ## Learning
//
// As before: a picture of random numbers, to be called class 0; with `--data mnist` handwritten digits, `--batch 8` of them,
// each different. The learning rate is ten times AlexNet's, which batch normalization makes possible (7b tries it).

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
// One word is new. A step of this network is two hundred programs for a GPU, and JavaScript hands them over one by one.
// What stands in `capture(() => …)` is written down the first two times; from then on the device works through the list
// by itself, and comes to the same numbers. (The CPU has nobody to wait for: there the function runs each time.) Five
// steps:

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

// %% [markdown] tags=["question"]
// **Predict.** Two weights take Adam's first step with a learning rate of 0.001. The gradient of one is 100, that of the other
// 0.0001. How far do they move?
//
// - [ ] By 0.1 and by 0.0000001.
// - [ ] Adam takes the root: by 0.01 and by 0.00001.
// - [x] By 0.001, both.
// - [ ] The first not at all: such a gradient is cut off.
//
// **Answer.** Adam divides the mean of the gradients by the root of the mean of their squares. After one step each mean
// has seen one gradient, and what is left is its sign.
//
// ```ts
// const weights = tensor([0, 0], { requiresGrad: true });
// const adam = new optim.Adam([weights], { lr: 0.001 });
// weights.mul([100, 0.0001]).sum().backward();
// adam.step();
// console.log(`moved by ${await weights.abs().format()}`);
// ```

// %% [markdown]
// ## What to notice
//
// **A quarter of AlexNet's parameters, more than twice its layers.** Nearly all weights are in $3 \times 3$ kernels, used at
// many places.
//
// **The loss does not fall evenly.** Adam's first steps move every weight by about the learning rate, however small its
// gradient; with eleven million weights that is a large move. It overshoots, and then finds its way.
//
// **The answer above was given in training mode.** After so few steps the running statistics of chapter 6 lag far behind the
// weights. With `--data mnist --batch 8 --steps 20` the network knows all eight digits in training mode, and only three of
// them in `eval()` mode (the last line of the output).

// %% [markdown] tags=["question"]
// **Predict.** The running mean starts at 0, and each step blends in a tenth of what it sees. A channel's true mean is 1
// all the time. What does the running mean say after five steps?
//
// - [ ] 0.1
// - [x] 0.41
// - [ ] 0.5
// - [ ] 1
//
// **Answer.** What is missing shrinks by a tenth each step: $0.9^5 = 0.59$ is still missing. And here the true mean does
// not even stand still, since the weights before it move.
//
// ```ts
// const bn = new nn.BatchNorm2d(1);
// for (let step = 0; step < 5; step++) bn.forward(ones(4, 1, 2, 2));
// console.log(`running mean ${await bn.runningMean!.format({ digits: 2 })}`);
// ```

// %% [markdown]
// Residual networks of over a hundred layers train as this one does, and of over a thousand: 7b builds them. $x + g(x)$
// is found in nearly every deep network since, the transformers among them. And what if each layer saw the outputs of
// *all* layers before it? That is DenseNet, and chapter 9.
//
// ## Exercises
//
// 1. Make the learning rate ten times as large again, $10^{-2}$. What do the first five steps do now?
// 2. Build the same network of plain blocks. Do eighteen layers already suffer from being so many?
// 3. ResNet-34 has the same stages with 3, 4, 6 and 3 blocks. How many parameters has it, and how many operations does it
//    take? The name counts the convolutions and linear layers on the longest way down; is it right?

// %% [markdown] tags=["folded"]
// **Answer to 1**
//
// The network no longer learns: the second loss is in the hundreds, and the fifth is still far above the first. Batch
// normalization stands ten times AlexNet's rate, and not a hundred times.
//
// ```ts
// async function fiveSteps(net: ResNet, lr: number): Promise<string> {
//   const adam = new optim.Adam(net.parameters(), { lr });
//   const losses: number[] = [];
//   for await (const _ of steps(5, { progress: false })) {
//     const loss = net.forward(x).sub(target).square().div(2).sum();
//     loss.backward();
//     adam.step();
//     adam.zeroGrad();
//     losses.push(await loss.item());
//   }
//   return losses.map((loss) => loss.toFixed(2)).join(", ");
// }
// manualSeed(flags.seed);
// console.log(`ten times as large: ${await fiveSteps(new ResNet(), 1e-2)}`);
// ```

// %% [markdown] tags=["folded"]
// **Answer to 2**
//
// No. The plain network comes down to 0.04 in five steps, where the residual one has 0.15. Eighteen layers with
// normalization are not too many, and one picture is easily learned. (He and others found the same with a million
// photographs: their plain network of 18 layers was as good as the residual one, and that of 34 was not.) Where it
// begins, 7b finds out.
//
// ```ts
// manualSeed(flags.seed);
// const plain = new ResNet();
// for (const block of plain.modules()) {
//   if (block instanceof Residual) block.forward = (x) => block.correction(x).relu();
// }
// const adam = new optim.Adam(plain.parameters(), { lr: 1e-3 });
// const losses: number[] = [];
// for await (const _ of steps(5, { progress: false })) {
//   const loss = plain.forward(x).sub(target).square().div(2).sum();
//   loss.backward();
//   adam.step();
//   adam.zeroGrad();
//   losses.push(await loss.item());
// }
// console.log(`plain: ${losses.map((loss) => loss.toFixed(2)).join(", ")}`);
// ```

// %% [markdown] tags=["folded"]
// **Answer to 3**
//
// 21,290,250 parameters and 7.17 G operations, both about twice those of ResNet-18. The name is right: one layer in the
// stem, two in each of 16 blocks, one in the head. The shortcuts' convolutions lie beside that way, and do not count.
//
// ```ts
// const stage = (count: number, inputs: number, outputs: number) =>
//   new nn.Sequential(
//     new Residual(inputs, outputs, { stride: outputs / inputs }),
//     ...Array.from({ length: count - 1 }, () => new Residual(outputs, outputs)),
//   );
// class ResNet34 extends ResNet {
//   override stage1 = stage(3, 64, 64);
//   override stage2 = stage(4, 64, 128);
//   override stage3 = stage(6, 128, 256);
//   override stage4 = stage(3, 256, 512);
// }
// const large = summary(new ResNet34(), [1, 1, 224, 224]);
// const blocks = large.rows.filter(({ type }) => type === "Residual").length;
// console.log(`${large.parameters} parameters, ${(large.flops / 1e9).toFixed(2)} G operations`);
// console.log(`${1 + 2 * blocks + 1} layers on the longest way`);
// ```
